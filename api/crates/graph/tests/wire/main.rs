//! The adapter over real HTTP: against a server that is scripted to misbehave, and (module `simulated`) against a whole Entra.

// The exemption for tests does not reach the helpers of an integration test.
#![allow(clippy::unwrap_used)]

mod budget;
mod directory;
mod locations;
mod lookup;
mod paging;
mod secrets;
mod server;
mod simulated;
mod support;
mod tls;
mod token;
mod write;

//! The adapter over real HTTP against a server that is scripted to misbehave. What a well-behaved Entra does is tested with `entra-sim`.

// The exemption for tests does not reach the helpers of an integration test.
#![allow(clippy::unwrap_used)]

mod budget;
mod directory;
mod paging;
mod secrets;
mod server;
mod support;
mod tls;
mod token;
mod write;

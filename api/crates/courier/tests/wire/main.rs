//! The courier against real sockets.

// The exemption for tests does not reach the helpers of an integration test.
#![allow(clippy::unwrap_used)]

mod answers;
mod limits;
mod refusals;
mod server;
mod support;
mod tls;

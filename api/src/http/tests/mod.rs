//! The HTTP surface over real sockets, with a small schema of its own.

mod execution;
mod guard;
mod negotiation;
mod schema;
mod server;
mod shutdown;
mod sse;
mod ws;

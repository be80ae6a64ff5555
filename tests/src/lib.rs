//! What the integration tests share: a real server process on a real database, a simulated Entra in this process, and a GraphQL client.
//!
//! The server is the built binary, so that it can be killed; the simulator lives here, so that its ledger survives the kill.

pub mod bulk;
mod client;
mod cloud;
mod database;
pub mod http;
pub mod lab;
pub mod many;
pub mod process;
pub mod receiver;
mod socket;
pub mod world;

pub use client::{Answer, Client};
pub use cloud::Cloud;
pub use database::Database;
pub use process::{Server, ServerOptions};
pub use socket::Socket;

//! A simulated Microsoft Entra cloud over real HTTP and HTTPS: the login service for applications, and Microsoft Graph as far as Conditional Access needs it.
//!
//! Faithful enough that Microsoft's own clients (msgraph-sdk, azure-identity, msal) can't tell at this subset, and scriptable where a real cloud is not:
//! latency, lag, failures before and after the effect, dropped connections, throttling, portal edits, revoked consent (module `admin`). Every accepted write
//! is in a ledger that tests hold the product against.
//!
//! Deliberately absent: people signing in, delta queries, change notifications, templates, What-If, and everything that Conditional Access doesn't refer to.
//! It shares no code with the adapter it is used to test.

mod admin;
pub mod ca;
mod config;
mod core;
mod directory;
mod fault;
mod graph;
mod ledger;
mod odata;
mod persist;
pub mod seed;
mod server;
pub mod signin;
mod signins;
mod sim;
mod state;
mod tls;
mod token;

pub use config::{SimConfig, SimError, TenantSource};
pub use ledger::{Effect, LedgerEntry, RequestEntry};
pub use sim::{Sim, SimApp, SimTenant};

//! The Microsoft Graph adapter: tokens, budgets, retries, paging and typed errors over HTTP. Graph's wire JSON stops here, except policy
//! documents and other objects whose unknown members must survive: those leave as [`serde_json::Value`], untouched.
//!
//! One call goes top-down through these modules: `calls` (which path, which shape) -> `exchange` (retry, renew, give up) -> `budget` (may it
//! be sent now) -> `token` (as whom) -> `wire` (one request, one answer) -> `classify` (what the answer means).
//!
//! What is deliberately absent: a mock (tests speak HTTP, to a scripted server or to `entra-sim`), a budget shared between processes (a
//! second replica doubles the rate; the tenant's job lease keeps one worker on a tenant), `$batch`, and any decision about a policy.

pub mod access;
mod budget;
mod call;
mod calls;
mod classify;
mod client;
pub mod config;
mod envelope;
mod error;
mod exchange;
#[cfg(test)]
mod fuzz;
mod list;
mod retry;
mod token;
mod wire;

pub use access::{Credential, Secret, TenantAccess};
pub use call::{Call, Priority, WriteId};
pub use calls::directory_audits::{Initiator, PolicyActivity};
pub use calls::locations::LocationType;
pub use calls::lookup::{MAX_NAMES, Named};
pub use calls::organization::Organization;
pub use calls::people::{DirectoryPageToken, MemberPage, RoleHolders, UserPage};
pub use calls::permissions::{PERMISSIONS_TO_READ, PERMISSIONS_TO_WRITE, Permissions};
pub use calls::sign_ins::{PageToken, SignInPage};
pub use calls::write::{Created, WriteReceipt};
pub use client::{GraphClient, TenantGraph};
pub use config::{ApiVersion, Budgets, GraphConfig, Rate, RetryPolicy, endpoints};
pub use error::{GraphError, Info};

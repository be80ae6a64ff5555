//! Use cases on API keys, one file per verb. A key is a member that its creator owns: where persons are compared it is that person, and it ends
//! with that membership.

mod create;
mod enter;
mod query;
mod revoke;

pub use create::{CreateApiKey, CreatedApiKey};
pub use revoke::RevokeApiKey;

//! Access tokens: one per tenant, application and credential; asked for once however many calls need it.

mod cache;
pub(crate) mod claims;
pub(crate) mod fetch;
mod refusal;

use std::collections::BTreeSet;
use std::fmt;

use chrono::{DateTime, Utc};
use zeroize::Zeroizing;

pub(crate) use cache::Tokens;

/// A token of one tenant.
pub(crate) struct Token {
    bearer: Zeroizing<String>,
    /// From here on a new one is asked for.
    renew_at: DateTime<Utc>,
    /// From here on it is no use.
    expires_at: DateTime<Utc>,
    /// Application permissions named in the token; `None` when it is opaque.
    roles: Option<BTreeSet<String>>,
}

impl Token {
    /// The token itself, for the `Authorization` header only.
    pub(crate) fn bearer(&self) -> &str {
        &self.bearer
    }

    pub(crate) fn roles(&self) -> Option<&BTreeSet<String>> {
        self.roles.as_ref()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token").field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}

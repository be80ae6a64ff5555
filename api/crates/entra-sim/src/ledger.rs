//! What the simulator remembers of its callers: every accepted write (kept with the state), and the latest requests (kept in memory).

use std::collections::VecDeque;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

/// How many requests the log holds; older ones are forgotten.
pub(crate) const MAX_REQUESTS: usize = 10_000;

/// How many accepted writes the ledger holds; older ones are forgotten.
pub(crate) const MAX_ENTRIES: usize = 100_000;

/// One accepted write: its effect was durable before this entry could be read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LedgerEntry {
    /// Dense, from 1, over all tenants.
    pub seq: u64,
    /// When it was accepted.
    pub at: DateTime<Utc>,
    /// The tenant.
    pub tenant: Uuid,
    /// HTTP method.
    pub method: String,
    /// Path below the version, as sent.
    pub path: String,
    /// The JSON body; null when there was none.
    pub body: Value,
    /// The caller's `client-request-id`.
    pub client_request_id: Option<String>,
    /// The application that wrote (`appid` of the token); `None` for an edit in the portal.
    pub client: Option<Uuid>,
    /// The person who wrote, for an edit in the portal: the user principal name.
    pub portal_user: Option<String>,
    /// What changed.
    pub effect: Effect,
}

/// What a write changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Effect {
    /// `create`, `update`, `delete`, `restore`, `purge`, `addMember` or `removeMember`.
    pub action: String,
    /// Graph's collection: `policies`, `namedLocations`, `groups`..
    pub collection: String,
    /// The object.
    pub id: String,
}

/// One request as it arrived, for checks of pace and budget.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RequestEntry {
    /// Dense, from 1, over all tenants.
    pub seq: u64,
    /// When it arrived.
    pub at: DateTime<Utc>,
    /// The tenant, when the token or the path named one.
    pub tenant: Option<Uuid>,
    /// The calling application.
    pub client: Option<Uuid>,
    /// HTTP method.
    pub method: String,
    /// Path and query, as sent.
    pub path: String,
    /// The status answered; 0 when the connection was dropped instead.
    pub status: u16,
    /// The caller's `client-request-id`.
    pub client_request_id: Option<String>,
    /// The caller's user agent.
    pub user_agent: Option<String>,
    /// Whether it arrived inside a `$batch`.
    pub batched: bool,
}

/// The bounded log of requests.
#[derive(Debug, Default)]
pub(crate) struct RequestLog {
    next: u64,
    entries: VecDeque<RequestEntry>,
}

impl RequestLog {
    pub(crate) fn push(&mut self, mut entry: RequestEntry) {
        self.next += 1;
        entry.seq = self.next;
        if self.entries.len() == MAX_REQUESTS {
            self.entries.pop_front();
        }
        self.entries.push_back(entry);
    }

    pub(crate) fn of(&self, tenant: Option<Uuid>) -> impl Iterator<Item = &RequestEntry> {
        self.entries.iter().filter(move |entry| tenant.is_none() || entry.tenant == tenant)
    }

    pub(crate) fn clear(&mut self) {
        self.entries.clear();
    }
}

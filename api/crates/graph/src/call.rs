//! What a caller says about one call: until when, under which id, how urgent.

use domain::id::ChangeId;
use tokio::time::Instant;
use uuid::Uuid;

/// Who is served first where a tenant's request budget makes calls wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Priority {
    /// A change is being applied: first.
    Apply,
    /// A person waits for the answer.
    Interactive,
    /// Background reading: last.
    Sync,
}

/// The frame of one call. It covers everything the call needs: the token, the wait for budget, retries and all pages.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    /// When the call ends, whatever happened.
    pub deadline: Instant,
    /// Sent as `client-request-id` with every request of the call; retries keep it.
    pub client_request_id: Uuid,
    /// Place in the queue.
    pub priority: Priority,
}

/// The mark a write carries: its `client-request-id` on the wire, in place of the call's. Entra's logs and a simulator's ledger show it, so
/// that a write whose answer was lost can be looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct WriteId(pub Uuid);

impl From<ChangeId> for WriteId {
    fn from(change: ChangeId) -> Self {
        WriteId(change.0)
    }
}

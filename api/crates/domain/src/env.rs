//! What the rest of the program is not allowed to reach for by itself. Implemented once, in `api/src/system.rs`.

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// The wall clock. Instants are truncated to microseconds, because PostgreSQL keeps no more and equality must hold on both databases.
pub trait Clock: Send + Sync + 'static {
    /// The present instant, UTC, whole microseconds.
    fn now(&self) -> DateTime<Utc>;
}

/// The source of identifiers and random bytes.
pub trait Ids: Send + Sync + 'static {
    /// A fresh UUID version 7, ordered by creation time.
    fn uuid(&self) -> Uuid;

    /// Fills `bytes` from a cryptographically secure generator.
    fn fill(&self, bytes: &mut [u8]);
}

//! Every bound of the transport, in one place, and the count of open streams per member.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::id::MemberId;

/// Bounds on what one request, message, connection or member may take. The defaults are the product's
/// (api-conventions: aliases 15, tokens 2,000, directives 20, body 256 KiB; security-checklist D12).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Nesting of `(`, `[` and `{` in a document, and of objects and lists in the variables.
    pub nesting: usize,
    /// Tokens of a document.
    pub tokens: usize,
    /// Aliased fields of a document.
    pub aliases: usize,
    /// Directives of a document.
    pub directives: usize,
    /// Fields of the operation once every fragment is expanded.
    pub expanded_fields: usize,
    /// Bytes of a request body.
    pub body_bytes: usize,
    /// Bytes of one WebSocket message.
    pub message_bytes: usize,
    /// Operations that may be active on one WebSocket at a time.
    pub operations_per_connection: usize,
    /// WebSockets and event streams that one member may hold open at a time.
    pub streams_per_member: usize,
    /// TCP connections that are served at a time; more wait in the listen queue.
    pub connections: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            nesting: 50,
            tokens: 2_000,
            aliases: 15,
            directives: 20,
            expanded_fields: 5_000,
            body_bytes: 256 * 1024,
            message_bytes: 64 * 1024,
            operations_per_connection: 20,
            streams_per_member: 50,
            connections: 10_000,
        }
    }
}

/// Every wait of the transport.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// A query or mutation must answer within this time.
    pub request: Duration,
    /// A request body must arrive within this time.
    pub body: Duration,
    /// Request headers must arrive within this time.
    pub headers: Duration,
    /// `connection_init` must arrive within this time (close 4408).
    pub connection_init: Duration,
    /// Interval of pings on WebSockets and of comments on event streams. A client that sends nothing at all, not even
    /// a pong frame, for three intervals is gone.
    pub heartbeat: Duration,
    /// One message must be taken by the peer within this time.
    pub write: Duration,
    /// How often an open stream asks whether its member is still entitled (security-checklist D12: within 60 s).
    pub recheck: Duration,
    /// How long a shutdown waits for streams and mutations to end.
    pub shutdown: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            request: Duration::from_secs(30),
            body: Duration::from_secs(15),
            headers: Duration::from_secs(10),
            connection_init: Duration::from_secs(10),
            heartbeat: Duration::from_secs(15),
            write: Duration::from_secs(10),
            recheck: Duration::from_secs(30),
            shutdown: Duration::from_secs(10),
        }
    }
}

/// Counts the open streams of each member.
#[derive(Clone, Debug, Default)]
pub struct StreamSlots(Arc<Mutex<HashMap<MemberId, usize>>>);

impl StreamSlots {
    /// Takes a slot unless the member already holds `max`. The slot is given back when it is dropped.
    pub fn take(&self, member: MemberId, max: usize) -> Option<StreamSlot> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(member).or_default();
        if *count >= max {
            return None;
        }
        *count += 1;
        Some(StreamSlot { slots: self.clone(), member })
    }
}

/// One open stream of a member.
#[derive(Debug)]
pub struct StreamSlot {
    slots: StreamSlots,
    member: MemberId,
}

impl Drop for StreamSlot {
    fn drop(&mut self) {
        let mut open = self.slots.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.member) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.member);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_counted_per_member_and_come_back() {
        let slots = StreamSlots::default();
        let (a, b) = (MemberId(uuid::Uuid::from_u128(1)), MemberId(uuid::Uuid::from_u128(2)));
        let first = slots.take(a, 1).unwrap();
        assert!(slots.take(a, 1).is_none());
        assert!(slots.take(b, 1).is_some());
        drop(first);
        assert!(slots.take(a, 1).is_some());
        assert!(slots.0.lock().unwrap().is_empty());
    }
}

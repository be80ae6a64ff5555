//! Which events a webhook carries.

use std::collections::BTreeSet;

use crate::event::{EventKind, EventSeverity, EventTopic};
use crate::id::TenantId;

/// Which events. All that is given must hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventChoice {
    /// Filed under one of these; empty is any.
    pub topics: BTreeSet<EventTopic>,
    /// At least this severe.
    pub min_severity: EventSeverity,
    /// Of one of these tenants; `None` is any, and events of the whole workspace.
    pub tenant_ids: Option<BTreeSet<TenantId>>,
}

impl EventChoice {
    /// The kinds of event that it takes; empty is any.
    pub fn kinds(&self) -> Vec<EventKind> {
        kinds_of(&self.topics)
    }
}

/// The kinds of event that are filed under these topics; empty for no topics, which is any.
pub fn kinds_of(topics: &BTreeSet<EventTopic>) -> Vec<EventKind> {
    EventKind::ALL.iter().copied().filter(|kind| topics.contains(&kind.topic())).collect()
}

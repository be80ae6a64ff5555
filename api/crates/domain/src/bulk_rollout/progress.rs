//! The events of a rollout across tenants.

use serde_json::Value;

use super::record::BulkRollout;
use crate::event::{EventKind, NewEvent, SubjectKind};
use crate::id::MemberId;

/// An event of the whole. Those of a tenant's rollout are its own.
pub fn bulk_rollout_event(bulk: &BulkRollout, actor: Option<MemberId>, kind: EventKind, data: Value) -> NewEvent {
    NewEvent { kind, actor, tenant_id: None, subject_kind: SubjectKind::BulkRollout, subject_id: bulk.id.0, data }
}

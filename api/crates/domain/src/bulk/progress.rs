//! The events of a bulk change.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::state::BulkItemState;
use super::status::BulkCounts;
use crate::event::{EventKind, NewEvent, SubjectKind};
use crate::id::{BulkChangeId, ChangeId, MemberId, TenantId};
use crate::text_enum;

text_enum! {
    /// Which work moved on.
    BulkStage {
        /// The dry-run.
        DryRun = "DRY_RUN",
        /// A run that applies.
        Apply = "APPLY",
        /// A run that rolls back.
        Rollback = "ROLLBACK",
        /// The computation of impact reports.
        Impact = "IMPACT",
    }
}

/// An item that moved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Moved {
    /// The tenant.
    pub tenant_id: TenantId,
    /// The step.
    pub step: u16,
    /// Where it stands now.
    pub to: BulkItemState,
    /// Its change.
    pub change_id: Option<ChangeId>,
}

/// Work on a bulk change moved on: what moved, and how many items are in each state now. It has no tenant, because it is about all of them.
pub fn progress_event(bulk: BulkChangeId, by: Option<MemberId>, stage: BulkStage, counts: &BulkCounts, moved: &[Moved]) -> NewEvent {
    let data = json!({ "stage": stage, "counts": counts_by_name(counts), "moved": moved });
    event(EventKind::BulkProgress, bulk, by, data)
}

/// A member's step on a bulk change; `what` is the operation's name.
pub fn changed_event(bulk: BulkChangeId, by: Option<MemberId>, what: &str, detail: Value) -> NewEvent {
    event(EventKind::BulkChanged, bulk, by, json!({ "what": what, "detail": detail }))
}

fn counts_by_name(counts: &BulkCounts) -> Value {
    BulkItemState::ALL
        .iter()
        .filter(|state| counts.of(**state) > 0)
        .map(|state| (state.as_str().to_owned(), Value::from(counts.of(*state))))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

fn event(kind: EventKind, bulk: BulkChangeId, by: Option<MemberId>, data: Value) -> NewEvent {
    NewEvent { kind, actor: by, tenant_id: None, subject_kind: SubjectKind::BulkChange, subject_id: bulk.0, data }
}

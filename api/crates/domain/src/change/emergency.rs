//! Loosening an enforced policy in an emergency, past approval and freeze windows, and its review afterwards (domain.md section 2).

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use crate::change::dry_run::{DryRun, FieldDiff};
use crate::change::kind::ChangePayload;
use crate::change::refusal::Refusal;
use crate::change::request::ChangeRequest;
use crate::change::transition::Transition;
use crate::event::{EventKind, NewEvent, SubjectKind};
use crate::id::MemberId;
use crate::person::Persons;
use crate::policy::PolicyState;

/// How long an emergency lets its change past approval and freeze windows. What could not be written by then is an ordinary change.
pub const EMERGENCY_LIFETIME: TimeDelta = TimeDelta::hours(1);

/// Whether the change may pass approval and freeze windows now: an owner's emergency, not over yet, which does nothing but loosen.
pub fn passes(change: &ChangeRequest, now: DateTime<Utc>) -> bool {
    let open = change.emergency.as_ref().is_some_and(|emergency| emergency.at <= now && now < emergency.at + EMERGENCY_LIFETIME);
    open && loosens(&change.payload) && change.dry_run.as_ref().is_some_and(only_from_enabled)
}

/// Whether the payload takes enforcement away and does nothing else.
pub fn loosens(payload: &ChangePayload) -> bool {
    matches!(payload, ChangePayload::StateChange { to: PolicyState::ReportOnly | PolicyState::Disabled })
}

/// Nothing but the state moves, and it was `enabled`; or nothing moves at all.
fn only_from_enabled(dry_run: &DryRun) -> bool {
    let from_enabled = |field: &FieldDiff| {
        field.path == "state" && field.before.as_ref().and_then(|before| before.as_str()) == Some(PolicyState::Enabled.as_str())
    };
    dry_run.diff.iter().all(from_enabled)
}

/// Whether its review is still open.
pub fn needs_review(change: &ChangeRequest) -> bool {
    change.emergency.as_ref().is_some_and(|emergency| emergency.reviewed_at.is_none())
}

/// Closes the review. The status stays: what was done was done.
pub fn review(
    mut change: ChangeRequest,
    by: MemberId,
    comment: String,
    persons: &Persons,
    now: DateTime<Utc>,
) -> Result<Transition, Refusal> {
    let emergency = change.emergency.as_mut().filter(|emergency| emergency.reviewed_at.is_none()).ok_or(Refusal::ReviewNotOpen)?;
    if persons.among(by, [emergency.by, change.created_by]) {
        return Err(Refusal::CannotSelfApprove);
    }
    emergency.reviewed_by = Some(by);
    emergency.reviewed_at = Some(now);
    emergency.review_comment = Some(comment);
    change.revision += 1;
    change.updated_at = now;
    let event = NewEvent {
        kind: EventKind::EmergencyReviewed,
        actor: Some(by),
        tenant_id: Some(change.tenant_id),
        subject_kind: SubjectKind::ChangeRequest,
        subject_id: change.id.0,
        data: json!({ "to": change.status, "revision": change.revision }),
    };
    Ok(Transition { change, events: vec![event] })
}

//! A review is of a change on top of what was there: an edit outside Causeway voids it (P9).

use domain::audit::{AuditOutcome, NewAuditEntry};
use domain::change::status::ChangeStatus;
use domain::change::transition::{ChangeCommand, transition};
use domain::event::{EventKind, NewEvent, SubjectKind};
use domain::id::{AuditId, ContentHash, DriftId, PolicyId};
use domain::schedule::ScheduleState;
use domain::tenant::Tenant;
use serde_json::json;
use store::WriteTx;

use crate::App;
use crate::error::AppResult;

/// What the event and the audit say; for people.
pub(super) const REASON: &str =
    "the policy was changed outside Causeway after the dry-run: the dry-run and its approvals are void; run it again and review the result";

/// Sends every open change of the policy whose dry-run has another base back to `draft`, its approvals voided. `now_hash` is the policy's
/// canonical hash, `None` when it is gone.
pub(super) async fn void_reviews(
    tx: &WriteTx,
    app: &App,
    tenant: &Tenant,
    policy: PolicyId,
    now_hash: Option<&ContentHash>,
    drift: Option<DriftId>,
) -> AppResult<Vec<NewEvent>> {
    let now = app.now();
    let mut events = Vec::new();
    for change in tx.open_changes_of_policy(tenant.workspace_id, policy).await? {
        let reviewed = matches!(change.status, ChangeStatus::DryRunComplete | ChangeStatus::DryRunBlocked | ChangeStatus::AwaitingApproval);
        let moved = change.dry_run.as_ref().is_some_and(|dry_run| Some(&dry_run.base_hash) != now_hash);
        if !reviewed || !moved {
            continue;
        }
        let (id, from) = (change.id, change.status);
        let voided = transition(change, ChangeCommand::BaseMoved, None, now)?;
        tx.update_change(&voided.change).await?;
        // One that is firing waits for this very sync, runs the dry-run again, and says itself what it found.
        if tx.active_schedule(tenant.workspace_id, id).await?.is_some_and(|schedule| schedule.state == ScheduleState::Armed) {
            app.revoke_schedule(tx, &voided.change, None).await?;
        }
        events.extend(voided.events.into_iter().map(|mut event| {
            if event.kind == EventKind::ChangeStatusChanged {
                event.data["reason"] = json!(REASON);
                event.data["driftId"] = json!(drift);
            }
            event
        }));
        let entry = NewAuditEntry {
            actor: None,
            action: "system.voidReview".to_owned(),
            tenant_id: Some(tenant.id),
            subject_kind: SubjectKind::ChangeRequest,
            subject_id: id.0,
            outcome: AuditOutcome::Done,
            detail: json!({ "from": from, "to": voided.change.status, "reason": REASON, "driftId": drift }),
        };
        tx.append_audit(tenant.workspace_id, AuditId(app.ids().uuid()), now, entry).await?;
    }
    Ok(events)
}

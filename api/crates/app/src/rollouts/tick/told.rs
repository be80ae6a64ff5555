//! The events of a rollout.

use domain::event::{EventKind, NewEvent, SubjectKind};
use domain::id::{MemberId, RolloutVerdictId};
use domain::rollout::{EndReason, Goal, GoalKind, ManagedRollout, PauseReason, Rollout, RolloutMode, RolloutStatus, RolloutStep, Verdict};
use serde_json::{Value, json};
use store::WriteTx;

/// An event of the rollout.
pub(crate) fn event(rollout: &ManagedRollout, actor: Option<MemberId>, kind: EventKind, data: Value) -> NewEvent {
    NewEvent { kind, actor, tenant_id: Some(rollout.tenant_id), subject_kind: SubjectKind::Rollout, subject_id: rollout.id.0, data }
}

/// It is judged otherwise than before.
pub(super) fn verdict_event(rollout: &ManagedRollout, id: RolloutVerdictId, verdict: &Verdict) -> NewEvent {
    let data = json!({
        "verdictId": id,
        "phase": rollout.state.phase,
        "outcome": verdict.outcome,
        "why": verdict.why,
        "users": verdict.counts.users,
        "blockedUsers": verdict.counts.blocked_users,
    });
    event(rollout, None, EventKind::RolloutVerdict, data)
}

/// The guard has tripped: what a person needs to hear, with the reasons from the sign-ins.
pub(super) async fn guard_tripped(
    tx: &WriteTx,
    rollout: &ManagedRollout,
    reason: PauseReason,
    text: &str,
) -> Result<NewEvent, store::StoreError> {
    let last = match rollout.state.last_verdict {
        Some(id) => tx.rollout_verdict(rollout.workspace_id, id).await?,
        None => None,
    };
    let counts = last.as_ref().map(|last| &last.verdict.counts);
    let data = json!({
        "severity": "critical",
        "reason": reason,
        "phase": rollout.state.phase,
        "text": text,
        "verdictId": last.as_ref().map(|last| last.id),
        "users": counts.map(|counts| counts.users),
        "blockedUsers": counts.map(|counts| counts.blocked_users),
        "reasons": counts.map(|counts| &counts.reasons),
    });
    Ok(event(rollout, None, EventKind::RolloutGuardTripped, data))
}

/// A change of the rollout took protection away from users; `None` where it did not.
pub(super) fn protection_reduced(rollout: &ManagedRollout, step: RolloutStep, was_on: bool, original_on: bool) -> Option<NewEvent> {
    let text = match step {
        RolloutStep::ReportOnly => "the twin is in report-only mode: its groups are not protected by it any more",
        RolloutStep::RemoveGroups => "groups were taken from the twin: they are not protected by it any more",
        RolloutStep::DisableTwin => "the twin is off: its groups are not protected by it any more",
        RolloutStep::RestoreOriginal => "the original is back in report-only mode: it protects nobody",
        _ => return None,
    };
    let reduced = was_on && (step == RolloutStep::RestoreOriginal || !original_on);
    let data = json!({ "severity": "warning", "step": step, "text": text, "phase": rollout.state.phase });
    reduced.then(|| event(rollout, rollout.acting, EventKind::RolloutProtectionReduced, data))
}

/// What a rollout that has just come to rest somewhere tells, or that is to be stopped for good from now on; nothing while it stays, or is on its way.
/// `why`: what the member said who asked for it.
pub(crate) fn settled(before: &Rollout, after: &ManagedRollout, by: Option<MemberId>, why: Option<&str>) -> Option<NewEvent> {
    let now = &after.state;
    // Told at once: taking back what it did can take as long as Graph does not answer.
    if let Some(goal) = stopping(now)
        && !now.status.terminal()
        && stopping(before).map(|goal| goal.kind) != Some(goal.kind)
    {
        let reason = goal.end.unwrap_or(EndReason::Asked);
        let data = json!({ "goal": goal.kind, "reason": reason, "text": why, "phase": now.phase });
        return Some(event(after, by, EventKind::RolloutStopping, data));
    }
    let moved = before.status != now.status || before.phase != now.phase || before.phase_started_at != now.phase_started_at;
    let text = before.pause.as_ref().map(|pause| &pause.text);
    let reason = now.end.unwrap_or(EndReason::Asked);
    let (kind, data) = match now.status {
        _ if !moved => return None,
        RolloutStatus::Completed => (EventKind::RolloutCompleted, json!({ "phase": now.phase })),
        RolloutStatus::Cancelled => (EventKind::RolloutCancelled, json!({ "reason": reason, "text": text })),
        RolloutStatus::RolledBack => (EventKind::RolloutRolledBack, json!({ "reason": reason, "text": text })),
        RolloutStatus::Running => {
            let automatic = now.mode == RolloutMode::Automatic;
            (EventKind::RolloutPhaseStarted, json!({ "phase": now.phase, "effectiveFrom": now.effective_from, "automatic": automatic }))
        }
        RolloutStatus::Paused if before.phase > now.phase => {
            (EventKind::RolloutReverted, json!({ "phase": now.phase, "from": before.phase }))
        }
        _ => return None,
    };
    Some(event(after, by, kind, data))
}

/// How it is to end, where it is to end early.
fn stopping(rollout: &Rollout) -> Option<Goal> {
    rollout.goal.filter(|goal| matches!(goal.kind, GoalKind::Cancel | GoalKind::RollBack))
}

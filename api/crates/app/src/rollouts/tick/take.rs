//! A decision is carried out: the rollout's row, its events, its verdict and its next change, in one transaction.

use std::time::Duration;

use chrono::TimeDelta;
use domain::event::EventKind;
use domain::id::RolloutVerdictId;
use domain::rollout::{
    Decision, EndReason, GoalKind, ManagedRollout, Outlook, Pause, PauseReason, RolloutMode, RolloutStatus, RolloutStep, Tick, Verdict,
};
use serde_json::json;
use store::{StoredVerdict, WriteTx};

use super::child;
use super::signals::Gathered;
use super::told::{event, guard_tripped, verdict_event};
use crate::App;
use crate::error::AppError;
use crate::runner::JobError;

/// Why a decision could not be carried out.
pub(super) enum TakeError {
    /// The change was refused; nothing is committed.
    StepRefused(Refused),
    /// Anything else.
    Job(JobError),
}

/// A change that was not made.
#[derive(Debug)]
pub(super) struct Refused {
    pub(super) step: RolloutStep,
    pub(super) code: &'static str,
    pub(super) message: String,
}

impl From<store::StoreError> for TakeError {
    fn from(error: store::StoreError) -> Self {
        TakeError::Job(error.into())
    }
}

impl From<AppError> for TakeError {
    fn from(error: AppError) -> Self {
        TakeError::Job(JobError::app(error))
    }
}

/// Carries it out and commits.
pub(super) async fn take(app: &App, tx: WriteTx, mut rollout: ManagedRollout, tick: Tick, gathered: &Gathered) -> Result<(), TakeError> {
    let now = app.now();
    let mut events = Vec::new();
    if let Some(verdict) = tick.verdict
        && let Some(told) = keep_verdict(app, &tx, &mut rollout, verdict).await?
    {
        events.push(told);
    }
    let look = TimeDelta::from_std(app.settings().rollouts.look.max(Duration::from_secs(1))).unwrap_or(TimeDelta::minutes(5));
    rollout.outlook = Outlook { guidance: Some(tick.guidance), hold: None, text: None, at: Some(now) };
    rollout.next_look_at = Some(now + look);
    if !matches!(tick.decision, Decision::Hold { .. }) {
        rollout.revision += 1;
    }
    match tick.decision {
        Decision::Hold { why, text, look_again_at } => {
            rollout.outlook.hold = Some(why);
            rollout.outlook.text = Some(text);
            let watched = !rollout.state.status.terminal() && rollout.state.status != RolloutStatus::Planned;
            rollout.next_look_at = if watched { Some(look_again_at.unwrap_or(now + look).min(now + look)) } else { look_again_at };
        }
        Decision::Advance { goal } => {
            rollout.state.status = RolloutStatus::Advancing;
            rollout.state.goal = Some(goal);
        }
        Decision::Pause { reason, text, goal } => {
            if reason == PauseReason::GuardTripped || reason == PauseReason::EmergencyAccessBlocked {
                events.push(guard_tripped(&tx, &rollout, reason, &text).await?);
            }
            let data = json!({ "reason": reason, "text": text, "phase": rollout.state.phase });
            events.push(event(&rollout, None, EventKind::RolloutPaused, data));
            rollout.state.pause = Some(Pause { reason, text, at: now });
            rollout.state.status = RolloutStatus::Reverting;
            rollout.state.goal = Some(goal);
            rollout.step_failed_at = None;
            if matches!(reason, PauseReason::ForeignEdit | PauseReason::Drift | PauseReason::EmergencyAccessBlocked) {
                child::ask_for_sync(app, &tx, &rollout).await.map_err(TakeError::Job)?;
            }
        }
        Decision::Cancel { reason: _, goal } => {
            rollout.state.status = RolloutStatus::Reverting;
            rollout.state.goal = Some(goal);
            rollout.step_failed_at = None;
            child::ask_for_sync(app, &tx, &rollout).await.map_err(TakeError::Job)?;
        }
        Decision::StopStep => child::stop(app, &tx, &mut rollout).await.map_err(TakeError::Job)?,
        Decision::Step(step) => child::make(app, &tx, &mut rollout, step, gathered).await?,
        Decision::Settle { status, phase, phase_begins } => {
            events.push(settle(app, &mut rollout, status, phase, phase_begins));
            if status.terminal() {
                tx.unwatch_rollout(rollout.workspace_id, rollout.id, now).await?;
            }
            app.wake_wave(&tx, &rollout).await?;
        }
    }
    rollout.version += 1;
    rollout.updated_at = now;
    tx.update_rollout(&rollout).await?;
    if !events.is_empty() {
        tx.append_events(rollout.workspace_id, now, events).await?;
    }
    tx.commit().await?;
    app.hub().poke();
    Ok(())
}

/// Stores a verdict that says something else than the last one, or of other counts. The event that tells of another outcome.
async fn keep_verdict(
    app: &App,
    tx: &WriteTx,
    rollout: &mut ManagedRollout,
    verdict: Verdict,
) -> Result<Option<domain::event::NewEvent>, TakeError> {
    let last = match rollout.state.last_verdict {
        Some(id) => tx.rollout_verdict(rollout.workspace_id, id).await?,
        None => None,
    };
    if last.as_ref().is_some_and(|last| same(&last.verdict, &verdict)) {
        return Ok(None);
    }
    let id = RolloutVerdictId(app.ids().uuid());
    let told = (last.is_none_or(|last| last.verdict.outcome != verdict.outcome)).then(|| verdict_event(rollout, id, &verdict));
    let stored = StoredVerdict { id, rollout_id: rollout.id, phase: rollout.state.phase, at: app.now(), verdict };
    tx.insert_rollout_verdict(rollout.workspace_id, &stored).await?;
    rollout.state.last_verdict = Some(id);
    Ok(told)
}

/// Whether two verdicts say the same of the same sign-ins, however far these were read.
fn same(one: &Verdict, other: &Verdict) -> bool {
    let mut one = one.clone();
    one.counts.data_through = other.counts.data_through;
    one == *other
}

/// The rollout has reached its goal.
fn settle(app: &App, rollout: &mut ManagedRollout, status: RolloutStatus, phase: u8, phase_begins: bool) -> domain::event::NewEvent {
    let now = app.now();
    let goal = rollout.state.goal.take();
    let before = std::mem::replace(&mut rollout.state.phase, phase);
    rollout.state.status = status;
    if phase_begins {
        let propagation = TimeDelta::from_std(app.settings().rollouts.propagation).unwrap_or(TimeDelta::minutes(15));
        rollout.state.phase_started_at = Some(now);
        rollout.state.effective_from = Some(now + propagation);
        rollout.state.last_verdict = None;
    }
    if status.terminal() {
        rollout.state.ended_at = Some(now);
    }
    let end = goal.and_then(|goal| goal.end).unwrap_or(EndReason::Asked);
    let text = rollout.state.pause.as_ref().map(|pause| pause.text.clone());
    let (kind, data) = match status {
        RolloutStatus::Completed => (EventKind::RolloutCompleted, json!({ "phase": phase })),
        RolloutStatus::Cancelled => (EventKind::RolloutCancelled, json!({ "reason": end, "text": text })),
        RolloutStatus::RolledBack => (EventKind::RolloutRolledBack, json!({ "reason": end, "text": text })),
        RolloutStatus::Paused => {
            let report_only = goal.is_some_and(|goal| goal.kind == GoalKind::ReportOnly);
            (EventKind::RolloutReverted, json!({ "phase": phase, "from": before, "reportOnly": report_only }))
        }
        _ => {
            let automatic = rollout.state.mode == RolloutMode::Automatic;
            let data = json!({ "phase": phase, "effectiveFrom": rollout.state.effective_from, "automatic": automatic });
            (EventKind::RolloutPhaseStarted, data)
        }
    };
    if status == RolloutStatus::Running {
        rollout.state.pause = None;
    }
    event(rollout, None, kind, data)
}

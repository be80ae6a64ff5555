//! A decision is carried out: the rollout's row, its events, its verdict and its next change, in one transaction.

use std::time::Duration;

use chrono::TimeDelta;
use domain::event::EventKind;
use domain::id::RolloutVerdictId;
use domain::rollout::{Decision, ManagedRollout, Outlook, PauseReason, RolloutStep, Tick, Verdict};
use serde_json::json;
use store::{StoredVerdict, WriteTx};

use super::child;
use super::pace;
use super::signals::Gathered;
use super::told::{event, guard_tripped, settled, verdict_event};
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
    let pace = pace(app);
    let before = rollout.state.clone();
    let decision = with_cause(tick.decision, &rollout);
    if !matches!(decision, Decision::Hold { .. }) {
        rollout.revision += 1;
    }
    match &decision {
        Decision::Hold { why, text, look_again_at } => {
            rollout.outlook.hold = Some(*why);
            rollout.outlook.text = Some(text.clone());
            rollout.next_look_at = *look_again_at;
        }
        Decision::Advance { .. } => {}
        Decision::Pause { reason, text, .. } => {
            if speaks_against(*reason) {
                events.push(guard_tripped(&tx, &rollout, *reason, text).await?);
            }
            events.push(event(&rollout, None, EventKind::RolloutPaused, json!({ "reason": reason, "text": text, "phase": before.phase })));
            if matches!(reason, PauseReason::ForeignEdit | PauseReason::Drift | PauseReason::EmergencyAccessBlocked) {
                child::ask_for_sync(app, &tx, &rollout).await.map_err(TakeError::Job)?;
            }
        }
        Decision::Cancel { .. } => child::ask_for_sync(app, &tx, &rollout).await.map_err(TakeError::Job)?,
        Decision::StopStep => child::stop(app, &tx, &mut rollout).await.map_err(TakeError::Job)?,
        Decision::Step(step) => child::make(app, &tx, &mut rollout, *step, gathered).await?,
        Decision::Settle { .. } => {}
    }
    // A change that could not be taken back any more is waited for.
    let waited_for = decision == Decision::StopStep && rollout.state.step.is_some();
    if !waited_for {
        rollout.state = rollout.state.decided(&decision, now, &pace);
    }
    if let (Decision::Pause { reason, .. }, Some(pause)) = (&decision, &mut rollout.state.pause)
        && speaks_against(*reason)
    {
        pause.verdict = rollout.state.last_verdict;
    }
    events.extend(settled(&before, &rollout, None, None));
    if rollout.state.status.terminal() && !before.status.terminal() {
        tx.unwatch_rollout(rollout.workspace_id, rollout.id, now).await?;
    }
    rollout.version += 1;
    rollout.updated_at = now;
    tx.update_rollout(&rollout).await?;
    app.wake_bulk_rollout(&tx, &before, &rollout).await?;
    app.settle_suggested_rollout(&tx, &rollout).await?;
    if !events.is_empty() {
        tx.append_events(rollout.workspace_id, now, events).await?;
    }
    tx.commit().await?;
    app.hub().poke();
    Ok(())
}

/// Whether a pause for this reason rests on a verdict.
const fn speaks_against(reason: PauseReason) -> bool {
    matches!(reason, PauseReason::GuardTripped | PauseReason::EmergencyAccessBlocked)
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

/// A failed change says more than that it failed.
fn with_cause(decision: Decision, rollout: &ManagedRollout) -> Decision {
    match (decision, &rollout.step_failure) {
        (Decision::Pause { reason: PauseReason::StepFailed, text, goal }, Some(why)) => {
            Decision::Pause { reason: PauseReason::StepFailed, text: format!("{text}. {why}"), goal }
        }
        (other, _) => other,
    }
}

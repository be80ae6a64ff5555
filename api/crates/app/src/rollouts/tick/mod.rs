//! One look at a rollout after the other, until nothing can be done: gather what the world says (no transaction open), ask the pure
//! [`domain::rollout::tick`], and commit its decision with event, verdict and change in one transaction. The looks keep nothing; whoever
//! comes after a crash sees where the rollout stands and goes on from there.

mod child;
pub(crate) mod outcome;
pub(crate) mod signals;
mod take;
pub(crate) mod told;

use std::time::Duration;

use domain::id::{JobId, RolloutId};
use domain::rollout::{Decision, Pace};
use store::{Job, WriteTx};

use crate::App;
use crate::runner::jobs::{RolloutPayload, rollout_job};
use crate::runner::{JobEnd, JobError};

/// Looks of one job: a rollout that moves on takes a handful.
const LOOKS: usize = 12;
/// How long a look that needs a newer snapshot of the tenant waits for it, at first.
const SYNC_WAIT: Duration = Duration::from_millis(500);
/// The longest such wait.
const LONGEST_SYNC_WAIT: Duration = Duration::from_secs(30);

/// What became of a look.
enum Looked {
    /// Something was done: look again.
    Again,
    /// Nothing is to be done until the instant in the row, or until something wakes it.
    Rest,
    /// The stored copy of a policy is older than the live one: a sync was asked for.
    AwaitSync,
}

/// Works on one rollout until it rests.
pub(crate) async fn run(app: &App, job: &Job) -> Result<JobEnd, JobError> {
    let payload: RolloutPayload = JobError::decode(job)?;
    for _ in 0..LOOKS {
        match look(app, job, payload.rollout_id).await? {
            Looked::Again => {}
            Looked::Rest => return Ok(JobEnd::Done),
            Looked::AwaitSync => {
                let factor = 1_u32 << job.attempts.clamp(0, 6).unsigned_abs();
                let pause = (SYNC_WAIT * factor).min(LONGEST_SYNC_WAIT);
                return Ok(JobEnd::RetryIn { pause, reason: "it waits for a sync of its tenant".to_owned() });
            }
        }
    }
    // Still on its way: others get their turn first.
    let tx = app.store().write().await?;
    tx.enqueue_job(&rollout_job(JobId(app.ids().uuid()), job.workspace_id, payload.rollout_id, app.now())).await?;
    tx.commit().await?;
    Ok(JobEnd::Done)
}

/// The engine's clocks.
pub(crate) fn pace(app: &App) -> Pace {
    let seconds = |duration: Duration| u32::try_from(duration.as_secs()).unwrap_or(u32::MAX);
    let settings = &app.settings().rollouts;
    Pace {
        look_seconds: seconds(settings.look).max(1),
        propagation_seconds: seconds(settings.propagation),
        // A reading every look, and what Entra itself is late by.
        max_lag_seconds: Pace::default().max_lag_seconds,
        delete_twin_after_seconds: Some(seconds(settings.keep_twin)),
    }
}

async fn look(app: &App, job: &Job, id: RolloutId) -> Result<Looked, JobError> {
    if !brought_up_to_date(app, job, id).await? {
        return Ok(Looked::Rest);
    }
    let Some(seen) = app.store().reader().rollout(job.workspace_id, id).await? else { return Ok(Looked::Rest) };
    if let Err(error) = signals::look_up(app, &seen).await {
        tracing::info!(rollout = %id, %error, "groups and accounts could not be looked up: the next change will say which are not resolved");
    }
    let gathered = signals::gather(app, &seen, signals::Purpose::Look).await.map_err(JobError::app)?;

    let tx = app.store().write().await?;
    tx.assert_fence(job.lease()).await?;
    tx.absorb_jobs(job, app.now()).await?;
    let Some(held) = tx.hold_rollout(job.workspace_id, id).await? else { return Ok(Looked::Rest) };
    if held.version != seen.version || outcome::ended(&tx, &held).await?.is_some() {
        // A command or an outcome came meanwhile: what was gathered may be older than that.
        return Ok(Looked::Again);
    }
    let tick = domain::rollout::tick(&held.state, app.now(), &gathered.signals, &pace(app));
    if let Decision::Step(step) = tick.decision
        && child::stale(&tx, &held, step, &gathered).await.map_err(JobError::app)?
    {
        child::ask_for_sync(app, &tx, &held).await?;
        tx.commit().await?;
        app.hub().poke();
        return Ok(Looked::AwaitSync);
    }
    let again = !matches!(tick.decision, Decision::Hold { .. });
    match take::take(app, tx, held.clone(), tick, &gathered).await {
        Ok(()) => Ok(if again { Looked::Again } else { Looked::Rest }),
        Err(take::TakeError::Job(error)) => Err(error),
        Err(take::TakeError::StepRefused(refused)) => {
            outcome::refused(app, job, &held, refused).await?;
            Ok(Looked::Again)
        }
    }
}

/// Brings a change that has ended into the rollout. False where there is no such rollout, or nothing of it can move any more.
async fn brought_up_to_date(app: &App, job: &Job, id: RolloutId) -> Result<bool, JobError> {
    let tx: WriteTx = app.store().write().await?;
    tx.assert_fence(job.lease()).await?;
    let Some(mut rollout) = tx.hold_rollout(job.workspace_id, id).await? else { return Ok(false) };
    let change = outcome::ended(&tx, &rollout).await?;
    if let Some(change) = &change {
        outcome::take_over(app, &tx, &mut rollout, change).await.map_err(JobError::app)?;
    }
    let over = rollout.state.status.terminal() && rollout.state.twin.is_none();
    // Nothing is left to be watched.
    let rests = over && rollout.next_look_at.take().is_some();
    if change.is_some() || rests {
        rollout.version += 1;
        rollout.updated_at = app.now();
        tx.update_rollout(&rollout).await?;
        tx.commit().await?;
        app.hub().poke();
    }
    Ok(!over)
}

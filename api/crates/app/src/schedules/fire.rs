//! A schedule fires: `armed -> firing` in one transaction, then either the change is being applied and the schedule `fired` in one other,
//! or it ended as `missed` or `blocked` and nothing was applied. Each transaction states the job's fence, so of any number of workers one
//! takes each step; a crash in between is resumed by the next claim of the job.

use std::time::Duration;

use chrono::TimeDelta;
use domain::access::Operation;
use domain::change::dry_run::FieldDiff;
use domain::change::refusal::Refusal;
use domain::change::request::ChangeRequest;
use domain::change::status::ChangeStatus;
use domain::change::transition::{ChangeCommand, ChangeEventKind, allowed_events, transition};
use domain::id::{JobId, MemberId, WorkspaceId};
use domain::schedule::{Schedule, ScheduleCommand, ScheduleDetail, ScheduleMode, ScheduleState};
use domain::tenant::ConnectionState;
use domain::workspace::Actor;
use serde_json::json;
use store::{Job, JobState, Reader, WriteTx};

use super::record::Record;
use crate::App;
use crate::authorize::{authorize, in_scope};
use crate::error::{AppError, AppResult};
use crate::runner::jobs::{FirePayload, fire_sync_job};
use crate::runner::{JobEnd, JobError};

/// How often a schedule that revalidates looks whether its sync has ended.
const LOOK_AGAIN: Duration = Duration::from_millis(500);
/// For the deputy of the member who armed it: nothing that lasts is done with it.
const DEPUTY: TimeDelta = TimeDelta::minutes(5);

const SYSTEM: Record<'static> = Record { action: "system.fireSchedule", by: None };

/// What stands in the way of firing.
enum Stop {
    /// Not now, but soon.
    Later(Duration, &'static str),
    /// Too late.
    Missed(&'static str),
    /// The gate, or what it would be asked with, is not as it must be.
    Blocked { error: AppError, diff: Vec<FieldDiff> },
}

impl From<AppError> for Stop {
    fn from(error: AppError) -> Self {
        Stop::Blocked { error, diff: Vec::new() }
    }
}

impl From<store::StoreError> for Stop {
    fn from(error: store::StoreError) -> Self {
        AppError::from(error).into()
    }
}

/// Runs one fire job from wherever its schedule stands.
pub(crate) async fn run(app: &App, job: &Job) -> Result<JobEnd, JobError> {
    let payload: FirePayload = JobError::decode(job)?;
    let tx = app.store().write().await?;
    tx.assert_fence(job.lease()).await?;
    let found = tx.schedule(job.workspace_id, payload.schedule_id).await?.ok_or_else(|| JobError::broken("the schedule is gone"))?;
    // A job of an earlier instant, or of a schedule that came to its end otherwise.
    if found.job_id != job.id || !found.state.active() {
        return Ok(JobEnd::Done);
    }
    let now = app.now();
    if found.state == ScheduleState::Armed {
        if now < found.fire_at {
            let pause = (found.fire_at - now).to_std().unwrap_or(LOOK_AGAIN);
            return Ok(JobEnd::RetryIn { pause, reason: "its instant has not come by this clock".to_owned() });
        }
        if now > found.latest_at {
            return end(app, tx, found, Stop::Missed("no worker was there to fire it in time")).await;
        }
        begin(app, tx, found).await.map_err(JobError::app)?;
    } else {
        drop(tx);
    }
    proceed(app, job, &payload).await
}

/// A defect of ours ended the job: the schedule says so.
pub(crate) async fn gave_up(app: &App, job: &Job, error: &JobError) -> Result<(), JobError> {
    let payload: FirePayload = JobError::decode(job)?;
    let tx = app.store().write().await?;
    tx.assert_fence(job.lease()).await?;
    let Some(mut schedule) = tx.schedule(job.workspace_id, payload.schedule_id).await? else { return Ok(()) };
    if schedule.job_id != job.id || !schedule.state.active() {
        return Ok(());
    }
    if schedule.state == ScheduleState::Armed {
        schedule = app.step_schedule(&tx, schedule, ScheduleCommand::Fire { sync_job_id: None }, SYSTEM).await.map_err(JobError::app)?;
    }
    let detail = ScheduleDetail { code: "INTERNAL".to_owned(), message: error.for_people() };
    let command = ScheduleCommand::Block { detail, diff: Vec::new() };
    app.step_schedule(&tx, schedule, command, SYSTEM).await.map_err(JobError::app)?;
    tx.commit().await?;
    app.hub().poke();
    Ok(())
}

/// `armed -> firing`, and the sync that it waits for where it revalidates. Commits.
async fn begin(app: &App, tx: WriteTx, schedule: Schedule) -> AppResult<()> {
    let sync = (schedule.mode == ScheduleMode::RevalidateAtFire).then(|| JobId(app.ids().uuid()));
    let schedule = app.step_schedule(&tx, schedule, ScheduleCommand::Fire { sync_job_id: sync }, SYSTEM).await?;
    if let Some(sync) = sync {
        tx.enqueue_job(&fire_sync_job(sync, &schedule, app.now())).await?;
    }
    tx.commit().await?;
    app.hub().poke();
    Ok(())
}

/// From `firing` to the end, in one transaction.
async fn proceed(app: &App, job: &Job, payload: &FirePayload) -> Result<JobEnd, JobError> {
    let tx = app.store().write().await?;
    tx.assert_fence(job.lease()).await?;
    let Some(schedule) = tx.schedule(job.workspace_id, payload.schedule_id).await? else { return Ok(JobEnd::Done) };
    if schedule.job_id != job.id || schedule.state != ScheduleState::Firing {
        return Ok(JobEnd::Done);
    }
    match apply(app, &tx, &schedule).await {
        Ok(()) => {
            tx.commit().await?;
            app.hub().poke();
            Ok(JobEnd::Done)
        }
        Err(Stop::Later(pause, reason)) => Ok(JobEnd::RetryIn { pause, reason: reason.to_owned() }),
        // A fault is not an answer of the gate: the job is tried again.
        Err(Stop::Blocked { error, .. }) if !error.expected() || matches!(error, AppError::Concurrent) => Err(JobError::app(error)),
        Err(stop) => {
            // What was begun for the apply goes with its transaction; only the end is kept.
            drop(tx);
            let tx = app.store().write().await?;
            tx.assert_fence(job.lease()).await?;
            let Some(schedule) = tx.schedule(job.workspace_id, payload.schedule_id).await? else { return Ok(JobEnd::Done) };
            if schedule.state != ScheduleState::Firing {
                return Ok(JobEnd::Done);
            }
            end(app, tx, schedule, stop).await
        }
    }
}

/// Everything that has to hold, and then the change is being applied. Does not commit.
async fn apply(app: &App, tx: &WriteTx, schedule: &Schedule) -> Result<(), Stop> {
    if app.now() > schedule.latest_at {
        return Err(Stop::Missed("it began to fire, but could not get to its end in time"));
    }
    let actor = deputy(app, tx, schedule.workspace_id, schedule.armed_by).await?;
    authorize(&actor, Operation::ApplyChange)?;
    in_scope(&actor, schedule.tenant_id)?;
    let mut change = tx.change(schedule.workspace_id, schedule.change_id).await?.ok_or(AppError::NotFound)?;
    if schedule.mode == ScheduleMode::RevalidateAtFire {
        synced(tx, schedule).await?;
        change = revalidated(app, tx, &actor, schedule, change).await?;
    }
    match &change.dry_run {
        Some(dry_run) if dry_run.digest == schedule.digest => {}
        other => {
            let current = other.as_ref().map(|dry_run| dry_run.digest.clone()).unwrap_or_default();
            return Err(AppError::from(Refusal::StaleReview { current }).into());
        }
    }
    let from = change.status;
    let applying = app.start_apply(tx, &actor, change).await?;
    // First the schedule, so that saving the change does not find one to revoke.
    app.step_schedule(tx, schedule.clone(), ScheduleCommand::Start, SYSTEM).await?;
    let detail = json!({ "from": from, "to": applying.change.status, "scheduleId": schedule.id });
    app.save(tx, &actor, Operation::ApplyChange, applying, detail).await?;
    Ok(())
}

/// The member who asked for something that is done later, as that member is now. A person's token may end meanwhile; an API key acts only as long as it lives.
pub(crate) async fn deputy(app: &App, tx: &Reader, workspace: WorkspaceId, by: MemberId) -> AppResult<Actor> {
    let now = app.now();
    let member = tx.member(workspace, by).await?.ok_or(AppError::NotAMember)?;
    if member.is_api_key() {
        let key = tx.api_key(workspace, member.id).await?;
        if !key.is_some_and(|key| key.works_at(now)) {
            return Err(AppError::NotAMember);
        }
    }
    Ok(crate::session::actor(&member, now + DEPUTY))
}

/// Waits for the sync that was asked for when it began to fire.
async fn synced(tx: &WriteTx, schedule: &Schedule) -> Result<(), Stop> {
    let sync = match schedule.sync_job_id {
        Some(id) => tx.job(schedule.workspace_id, id).await?,
        None => None,
    };
    let state = sync.map(|sync| sync.state);
    if matches!(state, Some(JobState::Ready | JobState::Running)) {
        return Err(Stop::Later(LOOK_AGAIN, "it waits for the sync of its tenant"));
    }
    let tenant = tx.tenant(schedule.workspace_id, schedule.tenant_id).await?.ok_or(AppError::NotFound)?;
    // A sync that fails says so on the tenant; only a later one that ends well makes it connected again.
    if state == Some(JobState::Done) && tenant.connection == ConnectionState::Connected {
        return Ok(());
    }
    let why = tenant.connection_detail.unwrap_or_else(|| "its sync did not end well".to_owned());
    Err(AppError::ConnectionRefused { message: format!("the tenant could not be synced: {why}") }.into())
}

/// The change with a new dry-run, if that is the reviewed one again and nothing critical is in it.
async fn revalidated(app: &App, tx: &WriteTx, actor: &Actor, schedule: &Schedule, change: ChangeRequest) -> Result<ChangeRequest, Stop> {
    // Given up or applied meanwhile: the gate says what is wrong with that.
    if !allowed_events(change.status).contains(&ChangeEventKind::DryRun) {
        return Ok(change);
    }
    let again = app.plan_change(tx, actor, &change).await?;
    if again.digest != schedule.digest || again.blocked() {
        let diff = again.diff.clone();
        let error = AppError::from(Refusal::StaleReview { current: again.digest });
        return Err(Stop::Blocked { error, diff });
    }
    // Voided or edited, and yet the same: what is missing has to be done by a person.
    if change.status != ChangeStatus::DryRunComplete {
        return Ok(change);
    }
    let from = change.status;
    let planned = transition(change, ChangeCommand::DryRun(again), Some(actor.member_id), app.now()).map_err(AppError::from)?;
    let detail = json!({ "from": from, "to": planned.change.status, "scheduleId": schedule.id });
    Ok(app.save(tx, actor, Operation::RunDryRun, planned, detail).await?)
}

/// Ends a schedule without applying anything. Commits.
async fn end(app: &App, tx: WriteTx, schedule: Schedule, stop: Stop) -> Result<JobEnd, JobError> {
    let command = match stop {
        Stop::Later(pause, reason) => return Ok(JobEnd::RetryIn { pause, reason: reason.to_owned() }),
        Stop::Missed(why) => ScheduleCommand::Miss(schedule.too_late(why)),
        Stop::Blocked { error, diff } => {
            ScheduleCommand::Block { detail: ScheduleDetail { code: error.code().to_owned(), message: error.to_string() }, diff }
        }
    };
    tracing::info!(schedule = %schedule.id, change = %schedule.change_id, step = %command.kind(), "a schedule ended without applying its change");
    app.step_schedule(&tx, schedule, command, SYSTEM).await.map_err(JobError::app)?;
    tx.commit().await?;
    app.hub().poke();
    Ok(JobEnd::Done)
}

//! A bulk change's schedule fires: `armed -> firing -> fired`, or it ends as `missed` or `blocked` and nothing was applied. Every transaction
//! states the job's fence and holds the bulk change, so of any number of workers one takes each step; a crash in between is resumed by the
//! next claim of the job.

use std::time::Duration;

use chrono::TimeDelta;
use domain::access::Operation;
use domain::audit::{AuditOutcome, NewAuditEntry};
use domain::bulk::{BulkChange, BulkSchedule, BulkStatus, changed_event, status};
use domain::event::{NewEvent, SubjectKind};
use domain::id::{AuditId, JobId, TenantId};
use domain::schedule::{ScheduleDetail, ScheduleMode, ScheduleState};
use domain::snapshot::SnapshotKind;
use domain::tenant::ConnectionState;
use serde_json::{Value, json};
use store::{BulkItemFacts, Job, WriteTx};

use crate::App;
use crate::authorize::{authorize, in_scope};
use crate::bulk::apply::{check_digest, counts};
use crate::error::{AppError, AppResult};
use crate::runner::jobs::{BulkPayload, sync_job};
use crate::runner::{JobEnd, JobError};
use crate::schedules::fire::deputy;

/// How often a schedule that revalidates looks whether its syncs and its dry-run have ended.
const LOOK_AGAIN: Duration = Duration::from_millis(500);
/// How long it waits for syncs: a tenant that hangs then keeps its last snapshot, and its apply finds out what is live.
const SYNCED_WITHIN: TimeDelta = TimeDelta::minutes(2);

/// How a look ends.
enum Fired {
    /// The run has begun.
    Begun,
    /// Not now, but soon.
    Later(&'static str),
    /// Too late.
    Missed(&'static str),
}

/// Runs one fire job from wherever its schedule stands.
pub(crate) async fn run(app: &App, job: &Job) -> Result<JobEnd, JobError> {
    let now = app.now();
    let tx = app.store().write().await?;
    let Some((bulk, schedule)) = held(&tx, job).await? else { return Ok(JobEnd::Done) };
    if schedule.state == ScheduleState::Armed && now < schedule.fire_at {
        let pause = (schedule.fire_at - now).to_std().unwrap_or(LOOK_AGAIN);
        return Ok(JobEnd::RetryIn { pause, reason: "its instant has not come by this clock".to_owned() });
    }
    let (workspace, id) = (bulk.workspace_id, bulk.id);
    match look(app, &tx, bulk, schedule).await {
        Ok(Fired::Begun) => {
            tx.commit().await?;
            app.hub().poke();
            Ok(JobEnd::Done)
        }
        Ok(Fired::Later(reason)) => {
            tx.commit().await?;
            app.hub().poke();
            Ok(JobEnd::RetryIn { pause: LOOK_AGAIN, reason: reason.to_owned() })
        }
        Ok(Fired::Missed(why)) => {
            drop(tx);
            end(app, job, ScheduleState::Missed, ScheduleDetail { code: "MISSED".to_owned(), message: why.to_owned() }).await
        }
        // A fault is not an answer of the gate: the job is tried again.
        Err(error) if !error.expected() || matches!(error, AppError::Concurrent) => Err(JobError::app(error)),
        Err(error) => {
            drop(tx);
            tracing::info!(%workspace, bulk = %id, code = error.code(), %error, "the schedule of a bulk change is blocked");
            end(app, job, ScheduleState::Blocked, ScheduleDetail { code: error.code().to_owned(), message: error.to_string() }).await
        }
    }
}

/// A defect of ours ended the job: the schedule says so.
pub(crate) async fn gave_up(app: &App, job: &Job, error: &JobError) -> Result<(), JobError> {
    let detail = ScheduleDetail { code: "INTERNAL".to_owned(), message: error.for_people() };
    end(app, job, ScheduleState::Blocked, detail).await.map(|_| ())
}

/// The bulk change, held, with its schedule, if that is this job's and has not ended.
async fn held(tx: &WriteTx, job: &Job) -> Result<Option<(BulkChange, BulkSchedule)>, JobError> {
    let payload: BulkPayload = JobError::decode(job)?;
    tx.assert_fence(job.lease()).await?;
    let Some(bulk) = tx.hold_bulk_change(job.workspace_id, payload.bulk_id).await? else { return Ok(None) };
    let schedule = bulk.schedule.clone().filter(|schedule| schedule.job_id == job.id && schedule.state.active());
    Ok(schedule.map(|schedule| (bulk, schedule)))
}

/// From where it stands as far as it goes now. Does not commit.
async fn look(app: &App, tx: &WriteTx, bulk: BulkChange, schedule: BulkSchedule) -> AppResult<Fired> {
    let now = app.now();
    if now > schedule.latest_at {
        let began = schedule.state == ScheduleState::Firing;
        return Ok(Fired::Missed(if began {
            "it began to fire, but could not get to its end in time"
        } else {
            "no worker was there to fire it in time"
        }));
    }
    let actor = deputy(app, tx, bulk.workspace_id, schedule.armed_by).await?;
    authorize(&actor, Operation::ApplyBulkChange)?;
    let facts = tx.bulk_item_facts(bulk.workspace_id, bulk.id).await?;
    facts.iter().try_for_each(|item| in_scope(&actor, item.tenant_id))?;
    if schedule.mode == ScheduleMode::RevalidateAtFire
        && let Some(later) = revalidate(app, tx, &bulk, &schedule, &facts).await?
    {
        return Ok(Fired::Later(later));
    }
    check_digest(&bulk, &facts, &schedule.digest)?;
    let mut taken = app.begin_run(tx, actor.member_id, bulk, facts).await?;
    let ended = BulkSchedule { state: ScheduleState::Fired, finished_at: Some(now), ..schedule };
    taken.bulk.schedule = Some(ended);
    save(app, tx, taken.bulk, taken.detail, taken.events).await?;
    Ok(Fired::Begun)
}

/// First every tenant is synced, then the dry-run is made again. What it waits for; `None` when both have ended.
async fn revalidate(
    app: &App,
    tx: &WriteTx,
    bulk: &BulkChange,
    schedule: &BulkSchedule,
    facts: &[BulkItemFacts],
) -> AppResult<Option<&'static str>> {
    let now = app.now();
    let mut tenants: Vec<TenantId> = facts.iter().filter(|item| !item.facts.excluded).map(|item| item.tenant_id).collect();
    tenants.dedup();
    let Some(firing_at) = schedule.firing_at else {
        for tenant in &tenants {
            tx.enqueue_job(&sync_job(JobId(app.ids().uuid()), bulk.workspace_id, *tenant, SnapshotKind::Resync, now)).await?;
        }
        let firing = BulkSchedule { state: ScheduleState::Firing, firing_at: Some(now), ..schedule.clone() };
        let bulk = BulkChange { schedule: Some(firing), ..bulk.clone() };
        save(app, tx, bulk, json!({ "tenants": tenants.len() }), Vec::new()).await?;
        return Ok(Some("it waits for the syncs of its tenants"));
    };
    // One dry-run after the syncs: the one that was asked for since it began to fire.
    if bulk.dry_run_at.is_none_or(|asked| asked < firing_at) {
        if now - firing_at < SYNCED_WITHIN && unsynced(tx, bulk, &tenants, firing_at).await? {
            return Ok(Some("it waits for the syncs of its tenants"));
        }
        let bulk = BulkChange { dry_run_at: Some(now), ..bulk.clone() };
        app.enqueue_bulk_dry_run(tx, schedule.armed_by, &bulk).await?;
        save(app, tx, bulk, json!({ "dryRunAt": now }), Vec::new()).await?;
        return Ok(Some("it waits for its dry-run"));
    }
    let running = status(&counts(facts), true) == BulkStatus::DryRunning;
    Ok(running.then_some("it waits for its dry-run"))
}

/// Whether a tenant that can be read has not been since then.
async fn unsynced(tx: &WriteTx, bulk: &BulkChange, tenants: &[TenantId], since: chrono::DateTime<chrono::Utc>) -> AppResult<bool> {
    for batch in tenants.chunks(500) {
        let found = tx.tenants_by_ids(bulk.workspace_id, batch).await?;
        let late = |tenant: &domain::tenant::Tenant| tenant.last_sync_at.is_none_or(|at| at < since);
        if found.iter().any(|tenant| tenant.connection == ConnectionState::Connected && late(tenant)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Ends a schedule without applying anything. Commits.
async fn end(app: &App, job: &Job, state: ScheduleState, detail: ScheduleDetail) -> Result<JobEnd, JobError> {
    let tx = app.store().write().await?;
    let Some((bulk, schedule)) = held(&tx, job).await? else { return Ok(JobEnd::Done) };
    let told = json!({ "code": detail.code });
    let ended = BulkSchedule { state, finished_at: Some(app.now()), detail: Some(detail), ..schedule };
    save(app, &tx, BulkChange { schedule: Some(ended), ..bulk }, told, Vec::new()).await.map_err(JobError::app)?;
    tx.commit().await?;
    app.hub().poke();
    Ok(JobEnd::Done)
}

/// Saves a step that the schedule took, with its event and audit entry; does not commit.
async fn save(app: &App, tx: &WriteTx, mut bulk: BulkChange, mut detail: Value, events: Vec<NewEvent>) -> AppResult<()> {
    const ACTION: &str = "system.fireBulkSchedule";
    let now = app.now();
    bulk.revision += 1;
    bulk.updated_at = now;
    detail["schedule"] = json!(bulk.schedule.as_ref().map(|schedule| schedule.state));
    tx.update_bulk_change(&bulk).await?;
    let step = changed_event(bulk.id, None, ACTION, detail.clone());
    tx.append_events(bulk.workspace_id, now, events.into_iter().chain([step]).collect()).await?;
    let entry = NewAuditEntry {
        actor: None,
        action: ACTION.to_owned(),
        tenant_id: None,
        subject_kind: SubjectKind::BulkChange,
        subject_id: bulk.id.0,
        outcome: AuditOutcome::Done,
        detail,
    };
    tx.append_audit(bulk.workspace_id, AuditId(app.ids().uuid()), now, entry).await?;
    Ok(())
}

//! Taking the waves of a rollout across tenants further: which tenant starts, which is left, and whether a breach holds all. The job keeps nothing:
//! it is put in after every move of a tenant's rollout, and says the same however often it runs.

use std::time::Duration;

use domain::access::Operation;
use domain::audit::{AuditOutcome, NewAuditEntry};
use domain::bulk::ItemFailure;
use domain::bulk_rollout::{BulkRollout, BulkRolloutItem, ChildRollout, NextWave, StartRefusal, StartedBy, bulk_rollout_event, next_wave};
use domain::event::{EventKind, SubjectKind};
use domain::id::{MemberId, TenantId};
use domain::rollout::{Command, EndReason, ManagedRollout, RolloutRefusal, RolloutStatus};
use futures_util::FutureExt;
use serde_json::{Value, json};
use store::{Job, WriteTx};

use super::step::Stopped;
use super::view::{BulkRolloutView, parts};
use super::wake::wave_job;
use crate::App;
use crate::error::{AppError, AppResult};
use crate::freeze::frozen_at;
use crate::rollouts::MoveRollout;
use crate::runner::jobs::BulkRolloutPayload;
use crate::runner::{JobEnd, JobError};
use crate::schedules::fire::deputy;

/// Until a tenant that could not be started is tried again.
const TRY_AGAIN: Duration = Duration::from_secs(60);

/// Refusals that may pass by themselves.
const PASSING: [&str; 7] =
    ["WAVE_HELD", "FROZEN", "TENANT_DISCONNECTED", "SIGNAL_MISSING", "STALE_REVISION", "ROLLOUT_NOT_READY", "UNAVAILABLE"];

/// Takes the waves one look further.
pub(crate) async fn run(app: &App, job: &Job) -> Result<JobEnd, JobError> {
    let payload: BulkRolloutPayload = JobError::decode(job)?;
    let tx = app.store().write().await?;
    tx.assert_fence(job.lease()).await?;
    tx.absorb_jobs(job, app.now()).await?;
    let Some(bulk) = tx.hold_bulk_rollout(job.workspace_id, payload.bulk_id).await? else { return Ok(JobEnd::Done) };
    let parts = parts(&tx, &bulk).await.map_err(JobError::app)?;
    let wave = next_wave(&bulk, &parts);
    settle(app, &tx, bulk.clone(), &parts, &wave).await.map_err(JobError::app)?;
    tx.commit().await?;
    app.hub().poke();

    let Some(started) = bulk.started else { return Ok(JobEnd::Done) };
    let mut again = wave.again;
    for tenant in &wave.start {
        let item = parts.iter().map(|(item, _)| item).find(|item| item.tenant_id == *tenant);
        let Some(item) = item else { continue };
        again |= start(app, job, &bulk, started, item).await?;
    }
    if again {
        return Ok(JobEnd::RetryIn { pause: TRY_AGAIN, reason: "a tenant could not be started yet".to_owned() });
    }
    Ok(JobEnd::Done)
}

/// Keeps who is left, who holds it, and whether it is over.
async fn settle(
    app: &App,
    tx: &WriteTx,
    mut bulk: BulkRollout,
    parts: &[(BulkRolloutItem, Option<ChildRollout>)],
    wave: &NextWave,
) -> AppResult<()> {
    let now = app.now();
    let before = bulk.clone();
    let Stopped { mut events, audits } = leave(app, tx, &bulk, parts, wave).await?;
    if bulk.held_by != wave.held_by {
        bulk.held_by.clone_from(&wave.held_by);
        let (kind, data) = if wave.held_by.is_empty() {
            app.wake_children(tx, bulk.workspace_id, bulk.id).await?;
            (EventKind::BulkRolloutReleased, json!({}))
        } else {
            let text = "a breach holds all tenants: resume or end the rollouts of those named";
            (EventKind::BulkRolloutHeld, json!({ "severity": "critical", "tenantIds": wave.held_by, "text": text }))
        };
        events.push(bulk_rollout_event(&bulk, None, kind, data));
    }
    let status = BulkRolloutView::load(tx, bulk.clone()).await?.status;
    match (status.terminal(), bulk.ended_at) {
        (true, None) => {
            bulk.ended_at = Some(now);
            events.push(bulk_rollout_event(&bulk, None, EventKind::BulkRolloutEnded, json!({ "status": status })));
        }
        // A member started by hand what could not be started at its turn.
        (false, Some(_)) => bulk.ended_at = None,
        _ => {}
    }
    if bulk != before {
        bulk.revision += 1;
        bulk.updated_at = now;
        tx.update_bulk_rollout(&bulk).await?;
    }
    if !events.is_empty() {
        tx.append_events(bulk.workspace_id, now, events).await?;
    }
    tx.append_audits(bulk.workspace_id, now, audits).await?;
    Ok(())
}

/// Cancels the plans of tenants that are not started any more.
async fn leave(
    app: &App,
    tx: &WriteTx,
    bulk: &BulkRollout,
    parts: &[(BulkRolloutItem, Option<ChildRollout>)],
    wave: &NextWave,
) -> AppResult<Stopped> {
    let mut stopped = Stopped::default();
    let mut left = Vec::new();
    for (tenant, why) in &wave.leave {
        let Some(item) = parts.iter().map(|(item, _)| item).find(|item| item.tenant_id == *tenant) else { continue };
        let rollout = match item.rollout_id {
            Some(id) => tx.hold_rollout(bulk.workspace_id, id).await?,
            None => None,
        };
        // One that somebody started by hand a moment ago goes its own way.
        let Some(rollout) = rollout.filter(|rollout| rollout.state.status == RolloutStatus::Planned) else { continue };
        let cancel = Command::Cancel { reason: format!("the rollout across tenants ended: {why}"), end: EndReason::LeftOut };
        app.stop_child(tx, rollout, &cancel, None, &mut stopped).await?;
        left.push(BulkRolloutItem { not_started: Some(*why), ..item.clone() });
    }
    tx.put_bulk_rollout_items(&left).await?;
    Ok(stopped)
}

/// Starts one tenant as the member who started the whole. Whether it is to be tried again later.
async fn start(app: &App, job: &Job, bulk: &BulkRollout, started: StartedBy, item: &BulkRolloutItem) -> Result<bool, JobError> {
    match try_start(app, bulk, started, item).await {
        Ok(()) => {
            if item.refused.is_some() {
                keep(app, job, bulk, item.tenant_id, None).await?;
            }
            Ok(false)
        }
        Err(error) => {
            let code = error.code();
            let passing = PASSING.contains(&code);
            let message = if error.expected() {
                error.to_string()
            } else {
                let error = JobError::app(error);
                if error.passing() {
                    return Err(error);
                }
                tracing::error!(tenant = %item.tenant_id, %error, "a tenant of a rollout across tenants could not be started");
                error.for_people()
            };
            let failure = ItemFailure { code: code.to_owned(), message, at: app.now() };
            let said = item.refused.as_ref().map(|refused| (&refused.failure.code, &refused.failure.message));
            if said != Some((&failure.code, &failure.message)) {
                keep(app, job, bulk, item.tenant_id, Some(StartRefusal { failure, passing })).await?;
            }
            Ok(passing)
        }
    }
}

async fn try_start(app: &App, bulk: &BulkRollout, started: StartedBy, item: &BulkRolloutItem) -> AppResult<()> {
    let reader = app.store().reader();
    let actor = deputy(app, &reader, bulk.workspace_id, started.by).await?;
    let id = item.rollout_id.ok_or(AppError::NotFound)?;
    let rollout = reader.rollout(bulk.workspace_id, id).await?.ok_or(AppError::NotFound)?;
    let tenant = reader.tenant(bulk.workspace_id, item.tenant_id).await?.ok_or(AppError::NotFound)?;
    // Asked before the step itself: a window lasts for days, and each refusal of a step would be in the audit log.
    if let Some(freeze) = frozen_at(&reader, &tenant, app.now()).await? {
        return Err(RolloutRefusal::Frozen(freeze).into());
    }
    let start = MoveRollout {
        id,
        command: Command::Start { confirm_forecast: started.confirm_forecast },
        expected_revision: Some(rollout.revision),
        idempotency_key: None,
    };
    app.move_rollout(&actor, start).boxed().await.map(drop)
}

/// Keeps why a tenant could not be started, or that it could in the end. Whoever is passed over gives its turn to the next one, at once; the same
/// refusal again is not kept, so that this comes to rest.
async fn keep(app: &App, job: &Job, bulk: &BulkRollout, tenant: TenantId, refused: Option<StartRefusal>) -> Result<(), JobError> {
    let tx = app.store().write().await?;
    tx.assert_fence(job.lease()).await?;
    tx.hold_bulk_rollout(bulk.workspace_id, bulk.id).await?;
    let Some(item) = tx.bulk_rollout_item(bulk.workspace_id, bulk.id, tenant).await? else { return Ok(()) };
    let data = json!({ "stage": "START", "tenantId": tenant, "refused": refused.as_ref().map(|refused| &refused.failure) });
    if refused.is_some() {
        tx.enqueue_job(&wave_job(app, bulk.workspace_id, bulk.id)).await?;
    }
    tx.put_bulk_rollout_items(&[BulkRolloutItem { refused, ..item }]).await?;
    tx.append_events(bulk.workspace_id, app.now(), vec![bulk_rollout_event(bulk, None, EventKind::BulkRolloutProgress, data)]).await?;
    tx.commit().await?;
    app.hub().poke();
    Ok(())
}

/// The audit entry of a step that the whole took on one tenant's rollout.
pub(super) fn entry(by: Option<MemberId>, action: Operation, rollout: &ManagedRollout, detail: Value) -> NewAuditEntry {
    NewAuditEntry {
        actor: by,
        action: if by.is_some() { action.as_str().to_owned() } else { "system.leaveRollout".to_owned() },
        tenant_id: Some(rollout.tenant_id),
        subject_kind: SubjectKind::Rollout,
        subject_id: rollout.id.0,
        outcome: AuditOutcome::Done,
        detail,
    }
}

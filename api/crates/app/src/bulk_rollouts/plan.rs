//! Making the plan of each tenant, in the background, a few tenants at a time. Graph is asked for the names of groups and for nothing else. A
//! tenant that has its plan is marked, so a job that begins again goes on where the one before it ended.

use std::time::Duration;

use chrono::TimeDelta;
use domain::bulk::Blocked;
use domain::bulk_rollout::{BulkRollout, BulkRolloutItem, bulk_rollout_event};
use domain::change::refusal::Refusal;
use domain::event::EventKind;
use domain::id::{RolloutId, TenantId};
use domain::policy::Policy;
use domain::rollout::{Plan, RolloutMode};
use domain::workspace::Actor;
use futures_util::FutureExt;
use futures_util::future::join_all;
use serde_json::json;
use store::Job;

use super::resolve::phases_in;
use crate::App;
use crate::bulk::targets;
use crate::error::{AppError, AppResult};
use crate::rollouts::{Material, NewRollout};
use crate::runner::jobs::BulkRolloutPayload;
use crate::runner::{JobEnd, JobError};
use crate::schedules::fire::deputy;

/// Tenants that are planned at the same time.
const AT_ONCE: usize = 8;
/// Between two looks at groups whose members are being read.
const READING: Duration = Duration::from_secs(3);
/// How long that is waited for after plans were asked for.
const PATIENCE: TimeDelta = TimeDelta::minutes(10);

/// What came of one tenant.
enum Outcome {
    /// It has a plan.
    Planned(Box<Material>, Plan),
    /// It can have none as things are.
    Blocked(Blocked),
    /// The members of its groups are being read.
    Reading,
}

/// Makes plans until every tenant has one, or says why it has none.
pub(crate) async fn run(app: &App, job: &Job) -> Result<JobEnd, JobError> {
    let payload: BulkRolloutPayload = JobError::decode(job)?;
    let reader = app.store().reader();
    let bulk = reader.bulk_rollout(job.workspace_id, payload.bulk_id).await?;
    let bulk = bulk.ok_or_else(|| JobError::broken("the rollout across tenants is gone"))?;
    let actor = deputy(app, &reader, job.workspace_id, bulk.created_by).await;
    let pending: Vec<TenantId> = reader
        .bulk_rollout_items(job.workspace_id, bulk.id)
        .await?
        .iter()
        .filter(|item| pending(item))
        .map(|item| item.tenant_id)
        .collect();
    let mut reading = false;
    for tenants in pending.chunks(AT_ONCE) {
        let targets = targets(&reader, job.workspace_id, Some(&bulk.target), tenants).await.map_err(JobError::app)?;
        let policies = tenants.iter().map(|tenant| targets.as_ref().map(|targets| targets.of(*tenant)));
        let planning: Vec<_> = policies.map(|policy| outcome(app, &bulk, &actor, policy).boxed()).collect();
        let outcomes = join_all(planning).await;
        for (tenant, outcome) in tenants.iter().copied().zip(outcomes) {
            match or_blocked(tenant, outcome)? {
                Outcome::Reading => reading = true,
                settled => settle(app, job, &bulk, &actor, tenant, settled).await?,
            }
        }
    }
    if reading {
        return Ok(JobEnd::RetryIn { pause: READING, reason: "it waits for a reading of groups".to_owned() });
    }
    Ok(JobEnd::Done)
}

/// A tenant that can't be planned for a defect says so, and the others are planned all the same.
fn or_blocked(tenant: TenantId, outcome: AppResult<Outcome>) -> Result<Outcome, JobError> {
    let error = match outcome.map_err(JobError::app) {
        Err(error) if !error.passing() => error,
        other => return other,
    };
    tracing::error!(%tenant, %error, "a tenant of a rollout across tenants could not be planned");
    Ok(Outcome::Blocked(Blocked { code: "INTERNAL".to_owned(), message: error.for_people() }))
}

fn pending(item: &BulkRolloutItem) -> bool {
    item.rollout_id.is_none() && item.blocked.is_none() && item.excluded.is_none() && item.not_started.is_none()
}

/// What a caller would be refused is what blocks the tenant; anything else is an error.
async fn outcome(
    app: &App,
    bulk: &BulkRollout,
    actor: &Result<Actor, AppError>,
    policy: Option<Result<&Policy, Blocked>>,
) -> AppResult<Outcome> {
    let actor = match actor {
        Ok(actor) => actor,
        Err(error) => return Ok(Outcome::Blocked(blocked(error))),
    };
    let policy = match policy {
        Some(Ok(policy)) => policy,
        Some(Err(blocked)) => return Ok(Outcome::Blocked(blocked)),
        None => return Err(AppError::NotFound),
    };
    match planned(app, bulk, actor, policy).await {
        Err(error) if error.expected() && !matches!(error, AppError::Concurrent) => Ok(Outcome::Blocked(blocked(&error))),
        other => other,
    }
}

async fn planned(app: &App, bulk: &BulkRollout, actor: &Actor, policy: &Policy) -> AppResult<Outcome> {
    let Some(phases) = &bulk.phases else {
        let material = app.rollout_material(actor, policy.id, &[]).await?;
        material.check_eligible(false)?;
        let plan = material.proposed_for(app, RolloutMode::Automatic)?;
        return Ok(Outcome::Planned(Box::new(material), plan));
    };
    let tenant = app.store().reader().tenant(policy.workspace_id, policy.tenant_id).await?.ok_or(AppError::NotFound)?;
    let drafts = match phases_in(app, &tenant, phases).await? {
        Ok(drafts) => drafts,
        Err(blocked) => return Ok(Outcome::Blocked(blocked)),
    };
    let material = app.rollout_material(actor, policy.id, &drafts).await?;
    material.check_eligible(true)?;
    if !material.unread(&drafts).is_empty() && app.now() < bulk.plans_asked_at + PATIENCE {
        material.have_read(app, &drafts).await?;
        return Ok(Outcome::Reading);
    }
    let plan = material.chosen(app, &drafts, RolloutMode::Automatic).await?;
    Ok(Outcome::Planned(Box::new(material), plan))
}

/// Keeps what came of a tenant that still waits for it.
async fn settle(
    app: &App,
    job: &Job,
    bulk: &BulkRollout,
    actor: &Result<Actor, AppError>,
    tenant: TenantId,
    outcome: Outcome,
) -> Result<(), JobError> {
    let tx = app.store().write().await?;
    tx.assert_fence(job.lease()).await?;
    if tx.hold_bulk_rollout(job.workspace_id, bulk.id).await?.is_none() {
        return Ok(());
    }
    let item = tx.bulk_rollout_item(job.workspace_id, bulk.id, tenant).await?;
    let Some(mut item) = item.filter(pending) else { return Ok(()) };
    match (outcome, actor) {
        (Outcome::Planned(material, plan), Ok(actor)) => match tx.rollout_owning(job.workspace_id, material.policy_id()).await? {
            Some(other) => item.blocked = Some(blocked(&Refusal::RolloutExists(other).into())),
            None => {
                let id = RolloutId(app.ids().uuid());
                let new = NewRollout { mode: RolloutMode::Automatic, guard: bulk.guard.clone(), bulk: Some(bulk.id) };
                app.insert_rollout(&tx, actor, id, &material, plan, new).await.map_err(JobError::app)?;
                item.rollout_id = Some(id);
            }
        },
        (Outcome::Blocked(why), _) => item.blocked = Some(why),
        (Outcome::Planned(..) | Outcome::Reading, _) => return Ok(()),
    }
    let data = json!({ "stage": "PLAN", "tenantId": tenant, "blocked": item.blocked.as_ref().map(|blocked| &blocked.code) });
    tx.put_bulk_rollout_items(&[item]).await?;
    tx.append_events(bulk.workspace_id, app.now(), vec![bulk_rollout_event(bulk, None, EventKind::BulkRolloutProgress, data)]).await?;
    tx.commit().await?;
    app.hub().poke();
    Ok(())
}

fn blocked(error: &AppError) -> Blocked {
    Blocked { code: error.code().to_owned(), message: error.to_string() }
}

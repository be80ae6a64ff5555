//! `runBulkDryRun`: planning a bulk change in each of its tenants, in the background. Graph is asked for names that the caches of the tenants
//! don't settle, and for nothing else; the plans are made from the database alone.
//!
//! A few tenants a transaction, each under the job's fence and with its progress. What was planned is marked, so a job that begins again
//! goes on where the one before it ended.

use domain::access::Operation;
use domain::bulk::{Blocked, BulkChange, BulkItemState, BulkStage, BulkStatus, progress_event};
use domain::change::refusal::Refusal;
use domain::id::{BulkChangeId, JobId, MemberId, TenantId};
use domain::workspace::Actor;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{Job, NewJob, WriteTx};

use super::command::BulkStep;
use super::look_up::LookUp;
use super::plan::{Made, Planning};
use super::step::{BulkAsked, BulkTaken};
use super::targets::targets;
use super::view::BulkView;
use crate::App;
use crate::error::AppResult;
use crate::runner::jobs::{JobKind, bulk_job};
use crate::runner::{JobEnd, JobError};

/// Tenants of one transaction: on SQLite nobody else writes meanwhile.
const TENANTS_AT_ONCE: u64 = 20;

/// Payload of [`JobKind::BulkDryRun`].
#[derive(Debug, Serialize, Deserialize)]
struct DryRunPayload {
    bulk_id: BulkChangeId,
    /// Who asked for it; some warnings are about who acts.
    by: MemberId,
}

impl App {
    /// Asks for a plan in every tenant that nothing was started in. Follow it by the bulk change's events.
    pub async fn run_bulk_dry_run(&self, actor: &Actor, command: BulkStep) -> AppResult<BulkView> {
        let asked = BulkAsked {
            operation: Operation::RunBulkDryRun,
            id: command.id,
            expected_revision: command.expected_revision,
            idempotency_key: &command.idempotency_key,
            input: &command,
        };
        self.bulk_step(actor, asked, async |tx, mut bulk| {
            let view = BulkView::new(bulk.clone(), tx.bulk_counts(bulk.workspace_id, bulk.id).await?);
            let why = match view.status {
                BulkStatus::Applying => "wait until it has gone through the tenants, or stop it",
                BulkStatus::Cancelled => "create another one",
                _ if !has_open(&view) => "nothing is left to be planned: retry what failed, or create another one",
                _ => "",
            };
            if !why.is_empty() {
                return Err(Refusal::BulkNotReady { status: view.status, why }.into());
            }
            bulk.dry_run_at = Some(self.now());
            self.enqueue_bulk_dry_run(tx, actor.member_id, &bulk).await?;
            Ok(BulkTaken { bulk, detail: json!({}), events: Vec::new() })
        })
        .await
    }

    /// The job that plans what is not planned. One of its own for each time it is asked for: an earlier one may be about to end.
    pub(crate) async fn enqueue_bulk_dry_run(&self, tx: &WriteTx, by: MemberId, bulk: &BulkChange) -> AppResult<()> {
        let now = self.now();
        let job = bulk_job(JobId(self.ids().uuid()), JobKind::BulkDryRun, bulk, None, now, now);
        tx.enqueue_job(&NewJob { payload: json!(DryRunPayload { bulk_id: bulk.id, by }), ..job }).await?;
        Ok(())
    }
}

fn has_open(view: &BulkView) -> bool {
    use BulkItemState as S;
    [S::Pending, S::Blocked, S::Ready, S::AwaitingApproval].iter().any(|state| view.counts.of(*state) > 0)
}

/// Runs one dry-run job until every tenant is planned.
pub(crate) async fn run(app: &App, job: &Job) -> Result<JobEnd, JobError> {
    let payload: DryRunPayload = JobError::decode(job)?;
    let bulk = app.store().reader().bulk_change(job.workspace_id, payload.bulk_id).await?;
    let bulk = bulk.ok_or_else(|| JobError::broken("the bulk change is gone"))?;
    let mut names = LookUp::of(&bulk);
    loop {
        look_up(app, job, &bulk, &mut names).await?;
        let more = match some_tenants(app, job, &payload, TENANTS_AT_ONCE).await {
            Err(error) if !error.passing() => one_tenant(app, job, &payload).await?,
            other => other?,
        };
        if !more {
            return Ok(JobEnd::Done);
        }
    }
}

/// Asks Graph for names in the next tenants, those that are planned after them among them.
async fn look_up(app: &App, job: &Job, bulk: &BulkChange, names: &mut LookUp) -> Result<(), JobError> {
    let Some(asked) = bulk.dry_run_at else { return Ok(()) };
    let tenants = app.store().reader().unplanned_bulk_tenants(bulk.workspace_id, bulk.id, asked, LookUp::AHEAD).await?;
    let next = tenants.get(..tenants.len().min(TENANTS_AT_ONCE as usize)).unwrap_or_default();
    if names.settled(next) { Ok(()) } else { names.ask(app, job, &tenants).await }
}

/// Something in one of the tenants can't be planned for a defect: the others are, and that one says so.
async fn one_tenant(app: &App, job: &Job, payload: &DryRunPayload) -> Result<bool, JobError> {
    match some_tenants(app, job, payload, 1).await {
        Err(error) if !error.passing() => {
            tracing::error!(bulk = %payload.bulk_id, %error, "a tenant of a bulk change could not be planned");
            let why = Blocked { code: "INTERNAL".to_owned(), message: error.for_people() };
            give_up_tenant(app, job, payload, why).await
        }
        other => other,
    }
}

/// Plans the next tenants, at most `limit`; false when there were none.
async fn some_tenants(app: &App, job: &Job, payload: &DryRunPayload, limit: u64) -> Result<bool, JobError> {
    let tx = app.store().write().await?;
    tx.assert_fence(job.lease()).await?;
    let Some((bulk, tenants)) = next(&tx, job, payload, limit).await? else { return Ok(false) };
    let made = plan(app, &tx, &bulk, payload.by, &tenants).await.map_err(JobError::app)?;
    save(app, tx, &bulk, payload.by, made).await.map_err(JobError::app)?;
    Ok(true)
}

async fn next(tx: &WriteTx, job: &Job, payload: &DryRunPayload, limit: u64) -> Result<Option<(BulkChange, Vec<TenantId>)>, JobError> {
    let bulk = tx.hold_bulk_change(job.workspace_id, payload.bulk_id).await?;
    let bulk = bulk.ok_or_else(|| JobError::broken("the bulk change is gone"))?;
    let Some(asked) = bulk.dry_run_at else { return Ok(None) };
    let tenants = tx.unplanned_bulk_tenants(bulk.workspace_id, bulk.id, asked, limit).await?;
    Ok((!tenants.is_empty()).then_some((bulk, tenants)))
}

async fn plan(app: &App, tx: &WriteTx, bulk: &BulkChange, by: MemberId, tenants: &[TenantId]) -> AppResult<Made> {
    let targets = targets(tx, bulk.workspace_id, bulk.target.as_ref(), tenants).await?;
    let mut planning = Planning::begin(app, tx, bulk, by, targets).await?;
    let mut items = tx.bulk_items_of_tenants(bulk.workspace_id, bulk.id, tenants).await?;
    let mut changes = tx.changes_of_items(bulk.workspace_id, &items).await?;
    let mut known: std::collections::HashMap<_, _> =
        tx.tenants_by_ids(bulk.workspace_id, tenants).await?.into_iter().map(|tenant| (tenant.id, tenant)).collect();
    for id in tenants {
        let (own, others) = items.into_iter().partition(|item| item.tenant_id == *id);
        items = others;
        planning.tenant(known.remove(id), own, &mut changes).await?;
    }
    Ok(planning.made)
}

/// Saves what was planned, with its events and audit entries, and commits.
async fn save(app: &App, tx: WriteTx, bulk: &BulkChange, by: MemberId, made: Made) -> AppResult<()> {
    tx.put_bulk_items(&made.items).await?;
    let counts = tx.bulk_counts(bulk.workspace_id, bulk.id).await?;
    let progress = progress_event(bulk.id, Some(by), BulkStage::DryRun, &counts, &made.moved);
    tx.append_events(bulk.workspace_id, app.now(), made.events.into_iter().chain([progress]).collect()).await?;
    tx.append_audits(bulk.workspace_id, app.now(), made.audits).await?;
    tx.commit().await?;
    app.hub().poke();
    Ok(())
}

/// Says of the next tenant that it can't be planned.
async fn give_up_tenant(app: &App, job: &Job, payload: &DryRunPayload, why: Blocked) -> Result<bool, JobError> {
    let tx = app.store().write().await?;
    tx.assert_fence(job.lease()).await?;
    let Some((bulk, tenants)) = next(&tx, job, payload, 1).await? else { return Ok(false) };
    let mut items = tx.bulk_items_of_tenants(bulk.workspace_id, bulk.id, &tenants).await?;
    for item in &mut items {
        item.planned_at = Some(app.now());
        item.blocked = Some(why.clone());
    }
    tx.put_bulk_items(&items).await?;
    let counts = tx.bulk_counts(bulk.workspace_id, bulk.id).await?;
    let progress = progress_event(bulk.id, Some(payload.by), BulkStage::DryRun, &counts, &[]);
    tx.append_events(bulk.workspace_id, app.now(), vec![progress]).await?;
    tx.commit().await?;
    app.hub().poke();
    Ok(true)
}

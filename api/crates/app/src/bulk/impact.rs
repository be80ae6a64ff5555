//! `runBulkImpact`: the impact reports of what a bulk change intends, in the background. A list of items shows only what the cache holds.
//!
//! The job asks for the reports a few tenants at a time, as `refreshImpact` does, and then tells how many are there until all are.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use domain::access::Operation;
use domain::bulk::{BulkChange, BulkItemState, BulkStage, progress_event};
use domain::change::refusal::Refusal;
use domain::change::request::ChangeRequest;
use domain::id::{BulkChangeId, ChangeId, JobId, MemberId};
use domain::impact::{ImpactSource, ImpactStatus, ImpactWindow};
use domain::workspace::Actor;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{Job, NewJob};

use super::command::BulkStep;
use super::step::{BulkAsked, BulkTaken};
use super::view::BulkView;
use crate::App;
use crate::error::AppResult;
use crate::impact::{ImpactOf, ImpactSubject};
use crate::runner::jobs::{JobKind, bulk_job};
use crate::runner::{JobEnd, JobError};
use crate::session::actor;

/// Changes whose documents one transaction asks for.
const CHANGES_AT_ONCE: usize = 20;
/// How often the job looks how many reports are there.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// How long it looks.
const LONGEST: TimeDelta = TimeDelta::minutes(30);
/// For the deputy of the member who asked: nothing that lasts is done with it.
const DEPUTY: TimeDelta = TimeDelta::minutes(5);
/// The window that bulk changes are measured over.
const WINDOW: ImpactWindow = ImpactWindow::Week;

/// Payload of [`JobKind::BulkImpact`].
#[derive(Debug, Serialize, Deserialize)]
struct BulkImpactPayload {
    bulk_id: BulkChangeId,
    by: MemberId,
    asked_at: DateTime<Utc>,
}

impl App {
    /// Asks for the impact reports of every planned change, over seven days. Nothing about the bulk change or its changes moves.
    pub async fn run_bulk_impact(&self, actor: &Actor, command: BulkStep) -> AppResult<BulkView> {
        let asked = BulkAsked {
            operation: Operation::RunBulkImpact,
            id: command.id,
            expected_revision: command.expected_revision,
            idempotency_key: &command.idempotency_key,
            input: &command,
        };
        self.bulk_step(actor, asked, async |tx, bulk| {
            if planned(&tx.bulk_item_facts(bulk.workspace_id, bulk.id).await?).is_empty() {
                let status = BulkView::new(bulk.clone(), tx.bulk_counts(bulk.workspace_id, bulk.id).await?).status;
                return Err(Refusal::BulkNotReady { status, why: "run the dry-run first" }.into());
            }
            let now = self.now();
            let dedup = Some(format!("bulk-impact:{}", bulk.id));
            let job = bulk_job(JobId(self.ids().uuid()), JobKind::BulkImpact, &bulk, dedup, now, now);
            let payload = BulkImpactPayload { bulk_id: bulk.id, by: actor.member_id, asked_at: now };
            tx.enqueue_job(&NewJob { payload: json!(payload), priority: 20, ..job }).await?;
            Ok(BulkTaken { bulk, detail: json!({ "window": WINDOW }), events: Vec::new() })
        })
        .await
    }
}

/// The changes of included items that are planned and not started.
fn planned(facts: &[store::BulkItemFacts]) -> Vec<ChangeId> {
    use BulkItemState as S;
    let open = facts.iter().filter(|item| matches!(item.facts.state(), S::Ready | S::AwaitingApproval | S::Blocked | S::Queued));
    open.filter_map(|item| item.change_id).collect()
}

/// Runs one impact job: asks once, then looks until every report is there or time is up.
pub(crate) async fn run(app: &App, job: &Job) -> Result<JobEnd, JobError> {
    let payload: BulkImpactPayload = JobError::decode(job)?;
    let reader = app.store().reader();
    let bulk = reader.bulk_change(job.workspace_id, payload.bulk_id).await?.ok_or_else(|| JobError::broken("the bulk change is gone"))?;
    let Some(member) = reader.member(job.workspace_id, payload.by).await? else { return Ok(JobEnd::Done) };
    let deputy = actor(&member, app.now() + DEPUTY);
    let ids = planned(&reader.bulk_item_facts(job.workspace_id, bulk.id).await?);
    // Asked already only where it said so when it looked: a worker that ended in the middle said nothing.
    if told(job).is_none() {
        for some in ids.chunks(CHANGES_AT_ONCE) {
            ask(app, job, &deputy, some).await?;
        }
    }
    let done = look(app, job, &deputy, &bulk, &ids).await?;
    if done == ids.len() || app.now() - payload.asked_at > LONGEST {
        return Ok(JobEnd::Done);
    }
    Ok(JobEnd::RetryIn { pause: LOOK_AGAIN, reason: format!("{done} of {} reports are there", ids.len()) })
}

/// Asks for the reports of some changes.
async fn ask(app: &App, job: &Job, deputy: &Actor, ids: &[ChangeId]) -> Result<(), JobError> {
    let tx = app.store().write().await?;
    tx.assert_fence(job.lease()).await?;
    for change in tx.changes_by_ids(job.workspace_id, ids).await? {
        let document = app.of_change(&tx, &change).await.map_err(JobError::app)?;
        let documents = document.into_iter().collect();
        app.refresh_documents(&tx, deputy, change.tenant_id, documents, WINDOW, Operation::RunBulkImpact).await.map_err(JobError::app)?;
    }
    tx.commit().await?;
    app.hub().poke();
    Ok(())
}

/// How many reports are there, told where that moved on since the job looked last.
async fn look(app: &App, job: &Job, deputy: &Actor, bulk: &BulkChange, ids: &[ChangeId]) -> Result<usize, JobError> {
    let mut asked: Vec<ImpactOf> = Vec::with_capacity(ids.len());
    for some in ids.chunks(CHANGES_AT_ONCE) {
        asked.extend(app.store().reader().changes_by_ids(job.workspace_id, some).await?.iter().filter_map(report_of));
    }
    let found = app.impact_of(deputy, &asked).await.map_err(JobError::app)?;
    let waits = |status| matches!(status, ImpactStatus::NotComputed | ImpactStatus::Computing);
    let open = asked.iter().filter(|of| found.get(*of).is_none_or(|cached| waits(cached.status))).count();
    let done = ids.len().saturating_sub(open);
    if told(job) != Some(done) {
        let tx = app.store().write().await?;
        tx.assert_fence(job.lease()).await?;
        let counts = tx.bulk_counts(bulk.workspace_id, bulk.id).await?;
        let mut progress = progress_event(bulk.id, None, BulkStage::Impact, &counts, &[]);
        progress.data["done"] = json!(done);
        progress.data["total"] = json!(ids.len());
        tx.append_events(bulk.workspace_id, app.now(), vec![progress]).await?;
        tx.commit().await?;
        app.hub().poke();
    }
    Ok(done)
}

/// How many reports were there when the job looked last.
fn told(job: &Job) -> Option<usize> {
    job.last_error.as_deref()?.split_once(" of ")?.0.parse().ok()
}

fn report_of(change: &ChangeRequest) -> Option<ImpactOf> {
    Some(ImpactOf {
        tenant_id: change.tenant_id,
        document_hash: change.dry_run.as_ref()?.desired_hash.clone(),
        subject: ImpactSubject::of_change(&change.payload),
        window: WINDOW,
        source: ImpactSource::Simulated,
    })
}

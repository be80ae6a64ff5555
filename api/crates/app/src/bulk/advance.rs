//! The run of a bulk change goes on: one look at where all items stand, then one transaction for each that starts, and so on until there
//! is nothing to start. The looks keep nothing; whoever comes after a crash sees where the items stand and goes on from there.

mod record;
mod start;

use std::collections::BTreeSet;

use domain::bulk::wave::{Child, Standing, Wave, next};
use domain::bulk::{BulkChange, BulkRun, RunKind};
use domain::id::{BulkChangeId, ChangeId};
use store::{BulkItemFacts, Job, WriteTx};

use crate::App;
use crate::runner::jobs::AdvancePayload;
use crate::runner::{JobEnd, JobError};

pub(crate) use record::gave_up;
pub(super) use record::{left, stage_of};

/// Items that start between two looks, so that an outcome that comes meanwhile counts soon.
const STARTS: usize = 16;

/// Works on one bulk change until nothing can start: then an outcome wakes it again.
pub(crate) async fn run(app: &App, job: &Job) -> Result<JobEnd, JobError> {
    let payload: AdvancePayload = JobError::decode(job)?;
    let mut news = News { changes: payload.change_id.into_iter().collect(), positions: BTreeSet::new() };
    loop {
        let Some(look) = look(app, job, payload.bulk_id, &mut news).await? else { return Ok(JobEnd::Done) };
        if look.start.is_empty() {
            return Ok(JobEnd::Done);
        }
        for item in &look.start {
            start::start(app, job, &look.run, item).await?;
            news.positions.insert(item.position);
        }
    }
}

/// What moved since the last look.
struct News {
    /// The changes whose outcome came in.
    changes: BTreeSet<ChangeId>,
    /// The items that were started, or refused at their turn.
    positions: BTreeSet<i64>,
}

/// What a look found.
struct Look {
    run: BulkRun,
    start: Vec<BulkItemFacts>,
}

/// Plans the next wave, records what is never started, and tells of what moved. `None` where there is nothing to do for a run.
async fn look(app: &App, job: &Job, id: BulkChangeId, news: &mut News) -> Result<Option<Look>, JobError> {
    let now = app.now();
    let tx = app.store().write().await?;
    tx.assert_fence(job.lease()).await?;
    // Before anything is read: what these jobs tell of is committed, and seen below.
    for waiting in tx.absorb_jobs(job, now).await? {
        let payload: AdvancePayload =
            serde_json::from_value(waiting).map_err(|cause| JobError::Broken(format!("payload of a waiting job: {cause}")))?;
        news.changes.extend(payload.change_id);
    }
    let Some(bulk) = tx.hold_bulk_change(job.workspace_id, id).await? else { return Ok(None) };
    let Some(run) = bulk.run.clone() else { return Ok(None) };
    let mut facts = tx.bulk_item_facts(job.workspace_id, id).await?;
    let (places, wave) = plan(&bulk, &run, &facts);
    record::leave(app, &tx, &bulk, &run, &mut facts, &places, &wave, news).await?;
    record::tell(app, &tx, &bulk, &run, &facts, news).await?;
    tx.commit().await?;
    app.hub().poke();
    *news = News { changes: BTreeSet::new(), positions: BTreeSet::new() };
    let start = wave.start.iter().take(STARTS).filter_map(|child| facts.get(*places.get(*child)?).cloned()).collect();
    Ok(Some(Look { run, start }))
}

/// The next wave, and the place among `facts` of each child that it names.
fn plan(bulk: &BulkChange, run: &BulkRun, facts: &[BulkItemFacts]) -> (Vec<usize>, Wave) {
    let mut places = Vec::new();
    let mut children = Vec::new();
    for (place, item) in facts.iter().enumerate() {
        let Some(standing) = Standing::of(run, &item.facts, item.queued_at, item.rollback_queued_at) else { continue };
        // Back is the other way round: what needs an object goes before the object.
        let step = match run.kind {
            RunKind::Apply => item.step,
            RunKind::Rollback => u16::MAX - item.step,
        };
        places.push(place);
        children.push(Child { tenant: item.tenant_id, step, canary: bulk.strategy.is_canary(item.tenant_id), standing });
    }
    (places, next(&bulk.strategy, &children))
}

/// Whether an item of the run still waits for its turn; asked again in the transaction that starts it.
pub(super) fn waits(run: &BulkRun, item: &domain::bulk::BulkItem) -> bool {
    match run.kind {
        RunKind::Apply => item.queued_at == Some(run.at) && item.not_started.is_none() && item.apply_failure.is_none(),
        RunKind::Rollback => item.rollback_queued_at == Some(run.at) && item.rollback_failure.is_none(),
    }
}

/// The bulk change, held, if it is still in this run.
async fn held(tx: &WriteTx, job: &Job, bulk: BulkChangeId, run: &BulkRun) -> Result<Option<BulkChange>, JobError> {
    tx.assert_fence(job.lease()).await?;
    let held = tx.hold_bulk_change(job.workspace_id, bulk).await?;
    Ok(held.filter(|bulk| bulk.run.as_ref().is_some_and(|now| now.at == run.at && now.kind == run.kind)))
}

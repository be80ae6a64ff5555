//! What a run writes about items that it does not start, and the events of its progress.

use std::collections::BTreeSet;

use domain::bulk::wave::{Standing, Wave};
use domain::bulk::{BulkChange, BulkItem, BulkRun, BulkStage, ItemFailure, Moved, NotStarted, RunKind};
use store::{BulkItemFacts, Job, WriteTx};

use super::{AdvancePayload, News};
use crate::App;
use crate::bulk::apply::{counts, moved_to, progress};
use crate::runner::JobError;

/// Records what is never started, and brings `facts` to it.
#[expect(clippy::too_many_arguments, reason = "the parts of one look, which has one caller")]
pub(super) async fn leave(
    app: &App,
    tx: &WriteTx,
    bulk: &BulkChange,
    run: &BulkRun,
    facts: &mut [BulkItemFacts],
    places: &[usize],
    wave: &Wave,
    news: &mut News,
) -> Result<(), JobError> {
    let mut why_of: std::collections::BTreeMap<i64, NotStarted> = std::collections::BTreeMap::new();
    for (child, why) in &wave.leave {
        let Some(item) = places.get(*child).and_then(|place| facts.get_mut(*place)) else { continue };
        why_of.insert(item.position, *why);
        match run.kind {
            RunKind::Apply => item.facts.not_started = Some(*why),
            RunKind::Rollback => item.facts.rolling_back = false,
        }
    }
    if why_of.is_empty() {
        return Ok(());
    }
    let positions: Vec<i64> = why_of.keys().copied().collect();
    let mut items = tx.bulk_items_at(bulk.workspace_id, bulk.id, &positions).await?;
    for item in &mut items {
        if let Some(why) = why_of.get(&item.position) {
            left(app, run, item, *why);
        }
    }
    tx.put_bulk_items(&items).await?;
    news.positions.extend(positions);
    Ok(())
}

/// Makes of an item that waits one that is never started.
pub(crate) fn left(app: &App, run: &BulkRun, item: &mut BulkItem, why: NotStarted) {
    match run.kind {
        RunKind::Apply => item.not_started = Some(why),
        RunKind::Rollback => {
            let message = match why {
                NotStarted::Stopped | NotStarted::Cancelled => "the rollback was stopped before this tenant's turn",
                NotStarted::ToleranceExceeded => "more rollbacks failed than are tolerated: this tenant's was not started",
                NotStarted::CanaryFailed => "the rollback of a canary tenant failed: this tenant's was not started",
                NotStarted::PrerequisiteFailed => "what needs this object could not be rolled back: it stays",
            };
            item.rollback_failure = Some(ItemFailure { code: why.as_str().to_owned(), message: message.to_owned(), at: app.now() });
        }
    }
}

/// Appends the events of what moved since the last look; none where nothing did.
pub(super) async fn tell(
    app: &App,
    tx: &WriteTx,
    bulk: &BulkChange,
    run: &BulkRun,
    facts: &[BulkItemFacts],
    news: &News,
) -> Result<(), JobError> {
    let changed = |item: &&BulkItemFacts| {
        let of = |id: Option<domain::id::ChangeId>| id.is_some_and(|id| news.changes.contains(&id));
        news.positions.contains(&item.position) || of(item.change_id) || of(item.rollback_change_id)
    };
    let moved: Vec<Moved> = facts.iter().filter(changed).map(moved_to).collect();
    tx.append_events(bulk.workspace_id, app.now(), progress(bulk, None, stage_of(run.kind), &counts(facts), &moved)).await?;
    Ok(())
}

/// Under which name a run's progress is told.
pub(crate) fn stage_of(kind: RunKind) -> BulkStage {
    match kind {
        RunKind::Apply => BulkStage::Apply,
        RunKind::Rollback => BulkStage::Rollback,
    }
}

/// Records why an item could not start at its turn, in a transaction of its own.
pub(super) async fn refuse(app: &App, job: &Job, run: &BulkRun, of: &BulkItemFacts, failure: ItemFailure) -> Result<(), JobError> {
    let payload: AdvancePayload = JobError::decode(job)?;
    let tx = app.store().write().await?;
    let Some(bulk) = super::held(&tx, job, payload.bulk_id, run).await? else { return Ok(()) };
    let mut items = tx.bulk_items_at(bulk.workspace_id, bulk.id, &[of.position]).await?;
    items.retain(|item| super::waits(run, item));
    for item in &mut items {
        match run.kind {
            RunKind::Apply => item.apply_failure = Some(failure.clone()),
            RunKind::Rollback => item.rollback_failure = Some(failure.clone()),
        }
    }
    tx.put_bulk_items(&items).await?;
    tx.commit().await?;
    app.hub().poke();
    Ok(())
}

/// A defect of ours keeps a run from going on: what waits is not started, and says why, so that the bulk change comes to an end.
pub(crate) async fn gave_up(app: &App, job: &Job, error: &JobError) -> Result<(), JobError> {
    let payload: AdvancePayload = JobError::decode(job)?;
    let tx = app.store().write().await?;
    tx.assert_fence(job.lease()).await?;
    let Some(bulk) = tx.hold_bulk_change(job.workspace_id, payload.bulk_id).await? else { return Ok(()) };
    let Some(run) = &bulk.run else { return Ok(()) };
    let mut facts = tx.bulk_item_facts(bulk.workspace_id, bulk.id).await?;
    let waiting = |item: &BulkItemFacts| Standing::of(run, &item.facts, item.queued_at, item.rollback_queued_at) == Some(Standing::Waiting);
    let positions: BTreeSet<i64> = facts.iter().filter(|item| waiting(item)).map(|item| item.position).collect();
    let mut items = tx.bulk_items_at(bulk.workspace_id, bulk.id, &positions.iter().copied().collect::<Vec<_>>()).await?;
    let failure = ItemFailure { code: "INTERNAL".to_owned(), message: error.for_people(), at: app.now() };
    for item in &mut items {
        match run.kind {
            RunKind::Apply => item.apply_failure = Some(failure.clone()),
            RunKind::Rollback => item.rollback_failure = Some(failure.clone()),
        }
    }
    tx.put_bulk_items(&items).await?;
    for item in facts.iter_mut().filter(|item| positions.contains(&item.position)) {
        match run.kind {
            RunKind::Apply => item.facts.apply_failed = true,
            RunKind::Rollback => item.facts.rolling_back = false,
        }
    }
    tell(app, &tx, &bulk, run, &facts, &News { changes: BTreeSet::new(), positions }).await?;
    tx.commit().await?;
    app.hub().poke();
    Ok(())
}

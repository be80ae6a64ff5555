//! `stopBulkChange` and `cancelBulkChange`: what has not been started is not started any more; what is in flight comes to its own end.

use domain::access::Operation;
use domain::bulk::wave::Standing;
use domain::bulk::{BulkItemState, BulkRun, BulkStage, NotStarted, RunKind};
use domain::change::request::ChangeRequest;
use domain::change::transition::{ChangeCommand, ChangeEventKind, open_events};
use domain::schedule::Void;
use domain::workspace::Actor;
use serde_json::json;
use store::BulkItemFacts;

use super::advance::{left, stage_of};
use super::apply::{counts, moved_to, not_ready, progress};
use super::command::BulkStep;
use super::schedule::end_schedule;
use super::step::{BulkAsked, BulkTaken};
use super::view::BulkView;
use crate::App;
use crate::error::AppResult;

impl App {
    /// Ends a run. Items whose turn has not come stay as they are in their tenants; `retryFailed` takes them up again.
    pub async fn stop_bulk_change(&self, actor: &Actor, command: BulkStep) -> AppResult<BulkView> {
        let asked = BulkAsked {
            operation: Operation::StopBulkChange,
            id: command.id,
            expected_revision: command.expected_revision,
            idempotency_key: &command.idempotency_key,
            input: &command,
        };
        self.bulk_step(actor, asked, async |tx, mut bulk| {
            let mut facts = tx.bulk_item_facts(bulk.workspace_id, bulk.id).await?;
            let Some(run) = bulk.run.clone().filter(|run| goes_on(run, &facts)) else {
                return Err(not_ready(&bulk, &facts, "nothing is being applied"));
            };
            let positions = waiting(&run, &facts);
            let mut items = tx.bulk_items_at(bulk.workspace_id, bulk.id, &positions).await?;
            items.iter_mut().for_each(|item| left(self, &run, item, NotStarted::Stopped));
            tx.put_bulk_items(&items).await?;
            let mut moved = Vec::with_capacity(positions.len());
            for item in facts.iter_mut().filter(|item| positions.binary_search(&item.position).is_ok()) {
                match run.kind {
                    RunKind::Apply => item.facts.not_started = Some(NotStarted::Stopped),
                    RunKind::Rollback => item.facts.rolling_back = false,
                }
                moved.push(moved_to(item));
            }
            let events = progress(&bulk, Some(actor.member_id), stage_of(run.kind), &counts(&facts), &moved);
            let detail = json!({ "notStarted": items.len() });
            bulk.run = Some(BulkRun { stopped_at: Some(self.now()), stopped_by: Some(actor.member_id), ..run });
            Ok(BulkTaken { bulk, detail, events })
        })
        .await
    }

    /// Gives up everything that has not been started: its changes are cancelled. What was applied, failed or is in flight stays what it is.
    pub async fn cancel_bulk_change(&self, actor: &Actor, command: BulkStep) -> AppResult<BulkView> {
        let asked = BulkAsked {
            operation: Operation::CancelBulkChange,
            id: command.id,
            expected_revision: command.expected_revision,
            idempotency_key: &command.idempotency_key,
            input: &command,
        };
        self.bulk_step(actor, asked, async |tx, mut bulk| {
            let mut facts = tx.bulk_item_facts(bulk.workspace_id, bulk.id).await?;
            let open: Vec<i64> = facts.iter().filter(|item| open(item)).map(|item| item.position).collect();
            if open.is_empty() {
                return Err(not_ready(&bulk, &facts, "everything in it has been started: stop it, or roll it back"));
            }
            end_schedule(&mut bulk, Void::ChangeCancelled, self.now());
            let mut items = tx.bulk_items_at(bulk.workspace_id, bulk.id, &open).await?;
            let changes = tx.changes_of_items(bulk.workspace_id, &items).await?;
            let cancels = |change: &&ChangeRequest| open_events(change).contains(&ChangeEventKind::Cancel);
            let own = items.iter().filter_map(|item| changes.get(&item.change_id?)).filter(cancels).cloned().collect();
            let stepped = self.step_all(tx, actor, &bulk, Operation::CancelBulkChange, own, |_| ChangeCommand::Cancel).await?;
            items.iter_mut().for_each(|item| item.not_started = Some(NotStarted::Cancelled));
            tx.put_bulk_items(&items).await?;
            let mut moved = Vec::with_capacity(open.len());
            for item in facts.iter_mut().filter(|item| open.binary_search(&item.position).is_ok()) {
                item.facts.not_started = Some(NotStarted::Cancelled);
                item.facts.apply_failed = false;
                moved.push(moved_to(item));
            }
            let mut events = stepped.events;
            events.extend(progress(&bulk, Some(actor.member_id), BulkStage::Apply, &counts(&facts), &moved));
            bulk.run =
                bulk.run.map(|run| BulkRun { stopped_at: run.stopped_at.or(Some(self.now())), stopped_by: Some(actor.member_id), ..run });
            let detail = json!({ "items": items.len() });
            Ok(BulkTaken { bulk, detail, events })
        })
        .await
    }
}

/// Whether anything of the run waits or runs.
fn goes_on(run: &BulkRun, facts: &[BulkItemFacts]) -> bool {
    let standing = |item: &BulkItemFacts| Standing::of(run, &item.facts, item.queued_at, item.rollback_queued_at);
    facts.iter().any(|item| matches!(standing(item), Some(Standing::Waiting | Standing::Running)))
}

/// The places of the items whose turn has not come, sorted.
fn waiting(run: &BulkRun, facts: &[BulkItemFacts]) -> Vec<i64> {
    let waits = |item: &&BulkItemFacts| Standing::of(run, &item.facts, item.queued_at, item.rollback_queued_at) == Some(Standing::Waiting);
    facts.iter().filter(waits).map(|item| item.position).collect()
}

/// Whether cancelling gives the item up.
fn open(item: &BulkItemFacts) -> bool {
    use BulkItemState as S;
    matches!(item.facts.state(), S::Pending | S::Blocked | S::Ready | S::Satisfied | S::AwaitingApproval | S::Queued | S::NotStarted)
}

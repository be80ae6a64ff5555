//! `rollbackBulk`: what was applied is put into a run that goes back, by the same waves.

use domain::access::Operation;
use domain::bulk::{BulkItemState, BulkRun, BulkStage, BulkStatus, RunKind, status};
use domain::id::JobId;
use domain::workspace::Actor;
use serde_json::json;

use super::apply::{check_digest, counts, moved_to, not_ready, progress};
use super::command::ApplyBulkChange;
use super::step::{BulkAsked, BulkTaken};
use super::view::BulkView;
use crate::App;
use crate::error::AppResult;
use crate::runner::jobs::advance_job;

impl App {
    /// Rolls back every tenant that was written to. Each inverse is a change of its own, drafted and planned at its turn; one that needs
    /// another approval, or that something blocks, says so on its item and is left to `rollbackChange`.
    pub async fn rollback_bulk(&self, actor: &Actor, command: ApplyBulkChange) -> AppResult<BulkView> {
        let asked = BulkAsked {
            operation: Operation::RollbackBulk,
            id: command.id,
            expected_revision: Some(command.expected_revision),
            idempotency_key: &command.idempotency_key,
            input: &command,
        };
        self.bulk_step(actor, asked, async |tx, mut bulk| {
            let now = self.now();
            let mut facts = tx.bulk_item_facts(bulk.workspace_id, bulk.id).await?;
            if status(&counts(&facts), bulk.dry_run_at.is_some()) == BulkStatus::Applying {
                return Err(not_ready(&bulk, &facts, "it is being applied: wait for its end, or stop it"));
            }
            let applied: Vec<i64> =
                facts.iter().filter(|item| item.facts.state() == BulkItemState::Applied).map(|item| item.position).collect();
            if applied.is_empty() {
                return Err(not_ready(&bulk, &facts, "no tenant was written to"));
            }
            check_digest(&bulk, &facts, &command.digest)?;
            let mut items = tx.bulk_items_at(bulk.workspace_id, bulk.id, &applied).await?;
            for item in &mut items {
                item.rollback_queued_at = Some(now);
                item.rollback_failure = None;
            }
            tx.put_bulk_items(&items).await?;
            let run = BulkRun {
                kind: RunKind::Rollback,
                by: actor.member_id,
                at: now,
                digest: command.digest.clone(),
                stopped_at: None,
                stopped_by: None,
            };
            bulk.run = Some(run);
            tx.enqueue_job(&advance_job(JobId(self.ids().uuid()), bulk.workspace_id, bulk.id, None, now)).await?;
            let mut moved = Vec::with_capacity(applied.len());
            for item in facts.iter_mut().filter(|item| applied.binary_search(&item.position).is_ok()) {
                item.facts.rolling_back = true;
                moved.push(moved_to(item));
            }
            let events = progress(&bulk, Some(actor.member_id), BulkStage::Rollback, &counts(&facts), &moved);
            let detail = json!({ "digest": command.digest, "items": items.len() });
            Ok(BulkTaken { bulk, detail, events })
        })
        .await
    }
}

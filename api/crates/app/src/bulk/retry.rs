//! `retryFailed`: what failed or was not started is planned anew; what was applied is not touched.

use domain::access::Operation;
use domain::bulk::{BulkItemState, BulkStatus, status};
use domain::workspace::Actor;
use serde_json::json;

use super::apply::{counts, not_ready};
use super::command::BulkStep;
use super::step::{BulkAsked, BulkTaken};
use super::view::BulkView;
use crate::App;
use crate::error::AppResult;

impl App {
    /// Takes what failed, or was not started, out of its run and asks for its dry-run again; then it is reviewed and applied like at first. An
    /// item of unknown outcome stays what it is until `resolveOutcome`, and what comes after it in its tenant with it.
    pub async fn retry_failed(&self, actor: &Actor, command: BulkStep) -> AppResult<BulkView> {
        let asked = BulkAsked {
            operation: Operation::RetryFailed,
            id: command.id,
            expected_revision: command.expected_revision,
            idempotency_key: &command.idempotency_key,
            input: &command,
        };
        self.bulk_step(actor, asked, async |tx, mut bulk| {
            let facts = tx.bulk_item_facts(bulk.workspace_id, bulk.id).await?;
            if status(&counts(&facts), bulk.dry_run_at.is_some()) == BulkStatus::Applying {
                return Err(not_ready(&bulk, &facts, "it is being applied: wait for its end, or stop it"));
            }
            let unknown: Vec<_> = facts.iter().filter(|item| item.facts.state() == BulkItemState::OutcomeUnknown).collect();
            let retried = facts.iter().filter(|item| {
                let open = matches!(item.facts.state(), BulkItemState::Failed | BulkItemState::NotStarted);
                open && !unknown.iter().any(|before| before.tenant_id == item.tenant_id && before.step < item.step)
            });
            let positions: Vec<i64> = retried.map(|item| item.position).collect();
            if positions.is_empty() {
                let why = if unknown.is_empty() {
                    "nothing failed in it"
                } else {
                    "it is not known whether its writes took effect: resolve their outcomes first"
                };
                return Err(not_ready(&bulk, &facts, why));
            }
            let mut items = tx.bulk_items_at(bulk.workspace_id, bulk.id, &positions).await?;
            for item in &mut items {
                item.queued_at = None;
                item.not_started = None;
                item.apply_failure = None;
                item.blocked = None;
                item.planned_at = None;
            }
            tx.put_bulk_items(&items).await?;
            bulk.dry_run_at = Some(self.now());
            self.enqueue_bulk_dry_run(tx, actor.member_id, &bulk).await?;
            let detail = json!({ "items": items.len() });
            Ok(BulkTaken { bulk, detail, events: Vec::new() })
        })
        .await
    }
}

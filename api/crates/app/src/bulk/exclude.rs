//! `excludeTenant` and `includeTenant`: what was reviewed together changes, so its approvals are void.

use domain::access::Operation;
use domain::bulk::{BulkChange, BulkItemState, BulkStatus, Exclusion};
use domain::change::refusal::Refusal;
use domain::id::TenantId;
use domain::workspace::Actor;
use serde_json::json;
use store::{BulkItemFacts, WriteTx};

use super::command::{ExcludeTenant, IncludeTenant};
use super::step::{BulkAsked, BulkTaken};
use super::view::BulkView;
use crate::App;
use crate::changes::approval::required_text;
use crate::error::{AppError, AppResult};

const CHANGED: &str = "a tenant was left out or taken in: review it again";

impl App {
    /// Leaves a tenant out. Nothing of it may have been started.
    pub async fn exclude_tenant(&self, actor: &Actor, command: ExcludeTenant) -> AppResult<BulkView> {
        let asked = BulkAsked {
            operation: Operation::ExcludeTenant,
            id: command.id,
            expected_revision: Some(command.expected_revision),
            idempotency_key: &command.idempotency_key,
            input: &command,
        };
        self.bulk_step(actor, asked, async |tx, bulk| {
            let reason = required_text(&command.reason, "reason")?;
            let (bulk, facts) = untouched(tx, bulk, command.tenant_id).await?;
            let events = self.void_approvals(tx, actor, &bulk, &facts, Operation::ExcludeTenant).await?;
            let mut items = tx.bulk_items_of_tenant(bulk.workspace_id, bulk.id, command.tenant_id).await?;
            if items.iter().all(|item| item.excluded.is_some()) {
                let (state, why) = (BulkItemState::Excluded, "it is left out already");
                return Err(Refusal::BulkItemNotReady { state, why }.into());
            }
            for item in &mut items {
                item.excluded = Some(Exclusion { by: actor.member_id, at: self.now(), reason: reason.clone() });
            }
            tx.put_bulk_items(&items).await?;
            Ok(self.regrouped(bulk, json!({ "tenant": command.tenant_id, "reason": reason }), events))
        })
        .await
    }

    /// Takes a tenant in again. It is planned anew where the others are.
    pub async fn include_tenant(&self, actor: &Actor, command: IncludeTenant) -> AppResult<BulkView> {
        let asked = BulkAsked {
            operation: Operation::IncludeTenant,
            id: command.id,
            expected_revision: Some(command.expected_revision),
            idempotency_key: &command.idempotency_key,
            input: &command,
        };
        self.bulk_step(actor, asked, async |tx, bulk| {
            let (bulk, facts) = untouched(tx, bulk, command.tenant_id).await?;
            let mut items = tx.bulk_items_of_tenant(bulk.workspace_id, bulk.id, command.tenant_id).await?;
            if items.iter().all(|item| item.excluded.is_none()) {
                let state = facts.iter().find(|item| item.tenant_id == command.tenant_id).map(|item| item.facts.state());
                let why = "it is not left out";
                return Err(Refusal::BulkItemNotReady { state: state.unwrap_or(BulkItemState::Pending), why }.into());
            }
            let events = self.void_approvals(tx, actor, &bulk, &facts, Operation::IncludeTenant).await?;
            for item in &mut items {
                item.excluded = None;
                item.planned_at = None;
            }
            tx.put_bulk_items(&items).await?;
            if bulk.dry_run_at.is_some() {
                self.enqueue_bulk_dry_run(tx, actor.member_id, &bulk).await?;
            }
            Ok(self.regrouped(bulk, json!({ "tenant": command.tenant_id }), events))
        })
        .await
    }

    fn regrouped(&self, mut bulk: BulkChange, detail: serde_json::Value, events: Vec<domain::event::NewEvent>) -> BulkTaken {
        bulk.revoke_schedule("DIGEST_CHANGED", CHANGED, self.now());
        BulkTaken { bulk, detail, events }
    }
}

/// Refuses while the bulk change goes through its tenants, and where the tenant has been gone through.
async fn untouched(tx: &WriteTx, bulk: BulkChange, tenant: TenantId) -> AppResult<(BulkChange, Vec<BulkItemFacts>)> {
    use BulkItemState as S;
    let facts = tx.bulk_item_facts(bulk.workspace_id, bulk.id).await?;
    let view = BulkView::new(bulk, facts.iter().map(|item| item.facts.state()).collect());
    if matches!(view.status, BulkStatus::Applying | BulkStatus::Cancelled) {
        return Err(Refusal::BulkNotReady { status: view.status, why: "stop it, or wait for its end" }.into());
    }
    let mut own = facts.iter().filter(|item| item.tenant_id == tenant).peekable();
    if own.peek().is_none() {
        return Err(AppError::NotFound);
    }
    for item in own {
        let state = item.facts.state();
        if !matches!(state, S::Pending | S::Blocked | S::Ready | S::Satisfied | S::AwaitingApproval | S::Excluded) {
            return Err(Refusal::BulkItemNotReady { state, why: "something of it was started or cancelled already" }.into());
        }
    }
    Ok((view.bulk, facts))
}

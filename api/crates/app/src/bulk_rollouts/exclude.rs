//! `excludeBulkRolloutTenant`: a tenant is left out before its rollout begins.

use domain::access::Operation;
use domain::bulk::Exclusion;
use domain::rollout::{Command, EndReason, RolloutStatus};
use domain::workspace::Actor;
use serde_json::json;

use super::command::ExcludeBulkRolloutTenant;
use super::start::not_ready;
use super::step::{Asked, Stopped, Taken, check_reason};
use super::view::BulkRolloutView;
use crate::App;
use crate::error::{AppError, AppResult};

impl App {
    /// Leaves a tenant out: its plan is cancelled. It changes the digest of the whole; plans of other tenants keep their approval.
    pub async fn exclude_bulk_rollout_tenant(&self, actor: &Actor, asked: ExcludeBulkRolloutTenant) -> AppResult<BulkRolloutView> {
        check_reason(&asked.reason)?;
        let step = Asked {
            operation: Operation::ExcludeBulkRolloutTenant,
            id: asked.id,
            expected_revision: Some(asked.expected_revision),
            idempotency_key: &asked.idempotency_key,
            input: &asked,
        };
        self.bulk_rollout_step(actor, step, async |tx, bulk| {
            let item = tx.bulk_rollout_item(bulk.workspace_id, bulk.id, asked.tenant_id).await?;
            let mut item = item.ok_or(AppError::NotFound)?;
            if item.excluded.is_some() || item.not_started.is_some() {
                let view = BulkRolloutView::load(tx, bulk).await?;
                return Err(not_ready(&view, "the tenant is left out already"));
            }
            let rollout = match item.rollout_id {
                Some(id) => tx.hold_rollout(bulk.workspace_id, id).await?,
                None => None,
            };
            let mut stopped = Stopped::default();
            match rollout {
                Some(rollout) if rollout.state.status == RolloutStatus::Planned => {
                    let cancel = Command::Cancel { reason: asked.reason.clone(), end: EndReason::LeftOut };
                    self.stop_child(tx, rollout, &cancel, Some(actor.member_id), &mut stopped).await?;
                }
                Some(rollout) if !rollout.state.status.terminal() => {
                    let view = BulkRolloutView::load(tx, bulk).await?;
                    return Err(not_ready(&view, "the tenant's rollout has begun: cancel it, or roll it back, by itself"));
                }
                _ => {}
            }
            item.excluded = Some(Exclusion { by: actor.member_id, at: self.now(), reason: asked.reason.clone() });
            tx.put_bulk_rollout_items(&[item]).await?;
            let detail = json!({ "tenantId": asked.tenant_id, "reason": asked.reason });
            Ok(Taken { bulk, detail, events: stopped.events, audits: stopped.audits })
        })
        .await
    }
}

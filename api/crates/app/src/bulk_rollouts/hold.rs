//! `pauseBulkRollout` and `resumeBulkRollout`: a member holds all of it, and lets it go on.

use domain::access::Operation;
use domain::bulk_rollout::WaveHold;
use domain::workspace::Actor;
use serde_json::json;

use super::command::ReasonedBulkRolloutStep;
use super::start::not_ready;
use super::step::{Asked, Taken, check_reason};
use super::view::BulkRolloutView;
use crate::App;
use crate::error::AppResult;

impl App {
    /// Holds every tenant where it is: no other starts, and none goes on. Guards go on watching, and what has to be taken back is.
    pub async fn pause_bulk_rollout(&self, actor: &Actor, asked: ReasonedBulkRolloutStep) -> AppResult<BulkRolloutView> {
        check_reason(&asked.reason)?;
        self.bulk_rollout_step(actor, step(Operation::PauseBulkRollout, &asked), async |tx, mut bulk| {
            let view = BulkRolloutView::load(tx, bulk.clone()).await?;
            if bulk.started.is_none() || view.status.terminal() || bulk.hold.is_some() {
                return Err(not_ready(&view, "nothing of it goes forward"));
            }
            bulk.hold = Some(WaveHold { by: actor.member_id, at: self.now(), reason: asked.reason.clone() });
            Ok(Taken { bulk, detail: json!({ "reason": asked.reason }), events: Vec::new(), audits: Vec::new() })
        })
        .await
    }

    /// Lets it go on from where it was held.
    pub async fn resume_bulk_rollout(&self, actor: &Actor, asked: ReasonedBulkRolloutStep) -> AppResult<BulkRolloutView> {
        check_reason(&asked.reason)?;
        self.bulk_rollout_step(actor, step(Operation::ResumeBulkRollout, &asked), async |tx, mut bulk| {
            if bulk.hold.take().is_none() {
                let view = BulkRolloutView::load(tx, bulk).await?;
                return Err(not_ready(&view, "nobody holds it; a breach is resumed or ended in its own tenant"));
            }
            self.wake_children(tx, bulk.workspace_id, bulk.id).await?;
            Ok(Taken { bulk, detail: json!({ "reason": asked.reason }), events: Vec::new(), audits: Vec::new() })
        })
        .await
    }
}

pub(super) fn step(operation: Operation, asked: &ReasonedBulkRolloutStep) -> Asked<'_, ReasonedBulkRolloutStep> {
    Asked { operation, id: asked.id, expected_revision: asked.expected_revision, idempotency_key: &asked.idempotency_key, input: asked }
}

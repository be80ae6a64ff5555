//! What every step on a rollout has in common: authorize, hold, once, revision, decide, save.

use domain::access::Operation;
use domain::event::{NewEvent, SubjectKind};
use domain::id::{AuditId, JobId, RolloutId};
use domain::rollout::ManagedRollout;
use domain::workspace::Actor;
use serde::Serialize;
use serde_json::Value;
use store::WriteTx;

use super::view::RolloutView;
use crate::App;
use crate::audited::Subject;
use crate::authorize::{authorize, in_scope};
use crate::command::IdempotencyKey;
use crate::error::{AppError, AppResult};
use crate::idempotency::{Claim, Once};
use crate::runner::jobs::rollout_job;

/// One step as asked for.
pub(crate) struct RolloutAsked<'a, I: Serialize> {
    pub(crate) operation: Operation,
    pub(crate) id: RolloutId,
    /// `None` where the step is bound to a digest instead, or to nothing.
    pub(crate) expected_revision: Option<i64>,
    pub(crate) idempotency_key: &'a IdempotencyKey,
    pub(crate) input: &'a I,
}

/// What a step leaves behind.
pub(crate) struct RolloutTaken {
    /// The rollout with what the step changed in it; revision and version are raised here.
    pub(crate) rollout: ManagedRollout,
    /// For the audit entry.
    pub(crate) detail: Value,
    pub(crate) events: Vec<NewEvent>,
}

impl App {
    /// Runs `decide` on the rollout inside one write transaction, which holds it, saves what it returns and has the engine look at it.
    pub(crate) async fn rollout_step<I: Serialize>(
        &self,
        actor: &Actor,
        asked: RolloutAsked<'_, I>,
        decide: impl AsyncFnOnce(&WriteTx, ManagedRollout) -> AppResult<RolloutTaken>,
    ) -> AppResult<RolloutView> {
        let subject = Subject::new(SubjectKind::Rollout, asked.id.0, None);
        let work = async {
            authorize(actor, asked.operation)?;
            let once = Once::new(asked.operation, asked.idempotency_key, asked.input)?;
            let tx = self.store().write().await?;
            let rollout = tx.hold_rollout(actor.workspace_id, asked.id).await?.ok_or(AppError::NotFound)?;
            in_scope(actor, rollout.tenant_id)?;
            if let Claim::Replay(_) = self.claim(&tx, actor, &once, asked.id.0).await? {
                return RolloutView::load(&tx, rollout).await;
            }
            if let Some(expected) = asked.expected_revision
                && expected != rollout.revision
            {
                return Err(AppError::StaleRevision { expected, current: rollout.revision });
            }
            let before = rollout.state.clone();
            let taken = decide(&tx, rollout).await?;
            self.wake_bulk_rollout(&tx, &before, &taken.rollout).await?;
            let view = self.save_rollout(&tx, actor, asked.operation, taken).await?;
            tx.commit().await?;
            self.hub().poke();
            Ok(view)
        };
        self.audited(actor, asked.operation, subject, work).await
    }

    /// Saves a step with its events and an audit entry, and enqueues a look; does not commit.
    async fn save_rollout(&self, tx: &WriteTx, actor: &Actor, operation: Operation, taken: RolloutTaken) -> AppResult<RolloutView> {
        let RolloutTaken { mut rollout, detail, events } = taken;
        let now = self.now();
        rollout.revision += 1;
        rollout.version += 1;
        rollout.updated_at = now;
        tx.update_rollout(&rollout).await?;
        self.settle_suggested_rollout(tx, &rollout).await?;
        if !events.is_empty() {
            tx.append_events(rollout.workspace_id, now, events).await?;
        }
        let subject = Subject::new(SubjectKind::Rollout, rollout.id.0, Some(rollout.tenant_id));
        tx.append_audit(rollout.workspace_id, AuditId(self.ids().uuid()), now, subject.done(actor, operation, detail)).await?;
        tx.enqueue_job(&rollout_job(JobId(self.ids().uuid()), rollout.workspace_id, rollout.id, now)).await?;
        RolloutView::load(tx, rollout).await
    }
}

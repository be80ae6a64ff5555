//! What every step on a rollout across tenants has in common: authorize, hold, once, revision, decide, save.

use domain::access::Operation;
use domain::audit::NewAuditEntry;
use domain::bulk_rollout::{BulkRollout, bulk_rollout_event};
use domain::event::{EventKind, NewEvent, SubjectKind};
use domain::id::{AuditId, BulkRolloutId};
use domain::workspace::Actor;
use serde::Serialize;
use serde_json::{Value, json};
use store::WriteTx;

use super::query::whole_in_scope;
use super::view::BulkRolloutView;
use super::wake::wave_job;
use crate::App;
use crate::audited::Subject;
use crate::authorize::authorize;
use crate::command::IdempotencyKey;
use crate::error::{AppError, AppResult};
use crate::idempotency::{Claim, Once};

/// The longest reason, in characters.
const LONGEST_REASON: usize = 2_000;

/// One step as asked for.
pub(super) struct Asked<'a, I: Serialize> {
    pub(super) operation: Operation,
    pub(super) id: BulkRolloutId,
    /// `None` where the step is bound to a digest instead, or to nothing.
    pub(super) expected_revision: Option<i64>,
    pub(super) idempotency_key: &'a IdempotencyKey,
    pub(super) input: &'a I,
}

/// What a step leaves behind beside the rows that it wrote itself.
pub(super) struct Taken {
    /// With what the step changed in it; its revision is raised here.
    pub(super) bulk: BulkRollout,
    /// For the audit entry and the event.
    pub(super) detail: Value,
    /// Events beside the one that says which step it was.
    pub(super) events: Vec<NewEvent>,
    /// Audit entries beside the step's own.
    pub(super) audits: Vec<(AuditId, NewAuditEntry)>,
}

/// What stopping rollouts leaves behind beside their rows. Events and audit entries come last: everybody waits for the place of the next one.
#[derive(Default)]
pub(super) struct Stopped {
    pub(super) events: Vec<NewEvent>,
    pub(super) audits: Vec<(AuditId, NewAuditEntry)>,
}

impl App {
    /// Runs `decide` inside one write transaction, which holds the rollout across tenants, saves what it returns and has its waves looked at.
    pub(super) async fn bulk_rollout_step<I: Serialize>(
        &self,
        actor: &Actor,
        asked: Asked<'_, I>,
        decide: impl AsyncFnOnce(&WriteTx, BulkRollout) -> AppResult<Taken>,
    ) -> AppResult<BulkRolloutView> {
        let subject = Subject::new(SubjectKind::BulkRollout, asked.id.0, None);
        let work = async {
            authorize(actor, asked.operation)?;
            let once = Once::new(asked.operation, asked.idempotency_key, asked.input)?;
            let tx = self.store().write().await?;
            let bulk = tx.hold_bulk_rollout(actor.workspace_id, asked.id).await?.ok_or(AppError::NotFound)?;
            whole_in_scope(&tx, actor, asked.id).await?;
            if let Claim::Replay(_) = self.claim(&tx, actor, &once, asked.id.0).await? {
                return BulkRolloutView::load(&tx, bulk).await;
            }
            if let Some(expected) = asked.expected_revision
                && expected != bulk.revision
            {
                return Err(AppError::StaleRevision { expected, current: bulk.revision });
            }
            let taken = decide(&tx, bulk).await?;
            let bulk = self.save_bulk_rollout(&tx, actor, asked.operation, taken).await?;
            let view = BulkRolloutView::load(&tx, bulk).await?;
            tx.commit().await?;
            self.hub().poke();
            Ok(view)
        };
        self.audited(actor, asked.operation, subject, work).await
    }

    /// Saves a step with its events and an audit entry, and enqueues a look at the waves; does not commit.
    async fn save_bulk_rollout(&self, tx: &WriteTx, actor: &Actor, operation: Operation, taken: Taken) -> AppResult<BulkRollout> {
        let Taken { mut bulk, detail, events, mut audits } = taken;
        let now = self.now();
        bulk.revision += 1;
        bulk.updated_at = now;
        tx.update_bulk_rollout(&bulk).await?;
        let data = json!({ "what": operation.as_str(), "detail": detail });
        let step = bulk_rollout_event(&bulk, Some(actor.member_id), EventKind::BulkRolloutChanged, data);
        tx.append_events(bulk.workspace_id, now, events.into_iter().chain([step]).collect()).await?;
        let subject = Subject::new(SubjectKind::BulkRollout, bulk.id.0, None);
        audits.push((AuditId(self.ids().uuid()), subject.done(actor, operation, detail)));
        tx.append_audits(bulk.workspace_id, now, audits).await?;
        tx.enqueue_job(&wave_job(self, bulk.workspace_id, bulk.id)).await?;
        Ok(bulk)
    }
}

/// Refuses a reason that says nothing, or too much.
pub(super) fn check_reason(reason: &str) -> AppResult<()> {
    if reason.trim().is_empty() || reason.chars().count() > LONGEST_REASON {
        return Err(AppError::invalid(&["input", "reason"], "say why, in 1 to 2,000 characters"));
    }
    Ok(())
}

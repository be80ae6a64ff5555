//! What every step on a bulk change has in common: authorize, hold, once, revision, decide, save.

use domain::access::Operation;
use domain::bulk::{BulkChange, changed_event};
use domain::event::{NewEvent, SubjectKind};
use domain::id::{AuditId, BulkChangeId};
use domain::workspace::Actor;
use serde::Serialize;
use serde_json::Value;
use store::WriteTx;

use super::query::whole_in_scope;
use super::view::BulkView;
use crate::App;
use crate::audited::Subject;
use crate::authorize::authorize;
use crate::command::IdempotencyKey;
use crate::error::{AppError, AppResult};
use crate::idempotency::{Claim, Once};

/// One step as asked for.
pub(crate) struct BulkAsked<'a, I: Serialize> {
    pub(crate) operation: Operation,
    pub(crate) id: BulkChangeId,
    /// `None` where the step is bound to a digest instead, or to nothing.
    pub(crate) expected_revision: Option<i64>,
    pub(crate) idempotency_key: &'a IdempotencyKey,
    pub(crate) input: &'a I,
}

/// What a step leaves behind beside the rows that it wrote itself.
pub(crate) struct BulkTaken {
    /// The bulk change with what the step changed in it; its revision is raised here.
    pub(crate) bulk: BulkChange,
    /// For the audit entry and the event.
    pub(crate) detail: Value,
    /// Events beside the one that says which step it was.
    pub(crate) events: Vec<NewEvent>,
}

impl App {
    /// Runs `decide` on the bulk change inside one write transaction, which holds it, and saves what it returns.
    pub(crate) async fn bulk_step<I: Serialize>(
        &self,
        actor: &Actor,
        asked: BulkAsked<'_, I>,
        decide: impl AsyncFnOnce(&WriteTx, BulkChange) -> AppResult<BulkTaken>,
    ) -> AppResult<BulkView> {
        let subject = Subject::new(SubjectKind::BulkChange, asked.id.0, None);
        let work = async {
            authorize(actor, asked.operation)?;
            let once = Once::new(asked.operation, asked.idempotency_key, asked.input)?;
            let tx = self.store().write().await?;
            let bulk = tx.hold_bulk_change(actor.workspace_id, asked.id).await?.ok_or(AppError::NotFound)?;
            whole_in_scope(&tx, actor, asked.id).await?;
            if let Claim::Replay(_) = self.claim(&tx, actor, &once, asked.id.0).await? {
                let counts = tx.bulk_counts(actor.workspace_id, asked.id).await?;
                return Ok(BulkView::new(bulk, counts));
            }
            if let Some(expected) = asked.expected_revision
                && expected != bulk.revision
            {
                return Err(AppError::StaleRevision { expected, current: bulk.revision });
            }
            let taken = decide(&tx, bulk).await?;
            let bulk = self.save_bulk(&tx, actor, asked.operation, taken).await?;
            let counts = tx.bulk_counts(actor.workspace_id, asked.id).await?;
            tx.commit().await?;
            self.hub().poke();
            Ok(BulkView::new(bulk, counts))
        };
        self.audited(actor, asked.operation, subject, work).await
    }

    /// Saves a step with its events and an audit entry; does not commit.
    async fn save_bulk(&self, tx: &WriteTx, actor: &Actor, operation: Operation, taken: BulkTaken) -> AppResult<BulkChange> {
        let BulkTaken { mut bulk, detail, events } = taken;
        let now = self.now();
        bulk.revision += 1;
        bulk.updated_at = now;
        tx.update_bulk_change(&bulk).await?;
        let step = changed_event(bulk.id, Some(actor.member_id), operation.as_str(), detail.clone());
        tx.append_events(bulk.workspace_id, now, events.into_iter().chain([step]).collect()).await?;
        let subject = Subject::new(SubjectKind::BulkChange, bulk.id.0, None);
        tx.append_audit(bulk.workspace_id, AuditId(self.ids().uuid()), now, subject.done(actor, operation, detail)).await?;
        Ok(bulk)
    }
}

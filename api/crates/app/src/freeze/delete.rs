//! `deleteFreezeWindow`.

use domain::access::Operation;
use domain::event::SubjectKind;
use domain::id::{AuditId, FreezeWindowId};
use domain::workspace::Actor;
use serde::Serialize;

use super::draft::{event, facts, wholly_in_scope};
use crate::App;
use crate::audited::Subject;
use crate::authorize::authorize;
use crate::command::IdempotencyKey;
use crate::error::{AppError, AppResult};
use crate::idempotency::{Claim, Once};

/// `deleteFreezeWindow`.
#[derive(Clone, Debug, Serialize)]
pub struct DeleteFreezeWindow {
    /// The window.
    pub id: FreezeWindowId,
    /// The version the caller read.
    pub expected_revision: i64,
    /// See [`IdempotencyKey`].
    #[serde(skip)]
    pub idempotency_key: IdempotencyKey,
}

impl App {
    /// Deletes a freeze window; what it was stays in the audit. Returns its id.
    pub async fn delete_freeze_window(&self, actor: &Actor, command: DeleteFreezeWindow) -> AppResult<FreezeWindowId> {
        let subject = Subject::new(SubjectKind::FreezeWindow, command.id.0, None);
        let work = async {
            authorize(actor, Operation::DeleteFreezeWindow)?;
            let once = Once::new(Operation::DeleteFreezeWindow, &command.idempotency_key, &command)?;
            let tx = self.store().write().await?;
            // Claimed first: a repeated call finds the window gone already.
            if let Claim::Replay(_) = self.claim(&tx, actor, &once, command.id.0).await? {
                return Ok(command.id);
            }
            let window = tx.freeze_window(actor.workspace_id, command.id).await?.ok_or(AppError::NotFound)?;
            wholly_in_scope(actor, &window)?;
            if window.version != command.expected_revision {
                return Err(AppError::StaleRevision { expected: command.expected_revision, current: window.version });
            }
            tx.delete_freeze_window(&window).await?;
            let now = self.now();
            tx.append_events(actor.workspace_id, now, vec![event(actor, &window, "DELETED")]).await?;
            let entry = subject.done(actor, Operation::DeleteFreezeWindow, facts(&window));
            tx.append_audit(actor.workspace_id, AuditId(self.ids().uuid()), now, entry).await?;
            tx.commit().await?;
            self.hub().poke();
            Ok(window.id)
        };
        self.audited(actor, Operation::DeleteFreezeWindow, subject, work).await
    }
}

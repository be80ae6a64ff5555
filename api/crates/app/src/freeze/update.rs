//! `updateFreezeWindow`.

use domain::access::Operation;
use domain::event::SubjectKind;
use domain::freeze::FreezeWindow;
use domain::id::{AuditId, FreezeWindowId};
use domain::workspace::Actor;
use serde::Serialize;

use super::draft::{FreezeWindowDraft, event, facts, wholly_in_scope};
use crate::App;
use crate::audited::Subject;
use crate::authorize::authorize;
use crate::command::IdempotencyKey;
use crate::error::{AppError, AppResult};
use crate::idempotency::{Claim, Once};

/// `updateFreezeWindow`: replaces everything but the id.
#[derive(Clone, Debug, Serialize)]
pub struct UpdateFreezeWindow {
    /// The window.
    pub id: FreezeWindowId,
    /// What it is to be.
    pub draft: FreezeWindowDraft,
    /// The version the caller read.
    pub expected_revision: i64,
    /// See [`IdempotencyKey`].
    #[serde(skip)]
    pub idempotency_key: IdempotencyKey,
}

impl App {
    /// Replaces a freeze window. Schedules that it now stops are blocked when they fire.
    pub async fn update_freeze_window(&self, actor: &Actor, command: UpdateFreezeWindow) -> AppResult<FreezeWindow> {
        let subject = Subject::new(SubjectKind::FreezeWindow, command.id.0, None);
        let work = async {
            authorize(actor, Operation::UpdateFreezeWindow)?;
            let once = Once::new(Operation::UpdateFreezeWindow, &command.idempotency_key, &command)?;
            let tx = self.store().write().await?;
            let window = tx.freeze_window(actor.workspace_id, command.id).await?.ok_or(AppError::NotFound)?;
            wholly_in_scope(actor, &window)?;
            if let Claim::Replay(_) = self.claim(&tx, actor, &once, window.id.0).await? {
                return Ok(window);
            }
            if window.version != command.expected_revision {
                return Err(AppError::StaleRevision { expected: command.expected_revision, current: window.version });
            }
            let checked = command.draft.check(&tx, actor).await?;
            let now = self.now();
            let before = facts(&window);
            let edited = FreezeWindow {
                kind: checked.kind,
                name: checked.name,
                times: checked.times,
                tenant_ids: checked.tenant_ids,
                updated_at: now,
                ..window
            };
            let saved = tx.update_freeze_window(&edited).await?;
            tx.append_events(actor.workspace_id, now, vec![event(actor, &saved, "UPDATED")]).await?;
            let detail = serde_json::json!({ "from": before, "to": facts(&saved) });
            let entry = subject.done(actor, Operation::UpdateFreezeWindow, detail);
            tx.append_audit(actor.workspace_id, AuditId(self.ids().uuid()), now, entry).await?;
            tx.commit().await?;
            self.hub().poke();
            Ok(saved)
        };
        self.audited(actor, Operation::UpdateFreezeWindow, subject, work).await
    }
}

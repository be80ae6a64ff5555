//! `createFreezeWindow`.

use domain::access::Operation;
use domain::event::SubjectKind;
use domain::freeze::{FreezeWindow, MAX_WINDOWS};
use domain::id::{AuditId, FreezeWindowId};
use domain::workspace::Actor;
use serde::Serialize;

use super::draft::{FreezeWindowDraft, event, facts};
use crate::App;
use crate::audited::Subject;
use crate::authorize::authorize;
use crate::command::IdempotencyKey;
use crate::error::{AppError, AppResult};
use crate::idempotency::{Claim, Once};

/// `createFreezeWindow`.
#[derive(Clone, Debug, Serialize)]
pub struct CreateFreezeWindow {
    /// What it is to be.
    pub draft: FreezeWindowDraft,
    /// See [`IdempotencyKey`].
    #[serde(skip)]
    pub idempotency_key: IdempotencyKey,
}

impl App {
    /// Adds a freeze window. What is being applied already goes on.
    pub async fn create_freeze_window(&self, actor: &Actor, command: CreateFreezeWindow) -> AppResult<FreezeWindow> {
        let id = FreezeWindowId(self.ids().uuid());
        let subject = Subject::new(SubjectKind::FreezeWindow, id.0, None);
        let work = async {
            authorize(actor, Operation::CreateFreezeWindow)?;
            let once = Once::new(Operation::CreateFreezeWindow, &command.idempotency_key, &command)?;
            let tx = self.store().write().await?;
            if let Claim::Replay(first) = self.claim(&tx, actor, &once, id.0).await? {
                return tx.freeze_window(actor.workspace_id, FreezeWindowId(first)).await?.ok_or(AppError::NotFound);
            }
            let checked = command.draft.check(&tx, actor).await?;
            let now = self.now();
            let window = FreezeWindow {
                id,
                workspace_id: actor.workspace_id,
                kind: checked.kind,
                name: checked.name,
                times: checked.times,
                tenant_ids: checked.tenant_ids,
                created_by: actor.member_id,
                created_at: now,
                updated_at: now,
                version: 1,
            };
            // The event's counter is one row of the workspace: twins wait here for each other, so that the limit holds.
            tx.append_events(actor.workspace_id, now, vec![event(actor, &window, "CREATED")]).await?;
            if tx.freeze_windows(actor.workspace_id).await?.len() >= MAX_WINDOWS {
                return Err(AppError::invalid(&["input"], "a workspace has at most 100 freeze windows: delete one first"));
            }
            tx.insert_freeze_window(&window).await?;
            let entry = subject.done(actor, Operation::CreateFreezeWindow, facts(&window));
            tx.append_audit(actor.workspace_id, AuditId(self.ids().uuid()), now, entry).await?;
            tx.commit().await?;
            self.hub().poke();
            Ok(window)
        };
        self.audited(actor, Operation::CreateFreezeWindow, subject, work).await
    }
}

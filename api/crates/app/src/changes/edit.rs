//! `editChange`: another payload or note, and back to a draft.

use domain::access::Operation;
use domain::change::kind::ChangePayload;
use domain::change::request::ChangeRequest;
use domain::change::transition::{ChangeCommand, transition};
use domain::id::ChangeId;
use domain::workspace::Actor;
use serde::Serialize;

use super::confirm::confirm;
use super::create::{check_note, check_payload};
use super::intent::Intent;
use crate::App;
use crate::authorize::in_scope;
use crate::changes::step::Step;
use crate::command::IdempotencyKey;
use crate::error::{AppError, AppResult};

/// `editChange`.
#[derive(Clone, Debug, Serialize)]
pub struct EditChange {
    /// The change.
    pub id: ChangeId,
    /// The revision the caller read.
    pub expected_revision: i64,
    /// What is intended now; of the same kind and, for a named location, the same location.
    pub payload: Intent,
    /// The note for reviewers: `None` keeps it, `Some(None)` removes it.
    pub note: Option<Option<String>>,
    /// See [`IdempotencyKey`].
    #[serde(skip)]
    pub idempotency_key: IdempotencyKey,
}

impl App {
    /// Takes another payload: dry-run, approvals, waivers and schedule are void, and the editor cannot approve any more.
    pub async fn edit_change(&self, actor: &Actor, command: EditChange) -> AppResult<ChangeRequest> {
        let step = Step {
            operation: Operation::EditChange,
            id: command.id,
            expected_revision: Some(command.expected_revision),
            idempotency_key: &command.idempotency_key,
            input: &command,
        };
        // Before the transaction: a source is read by a connection of its own.
        let payload = self.edited_payload(actor, &command).await;
        self.step(actor, step, async |tx, mut change| {
            let payload = payload?.normalised();
            check_payload(&payload)?;
            if let Some(note) = &command.note {
                check_note(note.as_deref())?;
                change.note = note.clone();
            }
            let edited = transition(change, ChangeCommand::EditPayload(payload), Some(actor.member_id), self.now())?;
            confirm(tx, &edited.change).await?;
            Ok(edited)
        })
        .await
    }

    async fn edited_payload(&self, actor: &Actor, command: &EditChange) -> AppResult<ChangePayload> {
        let change = self.store().reader().change(actor.workspace_id, command.id).await?.ok_or(AppError::NotFound)?;
        in_scope(actor, change.tenant_id)?;
        let payload = self.payload_of(actor, change.tenant_id, &command.payload).await?;
        self.look_up(actor, change.tenant_id, change.policy_id, &payload).await;
        Ok(payload)
    }
}

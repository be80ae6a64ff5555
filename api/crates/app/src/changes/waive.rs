//! `waiveWarning`: an owner lets one critical warning pass, on one change.

use domain::access::Operation;
use domain::change::refusal::Refusal;
use domain::change::request::ChangeRequest;
use domain::change::transition::{ChangeCommand, ChangeEventKind, allowed_events, transition};
use domain::change::warning::{Waiver, WarningCode};
use domain::id::ChangeId;
use domain::workspace::Actor;
use serde::Serialize;

use super::approval::required_text;
use crate::App;
use crate::changes::step::Step;
use crate::command::IdempotencyKey;
use crate::error::AppResult;

/// `waiveWarning`.
#[derive(Clone, Debug, Serialize)]
pub struct WaiveWarning {
    /// The change.
    pub id: ChangeId,
    /// The revision the caller read.
    pub expected_revision: i64,
    /// The critical warning.
    pub code: WarningCode,
    /// Why: 1 to 2,000 characters.
    pub reason: String,
    /// See [`IdempotencyKey`].
    #[serde(skip)]
    pub idempotency_key: IdempotencyKey,
}

impl App {
    /// Waives a critical warning that the present dry-run shows, and plans again in the same transaction, so that digest and status are
    /// those of the change with its waiver.
    pub async fn waive_warning(&self, actor: &Actor, command: WaiveWarning) -> AppResult<ChangeRequest> {
        let step = Step {
            operation: Operation::WaiveWarning,
            id: command.id,
            expected_revision: Some(command.expected_revision),
            idempotency_key: &command.idempotency_key,
            input: &command,
        };
        self.step(actor, step, async |tx, change| {
            let allowed = allowed_events(change.status);
            if !allowed.contains(&ChangeEventKind::WaiveWarning) {
                return Err(Refusal::IllegalTransition { from: change.status, event: ChangeEventKind::WaiveWarning, allowed }.into());
            }
            let reason = required_text(&command.reason, "reason")?;
            let waiver = Waiver { code: command.code, reason, by: actor.member_id, at: self.now() };
            let mut waived = change.clone();
            waived.waivers.push(waiver.clone());
            let dry_run = self.plan_change(tx, actor, &waived).await?;
            Ok(transition(change, ChangeCommand::WaiveWarning { waiver, dry_run }, Some(actor.member_id), self.now())?)
        })
        .await
    }
}

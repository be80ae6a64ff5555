//! `stopChange`: stop beats go (promise P29). What has not been sent to Graph is not sent any more.

use domain::access::Operation;
use domain::change::refusal::Refusal;
use domain::change::request::ChangeRequest;
use domain::change::transition::{ChangeCommand, ChangeEventKind, allowed_events, transition};
use domain::id::ChangeId;
use domain::workspace::Actor;
use serde::Serialize;

use crate::App;
use crate::changes::step::Step;
use crate::command::IdempotencyKey;
use crate::error::AppResult;

/// `stopChange`.
#[derive(Clone, Debug, Serialize)]
pub struct StopChange {
    /// The change.
    pub id: ChangeId,
    /// See [`IdempotencyKey`].
    #[serde(skip)]
    pub idempotency_key: IdempotencyKey,
}

impl App {
    /// Ends an apply whose write has not started. One statement ends the attempt and looks whether the write has started: the worker's
    /// write-ahead record is refused afterwards, and this is refused after that record.
    pub async fn stop_change(&self, actor: &Actor, command: StopChange) -> AppResult<ChangeRequest> {
        let step = Step {
            operation: Operation::StopChange,
            id: command.id,
            // Whoever stops has no time to read again.
            expected_revision: None,
            idempotency_key: &command.idempotency_key,
            input: &command,
        };
        self.step(actor, step, async |tx, change| {
            let allowed = allowed_events(change.status);
            if !allowed.contains(&ChangeEventKind::Stop) {
                return Err(Refusal::IllegalTransition { from: change.status, event: ChangeEventKind::Stop, allowed }.into());
            }
            let now = self.now();
            let stopped = tx.stop_intent(change.workspace_id, change.id, now).await?.ok_or(Refusal::WriteStarted)?;
            // One that runs already finds the attempt over, and ends.
            tx.cancel_job(change.workspace_id, stopped.job_id, now).await?;
            Ok(transition(change, ChangeCommand::Stop { pre: stopped.pre_snapshot_id }, Some(actor.member_id), now)?)
        })
        .await
    }
}

//! `cancelChange`: gives a change up before any write.

use domain::access::Operation;
use domain::change::request::ChangeRequest;
use domain::change::status::ChangeStatus;
use domain::change::transition::{ChangeCommand, transition};
use domain::workspace::Actor;
use store::WriteTx;

use crate::App;
use crate::changes::step::Step;
use crate::command::ChangeStep;
use crate::error::AppResult;

impl App {
    /// Cancels a change. A cancelled rollback leaves its original free to be rolled back again.
    pub async fn cancel_change(&self, actor: &Actor, command: ChangeStep) -> AppResult<ChangeRequest> {
        let step = Step {
            operation: Operation::CancelChange,
            id: command.id,
            expected_revision: Some(command.expected_revision),
            idempotency_key: &command.idempotency_key,
            input: &command,
        };
        self.step(actor, step, async |tx, change| {
            let cancelled = transition(change, ChangeCommand::Cancel, Some(actor.member_id), self.now())?;
            self.free_original(tx, &cancelled.change).await?;
            Ok(cancelled)
        })
        .await
    }

    /// A rollback that was cancelled or rejected is none: its original can be rolled back again. Does not commit.
    pub(crate) async fn free_original(&self, tx: &WriteTx, rollback: &ChangeRequest) -> AppResult<()> {
        let Some(original) = rollback.rollback_of.filter(|_| rollback.status == ChangeStatus::Cancelled) else { return Ok(()) };
        let Some(mut original) = tx.change(rollback.workspace_id, original).await? else { return Ok(()) };
        if original.rolled_back_by == Some(rollback.id) {
            original.rolled_back_by = None;
            original.revision += 1;
            original.updated_at = self.now();
            tx.update_change(&original).await?;
        }
        Ok(())
    }
}

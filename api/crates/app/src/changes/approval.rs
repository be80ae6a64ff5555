//! `requestApproval` and `decideApproval`.

use domain::access::Operation;
use domain::change::request::ChangeRequest;
use domain::change::transition::{ChangeCommand, transition};
use domain::id::ApprovalId;
use domain::workspace::Actor;

use crate::App;
use crate::changes::step::Step;
use crate::command::{ChangeStep, DecideApproval, Verdict};
use crate::error::{AppError, AppResult};

const LONGEST_COMMENT: usize = 2_000;

impl App {
    /// Asks for the approval of a second person, for exactly what the present dry-run shows.
    pub async fn request_approval(&self, actor: &Actor, command: ChangeStep) -> AppResult<ChangeRequest> {
        let step = Step {
            operation: Operation::RequestApproval,
            id: command.id,
            expected_revision: Some(command.expected_revision),
            idempotency_key: &command.idempotency_key,
            input: &command,
        };
        self.step(actor, step, async |_, change| {
            let digest = change.dry_run.as_ref().map(|dry_run| dry_run.digest.clone()).unwrap_or_default();
            let ask = ChangeCommand::RequestApproval { id: ApprovalId(self.ids().uuid()), digest };
            Ok(transition(change, ask, Some(actor.member_id), self.now())?)
        })
        .await
    }

    /// Approves or rejects, bound to the digest that the approver saw.
    pub async fn decide_approval(&self, actor: &Actor, command: DecideApproval) -> AppResult<ChangeRequest> {
        let comment = command.comment.as_deref().map(str::trim).filter(|comment| !comment.is_empty()).map(str::to_owned);
        if comment.as_ref().is_some_and(|comment| comment.chars().count() > LONGEST_COMMENT) {
            return Err(AppError::invalid(&["input", "comment"], "a comment holds at most 2,000 characters"));
        }
        let step = Step {
            operation: Operation::DecideApproval,
            id: command.id,
            expected_revision: None,
            idempotency_key: &command.idempotency_key,
            input: &command,
        };
        self.step(actor, step, async |_, change| {
            let digest = command.digest.clone();
            let decision = match (command.approve, comment.clone()) {
                (Verdict::Approve, comment) => ChangeCommand::Approve { digest, comment },
                (Verdict::Reject, Some(comment)) => ChangeCommand::Reject { digest, comment },
                (Verdict::Reject, None) => return Err(AppError::invalid(&["input", "comment"], "say why when rejecting")),
            };
            Ok(transition(change, decision, Some(actor.member_id), self.now())?)
        })
        .await
    }
}

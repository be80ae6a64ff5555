//! `requestApproval`, `decideApproval` and `withdrawApproval`.

use domain::access::Operation;
use domain::change::approvals::involved;
use domain::change::request::ChangeRequest;
use domain::change::transition::{ChangeCommand, transition};
use domain::id::ApprovalId;
use domain::person::Persons;
use domain::workspace::{Actor, Role};
use store::Reader;

use super::gate_facts::with_owners;
use crate::App;
use crate::changes::step::Step;
use crate::command::{ChangeStep, DecideApproval, Verdict};
use crate::error::{AppError, AppResult};

const LONGEST_TEXT: usize = 2_000;

impl App {
    /// Asks for the approval of other persons, for exactly what the present dry-run shows.
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

    /// Approves or rejects, bound to the digest that the approver saw. With a quorum the change waits until enough persons approved.
    pub async fn decide_approval(&self, actor: &Actor, command: DecideApproval) -> AppResult<ChangeRequest> {
        let comment = optional_text(command.comment.as_deref(), "comment")?;
        let step = Step {
            operation: Operation::DecideApproval,
            id: command.id,
            expected_revision: None,
            idempotency_key: &command.idempotency_key,
            input: &command,
        };
        self.step(actor, step, async |tx, change| {
            let digest = command.digest.clone();
            let persons = persons(tx, actor, &change).await?;
            let decision = match (command.approve, comment.clone()) {
                (Verdict::Approve, comment) => ChangeCommand::Approve { digest, comment, persons },
                (Verdict::Reject, Some(comment)) => ChangeCommand::Reject { digest, comment, persons },
                (Verdict::Reject, None) => return Err(AppError::invalid(&["input", "comment"], "say why when rejecting")),
            };
            let decided = transition(change, decision, Some(actor.member_id), self.now())?;
            self.free_original(tx, &decided.change).await?;
            Ok(decided)
        })
        .await
    }

    /// Takes a request for approval back. Open to who asked, who created the change, and admins and owners.
    pub async fn withdraw_approval(&self, actor: &Actor, command: ChangeStep) -> AppResult<ChangeRequest> {
        let step = Step {
            operation: Operation::WithdrawApproval,
            id: command.id,
            expected_revision: Some(command.expected_revision),
            idempotency_key: &command.idempotency_key,
            input: &command,
        };
        self.step(actor, step, async |tx, change| {
            let persons = persons(tx, actor, &change).await?;
            if !may_withdraw(actor, &change, &persons) {
                return Err(AppError::Forbidden { operation: Operation::WithdrawApproval, role: actor.role });
            }
            Ok(transition(change, ChangeCommand::WithdrawApproval, Some(actor.member_id), self.now())?)
        })
        .await
    }
}

/// Whether the actor may take the request back: an admin or owner, or the person who asked or created the change.
pub(crate) fn may_withdraw(actor: &Actor, change: &ChangeRequest, persons: &Persons) -> bool {
    let requester = change.pending_approval().map(|approval| approval.requested_by);
    matches!(actor.role, Role::Owner | Role::Admin) || persons.among(actor.member_id, requester.into_iter().chain([change.created_by]))
}

/// Which of the change's people and the actor are one person.
pub(crate) async fn persons(tx: &Reader, actor: &Actor, change: &ChangeRequest) -> AppResult<Persons> {
    let mut ids = involved(change);
    ids.insert(actor.member_id);
    ids.extend(change.emergency.iter().map(|emergency| emergency.by));
    Ok(Persons::of(&with_owners(tx, change.workspace_id, ids).await?))
}

/// A text for people, trimmed; `None` when nothing is left.
pub(crate) fn optional_text(text: Option<&str>, field: &str) -> AppResult<Option<String>> {
    let text = text.map(str::trim).filter(|text| !text.is_empty());
    if text.is_some_and(|text| text.chars().count() > LONGEST_TEXT) {
        return Err(AppError::invalid(&["input", field], format!("a {field} holds at most 2,000 characters")));
    }
    Ok(text.map(str::to_owned))
}

/// As [`optional_text`], where something must be said.
pub(crate) fn required_text(text: &str, field: &str) -> AppResult<String> {
    optional_text(Some(text), field)?.ok_or_else(|| AppError::invalid(&["input", field], "say why: 1 to 2,000 characters"))
}

//! Whether the actor could do something now, so that a client can disable a button with the server's own reason.

use domain::access::Operation;
use domain::change::status::ChangeStatus;
use domain::change::transition::{ChangeEventKind, allowed_events};
use domain::id::ChangeId;
use domain::workspace::Actor;

use crate::App;
use crate::authorize::{authorize, in_scope};
use crate::error::{AppError, AppResult};

/// The answer to "may I?".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Yes or no.
    pub allowed: bool,
    /// The code that the mutation would answer with.
    pub code: Option<&'static str>,
    /// Why not, for a person.
    pub message: Option<String>,
}

impl App {
    /// Judges role, scope, the change's state and self-approval. Freshness and digests are judged by the mutation itself.
    pub async fn decision(&self, actor: &Actor, operation: Operation, change: Option<ChangeId>) -> AppResult<Decision> {
        match self.judge(actor, operation, change).await {
            Ok(()) => Ok(Decision { allowed: true, code: None, message: None }),
            Err(error) if error.expected() => Ok(Decision { allowed: false, code: Some(error.code()), message: Some(error.to_string()) }),
            Err(error) => Err(error),
        }
    }

    async fn judge(&self, actor: &Actor, operation: Operation, change: Option<ChangeId>) -> AppResult<()> {
        authorize(actor, operation)?;
        let Some(id) = change else { return Ok(()) };
        let change = self.store().reader().change(actor.workspace_id, id).await?.ok_or(AppError::NotFound)?;
        in_scope(actor, change.tenant_id)?;
        let events: &[ChangeEventKind] = match operation {
            Operation::RunDryRun => &[ChangeEventKind::DryRun],
            Operation::RequestApproval => &[ChangeEventKind::RequestApproval],
            Operation::DecideApproval => &[ChangeEventKind::Approve],
            Operation::ApplyChange | Operation::ScheduleChange => &[ChangeEventKind::Apply],
            Operation::RollbackChange => &[ChangeEventKind::RollBack],
            Operation::CancelChange => &[ChangeEventKind::Cancel],
            _ => return Ok(()),
        };
        let allowed = allowed_events(change.status);
        for event in events {
            if !allowed.contains(event) {
                return Err(domain::change::refusal::Refusal::IllegalTransition { from: change.status, event: *event, allowed }.into());
            }
        }
        let own = change.created_by == actor.member_id
            || change.editors.contains(&actor.member_id)
            || change.pending_approval().is_some_and(|approval| approval.requested_by == actor.member_id);
        if operation == Operation::DecideApproval && change.status == ChangeStatus::AwaitingApproval && own {
            return Err(domain::change::refusal::Refusal::CannotSelfApprove.into());
        }
        if operation == Operation::ApplyChange && change.requires_approval && change.granted_approval().is_none() {
            return Err(domain::change::refusal::Refusal::NotApproved.into());
        }
        Ok(())
    }
}

//! Whether the actor could do something now, so that a client can disable a button with the server's own reason.

use domain::access::Operation;
use domain::change::approvals::{approvers, authors};
use domain::change::emergency;
use domain::change::outcome::unknown;
use domain::change::refusal::Refusal;
use domain::change::request::ChangeRequest;
use domain::change::transition::{ChangeEventKind, allowed_events, open_events};
use domain::id::ChangeId;
use domain::person::Persons;
use domain::workspace::Actor;

use crate::App;
use crate::authorize::{authorize, in_scope};
use crate::changes::approval::{may_withdraw, persons};
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

impl Decision {
    /// An expected refusal is a no; anything else that went wrong is none.
    pub(crate) fn of(judged: AppResult<()>) -> AppResult<Self> {
        match judged {
            Ok(()) => Ok(Decision { allowed: true, code: None, message: None }),
            Err(error) if error.expected() => Ok(Decision { allowed: false, code: Some(error.code()), message: Some(error.to_string()) }),
            Err(error) => Err(error),
        }
    }
}

impl App {
    /// Judges role, scope, the change's state and self-approval. Freshness and digests are judged by the mutation itself.
    pub async fn decision(&self, actor: &Actor, operation: Operation, change: Option<ChangeId>) -> AppResult<Decision> {
        Decision::of(self.judge(actor, operation, change).await)
    }

    async fn judge(&self, actor: &Actor, operation: Operation, change: Option<ChangeId>) -> AppResult<()> {
        authorize(actor, operation)?;
        let Some(id) = change else { return Ok(()) };
        let reader = self.store().reader();
        let change = reader.change(actor.workspace_id, id).await?.ok_or(AppError::NotFound)?;
        in_scope(actor, change.tenant_id)?;
        if let Some(event) = event_of(operation) {
            let allowed = allowed_events(change.status);
            if !allowed.contains(&event) {
                return Err(Refusal::IllegalTransition { from: change.status, event, allowed }.into());
            }
            if !open_events(&change).contains(&event) {
                let known = || Refusal::ResolutionNotPossible("its outcome is known".to_owned());
                return Err(if unknown(&change) { Refusal::OutcomeUnknown } else { known() }.into());
            }
        }
        match operation {
            Operation::DecideApproval | Operation::WithdrawApproval | Operation::ReviewEmergency => {
                judge_person(actor, operation, &change, &persons(&reader, actor, &change).await?)
            }
            Operation::ApplyChange
                if change.requires_approval && !emergency::passes(&change, self.now()) && change.granted_approval().is_none() =>
            {
                Err(Refusal::NotApproved.into())
            }
            _ => Ok(()),
        }
    }
}

/// The transition that an operation on a change asks for.
fn event_of(operation: Operation) -> Option<ChangeEventKind> {
    Some(match operation {
        Operation::RunDryRun => ChangeEventKind::DryRun,
        Operation::EditChange => ChangeEventKind::EditPayload,
        Operation::RequestApproval => ChangeEventKind::RequestApproval,
        Operation::DecideApproval => ChangeEventKind::Approve,
        Operation::WithdrawApproval => ChangeEventKind::WithdrawApproval,
        Operation::WaiveWarning => ChangeEventKind::WaiveWarning,
        // What is scheduled is what could be applied.
        Operation::ApplyChange | Operation::ScheduleChange => ChangeEventKind::Apply,
        Operation::StopChange => ChangeEventKind::Stop,
        Operation::ResolveOutcome => ChangeEventKind::AdoptOutcome,
        Operation::RollbackChange => ChangeEventKind::RollBack,
        Operation::CancelChange => ChangeEventKind::Cancel,
        _ => return None,
    })
}

/// What depends on who asks.
fn judge_person(actor: &Actor, operation: Operation, change: &ChangeRequest, persons: &Persons) -> AppResult<()> {
    let me = actor.member_id;
    let pending = change.pending_approval();
    let requester = pending.map(|approval| approval.requested_by);
    match operation {
        Operation::DecideApproval if persons.among(me, authors(change).into_iter().chain(requester)) => {
            Err(Refusal::CannotSelfApprove.into())
        }
        Operation::DecideApproval if pending.is_some_and(|approval| persons.among(me, approvers(approval))) => {
            Err(Refusal::AlreadyApproved.into())
        }
        Operation::WithdrawApproval if !may_withdraw(actor, change, persons) => Err(AppError::Forbidden { operation, role: actor.role }),
        Operation::ReviewEmergency if !emergency::needs_review(change) => Err(Refusal::ReviewNotOpen.into()),
        Operation::ReviewEmergency if persons.same(me, change.created_by) => Err(Refusal::CannotSelfApprove.into()),
        _ => Ok(()),
    }
}

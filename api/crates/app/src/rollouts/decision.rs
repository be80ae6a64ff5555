//! Whether the actor could take a step on a rollout now, so that a client can disable a button with the server's own reason.

use domain::access::Operation;
use domain::change::approvals::approvers;
use domain::change::refusal::Refusal;
use domain::id::RolloutId;
use domain::rollout::{CommandKind, ManagedRollout, RolloutRefusal, allowed};
use domain::workspace::Actor;
use store::Reader;

use super::approval::persons_of;
use super::edit::choices;
use super::moves::operation as operation_of;
use crate::App;
use crate::authorize::{authorize, in_scope};
use crate::error::{AppError, AppResult};
use crate::query::decision::Decision;

impl App {
    /// Judges role, sight, where the rollout stands, its approval and who gives that. What the world has to say to a step forward (sign-ins,
    /// forecasts, freeze windows, both policies) is judged by the mutation itself.
    pub async fn rollout_decision(&self, actor: &Actor, operation: Operation, id: RolloutId) -> AppResult<Decision> {
        let judged = async {
            authorize(actor, operation)?;
            let reader = self.store().reader();
            let rollout = reader.rollout(actor.workspace_id, id).await?.ok_or(AppError::NotFound)?;
            in_scope(actor, rollout.tenant_id)?;
            judge(&reader, actor, operation, &rollout).await
        };
        Decision::of(judged.await)
    }
}

async fn judge(reader: &Reader, actor: &Actor, operation: Operation, rollout: &ManagedRollout) -> AppResult<()> {
    let state = &rollout.state;
    if let Some(command) = CommandKind::ALL.iter().copied().find(|kind| operation_of(*kind) == operation) {
        let allowed = allowed(state);
        if !allowed.contains(&command) {
            return Err(RolloutRefusal::IllegalTransition { status: state.status, command, allowed }.into());
        }
        if command == CommandKind::Start && state.awaiting_approval {
            return Err(RolloutRefusal::NotApproved.into());
        }
        return Ok(());
    }
    match operation {
        Operation::EditRollout => {
            state.may_edit(&choices(&state.plan)).map_err(|fault| AppError::invalid(&["input", "phases"], fault.to_string()))
        }
        Operation::RequestRolloutApproval if !state.awaiting_approval || rollout.pending_approval().is_some() => {
            Err(Refusal::ApprovalNotNeeded.into())
        }
        Operation::DecideRolloutApproval => judge_approver(reader, actor, rollout).await,
        _ => Ok(()),
    }
}

async fn judge_approver(reader: &Reader, actor: &Actor, rollout: &ManagedRollout) -> AppResult<()> {
    let Some(pending) = rollout.pending_approval() else { return Err(Refusal::NotApproved.into()) };
    let persons = persons_of(reader, actor, rollout).await?;
    let authors = rollout.editors.iter().copied().chain([rollout.created_by, pending.requested_by]);
    match () {
        () if persons.among(actor.member_id, authors) => Err(Refusal::CannotSelfApprove.into()),
        () if persons.among(actor.member_id, approvers(pending)) => Err(Refusal::AlreadyApproved.into()),
        () => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// A step is judged by what its own command may do: two commands behind one operation would answer for each other.
    #[test]
    fn each_command_has_an_operation_of_its_own() {
        let operations: BTreeSet<Operation> = CommandKind::ALL.iter().map(|kind| operation_of(*kind)).collect();
        assert_eq!(operations.len(), CommandKind::ALL.len());
        let others = [Operation::EditRollout, Operation::RequestRolloutApproval, Operation::DecideRolloutApproval];
        assert!(others.iter().all(|other| !operations.contains(other)));
    }
}

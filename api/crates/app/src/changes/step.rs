//! What every step on a change request has in common: authorize, load, once, revision, decide, save.

use domain::access::Operation;
use domain::change::refusal::Refusal;
use domain::change::request::ChangeRequest;
use domain::change::transition::Transition;
use domain::event::SubjectKind;
use domain::id::{AuditId, ChangeId};
use domain::workspace::Actor;
use serde::Serialize;
use serde_json::{Value, json};
use store::WriteTx;

use crate::App;
use crate::audited::Subject;
use crate::authorize::{authorize, in_scope};
use crate::command::IdempotencyKey;
use crate::error::{AppError, AppResult};
use crate::idempotency::{Claim, Once};

/// One step as asked for.
pub(crate) struct Step<'a, I: Serialize> {
    pub(crate) operation: Operation,
    pub(crate) id: ChangeId,
    /// `None` where the step is bound to a digest instead.
    pub(crate) expected_revision: Option<i64>,
    pub(crate) idempotency_key: &'a IdempotencyKey,
    pub(crate) input: &'a I,
}

impl App {
    /// Runs `decide` on the change inside one write transaction and saves what it returns.
    pub(crate) async fn step<I: Serialize>(
        &self,
        actor: &Actor,
        step: Step<'_, I>,
        decide: impl AsyncFnOnce(&WriteTx, ChangeRequest) -> AppResult<Transition>,
    ) -> AppResult<ChangeRequest> {
        let subject = Subject::new(SubjectKind::ChangeRequest, step.id.0, None);
        let work = async {
            authorize(actor, step.operation)?;
            let once = Once::new(step.operation, step.idempotency_key, step.input)?;
            let tx = self.store().write().await?;
            let change = load_change(&tx, actor, step.id).await?;
            if let Claim::Replay(_) = self.claim(&tx, actor, &once, step.id.0).await? {
                return Ok(change);
            }
            if let Some(expected) = step.expected_revision
                && expected != change.revision
            {
                return Err(AppError::StaleRevision { expected, current: change.revision });
            }
            if let Some(bulk) = change.bulk_change_id
                && of_the_whole(step.operation)
            {
                return Err(Refusal::PartOfBulk(bulk).into());
            }
            if let Some(rollout) = change.rollout_id
                && (of_the_whole(step.operation) || of_the_rollout(step.operation))
            {
                return Err(Refusal::PartOfRollout(rollout).into());
            }
            let before = change.status;
            let transition = decide(&tx, change).await?;
            let detail = json!({ "from": before, "to": transition.change.status, "revision": transition.change.revision });
            let saved = self.save(&tx, actor, step.operation, transition, detail).await?;
            tx.commit().await?;
            self.hub().poke();
            Ok(saved)
        };
        self.audited(actor, step.operation, subject, work).await
    }

    /// Saves a transition with its events and an audit entry; does not commit.
    pub(crate) async fn save(
        &self,
        tx: &WriteTx,
        actor: &Actor,
        operation: Operation,
        transition: Transition,
        detail: Value,
    ) -> AppResult<ChangeRequest> {
        let Transition { change, events } = transition;
        let now = self.now();
        tx.update_change(&change).await?;
        self.wake_bulk(tx, &change).await?;
        self.wake_rollout(tx, &change).await?;
        self.settle_suggestion(tx, &change).await?;
        tx.append_events(change.workspace_id, now, events).await?;
        let subject = Subject::new(SubjectKind::ChangeRequest, change.id.0, Some(change.tenant_id));
        tx.append_audit(change.workspace_id, AuditId(self.ids().uuid()), now, subject.done(actor, operation, detail)).await?;
        self.revoke_schedule(tx, &change, Some(actor.member_id)).await?;
        Ok(change)
    }
}

/// Steps that a bulk change takes for all of its changes at once: what was reviewed and started together stays together. What is about one
/// tenant stays open: waiving a warning, stopping a write, saying what became of it.
pub(crate) fn of_the_whole(operation: Operation) -> bool {
    use Operation as O;
    matches!(
        operation,
        O::EditChange
            | O::RunDryRun
            | O::RequestApproval
            | O::DecideApproval
            | O::WithdrawApproval
            | O::ApplyChange
            | O::CancelChange
            | O::ScheduleChange
    )
}

/// Further steps that a phased rollout takes itself for its changes. Saying what became of a write of unknown outcome stays open.
fn of_the_rollout(operation: Operation) -> bool {
    matches!(operation, Operation::StopChange | Operation::WaiveWarning)
}

/// The change, unless it is not the actor's to see.
pub(crate) async fn load_change(tx: &WriteTx, actor: &Actor, id: ChangeId) -> AppResult<ChangeRequest> {
    let change = tx.change(actor.workspace_id, id).await?.ok_or(AppError::NotFound)?;
    in_scope(actor, change.tenant_id)?;
    Ok(change)
}

//! `rollbackChange`: the inverse as a change request of its own.

use domain::access::Operation;
use domain::change::approval_rules::ApprovalRules;
use domain::change::kind::WriteOperation;
use domain::change::refusal::Refusal;
use domain::change::request::{ChangeRequest, Draft};
use domain::change::rollback::{inverse, rollback_skips_approval};
use domain::change::status::ChangeStatus;
use domain::change::transition::{ChangeCommand, ChangeEventKind, allowed_events, transition};
use domain::event::SubjectKind;
use domain::id::{BulkChangeId, ChangeId};
use domain::workspace::Actor;
use serde_json::json;
use store::WriteTx;

use super::moments::Moments;
use crate::App;
use crate::audited::Subject;
use crate::authorize::authorize;
use crate::changes::step::load_change;
use crate::command::ApplyChange;
use crate::error::{AppError, AppResult};
use crate::idempotency::{Claim, Once};

impl App {
    /// Drafts and dry-runs the inverse of an applied change and, where nothing blocks it and it needs no second approval, starts to apply
    /// it: what the gate refuses then leaves nothing behind. Returns the inverse. The original becomes `rolled_back` once the inverse is applied.
    pub async fn rollback_change(&self, actor: &Actor, command: ApplyChange) -> AppResult<ChangeRequest> {
        let subject = Subject::new(SubjectKind::ChangeRequest, command.id.0, None);
        self.audited(actor, Operation::RollbackChange, subject, self.try_rollback(actor, &command)).await
    }

    async fn try_rollback(&self, actor: &Actor, command: &ApplyChange) -> AppResult<ChangeRequest> {
        authorize(actor, Operation::RollbackChange)?;
        let once = Once::new(Operation::RollbackChange, &command.idempotency_key, command)?;
        let tx = self.store().write().await?;
        let original = load_change(&tx, actor, command.id).await?;
        let id = ChangeId(self.ids().uuid());
        if let Claim::Replay(first) = self.claim(&tx, actor, &once, id.0).await? {
            return tx.change(actor.workspace_id, ChangeId(first)).await?.ok_or(AppError::NotFound);
        }
        check(&original, command)?;
        let rollback = self.start_rollback(&tx, actor, original, id, None).await?;
        tx.commit().await?;
        self.hub().poke();
        Ok(rollback)
    }

    /// Drafts and plans the inverse of a change that nobody rolled back, and starts it where nothing blocks it and it needs no approval.
    /// Does not commit.
    pub(crate) async fn start_rollback(
        &self,
        tx: &WriteTx,
        actor: &Actor,
        original: ChangeRequest,
        id: ChangeId,
        bulk: Option<BulkChangeId>,
    ) -> AppResult<ChangeRequest> {
        let rollback = self.draft_inverse(tx, actor, &original, id, bulk).await?;
        self.insert_change(tx, actor, Operation::RollbackChange, &rollback).await?;
        self.reserve(tx, original, id).await?;
        let dry_run = self.plan_change(tx, actor, &rollback).await?;
        let planned = transition(rollback, ChangeCommand::DryRun(dry_run), Some(actor.member_id), self.now())?;
        let detail = json!({ "from": ChangeStatus::Draft, "to": planned.change.status });
        let rollback = self.save(tx, actor, Operation::RunDryRun, planned, detail).await?;
        if rollback.status != ChangeStatus::DryRunComplete || rollback.requires_approval {
            return Ok(rollback);
        }
        let applying = self.start_apply(tx, actor, rollback).await?;
        let detail = json!({ "from": ChangeStatus::DryRunComplete, "to": applying.change.status });
        self.save(tx, actor, Operation::ApplyChange, applying, detail).await
    }

    async fn draft_inverse(
        &self,
        tx: &WriteTx,
        actor: &Actor,
        original: &ChangeRequest,
        id: ChangeId,
        bulk: Option<BulkChangeId>,
    ) -> AppResult<ChangeRequest> {
        let now = self.now();
        let moments = Moments::load(tx, original).await?;
        let inverse = inverse(original, &moments.view(now))?;
        let workspace = tx.workspace(original.workspace_id).await?.ok_or(AppError::NotFound)?;
        let skips = rollback_skips_approval(original, moments.live_is_post(), now);
        let approval_rules = if skips { ApprovalRules::default() } else { workspace.approval_rules };
        // What is created anew is another object, with another id.
        let anew = inverse.payload.kind().operation() == WriteOperation::Create;
        Ok(ChangeRequest::draft(
            Draft {
                id,
                workspace_id: original.workspace_id,
                tenant_id: original.tenant_id,
                policy_id: original.policy_id.filter(|_| !anew),
                target_graph_id: original.target_graph_id.clone().filter(|_| !anew),
                payload: inverse.payload,
                created_by: actor.member_id,
                note: inverse.notice.map(str::to_owned),
                approval_rules,
                rollback_of: Some(original.id),
                bulk_change_id: bulk,
                rollout_id: None,
            },
            now,
        ))
    }

    /// Marks the original as being rolled back, so that there is one rollback per change.
    async fn reserve(&self, tx: &WriteTx, mut original: ChangeRequest, by: ChangeId) -> AppResult<()> {
        original.rolled_back_by = Some(by);
        original.revision += 1;
        original.updated_at = self.now();
        tx.update_change(&original).await?;
        Ok(())
    }
}

fn check(original: &ChangeRequest, command: &ApplyChange) -> AppResult<()> {
    if original.revision != command.expected_revision {
        return Err(AppError::StaleRevision { expected: command.expected_revision, current: original.revision });
    }
    let allowed = allowed_events(original.status);
    if !allowed.contains(&ChangeEventKind::RollBack) {
        return Err(Refusal::IllegalTransition { from: original.status, event: ChangeEventKind::RollBack, allowed }.into());
    }
    if let Some(by) = original.rolled_back_by {
        return Err(Refusal::RollbackExists(by).into());
    }
    if let Some(rollout) = original.rollout_id {
        return Err(Refusal::PartOfRollout(rollout).into());
    }
    match &original.dry_run {
        Some(dry_run) if dry_run.digest == command.digest => Ok(()),
        other => Err(Refusal::StaleReview { current: other.as_ref().map(|dry_run| dry_run.digest.clone()).unwrap_or_default() }.into()),
    }
}

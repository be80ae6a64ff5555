//! `rollbackChange`: the inverse as a change request of its own.

use domain::access::Operation;
use domain::change::approval_rules::ApprovalRules;
use domain::change::refusal::Refusal;
use domain::change::request::{ChangeRequest, Draft};
use domain::change::rollback::{RollbackView, inverse, rollback_skips_approval};
use domain::change::status::ChangeStatus;
use domain::change::transition::{ChangeCommand, ChangeEventKind, allowed_events, transition};
use domain::document::PolicyDocument;
use domain::event::SubjectKind;
use domain::id::{ChangeId, SnapshotId};
use domain::snapshot::{ItemKind, Manifest};
use domain::workspace::Actor;
use serde_json::json;
use store::WriteTx;

use crate::App;
use crate::audited::Subject;
use crate::authorize::authorize;
use crate::changes::step::load_change;
use crate::command::ApplyChange;
use crate::error::{AppError, AppResult};
use crate::idempotency::{Claim, Once};

impl App {
    /// Drafts and dry-runs the inverse of an applied change and, where nothing blocks it and it needs no second approval, starts
    /// to apply it. Returns the inverse. The original becomes `rolled_back` once the inverse is applied.
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
        let rollback = self.draft_inverse(&tx, actor, &original, id).await?;
        self.insert_change(&tx, actor, Operation::RollbackChange, &rollback).await?;
        self.reserve(&tx, original, id).await?;

        let dry_run = self.plan_change(&tx, actor, &rollback).await?;
        let planned = transition(rollback, ChangeCommand::DryRun(dry_run), Some(actor.member_id), self.now())?;
        let detail = json!({ "from": ChangeStatus::Draft, "to": planned.change.status });
        let mut rollback = self.save(&tx, actor, Operation::RunDryRun, planned, detail).await?;
        if rollback.status == ChangeStatus::DryRunComplete && !rollback.requires_approval {
            let applying = self.start_apply(&tx, actor, rollback).await?;
            let detail = json!({ "from": ChangeStatus::DryRunComplete, "to": applying.change.status });
            rollback = self.save(&tx, actor, Operation::ApplyChange, applying, detail).await?;
        }
        tx.commit().await?;
        self.hub().poke();
        Ok(rollback)
    }

    async fn draft_inverse(&self, tx: &WriteTx, actor: &Actor, original: &ChangeRequest, id: ChangeId) -> AppResult<ChangeRequest> {
        let impossible = |why: &str| AppError::from(Refusal::RollbackNotPossible(why.to_owned()));
        let (Some(pre), Some(post)) = (original.pre_snapshot_id, original.post_snapshot_id) else {
            return Err(impossible("the snapshots before and after the change are not both there"));
        };
        let policy_id = original.policy_id.ok_or_else(|| impossible("the change names no policy"))?;
        let policy = tx.policy(original.workspace_id, policy_id).await?.ok_or(AppError::NotFound)?;
        let graph_id = policy.graph_id.to_string();
        let pre = document_in(tx, original, pre, &graph_id).await?.ok_or_else(|| impossible("the policy is not in the snapshot before"))?;
        let post =
            document_in(tx, original, post, &graph_id).await?.ok_or_else(|| impossible("the policy is not in the snapshot after"))?;
        if policy.deleted_at.is_some() || policy.content_hash != post.canonical().hash() {
            return Err(impossible(
                "the policy was changed after this change was applied: resync, look at the snapshot diff, and draft a change by hand",
            ));
        }
        let now = self.now();
        // Live is as it was left by the change, as was just seen.
        let view =
            RollbackView { pre: Some(pre.value()), post: Some(post.value()), live: Some(post.value()), deleted_at: policy.deleted_at, now };
        let workspace = tx.workspace(original.workspace_id).await?.ok_or(AppError::NotFound)?;
        let approval_rules = if rollback_skips_approval(original, true, now) { ApprovalRules::default() } else { workspace.approval_rules };
        Ok(ChangeRequest::draft(
            Draft {
                id,
                workspace_id: original.workspace_id,
                tenant_id: original.tenant_id,
                policy_id: original.policy_id,
                target_graph_id: original.target_graph_id.clone(),
                payload: inverse(original, &view)?.payload,
                created_by: actor.member_id,
                note: None,
                approval_rules,
                rollback_of: Some(original.id),
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
    match &original.dry_run {
        Some(dry_run) if dry_run.digest == command.digest => Ok(()),
        other => Err(Refusal::StaleReview { current: other.as_ref().map(|dry_run| dry_run.digest.clone()).unwrap_or_default() }.into()),
    }
}

/// One policy as a snapshot holds it.
async fn document_in(tx: &WriteTx, change: &ChangeRequest, snapshot: SnapshotId, graph_id: &str) -> AppResult<Option<PolicyDocument>> {
    let internal = |cause: String| AppError::Internal(cause.into());
    let snapshot = tx.snapshot(change.workspace_id, snapshot).await?.ok_or_else(|| internal(format!("snapshot {snapshot} is missing")))?;
    let manifest = tx
        .document(change.workspace_id, &snapshot.content_hash)
        .await?
        .ok_or_else(|| internal(format!("the manifest of snapshot {} is missing", snapshot.id)))?;
    let manifest = Manifest::parse(&manifest).map_err(|cause| AppError::Internal(cause.into()))?;
    let Some(item) = manifest.find(ItemKind::Policy, graph_id) else { return Ok(None) };
    Ok(Some(super::plan::load_document(tx, change, &item.document_hash).await?))
}

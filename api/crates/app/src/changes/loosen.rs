//! `loosenInEmergency`: an owner takes enforcement away at once, past approval and freeze windows, and leaves an open review behind.

use domain::access::Operation;
use domain::change::kind::ChangePayload;
use domain::change::refusal::Refusal;
use domain::change::request::{ChangeRequest, Draft, Emergency};
use domain::change::status::ChangeStatus;
use domain::change::transition::{ChangeCommand, transition};
use domain::change::warning::{Waiver, WarningCode};
use domain::event::SubjectKind;
use domain::id::{ChangeId, PolicyId};
use domain::policy::{Criticality, Policy, PolicyState};
use domain::workspace::{Actor, Workspace};
use serde::Serialize;
use serde_json::json;

use super::approval::required_text;
use crate::App;
use crate::audited::Subject;
use crate::authorize::{authorize, in_scope};
use crate::command::IdempotencyKey;
use crate::error::{AppError, AppResult};
use crate::idempotency::{Claim, Once};

/// `loosenInEmergency`.
#[derive(Clone, Debug, Serialize)]
pub struct LoosenInEmergency {
    /// The policy.
    pub policy_id: PolicyId,
    /// Report-only or disabled.
    pub to: PolicyState,
    /// Why: 1 to 2,000 characters. It also waives `critical_policy_disable`.
    pub reason: String,
    /// The policy's content hash that the caller saw; not compared when it is left out.
    pub expected_content_hash: Option<String>,
    /// See [`IdempotencyKey`].
    #[serde(skip)]
    pub idempotency_key: IdempotencyKey,
}

impl App {
    /// Drafts, dry-runs and starts to apply in one transaction: either the change is on its way, or nothing was made.
    pub async fn loosen_in_emergency(&self, actor: &Actor, command: LoosenInEmergency) -> AppResult<ChangeRequest> {
        let subject = Subject::new(SubjectKind::Policy, command.policy_id.0, None);
        self.audited(actor, Operation::LoosenInEmergency, subject, self.try_loosen(actor, &command)).await
    }

    async fn try_loosen(&self, actor: &Actor, command: &LoosenInEmergency) -> AppResult<ChangeRequest> {
        authorize(actor, Operation::LoosenInEmergency)?;
        let reason = required_text(&command.reason, "reason")?;
        let once = Once::new(Operation::LoosenInEmergency, &command.idempotency_key, command)?;
        let tx = self.store().write().await?;
        let policy = tx.policy(actor.workspace_id, command.policy_id).await?.ok_or(AppError::NotFound)?;
        in_scope(actor, policy.tenant_id)?;
        let id = ChangeId(self.ids().uuid());
        if let Claim::Replay(first) = self.claim(&tx, actor, &once, id.0).await? {
            return tx.change(actor.workspace_id, ChangeId(first)).await?.ok_or(AppError::NotFound);
        }
        if policy.deleted_at.is_some() || policy.state != PolicyState::Enabled || command.to == PolicyState::Enabled {
            return Err(Refusal::NotALoosening.into());
        }
        if command.expected_content_hash.as_ref().is_some_and(|seen| *seen != policy.content_hash.0) {
            return Err(AppError::invalid(&["input", "expectedContentHash"], "the policy is not as you saw it: read it again"));
        }
        let workspace = tx.workspace(actor.workspace_id).await?.ok_or(AppError::NotFound)?;
        let change = self.emergency_draft(actor, id, &policy, command.to, reason, workspace);
        self.insert_change(&tx, actor, Operation::LoosenInEmergency, &change).await?;
        let dry_run = self.plan_change(&tx, actor, &change).await?;
        let planned = transition(change, ChangeCommand::DryRun(dry_run), Some(actor.member_id), self.now())?;
        let detail = json!({ "from": ChangeStatus::Draft, "to": planned.change.status });
        let change = self.save(&tx, actor, Operation::RunDryRun, planned, detail).await?;
        let applying = self.start_apply(&tx, actor, change).await?;
        let detail = json!({ "from": ChangeStatus::DryRunComplete, "to": applying.change.status, "reason": applying.change.emergency.as_ref().map(|emergency| &emergency.reason) });
        let change = self.save(&tx, actor, Operation::ApplyChange, applying, detail).await?;
        tx.commit().await?;
        self.hub().poke();
        Ok(change)
    }

    fn emergency_draft(
        &self,
        actor: &Actor,
        id: ChangeId,
        policy: &Policy,
        to: PolicyState,
        reason: String,
        workspace: Workspace,
    ) -> ChangeRequest {
        let now = self.now();
        let draft = Draft {
            id,
            workspace_id: actor.workspace_id,
            tenant_id: policy.tenant_id,
            policy_id: Some(policy.id),
            target_graph_id: Some(policy.graph_id.to_string()),
            payload: ChangePayload::StateChange { to },
            created_by: actor.member_id,
            note: None,
            approval_rules: workspace.approval_rules,
            rollback_of: None,
            bulk_change_id: None,
            rollout_id: None,
        };
        let critical = policy.metadata.criticality == Some(Criticality::Critical) && to == PolicyState::Disabled;
        let waiver = || Waiver { code: WarningCode::CriticalPolicyDisable, reason: reason.clone(), by: actor.member_id, at: now };
        let waivers = critical.then(waiver).into_iter().collect();
        let emergency = Emergency { reason, by: actor.member_id, at: now, reviewed_by: None, reviewed_at: None, review_comment: None };
        ChangeRequest { waivers, emergency: Some(emergency), ..ChangeRequest::draft(draft, now) }
    }
}

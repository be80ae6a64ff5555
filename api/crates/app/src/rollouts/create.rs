//! `createRollout`: a plan is accepted. Nothing is written to the tenant before it is started.

use domain::access::Operation;
use domain::change::refusal::Refusal;
use domain::event::{EventKind, SubjectKind};
use domain::id::{AuditId, BulkRolloutId, RolloutId};
use domain::policy::Criticality;
use domain::rollout::{Guard, ManagedRollout, Outlook, Plan, Rollout, RolloutMode, RolloutStatus};
use domain::workspace::Actor;
use serde_json::json;
use store::WriteTx;

use super::command::CreateRollout;
use super::draft::Material;
use super::tick::outcome::mark;
use super::tick::told::event;
use super::view::RolloutView;
use crate::App;
use crate::audited::Subject;
use crate::authorize::authorize;
use crate::error::{AppError, AppResult};
use crate::idempotency::{Claim, Once};

/// What is asked of a new rollout beside its plan.
pub(crate) struct NewRollout {
    pub(crate) mode: RolloutMode,
    pub(crate) guard: Guard,
    /// The rollout across tenants that it is a part of.
    pub(crate) bulk: Option<BulkRolloutId>,
}

/// A plan, or why there is none, and what it was made from.
pub(crate) struct PreparedRollout {
    material: Material,
    plan: AppResult<Plan>,
}

impl App {
    /// Accepts a plan for a report-only policy: the proposed one, or phases that the caller chose. The rules by which it needs approval are
    /// fixed here. Start it next, after its approval where it needs one.
    pub async fn create_rollout(&self, actor: &Actor, command: CreateRollout) -> AppResult<RolloutView> {
        let subject = Subject::new(SubjectKind::Policy, command.policy_id.0, None);
        self.audited(actor, Operation::CreateRollout, subject, self.try_create_rollout(actor, &command)).await
    }

    async fn try_create_rollout(&self, actor: &Actor, command: &CreateRollout) -> AppResult<RolloutView> {
        authorize(actor, Operation::CreateRollout)?;
        command.guard.validate().map_err(|error| AppError::invalid(&["input", "guard", error.field], error.to_string()))?;
        let once = Once::new(Operation::CreateRollout, &command.idempotency_key, command)?;
        // Before the transaction: a plan is measured for seconds.
        let prepared = self.prepare_rollout(actor, command).await?;
        let tx = self.store().write().await?;
        let id = RolloutId(self.ids().uuid());
        if let Claim::Replay(first) = self.claim(&tx, actor, &once, id.0).await? {
            let rollout = tx.rollout(actor.workspace_id, RolloutId(first)).await?.ok_or(AppError::NotFound)?;
            return RolloutView::load(&tx, rollout).await;
        }
        let rollout = self.place_rollout(&tx, actor, id, prepared, command).await?;
        tx.commit().await?;
        self.hub().poke();
        Ok(RolloutView { rollout, verdict: None })
    }

    /// Measures the policy and makes the plan, with no transaction open.
    pub(crate) async fn prepare_rollout(&self, actor: &Actor, command: &CreateRollout) -> AppResult<PreparedRollout> {
        let chosen = command.phases.as_deref().unwrap_or_default();
        let material = self.rollout_material(actor, command.policy_id, chosen).await?;
        let plan = match &command.phases {
            Some(phases) => material.chosen(self, phases, command.mode).await,
            None => material.proposed_for(self, command.mode),
        };
        Ok(PreparedRollout { material, plan })
    }

    /// Creates what was prepared, unless the policy has a rollout or lacks a prerequisite; does not commit.
    pub(crate) async fn place_rollout(
        &self,
        tx: &WriteTx,
        actor: &Actor,
        id: RolloutId,
        prepared: PreparedRollout,
        command: &CreateRollout,
    ) -> AppResult<ManagedRollout> {
        let PreparedRollout { material, plan } = prepared;
        if let Some(other) = tx.rollout_owning(actor.workspace_id, command.policy_id).await? {
            return Err(Refusal::RolloutExists(other).into());
        }
        material.check_eligible(command.phases.is_some())?;
        let new = NewRollout { mode: command.mode, guard: command.guard.clone(), bulk: None };
        self.insert_rollout(tx, actor, id, &material, plan?, new).await
    }

    /// The rollout with its event and audit entry; does not commit.
    pub(crate) async fn insert_rollout(
        &self,
        tx: &WriteTx,
        actor: &Actor,
        id: RolloutId,
        material: &Material,
        plan: Plan,
        new: NewRollout,
    ) -> AppResult<ManagedRollout> {
        let now = self.now();
        let workspace = tx.workspace(actor.workspace_id).await?.ok_or(AppError::NotFound)?;
        let policy = &material.policy;
        let critical = policy.metadata.criticality == Some(Criticality::Critical);
        let rollout = ManagedRollout {
            id,
            workspace_id: actor.workspace_id,
            tenant_id: policy.tenant_id,
            bulk_rollout_id: new.bulk,
            policy_id: policy.id,
            original_graph_id: policy.graph_id,
            twin_policy_id: None,
            twin_graph_id: None,
            state: Rollout {
                status: RolloutStatus::Planned,
                mode: new.mode,
                phase: 0,
                plan,
                guard: new.guard,
                awaiting_approval: ManagedRollout::approval_demanded(&workspace.approval_rules, critical),
                original: mark(policy, &material.document),
                twin: None,
                goal: None,
                step: None,
                phase_started_at: None,
                effective_from: None,
                pause: None,
                last_verdict: None,
                forecast_confirmed: None,
                ended_at: None,
                end: None,
            },
            step_change_id: None,
            step_failure: None,
            approval_rules: workspace.approval_rules,
            approvals: Vec::new(),
            created_by: actor.member_id,
            editors: Vec::new(),
            acting: None,
            outlook: Outlook::default(),
            next_look_at: None,
            revision: 1,
            version: 1,
            created_at: now,
            updated_at: now,
            started_at: None,
        };
        self.adopt_rollout(tx, actor, &rollout).await?;
        tx.insert_rollout(&rollout).await.map_err(|error| match error {
            // Of two at the same moment the other one was first.
            error if error.violates(store::constraint::ROLLOUT_POLICY) => AppError::Concurrent,
            error => error.into(),
        })?;
        let phases = rollout.state.plan.phases.len();
        let data = json!({ "policyId": policy.id, "phases": phases, "mode": rollout.state.mode, "digest": rollout.state.plan.digest() });
        let told = event(&rollout, Some(actor.member_id), EventKind::RolloutCreated, data.clone());
        tx.append_events(rollout.workspace_id, now, vec![told]).await?;
        let subject = Subject::new(SubjectKind::Rollout, id.0, Some(rollout.tenant_id));
        let entry = subject.done(actor, Operation::CreateRollout, data);
        tx.append_audit(rollout.workspace_id, AuditId(self.ids().uuid()), now, entry).await?;
        Ok(rollout)
    }
}

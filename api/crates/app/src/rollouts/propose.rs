//! `rolloutPlan`: whether a policy can be rolled out in phases, and how; nothing is stored.

use domain::access::Operation;
use domain::id::PolicyId;
use domain::rollout::{Eligibility, Plan};
use domain::workspace::Actor;

use super::command::PhaseDraft;
use super::draft::Material;
use crate::App;
use crate::authorize::{authorize, in_scope};
use crate::error::{AppError, AppResult};

/// A proposal.
#[derive(Clone, Debug, PartialEq)]
pub struct RolloutProposal {
    /// The policy that it is about.
    pub policy_id: PolicyId,
    /// Whether it can be rolled out in phases, with each reason.
    pub eligibility: Eligibility,
    /// The plan, with a forecast for each phase; `None` where there are too few groups for one.
    pub plan: Option<Plan>,
}

impl App {
    /// Proposes a plan for a policy, from the database alone.
    pub async fn rollout_proposal(&self, actor: &Actor, policy: PolicyId) -> AppResult<RolloutProposal> {
        authorize(actor, Operation::Read)?;
        let material = self.rollout_material(actor, policy, &[]).await?;
        Ok(RolloutProposal { policy_id: policy, plan: material.proposed(), eligibility: material.eligibility })
    }

    /// What a plan of a policy is made from, with the groups of these phases; `NOT_FOUND` for one that the actor doesn't see.
    pub(crate) async fn rollout_material(&self, actor: &Actor, policy: PolicyId, phases: &[PhaseDraft]) -> AppResult<Material> {
        let reader = self.store().reader();
        let policy = reader.policy(actor.workspace_id, policy).await?.ok_or(AppError::NotFound)?;
        in_scope(actor, policy.tenant_id)?;
        let tenant = reader.tenant(actor.workspace_id, policy.tenant_id).await?.ok_or(AppError::NotFound)?;
        let other = reader.rollout_owning(actor.workspace_id, policy.id).await?.is_some();
        let chosen = phases.iter().flat_map(|phase| &phase.groups).copied().collect();
        Material::load(self, tenant, policy, other, &chosen).await
    }
}

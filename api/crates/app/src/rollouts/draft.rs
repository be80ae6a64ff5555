//! What a plan is made from, and plans made from it: the proposed one, and one of phases that a person chose.

use std::collections::{BTreeSet, HashMap};

use domain::document::PolicyDocument;
use domain::id::JobId;
use domain::policy::{Policy, PolicyState};
use domain::rollout::{
    Eligibility, EligibilityFacts, GroupFacts, PhaseChoice, Plan, Proposal, RolloutMode, USUAL_BAKE_SECONDS, USUAL_PHASES, compose,
    eligibility, propose, validate_phases,
};
use domain::tenant::{ConnectionState, Tenant};
use roaring::RoaringBitmap;
use uuid::Uuid;

use super::command::PhaseDraft;
use super::facts::{GroupFacts as Counted, RolloutFacts};
use crate::App;
use crate::error::{AppError, AppResult};
use crate::runner::jobs::people_job;

/// Days of sign-ins behind a group's figures and a forecast.
const WINDOW_DAYS: u16 = 7;

/// A policy with what its plan is made from.
pub(super) struct Material {
    pub(super) tenant: Tenant,
    pub(super) policy: Policy,
    pub(super) document: PolicyDocument,
    pub(super) eligibility: Eligibility,
    facts: RolloutFacts,
    groups: Vec<GroupFacts>,
}

impl Material {
    /// Gathers it from the database. `other_rollout`: whether one of the policy is under way.
    pub(super) async fn load(app: &App, tenant: Tenant, policy: Policy, other_rollout: bool) -> AppResult<Self> {
        let reader = app.store().reader();
        let text = reader.document(policy.workspace_id, &policy.document_hash).await?;
        let text = text.ok_or_else(|| AppError::Internal(format!("the document of policy {} is missing", policy.id).into()))?;
        let document = PolicyDocument::parse(&text).map_err(|cause| AppError::Internal(cause.into()))?;
        let facts = app.rollout_facts(&tenant, &document).await?;
        let policies = reader.live_policy_count(tenant.workspace_id, tenant.id).await?;
        let eligibility = eligibility(&eligibility_facts(&tenant, &policy, &document, &facts, policies, other_rollout));
        let groups = counted(&facts.groups);
        Ok(Material { tenant, policy, document, eligibility, facts, groups })
    }

    /// The proposed plan; `None` where too few groups can be a part of it.
    pub(super) fn proposed(&self) -> Option<Plan> {
        let usable: Vec<GroupFacts> = self.groups.iter().filter(|group| self.usable().contains(&group.group)).cloned().collect();
        let proposal = Proposal { groups: &usable, phases: USUAL_PHASES, min_bake_seconds: USUAL_BAKE_SECONDS, window_days: WINDOW_DAYS };
        propose(&proposal).ok().map(|plan| self.foretold(plan))
    }

    /// The plan of chosen phases.
    pub(super) async fn chosen(&self, app: &App, phases: &[PhaseDraft], mode: RolloutMode) -> AppResult<Plan> {
        let usual = |phase: &PhaseDraft| phase.min_bake_seconds.unwrap_or(USUAL_BAKE_SECONDS);
        let choices: Vec<PhaseChoice> =
            phases.iter().map(|phase| PhaseChoice { groups: phase.groups.clone(), min_bake_seconds: usual(phase) }).collect();
        let floor = u32::try_from(app.settings().rollouts.least_bake.as_secs()).unwrap_or(u32::MAX);
        let usable = self.usable();
        self.ask_about_unread(app, &choices).await?;
        validate_phases(&choices, &usable, mode, floor).map_err(|fault| AppError::invalid(&["input", "phases"], fault.to_string()))?;
        Ok(self.foretold(compose(&choices, &self.groups, WINDOW_DAYS)))
    }

    /// Groups with somebody in them whom the policy reaches.
    fn usable(&self) -> BTreeSet<Uuid> {
        self.facts.groups.iter().filter(|group| group.reached > 0).map(|group| group.group).collect()
    }

    /// A group whose members nobody has read so far is read now; the caller tries again.
    async fn ask_about_unread(&self, app: &App, choices: &[PhaseChoice]) -> AppResult<()> {
        let known: BTreeSet<Uuid> = self.facts.groups.iter().filter(|group| group.members.is_some()).map(|group| group.group).collect();
        let unread: BTreeSet<Uuid> =
            choices.iter().flat_map(|choice| &choice.groups).filter(|group| !known.contains(group)).copied().collect();
        if unread.is_empty() {
            return Ok(());
        }
        let tx = app.store().write().await?;
        tx.enqueue_job(&people_job(JobId(app.ids().uuid()), &self.tenant, &unread, app.now())).await?;
        tx.commit().await?;
        app.hub().poke();
        let text = format!("the members of {} group(s) were never read: they are being read now, try again in a minute", unread.len());
        Err(AppError::invalid(&["input", "phases"], text))
    }

    /// The plan with the forecast of each phase: of the users that it adds.
    fn foretold(&self, mut plan: Plan) -> Plan {
        let mut earlier: BTreeSet<Uuid> = BTreeSet::new();
        for phase in &mut plan.phases {
            let of = |group: &Uuid| self.facts.groups.iter().find(|facts| facts.group == *group)?.members.clone();
            let members: BTreeSet<Uuid> = phase.groups.iter().filter_map(of).flat_map(|members| members.to_vec()).collect();
            let added: BTreeSet<Uuid> = members.difference(&earlier).copied().collect();
            phase.forecast = Some(self.facts.measured.forecast(&added));
            earlier.extend(added);
        }
        plan
    }
}

/// The groups with their members by number, as plans are made of them.
fn counted(groups: &[Counted]) -> Vec<GroupFacts> {
    let mut numbers: HashMap<Uuid, u32> = HashMap::new();
    let mut number = |user: &Uuid| {
        let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
        *numbers.entry(*user).or_insert(next)
    };
    let facts = |group: &Counted| GroupFacts {
        group: group.group,
        name: group.name.clone(),
        members: group.members.iter().flat_map(|members| members.iter()).map(&mut number).collect::<RoaringBitmap>(),
        sign_ins: group.effects.sign_ins,
        blocked: group.effects.blocked,
        interrupted: group.effects.interrupted,
        affected_by_others: group.effects.affected_by_others,
        used_in: group.used_in.clone(),
    };
    groups.iter().map(facts).collect()
}

fn eligibility_facts(
    tenant: &Tenant,
    policy: &Policy,
    document: &PolicyDocument,
    facts: &RolloutFacts,
    policies: u64,
    other_rollout: bool,
) -> EligibilityFacts {
    let canonical = document.canonical();
    let all_users = canonical.texts(&["conditions", "users", "includeUsers"]).any(|id| id.eq_ignore_ascii_case("All"));
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let reachable = !matches!(tenant.connection, ConnectionState::ConsentRevoked | ConnectionState::Disconnected);
    let most = domain::change::plan::POLICIES_MAX as u64;
    EligibilityFacts {
        all_users,
        report_only: policy.state == PolicyState::ReportOnly && policy.deleted_at.is_none(),
        premium_licence: Some(tenant.licences.p1),
        groups_used: count(facts.groups.len()),
        groups_usable: count(facts.groups.iter().filter(|group| group.reached > 0).count()),
        policy_headroom: Some(u32::try_from(most.saturating_sub(policies)).unwrap_or(u32::MAX)),
        emergency_accounts: count(tenant.emergency_access.principals.len()),
        other_rollout,
        tenant_connected: tenant.imported_at.is_some() && reachable,
    }
}

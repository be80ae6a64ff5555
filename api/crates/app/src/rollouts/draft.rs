//! What a plan is made from, and plans made from it: the proposed one, and one of phases that a person chose.

use std::collections::{BTreeSet, HashMap};

use domain::change::refusal::Refusal;
use domain::document::PolicyDocument;
use domain::id::{JobId, PolicyId};
use domain::policy::{Policy, PolicyState};
use domain::rollout::{
    Eligibility, EligibilityCode, EligibilityFacts, EligibilityReason, GroupFacts, PhaseChoice, Plan, Proposal, RolloutMode,
    USUAL_BAKE_SECONDS, USUAL_PHASES, compose, eligibility, propose, validate_phases,
};
use domain::tenant::{ConnectionState, Tenant};
use roaring::RoaringBitmap;
use uuid::Uuid;

use super::command::PhaseDraft;
use super::facts::{GroupFacts as Counted, RolloutFacts};
use super::tick::signals::excludes_all;
use crate::App;
use crate::error::{AppError, AppResult};
use crate::runner::jobs::people_job;

/// Days of sign-ins behind a group's figures and a forecast.
const WINDOW_DAYS: u16 = 7;

/// A policy with what its plan is made from.
pub(crate) struct Material {
    pub(super) tenant: Tenant,
    pub(super) policy: Policy,
    pub(super) document: PolicyDocument,
    pub(super) eligibility: Eligibility,
    facts: RolloutFacts,
    groups: Vec<GroupFacts>,
}

impl Material {
    /// Gathers it from the database. `other_rollout`: whether one of the policy is under way. `chosen`: groups that a person chose, which no policy
    /// need use.
    pub(super) async fn load(app: &App, tenant: Tenant, policy: Policy, other_rollout: bool, chosen: &BTreeSet<Uuid>) -> AppResult<Self> {
        let reader = app.store().reader();
        let text = reader.document(policy.workspace_id, &policy.document_hash).await?;
        let text = text.ok_or_else(|| AppError::Internal(format!("the document of policy {} is missing", policy.id).into()))?;
        let document = PolicyDocument::parse(&text).map_err(|cause| AppError::Internal(cause.into()))?;
        let facts = app.rollout_facts(&tenant, &document, chosen).await?;
        let policies = reader.live_policy_count(tenant.workspace_id, tenant.id).await?;
        let eligibility = eligibility(&eligibility_facts(&tenant, &policy, &document, &facts, policies, other_rollout));
        let groups = counted(&facts.groups);
        Ok(Material { tenant, policy, document, eligibility, facts, groups })
    }

    /// The policy that it is about.
    pub(crate) fn policy_id(&self) -> PolicyId {
        self.policy.id
    }

    /// Refuses what lacks a prerequisite. `chosen`: who chooses the phases answers for the groups.
    pub(crate) fn check_eligible(&self, chosen: bool) -> AppResult<()> {
        let of_groups = |code| matches!(code, EligibilityCode::FiveGroups | EligibilityCode::UsableGroups);
        let passes = |reason: &&EligibilityReason| reason.met || (chosen && of_groups(reason.code));
        let unmet = self.eligibility.reasons.iter().filter(|reason| !passes(reason));
        let texts: Vec<&str> = unmet.map(|reason| reason.text.as_str()).collect();
        if texts.is_empty() { Ok(()) } else { Err(Refusal::RolloutNotEligible(texts.join("; ")).into()) }
    }

    /// The proposed plan; an automatic rollout's phases are as long as the server wants at least.
    pub(crate) fn proposed_for(&self, app: &App, mode: RolloutMode) -> AppResult<Plan> {
        let text = "too few groups of the tenant can be rolled out to: choose the phases yourself";
        let mut plan = self.proposed().ok_or_else(|| AppError::from(Refusal::RolloutNotEligible(text.to_owned())))?;
        if mode == RolloutMode::Automatic {
            let floor = floor(app);
            plan.phases.iter_mut().for_each(|phase| phase.min_bake_seconds = phase.min_bake_seconds.max(floor));
        }
        Ok(plan)
    }

    /// The proposed plan; `None` where too few groups can be a part of it.
    pub(super) fn proposed(&self) -> Option<Plan> {
        let usable: Vec<GroupFacts> = self.groups.iter().filter(|group| self.usable().contains(&group.group)).cloned().collect();
        let proposal = Proposal { groups: &usable, phases: USUAL_PHASES, min_bake_seconds: USUAL_BAKE_SECONDS, window_days: WINDOW_DAYS };
        propose(&proposal).ok().map(|plan| self.foretold(plan))
    }

    /// The plan of chosen phases.
    pub(crate) async fn chosen(&self, app: &App, phases: &[PhaseDraft], mode: RolloutMode) -> AppResult<Plan> {
        let usual = |phase: &PhaseDraft| phase.min_bake_seconds.unwrap_or(USUAL_BAKE_SECONDS);
        let choices: Vec<PhaseChoice> =
            phases.iter().map(|phase| PhaseChoice { groups: phase.groups.clone(), min_bake_seconds: usual(phase) }).collect();
        let usable = self.usable();
        let unread = self.unread(phases);
        if !unread.is_empty() {
            self.have_read(app, phases).await?;
            let text = format!("the members of {} group(s) were never read: they are being read now, try again in a minute", unread.len());
            return Err(AppError::invalid(&["input", "phases"], text));
        }
        validate_phases(&choices, &usable, mode, floor(app)).map_err(|fault| AppError::invalid(&["input", "phases"], fault.to_string()))?;
        Ok(self.foretold(compose(&choices, &self.groups, WINDOW_DAYS)))
    }

    /// Groups with somebody in them whom the policy reaches.
    fn usable(&self) -> BTreeSet<Uuid> {
        self.facts.groups.iter().filter(|group| group.reached > 0).map(|group| group.group).collect()
    }

    /// The groups of these phases whose members nobody has read so far.
    pub(crate) fn unread(&self, phases: &[PhaseDraft]) -> BTreeSet<Uuid> {
        let known: BTreeSet<Uuid> = self.facts.groups.iter().filter(|group| group.members.is_some()).map(|group| group.group).collect();
        phases.iter().flat_map(|phase| &phase.groups).filter(|group| !known.contains(group)).copied().collect()
    }

    /// Has the members of these groups read, as far as they are not.
    pub(crate) async fn have_read(&self, app: &App, phases: &[PhaseDraft]) -> AppResult<()> {
        let tx = app.store().write().await?;
        tx.enqueue_job(&people_job(JobId(app.ids().uuid()), &self.tenant, &self.unread(phases), app.now())).await?;
        tx.commit().await?;
        app.hub().poke();
        Ok(())
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

/// The shortest phase of an automatic rollout, in seconds.
fn floor(app: &App) -> u32 {
    u32::try_from(app.settings().rollouts.least_bake.as_secs()).unwrap_or(u32::MAX)
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
        groups_used: count(facts.groups.iter().filter(|group| !group.used_in.is_empty()).count()),
        groups_usable: count(facts.groups.iter().filter(|group| group.reached > 0 && !group.used_in.is_empty()).count()),
        policy_headroom: Some(u32::try_from(most.saturating_sub(policies)).unwrap_or(u32::MAX)),
        emergency_accounts: count(tenant.emergency_access.principals.len()),
        emergency_excluded: excludes_all(&canonical, &tenant.emergency_access),
        other_rollout,
        tenant_connected: tenant.imported_at.is_some() && reachable,
    }
}

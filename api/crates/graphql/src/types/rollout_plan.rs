//! Plans of phased rollouts.

use async_graphql::{Context, Object, SimpleObject};
use domain::change::request::Approval;
use domain::id::PolicyId;
use domain::rollout::{Forecast, GroupReasoning, Phase, Plan};

use crate::enums::{ApprovalState, RolloutEligibilityCode};
use crate::fault::{Nullable, found};
use crate::scalars::DateTime;
use crate::scope::{Scope, scope};
use crate::types::user::{User, user, user_of};

/// Proposes a plan.
pub async fn proposal(scope: &Scope, policy: PolicyId) -> Nullable<RolloutProposal> {
    let proposal = found(scope.app.rollout_proposal(&scope.actor, policy).await)?;
    Some(proposal.map(|proposal| {
        RolloutProposal {
            digest: proposal.plan.as_ref().map(|plan| plan.digest().0),
            plan: proposal.plan.as_ref().map(|plan| RolloutPlan::new(plan, None)),
            eligibility: RolloutEligibility {
                eligible: proposal.eligibility.eligible,
                reasons: proposal
                    .eligibility
                    .reasons
                    .into_iter()
                    .map(|reason| RolloutEligibilityReason { code: reason.code.into(), met: reason.met, text: reason.text })
                    .collect(),
            },
        }
    }))
}

/// Whether a policy can be rolled out in phases, and how.
#[derive(SimpleObject)]
pub struct RolloutProposal {
    /// Whether it can, with each reason.
    eligibility: RolloutEligibility,
    /// The proposed plan; `null` where too few groups can be a part of one.
    plan: Option<RolloutPlan>,
    /// Its digest.
    digest: Option<String>,
}

/// Whether a policy can be rolled out in phases.
#[derive(SimpleObject)]
pub struct RolloutEligibility {
    /// Every reason is met.
    eligible: bool,
    /// One for each prerequisite; at most 20.
    reasons: Vec<RolloutEligibilityReason>,
}

/// One prerequisite.
#[derive(SimpleObject)]
pub struct RolloutEligibilityReason {
    /// Which.
    code: RolloutEligibilityCode,
    /// Whether it is met.
    met: bool,
    /// What was found, and what to do where it is not met.
    text: String,
}

/// A plan: which groups go when, and why.
#[derive(SimpleObject)]
pub struct RolloutPlan {
    /// The phases in their order; at most 10.
    phases: Vec<RolloutPhase>,
    /// How the plan was made, in plain words.
    reasoning: String,
    /// What was found out about each group, in the order of their ranks; at most 1,000.
    groups: Vec<RolloutGroup>,
}

impl RolloutPlan {
    /// `reached` is the rollout's phase; `None` for a proposal.
    pub fn new(plan: &Plan, reached: Option<u8>) -> Self {
        RolloutPlan {
            phases: (1..).zip(&plan.phases).map(|(number, phase)| RolloutPhase::new(plan, phase, number, reached)).collect(),
            reasoning: plan.reasoning.clone(),
            groups: plan.groups.iter().map(RolloutGroup::from).collect(),
        }
    }
}

/// One phase of a plan.
#[derive(SimpleObject)]
pub struct RolloutPhase {
    /// Its number, from 1.
    number: i32,
    /// The groups that it adds; at most 100.
    groups: Vec<RolloutGroup>,
    /// Users that it adds; a user in several phases counts in the earliest.
    members: u64,
    /// Seconds that it runs at least before the next one.
    min_bake_seconds: u32,
    /// Why these groups are in this phase, in plain words.
    reasoning: String,
    /// What it is expected to do.
    forecast: Option<RolloutForecast>,
    /// Whether it was started: then it is not edited any more.
    started: bool,
}

impl RolloutPhase {
    /// One phase of a plan.
    pub fn new(plan: &Plan, phase: &Phase, number: u8, reached: Option<u8>) -> Self {
        let group = |id| plan.groups.iter().find(|group| group.group == id).map(RolloutGroup::from);
        RolloutPhase {
            number: i32::from(number),
            groups: phase.groups.iter().filter_map(|id| group(*id)).collect(),
            members: phase.members,
            min_bake_seconds: phase.min_bake_seconds,
            reasoning: phase.reasoning.clone(),
            forecast: phase.forecast.clone().map(RolloutForecast),
            started: reached.is_some_and(|reached| number <= reached),
        }
    }
}

/// A group of a plan, with what was found out about it.
#[derive(SimpleObject)]
pub struct RolloutGroup {
    /// Its id in Entra.
    group_id: String,
    /// Its name at the time of planning.
    name: String,
    /// Its members, transitively.
    members: u64,
    /// Their sign-ins in the window.
    sign_ins: u64,
    /// Sign-ins that this policy would have refused.
    blocked: u64,
    /// Sign-ins in which this policy would have asked for something.
    interrupted: u64,
    /// Sign-ins that other enabled policies refused or interrupted.
    affected_by_others: u64,
    /// Names of policies that use it, now or earlier; at most 10.
    used_in: Vec<String>,
    /// Members that an earlier ranked group has already.
    overlap: u64,
    /// Where it stands by its impact, low first; comparable within one plan only.
    score: u64,
    /// The same in plain words.
    reasoning: String,
}

impl From<&GroupReasoning> for RolloutGroup {
    fn from(group: &GroupReasoning) -> Self {
        RolloutGroup {
            group_id: group.group.to_string(),
            name: group.name.clone(),
            members: group.members,
            sign_ins: group.sign_ins,
            blocked: group.blocked,
            interrupted: group.interrupted,
            affected_by_others: group.affected_by_others,
            used_in: group.used_in.clone(),
            overlap: group.overlap,
            score: group.score,
            reasoning: group.text.clone(),
        }
    }
}

/// What the policy, enforced for a phase, would have done.
pub struct RolloutForecast(pub Forecast);

/// What the policy, enforced for the users of one phase, would have done to their sign-ins of the last days: simulated. Rates are of users, per
/// 10,000.
#[Object]
impl RolloutForecast {
    /// Users who signed in to what the policy covers.
    async fn users(&self) -> u64 {
        self.0.users
    }

    /// Their sign-ins.
    async fn sign_ins(&self) -> u64 {
        self.0.sign_ins
    }

    /// Users of whom a sign-in would have been refused.
    async fn would_block_users(&self) -> u64 {
        self.0.would_block_users
    }

    /// Users of whom a sign-in would have been interrupted and none refused.
    async fn would_interrupt_users(&self) -> u64 {
        self.0.would_interrupt_users
    }

    /// Users who would have been blocked, per 10,000.
    async fn rate(&self) -> u32 {
        self.0.rate
    }

    /// Lower bound of that share, one-sided 95 %.
    async fn lower(&self) -> u32 {
        self.0.lower
    }

    /// Upper bound, likewise.
    async fn upper(&self) -> u32 {
        self.0.upper
    }

    /// Sign-ins before here are in it.
    async fn measured_through(&self) -> Option<DateTime> {
        self.0.measured_through.map(DateTime)
    }

    /// Days that were looked at.
    async fn window_days(&self) -> i32 {
        i32::from(self.0.window_days)
    }

    /// Why it cannot be measured; the figures say nothing then.
    async fn not_measurable(&self) -> Option<&str> {
        self.0.not_measurable.as_deref()
    }
}

/// A request for approval of a plan.
pub struct RolloutApproval(pub Approval);

/// One request for approval of a rollout's plan with its decision, bound to what was reviewed. It covers every step of the plan.
#[Object]
impl RolloutApproval {
    /// What became of it.
    async fn state(&self) -> ApprovalState {
        self.0.state.into()
    }

    /// The digest of the plan that is to be reviewed.
    async fn digest(&self) -> &str {
        &self.0.digest
    }

    /// Who asked.
    async fn requested_by(&self, ctx: &Context<'_>) -> Nullable<User> {
        user(scope(ctx), self.0.requested_by).await
    }

    /// When.
    async fn requested_at(&self) -> DateTime {
        self.0.requested_at.into()
    }

    /// When it lapses, unless the rollout was started by then.
    async fn expires_at(&self) -> DateTime {
        self.0.expires_at.into()
    }

    /// How many persons have to approve: 1 to 3.
    async fn quorum(&self) -> i32 {
        i32::from(self.0.quorum)
    }

    /// How many approved so far.
    async fn approved(&self) -> i32 {
        i32::try_from(self.0.decisions.len()).unwrap_or(i32::MAX)
    }

    /// Who took the decision that ended it.
    async fn decided_by(&self, ctx: &Context<'_>) -> Nullable<User> {
        user_of(scope(ctx), self.0.decided_by).await
    }

    /// When.
    async fn decided_at(&self) -> Option<DateTime> {
        self.0.decided_at.map(DateTime)
    }

    /// What that person said.
    async fn comment(&self) -> Option<&str> {
        self.0.comment.as_deref()
    }
}

//! Inputs of phased rollouts.

use app::command::Verdict;
use app::{CreateRollout, DecideRolloutApproval, EditRollout, MoveRollout, PhaseDraft, RequestRolloutApproval, RolloutListFilter};
use async_graphql::{ID, InputObject};
use domain::id::{PolicyId, RolloutId, RolloutVerdictId, TenantId};
use domain::rollout::{Command, EndReason, Forward, Guard, MAX_PHASE_GROUPS, MAX_PHASES};
use uuid::Uuid;

use crate::enums::{RolloutMode, RolloutOnTrip, RolloutStatus, RolloutVerdictRule};
use crate::ids::Kind;
use crate::input::change::ApprovalDecision;
use crate::scope::Scope;
use crate::user_error::{Refused, bad_id, invalid};

/// Which rollouts a list shows. All that is given must hold.
#[derive(InputObject, Default)]
pub struct RolloutWhere {
    /// Of this tenant.
    tenant_id: Option<ID>,
    /// Of this policy, be it the original or the twin.
    policy_id: Option<ID>,
    /// In one of these statuses, at most 8; any unless given.
    statuses: Option<Vec<RolloutStatus>>,
}

impl RolloutWhere {
    /// As a filter. An id that names nothing finds nothing.
    pub fn resolve(self, scope: &Scope) -> RolloutListFilter {
        let key = |id: &ID, kind| scope.ids.key(id, kind).unwrap_or(Uuid::nil());
        RolloutListFilter {
            tenants: self.tenant_id.map(|id| vec![TenantId(key(&id, Kind::Tenant))]),
            statuses: self.statuses.unwrap_or_default().into_iter().map(Into::into).collect(),
            policy: self.policy_id.map(|id| PolicyId(key(&id, Kind::Policy))),
        }
    }
}

/// A plan to accept.
#[derive(InputObject)]
pub struct CreateRolloutInput {
    /// The report-only policy for all users.
    policy_id: ID,
    /// The phases, 1 to 10; those of `rolloutPlan` unless given.
    phases: Option<Vec<RolloutPhaseInput>>,
    /// Who moves it on.
    #[graphql(default_with = "RolloutMode::Manual")]
    mode: RolloutMode,
    /// Its limits; the usual ones unless given.
    guard: Option<RolloutGuardInput>,
    /// Makes a repeated call return the first one's result: 1 to 128 printable characters, kept for 24 hours at least.
    idempotency_key: Option<String>,
}

/// One phase of a plan.
#[derive(InputObject)]
pub struct RolloutPhaseInput {
    /// The groups that it adds, by their ids in Entra: at least one, at most 100. A group is in one phase only.
    group_ids: Vec<String>,
    /// Seconds that it runs at least before the next one, up to 30 days; a day unless given. An automatic rollout has a shortest time.
    min_bake_seconds: Option<u32>,
}

/// The limits by which the sign-ins of a phase are judged. What is left out is as usual.
#[derive(InputObject)]
pub struct RolloutGuardInput {
    /// How sign-ins are judged; `CLUSTERED` unless given.
    rule: Option<RolloutVerdictRule>,
    /// More than so many percent blocked is a breach: 1 to 50, 10 unless given.
    max_blocked_percent: Option<u8>,
    /// A ratio of attempts says something from so many on; 50 unless given.
    min_attempts: Option<u32>,
    /// And from so many users on; 10 unless given.
    min_attempt_users: Option<u32>,
    /// A phase is proven healthy by no fewer users; 25 unless given.
    min_users: Option<u32>,
    /// So many blocked users stop the rollout, whatever their share; 25 unless given.
    absolute_blocked_users: Option<u32>,
    /// What happens to the twin then; `PAUSE_AND_REPORT_ONLY` unless given.
    on_trip: Option<RolloutOnTrip>,
    /// Groups that have grown by more percent since planning pause the rollout: 0 to 100, 20 unless given.
    max_growth_percent: Option<u8>,
    /// Twin and original are compared from so many sign-ins with both results on; 20 unless given.
    min_pairs: Option<u32>,
    /// More percent of these that disagree pause the rollout: 0 to 100, 5 unless given.
    max_disagreement_percent: Option<u8>,
}

impl From<RolloutGuardInput> for Guard {
    fn from(input: RolloutGuardInput) -> Self {
        let usual = Guard::default();
        Guard {
            rule: input.rule.map_or(usual.rule, Into::into),
            max_blocked_percent: input.max_blocked_percent.unwrap_or(usual.max_blocked_percent),
            min_attempts: input.min_attempts.unwrap_or(usual.min_attempts),
            min_attempt_users: input.min_attempt_users.unwrap_or(usual.min_attempt_users),
            min_users: input.min_users.unwrap_or(usual.min_users),
            absolute_blocked_users: input.absolute_blocked_users.unwrap_or(usual.absolute_blocked_users),
            on_trip: input.on_trip.map_or(usual.on_trip, Into::into),
            max_growth_percent: input.max_growth_percent.unwrap_or(usual.max_growth_percent),
            min_pairs: input.min_pairs.unwrap_or(usual.min_pairs),
            max_disagreement_percent: input.max_disagreement_percent.unwrap_or(usual.max_disagreement_percent),
        }
    }
}

impl CreateRolloutInput {
    /// As a command.
    pub fn command(self, scope: &Scope) -> Result<CreateRollout, Refused> {
        let policy = scope.ids.key(&self.policy_id, Kind::Policy).map_err(|error| bad_id(error, "policyId"))?;
        Ok(CreateRollout {
            policy_id: PolicyId(policy),
            phases: self.phases.map(phases).transpose()?,
            mode: self.mode.into(),
            guard: self.guard.map(Guard::from).unwrap_or_default(),
            idempotency_key: self.idempotency_key,
        })
    }
}

/// What is to be changed of a rollout that has not ended. What is left out stays.
#[derive(InputObject)]
pub struct EditRolloutInput {
    /// The rollout.
    id: ID,
    /// All phases, 1 to 10: those that were started as they are, the others as they are to be.
    phases: Option<Vec<RolloutPhaseInput>>,
    /// Who moves it on.
    mode: Option<RolloutMode>,
    /// Its limits, all of them.
    guard: Option<RolloutGuardInput>,
    /// Its revision that the caller read.
    expected_revision: i64,
    /// Makes a repeated call return the first one's result: 1 to 128 printable characters, kept for 24 hours at least.
    idempotency_key: Option<String>,
}

impl EditRolloutInput {
    /// As a command.
    pub fn command(self, scope: &Scope) -> Result<EditRollout, Refused> {
        Ok(EditRollout {
            id: rollout(scope, &self.id)?,
            phases: self.phases.map(phases).transpose()?,
            mode: self.mode.map(Into::into),
            guard: self.guard.map(Guard::from),
            expected_revision: self.expected_revision,
            idempotency_key: self.idempotency_key,
        })
    }
}

/// A rollout and the digest of its plan.
#[derive(InputObject)]
pub struct RequestRolloutApprovalInput {
    /// The rollout.
    id: ID,
    /// The digest of the plan that the caller saw.
    digest: String,
    /// Makes a repeated call return the first one's result: 1 to 128 printable characters, kept for 24 hours at least.
    idempotency_key: Option<String>,
}

impl RequestRolloutApprovalInput {
    /// As a command.
    pub fn command(self, scope: &Scope) -> Result<RequestRolloutApproval, Refused> {
        Ok(RequestRolloutApproval { id: rollout(scope, &self.id)?, digest: self.digest, idempotency_key: self.idempotency_key })
    }
}

/// An approver's decision on a plan as it was reviewed.
#[derive(InputObject)]
pub struct DecideRolloutApprovalInput {
    /// The rollout.
    id: ID,
    /// Approve or reject; a rejected plan is cancelled.
    decision: ApprovalDecision,
    /// The digest of the plan that the approver saw.
    digest: String,
    /// What the approver says, at most 2,000 characters; required when rejecting.
    comment: Option<String>,
    /// Makes a repeated call return the first one's result: 1 to 128 printable characters, kept for 24 hours at least.
    idempotency_key: Option<String>,
}

impl DecideRolloutApprovalInput {
    /// As a command.
    pub fn command(self, scope: &Scope) -> Result<DecideRolloutApproval, Refused> {
        Ok(DecideRolloutApproval {
            id: rollout(scope, &self.id)?,
            digest: self.digest,
            approve: match self.decision {
                ApprovalDecision::Approve => Verdict::Approve,
                ApprovalDecision::Reject => Verdict::Reject,
            },
            comment: self.comment,
            idempotency_key: self.idempotency_key,
        })
    }
}

/// The start of a rollout.
#[derive(InputObject)]
pub struct StartRolloutInput {
    /// The rollout.
    id: ID,
    /// Its revision that the caller read.
    expected_revision: i64,
    /// The caller has seen the first phase's forecast, or that there is none, and wants it all the same.
    #[graphql(default = false)]
    confirm_forecast: bool,
    /// Makes a repeated call return the first one's result: 1 to 128 printable characters, kept for 24 hours at least.
    idempotency_key: Option<String>,
}

impl StartRolloutInput {
    /// As a command.
    pub fn command(self, scope: &Scope) -> Result<MoveRollout, Refused> {
        let command = Command::Start { confirm_forecast: self.confirm_forecast };
        moved(scope, &self.id, command, Some(self.expected_revision), self.idempotency_key)
    }
}

/// A step forward.
#[derive(InputObject)]
pub struct ForwardRolloutInput {
    /// The rollout.
    id: ID,
    /// Its revision that the caller read.
    expected_revision: i64,
    /// The newest verdict on the phase, which the caller overrides: it moves the rollout exactly one step, and needs a reason.
    override_verdict: Option<ID>,
    /// Why; needed with an override or a confirmation. At most 2,000 characters.
    reason: Option<String>,
    /// The caller has seen the next phase's forecast, or that there is none, and wants it all the same.
    #[graphql(default = false)]
    confirm_forecast: bool,
    /// Makes a repeated call return the first one's result: 1 to 128 printable characters, kept for 24 hours at least.
    idempotency_key: Option<String>,
}

impl ForwardRolloutInput {
    /// As a command made of these arguments.
    pub fn command(self, scope: &Scope, command: fn(Forward) -> Command) -> Result<MoveRollout, Refused> {
        let verdict = |id: ID| scope.ids.key(&id, Kind::RolloutVerdict).map_err(|error| bad_id(error, "overrideVerdict"));
        let forward = Forward {
            override_verdict: self.override_verdict.map(verdict).transpose()?.map(RolloutVerdictId),
            reason: self.reason,
            confirm_forecast: self.confirm_forecast,
        };
        moved(scope, &self.id, command(forward), Some(self.expected_revision), self.idempotency_key)
    }
}

/// A step that needs a reason and the revision that the caller read.
#[derive(InputObject)]
pub struct ReasonedRolloutInput {
    /// The rollout.
    id: ID,
    /// Its revision that the caller read.
    expected_revision: i64,
    /// Why: 1 to 2,000 characters.
    reason: String,
    /// Makes a repeated call return the first one's result: 1 to 128 printable characters, kept for 24 hours at least.
    idempotency_key: Option<String>,
}

impl ReasonedRolloutInput {
    /// As a command made of the reason.
    pub fn command(self, scope: &Scope, command: fn(String) -> Command) -> Result<MoveRollout, Refused> {
        moved(scope, &self.id, command(self.reason), Some(self.expected_revision), self.idempotency_key)
    }
}

/// A stop. It needs no revision: whoever stops has no time to read again.
#[derive(InputObject)]
pub struct StopRolloutInput {
    /// The rollout.
    id: ID,
    /// Why: 1 to 2,000 characters.
    reason: String,
    /// Makes a repeated call return the first one's result: 1 to 128 printable characters, kept for 24 hours at least.
    idempotency_key: Option<String>,
}

impl StopRolloutInput {
    /// Gives the rollout up.
    pub fn cancel(self, scope: &Scope) -> Result<MoveRollout, Refused> {
        let command = Command::Cancel { reason: self.reason, end: EndReason::Asked };
        moved(scope, &self.id, command, None, self.idempotency_key)
    }

    /// Takes all of it back.
    pub fn roll_back(self, scope: &Scope) -> Result<MoveRollout, Refused> {
        moved(scope, &self.id, Command::RollBack { reason: self.reason }, None, self.idempotency_key)
    }
}

/// A pause.
#[derive(InputObject)]
pub struct PauseRolloutInput {
    /// The rollout.
    id: ID,
    /// Why: 1 to 2,000 characters.
    reason: String,
    /// Also puts the twin into report-only mode.
    #[graphql(default = false)]
    report_only: bool,
    /// Makes a repeated call return the first one's result: 1 to 128 printable characters, kept for 24 hours at least.
    idempotency_key: Option<String>,
}

impl PauseRolloutInput {
    /// As a command.
    pub fn command(self, scope: &Scope) -> Result<MoveRollout, Refused> {
        let command = Command::Pause { reason: self.reason, report_only: self.report_only };
        moved(scope, &self.id, command, None, self.idempotency_key)
    }
}

fn moved(
    scope: &Scope,
    id: &ID,
    command: Command,
    expected_revision: Option<i64>,
    idempotency_key: Option<String>,
) -> Result<MoveRollout, Refused> {
    Ok(MoveRollout { id: rollout(scope, id)?, command, expected_revision, idempotency_key })
}

fn rollout(scope: &Scope, id: &ID) -> Result<RolloutId, Refused> {
    scope.ids.key(id, Kind::Rollout).map(RolloutId).map_err(|error| bad_id(error, "id"))
}

fn phases(inputs: Vec<RolloutPhaseInput>) -> Result<Vec<PhaseDraft>, Refused> {
    let path = || ["input", "phases"].map(str::to_owned).to_vec();
    let wrong = |message: &str| invalid(path(), message);
    if inputs.len() > MAX_PHASES {
        return Err(wrong("a plan has at most 10 phases"));
    }
    let phase = |input: RolloutPhaseInput| {
        if input.group_ids.len() > MAX_PHASE_GROUPS {
            return Err(wrong("a phase has at most 100 groups"));
        }
        let id = |text: &String| Uuid::parse_str(text.trim()).map_err(|_| wrong("groups go by their ids in Entra, which are GUIDs"));
        let groups = input.group_ids.iter().map(id).collect::<Result<Vec<_>, _>>()?;
        Ok(PhaseDraft { groups, min_bake_seconds: input.min_bake_seconds })
    };
    inputs.into_iter().map(phase).collect()
}

//! What a run decides from: measured facts, bounded, and stored with the run.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::AgentSettings;
use crate::change::kind::ChangePayload;
use crate::coverage::Level;
use crate::id::{ChangeId, ContentHash, PolicyId, RolloutId};
use crate::policy::PolicyState;
use crate::tenant::Licences;

/// The most users, and applications, that are named as examples (Microsoft's sample of the MFA gap analysis).
pub const MAX_SAMPLE: usize = 100;
/// The form of [`AgentInput`] that this version writes and reads.
pub const INPUT_VERSION: u32 = 1;

/// Everything that the rules look at. Canonical: lists are ordered, so that equal facts give an equal text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AgentInput {
    /// [`INPUT_VERSION`].
    pub version: u32,
    /// The moment that it is of.
    pub at: DateTime<Utc>,
    /// Settings of the moment.
    pub settings: AgentSettings,
    /// Licences found.
    pub licences: Licences,
    /// Emergency accounts and groups, as configured.
    pub emergency_users: Vec<Uuid>,
    /// Groups of emergency accounts.
    pub emergency_groups: Vec<Uuid>,
    /// When people were read.
    pub people_as_of: Option<DateTime<Utc>>,
    /// Up to when sign-ins are known; `None`: none were read.
    pub data_through: Option<DateTime<Utc>>,
    /// Users who may sign in and are looked at.
    pub users: u64,
    /// Sign-ins of the last seven days that were counted.
    pub sign_ins: u64,
    /// Whether who holds which directory role is known.
    pub roles_known: bool,
    /// Groups that policies name or named and that hold somebody.
    pub groups_used: u64,
    /// Enabled and report-only policies, by name.
    pub policies: Vec<PolicyFacts>,
    /// What each scenario of a gap gave.
    pub gaps: Gaps,
    /// Roles and their holders.
    pub admins: AdminFacts,
    /// What came since the last run; `None`: there was none.
    pub arrivals: Option<Arrivals>,
    /// Similar pairs of enabled policies, at most 40.
    pub pairs: Vec<PairFacts>,
    /// Similar pairs beyond those.
    pub pairs_left_out: u64,
}

/// One policy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PolicyFacts {
    /// Our id.
    pub id: PolicyId,
    /// Graph's id.
    pub graph_id: Option<Uuid>,
    /// Display name.
    pub name: String,
    /// State.
    pub state: PolicyState,
    /// Canonical hash.
    pub hash: ContentHash,
    /// When it was first seen in this form.
    pub since: DateTime<Utc>,
    /// Whether it includes all users.
    pub all_users: bool,
    /// Whether it is for nobody, or for nothing, as a form that waits to be filled in. Absent from inputs of earlier versions.
    #[serde(default)]
    pub idle: bool,
    /// Whether it asks for anything that can lock somebody out.
    pub demanding: bool,
    /// Whether it is in one of the scenarios whose exclusions are judged by their share.
    pub key_scenario: bool,
    /// Users whom it would be for if it excluded nobody.
    pub included: u64,
    /// Users of these whom it excludes.
    pub excluded: u64,
    /// Users of these whom no enforced policy stops in the scenarios that this one is for; `None`: not asked, or in an input of an earlier version.
    #[serde(default)]
    pub excluded_unanswered: Option<u64>,
    /// Entries of its lists of excluded users, groups and roles.
    pub exclusion_entries: u64,
    /// The same in the last run.
    pub exclusion_entries_before: Option<u64>,
    /// Emergency accounts that it is for without naming them.
    pub emergency_reached: Vec<Uuid>,
    /// What it does, taken as enforced, to the sign-ins of the last seven days.
    pub effect: Effect7,
    /// Entra's own results by whole day, rising, at most 14 days.
    pub days: Vec<DayEffect>,
    /// The last edit that is known.
    pub edit: Option<Edit>,
    /// The phased rollout that has not ended and owns it, be it the original or the twin. Absent from inputs of earlier versions.
    #[serde(default)]
    pub rollout: Option<RolloutId>,
}

/// Sign-ins by what a policy, taken as enforced, does to them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Effect7 {
    /// Nothing left to be done.
    pub satisfied: u64,
    /// Somebody would have to do something.
    pub interrupted: u64,
    /// Refused.
    pub refused: u64,
    /// Can't be told.
    pub unknown: u64,
}

impl Effect7 {
    /// Sign-ins to which the policy applies, or may.
    pub fn total(&self) -> u64 {
        self.satisfied + self.interrupted + self.refused + self.unknown
    }
}

/// One day of a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DayEffect {
    /// The day, in UTC.
    pub day: NaiveDate,
    /// All sign-ins of the tenant.
    pub sign_ins: u64,
    /// Those that the policy stopped, or would have.
    pub stopped: u64,
}

/// An edit of a policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Edit {
    /// When it was seen.
    pub at: DateTime<Utc>,
    /// The change that made it; `None`: it was made outside Causeway.
    pub change_id: Option<ChangeId>,
}

/// Gaps by scenario.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Gaps {
    /// No second factor in an ordinary sign-in.
    pub mfa: Gap,
    /// Applications without one.
    pub apps: AppGaps,
    /// No device control.
    pub device: Gap,
    /// Legacy authentication goes through.
    pub legacy: Gap,
    /// Device code flow goes through.
    pub device_code: Gap,
    /// A high-risk user need not change the password.
    pub risky_users: Gap,
    /// A high-risk sign-in needs no second factor.
    pub risky_sign_ins: Gap,
}

/// Who is not covered in one scenario.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Gap {
    /// Users whom the scenario is about.
    pub users: u64,
    /// Users of these whom no enforced policy reaches.
    pub uncovered: u64,
    /// Users who are covered only for some applications, places, devices or platforms.
    pub partly: u64,
    /// Users for whom a fact that would decide is missing.
    pub unknown: u64,
    /// Uncovered users whom an enforced policy would cover if it did not exclude them. Absent, with the other counts of excluded users, from inputs of earlier versions.
    #[serde(default)]
    pub excluded: u64,
    /// Those policies, at most 10.
    #[serde(default)]
    pub excluding: Vec<PolicyId>,
    /// Uncovered users whom no report-only policy would cover either.
    pub uncovered_if_enforced: u64,
    /// Users of these whom a report-only policy would cover if it did not exclude them.
    #[serde(default)]
    pub excluded_if_enforced: u64,
    /// Report-only policies that would cover some of them, at most 10.
    pub helping: Vec<PolicyId>,
    /// The uncovered with the most sign-ins, at most [`MAX_SAMPLE`].
    pub sample: Vec<UserFacts>,
    /// Sign-ins of the last seven days that were of this kind, where the log tells.
    pub sign_ins: u64,
}

/// An uncovered user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UserFacts {
    /// Object id.
    pub id: Uuid,
    /// Display name.
    pub name: String,
    /// Sign-ins in the last seven days.
    pub sign_ins: u64,
    /// Policies that would cover the user and exclude it, at most 5: `name: path`.
    pub excluded_by: Vec<String>,
}

/// Applications that are not covered.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppGaps {
    /// Applications that were asked for.
    pub total: u64,
    /// Those that no policy holds to a second factor.
    pub uncovered: u64,
    /// The uncovered with the most sign-ins, at most 50.
    pub sample: Vec<AppFacts>,
}

/// An uncovered application.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppFacts {
    /// Application id.
    pub id: String,
    /// Its name in the log.
    pub name: String,
    /// Sign-ins in the last seven days.
    pub sign_ins: u64,
}

/// Administrative roles.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AdminFacts {
    /// Documented roles with how well a holder in no group is covered by a second factor.
    pub roles: Vec<RoleFacts>,
    /// Holders of these roles whom no enforced policy covers, at most [`MAX_SAMPLE`].
    pub uncovered: Vec<UserFacts>,
    /// Those of the uncovered whom an enforced policy would cover if it did not exclude them. Absent from inputs of earlier versions.
    #[serde(default)]
    pub excluded: u64,
    /// Holders in all.
    pub holders: u64,
    /// Roles that a report-only policy would cover where no enforced one does: [`AdminFacts::roles`] that are then left.
    pub uncovered_if_enforced: u64,
    /// Those policies, at most 10.
    pub helping: Vec<PolicyId>,
}

/// One role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RoleFacts {
    /// Template id.
    pub id: Uuid,
    /// Name.
    pub name: String,
    /// How well.
    pub level: Level,
}

/// What came since the last run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Arrivals {
    /// New users in all.
    pub users: u64,
    /// Those of the new users looked at that no enforced policy covers, at most 300.
    pub uncovered_users: Vec<UserFacts>,
    /// New applications in all.
    pub applications: u64,
    /// Those of the new applications looked at that are not covered, at most 150.
    pub uncovered_applications: Vec<AppFacts>,
}

/// A similar pair of enabled policies, with what merging it would do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PairFacts {
    /// The policy that stays.
    pub keep: PolicyId,
    /// The policy that is turned off in the end.
    pub drop: PolicyId,
    /// Conditions and controls that differ, at most two.
    pub differ: Vec<String>,
    /// What becomes of the two; `None`: no single policy says the same.
    pub merge: Option<MergeFacts>,
    /// Why none, for a person.
    pub why_not: Option<String>,
}

/// A merge and its proofs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MergeFacts {
    /// Changes of the policy that stays, in order; none where it has all already.
    pub changes: Vec<ChangePayload>,
    /// The set argument holds: the merged policy is for exactly what the two are for, and asks for the same.
    pub proved_by_sets: bool,
    /// Sign-ins of the last seven days that were compared.
    pub compared: u64,
    /// Those whose decision would change: a merge is suggested only where there is none.
    pub changed: u64,
    /// Those whose decision can't be told with either.
    pub untold: u64,
}

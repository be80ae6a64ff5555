//! The bulk change as it was asked for. What became of it is in its items.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::strategy::BulkStrategy;
use crate::change::approval_rules::ApprovalRules;
use crate::change::kind::ChangePayload;
use crate::id::{BaselinePolicyId, BulkChangeId, JobId, MemberId, PolicyId, WorkspaceId};
use crate::schedule::{ScheduleDetail, ScheduleMode, ScheduleState};
use crate::text_enum;

/// The most tenants of one bulk change.
pub const MAX_TENANTS: usize = 1_000;

/// The most named locations that one bulk change creates before its policy.
pub const MAX_PREREQUISITES: usize = 5;

/// Which policy of each tenant is meant. Exactly one must match; else the tenant's item is blocked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum BulkTarget {
    /// These policies, at most one of a tenant.
    Policies(Vec<PolicyId>),
    /// The tenant's policy with this code of ours.
    Code(String),
    /// The tenant's policy of this display name, ignoring case.
    DisplayName(String),
    /// The tenant's policy that stands for this one of a baseline: by its code, else by its display name.
    Baseline(BaselinePolicyId),
}

/// One intent for many tenants.
#[derive(Clone, Debug, PartialEq)]
pub struct BulkChange {
    /// Our id.
    pub id: BulkChangeId,
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// What is intended, with names where a single change may have ids: they are looked up in each tenant.
    pub payload: ChangePayload,
    /// Named locations (`location.create`) that come first in each tenant that lacks them, at most [`MAX_PREREQUISITES`].
    pub prerequisites: Vec<ChangePayload>,
    /// Which policy; `None` for `policy.create` and for named locations.
    pub target: Option<BulkTarget>,
    /// How it goes through its tenants.
    pub strategy: BulkStrategy,
    /// A note for reviewers.
    pub note: Option<String>,
    /// The workspace's rules as they were when it was created: those of each of its changes.
    pub approval_rules: ApprovalRules,
    /// How many tenants it was created for, those excluded since included: what the rule on bulk tenants is asked about.
    pub tenant_count: u32,
    /// Who created it.
    pub created_by: MemberId,
    /// Raised by every step that a member takes on it; what `expectedRevision` is compared with, and the row version.
    pub revision: i64,
    /// When its dry-run was last asked for; what was planned before is to be planned again.
    pub dry_run_at: Option<DateTime<Utc>>,
    /// Its present or last run over the tenants.
    pub run: Option<BulkRun>,
    /// Its schedule, armed or ended.
    pub schedule: Option<BulkSchedule>,
    /// Creation instant.
    pub created_at: DateTime<Utc>,
    /// The last step that a member took on it.
    pub updated_at: DateTime<Utc>,
}

impl BulkChange {
    /// Ends a schedule that is armed, because what it would fire is not there any more. Whether there was one.
    pub fn revoke_schedule(&mut self, code: &str, message: &str, now: DateTime<Utc>) -> bool {
        let Some(schedule) = self.schedule.as_mut().filter(|schedule| schedule.state == ScheduleState::Armed) else { return false };
        schedule.state = ScheduleState::Revoked;
        schedule.finished_at = Some(now);
        schedule.detail = Some(ScheduleDetail { code: code.to_owned(), message: message.to_owned() });
        true
    }
}

text_enum! {
    /// What a run does to the tenants.
    RunKind {
        /// Applies what is ready.
        Apply = "APPLY",
        /// Rolls back what was applied.
        Rollback = "ROLLBACK",
    }
}

/// One run over the tenants. Its items are those that were queued at its instant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BulkRun {
    /// What it does.
    pub kind: RunKind,
    /// Who asked for it: every change of the run is applied as this member, whose rights are asked for again.
    pub by: MemberId,
    /// When.
    pub at: DateTime<Utc>,
    /// The digest of the bulk change that was quoted.
    pub digest: String,
    /// When it was stopped or cancelled by a member; what had not been started stays so.
    #[serde(default)]
    pub stopped_at: Option<DateTime<Utc>>,
    /// That member.
    #[serde(default)]
    pub stopped_by: Option<MemberId>,
}

/// A later instant at which the whole fires.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BulkSchedule {
    /// What is looked at again.
    pub mode: ScheduleMode,
    /// Where it stands.
    pub state: ScheduleState,
    /// When it fires.
    pub fire_at: DateTime<Utc>,
    /// The last instant at which it may fire.
    pub latest_at: DateTime<Utc>,
    /// The digest that was reviewed: what fires is this, or nothing.
    pub digest: String,
    /// Who armed it: it is applied as this member.
    pub armed_by: MemberId,
    /// When.
    pub armed_at: DateTime<Utc>,
    /// The job that fires it. Any other is a left-over.
    pub job_id: JobId,
    /// When it began to fire.
    #[serde(default)]
    pub firing_at: Option<DateTime<Utc>>,
    /// When it came to its end.
    #[serde(default)]
    pub finished_at: Option<DateTime<Utc>>,
    /// Why it ended other than by firing.
    #[serde(default)]
    pub detail: Option<ScheduleDetail>,
}

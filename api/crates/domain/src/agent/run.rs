//! Runs of the agent, and what a tenant keeps of it.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{AgentSettings, Outcome, Reconciled, Skipped};
use crate::id::{AgentRunId, ContentHash, MemberId, TenantId, WorkspaceId};
use crate::text_enum;

/// Between two scheduled runs of a tenant, as Microsoft documents it.
pub const RUN_EVERY: TimeDelta = TimeDelta::hours(24);
/// How long a suggestion is snoozed where nobody says (Microsoft: 14 days).
pub const SNOOZE: TimeDelta = TimeDelta::days(14);

/// The agent of one tenant.
#[derive(Clone, Debug, PartialEq)]
pub struct Agent {
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// The tenant.
    pub tenant_id: TenantId,
    /// What members decided.
    pub settings: AgentSettings,
    /// Who turned it on: scheduled runs have this member's rights, asked again at each run. `None` while it is off.
    pub turned_on_by: Option<MemberId>,
    /// When the next scheduled run is due; `None` while it is off.
    pub next_run_at: Option<DateTime<Utc>>,
    /// The newest run that completed.
    pub last_run: Option<AgentRunId>,
    /// Row version.
    pub revision: i64,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

text_enum! {
    /// Where a run stands.
    AgentRunStatus {
        /// Waits for a worker, or is at work.
        Running = "RUNNING",
        /// Done.
        Completed = "COMPLETED",
        /// Gave up; its failure says why.
        Failed = "FAILED",
    }
}

text_enum! {
    /// What began a run.
    AgentRunTrigger {
        /// The schedule of every 24 hours.
        Schedule = "SCHEDULE",
        /// A member.
        Member = "MEMBER",
    }
}

/// One run.
#[derive(Clone, Debug, PartialEq)]
pub struct AgentRun {
    /// Id.
    pub id: AgentRunId,
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// The tenant.
    pub tenant_id: TenantId,
    /// Where it stands.
    pub status: AgentRunStatus,
    /// What began it.
    pub trigger: AgentRunTrigger,
    /// Whose rights it has.
    pub as_member: MemberId,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// Hash of the stored input; `None` before it was gathered.
    pub input: Option<ContentHash>,
    /// What it found.
    pub summary: Option<RunSummary>,
    /// Why it gave up.
    pub failure: Option<RunFailure>,
}

/// What a run looked at, found and left out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunSummary {
    /// Policies that are on or in report-only mode.
    pub policies: u64,
    /// Users who were looked at.
    pub users: u64,
    /// Sign-ins of the last seven days.
    pub sign_ins: u64,
    /// New users since the run before.
    pub new_users: u64,
    /// New applications since the run before.
    pub new_applications: u64,
    /// Similar pairs of policies.
    pub pairs: u64,
    /// Findings.
    pub found: u64,
    /// Suggestions by what became of them.
    pub created: u64,
    /// See [`Outcome::Updated`].
    pub updated: u64,
    /// See [`Outcome::Unchanged`].
    pub unchanged: u64,
    /// See [`Outcome::Reopened`].
    pub reopened: u64,
    /// See [`Outcome::Superseded`].
    pub superseded: u64,
    /// Over the findings and what was left out, in their order: what a replay must give again.
    pub digest: String,
    /// What was left out, at most 200.
    pub skipped: Vec<Skipped>,
    /// What became of the report-only policies that the run was to create by itself, at most 20 sentences.
    pub created_policies: Vec<String>,
}

impl RunSummary {
    /// Counts what became of suggestions.
    pub fn count(&mut self, reconciled: &[Reconciled]) {
        for one in reconciled {
            let of = match one.outcome {
                Outcome::Created => &mut self.created,
                Outcome::Updated => &mut self.updated,
                Outcome::Unchanged => &mut self.unchanged,
                Outcome::Reopened => &mut self.reopened,
                Outcome::Superseded => &mut self.superseded,
            };
            *of += 1;
        }
    }
}

/// Why a run gave up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunFailure {
    /// A fixed word.
    pub code: String,
    /// For a person: what to do.
    pub message: String,
}

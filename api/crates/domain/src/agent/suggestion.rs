//! A suggestion: what a rule found, and what became of it.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{AppFacts, SuggestionKind, UserFacts};
use crate::change::kind::ChangePayload;
use crate::document::text_hash;
use crate::id::{AgentRunId, ChangeId, ContentHash, MemberId, PolicyId, RolloutId, SuggestionId, TenantId, WorkspaceId};
use crate::rollout::RolloutStatus;
use crate::text_enum;

text_enum! {
    /// Where a suggestion stands.
    SuggestionStatus {
        /// Nobody looked at it, or it is back.
        New = "NEW",
        /// A member looked at it without accepting it.
        Reviewed = "REVIEWED",
        /// A member accepted it; its change, or its rollout, is on its way.
        Accepted = "ACCEPTED",
        /// A member doesn't want it: it stays away unless it grows by a ground.
        Dismissed = "DISMISSED",
        /// It stays away until a moment.
        Snoozed = "SNOOZED",
        /// Its last change is applied, or its rollout is completed.
        Applied = "APPLIED",
        /// A later run finds it no more.
        Superseded = "SUPERSEDED",
    }
}

/// What a rule found. One [`Finding::identity`] is one suggestion, whatever the evidence of the day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// The rule.
    pub kind: SuggestionKind,
    /// What it is about within the tenant: `tenant`, `policy:<id>` or `pair:<id>:<id>`.
    pub subject: String,
    /// A short title.
    pub title: String,
    /// Plain sentences that say why, at most 20.
    pub reasoning: Vec<String>,
    /// Grounds, by fixed words such as `UNCOVERED_USERS`: a dismissed suggestion comes back only with a new one.
    pub grounds: BTreeSet<String>,
    /// What led to it.
    pub evidence: Evidence,
    /// What to do.
    pub proposal: Proposal,
}

/// The identity of a finding of this rule about this subject.
pub fn identity(kind: SuggestionKind, subject: &str) -> String {
    format!("{kind}:{subject}")
}

/// What led to a finding.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Evidence {
    /// Users in all.
    pub user_count: u64,
    /// Those with the most sign-ins, at most 100.
    pub users: Vec<UserFacts>,
    /// Applications in all.
    pub app_count: u64,
    /// Those with the most sign-ins, at most 50.
    pub apps: Vec<AppFacts>,
    /// Sign-ins of the last seven days that it is about.
    pub sign_ins: u64,
    /// Policies that it is about, at most 10.
    pub policies: Vec<PolicyId>,
}

/// What a finding proposes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Proposal {
    /// Changes, one after the other: the next is drafted once the one before is applied. A creation is always in report-only mode.
    Changes {
        /// At most 10.
        steps: Vec<Step>,
    },
    /// A phased rollout of a report-only policy.
    #[serde(rename_all = "camelCase")]
    Rollout {
        /// The policy.
        policy_id: PolicyId,
        /// What makes it eligible, or not.
        eligibility: Vec<Condition>,
    },
    /// Nothing but to look.
    Review,
}

/// One change of a proposal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// The policy; `None`: it is created.
    pub policy_id: Option<PolicyId>,
    /// The change.
    pub payload: ChangePayload,
    /// For a person.
    pub text: String,
}

/// One condition of an eligibility.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    /// A fixed word.
    pub code: String,
    /// For a person.
    pub text: String,
    /// Whether it holds.
    pub met: bool,
}

/// What a finding about one policy has for its subject.
pub fn policy_subject(policy: PolicyId) -> String {
    format!("policy:{policy}")
}

impl Finding {
    /// What makes it the same finding in every run of its tenant.
    pub fn identity(&self) -> String {
        identity(self.kind, &self.subject)
    }

    /// What the agent did or proposes, in Microsoft's words where it has words for it: those of its rule, unless there is nothing but to look.
    pub fn action(&self) -> &'static str {
        match (self.kind, &self.proposal) {
            (SuggestionKind::Exclusions, _) => self.kind.action(),
            (_, Proposal::Review) => SuggestionKind::PolicyReview.action(),
            _ => self.kind.action(),
        }
    }

    /// Over everything that a person reads.
    pub fn digest(&self) -> ContentHash {
        text_hash(&json!(self).to_string())
    }

    /// Its changes; none where it proposes something else.
    pub fn steps(&self) -> &[Step] {
        match &self.proposal {
            Proposal::Changes { steps } => steps,
            Proposal::Rollout { .. } | Proposal::Review => &[],
        }
    }
}

/// A suggestion of a tenant.
#[derive(Clone, Debug, PartialEq)]
pub struct Suggestion {
    /// Id.
    pub id: SuggestionId,
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// The tenant.
    pub tenant_id: TenantId,
    /// What the newest run that found it says.
    pub finding: Finding,
    /// Where it stands.
    pub status: SuggestionStatus,
    /// Its grounds when a member dismissed it.
    pub dismissed_grounds: BTreeSet<String>,
    /// The reason of a dismissal, of a review or of a snooze; at most 2,000 characters.
    pub note: Option<String>,
    /// When it comes back.
    pub snoozed_until: Option<DateTime<Utc>>,
    /// Who took the last step on it; `None`: a run.
    pub decided_by: Option<MemberId>,
    /// When.
    pub decided_at: Option<DateTime<Utc>>,
    /// How many of its steps are applied.
    pub steps_done: u32,
    /// The change of the step that is on its way, or of the last one.
    pub change_id: Option<ChangeId>,
    /// The rollout that carries it out, or the last one.
    pub rollout_id: Option<RolloutId>,
    /// The run that found it first.
    pub first_run: AgentRunId,
    /// The newest run that found it.
    pub last_run: AgentRunId,
    /// When it was found first.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// Raised by every change: clients send it back.
    pub revision: i64,
}

/// A step of a member on a suggestion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Looked at, without accepting it.
    Review,
    /// Not wanted.
    Dismiss,
    /// Away until then.
    Snooze(DateTime<Utc>),
    /// Its next change is drafted.
    Accept(ChangeId),
    /// Its rollout is planned.
    RollOut(RolloutId),
}

/// What comes of accepting a suggestion.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Acceptable<'a> {
    /// A draft of this change.
    Change(&'a Step),
    /// A rollout of this policy.
    Rollout(PolicyId),
}

/// Why a decision is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotDecidable {
    /// Its status allows no such step.
    #[error("the suggestion is {0}: {1}")]
    Status(SuggestionStatus, &'static str),
    /// It proposes no change.
    #[error("{0}")]
    NothingToAccept(String),
    /// A snooze that ends too early or too late.
    #[error("a suggestion is snoozed for at least an hour and at most 90 days")]
    SnoozeLength,
}

impl Suggestion {
    /// The change that comes next; `None`: all are applied, or there is none.
    pub fn next_step(&self) -> Option<&Step> {
        self.finding.steps().get(self.steps_done as usize)
    }

    /// Takes a member's decision.
    ///
    /// # Errors
    /// [`NotDecidable`]: nothing changes then.
    pub fn decided(mut self, decision: &Decision, by: MemberId, note: Option<String>, now: DateTime<Utc>) -> Result<Self, NotDecidable> {
        use SuggestionStatus::*;
        let over = match self.status {
            Accepted if self.rollout_id.is_some() => Some("its rollout is under way: complete or cancel that"),
            Accepted => Some("its change is on its way: apply or cancel that"),
            Applied => Some("what it proposes is done"),
            Superseded => Some("a later run found it no more"),
            New | Reviewed | Dismissed | Snoozed => None,
        };
        if let Some(why) = over {
            return Err(NotDecidable::Status(self.status, why));
        }
        self.snoozed_until = None;
        match decision {
            Decision::Review => self.status = Reviewed,
            Decision::Dismiss => {
                self.status = Dismissed;
                self.dismissed_grounds = self.finding.grounds.clone();
            }
            Decision::Snooze(until) => {
                let length = *until - now;
                if length < chrono::TimeDelta::hours(1) || length > chrono::TimeDelta::days(90) {
                    return Err(NotDecidable::SnoozeLength);
                }
                (self.status, self.snoozed_until) = (Snoozed, Some(*until));
            }
            Decision::Accept(change) => {
                if let Acceptable::Rollout(_) = self.acceptable()? {
                    return Err(NotDecidable::NothingToAccept("a phased rollout carries this out, and no change".to_owned()));
                }
                (self.status, self.change_id) = (Accepted, Some(*change));
            }
            Decision::RollOut(rollout) => {
                if let Acceptable::Change(_) = self.acceptable()? {
                    return Err(NotDecidable::NothingToAccept("a change carries this out, and no rollout".to_owned()));
                }
                (self.status, self.rollout_id) = (Accepted, Some(*rollout));
            }
        }
        (self.decided_by, self.decided_at, self.note) = (Some(by), Some(now), note);
        Ok(self.touched(now))
    }

    /// What there is to accept.
    ///
    /// # Errors
    /// What to do instead.
    pub fn acceptable(&self) -> Result<Acceptable<'_>, NotDecidable> {
        let nothing = |instead: &str| NotDecidable::NothingToAccept(instead.to_owned());
        match &self.finding.proposal {
            Proposal::Rollout { policy_id, .. } => Ok(Acceptable::Rollout(*policy_id)),
            Proposal::Review => Err(nothing("there is nothing to change, only to look at: mark it as reviewed, or snooze it")),
            Proposal::Changes { .. } => self.next_step().map(Acceptable::Change).ok_or_else(|| nothing("all its changes are applied")),
        }
    }

    /// Its change is applied: it is done, or the next step waits to be accepted.
    pub fn change_applied(mut self, now: DateTime<Utc>) -> Self {
        self.steps_done += 1;
        self.status = if self.next_step().is_some() { SuggestionStatus::New } else { SuggestionStatus::Applied };
        self.touched(now)
    }

    /// Its change was cancelled: it is open again, with the same step to come.
    pub fn change_cancelled(mut self, now: DateTime<Utc>) -> Self {
        self.status = SuggestionStatus::New;
        self.touched(now)
    }

    /// Its rollout has ended: it is done where that was completed, and open again where it was given up or taken back.
    pub fn rollout_ended(mut self, status: RolloutStatus, now: DateTime<Utc>) -> Self {
        self.status = if status == RolloutStatus::Completed { SuggestionStatus::Applied } else { SuggestionStatus::New };
        self.touched(now)
    }

    /// Whether a rollout of its policy that somebody created by hand is taken for its acceptance: an open one is what that person
    /// acted on, one that was dismissed stays dismissed.
    pub fn adopts_rollouts(&self) -> bool {
        let open = matches!(self.status, SuggestionStatus::New | SuggestionStatus::Reviewed | SuggestionStatus::Snoozed);
        open && matches!(self.finding.proposal, Proposal::Rollout { .. })
    }

    /// Raises the revision.
    pub(super) fn touched(mut self, now: DateTime<Utc>) -> Self {
        self.revision += 1;
        self.updated_at = now;
        self
    }
}

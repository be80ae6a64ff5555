//! A rollout as the engine keeps it: what its decisions depend on, with what it belongs to and who asked for it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::decision::HoldReason;
use super::record::Rollout;
use super::status::Guidance;
use crate::change::approval_rules::ApprovalRules;
use crate::change::request::{Approval, ApprovalState};
use crate::change::warning::Severity;
use crate::id::{BulkRolloutId, ChangeId, MemberId, PolicyId, RolloutId, TenantId, WorkspaceId};

/// A policy that is turned on in phases.
#[derive(Clone, Debug, PartialEq)]
pub struct ManagedRollout {
    /// Our id.
    pub id: RolloutId,
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// The tenant.
    pub tenant_id: TenantId,
    /// The rollout across tenants that it is a part of.
    pub bulk_rollout_id: Option<BulkRolloutId>,
    /// The report-only original.
    pub policy_id: PolicyId,
    /// Graph's id of the original.
    pub original_graph_id: Uuid,
    /// The twin; `None` until it was created. It stays named after it was deleted.
    pub twin_policy_id: Option<PolicyId>,
    /// Graph's id of the twin.
    pub twin_graph_id: Option<Uuid>,
    /// What its decisions depend on.
    pub state: Rollout,
    /// The change under way, or the last one that failed.
    pub step_change_id: Option<ChangeId>,
    /// Why the last change that failed did, for a person.
    pub step_failure: Option<String>,
    /// The workspace's rules as they were when it was created.
    pub approval_rules: ApprovalRules,
    /// Approvals of the plan asked for, oldest first; the newest counts.
    pub approvals: Vec<Approval>,
    /// Who created it.
    pub created_by: MemberId,
    /// Everyone who edited the plan since.
    pub editors: Vec<MemberId>,
    /// The member whose command moves it: each step forward is taken as this member, whose rights are asked for again.
    pub acting: Option<MemberId>,
    /// What was found at the last look.
    pub outlook: Outlook,
    /// When it is looked at next; `None`: only a command moves it.
    pub next_look_at: Option<DateTime<Utc>>,
    /// Raised by every step of a member and every move of the engine; what `expectedRevision` is compared with.
    pub revision: i64,
    /// Raised by every write: the row version.
    pub version: i64,
    /// Creation instant.
    pub created_at: DateTime<Utc>,
    /// The last write.
    pub updated_at: DateTime<Utc>,
    /// When it was first started.
    pub started_at: Option<DateTime<Utc>>,
}

/// What was found at the last look.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Outlook {
    /// What a person is advised to do; `None` before the first look.
    pub guidance: Option<Guidance>,
    /// Why it stays where it is; `None` while it moves.
    pub hold: Option<HoldReason>,
    /// The same in a sentence.
    pub text: Option<String>,
    /// When it was looked at.
    pub at: Option<DateTime<Utc>>,
}

impl ManagedRollout {
    /// Whether a plan of these rules needs an approval before it starts: the rules that a rollout can meet at any step hold for all of it. How
    /// severe a step's warnings are and how many sign-ins it would block shows at the step only, when nobody can be asked any more, so workspaces
    /// that ask by these are asked about every plan. Not so where only critical warnings count: no step that has one is applied.
    pub fn approval_demanded(rules: &ApprovalRules, critical_policy: bool) -> bool {
        let by_warnings = rules.severity.is_some_and(|least| least != Severity::Critical);
        rules.always || rules.enforcing || (rules.critical_policy && critical_policy) || by_warnings || rules.would_block.is_some()
    }

    /// The approval that releases the present plan: granted, for its digest, and not lapsed before the rollout started.
    pub fn granted_approval(&self, now: DateTime<Utc>) -> Option<&Approval> {
        let digest = self.state.plan.digest().0;
        let until = |approval: &Approval| self.started_at.is_some() || now < approval.expires_at;
        self.approvals
            .iter()
            .rev()
            .find(|approval| approval.state == ApprovalState::Approved && approval.digest == digest)
            .filter(|approval| until(approval))
    }

    /// The request that waits for a decision.
    pub fn pending_approval(&self) -> Option<&Approval> {
        self.approvals.iter().find(|approval| approval.state == ApprovalState::Pending)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_that_a_step_can_meet_is_asked_before_the_start() {
        let rules = |edit: fn(&mut ApprovalRules)| {
            let mut rules = ApprovalRules::default();
            edit(&mut rules);
            rules
        };
        let table = [
            (rules(|_| {}), false),
            (rules(|rules| rules.always = true), true),
            (rules(|rules| rules.enforcing = true), true),
            (rules(|rules| rules.severity = Some(Severity::Info)), true),
            (rules(|rules| rules.severity = Some(Severity::Warning)), true),
            (rules(|rules| rules.severity = Some(Severity::Critical)), false),
            (rules(|rules| rules.would_block = Some(1_000)), true),
            (rules(|rules| rules.bulk_tenants = Some(1)), false),
        ];
        for (rules, demanded) in table {
            assert_eq!(ManagedRollout::approval_demanded(&rules, false), demanded, "{rules:?}");
        }
        let critical = rules(|rules| rules.critical_policy = true);
        assert!(ManagedRollout::approval_demanded(&critical, true) && !ManagedRollout::approval_demanded(&critical, false));
    }
}

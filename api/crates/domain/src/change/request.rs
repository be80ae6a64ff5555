//! The change request aggregate.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::change::approval_rules::ApprovalRules;
use crate::change::dry_run::DryRun;
use crate::change::failure::ChangeFailure;
use crate::change::kind::ChangePayload;
use crate::change::status::ChangeStatus;
use crate::change::warning::Waiver;
use crate::id::{ApprovalId, BulkChangeId, ChangeId, MemberId, PolicyId, RolloutId, SnapshotId, TenantId, WorkspaceId};
use crate::text_enum;

/// One intended write to one tenant.
#[derive(Clone, Debug, PartialEq)]
pub struct ChangeRequest {
    /// Our id.
    pub id: ChangeId,
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// The tenant.
    pub tenant_id: TenantId,
    /// The policy it changes; `None` for named locations, and for `policy.create` until the new policy is there.
    pub policy_id: Option<PolicyId>,
    /// Graph's id of the object it wrote or is about; `None` for kinds that create until the new object is there.
    pub target_graph_id: Option<String>,
    /// What is intended.
    pub payload: ChangePayload,
    /// Where it stands.
    pub status: ChangeStatus,
    /// Raised by every transition and edit; what `expectedRevision` is compared with, and the row version.
    pub revision: i64,
    /// Who created it.
    pub created_by: MemberId,
    /// Everyone who edited the payload since.
    pub editors: Vec<MemberId>,
    /// A note for reviewers.
    pub note: Option<String>,
    /// Whether it needs approval, by the rules below and the present dry-run.
    pub requires_approval: bool,
    /// The workspace's rules as they were when it was created, so that flipping a switch never releases or traps it.
    pub approval_rules: ApprovalRules,
    /// Critical warnings that an owner lets pass; void after an edit.
    pub waivers: Vec<Waiver>,
    /// Set where an owner loosened an enforced policy in an emergency, past approval.
    pub emergency: Option<Emergency>,
    /// The bulk change that it is one tenant's part of.
    pub bulk_change_id: Option<BulkChangeId>,
    /// The phased rollout that it is a step of.
    pub rollout_id: Option<RolloutId>,
    /// The change that this one undoes.
    pub rollback_of: Option<ChangeId>,
    /// The change that undid this one, or is about to.
    pub rolled_back_by: Option<ChangeId>,
    /// The last dry-run, void after an edit.
    pub dry_run: Option<DryRun>,
    /// Approvals asked for, oldest first.
    pub approvals: Vec<Approval>,
    /// Who asked to apply it.
    pub applied_by: Option<MemberId>,
    /// The snapshot taken before the write.
    pub pre_snapshot_id: Option<SnapshotId>,
    /// The snapshot taken after the write was verified.
    pub post_snapshot_id: Option<SnapshotId>,
    /// Whether Graph was written to: `Some(false)` for a no-op or a conflict, `None` until known.
    pub write_performed: Option<bool>,
    /// Why it failed.
    pub failure: Option<ChangeFailure>,
    /// What a person decided where Causeway could not tell the outcome.
    pub resolution: Option<OutcomeDecision>,
    /// Why it was closed without a write.
    pub close_reason: Option<CloseReason>,
    /// Creation instant.
    pub created_at: DateTime<Utc>,
    /// Last transition or edit.
    pub updated_at: DateTime<Utc>,
    /// When it became `applied`.
    pub applied_at: Option<DateTime<Utc>>,
}

/// What a draft starts from; the rest of a change request is empty at first.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Our id.
    pub id: ChangeId,
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// The tenant.
    pub tenant_id: TenantId,
    /// The policy, unless it is for a location or creates a policy.
    pub policy_id: Option<PolicyId>,
    /// Graph's id of the object it is about, unless it creates one.
    pub target_graph_id: Option<String>,
    /// What is intended.
    pub payload: ChangePayload,
    /// Who creates it.
    pub created_by: MemberId,
    /// A note for reviewers.
    pub note: Option<String>,
    /// The workspace's rules as they are now; for a rollback that needs no approval, none.
    pub approval_rules: ApprovalRules,
    /// The change that it undoes.
    pub rollback_of: Option<ChangeId>,
    /// The bulk change that it is one tenant's part of.
    pub bulk_change_id: Option<BulkChangeId>,
    /// The phased rollout that it is a step of.
    pub rollout_id: Option<RolloutId>,
}

impl ChangeRequest {
    /// A new change request in `draft`, at revision 1.
    pub fn draft(draft: Draft, now: DateTime<Utc>) -> Self {
        ChangeRequest {
            id: draft.id,
            workspace_id: draft.workspace_id,
            tenant_id: draft.tenant_id,
            policy_id: draft.policy_id,
            target_graph_id: draft.target_graph_id,
            payload: draft.payload,
            status: ChangeStatus::Draft,
            revision: 1,
            created_by: draft.created_by,
            editors: Vec::new(),
            note: draft.note,
            requires_approval: draft.approval_rules.always,
            approval_rules: draft.approval_rules,
            waivers: Vec::new(),
            emergency: None,
            bulk_change_id: draft.bulk_change_id,
            rollout_id: draft.rollout_id,
            rollback_of: draft.rollback_of,
            rolled_back_by: None,
            dry_run: None,
            approvals: Vec::new(),
            applied_by: None,
            pre_snapshot_id: None,
            post_snapshot_id: None,
            write_performed: None,
            failure: None,
            resolution: None,
            close_reason: None,
            created_at: now,
            updated_at: now,
            applied_at: None,
        }
    }

    /// Whether the member made the change what it is: created it, or edited it since. Such a member cannot approve it.
    pub fn involves(&self, member: MemberId) -> bool {
        self.created_by == member || self.editors.contains(&member)
    }

    /// The approval that is waiting for a decision.
    pub fn pending_approval(&self) -> Option<&Approval> {
        self.approvals.iter().find(|approval| approval.state == ApprovalState::Pending)
    }

    /// The approval that releases the present dry-run: granted, for the same digest.
    pub fn granted_approval(&self) -> Option<&Approval> {
        let digest = &self.dry_run.as_ref()?.digest;
        self.approvals.iter().rev().find(|approval| approval.state == ApprovalState::Approved && approval.digest == *digest)
    }
}

text_enum! {
    /// Why a change was cancelled.
    CloseReason {
        /// A member cancelled it.
        Cancelled = "CANCELLED",
        /// An approver rejected it.
        Rejected = "REJECTED",
    }
}

text_enum! {
    /// What became of a request for approval.
    ApprovalState {
        /// Waiting.
        Pending = "PENDING",
        /// Granted.
        Approved = "APPROVED",
        /// Refused with a reason.
        Rejected = "REJECTED",
        /// Taken back by the requester, or by cancelling the change.
        Withdrawn = "WITHDRAWN",
        /// The reviewed content changed.
        Voided = "VOIDED",
        /// Older than seven days.
        Expired = "EXPIRED",
    }
}

/// One request for approval with its decision. Bound to what was reviewed by `digest`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Approval {
    /// Our id.
    pub id: ApprovalId,
    /// State.
    pub state: ApprovalState,
    /// Who asked.
    pub requested_by: MemberId,
    /// When.
    pub requested_at: DateTime<Utc>,
    /// The digest of what is to be reviewed.
    pub digest: String,
    /// When it lapses: seven days after it was asked for.
    pub expires_at: DateTime<Utc>,
    /// How many persons have to approve: 1 to 3.
    pub quorum: u8,
    /// Who approved so far, oldest first; at most `quorum`.
    pub decisions: Vec<ApprovalDecision>,
    /// Who took the decision that ended it.
    pub decided_by: Option<MemberId>,
    /// When.
    pub decided_at: Option<DateTime<Utc>>,
    /// What that approver said; required when rejecting.
    pub comment: Option<String>,
}

/// One person's approval, of as many as the quorum asks for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ApprovalDecision {
    /// Who.
    pub by: MemberId,
    /// When.
    pub at: DateTime<Utc>,
    /// What the approver said.
    pub comment: Option<String>,
}

/// An owner's loosening of an enforced policy without approval, and its review afterwards.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Emergency {
    /// Why: 1 to 2,000 characters.
    pub reason: String,
    /// The owner.
    pub by: MemberId,
    /// When.
    pub at: DateTime<Utc>,
    /// Who reviewed it afterwards; another person. `None` while the review is open.
    pub reviewed_by: Option<MemberId>,
    /// When.
    pub reviewed_at: Option<DateTime<Utc>>,
    /// What the reviewer said.
    pub review_comment: Option<String>,
}

text_enum! {
    /// What a person found out about a write of unknown outcome.
    OutcomeResolution {
        /// The live object is as intended: the change counts as applied.
        AdoptLiveAsApplied = "ADOPT_LIVE_AS_APPLIED",
        /// The write did not take effect.
        DeclareNotApplied = "DECLARE_NOT_APPLIED",
    }
}

/// `resolveOutcome`, as decided.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OutcomeDecision {
    /// What was decided.
    pub resolution: OutcomeResolution,
    /// Why: 1 to 2,000 characters.
    pub reason: String,
    /// Who.
    pub by: MemberId,
    /// When.
    pub at: DateTime<Utc>,
}

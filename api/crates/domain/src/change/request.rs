//! The change request aggregate.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::change::dry_run::DryRun;
use crate::change::failure::ChangeFailure;
use crate::change::kind::ChangePayload;
use crate::change::status::ChangeStatus;
use crate::id::{ApprovalId, ChangeId, MemberId, PolicyId, SnapshotId, TenantId, WorkspaceId};
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
    /// The policy it changes; `None` only for kinds that create.
    pub policy_id: Option<PolicyId>,
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
    /// Whether it needs approval: fixed at creation, so that flipping the workspace's switch never releases or traps it.
    pub requires_approval: bool,
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
    /// Why it was closed without a write.
    pub close_reason: Option<CloseReason>,
    /// Creation instant.
    pub created_at: DateTime<Utc>,
    /// Last transition or edit.
    pub updated_at: DateTime<Utc>,
    /// When it became `applied`.
    pub applied_at: Option<DateTime<Utc>>,
}

impl ChangeRequest {
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
    /// Who decided.
    pub decided_by: Option<MemberId>,
    /// When.
    pub decided_at: Option<DateTime<Utc>>,
    /// What the approver said; required when rejecting.
    pub comment: Option<String>,
}

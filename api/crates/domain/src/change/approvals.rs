//! Asking for approval and deciding on it, bound to the digest of what was reviewed (domain.md section 2).

use chrono::{DateTime, TimeDelta, Utc};

use crate::change::refusal::Refusal;
use crate::change::request::{Approval, ApprovalState, ChangeRequest};
use crate::change::status::ChangeStatus;
use crate::id::{ApprovalId, MemberId};

/// How long a request for approval, and the approval granted on it, lives.
pub const APPROVAL_LIFETIME: TimeDelta = TimeDelta::days(7);

/// Puts the change up for review.
pub(super) fn request(
    change: &mut ChangeRequest,
    id: ApprovalId,
    digest: String,
    by: Option<MemberId>,
    now: DateTime<Utc>,
) -> Result<(), Refusal> {
    if !change.requires_approval {
        return Err(Refusal::ApprovalNotNeeded);
    }
    let dry_run = change.dry_run.as_ref().ok_or(Refusal::DryRunRequired)?;
    if !dry_run.fresh(now) {
        return Err(Refusal::DryRunExpired { expired_at: dry_run.expires_at });
    }
    if dry_run.digest != digest {
        return Err(Refusal::StaleReview { current: dry_run.digest.clone() });
    }
    lapse(change, now);
    if change.granted_approval().is_some() {
        return Err(Refusal::ApprovalNotNeeded);
    }
    change.approvals.push(Approval {
        id,
        state: ApprovalState::Pending,
        requested_by: by.unwrap_or(change.created_by),
        requested_at: now,
        digest,
        expires_at: now + APPROVAL_LIFETIME,
        quorum: change.approval_rules.quorum,
        decisions: Vec::new(),
        decided_by: None,
        decided_at: None,
        comment: None,
    });
    change.status = ChangeStatus::AwaitingApproval;
    Ok(())
}

/// Takes an approver's decision.
pub(super) fn decide(
    change: &mut ChangeRequest,
    digest: &str,
    by: Option<MemberId>,
    now: DateTime<Utc>,
    to: ApprovalState,
    comment: Option<String>,
) -> Result<(), Refusal> {
    let by = by.ok_or(Refusal::CannotSelfApprove)?;
    let involved = change.involves(by);
    let present = change.dry_run.as_ref().map(|dry_run| dry_run.digest.clone()).unwrap_or_default();
    let pending = change.approvals.iter_mut().find(|approval| approval.state == ApprovalState::Pending).ok_or(Refusal::NotApproved)?;
    if involved || by == pending.requested_by {
        return Err(Refusal::CannotSelfApprove);
    }
    if digest != pending.digest || digest != present {
        return Err(Refusal::StaleReview { current: present });
    }
    if now >= pending.expires_at {
        return Err(Refusal::ApprovalExpired);
    }
    pending.state = to;
    pending.decided_by = Some(by);
    pending.decided_at = Some(now);
    pending.comment = comment;
    Ok(())
}

/// Ends every approval that is in one of the `open` states.
pub(super) fn settle(change: &mut ChangeRequest, open: &[ApprovalState], to: ApprovalState) {
    for approval in change.approvals.iter_mut().filter(|approval| open.contains(&approval.state)) {
        approval.state = to;
    }
}

/// Approvals, asked for or granted, end seven days after they were asked for.
pub(super) fn lapse(change: &mut ChangeRequest, now: DateTime<Utc>) {
    let open = [ApprovalState::Pending, ApprovalState::Approved];
    for approval in change.approvals.iter_mut().filter(|approval| open.contains(&approval.state) && now >= approval.expires_at) {
        approval.state = ApprovalState::Expired;
    }
}

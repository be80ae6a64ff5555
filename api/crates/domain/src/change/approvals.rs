//! Asking for approval and deciding on it, bound to the digest of what was reviewed (domain.md section 2).

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use crate::change::refusal::Refusal;
use crate::change::request::{Approval, ApprovalDecision, ApprovalState, ChangeRequest};
use crate::change::status::ChangeStatus;
use crate::id::{ApprovalId, MemberId};
use crate::person::Persons;

/// How long a request for approval, and the approval granted on it, lives.
pub const APPROVAL_LIFETIME: TimeDelta = TimeDelta::days(7);

/// What has not ended yet.
pub(super) const OPEN: [ApprovalState; 2] = [ApprovalState::Pending, ApprovalState::Approved];

/// Who made the change what it is, and so cannot be the second pair of eyes: creator, editors, and owners who let a warning pass.
pub fn authors(change: &ChangeRequest) -> BTreeSet<MemberId> {
    let waivers = change.waivers.iter().map(|waiver| waiver.by);
    change.editors.iter().copied().chain(waivers).chain([change.created_by]).collect()
}

/// Who approved, oldest first. An approval of the binary before this one names only who ended it.
pub fn approvers(approval: &Approval) -> Vec<MemberId> {
    if approval.decisions.is_empty() {
        return approval.decided_by.into_iter().collect();
    }
    approval.decisions.iter().map(|decision| decision.by).collect()
}

/// Everybody of whom the gate and the approvals have to know which person they are; at most a few.
pub fn involved(change: &ChangeRequest) -> BTreeSet<MemberId> {
    let reviewers = change.approvals.iter().flat_map(|approval| approvers(approval).into_iter().chain([approval.requested_by]));
    authors(change).into_iter().chain(reviewers).collect()
}

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
        quorum: change.approval_rules.quorum.max(1),
        decisions: Vec::new(),
        decided_by: None,
        decided_at: None,
        comment: None,
    });
    change.status = ChangeStatus::AwaitingApproval;
    Ok(())
}

/// An approver's word on what has this digest.
pub(super) struct Decision<'a> {
    pub(super) digest: &'a str,
    pub(super) by: Option<MemberId>,
    pub(super) persons: &'a Persons,
    pub(super) at: DateTime<Utc>,
}

/// Counts an approval; with enough persons the change is released.
pub(super) fn approve(change: &mut ChangeRequest, decision: &Decision<'_>, comment: Option<String>) -> Result<(), Refusal> {
    let by = judge(change, decision)?;
    let pending = pending(change)?;
    if decision.persons.among(by, approvers(pending)) {
        return Err(Refusal::AlreadyApproved);
    }
    pending.decisions.push(ApprovalDecision { by, at: decision.at, comment: comment.clone() });
    if decision.persons.count(approvers(pending)) < usize::from(pending.quorum) {
        return Ok(());
    }
    end(pending, ApprovalState::Approved, by, decision.at, comment);
    change.status = ChangeStatus::DryRunComplete;
    Ok(())
}

/// Ends the review with a refusal; one person is enough.
pub(super) fn reject(change: &mut ChangeRequest, decision: &Decision<'_>, comment: String) -> Result<(), Refusal> {
    let by = judge(change, decision)?;
    end(pending(change)?, ApprovalState::Rejected, by, decision.at, Some(comment));
    Ok(())
}

/// Who may decide now, on what was submitted and is there.
fn judge(change: &mut ChangeRequest, decision: &Decision<'_>) -> Result<MemberId, Refusal> {
    // Causeway itself is nobody's second person.
    let by = decision.by.ok_or(Refusal::CannotSelfApprove)?;
    let authors = authors(change);
    let present = change.dry_run.as_ref().map(|dry_run| dry_run.digest.clone()).unwrap_or_default();
    let pending = pending(change)?;
    if decision.persons.among(by, authors.into_iter().chain([pending.requested_by])) {
        return Err(Refusal::CannotSelfApprove);
    }
    if decision.digest != pending.digest || decision.digest != present {
        return Err(Refusal::StaleReview { current: present });
    }
    if decision.at >= pending.expires_at {
        return Err(Refusal::ApprovalExpired);
    }
    Ok(by)
}

fn pending(change: &mut ChangeRequest) -> Result<&mut Approval, Refusal> {
    change.approvals.iter_mut().find(|approval| approval.state == ApprovalState::Pending).ok_or(Refusal::NotApproved)
}

fn end(approval: &mut Approval, state: ApprovalState, by: MemberId, at: DateTime<Utc>, comment: Option<String>) {
    approval.state = state;
    approval.decided_by = Some(by);
    approval.decided_at = Some(at);
    approval.comment = comment;
}

/// Takes the request back.
pub(super) fn withdraw(change: &mut ChangeRequest) {
    settle(change, &[ApprovalState::Pending], ApprovalState::Withdrawn);
    change.status = ChangeStatus::DryRunComplete;
}

/// Ends a request that nobody answered in time.
pub(super) fn expire(change: &mut ChangeRequest, now: DateTime<Utc>) -> Result<(), Refusal> {
    lapse(change, now);
    if change.pending_approval().is_some() {
        return Err(Refusal::NotApproved);
    }
    change.status = ChangeStatus::DryRunComplete;
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
    for approval in change.approvals.iter_mut().filter(|approval| OPEN.contains(&approval.state) && now >= approval.expires_at) {
        approval.state = ApprovalState::Expired;
    }
}

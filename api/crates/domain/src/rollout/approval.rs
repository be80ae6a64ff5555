//! The approval of a plan: one for all of its steps, by the rules of an ordinary change (domain.md section 2).

use chrono::{DateTime, Utc};

use super::managed::ManagedRollout;
use crate::change::approvals::{APPROVAL_LIFETIME, approvers};
use crate::change::refusal::Refusal;
use crate::change::request::{Approval, ApprovalDecision, ApprovalState};
use crate::id::{ApprovalId, MemberId};
use crate::person::Persons;

/// Puts the present plan up for review.
pub fn request(rollout: &mut ManagedRollout, id: ApprovalId, digest: &str, by: MemberId, now: DateTime<Utc>) -> Result<(), Refusal> {
    current(rollout, digest)?;
    lapse(rollout, now);
    if !rollout.state.awaiting_approval || rollout.pending_approval().is_some() {
        return Err(Refusal::ApprovalNotNeeded);
    }
    rollout.approvals.push(Approval {
        id,
        state: ApprovalState::Pending,
        requested_by: by,
        requested_at: now,
        digest: digest.to_owned(),
        expires_at: now + APPROVAL_LIFETIME,
        quorum: rollout.approval_rules.quorum.max(1),
        decisions: Vec::new(),
        decided_by: None,
        decided_at: None,
        comment: None,
    });
    Ok(())
}

/// One person's word on what has this digest.
#[derive(Debug)]
pub struct PlanDecision<'a> {
    /// What the approver saw.
    pub digest: &'a str,
    /// The approver.
    pub by: MemberId,
    /// Which of the rollout's people are one person.
    pub persons: &'a Persons,
    /// When.
    pub at: DateTime<Utc>,
    /// What the approver says.
    pub comment: Option<String>,
}

/// Counts an approval; with enough persons the plan is released. Nobody approves a plan that they made, edited or asked approval for.
pub fn approve(rollout: &mut ManagedRollout, decision: &PlanDecision<'_>) -> Result<(), Refusal> {
    let at = judge(rollout, decision)?;
    let Some(pending) = rollout.approvals.get_mut(at) else { return Err(Refusal::NotApproved) };
    if decision.persons.among(decision.by, approvers(pending)) {
        return Err(Refusal::AlreadyApproved);
    }
    pending.decisions.push(ApprovalDecision { by: decision.by, at: decision.at, comment: decision.comment.clone() });
    if decision.persons.count(approvers(pending)) >= usize::from(pending.quorum) {
        end(pending, ApprovalState::Approved, decision);
        rollout.state.awaiting_approval = false;
    }
    Ok(())
}

/// Ends the review with a refusal; one person is enough.
pub fn reject(rollout: &mut ManagedRollout, decision: &PlanDecision<'_>) -> Result<(), Refusal> {
    let at = judge(rollout, decision)?;
    let Some(pending) = rollout.approvals.get_mut(at) else { return Err(Refusal::NotApproved) };
    end(pending, ApprovalState::Rejected, decision);
    Ok(())
}

/// What was reviewed is not what is there any more. `demanded`: whether the plan needs an approval at all.
pub fn void(rollout: &mut ManagedRollout, demanded: bool) {
    for approval in &mut rollout.approvals {
        if matches!(approval.state, ApprovalState::Pending | ApprovalState::Approved) {
            approval.state = ApprovalState::Voided;
        }
    }
    rollout.state.awaiting_approval = demanded;
}

fn judge(rollout: &ManagedRollout, decision: &PlanDecision<'_>) -> Result<usize, Refusal> {
    let pending = rollout.approvals.iter().position(|approval| approval.state == ApprovalState::Pending).ok_or(Refusal::NotApproved)?;
    let request = &rollout.approvals[pending];
    let authors = rollout.editors.iter().copied().chain([rollout.created_by, request.requested_by]);
    if decision.persons.among(decision.by, authors) {
        return Err(Refusal::CannotSelfApprove);
    }
    current(rollout, decision.digest)?;
    if decision.digest != request.digest {
        return Err(Refusal::StaleReview { current: rollout.state.plan.digest().0 });
    }
    if decision.at >= request.expires_at {
        return Err(Refusal::ApprovalExpired);
    }
    Ok(pending)
}

fn current(rollout: &ManagedRollout, digest: &str) -> Result<(), Refusal> {
    let current = rollout.state.plan.digest().0;
    if current == digest { Ok(()) } else { Err(Refusal::StaleReview { current }) }
}

fn lapse(rollout: &mut ManagedRollout, now: DateTime<Utc>) {
    for approval in &mut rollout.approvals {
        if approval.state == ApprovalState::Pending && now >= approval.expires_at {
            approval.state = ApprovalState::Expired;
        }
    }
}

fn end(approval: &mut Approval, state: ApprovalState, decision: &PlanDecision<'_>) {
    approval.state = state;
    approval.decided_by = Some(decision.by);
    approval.decided_at = Some(decision.at);
    approval.comment.clone_from(&decision.comment);
}

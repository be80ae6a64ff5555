//! The state machine of a change request (domain.md section 2), as a pure function.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use crate::change::dry_run::DryRun;
use crate::change::failure::ChangeFailure;
use crate::change::gate::ApplyPermit;
use crate::change::kind::ChangePayload;
use crate::change::refusal::Refusal;
use crate::change::request::{Approval, ApprovalState, ChangeRequest, CloseReason};
use crate::change::status::ChangeStatus;
use crate::event::{EventKind, NewEvent, SubjectKind};
use crate::id::{ApprovalId, ChangeId, MemberId, SnapshotId};
use crate::text_enum;

/// How long a request for approval lives.
pub const APPROVAL_LIFETIME: TimeDelta = TimeDelta::days(7);

text_enum! {
    /// What can happen to a change request.
    ChangeEventKind {
        /// A dry-run was made.
        DryRun = "DRY_RUN",
        /// The payload was edited.
        EditPayload = "EDIT_PAYLOAD",
        /// Approval was asked for.
        RequestApproval = "REQUEST_APPROVAL",
        /// An approver released it.
        Approve = "APPROVE",
        /// An approver refused it.
        Reject = "REJECT",
        /// Apply was asked for and the gate is open.
        Apply = "APPLY",
        /// The apply ended well.
        OutcomeApplied = "OUTCOME_APPLIED",
        /// The apply failed.
        OutcomeFailed = "OUTCOME_FAILED",
        /// Its inverse was applied.
        RollBack = "ROLL_BACK",
        /// It was given up.
        Cancel = "CANCEL",
    }
}

/// One event with what it carries.
#[derive(Debug)]
pub enum ChangeCommand {
    /// A dry-run was made.
    DryRun(DryRun),
    /// The payload was edited.
    EditPayload(ChangePayload),
    /// Approval is asked for, for what has this digest.
    RequestApproval {
        /// The new approval's id.
        id: ApprovalId,
        /// The present dry-run's digest.
        digest: String,
    },
    /// An approver releases what has this digest.
    Approve {
        /// What the approver saw.
        digest: String,
        /// What the approver says.
        comment: Option<String>,
    },
    /// An approver refuses what has this digest.
    Reject {
        /// What the approver saw.
        digest: String,
        /// Why.
        comment: String,
    },
    /// Apply; the permit proves that the gate was open.
    Apply(ApplyPermit),
    /// The apply ended well.
    OutcomeApplied {
        /// Snapshot before.
        pre: Option<SnapshotId>,
        /// Snapshot after.
        post: Option<SnapshotId>,
        /// Whether Graph was written to.
        write_performed: bool,
    },
    /// The apply failed.
    OutcomeFailed {
        /// How.
        failure: ChangeFailure,
        /// Snapshot before, if it was taken.
        pre: Option<SnapshotId>,
        /// Whether Graph was written to; `None` when it cannot be told.
        write_performed: Option<bool>,
    },
    /// Its inverse was applied.
    RolledBack {
        /// The inverse.
        by: ChangeId,
    },
    /// It is given up.
    Cancel,
}

impl ChangeCommand {
    /// The kind of event.
    pub fn kind(&self) -> ChangeEventKind {
        match self {
            ChangeCommand::DryRun(_) => ChangeEventKind::DryRun,
            ChangeCommand::EditPayload(_) => ChangeEventKind::EditPayload,
            ChangeCommand::RequestApproval { .. } => ChangeEventKind::RequestApproval,
            ChangeCommand::Approve { .. } => ChangeEventKind::Approve,
            ChangeCommand::Reject { .. } => ChangeEventKind::Reject,
            ChangeCommand::Apply(_) => ChangeEventKind::Apply,
            ChangeCommand::OutcomeApplied { .. } => ChangeEventKind::OutcomeApplied,
            ChangeCommand::OutcomeFailed { .. } => ChangeEventKind::OutcomeFailed,
            ChangeCommand::RolledBack { .. } => ChangeEventKind::RollBack,
            ChangeCommand::Cancel => ChangeEventKind::Cancel,
        }
    }
}

/// The change after the event (revision raised), and what to put into the log.
#[derive(Debug)]
pub struct Transition {
    /// The change.
    pub change: ChangeRequest,
    /// Events, in order.
    pub events: Vec<NewEvent>,
}

/// What a status allows, in declaration order of the events.
pub fn allowed_events(from: ChangeStatus) -> Vec<ChangeEventKind> {
    ChangeEventKind::ALL.iter().copied().filter(|event| allows(from, *event)).collect()
}

fn allows(from: ChangeStatus, event: ChangeEventKind) -> bool {
    use ChangeEventKind as E;
    use ChangeStatus as S;
    match event {
        E::DryRun | E::EditPayload | E::Cancel => {
            matches!(from, S::Draft | S::DryRunComplete | S::DryRunBlocked | S::AwaitingApproval | S::Failed)
        }
        E::RequestApproval | E::Apply => from == S::DryRunComplete,
        E::Approve | E::Reject => from == S::AwaitingApproval,
        E::OutcomeApplied | E::OutcomeFailed => from == S::Applying,
        E::RollBack => from == S::Applied,
    }
}

/// Takes one event. `by` is who caused it, `None` for Causeway itself.
pub fn transition(mut change: ChangeRequest, command: ChangeCommand, by: Option<MemberId>, now: DateTime<Utc>) -> Result<Transition, Refusal> {
    let (from, event) = (change.status, command.kind());
    if !allows(from, event) {
        return Err(Refusal::IllegalTransition { from, event, allowed: allowed_events(from) });
    }
    let approvals_before: Vec<(ApprovalId, ApprovalState)> = change.approvals.iter().map(|approval| (approval.id, approval.state)).collect();
    match command {
        ChangeCommand::DryRun(dry_run) => take_dry_run(&mut change, dry_run),
        ChangeCommand::EditPayload(payload) => edit(&mut change, payload, by),
        ChangeCommand::RequestApproval { id, digest } => request_approval(&mut change, id, digest, by, now)?,
        ChangeCommand::Approve { digest, comment } => {
            decide(&mut change, &digest, by, now, ApprovalState::Approved, comment)?;
            change.status = ChangeStatus::DryRunComplete;
        }
        ChangeCommand::Reject { digest, comment } => {
            decide(&mut change, &digest, by, now, ApprovalState::Rejected, Some(comment))?;
            change.status = ChangeStatus::Cancelled;
            change.close_reason = Some(CloseReason::Rejected);
        }
        ChangeCommand::Apply(permit) => {
            permit.consume(&change)?;
            change.status = ChangeStatus::Applying;
            change.applied_by = by;
            change.failure = None;
            change.write_performed = None;
            change.pre_snapshot_id = None;
            change.post_snapshot_id = None;
        }
        ChangeCommand::OutcomeApplied { pre, post, write_performed } => {
            change.status = ChangeStatus::Applied;
            change.pre_snapshot_id = pre;
            change.post_snapshot_id = post;
            change.write_performed = Some(write_performed);
            change.applied_at = Some(now);
        }
        ChangeCommand::OutcomeFailed { failure, pre, write_performed } => {
            change.status = ChangeStatus::Failed;
            change.pre_snapshot_id = pre;
            change.write_performed = write_performed;
            change.failure = Some(failure);
        }
        ChangeCommand::RolledBack { by } => {
            change.status = ChangeStatus::RolledBack;
            change.rolled_back_by = Some(by);
        }
        ChangeCommand::Cancel => {
            close_open_approvals(&mut change, ApprovalState::Withdrawn);
            change.status = ChangeStatus::Cancelled;
            change.close_reason = Some(CloseReason::Cancelled);
        }
    }
    change.revision += 1;
    change.updated_at = now;
    let events = events(&change, from, event, &approvals_before, by);
    Ok(Transition { change, events })
}

/// A change that waits for approval goes on waiting when the dry-run found what was submitted for review; otherwise the review is void.
fn take_dry_run(change: &mut ChangeRequest, dry_run: DryRun) {
    let same = change.dry_run.as_ref().is_some_and(|before| before.digest == dry_run.digest);
    if !same {
        close_open_approvals(change, ApprovalState::Voided);
        void_granted(change);
    }
    let keeps_waiting = same && change.status == ChangeStatus::AwaitingApproval && !dry_run.blocked();
    change.status = match dry_run.blocked() {
        true => ChangeStatus::DryRunBlocked,
        false if keeps_waiting => ChangeStatus::AwaitingApproval,
        false => ChangeStatus::DryRunComplete,
    };
    change.failure = None;
    change.dry_run = Some(dry_run);
}

fn edit(change: &mut ChangeRequest, payload: ChangePayload, by: Option<MemberId>) {
    close_open_approvals(change, ApprovalState::Voided);
    void_granted(change);
    change.payload = payload;
    change.dry_run = None;
    change.failure = None;
    change.status = ChangeStatus::Draft;
    if let Some(by) = by
        && by != change.created_by
        && !change.editors.contains(&by)
    {
        change.editors.push(by);
    }
}

fn request_approval(change: &mut ChangeRequest, id: ApprovalId, digest: String, by: Option<MemberId>, now: DateTime<Utc>) -> Result<(), Refusal> {
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
    close_open_approvals(change, ApprovalState::Withdrawn);
    change.approvals.push(Approval {
        id,
        state: ApprovalState::Pending,
        requested_by: by.unwrap_or(change.created_by),
        requested_at: now,
        digest,
        expires_at: now + APPROVAL_LIFETIME,
        decided_by: None,
        decided_at: None,
        comment: None,
    });
    change.status = ChangeStatus::AwaitingApproval;
    Ok(())
}

fn decide(
    change: &mut ChangeRequest,
    digest: &str,
    by: Option<MemberId>,
    now: DateTime<Utc>,
    to: ApprovalState,
    comment: Option<String>,
) -> Result<(), Refusal> {
    let by = by.ok_or(Refusal::CannotSelfApprove)?;
    let (creator, editors) = (change.created_by, change.editors.clone());
    let present = change.dry_run.as_ref().map(|dry_run| dry_run.digest.clone()).unwrap_or_default();
    let pending = change.approvals.iter_mut().find(|approval| approval.state == ApprovalState::Pending).ok_or(Refusal::NotApproved)?;
    if by == creator || editors.contains(&by) || by == pending.requested_by {
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

fn close_open_approvals(change: &mut ChangeRequest, to: ApprovalState) {
    for approval in change.approvals.iter_mut().filter(|approval| approval.state == ApprovalState::Pending) {
        approval.state = to;
    }
}

fn void_granted(change: &mut ChangeRequest) {
    for approval in change.approvals.iter_mut().filter(|approval| approval.state == ApprovalState::Approved) {
        approval.state = ApprovalState::Voided;
    }
}

fn events(
    change: &ChangeRequest,
    from: ChangeStatus,
    event: ChangeEventKind,
    approvals_before: &[(ApprovalId, ApprovalState)],
    by: Option<MemberId>,
) -> Vec<NewEvent> {
    let new = |kind, data| NewEvent {
        kind,
        actor: by,
        tenant_id: Some(change.tenant_id),
        subject_kind: SubjectKind::ChangeRequest,
        subject_id: change.id.0,
        data,
    };
    let moved = change.approvals.iter().filter(|approval| !approvals_before.contains(&(approval.id, approval.state)));
    let mut events: Vec<NewEvent> =
        moved.map(|approval| new(EventKind::ApprovalChanged, json!({ "approvalId": approval.id, "state": approval.state }))).collect();
    let facts = json!({ "from": from, "to": change.status, "event": event, "revision": change.revision });
    events.push(new(EventKind::ChangeStatusChanged, facts));
    events
}

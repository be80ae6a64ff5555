//! The state machine of a change request (domain.md section 2), as a pure function.

use chrono::{DateTime, Utc};
use serde_json::json;

use crate::change::approvals::{self, Decision, OPEN};
use crate::change::dry_run::DryRun;
use crate::change::failure::ChangeFailure;
use crate::change::gate::ApplyPermit;
use crate::change::kind::ChangePayload;
use crate::change::refusal::Refusal;
use crate::change::request::{Approval, ApprovalState, ChangeRequest, CloseReason, OutcomeDecision};
use crate::change::status::ChangeStatus;
use crate::change::warning::Waiver;
use crate::change::{outcome, waivers};
use crate::event::{EventKind, NewEvent, SubjectKind};
use crate::id::{ApprovalId, ChangeId, MemberId, PolicyId, SnapshotId};
use crate::person::Persons;
use crate::text_enum;

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
        /// The request for approval was taken back.
        WithdrawApproval = "WITHDRAW_APPROVAL",
        /// Nobody answered the request for approval within seven days.
        ExpireApproval = "EXPIRE_APPROVAL",
        /// An owner let a critical warning pass.
        WaiveWarning = "WAIVE_WARNING",
        /// Apply was asked for and the gate is open.
        Apply = "APPLY",
        /// The apply ended well.
        OutcomeApplied = "OUTCOME_APPLIED",
        /// The apply failed.
        OutcomeFailed = "OUTCOME_FAILED",
        /// The apply was stopped before its write.
        Stop = "STOP",
        /// A person found that the write of unknown outcome took effect.
        AdoptOutcome = "ADOPT_OUTCOME",
        /// A person found that it did not.
        DeclareNotApplied = "DECLARE_NOT_APPLIED",
        /// Its inverse was applied.
        RollBack = "ROLL_BACK",
        /// It was given up.
        Cancel = "CANCEL",
        /// The object changed outside Causeway: what was reviewed is not what would happen.
        BaseMoved = "BASE_MOVED",
        /// What was reviewed together with it changed: its approvals are void, its dry-run stands.
        VoidApproval = "VOID_APPROVAL",
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
        /// Which of the change's people, and of the approver's accounts, are one person.
        persons: Persons,
    },
    /// An approver refuses what has this digest.
    Reject {
        /// What the approver saw.
        digest: String,
        /// Why.
        comment: String,
        /// Which of the change's people, and of the approver's accounts, are one person.
        persons: Persons,
    },
    /// The request for approval is taken back.
    WithdrawApproval,
    /// The request for approval has lived its seven days.
    ExpireApproval,
    /// An owner lets a critical warning pass.
    WaiveWarning {
        /// What, and why.
        waiver: Waiver,
        /// The plan made again with it, so that digest and status are true.
        dry_run: DryRun,
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
    /// The apply is stopped. Only where nothing has been sent to Graph: whoever asks has made sure in the same transaction.
    Stop {
        /// Snapshot before, if it was taken.
        pre: Option<SnapshotId>,
    },
    /// The write of unknown outcome took effect.
    AdoptOutcome {
        /// Who found it, and why.
        decision: OutcomeDecision,
        /// The policy that it made, where it made one.
        policy_id: Option<PolicyId>,
        /// Graph's id of the object.
        target_graph_id: Option<String>,
        /// Snapshot before.
        pre: Option<SnapshotId>,
        /// Snapshot that shows the effect.
        post: SnapshotId,
    },
    /// The write of unknown outcome did not take effect.
    DeclareNotApplied {
        /// Who found it, and why.
        decision: OutcomeDecision,
    },
    /// Its inverse was applied.
    RolledBack {
        /// The inverse.
        by: ChangeId,
    },
    /// It is given up.
    Cancel,
    /// The object changed outside Causeway.
    BaseMoved,
    /// What was reviewed together with it changed.
    VoidApproval,
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
            ChangeCommand::WithdrawApproval => ChangeEventKind::WithdrawApproval,
            ChangeCommand::ExpireApproval => ChangeEventKind::ExpireApproval,
            ChangeCommand::WaiveWarning { .. } => ChangeEventKind::WaiveWarning,
            ChangeCommand::Apply(_) => ChangeEventKind::Apply,
            ChangeCommand::OutcomeApplied { .. } => ChangeEventKind::OutcomeApplied,
            ChangeCommand::OutcomeFailed { .. } => ChangeEventKind::OutcomeFailed,
            ChangeCommand::Stop { .. } => ChangeEventKind::Stop,
            ChangeCommand::AdoptOutcome { .. } => ChangeEventKind::AdoptOutcome,
            ChangeCommand::DeclareNotApplied { .. } => ChangeEventKind::DeclareNotApplied,
            ChangeCommand::RolledBack { .. } => ChangeEventKind::RollBack,
            ChangeCommand::Cancel => ChangeEventKind::Cancel,
            ChangeCommand::BaseMoved => ChangeEventKind::BaseMoved,
            ChangeCommand::VoidApproval => ChangeEventKind::VoidApproval,
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

/// What this change can take now: what its status allows, but of a write of unknown outcome only its resolution.
pub fn open_events(change: &ChangeRequest) -> Vec<ChangeEventKind> {
    let unknown = outcome::unknown(change);
    allowed_events(change.status)
        .into_iter()
        .filter(|event| change.status != ChangeStatus::Failed || outcome::resolves(*event) == unknown)
        .collect()
}

fn allows(from: ChangeStatus, event: ChangeEventKind) -> bool {
    use ChangeEventKind as E;
    use ChangeStatus as S;
    match event {
        E::DryRun | E::EditPayload | E::Cancel => {
            matches!(from, S::Draft | S::DryRunComplete | S::DryRunBlocked | S::AwaitingApproval | S::Failed)
        }
        E::RequestApproval | E::Apply => from == S::DryRunComplete,
        E::Approve | E::Reject | E::WithdrawApproval | E::ExpireApproval => from == S::AwaitingApproval,
        E::WaiveWarning => from == S::DryRunBlocked,
        E::OutcomeApplied | E::OutcomeFailed | E::Stop => from == S::Applying,
        E::AdoptOutcome | E::DeclareNotApplied => from == S::Failed,
        E::RollBack => from == S::Applied,
        E::BaseMoved => matches!(from, S::DryRunComplete | S::DryRunBlocked | S::AwaitingApproval),
        E::VoidApproval => matches!(from, S::DryRunComplete | S::AwaitingApproval),
    }
}

/// Takes one event. `by` is who caused it, `None` for Causeway itself.
///
/// `now` is compared with what expires; it is the instant of the transition.
pub fn transition(
    mut change: ChangeRequest,
    command: ChangeCommand,
    by: Option<MemberId>,
    now: DateTime<Utc>,
) -> Result<Transition, Refusal> {
    let (from, event) = (change.status, command.kind());
    if !allows(from, event) {
        return Err(Refusal::IllegalTransition { from, event, allowed: allowed_events(from) });
    }
    outcome::check(&change, event)?;
    let approvals_before: Vec<ApprovalMark> = change.approvals.iter().map(mark).collect();
    match command {
        ChangeCommand::DryRun(dry_run) => take_dry_run(&mut change, dry_run, now),
        ChangeCommand::EditPayload(payload) => edit(&mut change, payload, by)?,
        ChangeCommand::RequestApproval { id, digest } => approvals::request(&mut change, id, digest, by, now)?,
        ChangeCommand::Approve { digest, comment, persons } => {
            approvals::approve(&mut change, &Decision { digest: &digest, by, persons: &persons, at: now }, comment)?;
        }
        ChangeCommand::Reject { digest, comment, persons } => {
            approvals::reject(&mut change, &Decision { digest: &digest, by, persons: &persons, at: now }, comment)?;
            change.status = ChangeStatus::Cancelled;
            change.close_reason = Some(CloseReason::Rejected);
        }
        ChangeCommand::WithdrawApproval => approvals::withdraw(&mut change),
        ChangeCommand::ExpireApproval => approvals::expire(&mut change, now)?,
        ChangeCommand::WaiveWarning { waiver, dry_run } => {
            waivers::grant(&mut change, waiver)?;
            take_dry_run(&mut change, dry_run, now);
        }
        ChangeCommand::Apply(permit) => {
            permit.consume(&change)?;
            change.status = ChangeStatus::Applying;
            forget_attempt(&mut change);
            change.applied_by = by;
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
        ChangeCommand::Stop { pre } => outcome::stop(&mut change, pre),
        ChangeCommand::AdoptOutcome { decision, policy_id, target_graph_id, pre, post } => {
            change.policy_id = change.policy_id.or(policy_id);
            change.target_graph_id = change.target_graph_id.or(target_graph_id);
            change.pre_snapshot_id = pre;
            change.post_snapshot_id = Some(post);
            change.applied_at = Some(now);
            outcome::adopt(&mut change, decision);
        }
        ChangeCommand::DeclareNotApplied { decision } => outcome::declare(&mut change, decision),
        ChangeCommand::RolledBack { by } => {
            if let Some(other) = change.rolled_back_by.filter(|other| *other != by) {
                return Err(Refusal::RollbackExists(other));
            }
            change.status = ChangeStatus::RolledBack;
            change.rolled_back_by = Some(by);
        }
        ChangeCommand::Cancel => {
            approvals::settle(&mut change, &[ApprovalState::Pending], ApprovalState::Withdrawn);
            change.status = ChangeStatus::Cancelled;
            change.close_reason = Some(CloseReason::Cancelled);
        }
        ChangeCommand::BaseMoved => {
            approvals::settle(&mut change, &OPEN, ApprovalState::Voided);
            change.dry_run = None;
            forget_attempt(&mut change);
            change.status = ChangeStatus::Draft;
        }
        ChangeCommand::VoidApproval => {
            approvals::settle(&mut change, &OPEN, ApprovalState::Voided);
            change.status = ChangeStatus::DryRunComplete;
        }
    }
    change.revision += 1;
    change.updated_at = now;
    let events = events(&change, from, event, &approvals_before, by);
    Ok(Transition { change, events })
}

/// A change that waits for approval goes on waiting when the dry-run found what was submitted for review; otherwise the review is void.
fn take_dry_run(change: &mut ChangeRequest, dry_run: DryRun, now: DateTime<Utc>) {
    approvals::lapse(change, now);
    let same = change.dry_run.as_ref().is_some_and(|before| before.digest == dry_run.digest);
    if !same || dry_run.blocked() {
        approvals::settle(change, &OPEN, ApprovalState::Voided);
    }
    change.status = if dry_run.blocked() {
        ChangeStatus::DryRunBlocked
    } else if change.pending_approval().is_some() {
        ChangeStatus::AwaitingApproval
    } else {
        ChangeStatus::DryRunComplete
    };
    forget_attempt(change);
    change.requires_approval = change.approval_rules.always || !dry_run.approval_reasons.is_empty();
    change.dry_run = Some(dry_run);
}

/// Whoever edits takes the place of the reviewers' work: dry-run, approvals and waivers are void, and the editor cannot approve.
fn edit(change: &mut ChangeRequest, payload: ChangePayload, by: Option<MemberId>) -> Result<(), Refusal> {
    if change.rollback_of.is_some() {
        return Err(Refusal::NotEditable("its payload is what undoes the other change: draft a change of its own instead"));
    }
    if change.emergency.is_some() {
        return Err(Refusal::NotEditable("it is an emergency, which is reviewed as what it was: draft a change of its own instead"));
    }
    if change.payload.kind() != payload.kind() || change.payload.location_id() != payload.location_id() {
        return Err(Refusal::NotEditable("another kind, or another object, is another change: cancel this one and draft that"));
    }
    approvals::settle(change, &OPEN, ApprovalState::Voided);
    change.payload = payload;
    change.dry_run = None;
    change.waivers.clear();
    change.requires_approval = change.approval_rules.always;
    forget_attempt(change);
    change.status = ChangeStatus::Draft;
    if let Some(by) = by
        && !change.involves(by)
    {
        change.editors.push(by);
    }
    Ok(())
}

/// What an earlier attempt left behind says nothing about the next one. Its snapshots, events and audit entries stay.
fn forget_attempt(change: &mut ChangeRequest) {
    change.applied_by = None;
    change.pre_snapshot_id = None;
    change.post_snapshot_id = None;
    change.write_performed = None;
    change.failure = None;
    change.resolution = None;
}

/// What an event about an approval is written for: another state, or one more person's word.
type ApprovalMark = (ApprovalId, ApprovalState, usize);

fn mark(approval: &Approval) -> ApprovalMark {
    (approval.id, approval.state, approval.decisions.len())
}

fn events(
    change: &ChangeRequest,
    from: ChangeStatus,
    event: ChangeEventKind,
    approvals_before: &[ApprovalMark],
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
    let moved = change.approvals.iter().filter(|approval| !approvals_before.contains(&mark(approval)));
    let about = |approval: &Approval| json!({ "approvalId": approval.id, "state": approval.state, "approved": approval.decisions.len(), "quorum": approval.quorum });
    let mut events: Vec<NewEvent> = moved.map(|approval| new(EventKind::ApprovalChanged, about(approval))).collect();
    let facts = json!({ "from": from, "to": change.status, "event": event, "revision": change.revision });
    events.push(new(EventKind::ChangeStatusChanged, facts));
    events
}

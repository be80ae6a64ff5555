//! Why a step on a change request is refused: data that a client acts on.

use chrono::{DateTime, Utc};

use crate::bulk::{BulkItemState, BulkStatus};
use crate::bulk_rollout::BulkRolloutStatus;
use crate::change::rollback::ThreeWayField;
use crate::change::status::ChangeStatus;
use crate::change::transition::ChangeEventKind;
use crate::change::warning::{Warning, WarningCode};
use crate::id::{BulkChangeId, ChangeId, RolloutId};
use crate::schedule::ScheduleState;

/// A refused step. Nothing changed.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// The status does not allow the step.
    #[error("a change that is {from} cannot take {event}; it can take: {}", list(allowed))]
    IllegalTransition {
        /// Where the change stands.
        from: ChangeStatus,
        /// What was asked for.
        event: ChangeEventKind,
        /// What the status allows.
        allowed: Vec<ChangeEventKind>,
    },
    /// There is no dry-run to act on.
    #[error("run the dry-run first")]
    DryRunRequired,
    /// The dry-run is too old.
    #[error("the dry-run expired at {expired_at}: run it again")]
    DryRunExpired {
        /// When it lapsed.
        expired_at: DateTime<Utc>,
    },
    /// Critical warnings without a waiver.
    #[error("{} critical warning(s) block this change", .0.len())]
    BlockedByWarning(Vec<Warning>),
    /// It needs the approval of a second person.
    #[error("this change needs the approval of a second person")]
    NotApproved,
    /// The approver created, edited or requested it.
    #[error("nobody approves a change that they created, edited or asked approval for")]
    CannotSelfApprove,
    /// What was reviewed is not what is there now.
    #[error("the change is not the one that was reviewed: review it again")]
    StaleReview {
        /// The digest of what is there now; empty when there is no dry-run.
        current: String,
    },
    /// The request for approval is older than seven days.
    #[error("the request for approval has expired: ask again")]
    ApprovalExpired,
    /// The change needs no approval.
    #[error("this change needs no approval: apply it")]
    ApprovalNotNeeded,
    /// The approver may not approve any more.
    #[error("the member who approved this may not approve any more: ask again")]
    ApproverNotEntitled,
    /// The tenant cannot be reached.
    #[error("the tenant is not connected: connect it again first")]
    TenantDisconnected,
    /// The tenant has no first snapshot yet.
    #[error("the tenant is not imported yet: wait for its first sync")]
    TenantNotImported,
    /// A freeze window is open.
    #[error("changes are frozen: {0}")]
    Frozen(String),
    /// A rollout owns the policy.
    #[error("a phased rollout owns this policy: cancel or complete it first")]
    RolloutOwnsPolicy,
    /// The approver has approved it already, perhaps by another account; it needs more persons.
    #[error("you have approved this already: it needs the approval of another person too")]
    AlreadyApproved,
    /// The payload stays what it is; the text says why and what to do.
    #[error("this change cannot be edited: {0}")]
    NotEditable(&'static str),
    /// The warning cannot be waived.
    #[error("{code} cannot be waived: {why}")]
    NotWaivable {
        /// Which.
        code: WarningCode,
        /// Why not.
        why: &'static str,
    },
    /// The policy is not enforced, so there is nothing to loosen in an emergency.
    #[error("only an enabled policy is loosened in an emergency, to report-only or disabled: for anything else draft a change")]
    NotALoosening,
    /// There is no emergency, or its review is closed.
    #[error("this change waits for no review")]
    ReviewNotOpen,
    /// Nobody knows whether the last write took effect.
    #[error("it is not known whether its write took effect: look at the live object, then resolve the outcome")]
    OutcomeUnknown,
    /// The outcome cannot be resolved like this; the text says why and what to do.
    #[error("this outcome cannot be resolved so: {0}")]
    ResolutionNotPossible(String),
    /// The write may have been sent.
    #[error("the write has started: wait for its end, then roll it back")]
    WriteStarted,
    /// The change cannot be rolled back; the text says why and what to do.
    #[error("this change cannot be rolled back: {0}")]
    RollbackNotPossible(String),
    /// Fields that the change touched were edited since, each with its three values.
    #[error("fields that this change touched were edited since: {}; look at them and draft a change by hand", paths(.0))]
    RollbackConflict(Vec<ThreeWayField>),
    /// It is being rolled back, or was, already.
    #[error("this change has a rollback already")]
    RollbackExists(ChangeId),
    /// A schedule of it is armed or firing.
    #[error("this change is scheduled already: reschedule it, or cancel its schedule first")]
    ScheduleExists,
    /// The schedule can't take the step any more.
    #[error("this schedule is {state}: schedule the change again")]
    ScheduleNotArmed {
        /// Where it stands.
        state: ScheduleState,
    },
    /// The dry-run does not live until a schedule fires.
    #[error("the dry-run expires at {expires_at}, before the schedule fires: choose an earlier time, or the mode REVALIDATE_AT_FIRE")]
    DryRunEndsBefore {
        /// When it lapses.
        expires_at: DateTime<Utc>,
    },
    /// The approval does not live until a schedule fires.
    #[error("the approval expires at {expires_at}, before the schedule fires: choose an earlier time, or ask for approval again later")]
    ApprovalEndsBefore {
        /// When it lapses.
        expires_at: DateTime<Utc>,
    },
    /// What is to be made again at the fire time would start from an old snapshot.
    #[error("the snapshot is older than 24 hours: resync the tenant and run the dry-run again")]
    SnapshotStale,
    /// The change is one of a bulk change: it is edited, approved, applied, scheduled and cancelled with it.
    #[error("this change is part of a bulk change: take the step on that")]
    PartOfBulk(BulkChangeId),
    /// The change is a step of a phased rollout.
    #[error("this change is a step of a phased rollout: take the step on that")]
    PartOfRollout(RolloutId),
    /// Where the rollout stands does not allow the step; the text says what would.
    #[error("{0}")]
    RolloutNotReady(String),
    /// The policy has a rollout that has not ended.
    #[error("this policy has a rollout that has not ended: complete, cancel or roll that back first")]
    RolloutExists(RolloutId),
    /// The policy cannot be rolled out in phases; the text says why.
    #[error("{0}")]
    RolloutNotEligible(String),
    /// Where the bulk change stands does not allow the step; the text says what would.
    #[error("a bulk change that is {status} cannot take this step: {why}")]
    BulkNotReady {
        /// Where it stands.
        status: BulkStatus,
        /// What has to be done first.
        why: &'static str,
    },
    /// Where the rollout across tenants stands does not allow the step; the text says what would.
    #[error("a rollout across tenants that is {status} cannot take this step: {why}")]
    BulkRolloutNotReady {
        /// Where it stands.
        status: BulkRolloutStatus,
        /// What has to be done first.
        why: &'static str,
    },
    /// Where a tenant of the bulk change stands does not allow the step.
    #[error("a tenant whose item is {state} cannot take this step: {why}")]
    BulkItemNotReady {
        /// Where its item stands.
        state: BulkItemState,
        /// What has to be done first.
        why: &'static str,
    },
}

impl Refusal {
    /// The stable code that clients switch on.
    pub fn code(&self) -> &'static str {
        match self {
            Refusal::IllegalTransition { .. } => "ILLEGAL_TRANSITION",
            Refusal::DryRunRequired => "DRY_RUN_REQUIRED",
            Refusal::DryRunExpired { .. } => "DRY_RUN_EXPIRED",
            Refusal::BlockedByWarning(_) => "CRITICAL_WARNING",
            Refusal::NotApproved | Refusal::ApproverNotEntitled => "NOT_APPROVED",
            Refusal::CannotSelfApprove => "CANNOT_SELF_APPROVE",
            Refusal::StaleReview { .. } => "STALE_REVIEW",
            Refusal::ApprovalExpired => "APPROVAL_EXPIRED",
            Refusal::ApprovalNotNeeded => "APPROVAL_NOT_NEEDED",
            Refusal::TenantDisconnected => "TENANT_DISCONNECTED",
            Refusal::TenantNotImported => "TENANT_NOT_IMPORTED",
            Refusal::Frozen(_) => "FROZEN",
            Refusal::RolloutOwnsPolicy => "ROLLOUT_OWNS_POLICY",
            Refusal::AlreadyApproved => "ALREADY_APPROVED",
            Refusal::NotEditable(_) => "NOT_EDITABLE",
            Refusal::NotWaivable { .. } => "NOT_WAIVABLE",
            Refusal::NotALoosening => "NOT_A_LOOSENING",
            Refusal::ReviewNotOpen => "REVIEW_NOT_OPEN",
            Refusal::OutcomeUnknown => "OUTCOME_UNKNOWN",
            Refusal::ResolutionNotPossible(_) => "RESOLUTION_NOT_POSSIBLE",
            Refusal::WriteStarted => "WRITE_STARTED",
            Refusal::RollbackNotPossible(_) => "ROLLBACK_NOT_POSSIBLE",
            Refusal::RollbackConflict(_) => "ROLLBACK_CONFLICT",
            Refusal::RollbackExists(_) => "ROLLBACK_EXISTS",
            Refusal::ScheduleExists => "SCHEDULE_EXISTS",
            Refusal::ScheduleNotArmed { .. } => "SCHEDULE_NOT_ARMED",
            Refusal::DryRunEndsBefore { .. } => "DRY_RUN_EXPIRED",
            Refusal::ApprovalEndsBefore { .. } => "APPROVAL_EXPIRED",
            Refusal::SnapshotStale => "SNAPSHOT_STALE",
            Refusal::PartOfBulk(_) => "PART_OF_BULK",
            Refusal::PartOfRollout(_) => "PART_OF_ROLLOUT",
            Refusal::RolloutNotReady(_) => "ROLLOUT_NOT_READY",
            Refusal::RolloutExists(_) => "ROLLOUT_EXISTS",
            Refusal::RolloutNotEligible(_) => "ROLLOUT_NOT_ELIGIBLE",
            Refusal::BulkRolloutNotReady { .. } => "BULK_ROLLOUT_NOT_READY",
            Refusal::BulkNotReady { .. } | Refusal::BulkItemNotReady { .. } => "BULK_NOT_READY",
        }
    }
}

fn list(events: &[ChangeEventKind]) -> String {
    if events.is_empty() { "nothing".to_owned() } else { events.iter().map(|event| event.as_str()).collect::<Vec<_>>().join(", ") }
}

fn paths(fields: &[ThreeWayField]) -> String {
    fields.iter().map(|field| field.path.as_str()).collect::<Vec<_>>().join(", ")
}

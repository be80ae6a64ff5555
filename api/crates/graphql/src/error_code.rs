//! The codes of expected refusals.

use async_graphql::Enum;

macro_rules! codes {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
        pub enum $name { $($(#[$vmeta])* #[graphql(name = $text)] $variant),+ }

        impl $name {
            /// The code of this text; `None` when the API has no such code.
            pub fn read(text: &str) -> Option<Self> {
                match text { $($text => Some($name::$variant),)+ _ => None }
            }
        }
    };
}

codes! {
    /// What went wrong, for a program. Expect new values.
    ErrorCode {
        /// The input breaks a rule; `path` says where.
        InvalidInput = "INVALID_INPUT",
        /// Not there, in another workspace, or outside the caller's tenants.
        NotFound = "NOT_FOUND",
        /// The caller's role does not allow it.
        Forbidden = "FORBIDDEN",
        /// The object moved on since it was read: read it again.
        StaleRevision = "STALE_REVISION",
        /// What was reviewed is not what stands now: review the present digest.
        StaleReview = "STALE_REVIEW",
        /// The dry-run is too old: run it again.
        DryRunExpired = "DRY_RUN_EXPIRED",
        /// There is no dry-run: run one first.
        DryRunRequired = "DRY_RUN_REQUIRED",
        /// A critical warning blocks it.
        CriticalWarning = "CRITICAL_WARNING",
        /// The change's status does not allow this step.
        IllegalTransition = "ILLEGAL_TRANSITION",
        /// Approval is needed and was not given for this digest, or by who may not approve any more.
        NotApproved = "NOT_APPROVED",
        /// Who created, edited or submitted a change can't approve it.
        CannotSelfApprove = "CANNOT_SELF_APPROVE",
        /// The approval is older than seven days: ask again.
        ApprovalExpired = "APPROVAL_EXPIRED",
        /// This change needs no approval.
        ApprovalNotNeeded = "APPROVAL_NOT_NEEDED",
        /// The tenant can't be reached with its credentials.
        TenantDisconnected = "TENANT_DISCONNECTED",
        /// The tenant's first snapshot is still being taken.
        TenantNotImported = "TENANT_NOT_IMPORTED",
        /// A freeze window is active.
        Frozen = "FROZEN",
        /// A rollout owns the policy.
        RolloutOwnsPolicy = "ROLLOUT_OWNS_POLICY",
        /// The person has approved it already: it needs another one too.
        AlreadyApproved = "ALREADY_APPROVED",
        /// The payload stays what it is: draft another change.
        NotEditable = "NOT_EDITABLE",
        /// The warning can't be waived on this change.
        NotWaivable = "NOT_WAIVABLE",
        /// Only an enabled policy is loosened in an emergency.
        NotALoosening = "NOT_A_LOOSENING",
        /// The change waits for no review.
        ReviewNotOpen = "REVIEW_NOT_OPEN",
        /// Nobody knows whether the last write took effect: resolve the outcome first.
        OutcomeUnknown = "OUTCOME_UNKNOWN",
        /// The outcome can't be resolved like this; the message says why.
        ResolutionNotPossible = "RESOLUTION_NOT_POSSIBLE",
        /// The write may have been sent: it can't be stopped any more.
        WriteStarted = "WRITE_STARTED",
        /// The change can't be rolled back.
        RollbackNotPossible = "ROLLBACK_NOT_POSSIBLE",
        /// Fields that the change touched were edited since: a rollback would overwrite that. Draft a change by hand.
        RollbackConflict = "ROLLBACK_CONFLICT",
        /// The change has a rollback already.
        RollbackExists = "ROLLBACK_EXISTS",
        /// The change is scheduled already.
        ScheduleExists = "SCHEDULE_EXISTS",
        /// The schedule can't take the step any more.
        ScheduleNotArmed = "SCHEDULE_NOT_ARMED",
        /// The snapshot is older than 24 hours: resync and run the dry-run again.
        SnapshotStale = "SNAPSHOT_STALE",
        /// The change is one of a bulk change: take the step on that.
        PartOfBulk = "PART_OF_BULK",
        /// Where the bulk change, or its tenant, stands does not allow the step; the message says what would.
        BulkNotReady = "BULK_NOT_READY",
        /// Where the rollout across tenants stands does not allow the step; the message says what would.
        BulkRolloutNotReady = "BULK_ROLLOUT_NOT_READY",
        /// The rollout across tenants that the rollout belongs to does not let it go on; the message says what holds it.
        WaveHeld = "WAVE_HELD",
        /// The change is a step of a phased rollout: take the step on that.
        PartOfRollout = "PART_OF_ROLLOUT",
        /// Where the rollout stands does not allow the step; the message says what would.
        RolloutNotReady = "ROLLOUT_NOT_READY",
        /// The policy has a rollout that has not ended.
        RolloutExists = "ROLLOUT_EXISTS",
        /// The policy cannot be rolled out in phases; the message says why.
        RolloutNotEligible = "ROLLOUT_NOT_ELIGIBLE",
        /// What the step depends on could not be read; the message says what.
        SignalMissing = "SIGNAL_MISSING",
        /// The phase is not proven healthy: wait, or override the verdict that is named.
        NotHealthy = "NOT_HEALTHY",
        /// Too many are blocked: revert the phase, or find the cause.
        GuardTripped = "GUARD_TRIPPED",
        /// The verdict that was named is not the newest one on this phase.
        StaleVerdict = "STALE_VERDICT",
        /// An override or a confirmation needs a reason.
        ReasonMissing = "REASON_MISSING",
        /// The forecast of the phase has to be confirmed.
        ForecastNotConfirmed = "FORECAST_NOT_CONFIRMED",
        /// There is no further phase: complete the rollout.
        LastPhase = "LAST_PHASE",
        /// A policy of the rollout is not as it was left.
        PolicyChanged = "POLICY_CHANGED",
        /// A group of the phase is gone, empty, or has grown.
        PhaseNotStartable = "PHASE_NOT_STARTABLE",
        /// The idempotency key was used before for another request.
        IdempotencyMismatch = "IDEMPOTENCY_MISMATCH",
        /// The last owner can't be removed or given another role.
        LastOwner = "LAST_OWNER",
        /// The workspace's approval rules could not be met any more.
        TooFewApprovers = "TOO_FEW_APPROVERS",
        /// The principal is a member of the workspace already.
        AlreadyMember = "ALREADY_MEMBER",
        /// The workspace has as many members and API keys as it can have.
        TooManyMembers = "TOO_MANY_MEMBERS",
        /// The Entra tenant is connected in this workspace already.
        AlreadyConnected = "ALREADY_CONNECTED",
        /// Entra or Graph refused the connection; the message says what to mend.
        ConnectionRefused = "CONNECTION_REFUSED",
    }
}

impl ErrorCode {
    /// Codes that are refusals of a step on a change and carry nothing but their message.
    pub const PLAIN: &[ErrorCode] = &[
        ErrorCode::DryRunRequired,
        ErrorCode::NotApproved,
        ErrorCode::CannotSelfApprove,
        ErrorCode::ApprovalExpired,
        ErrorCode::ApprovalNotNeeded,
        ErrorCode::TenantDisconnected,
        ErrorCode::TenantNotImported,
        ErrorCode::Frozen,
        ErrorCode::RolloutOwnsPolicy,
        ErrorCode::AlreadyApproved,
        ErrorCode::NotEditable,
        ErrorCode::NotWaivable,
        ErrorCode::NotALoosening,
        ErrorCode::ReviewNotOpen,
        ErrorCode::OutcomeUnknown,
        ErrorCode::ResolutionNotPossible,
        ErrorCode::WriteStarted,
        ErrorCode::RollbackNotPossible,
        ErrorCode::ScheduleExists,
        ErrorCode::ScheduleNotArmed,
        ErrorCode::SnapshotStale,
        ErrorCode::PartOfBulk,
        ErrorCode::BulkNotReady,
        ErrorCode::BulkRolloutNotReady,
        ErrorCode::WaveHeld,
        ErrorCode::PartOfRollout,
        ErrorCode::RolloutNotReady,
        ErrorCode::RolloutExists,
        ErrorCode::RolloutNotEligible,
        ErrorCode::SignalMissing,
        ErrorCode::NotHealthy,
        ErrorCode::GuardTripped,
        ErrorCode::StaleVerdict,
        ErrorCode::ReasonMissing,
        ErrorCode::ForecastNotConfirmed,
        ErrorCode::LastPhase,
        ErrorCode::PolicyChanged,
        ErrorCode::PhaseNotStartable,
        ErrorCode::ConnectionRefused,
    ];
}

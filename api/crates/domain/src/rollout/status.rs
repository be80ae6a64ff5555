//! The closed sets of a rollout: where it stands, how it goes, and why it stopped.

use crate::text_enum;

text_enum! {
    /// Where a rollout stands (rollout-engine.md A3).
    RolloutStatus {
        /// Accepted, perhaps waiting for approval; nothing was written.
        Planned = "PLANNED",
        /// On the way to its next phase, or to its completion: a write is planned or in flight.
        Advancing = "ADVANCING",
        /// Its twin is enabled for the groups of the current phase and of all before it.
        Running = "RUNNING",
        /// Stopped; the pause says why. Guards run on.
        Paused = "PAUSED",
        /// On the way back: a loosening write is planned or in flight.
        Reverting = "REVERTING",
        /// The original is enabled for everybody and the twin is off.
        Completed = "COMPLETED",
        /// Given up, or ended by an edit of the grant controls; the twin enforces nothing.
        Cancelled = "CANCELLED",
        /// Taken back as a whole; the twin enforces nothing.
        RolledBack = "ROLLED_BACK",
    }
}

impl RolloutStatus {
    /// Whether nothing moves it any more.
    pub const fn terminal(self) -> bool {
        matches!(self, RolloutStatus::Completed | RolloutStatus::Cancelled | RolloutStatus::RolledBack)
    }
}

text_enum! {
    /// Who moves a rollout from phase to phase.
    RolloutMode {
        /// A person.
        Manual = "MANUAL",
        /// The engine, as soon as the phase is proven healthy.
        Automatic = "AUTOMATIC",
    }
}

text_enum! {
    /// What one change request of a rollout does.
    RolloutStep {
        /// Creates the twin, in report-only mode, for the groups of the first phase.
        Create = "CREATE",
        /// Enables the twin.
        Enable = "ENABLE",
        /// Adds the next phase's groups to the twin.
        AddGroups = "ADD_GROUPS",
        /// Takes groups from the twin that no started phase has any more.
        RemoveGroups = "REMOVE_GROUPS",
        /// Puts the twin back into report-only mode.
        ReportOnly = "REPORT_ONLY",
        /// Enables the original for everybody.
        EnableOriginal = "ENABLE_ORIGINAL",
        /// Puts the original back into report-only mode, where completing was stopped on its way.
        RestoreOriginal = "RESTORE_ORIGINAL",
        /// Disables the twin.
        DisableTwin = "DISABLE_TWIN",
        /// Deletes the twin.
        DeleteTwin = "DELETE_TWIN",
    }
}

impl RolloutStep {
    /// Whether the step lets more sign-ins be judged by a control; the others loosen. Freeze windows hold these alone.
    pub const fn forward(self) -> bool {
        matches!(self, RolloutStep::Create | RolloutStep::Enable | RolloutStep::AddGroups | RolloutStep::EnableOriginal)
    }
}

text_enum! {
    /// Why a rollout is paused.
    PauseReason {
        /// A person asked for it.
        Asked = "ASKED",
        /// Too many sign-ins or users are blocked.
        GuardTripped = "GUARD_TRIPPED",
        /// An emergency account is blocked, or not excluded from the twin any more.
        EmergencyAccessBlocked = "EMERGENCY_ACCESS_BLOCKED",
        /// Groups have grown since they were planned, or the twin does not do what the original said it would.
        Drift = "DRIFT",
        /// Somebody else edited one of the two policies.
        ForeignEdit = "FOREIGN_EDIT",
        /// A change of the rollout failed.
        StepFailed = "STEP_FAILED",
        /// A group of the next phase is gone or empty.
        GroupsChanged = "GROUPS_CHANGED",
        /// The tenant is not connected.
        TenantUnavailable = "TENANT_UNAVAILABLE",
    }
}

text_enum! {
    /// Why a rollout ended before it was complete.
    EndReason {
        /// A person asked for it.
        Asked = "ASKED",
        /// The grant controls of one of the two policies were edited (the source's safeguard).
        GrantControlsEdited = "GRANT_CONTROLS_EDITED",
        /// The twin was deleted by somebody else.
        TwinDeleted = "TWIN_DELETED",
        /// The original was deleted.
        OriginalDeleted = "ORIGINAL_DELETED",
        /// The plan was rejected by its reviewer.
        Rejected = "REJECTED",
        /// The rollout across tenants ended before its turn, or left the tenant out.
        LeftOut = "LEFT_OUT",
    }
}

text_enum! {
    /// What a guard that trips does to the twin.
    OnTrip {
        /// The rollout pauses and the twin goes back to report-only (the source's FAQ).
        PauseAndReportOnly = "PAUSE_AND_REPORT_ONLY",
        /// The rollout pauses, the twin stays enabled (the source's safeguard).
        PauseOnly = "PAUSE_ONLY",
    }
}

text_enum! {
    /// How sign-ins are judged.
    VerdictRule {
        /// By attempts and by users, with a minimum of both (rollout-engine.md A4).
        Clustered = "CLUSTERED",
        /// By Microsoft's text: more than the limit of all evaluated sign-ins, no minimum.
        SourceLiteral = "SOURCE_LITERAL",
    }
}

text_enum! {
    /// What a person is advised to do.
    Guidance {
        /// Nothing: the engine goes on by itself, or more sign-ins are needed.
        NoActionNeeded = "NO_ACTION_NEEDED",
        /// The phase is healthy: advance, or complete.
        SuggestAdvance = "SUGGEST_ADVANCE",
        /// The evidence speaks against the policy: roll back, or revert the phase.
        SuggestRollBack = "SUGGEST_ROLL_BACK",
        /// A person has to look and to decide.
        AwaitingHuman = "AWAITING_HUMAN",
    }
}

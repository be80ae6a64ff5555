//! Phased rollouts.

use async_graphql::Enum;

mirror! {
    /// Where a rollout stands. Expect new values.
    RolloutStatus = "domain::rollout::RolloutStatus" {
        /// Accepted, perhaps waiting for approval; nothing was written.
        Planned,
        /// On the way to its next phase, or to its completion: a write is planned or in flight.
        Advancing,
        /// Its twin is enabled for the groups of the current phase and of all before it.
        Running,
        /// Stopped; the pause says why. Guards run on.
        Paused,
        /// On the way back: a loosening write is planned or in flight.
        Reverting,
        /// The original is enabled for everybody and the twin is off.
        Completed,
        /// Given up, or ended by an edit of the grant controls; the twin enforces nothing.
        Cancelled,
        /// Taken back as a whole; the twin enforces nothing.
        RolledBack,
    }

    /// Who moves a rollout from phase to phase.
    RolloutMode = "domain::rollout::RolloutMode" {
        /// A person.
        Manual,
        /// The engine, as soon as the phase is proven healthy.
        Automatic,
    }

    /// What one change request of a rollout does. Expect new values.
    RolloutStep = "domain::rollout::RolloutStep" {
        /// Creates the twin, in report-only mode, for the groups of the first phase.
        Create,
        /// Enables the twin.
        Enable,
        /// Adds the next phase's groups to the twin.
        AddGroups,
        /// Takes groups from the twin that no started phase has any more.
        RemoveGroups,
        /// Puts the twin back into report-only mode.
        ReportOnly,
        /// Enables the original for everybody.
        EnableOriginal,
        /// Puts the original back into report-only mode, where completing was stopped on its way.
        RestoreOriginal,
        /// Disables the twin.
        DisableTwin,
        /// Deletes the twin.
        DeleteTwin,
    }

    /// Why a rollout is paused. Expect new values.
    RolloutPauseReason = "domain::rollout::PauseReason" {
        /// A person asked for it.
        Asked,
        /// Too many sign-ins or users are blocked.
        GuardTripped,
        /// An emergency account is blocked, or not excluded from the twin any more.
        EmergencyAccessBlocked,
        /// Groups have grown since they were planned, or the twin does not do what the original said it would.
        Drift,
        /// Somebody else edited one of the two policies.
        ForeignEdit,
        /// A change of the rollout failed.
        StepFailed,
        /// A group of the next phase is gone or empty.
        GroupsChanged,
        /// The tenant is not connected.
        TenantUnavailable,
    }

    /// Why a rollout ended before it was complete. Expect new values.
    RolloutEndReason = "domain::rollout::EndReason" {
        /// A person asked for it.
        Asked,
        /// The grant controls of one of the two policies were edited.
        GrantControlsEdited,
        /// The twin was deleted by somebody else.
        TwinDeleted,
        /// The original was deleted.
        OriginalDeleted,
        /// The plan was rejected by its reviewer.
        Rejected,
        /// The rollout across tenants ended before its turn, or left the tenant out.
        LeftOut,
    }

    /// What a guard that trips does to the twin.
    RolloutOnTrip = "domain::rollout::OnTrip" {
        /// The rollout pauses and the twin goes back to report-only.
        PauseAndReportOnly,
        /// The rollout pauses, the twin stays enabled.
        PauseOnly,
    }

    /// How sign-ins are judged.
    RolloutVerdictRule = "domain::rollout::VerdictRule" {
        /// By attempts and by users, with a minimum of both.
        Clustered,
        /// By Microsoft's text: more than the limit of all evaluated sign-ins, no minimum.
        SourceLiteral,
    }

    /// What a person is advised to do. Expect new values.
    RolloutGuidance = "domain::rollout::Guidance" {
        /// Nothing: the engine goes on by itself, or more sign-ins are needed.
        NoActionNeeded,
        /// The phase is healthy: advance, or complete.
        SuggestAdvance,
        /// The evidence speaks against the policy: roll back, or revert the phase.
        SuggestRollBack,
        /// A person has to look and to decide.
        AwaitingHuman,
    }

    /// Why a rollout stays where it is. Expect new values.
    RolloutHoldReason = "domain::rollout::HoldReason" {
        /// Its plan waits for approval.
        AwaitingApproval,
        /// It waits for a person to start it.
        NotStarted,
        /// A change of it is under way.
        StepUnderWay,
        /// The phase has not run long enough.
        Baking,
        /// Nobody signed in yet.
        NoTraffic,
        /// The sign-ins prove nothing yet.
        Inconclusive,
        /// The phase is healthy; a person moves it on.
        AwaitingHuman,
        /// It is paused; a person resumes it.
        Paused,
        /// A freeze window holds forward moves.
        Frozen,
        /// The rollout across tenants that it belongs to is held, or has not released the next phase.
        WaveHeld,
        /// A signal could not be had.
        SignalMissing,
        /// The forecast of the next phase needs a person's confirmation.
        ForecastNotConfirmed,
        /// It has ended.
        Ended,
    }

    /// Where the change under way stands. One that was applied is none any more: its effect is in the marks.
    RolloutStepStanding = "domain::rollout::StepStanding" {
        /// Made, and not handed to the writer yet: it can be taken back.
        Waiting,
        /// Being written.
        InFlight,
        /// It failed without effect, or was refused by the gate.
        Failed,
        /// Nobody knows whether it took effect. The marks then say that it did, so that a stop undoes it all the same.
        Unknown,
    }

    /// What the sign-ins of a phase say.
    RolloutVerdictOutcome = "domain::rollout::VerdictOutcome" {
        /// Too many are blocked: the rollout stops.
        Breach,
        /// Proven: fewer are blocked than the limit, and the phase has run long enough.
        Healthy,
        /// There are sign-ins, and they prove neither.
        Inconclusive,
        /// Nobody signed in. That is no failure, and no health either.
        NoData,
    }

    /// Which rule a verdict follows from: the first that matches. Expect new values.
    RolloutVerdictWhy = "domain::rollout::VerdictWhy" {
        /// An emergency account was blocked.
        EmergencyAccount,
        /// At least three users are blocked, and they are half of all.
        HalfOfUsers,
        /// As many users are blocked as the guard stands for at all.
        TooManyUsers,
        /// More attempts are blocked than the limit.
        Attempts,
        /// It is proven that more users are blocked than the limit.
        UserBound,
        /// More rows of the log are failures than the limit (`SOURCE_LITERAL`).
        SignIns,
        /// Proven below the limit.
        Proven,
        /// Below the limit, by the source's own rule (`SOURCE_LITERAL`).
        BelowLimit,
        /// Not enough users to prove anything.
        TooFewUsers,
        /// Enough users, and the upper bound is not below the limit.
        NotProven,
        /// Proven below the limit, and the bake is not over.
        Baking,
        /// Nobody signed in.
        NoUsers,
    }

    /// What a person can ask of a rollout. Expect new values.
    RolloutCommandKind = "domain::rollout::CommandKind" {
        /// Create the twin and enable it for the first phase.
        Start,
        /// Stop where it is.
        Pause,
        /// Go on from a pause.
        Resume,
        /// Go to the next phase.
        Advance,
        /// Take the current phase back.
        RevertPhase,
        /// Enable the original for everybody.
        Complete,
        /// Give it up.
        Cancel,
        /// Take all of it back.
        RollBack,
    }

    /// What a phased rollout needs. Expect new values.
    RolloutEligibilityCode = "domain::rollout::EligibilityCode" {
        /// The policy includes all users.
        AllUsers,
        /// It is in report-only mode.
        ReportOnly,
        /// The tenant has Entra ID P1.
        PremiumLicence,
        /// At least five groups are used now, or were, in Conditional Access policies of the tenant.
        FiveGroups,
        /// At least five of them have members and can be included in a policy.
        UsableGroups,
        /// The tenant can have one policy more.
        PolicyHeadroom,
        /// The tenant's emergency accounts are configured.
        EmergencyAccounts,
        /// The policy excludes them: at the end it is enabled for everybody.
        EmergencyExcluded,
        /// No other rollout of the policy is under way.
        NoOtherRollout,
        /// The tenant is connected and imported.
        TenantConnected,
    }
}

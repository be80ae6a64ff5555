//! Sets of change requests.

use async_graphql::Enum;

mirror! {
    /// What a change does. Expect new values.
    ChangeKind = "domain::change::kind::ChangeKind" {
        /// Enabled, disabled, report-only; wire name `policy.state_change`.
        PolicyStateChange,
        /// Users, groups, roles, guests and workload identities, as deltas; wire name `policy.assignment_change`.
        PolicyAssignmentChange,
        /// Locations, platforms, client app types, authentication flows; wire name `policy.condition_change`.
        PolicyConditionChange,
        /// Sign-in, user, service principal and insider risk; wire name `policy.risk_condition_change`.
        PolicyRiskConditionChange,
        /// Built-in controls, operator, authentication strength; wire name `policy.grant_change`.
        PolicyGrantChange,
        /// Applications and user actions, as deltas; wire name `policy.application_change`.
        PolicyApplicationChange,
        /// Sign-in frequency, persistent browser and the other session controls; wire name `policy.session_change`.
        PolicySessionChange,
        /// The device filter; wire name `policy.device_filter_change`.
        PolicyDeviceFilterChange,
        /// Terms of use; wire name `policy.terms_of_use_change`.
        PolicyTermsOfUseChange,
        /// Authentication contexts; wire name `policy.auth_context_change`.
        PolicyAuthContextChange,
        /// A new policy from a baseline, a copy or a document; wire name `policy.create`.
        PolicyCreate,
        /// Into Entra's recycle bin, from where it can be restored for 30 days; wire name `policy.delete`.
        PolicyDelete,
        /// Back from Entra's recycle bin; wire name `policy.restore`.
        PolicyRestore,
        /// Display name; wire name `policy.rename`.
        PolicyRename,
        /// A new named location; wire name `location.create`.
        LocationCreate,
        /// A named location's own fields; wire name `location.update`.
        LocationUpdate,
        /// Removes a named location; wire name `location.delete`.
        LocationDelete,
    }

    /// Where a change request stands.
    ChangeStatus = "domain::change::status::ChangeStatus" {
        /// Created or edited; no valid dry-run. Wire name `draft`.
        Draft,
        /// Dry-run done, nothing critical. Wire name `dry_run_complete`.
        DryRunComplete,
        /// Dry-run done, a critical warning blocks it. Wire name `dry_run_blocked`.
        DryRunBlocked,
        /// Waiting for the approval of a second person. Wire name `awaiting_approval`.
        AwaitingApproval,
        /// Being written. Wire name `applying`.
        Applying,
        /// Written and verified. Wire name `applied`.
        Applied,
        /// Not written, or not verified; the failure says which. Wire name `failed`.
        Failed,
        /// Its inverse has been applied. Wire name `rolled_back`.
        RolledBack,
        /// Given up before any write. Wire name `cancelled`.
        Cancelled,
    }

    /// What can happen to a change request.
    ChangeTransition = "domain::change::transition::ChangeEventKind" {
        /// A dry-run.
        DryRun,
        /// An edit of what is intended.
        EditPayload,
        /// Asking for approval.
        RequestApproval,
        /// An approval.
        Approve,
        /// A rejection.
        Reject,
        /// Taking a request for approval back.
        WithdrawApproval,
        /// Nobody answered the request for approval in time.
        ExpireApproval,
        /// An owner's letting a critical warning pass.
        WaiveWarning,
        /// Starting to write.
        Apply,
        /// The write was verified.
        OutcomeApplied,
        /// The apply failed.
        OutcomeFailed,
        /// Stopping the apply before its write.
        Stop,
        /// A person's finding that the write of unknown outcome took effect.
        AdoptOutcome,
        /// A person's finding that it did not.
        DeclareNotApplied,
        /// Its inverse was applied.
        RollBack,
        /// Giving it up.
        Cancel,
        /// The object changed outside Causeway.
        BaseMoved,
        /// What was reviewed together with it changed: its approvals are void, its dry-run stands.
        VoidApproval,
    }

    /// Why a change was closed without a write.
    CloseReason = "domain::change::request::CloseReason" {
        /// A member cancelled it.
        Cancelled,
        /// An approver rejected it.
        Rejected,
    }

    /// What became of a request for approval.
    ApprovalState = "domain::change::request::ApprovalState" {
        /// Waiting for a decision.
        Pending,
        /// Granted.
        Approved,
        /// Refused with a reason.
        Rejected,
        /// Taken back by the requester, or by cancelling the change.
        Withdrawn,
        /// What was reviewed has changed since.
        Voided,
        /// Older than seven days.
        Expired,
    }
}

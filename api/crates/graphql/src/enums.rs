//! The domain's closed sets as GraphQL enums. Each mirrors one set of crate `domain`, variant by variant: a variant that is added
//! there does not compile here until it is described.

use async_graphql::Enum;

macro_rules! mirror {
    ($($(#[$meta:meta])* $name:ident = $remote:literal { $($(#[$vmeta:meta])* $variant:ident),+ $(,)? })+) => {$(
        $(#[$meta])*
        #[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
        #[graphql(remote = $remote)]
        pub enum $name { $($(#[$vmeta])* $variant),+ }
    )+};
}

mirror! {
    /// What a member may do in the workspace, strongest first.
    Role = "domain::workspace::Role" {
        /// Everything, and the only role for members and settings.
        Owner,
        /// Applies, rolls back and connects tenants; drafts and approves as well.
        Admin,
        /// Drafts and dry-runs.
        Operator,
        /// Approves and rejects the changes of others.
        Approver,
        /// Reads everything in the workspace.
        Viewer,
    }

    /// The national cloud a tenant lives in.
    Cloud = "domain::tenant::Cloud" {
        /// The worldwide service.
        Global,
        /// US Government L4.
        UsGov,
        /// US Government L5 (DoD).
        UsGovDod,
        /// China, operated by 21Vianet.
        China,
    }

    /// Whether a tenant can be reached with the rights that are needed. Expect new values.
    TenantConnectionState = "domain::tenant::ConnectionState" {
        /// Connected; its first snapshot is still being taken.
        Importing,
        /// Reached at the last attempt, with the permissions needed.
        Connected,
        /// Reached, but something is missing or failing; what is shown may be old.
        Degraded,
        /// The tenant's administrator withdrew consent, or the application is gone.
        ConsentRevoked,
        /// Never reached, or disconnected by a member.
        Disconnected,
    }

    /// Kinds of directory and policy objects that a policy refers to. Expect new values.
    DirectoryKind = "domain::tenant::DirectoryKind" {
        /// A user.
        User,
        /// A group.
        Group,
        /// A directory role, by template id.
        Role,
        /// A service principal, by object id.
        ServicePrincipal,
        /// An application, by app id.
        Application,
        /// A named location.
        NamedLocation,
        /// An authentication strength.
        AuthenticationStrength,
        /// An authentication context (`c1` to `c99`).
        AuthenticationContext,
        /// A terms-of-use agreement.
        TermsOfUse,
    }

    /// The state of a policy in Microsoft Graph.
    PolicyState = "domain::policy::PolicyState" {
        /// Enforced. Graph's `enabled`.
        Enabled,
        /// Off. Graph's `disabled`.
        Disabled,
        /// Evaluated and logged, never enforced. Graph's `enabledForReportingButNotEnforced`.
        ReportOnly,
    }

    /// How much a policy matters, as set by the workspace.
    Criticality = "domain::policy::Criticality" {
        /// Losing it is an incident: disabling it is blocked.
        Critical,
        /// Part of the recommended set.
        Recommended,
        /// Nice to have.
        Optional,
    }

    /// Why a snapshot was taken. Expect new values.
    SnapshotKind = "domain::snapshot::SnapshotKind" {
        /// The first one of a tenant.
        Import,
        /// Asked for by a member, or by the running sync.
        Resync,
        /// The nightly one.
        Nightly,
        /// The live object just before a write.
        PreChange,
        /// The live object just after a write was verified.
        PostChange,
    }

    /// Kinds of object in a snapshot. Expect new values.
    SnapshotItemKind = "domain::snapshot::ItemKind" {
        /// A Conditional Access policy.
        Policy,
        /// A named location.
        NamedLocation,
        /// A group that a policy refers to.
        Group,
    }

    /// What became of an object between two snapshots.
    SnapshotItemChange = "domain::snapshot::ItemChangeKind" {
        /// Only in the later one.
        Added,
        /// Only in the earlier one.
        Removed,
        /// In both, with another content.
        Modified,
    }

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
        /// Starting to write.
        Apply,
        /// The write was verified.
        OutcomeApplied,
        /// The apply failed.
        OutcomeFailed,
        /// Its inverse was applied.
        RollBack,
        /// Giving it up.
        Cancel,
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

    /// What happens to a field.
    DiffOp = "domain::change::dry_run::DiffOp" {
        /// It was absent before.
        Add,
        /// It is absent after.
        Remove,
        /// It had another value.
        Replace,
    }

    /// How much a warning weighs.
    Severity = "domain::change::warning::Severity" {
        /// Worth knowing.
        Info,
        /// Worth a second look; does not block.
        Warning,
        /// Blocks apply unless an owner waives it.
        Critical,
    }

    /// What a dry-run warns of. Expect new values.
    WarningCode = "domain::change::warning::WarningCode" {
        /// The policy is not in the most recent snapshot: resync first.
        PolicyNotFound,
        /// The proposed state is the present one.
        NoOp,
        /// Disabling a policy whose criticality is Critical.
        CriticalPolicyDisable,
        /// Report-only becomes enforced.
        ReportonlyToEnforced,
        /// A Critical policy would be scoped to nobody.
        CriticalAssignmentEmpty,
        /// More than ten users are excluded in one change.
        LargeExcludeAdd,
        /// Locations are excluded where none are included.
        ExcludeWithoutInclude,
        /// MFA is removed from the grant controls: critical on a Critical policy.
        GrantRemoveMfa,
        /// The compliant device is removed from the grant controls: critical on a Critical policy.
        GrantRemoveCompliantDevice,
        /// AND becomes OR.
        GrantLoosenOperator,
        /// `MicrosoftAdminPortals` leaves the included applications.
        AppRemoveAdminPortals,
        /// No impact report was computed for this document.
        ImpactNotRun,
        /// The result is enforced and blocks, or demands a device or MFA, for a scope with an emergency principal in it.
        BreakglassNotExcluded,
        /// The exclusion of an emergency principal is taken away.
        BreakglassExclusionRemoved,
        /// The scope becomes all users, all applications or all locations.
        ScopeWidenedToAll,
        /// The result includes nobody and nothing, so it never applies.
        IncludesNothing,
        /// The last grant control goes: what was demanded or blocked is not any more.
        GrantRemovedAll,
        /// A reference names nothing in the tenant; an exclusion is never dropped silently.
        ReferenceUnresolved,
        /// A reference names more than one object of the tenant.
        ReferenceAmbiguous,
        /// The tenant holds as many policies as Entra allows.
        PolicyLimitReached,
        /// A phased rollout owns the policy.
        RolloutOwnsPolicy,
        /// Sign-ins of the impact window would be blocked.
        WouldBlockSignins,
        /// Graph refuses this document or this write.
        GraphWouldReject,
        /// The policy needs Entra ID P1.
        LicenseMissingP1,
        /// The policy needs Entra ID P2.
        LicenseMissingP2,
        /// Security defaults are on, so Conditional Access policies cannot be enabled.
        SecurityDefaultsEnabled,
        /// The snapshot is older than 24 hours.
        SnapshotStale,
        /// The acting administrator is in the scope of what becomes enforced.
        ActorLocksSelfOut,
        /// Report-only shows nothing for this policy (user actions).
        ReportOnlyNotMeaningful,
    }

    /// Where an apply stopped.
    FailureStage = "domain::change::failure::FailureStage" {
        /// Finding the policy and the plan.
        Resolve,
        /// The gate, or the tenant's connection.
        Preflight,
        /// Reading the live object.
        PreSnapshot,
        /// The write itself.
        Write,
        /// Reading back until the write shows.
        Verify,
        /// Storing what was read back.
        PostSnapshot,
    }

    /// Why an apply failed. Expect new values.
    FailureCode = "domain::change::failure::FailureCode" {
        /// The policy is not in the tenant any more.
        PolicyNotFound,
        /// The live policy is not the one that was reviewed; nothing was written.
        ConflictLiveChanged,
        /// The gate closed between the request and the write; nothing was written.
        GateClosed,
        /// Graph throttled past the deadline.
        GraphThrottled,
        /// Graph refused the write.
        GraphRejected,
        /// Graph could not be reached or kept failing.
        GraphUnavailable,
        /// Consent was revoked, or the credential refused.
        TenantDisconnected,
        /// The write was accepted but never showed.
        VerifyMismatch,
        /// A defect of ours stopped it before anything was sent; the server's log says more.
        Internal,
        /// It can't be told whether the write took effect: a person must look.
        OutcomeUnknown,
    }

    /// How an audited attempt ended.
    AuditOutcome = "domain::audit::AuditOutcome" {
        /// It took effect.
        Done,
        /// It was refused; the detail says why.
        Refused,
        /// It was tried and failed.
        Failed,
    }
}

/// What a caller may ask for: the mutations of this API. Expect new values.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// `connectTenant`
    ConnectTenant,
    /// `resyncTenant`
    ResyncTenant,
    /// `updatePolicyMetadata`
    UpdatePolicyMetadata,
    /// `setEmergencyAccess`
    SetEmergencyAccess,
    /// `createChange`
    CreateChange,
    /// `runDryRun`
    RunDryRun,
    /// `requestApproval`
    RequestApproval,
    /// `decideApproval`
    DecideApproval,
    /// `applyChange`
    ApplyChange,
    /// `rollbackChange`
    RollbackChange,
    /// `cancelChange`
    CancelChange,
    /// `updateWorkspace`
    UpdateWorkspace,
}

impl From<Action> for domain::access::Operation {
    fn from(action: Action) -> Self {
        use domain::access::Operation;
        match action {
            Action::ConnectTenant => Operation::ConnectTenant,
            Action::ResyncTenant => Operation::ResyncTenant,
            Action::UpdatePolicyMetadata => Operation::UpdatePolicyMetadata,
            Action::SetEmergencyAccess => Operation::SetEmergencyAccess,
            Action::CreateChange => Operation::CreateChange,
            Action::RunDryRun => Operation::RunDryRun,
            Action::RequestApproval => Operation::RequestApproval,
            Action::DecideApproval => Operation::DecideApproval,
            Action::ApplyChange => Operation::ApplyChange,
            Action::RollbackChange => Operation::RollbackChange,
            Action::CancelChange => Operation::CancelChange,
            Action::UpdateWorkspace => Operation::UpdateWorkspace,
        }
    }
}

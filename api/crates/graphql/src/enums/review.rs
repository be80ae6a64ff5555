//! Sets of dry-runs.

use async_graphql::Enum;

mirror! {
    /// What happens to a field.
    DiffOp = "domain::change::dry_run::DiffOp" {
        /// It was absent before.
        Add,
        /// It is absent after.
        Remove,
        /// It had another value.
        Replace,
    }

    /// What a changed field means for those the policy is to protect the tenant from.
    FieldRisk = "domain::change::dry_run::Risk" {
        /// More is demanded, or of more sign-ins.
        Tightens,
        /// Less is demanded, or of fewer sign-ins.
        Loosens,
        /// Neither, or it cannot be told from the field alone.
        Neutral,
    }

    /// Which of its approval rules makes a change need approval. Expect new values.
    ApprovalReason = "domain::change::approval_rules::ApprovalReason" {
        /// Every change does.
        Always,
        /// The policy's criticality is Critical.
        CriticalPolicy,
        /// A warning is as severe as the rule says, waived ones included.
        Severity,
        /// As many sign-ins would be blocked as the rule says.
        WouldBlock,
        /// The policy is enforced afterwards.
        Enforcing,
        /// The bulk change has as many tenants as the rule says.
        BulkTenants,
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
}

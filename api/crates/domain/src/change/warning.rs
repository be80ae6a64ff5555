//! Warnings of a dry-run: the source document's codes and ours.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::id::MemberId;
use crate::text_enum;

text_enum! {
    /// How much a warning weighs.
    Severity {
        /// Worth knowing.
        Info = "INFO",
        /// Worth a second look; does not block.
        Warning = "WARNING",
        /// Blocks apply unless an owner waives it.
        Critical = "CRITICAL",
    }
}

text_enum! {
    /// Warning codes: the source document's eleven, then ours (domain.md section 2; exact strings).
    WarningCode {
        /// The policy is not in the most recent snapshot: resync first.
        PolicyNotFound = "policy_not_found",
        /// The proposed state is the present one.
        NoOp = "no_op",
        /// Disabling a policy whose criticality is Critical.
        CriticalPolicyDisable = "critical_policy_disable",
        /// Report-only becomes enforced.
        ReportonlyToEnforced = "reportonly_to_enforced",
        /// A Critical policy would be scoped to nobody.
        CriticalAssignmentEmpty = "critical_assignment_empty",
        /// More than ten users are excluded in one change.
        LargeExcludeAdd = "large_exclude_add",
        /// Locations are excluded where none are included.
        ExcludeWithoutInclude = "exclude_without_include",
        /// MFA is removed from the grant controls: critical on a Critical policy.
        GrantRemoveMfa = "grant_remove_mfa",
        /// The compliant device is removed from the grant controls: critical on a Critical policy.
        GrantRemoveCompliantDevice = "grant_remove_compliant_device",
        /// AND becomes OR.
        GrantLoosenOperator = "grant_loosen_operator",
        /// `MicrosoftAdminPortals` leaves the included applications.
        AppRemoveAdminPortals = "app_remove_admin_portals",
        /// No impact report was computed for this document.
        ImpactNotRun = "impact_not_run",
        /// The result is enforced and blocks, or demands a device or MFA, for a scope with an emergency principal in it.
        BreakglassNotExcluded = "breakglass_not_excluded",
        /// The exclusion of an emergency principal is taken away.
        BreakglassExclusionRemoved = "breakglass_exclusion_removed",
        /// The scope becomes all users, all applications or all locations.
        ScopeWidenedToAll = "scope_widened_to_all",
        /// The result includes nobody and nothing, so it never applies.
        IncludesNothing = "includes_nothing",
        /// The last grant control goes: what was demanded or blocked is not any more.
        GrantRemovedAll = "grant_removed_all",
        /// A reference names nothing in the tenant; an exclusion is never dropped silently.
        ReferenceUnresolved = "reference_unresolved",
        /// A reference names more than one object of the tenant.
        ReferenceAmbiguous = "reference_ambiguous",
        /// The tenant holds as many policies as Entra allows.
        PolicyLimitReached = "policy_limit_reached",
        /// A phased rollout owns the policy.
        RolloutOwnsPolicy = "rollout_owns_policy",
        /// Sign-ins of the impact window would be blocked.
        WouldBlockSignins = "would_block_signins",
        /// Graph refuses this document or this write.
        GraphWouldReject = "graph_would_reject",
        /// The policy needs Entra ID P1.
        LicenseMissingP1 = "license_missing_p1",
        /// The policy needs Entra ID P2.
        LicenseMissingP2 = "license_missing_p2",
        /// Security defaults are on, so Conditional Access policies cannot be enabled.
        SecurityDefaultsEnabled = "security_defaults_enabled",
        /// The snapshot is older than 24 hours.
        SnapshotStale = "snapshot_stale",
        /// The acting administrator is in the scope of what becomes enforced.
        ActorLocksSelfOut = "actor_locks_self_out",
        /// Report-only shows nothing for this policy (user actions).
        ReportOnlyNotMeaningful = "report_only_not_meaningful",
    }
}

/// One warning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Warning {
    /// Code.
    pub code: WarningCode,
    /// Severity.
    pub severity: Severity,
    /// One sentence for a person: what, and what to do.
    pub message: String,
    /// The field it concerns.
    pub path: Option<String>,
    /// Waived by an owner with a reason (`ChangeRequest::waivers`); part of the digest.
    pub waived: bool,
}

impl WarningCode {
    /// Whether an owner may waive it. Not where the write could not be made at all, or could not be told from another one.
    pub fn waivable(self) -> bool {
        !matches!(
            self,
            WarningCode::PolicyNotFound
                | WarningCode::ReferenceUnresolved
                | WarningCode::ReferenceAmbiguous
                | WarningCode::GraphWouldReject
                | WarningCode::RolloutOwnsPolicy
        )
    }
}

/// An owner's decision to let one critical warning pass, on one change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Waiver {
    /// The warning's code.
    pub code: WarningCode,
    /// Why: 1 to 2,000 characters.
    pub reason: String,
    /// The owner.
    pub by: MemberId,
    /// When.
    pub at: DateTime<Utc>,
}

impl Warning {
    /// Whether it blocks apply.
    pub fn blocks(&self) -> bool {
        self.severity == Severity::Critical && !self.waived
    }
}

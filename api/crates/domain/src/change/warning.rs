//! Warnings of a dry-run: the source document's codes and ours.

use serde::{Deserialize, Serialize};

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
    /// Warning codes that concern the kinds built so far (domain.md section 2; exact strings).
    WarningCode {
        /// The policy is not in the most recent snapshot: resync first.
        PolicyNotFound = "policy_not_found",
        /// The proposed state is the present one.
        NoOp = "no_op",
        /// Disabling a policy whose criticality is Critical.
        CriticalPolicyDisable = "critical_policy_disable",
        /// Report-only becomes enforced.
        ReportonlyToEnforced = "reportonly_to_enforced",
        /// No impact report was computed for this document.
        ImpactNotRun = "impact_not_run",
        /// The result is enforced and blocks, or demands a device or MFA, for a scope with an emergency principal in it.
        BreakglassNotExcluded = "breakglass_not_excluded",
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
    /// Waived by an owner with a reason; part of the digest.
    pub waived: bool,
}

impl Warning {
    /// Whether it blocks apply.
    pub fn blocks(&self) -> bool {
        self.severity == Severity::Critical && !self.waived
    }
}

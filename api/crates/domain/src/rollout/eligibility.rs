//! Whether a policy can be rolled out in phases.

use serde::{Deserialize, Serialize};

use crate::text_enum;

text_enum! {
    /// What a phased rollout needs (the source's prerequisites, and ours).
    EligibilityCode {
        /// The policy includes all users.
        AllUsers = "ALL_USERS",
        /// It is in report-only mode.
        ReportOnly = "REPORT_ONLY",
        /// The tenant has Entra ID P1.
        PremiumLicence = "PREMIUM_LICENCE",
        /// At least five groups are used now, or were, in Conditional Access policies of the tenant.
        FiveGroups = "FIVE_GROUPS",
        /// At least five of them have members and can be included in a policy.
        UsableGroups = "USABLE_GROUPS",
        /// The tenant can have one policy more.
        PolicyHeadroom = "POLICY_HEADROOM",
        /// The tenant's emergency accounts are configured.
        EmergencyAccounts = "EMERGENCY_ACCOUNTS",
        /// The policy excludes them: at the end it is enabled for everybody.
        EmergencyExcluded = "EMERGENCY_EXCLUDED",
        /// No other rollout of the policy is under way.
        NoOtherRollout = "NO_OTHER_ROLLOUT",
        /// The tenant is connected and imported.
        TenantConnected = "TENANT_CONNECTED",
    }
}

/// Whether a policy can be rolled out in phases, and what speaks for or against it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Eligibility {
    /// Every reason is met.
    pub eligible: bool,
    /// One for each [`EligibilityCode`], in declaration order.
    pub reasons: Vec<EligibilityReason>,
}

/// One prerequisite.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EligibilityReason {
    /// Which.
    pub code: EligibilityCode,
    /// Whether it is met.
    pub met: bool,
    /// What was found, and what to do where it is not met.
    pub text: String,
}

/// What eligibility depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EligibilityFacts {
    /// `includeUsers` of the policy holds `All`.
    pub all_users: bool,
    /// The policy's state is report-only.
    pub report_only: bool,
    /// The tenant has P1; `None`: not known.
    pub premium_licence: Option<bool>,
    /// Groups that are used now, or were, in Conditional Access policies of the tenant.
    pub groups_used: u32,
    /// Of these, those that have members and can be included in a policy.
    pub groups_usable: u32,
    /// Policies that the tenant can still have; `None`: not known.
    pub policy_headroom: Option<u32>,
    /// Emergency accounts and groups configured for the tenant.
    pub emergency_accounts: u32,
    /// The policy excludes every one of them.
    pub emergency_excluded: bool,
    /// A rollout of the policy is under way.
    pub other_rollout: bool,
    /// The tenant is connected and imported.
    pub tenant_connected: bool,
}

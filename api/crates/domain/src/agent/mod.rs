//! The optimization agent (domain.md section 7): deterministic rules over what is known of a tenant. No model: the same input gives the same suggestions.
//!
//! [`gather`] measures: policies, people and sign-in summaries become an [`AgentInput`], a bounded value that is stored with the run. [`suggest`] decides:
//! a pure function of that value, so that a replay of a stored run gives the same findings. [`reconcile`] brings findings and the suggestions of
//! earlier runs together: one identity is one suggestion, which is updated, reopened or resolved, and never repeated.
//!
//! Deliberately absent: agent identities, passkey campaigns, Global Secure Access and Defender's insights, which need what Causeway does not read.

mod consolidate;
mod differences;
mod gather;
mod input;
mod naming;
mod reconcile;
mod rules;
mod run;
mod settings;
mod suggestion;

use serde::{Deserialize, Serialize};

use crate::document::text_hash;
use crate::text_enum;

pub use differences::differences;
pub use gather::{Known, Material, MaterialPolicy, Preceding, gather};
pub use input::*;
pub use naming::{DEFAULT_PATTERN, named};
pub use reconcile::{CarriedOut, Outcome, Reason, Reconciled, Run, reconcile};
pub use rules::{FEWEST_GROUPS, suggest};
pub use run::*;
pub use settings::*;
pub use suggestion::*;

text_enum! {
    /// What a suggestion is about; each is a rule that can be switched off.
    SuggestionKind {
        /// Users or applications that no enforced policy holds to a second factor.
        MfaGap = "MFA_GAP",
        /// Members whom no policy asks for a compliant or joined device, or a protected application.
        DeviceControls = "DEVICE_CONTROLS",
        /// Accounts that can use legacy authentication.
        LegacyAuthentication = "LEGACY_AUTHENTICATION",
        /// Accounts that can use device code flow.
        DeviceCodeFlow = "DEVICE_CODE_FLOW",
        /// High-risk users need not change their password (Entra ID P2).
        RiskyUsers = "RISKY_USERS",
        /// High-risk sign-ins need no second factor (Entra ID P2).
        RiskySignIns = "RISKY_SIGN_INS",
        /// Holders of administrative roles without a second factor.
        AdminProtection = "ADMIN_PROTECTION",
        /// Users who came since the last run and are not covered.
        NewUsers = "NEW_USERS",
        /// Applications that were first seen since the last run and are not covered.
        NewApplications = "NEW_APPLICATIONS",
        /// Exclusions of a policy that grew, are many, or lack the emergency accounts.
        Exclusions = "EXCLUSIONS",
        /// A report-only policy that can be turned on.
        ReadyToEnforce = "READY_TO_ENFORCE",
        /// A report-only policy for all users that can be turned on in phases.
        PhasedRollout = "PHASED_ROLLOUT",
        /// Two similar policies that can become one.
        Consolidation = "CONSOLIDATION",
        /// A spike or dip of a policy's effect.
        PolicyReview = "POLICY_REVIEW",
    }
}

impl SuggestionKind {
    /// What the agent did or proposes, in Microsoft's words where it has words for it ("Actions taken by agent").
    pub fn action(self) -> &'static str {
        match self {
            SuggestionKind::PhasedRollout => "Suggested phased rollout",
            SuggestionKind::PolicyReview => "Suggested policy review",
            SuggestionKind::Consolidation => "Suggested policy consolidation",
            SuggestionKind::ReadyToEnforce => "Suggested turning on a policy",
            SuggestionKind::Exclusions => "Suggested modifying a policy",
            _ => "Suggested new report-only policy",
        }
    }
}

/// A rule that looked at nothing, and why; or a finding that was held back.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Skipped {
    /// The rule.
    pub kind: SuggestionKind,
    /// Why.
    pub reason: SkipReason,
    /// For a person.
    pub text: String,
}

text_enum! {
    /// Why a rule, or one of its findings, was left out.
    SkipReason {
        /// Settings switch the rule off.
        RuleOff = "RULE_OFF",
        /// The tenant lacks a licence.
        LicenceMissing = "LICENCE_MISSING",
        /// What the rule looks at was not read.
        NotKnown = "NOT_KNOWN",
        /// There is no earlier run to compare with.
        FirstRun = "FIRST_RUN",
        /// A report-only policy would close the gap: it has only to be turned on.
        ReportOnlyExists = "REPORT_ONLY_EXISTS",
        /// Not everything that the proof needs holds.
        NotProved = "NOT_PROVED",
        /// More than one run looks at; the rest waits for the next one.
        LimitReached = "LIMIT_REACHED",
        /// Too few sign-ins, or too many that would be refused.
        NotReady = "NOT_READY",
        /// A phased rollout of the policy is under way: whatever else is to be done to it waits for its end.
        RolloutUnderWay = "ROLLOUT_UNDER_WAY",
    }
}

impl SkipReason {
    /// Whether the rule looked at nothing, so that nothing can be said of what it found before.
    pub fn silences(self) -> bool {
        matches!(self, SkipReason::LicenceMissing | SkipReason::NotKnown | SkipReason::FirstRun)
    }
}

/// What a run found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Analysis {
    /// At most [`MAX_FINDINGS`], in the order of the kinds.
    pub findings: Vec<Finding>,
    /// What was left out, at most [`MAX_SKIPPED`].
    pub skipped: Vec<Skipped>,
}

impl Analysis {
    /// Over everything that it says: equal for equal findings.
    pub fn digest(&self) -> String {
        text_hash(&serde_json::json!(self).to_string()).0
    }
}

/// The most findings of one run.
pub const MAX_FINDINGS: usize = 200;
/// The most entries that say what was left out.
pub const MAX_SKIPPED: usize = 200;

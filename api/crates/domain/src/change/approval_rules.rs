//! When a change needs the approval of other persons, and of how many (domain.md section 2).

use serde::{Deserialize, Serialize};

use crate::change::dry_run::FieldDiff;
use crate::change::plan::ImpactFacts;
use crate::change::warning::{Severity, Warning};
use crate::policy::{Criticality, Policy, PolicyState};
use crate::text_enum;

/// The most persons that a workspace can ask for.
pub const LARGEST_QUORUM: u8 = 3;

text_enum! {
    /// Which rule makes approval necessary.
    ApprovalReason {
        /// Every change does.
        Always = "ALWAYS",
        /// The policy's criticality is Critical.
        CriticalPolicy = "CRITICAL_POLICY",
        /// A warning is as severe as the rule says.
        Severity = "SEVERITY",
        /// As many sign-ins would be blocked as the rule says.
        WouldBlock = "WOULD_BLOCK",
        /// The policy is enforced afterwards.
        Enforcing = "ENFORCING",
        /// The bulk change has as many tenants as the rule says.
        BulkTenants = "BULK_TENANTS",
    }
}

/// A workspace's approval rules. Any one that holds makes approval necessary.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ApprovalRules {
    /// Every change; what the workspace's `requireApproval` sets.
    pub always: bool,
    /// Changes of a policy whose criticality is Critical.
    pub critical_policy: bool,
    /// Changes with a warning of at least this severity, waived ones included.
    pub severity: Option<Severity>,
    /// Changes that would block at least this many sign-ins of the impact window; at least 1.
    pub would_block: Option<u32>,
    /// Changes after which the policy is enforced, whether or not it was before: what loosens an enforced policy counts as well.
    pub enforcing: bool,
    /// Bulk changes of at least this many tenants; at least 1.
    pub bulk_tenants: Option<u32>,
    /// How many persons have to approve: 1 to 3.
    pub quorum: u8,
}

impl Default for ApprovalRules {
    fn default() -> Self {
        ApprovalRules {
            always: false,
            critical_policy: false,
            severity: None,
            would_block: None,
            enforcing: false,
            bulk_tenants: None,
            quorum: 1,
        }
    }
}

/// What the rules are asked about: one change with its present dry-run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ApprovalFacts {
    /// The policy's criticality is Critical.
    pub critical_policy: bool,
    /// The most severe warning, waived ones included; `None` without any.
    pub worst: Option<Severity>,
    /// Sign-ins of the impact window that would be blocked; 0 where no report is cached.
    pub would_block: u64,
    /// The policy is enforced afterwards.
    pub enforcing: bool,
    /// Tenants of the bulk change; 0 for a change of its own.
    pub bulk_tenants: u32,
}

impl ApprovalFacts {
    /// The facts of a planned change. `policy` is its row before the change; `None` for creations and named locations.
    pub fn of(diff: &[FieldDiff], warnings: &[Warning], policy: Option<&Policy>, impact: Option<ImpactFacts>, bulk_tenants: u32) -> Self {
        let enforced = |state: Option<&serde_json::Value>| state.and_then(serde_json::Value::as_str) == Some(PolicyState::Enabled.as_str());
        let enforcing = match diff.iter().find(|field| field.path == "state") {
            Some(field) => enforced(field.after.as_ref()),
            None => !diff.is_empty() && policy.is_some_and(|policy| policy.state == PolicyState::Enabled),
        };
        ApprovalFacts {
            critical_policy: policy.is_some_and(|policy| policy.metadata.criticality == Some(Criticality::Critical)),
            worst: warnings.iter().map(|warning| warning.severity).max(),
            would_block: impact.map_or(0, |impact| impact.would_block),
            enforcing,
            bulk_tenants,
        }
    }
}

/// Approval rules that a workspace cannot have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApprovalRulesError {
    /// The quorum is not 1, 2 or 3.
    #[error("the quorum is 1, 2 or 3 persons")]
    Quorum,
    /// A rule that holds from 0 sign-ins on.
    #[error("the number of blocked sign-ins is at least 1")]
    WouldBlock,
    /// A rule that holds from 0 tenants on.
    #[error("the number of tenants is at least 1")]
    BulkTenants,
}

impl ApprovalRules {
    /// Which rules make approval necessary, in the order of `ApprovalReason`; empty when none does.
    pub fn reasons(&self, facts: &ApprovalFacts) -> Vec<ApprovalReason> {
        let holds = |reason: &ApprovalReason| match reason {
            ApprovalReason::Always => self.always,
            ApprovalReason::CriticalPolicy => self.critical_policy && facts.critical_policy,
            ApprovalReason::Severity => self.severity.is_some_and(|least| facts.worst.is_some_and(|worst| worst >= least)),
            ApprovalReason::WouldBlock => self.would_block.is_some_and(|least| facts.would_block >= u64::from(least.max(1))),
            ApprovalReason::Enforcing => self.enforcing && facts.enforcing,
            ApprovalReason::BulkTenants => self.bulk_tenants.is_some_and(|least| facts.bulk_tenants >= least.max(1)),
        };
        ApprovalReason::ALL.iter().copied().filter(holds).collect()
    }

    /// Refuses rules that could never be met or would always hold.
    pub fn validate(&self) -> Result<(), ApprovalRulesError> {
        if !(1..=LARGEST_QUORUM).contains(&self.quorum) {
            return Err(ApprovalRulesError::Quorum);
        }
        if self.would_block == Some(0) {
            return Err(ApprovalRulesError::WouldBlock);
        }
        if self.bulk_tenants == Some(0) {
            return Err(ApprovalRulesError::BulkTenants);
        }
        Ok(())
    }
}

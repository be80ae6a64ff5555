//! When a change needs the approval of other persons, and of how many (domain.md section 2).

use serde::{Deserialize, Serialize};

use crate::change::warning::Severity;

/// The most persons that a workspace can ask for.
pub const LARGEST_QUORUM: u8 = 3;

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
    /// Changes whose result is enforced and was not before.
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

//! What callers ask for: one struct per mutation.

use domain::change::approval_rules::ApprovalRules;
use domain::change::warning::Severity;
use domain::id::{ChangeId, PolicyId, TenantId};
use domain::policy::PolicyMetadata;
use domain::tenant::Cloud;
use serde::Serialize;
use uuid::Uuid;

use crate::changes::intent::Intent;

/// A key that makes a repeated call return the first one's result: 1 to 128 printable characters, scoped to the caller, kept for 24 hours at least.
pub type IdempotencyKey = Option<String>;

/// `connectTenant`: reads with these credentials once, then imports in the background.
#[derive(Clone)]
pub struct ConnectTenant {
    /// Entra's tenant id.
    pub entra_tenant_id: Uuid,
    /// National cloud.
    pub cloud: Cloud,
    /// Application (client) id.
    pub client_id: String,
    /// Client secret; sealed before it is stored, never logged, never returned.
    pub client_secret: String,
    /// Name to show; Entra's organization name unless given.
    pub display_name: Option<String>,
    /// See [`IdempotencyKey`].
    pub idempotency_key: IdempotencyKey,
}

/// `resyncTenant`: a new snapshot, in the background.
#[derive(Clone, Debug, Serialize)]
pub struct ResyncTenant {
    /// The tenant.
    pub tenant_id: TenantId,
    /// See [`IdempotencyKey`].
    #[serde(skip)]
    pub idempotency_key: IdempotencyKey,
}

/// `setEmergencyAccess`: replaces the tenant's emergency principals; each must resolve in the tenant.
#[derive(Clone, Debug, Serialize)]
pub struct SetEmergencyAccess {
    /// The tenant.
    pub tenant_id: TenantId,
    /// Object ids of users and groups, at most 20.
    pub object_ids: Vec<Uuid>,
    /// The tenant's version the caller read.
    pub expected_revision: i64,
    /// See [`IdempotencyKey`].
    #[serde(skip)]
    pub idempotency_key: IdempotencyKey,
}

/// `updatePolicyMetadata`: replaces our metadata of a policy; Graph is not touched. Outer `None` leaves a field as it is.
#[derive(Clone, Debug)]
pub struct UpdatePolicyMetadata {
    /// The policy.
    pub policy_id: PolicyId,
    /// What it shall be, computed from the policy that was read.
    pub edit: MetadataEdit,
    /// The policy's version the caller read.
    pub expected_revision: i64,
    /// See [`IdempotencyKey`].
    pub idempotency_key: IdempotencyKey,
}

/// A partial edit of [`PolicyMetadata`]: outer `None` keeps, inner `None` clears.
#[derive(Clone, Debug, Default, Serialize)]
pub struct MetadataEdit {
    /// Criticality.
    pub criticality: Option<Option<domain::policy::Criticality>>,
    /// Code: 1 to 64 characters.
    pub code: Option<Option<String>>,
    /// Tags: at most 20 of 1 to 64 characters.
    pub tags: Option<Vec<String>>,
}

impl MetadataEdit {
    /// The metadata after the edit.
    pub fn apply(&self, to: &PolicyMetadata) -> PolicyMetadata {
        let mut tags = self.tags.clone().unwrap_or_else(|| to.tags.clone());
        tags.sort();
        tags.dedup();
        PolicyMetadata {
            criticality: self.criticality.unwrap_or(to.criticality),
            code: self.code.clone().unwrap_or_else(|| to.code.clone()),
            tags,
        }
    }
}

/// `createChange`: a draft.
#[derive(Clone, Debug, Serialize)]
pub struct CreateChange {
    /// The tenant: needed where the change is about no policy that is there; else it must be the policy's, if it is given.
    pub tenant_id: Option<TenantId>,
    /// The policy it is for; `None` for `policy.create` and for named locations.
    pub policy_id: Option<PolicyId>,
    /// What is intended.
    pub payload: Intent,
    /// A note for reviewers, at most 2,000 characters.
    pub note: Option<String>,
    /// See [`IdempotencyKey`].
    #[serde(skip)]
    pub idempotency_key: IdempotencyKey,
}

/// A step on a change request: `runDryRun`, `requestApproval`, `cancelChange`.
#[derive(Clone, Debug, Serialize)]
pub struct ChangeStep {
    /// The change.
    pub id: ChangeId,
    /// The revision the caller read.
    pub expected_revision: i64,
    /// See [`IdempotencyKey`].
    #[serde(skip)]
    pub idempotency_key: IdempotencyKey,
}

/// `decideApproval`.
#[derive(Clone, Debug, Serialize)]
pub struct DecideApproval {
    /// The change.
    pub id: ChangeId,
    /// The digest the approver saw.
    pub digest: String,
    /// Approve or reject.
    pub approve: Verdict,
    /// What the approver says; required when rejecting.
    pub comment: Option<String>,
    /// See [`IdempotencyKey`].
    #[serde(skip)]
    pub idempotency_key: IdempotencyKey,
}

/// An approver's decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Verdict {
    /// Released.
    Approve,
    /// Refused; closes the change.
    Reject,
}

/// `applyChange` and `rollbackChange`.
#[derive(Clone, Debug, Serialize)]
pub struct ApplyChange {
    /// The change to apply, or to roll back.
    pub id: ChangeId,
    /// The revision the caller read.
    pub expected_revision: i64,
    /// The digest the caller saw; for a rollback, of the applied change's dry-run.
    pub digest: String,
    /// See [`IdempotencyKey`].
    #[serde(skip)]
    pub idempotency_key: IdempotencyKey,
}

/// `updateWorkspace`: `None` leaves a setting as it is.
#[derive(Clone, Debug, Serialize)]
pub struct UpdateWorkspace {
    /// Whether every new change needs approval.
    pub require_approval: Option<bool>,
    /// When else approval is needed, and of how many persons.
    pub approval_rules: ApprovalRulesEdit,
    /// Lifetime of a dry-run in seconds, 60 to 86,400.
    pub dry_run_ttl_s: Option<i64>,
    /// The workspace's version the caller read.
    pub expected_revision: i64,
    /// See [`IdempotencyKey`].
    #[serde(skip)]
    pub idempotency_key: IdempotencyKey,
}

/// A partial edit of the workspace's approval rules: outer `None` keeps, inner `None` switches a rule off.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ApprovalRulesEdit {
    /// Changes of policies whose criticality is Critical.
    pub critical_policy: Option<bool>,
    /// Changes with a warning of at least this severity.
    pub severity: Option<Option<Severity>>,
    /// Changes that would block at least this many sign-ins.
    pub would_block: Option<Option<u32>>,
    /// Changes after which the policy is enforced.
    pub enforcing: Option<bool>,
    /// Bulk changes of at least this many tenants.
    pub bulk_tenants: Option<Option<u32>>,
    /// How many persons: 1 to 3.
    pub quorum: Option<u8>,
}

impl ApprovalRulesEdit {
    /// The rules after the edit.
    pub fn apply(&self, to: &ApprovalRules) -> ApprovalRules {
        ApprovalRules {
            always: to.always,
            critical_policy: self.critical_policy.unwrap_or(to.critical_policy),
            severity: self.severity.unwrap_or(to.severity),
            would_block: self.would_block.unwrap_or(to.would_block),
            enforcing: self.enforcing.unwrap_or(to.enforcing),
            bulk_tenants: self.bulk_tenants.unwrap_or(to.bulk_tenants),
            quorum: self.quorum.unwrap_or(to.quorum),
        }
    }
}

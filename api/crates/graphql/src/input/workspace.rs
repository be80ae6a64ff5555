//! Inputs of mutations on the workspace.

use app::command::{ApprovalRulesEdit, UpdateWorkspace};
use async_graphql::{InputObject, MaybeUndefined};

use crate::enums::Severity;
use crate::scalars::Duration;

/// The workspace's settings. What is left out stays.
#[derive(InputObject)]
pub struct UpdateWorkspaceInput {
    /// Whether every new change needs approval. Can't be turned on while fewer than two persons could approve.
    require_approval: Option<bool>,
    /// When else new changes need approval, and of how many persons.
    approval_rules: Option<ApprovalRulesInput>,
    /// How long a dry-run may be acted on: one minute to 24 hours.
    dry_run_ttl: Option<Duration>,
    /// The workspace's revision that the caller read.
    expected_revision: i64,
    /// Makes a repeated call return the first one's result: 1 to 128 printable characters, kept for 24 hours at least.
    idempotency_key: Option<String>,
}

/// Rules by which new changes need approval, beside `requireApproval`; any one that holds is enough. What is left out stays, `null`
/// switches a rule off. Changes in flight keep theirs.
#[derive(InputObject)]
pub struct ApprovalRulesInput {
    /// Changes of policies whose criticality is Critical.
    critical_policy: Option<bool>,
    /// Changes with a warning of at least this severity, waived ones included.
    severity: MaybeUndefined<Severity>,
    /// Changes that would block at least this many sign-ins of the impact window, 1 or more.
    #[graphql(validator(minimum = 1))]
    would_block: MaybeUndefined<u32>,
    /// Changes after which the policy is enforced.
    enforcing: Option<bool>,
    /// Bulk changes of at least this many tenants, 1 or more.
    #[graphql(validator(minimum = 1))]
    bulk_tenants: MaybeUndefined<u32>,
    /// How many persons have to approve: 1 to 3, and fewer than could.
    #[graphql(validator(minimum = 1, maximum = 3))]
    quorum: Option<u8>,
}

impl From<ApprovalRulesInput> for ApprovalRulesEdit {
    fn from(input: ApprovalRulesInput) -> Self {
        ApprovalRulesEdit {
            critical_policy: input.critical_policy,
            severity: input.severity.map_value(Into::into).into(),
            would_block: input.would_block.into(),
            enforcing: input.enforcing,
            bulk_tenants: input.bulk_tenants.into(),
            quorum: input.quorum,
        }
    }
}

impl From<UpdateWorkspaceInput> for UpdateWorkspace {
    fn from(input: UpdateWorkspaceInput) -> Self {
        UpdateWorkspace {
            require_approval: input.require_approval,
            approval_rules: input.approval_rules.map(Into::into).unwrap_or_default(),
            dry_run_ttl_s: input.dry_run_ttl.map(|ttl| ttl.seconds),
            expected_revision: input.expected_revision,
            idempotency_key: input.idempotency_key,
        }
    }
}

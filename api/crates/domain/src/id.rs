//! Distinct id types inside; the API's opaque ids are made from them in crate `graphql`.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

ids! {
    /// One customer of the product.
    WorkspaceId,
    /// A person or service account in a workspace.
    MemberId,
    /// A managed Entra tenant (our id, not Entra's).
    TenantId,
    /// A policy as we keep it (our id, not Graph's).
    PolicyId,
    /// A snapshot of one tenant.
    SnapshotId,
    /// A change request.
    ChangeId,
    /// One request for approval with its decision.
    ApprovalId,
    /// A dry-run of a change.
    DryRunId,
    /// An audit entry.
    AuditId,
    /// A background job.
    JobId,
    /// A schedule of a change.
    ScheduleId,
    /// A freeze window.
    FreezeWindowId,
    /// An item of drift.
    DriftId,
    /// A baseline: a named set of policy documents.
    BaselineId,
    /// One policy document of a baseline.
    BaselinePolicyId,
    /// A bulk change.
    BulkChangeId,
    /// A phased rollout.
    RolloutId,
    /// A rollout across tenants.
    BulkRolloutId,
    /// A stored verdict of a rollout's phase.
    RolloutVerdictId,
    /// A run of the optimization agent.
    AgentRunId,
    /// A suggestion of the optimization agent.
    SuggestionId,
    /// A webhook.
    WebhookId,
}

/// SHA-256 of a canonical document, lower-case hex, 64 characters.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ContentHash(pub String);

impl std::fmt::Display for ContentHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

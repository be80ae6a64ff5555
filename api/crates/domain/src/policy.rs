//! A Conditional Access policy as last seen, with our own metadata beside it.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::change::status::ChangeStatus;
use crate::id::{ChangeId, ContentHash, PolicyId, SnapshotId, TenantId, WorkspaceId};
use crate::text_enum;

text_enum! {
    /// Graph's `state` of a policy.
    PolicyState {
        /// Enforced.
        Enabled = "enabled",
        /// Off.
        Disabled = "disabled",
        /// Evaluated and logged, never enforced.
        ReportOnly = "enabledForReportingButNotEnforced",
    }
}

text_enum! {
    /// How much a policy matters, set by the workspace.
    Criticality {
        /// Losing it is an incident.
        Critical = "CRITICAL",
        /// Part of the recommended set.
        Recommended = "RECOMMENDED",
        /// Nice to have.
        Optional = "OPTIONAL",
    }
}

/// What the workspace says about a policy; Graph never sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PolicyMetadata {
    /// Criticality; `None` until somebody says.
    pub criticality: Option<Criticality>,
    /// The workspace's own code, such as `CA001`.
    pub code: Option<String>,
    /// Free labels, sorted, without repeats.
    pub tags: Vec<String>,
}

/// A policy row.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// Our id.
    pub id: PolicyId,
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// The tenant.
    pub tenant_id: TenantId,
    /// Graph's id.
    pub graph_id: Uuid,
    /// Display name in Graph; not unique.
    pub display_name: String,
    /// State in Graph.
    pub state: PolicyState,
    /// Hash of the canonical form of the document.
    pub content_hash: ContentHash,
    /// Hash of the verbatim document text, the key it is stored under.
    pub document_hash: ContentHash,
    /// Graph's `modifiedDateTime`: a hint only, nullable, set by the service.
    pub graph_modified_at: Option<DateTime<Utc>>,
    /// Set while the policy is in Entra's recycle bin, or was seen to be gone.
    pub deleted_at: Option<DateTime<Utc>>,
    /// Our metadata.
    pub metadata: PolicyMetadata,
    /// First seen.
    pub first_seen_at: DateTime<Utc>,
    /// Last seen by a sync or an apply.
    pub last_seen_at: DateTime<Utc>,
    /// Row version, raised by every update.
    pub version: i64,
}

/// A policy in a list: the row with what lists ask for beside it.
#[derive(Clone, Debug, PartialEq)]
pub struct PolicyItem {
    /// The row.
    pub policy: Policy,
    /// Graph's `conditions`, compact JSON text; `None` when it was not asked for.
    pub conditions: Option<String>,
    /// The newest change request for it.
    pub latest_change: Option<LatestChange>,
}

/// The newest change request of a policy, as kept beside the policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LatestChange {
    /// The change.
    pub id: ChangeId,
    /// Where it stands.
    pub status: ChangeStatus,
}

/// One state that a policy was seen in: a new version is kept whenever the canonical form differs from the version before.
#[derive(Clone, Debug, PartialEq)]
pub struct PolicyVersion {
    /// The policy.
    pub policy_id: PolicyId,
    /// Number of the version, dense, from 1.
    pub number: i64,
    /// When it was first seen.
    pub seen_at: DateTime<Utc>,
    /// The snapshot it was first seen in.
    pub snapshot_id: SnapshotId,
    /// The change that made it; `None` when it was made outside Causeway.
    pub change_id: Option<ChangeId>,
    /// Display name in it.
    pub display_name: String,
    /// State in it.
    pub state: PolicyState,
    /// Hash of the canonical form.
    pub content_hash: ContentHash,
    /// Hash of the verbatim text.
    pub document_hash: ContentHash,
}

//! A Conditional Access policy as last seen, with our own metadata beside it.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::id::{ContentHash, PolicyId, TenantId, WorkspaceId};
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

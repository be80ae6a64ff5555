//! What one tenant held at one moment. Content-addressed: an unchanged document, and an unchanged tenant, are stored once.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::id::{ChangeId, ContentHash, SnapshotId, TenantId, WorkspaceId};
use crate::text_enum;

text_enum! {
    /// Why a snapshot was taken.
    SnapshotKind {
        /// The first one of a tenant.
        Import = "IMPORT",
        /// Asked for by a member, or by a running sync.
        Resync = "RESYNC",
        /// The nightly one.
        Nightly = "NIGHTLY",
        /// The live object just before a write.
        PreChange = "PRE_CHANGE",
        /// The live object just after a write was verified.
        PostChange = "POST_CHANGE",
    }
}

/// A snapshot row. What it holds is its manifest, itself a stored document.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// Our id.
    pub id: SnapshotId,
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// The tenant.
    pub tenant_id: TenantId,
    /// Why it was taken.
    pub kind: SnapshotKind,
    /// When the reading ended.
    pub taken_at: DateTime<Utc>,
    /// Hash of the manifest: equal hashes are equal tenants.
    pub content_hash: ContentHash,
    /// Policies in it.
    pub policy_count: i32,
    /// The change it was taken for.
    pub change_id: Option<ChangeId>,
}

/// What a snapshot holds, sorted by kind and id.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The entries.
    pub items: Vec<ManifestItem>,
}

text_enum! {
    /// Kinds of object in a snapshot.
    ItemKind {
        /// A Conditional Access policy.
        Policy = "policy",
        /// A named location.
        NamedLocation = "namedLocation",
        /// A group that a policy refers to.
        Group = "group",
    }
}

/// One object of a snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestItem {
    /// Kind.
    pub kind: ItemKind,
    /// Graph's id.
    pub object_id: String,
    /// Name, so that a diff of two snapshots needs no second look-up.
    pub display_name: String,
    /// Hash of the canonical form; what a diff compares.
    pub content_hash: ContentHash,
    /// Hash of the verbatim text; what it is stored under.
    pub document_hash: ContentHash,
}

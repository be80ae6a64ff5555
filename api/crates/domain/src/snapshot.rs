//! What one tenant held at one moment. Content-addressed: an unchanged document, and an unchanged tenant, are stored once.

use std::collections::BTreeMap;

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

impl Manifest {
    /// A manifest of these items, in order.
    pub fn sorted(mut items: Vec<ManifestItem>) -> Self {
        items.sort_by(|a, b| (a.kind, &a.object_id).cmp(&(b.kind, &b.object_id)));
        Manifest { items }
    }

    /// Compact JSON text, as it is stored and hashed.
    pub fn to_text(&self) -> String {
        serde_json::to_string(self).expect("a manifest holds only texts")
    }

    /// Reads a stored manifest.
    pub fn parse(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// One item.
    pub fn find(&self, kind: ItemKind, object_id: &str) -> Option<&ManifestItem> {
        self.items.iter().find(|item| item.kind == kind && item.object_id.eq_ignore_ascii_case(object_id))
    }

    /// The manifest with this item added or put in the place of the one with its kind and id.
    pub fn with_item(self, item: ManifestItem) -> Self {
        let mut items = self.without(item.kind, &item.object_id).items;
        items.push(item);
        Manifest::sorted(items)
    }

    /// The manifest without one item.
    pub fn without(mut self, kind: ItemKind, object_id: &str) -> Self {
        self.items.retain(|item| item.kind != kind || !item.object_id.eq_ignore_ascii_case(object_id));
        self
    }
}

text_enum! {
    /// What happened to an object between two snapshots.
    ItemChangeKind {
        /// It is only in the later one.
        Added = "ADDED",
        /// It is only in the earlier one.
        Removed = "REMOVED",
        /// Its canonical form differs.
        Modified = "MODIFIED",
    }
}

/// One object that differs between two manifests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemChange {
    /// What it is.
    pub kind: ItemKind,
    /// Graph's id.
    pub object_id: String,
    /// Its name, the later one where both have one.
    pub display_name: String,
    /// What happened.
    pub change: ItemChangeKind,
    /// The earlier item.
    pub before: Option<ManifestItem>,
    /// The later item.
    pub after: Option<ManifestItem>,
}

/// What lies between two manifests, by kind and id. Objects whose canonical form is equal are left out.
pub fn manifest_diff(before: &Manifest, after: &Manifest) -> Vec<ItemChange> {
    let key = |item: &ManifestItem| (item.kind, item.object_id.to_lowercase());
    let mut pairs: BTreeMap<_, (Option<&ManifestItem>, Option<&ManifestItem>)> = BTreeMap::new();
    for item in &before.items {
        pairs.entry(key(item)).or_default().0 = Some(item);
    }
    for item in &after.items {
        pairs.entry(key(item)).or_default().1 = Some(item);
    }
    let changes = pairs.into_iter().filter_map(|((kind, _), (before, after))| {
        let change = match (before, after) {
            (None, _) => ItemChangeKind::Added,
            (_, None) => ItemChangeKind::Removed,
            (Some(before), Some(after)) if before.content_hash != after.content_hash => ItemChangeKind::Modified,
            _ => return None,
        };
        let shown = after.or(before)?;
        Some(ItemChange {
            kind,
            object_id: shown.object_id.clone(),
            display_name: shown.display_name.clone(),
            change,
            before: before.cloned(),
            after: after.cloned(),
        })
    });
    changes.collect()
}

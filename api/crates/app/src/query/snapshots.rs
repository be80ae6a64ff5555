//! Reading snapshots and what lies between two of them.

use std::collections::HashMap;

use domain::change::dry_run::FieldDiff;
use domain::document::diff::{NameTable, diff};
use domain::document::{Canonical, PolicyDocument, canonical_location};
use domain::id::{SnapshotId, TenantId};
use domain::snapshot::{ItemChange, ItemChangeKind, ItemKind, Manifest, ManifestItem, Snapshot, manifest_diff};
use domain::workspace::Actor;
use serde_json::Value;

use crate::App;
use crate::authorize::in_scope;
use crate::error::{AppError, AppResult};
use crate::page::{Page, PageRequest};

/// One object that differs between two snapshots.
#[derive(Clone, Debug, PartialEq)]
pub struct SnapshotItemDiff {
    /// What it is.
    pub kind: ItemKind,
    /// Graph's id.
    pub object_id: String,
    /// Its name, the later one where it changed.
    pub display_name: String,
    /// Added, removed or modified.
    pub change: ItemChangeKind,
    /// Field by field; for an added or removed object, against nothing.
    pub fields: Vec<FieldDiff>,
}

impl App {
    /// A page of a tenant's snapshots, newest first.
    pub async fn snapshots(&self, actor: &Actor, tenant: TenantId, page: &PageRequest) -> AppResult<Page<Snapshot>> {
        in_scope(actor, tenant)?;
        Ok(self.store().reader().snapshots_page(actor.workspace_id, tenant, &[], page).await?)
    }

    /// How many snapshots the tenant has.
    pub async fn count_snapshots(&self, actor: &Actor, tenant: TenantId) -> AppResult<u64> {
        in_scope(actor, tenant)?;
        Ok(self.store().reader().count_snapshots(actor.workspace_id, tenant, &[]).await?)
    }

    /// Snapshots by id; those the actor doesn't see are absent.
    pub async fn snapshots_by_ids(&self, actor: &Actor, ids: &[SnapshotId]) -> AppResult<HashMap<SnapshotId, Snapshot>> {
        let snapshots = self.store().reader().snapshots_by_ids(actor.workspace_id, ids).await?;
        Ok(snapshots.into_iter().filter(|snapshot| actor.sees(snapshot.tenant_id)).map(|snapshot| (snapshot.id, snapshot)).collect())
    }

    /// What a snapshot holds.
    pub async fn snapshot_items(&self, actor: &Actor, snapshot: SnapshotId) -> AppResult<Manifest> {
        let snapshot = self.snapshots_by_ids(actor, &[snapshot]).await?.remove(&snapshot).ok_or(AppError::NotFound)?;
        self.manifest(actor, &snapshot).await
    }

    /// The difference of two snapshots of one tenant.
    pub async fn snapshot_diff(&self, actor: &Actor, from: SnapshotId, to: SnapshotId) -> AppResult<Vec<SnapshotItemDiff>> {
        let mut found = self.snapshots_by_ids(actor, &[from, to]).await?;
        let after = found.get(&to).cloned().ok_or(AppError::NotFound)?;
        let before = found.remove(&from).ok_or(AppError::NotFound)?;
        if before.tenant_id != after.tenant_id {
            return Err(AppError::invalid(&["to"], "the two snapshots are of different tenants"));
        }
        let changes = manifest_diff(&self.manifest(actor, &before).await?, &self.manifest(actor, &after).await?);
        let names = NameTable::new(self.directory_objects(actor, after.tenant_id).await?);
        let hashes: Vec<_> =
            changes.iter().flat_map(|change| [&change.before, &change.after]).flatten().map(|item| item.document_hash.clone()).collect();
        let texts = self.documents(actor, &hashes).await?;
        let canonical = |item: Option<&ManifestItem>| canonical(item.and_then(|item| texts.get(&item.document_hash)), item);
        changes
            .into_iter()
            .map(|change: ItemChange| {
                let (before, after) = (canonical(change.before.as_ref())?, canonical(change.after.as_ref())?);
                Ok(SnapshotItemDiff {
                    kind: change.kind,
                    object_id: change.object_id,
                    display_name: change.display_name,
                    change: change.change,
                    fields: diff(&before, &after, &names),
                })
            })
            .collect()
    }

    async fn manifest(&self, actor: &Actor, snapshot: &Snapshot) -> AppResult<Manifest> {
        let text = self
            .store()
            .reader()
            .document(actor.workspace_id, &snapshot.content_hash)
            .await?
            .ok_or_else(|| AppError::Internal(format!("the manifest of snapshot {} is missing", snapshot.id).into()))?;
        Manifest::parse(&text).map_err(|cause| AppError::Internal(cause.into()))
    }
}

fn canonical(text: Option<&String>, item: Option<&ManifestItem>) -> AppResult<Canonical> {
    let (Some(text), Some(item)) = (text, item) else {
        return Ok(canonical_location(&Value::Object(serde_json::Map::new())));
    };
    let internal = |cause: Box<dyn std::error::Error + Send + Sync>| AppError::Internal(cause);
    match item.kind {
        ItemKind::Policy => Ok(PolicyDocument::parse(text).map_err(|cause| internal(cause.into()))?.canonical()),
        ItemKind::NamedLocation | ItemKind::Group => {
            let value: Value = serde_json::from_str(text).map_err(|cause| internal(cause.into()))?;
            Ok(canonical_location(&value))
        }
    }
}

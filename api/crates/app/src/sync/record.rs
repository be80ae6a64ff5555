//! Recording what was seen: documents, policy rows with their versions, and snapshots.

use chrono::{DateTime, Utc};
use domain::document::{PolicyDocument, canonical_location, text_hash};
use domain::id::{ChangeId, ContentHash, PolicyId, SnapshotId};
use domain::policy::{Policy, PolicyMetadata, PolicyState, PolicyVersion};
use domain::snapshot::{ItemKind, Manifest, ManifestItem, Snapshot, SnapshotKind};
use domain::tenant::Tenant;
use serde_json::Value;
use store::{Reader, WriteTx};
use uuid::Uuid;

use crate::App;
use crate::error::{AppError, AppResult};

/// Where and when a policy was seen.
pub(crate) struct PolicySeen {
    pub(crate) snapshot: SnapshotId,
    pub(crate) change: Option<ChangeId>,
    pub(crate) at: DateTime<Utc>,
}

/// A document's manifest item and the text to store.
pub(crate) fn policy_item(document: &PolicyDocument, graph_id: Uuid) -> (ManifestItem, (ContentHash, String)) {
    let text = document.to_text();
    let document_hash = text_hash(&text);
    let item = ManifestItem {
        kind: ItemKind::Policy,
        object_id: graph_id.to_string(),
        display_name: document.display_name().to_owned(),
        content_hash: document.canonical().hash(),
        document_hash: document_hash.clone(),
    };
    (item, (document_hash, text))
}

/// Inserts or updates the policy's row; a new version is kept when its canonical form changed. The snapshot must be inserted already.
pub(crate) async fn record_policy(
    tx: &WriteTx,
    app: &App,
    tenant: &Tenant,
    document: &PolicyDocument,
    seen: &PolicySeen,
) -> AppResult<PolicyId> {
    let graph_id = document.graph_id().ok_or_else(|| AppError::Internal("a policy without an id".into()))?;
    let known = tx.policies_by_graph_ids(tenant.workspace_id, tenant.id, &[graph_id]).await?.pop();
    let id = known.as_ref().map_or_else(|| PolicyId(app.ids().uuid()), |known| known.id);
    record_known(tx, tenant, document, graph_id, known, id, seen).await?;
    Ok(id)
}

/// [`record_policy`] where the caller has looked the row up, and says which id a new one gets.
pub(crate) async fn record_known(
    tx: &WriteTx,
    tenant: &Tenant,
    document: &PolicyDocument,
    graph_id: Uuid,
    known: Option<Policy>,
    id: PolicyId,
    seen: &PolicySeen,
) -> AppResult<bool> {
    let (item, text) = policy_item(document, graph_id);
    let state = document.state().unwrap_or(PolicyState::Disabled);
    let changed = known.as_ref().is_none_or(|known| known.content_hash != item.content_hash || known.deleted_at.is_some());
    let same_text = known.as_ref().is_some_and(|known| known.document_hash == item.document_hash);
    if !same_text {
        tx.put_documents(tenant.workspace_id, &[text]).await?;
    }
    let conditions = document.conditions_text();
    let policy = Policy {
        id,
        workspace_id: tenant.workspace_id,
        tenant_id: tenant.id,
        graph_id,
        display_name: item.display_name.clone(),
        state,
        content_hash: item.content_hash.clone(),
        document_hash: item.document_hash.clone(),
        graph_modified_at: document.modified_at(),
        deleted_at: None,
        metadata: known.as_ref().map_or_else(PolicyMetadata::default, |known| known.metadata.clone()),
        first_seen_at: known.as_ref().map_or(seen.at, |known| known.first_seen_at),
        last_seen_at: seen.at,
        version: known.as_ref().map_or(1, |known| known.version),
    };
    match known {
        None => tx.insert_policy(&policy, &conditions).await?,
        Some(_) => {
            tx.update_policy(&policy, (!same_text).then_some(conditions.as_str())).await?;
        }
    }
    if changed {
        let version = PolicyVersion {
            policy_id: policy.id,
            number: 0,
            seen_at: seen.at,
            snapshot_id: seen.snapshot,
            change_id: seen.change,
            display_name: policy.display_name.clone(),
            state,
            content_hash: policy.content_hash.clone(),
            document_hash: policy.document_hash.clone(),
        };
        tx.append_policy_version(tenant.workspace_id, &version).await?;
    }
    Ok(changed)
}

/// The one object that a change saw before or after its write.
pub(crate) struct ObjectSeen<'a> {
    pub(crate) kind: ItemKind,
    /// Graph's id; `None` for what is still to be created.
    pub(crate) graph_id: Option<Uuid>,
    /// The object; `None` when it is not in the tenant.
    pub(crate) value: Option<&'a Value>,
}

/// A snapshot that differs from the tenant's latest one in one object: what a change saw before or after its write.
pub(crate) async fn snapshot_of_one(
    tx: &WriteTx,
    tenant: &Tenant,
    new: SnapshotOf,
    change: ChangeId,
    seen: &ObjectSeen<'_>,
    now: DateTime<Utc>,
) -> AppResult<()> {
    let latest = tx.tenant(tenant.workspace_id, tenant.id).await?.and_then(|tenant| tenant.latest_snapshot_id);
    let before = match latest {
        Some(latest) => manifest(tx, tenant, latest).await?,
        None => Manifest::default(),
    };
    let after = match (seen.graph_id, seen.value) {
        (Some(graph_id), Some(value)) => {
            let (item, text) = object_item(seen.kind, value, graph_id)?;
            tx.put_documents(tenant.workspace_id, &[text]).await?;
            before.clone().with_item(item)
        }
        (Some(graph_id), None) => before.clone().without(seen.kind, &graph_id.to_string()),
        (None, _) => before.clone(),
    };
    if crate::impact::evaluates_otherwise(&before, &after) {
        tx.outdate_impact(tenant.workspace_id, tenant.id).await?;
    }
    insert_snapshot(tx, tenant, new.id, new.kind, Some(change), &after, now).await
}

/// Which snapshot is taken.
pub(crate) struct SnapshotOf {
    pub(crate) id: SnapshotId,
    pub(crate) kind: SnapshotKind,
}

/// An object's manifest item and the text to store.
pub(crate) fn object_item(kind: ItemKind, value: &Value, graph_id: Uuid) -> AppResult<(ManifestItem, (ContentHash, String))> {
    if kind == ItemKind::Policy {
        let document = PolicyDocument::from_value(value.clone()).map_err(|cause| AppError::Internal(cause.into()))?;
        return Ok(policy_item(&document, graph_id));
    }
    let text = value.to_string();
    let document_hash = text_hash(&text);
    let item = ManifestItem {
        kind,
        object_id: graph_id.to_string(),
        display_name: value.get("displayName").and_then(Value::as_str).unwrap_or_default().to_owned(),
        content_hash: canonical_location(value).hash(),
        document_hash: document_hash.clone(),
    };
    Ok((item, (document_hash, text)))
}

/// Stores a manifest and its snapshot row.
pub(crate) async fn insert_snapshot(
    tx: &WriteTx,
    tenant: &Tenant,
    id: SnapshotId,
    kind: SnapshotKind,
    change: Option<ChangeId>,
    manifest: &Manifest,
    now: DateTime<Utc>,
) -> AppResult<()> {
    let text = manifest.to_text();
    let content_hash = text_hash(&text);
    tx.put_documents(tenant.workspace_id, &[(content_hash.clone(), text)]).await?;
    let policies = manifest.items.iter().filter(|item| item.kind == ItemKind::Policy).count();
    tx.insert_snapshot(&Snapshot {
        id,
        workspace_id: tenant.workspace_id,
        tenant_id: tenant.id,
        kind,
        taken_at: now,
        content_hash,
        policy_count: i32::try_from(policies).unwrap_or(i32::MAX),
        change_id: change,
    })
    .await?;
    Ok(())
}

/// What a snapshot of the tenant holds.
pub(crate) async fn manifest(tx: &Reader, tenant: &Tenant, snapshot: SnapshotId) -> AppResult<Manifest> {
    let missing = || AppError::Internal(format!("snapshot {snapshot} has no manifest").into());
    let snapshot = tx.snapshot(tenant.workspace_id, snapshot).await?.ok_or_else(missing)?;
    let text = tx.document(tenant.workspace_id, &snapshot.content_hash).await?.ok_or_else(missing)?;
    Manifest::parse(&text).map_err(|cause| AppError::Internal(cause.into()))
}

//! The object that a change is about, as the latest snapshot has it.

use domain::change::kind::{TargetObject, WriteOperation};
use domain::change::request::ChangeRequest;
use domain::document::PolicyDocument;
use domain::id::SnapshotId;
use domain::policy::Policy;
use domain::snapshot::{ItemKind, Manifest};
use domain::tenant::Tenant;
use serde_json::Value;
use store::Reader;

use super::plan::load_document;
use crate::error::{AppError, AppResult};

/// What is stored about the object. All `None` for a creation, and for an object that the latest snapshot does not hold.
#[derive(Debug, Default)]
pub(crate) struct Stored {
    /// The policy's row; for a restore, of the deleted policy.
    pub(crate) policy: Option<Policy>,
    /// Its document.
    pub(crate) document: Option<PolicyDocument>,
    /// The named location.
    pub(crate) location: Option<Value>,
    /// Names of the policies that refer to the location, at most 20.
    pub(crate) referring: Vec<String>,
    /// Live policies of the tenant; counted only for what adds one.
    pub(crate) policy_count: usize,
}

/// Loads it.
pub(crate) async fn load(tx: &Reader, change: &ChangeRequest, tenant: &Tenant) -> AppResult<Stored> {
    let kind = change.payload.kind();
    let mut stored = Stored::default();
    if let Some(id) = change.policy_id {
        let restores = kind.operation() == WriteOperation::Restore;
        stored.policy = tx.policy(change.workspace_id, id).await?.filter(|policy| policy.deleted_at.is_some() == restores);
        if let Some(policy) = &stored.policy {
            stored.document = Some(load_document(tx, change, &policy.document_hash).await?);
        }
    }
    if let (TargetObject::NamedLocation, Some(id)) = (kind.target(), change.payload.location_id()) {
        stored.location = match tenant.latest_snapshot_id {
            Some(snapshot) => object_in(tx, change, snapshot, ItemKind::NamedLocation, id).await?,
            None => None,
        };
        stored.referring = tx.policies_referring_to(change.workspace_id, change.tenant_id, id).await?;
    }
    if kind.target() == TargetObject::Policy && matches!(kind.operation(), WriteOperation::Create | WriteOperation::Restore) {
        let count = tx.live_policy_count(change.workspace_id, change.tenant_id).await?;
        stored.policy_count = usize::try_from(count).unwrap_or(usize::MAX);
    }
    Ok(stored)
}

/// One object as a snapshot holds it; `None` when the snapshot has none.
pub(crate) async fn object_in(
    tx: &Reader,
    change: &ChangeRequest,
    snapshot: SnapshotId,
    kind: ItemKind,
    object_id: &str,
) -> AppResult<Option<Value>> {
    let internal = |cause: String| AppError::Internal(cause.into());
    let snapshot = tx.snapshot(change.workspace_id, snapshot).await?.ok_or_else(|| internal(format!("snapshot {snapshot} is missing")))?;
    let manifest = tx
        .document(change.workspace_id, &snapshot.content_hash)
        .await?
        .ok_or_else(|| internal(format!("the manifest of snapshot {} is missing", snapshot.id)))?;
    let manifest = Manifest::parse(&manifest).map_err(|cause| AppError::Internal(cause.into()))?;
    let Some(item) = manifest.find(kind, object_id) else { return Ok(None) };
    let text = tx
        .document(change.workspace_id, &item.document_hash)
        .await?
        .ok_or_else(|| internal(format!("document {} of snapshot {} is missing", item.document_hash, snapshot.id)))?;
    serde_json::from_str(&text).map(Some).map_err(|cause| AppError::Internal(cause.into()))
}

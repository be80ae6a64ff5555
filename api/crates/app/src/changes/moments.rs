//! The object of an applied change before it, after it, and as last seen: what a rollback compares.

use chrono::{DateTime, Utc};
use domain::change::kind::TargetObject;
use domain::change::request::ChangeRequest;
use domain::change::rollback::RollbackView;
use domain::document::{PolicyDocument, canonical_location};
use domain::id::{ContentHash, SnapshotId};
use domain::snapshot::ItemKind;
use serde_json::Value;
use store::Reader;

use super::plan::load_document;
use super::target::object_in;
use crate::error::{AppError, AppResult};

/// The three moments.
pub(super) struct Moments {
    target: TargetObject,
    pre: Option<Value>,
    post: Option<Value>,
    live: Option<Value>,
    deleted_at: Option<DateTime<Utc>>,
}

impl Moments {
    /// From the change's two snapshots and the latest one.
    pub(super) async fn load(tx: &Reader, change: &ChangeRequest) -> AppResult<Self> {
        let target = change.payload.kind().target();
        let object = change.target_graph_id.as_deref().or(change.payload.location_id());
        let mut moments = Moments {
            target,
            pre: at(tx, change, change.pre_snapshot_id, object).await?,
            post: at(tx, change, change.post_snapshot_id, object).await?,
            live: None,
            deleted_at: None,
        };
        match (target, change.policy_id) {
            (TargetObject::Policy, Some(policy)) => {
                let policy = tx.policy(change.workspace_id, policy).await?.ok_or(AppError::NotFound)?;
                moments.deleted_at = policy.deleted_at;
                if policy.deleted_at.is_none() {
                    moments.live = Some(load_document(tx, change, &policy.document_hash).await?.value().clone());
                }
            }
            (TargetObject::Policy, None) => {}
            (TargetObject::NamedLocation, _) => {
                let tenant = tx.tenant(change.workspace_id, change.tenant_id).await?.ok_or(AppError::NotFound)?;
                moments.live = at(tx, change, tenant.latest_snapshot_id, object).await?;
            }
        }
        Ok(moments)
    }

    pub(super) fn view(&self, now: DateTime<Utc>) -> RollbackView<'_> {
        RollbackView { pre: self.pre.as_ref(), post: self.post.as_ref(), live: self.live.as_ref(), deleted_at: self.deleted_at, now }
    }

    /// Whether nobody touched the object since.
    pub(super) fn live_is_post(&self) -> bool {
        match (&self.post, &self.live) {
            (None, None) => true,
            (Some(post), Some(live)) => self.hash(post) == self.hash(live),
            _ => false,
        }
    }

    fn hash(&self, value: &Value) -> Option<ContentHash> {
        match self.target {
            TargetObject::Policy => PolicyDocument::from_value(value.clone()).ok().map(|document| document.canonical().hash()),
            TargetObject::NamedLocation => Some(canonical_location(value).hash()),
        }
    }
}

async fn at(tx: &Reader, change: &ChangeRequest, snapshot: Option<SnapshotId>, object: Option<&str>) -> AppResult<Option<Value>> {
    let (Some(snapshot), Some(object)) = (snapshot, object) else { return Ok(None) };
    let kind = match change.payload.kind().target() {
        TargetObject::Policy => ItemKind::Policy,
        TargetObject::NamedLocation => ItemKind::NamedLocation,
    };
    object_in(tx, change, snapshot, kind, object).await
}

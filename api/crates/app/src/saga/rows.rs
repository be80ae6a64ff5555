//! The rows that an applied change brings up to date beside its own.

use domain::change::kind::TargetObject;
use domain::document::PolicyDocument;
use domain::id::{PolicyId, SnapshotId};
use domain::tenant::{DirectoryKind, DirectoryObject};
use serde_json::Value;
use store::WriteTx;

use super::Apply;
use super::target::Live;
use crate::error::{AppError, AppResult};
use crate::sync::record::{PolicySeen, record_policy};

impl Apply<'_> {
    /// Brings the object's row to what was read back, and returns the policy's id where it is one.
    pub(super) async fn record_object(&self, tx: &WriteTx, snapshot: SnapshotId, live: &Live) -> AppResult<Option<PolicyId>> {
        match (self.kind().target(), &live.value) {
            (TargetObject::Policy, Some(value)) => {
                let document = PolicyDocument::from_value(value.clone()).map_err(|cause| AppError::Internal(cause.into()))?;
                let seen = PolicySeen { snapshot, change: Some(self.change.id), at: self.app.now() };
                record_policy(tx, self.app, &self.tenant, &document, &seen).await.map(Some)
            }
            (TargetObject::Policy, None) => self.record_deleted(tx).await,
            (TargetObject::NamedLocation, value) => self.record_location(tx, value.as_ref()).await.map(|()| None),
        }
    }

    async fn record_deleted(&self, tx: &WriteTx) -> AppResult<Option<PolicyId>> {
        let Some(id) = self.change.policy_id else { return Ok(None) };
        if let Some(mut policy) = tx.policy(self.change.workspace_id, id).await?
            && policy.deleted_at.is_none()
        {
            policy.deleted_at = Some(self.app.now());
            tx.update_policy(&policy, None).await?;
        }
        Ok(Some(id))
    }

    /// The name of a location beside its id. One that is gone keeps its name in diffs until the next sync.
    async fn record_location(&self, tx: &WriteTx, value: Option<&Value>) -> AppResult<()> {
        let text = |name: &str| value.and_then(|value| value.get(name)).and_then(Value::as_str).map(str::to_owned);
        if let (Some(object_id), Some(display_name)) = (text("id"), text("displayName")) {
            let location = DirectoryObject { kind: DirectoryKind::NamedLocation, object_id, display_name, member_count: None };
            tx.upsert_directory(self.change.workspace_id, self.change.tenant_id, &[location]).await?;
        }
        Ok(())
    }
}

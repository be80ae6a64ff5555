//! Conditional Access policies and their recycle bin (graph-api.md sections 2 and 3). Documents pass through untouched.

use reqwest::Method;
use serde_json::Value;
use uuid::Uuid;

use super::write::{Created, WriteReceipt, created, receipt};
use crate::budget::Class;
use crate::call::{Call, WriteId};
use crate::client::TenantGraph;
use crate::error::GraphError;

const POLICIES: &str = "/identity/conditionalAccess/policies";
const DELETED_POLICIES: &str = "/identity/conditionalAccess/deletedItems/policies";

impl TenantGraph {
    /// Every policy, one list call (per page), never one call per policy.
    pub async fn list_policies(&self, call: &Call) -> Result<Vec<Value>, GraphError> {
        self.list(call, Class::ConditionalAccess, POLICIES).await
    }

    /// One policy; [`GraphError::NotFound`] when there is none.
    pub async fn get_policy(&self, call: &Call, id: Uuid) -> Result<Value, GraphError> {
        self.get_json(call, Class::ConditionalAccess, &format!("{POLICIES}/{id}")).await
    }

    /// Changes the members that `body` holds: objects merge, lists are replaced, null clears (ca-semantics.md section 13).
    pub async fn patch_policy(&self, call: &Call, id: Uuid, body: &Value, mark: WriteId) -> Result<WriteReceipt, GraphError> {
        let url = self.url(&format!("{POLICIES}/{id}"));
        self.write(call, Method::PATCH, url, Some(body), mark).await.map(receipt)
    }

    /// Creates a policy. Graph has no idempotency key: after [`GraphError::Ambiguous`], list and compare before creating again.
    pub async fn create_policy(&self, call: &Call, body: &Value, mark: WriteId) -> Result<Created, GraphError> {
        let answer = self.write(call, Method::POST, self.url(POLICIES), Some(body), mark).await?;
        created(answer, mark)
    }

    /// Deletes a policy; it can be restored for 30 days.
    pub async fn delete_policy(&self, call: &Call, id: Uuid, mark: WriteId) -> Result<WriteReceipt, GraphError> {
        let url = self.url(&format!("{POLICIES}/{id}"));
        self.write(call, Method::DELETE, url, None, mark).await.map(receipt)
    }

    /// Policies deleted within the last 30 days, each with its `deletedDateTime`.
    pub async fn list_deleted_policies(&self, call: &Call) -> Result<Vec<Value>, GraphError> {
        self.list(call, Class::ConditionalAccess, DELETED_POLICIES).await
    }

    /// One deleted policy; [`GraphError::NotFound`] when there is none, because it lives, was purged or never was.
    pub async fn get_deleted_policy(&self, call: &Call, id: Uuid) -> Result<Value, GraphError> {
        self.get_json(call, Class::ConditionalAccess, &format!("{DELETED_POLICIES}/{id}")).await
    }

    /// Restores a deleted policy with its id and in the state it had.
    pub async fn restore_policy(&self, call: &Call, id: Uuid, mark: WriteId) -> Result<Created, GraphError> {
        let url = self.url(&format!("{DELETED_POLICIES}/{id}/restore"));
        created(self.write(call, Method::POST, url, None, mark).await?, mark)
    }
}

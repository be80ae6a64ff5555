//! Conditional Access policies and named locations (graph-api.md sections 2 to 4). Documents pass through untouched.

use reqwest::Method;
use serde_json::Value;
use url::Url;
use uuid::Uuid;

use crate::budget::Class;
use crate::call::{Call, WriteId};
use crate::classify::Intent;
use crate::client::TenantGraph;
use crate::error::{GraphError, Info};
use crate::exchange::Ask;
use crate::list::json;
use crate::wire::Answer;

const POLICIES: &str = "/identity/conditionalAccess/policies";
const NAMED_LOCATIONS: &str = "/identity/conditionalAccess/namedLocations";
const DELETED_POLICIES: &str = "/identity/conditionalAccess/deletedItems/policies";

/// Proof that Graph accepted a write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WriteReceipt {
    /// HTTP status: 204 for most.
    pub status: u16,
    /// Graph's `request-id`.
    pub request_id: Option<String>,
}

impl TenantGraph {
    /// Every policy, one list call (per page), never one call per policy.
    pub async fn list_policies(&self, call: &Call) -> Result<Vec<Value>, GraphError> {
        self.list(call, Class::ConditionalAccess, POLICIES).await
    }

    /// Every named location.
    pub async fn list_named_locations(&self, call: &Call) -> Result<Vec<Value>, GraphError> {
        self.list(call, Class::ConditionalAccess, NAMED_LOCATIONS).await
    }

    /// Policies deleted within the last 30 days.
    pub async fn list_deleted_policies(&self, call: &Call) -> Result<Vec<Value>, GraphError> {
        self.list(call, Class::ConditionalAccess, DELETED_POLICIES).await
    }

    /// One policy; [`GraphError::NotFound`] when there is none.
    pub async fn get_policy(&self, call: &Call, id: Uuid) -> Result<Value, GraphError> {
        self.get_json(call, Class::ConditionalAccess, &format!("{POLICIES}/{id}")).await
    }

    /// One deleted policy; [`GraphError::NotFound`] when there is none.
    pub async fn get_deleted_policy(&self, call: &Call, id: Uuid) -> Result<Value, GraphError> {
        self.get_json(call, Class::ConditionalAccess, &format!("{DELETED_POLICIES}/{id}")).await
    }

    /// Changes the members that `body` holds: objects merge, lists are replaced, null clears (ca-semantics.md section 13).
    pub async fn patch_policy(&self, call: &Call, id: Uuid, body: &Value, mark: WriteId) -> Result<WriteReceipt, GraphError> {
        let url = self.url(&format!("{POLICIES}/{id}"));
        self.write(call, Method::PATCH, url, Some(body), mark).await.map(receipt)
    }

    /// Creates a policy and returns it as Graph stored it. Graph has no idempotency key: after [`GraphError::Ambiguous`], list and compare
    /// before creating again.
    pub async fn create_policy(&self, call: &Call, body: &Value, mark: WriteId) -> Result<Value, GraphError> {
        let answer = self.write(call, Method::POST, self.url(POLICIES), Some(body), mark).await?;
        created(&answer, mark)
    }

    /// Deletes a policy; it can be restored for 30 days.
    pub async fn delete_policy(&self, call: &Call, id: Uuid, mark: WriteId) -> Result<WriteReceipt, GraphError> {
        let url = self.url(&format!("{POLICIES}/{id}"));
        self.write(call, Method::DELETE, url, None, mark).await.map(receipt)
    }

    /// Restores a deleted policy in its previous state and returns it.
    pub async fn restore_policy(&self, call: &Call, id: Uuid, mark: WriteId) -> Result<Value, GraphError> {
        let url = self.url(&format!("{DELETED_POLICIES}/{id}/restore"));
        let answer = self.write(call, Method::POST, url, None, mark).await?;
        // The documentation wraps the policy in `value`, the service does not (graph-api.md section 3): both are read.
        created(&answer, mark).map(|mut policy| match policy.get_mut("value") {
            Some(wrapped) if wrapped.is_object() => wrapped.take(),
            _ => policy,
        })
    }

    async fn write(&self, call: &Call, method: Method, url: Url, body: Option<&Value>, mark: WriteId) -> Result<Answer, GraphError> {
        let (intent, class) = (Intent::Write, Class::ConditionalAccess);
        self.exchange(call, &Ask { intent, class, method, url, headers: &[], body, client_request_id: mark.0 }).await
    }
}

fn receipt(answer: Answer) -> WriteReceipt {
    WriteReceipt { status: answer.status.as_u16(), request_id: answer.request_id }
}

/// The object that a write made. Without it we know that there is an effect and not which: that is for the caller to look up.
fn created(answer: &Answer, mark: WriteId) -> Result<Value, GraphError> {
    json(answer).map_err(|reason| GraphError::Ambiguous {
        info: Info {
            status: Some(answer.status.as_u16()),
            code: None,
            message: Some(format!("accepted, but {reason}")),
            request_id: answer.request_id.clone(),
            client_request_id: mark.0,
        },
    })
}

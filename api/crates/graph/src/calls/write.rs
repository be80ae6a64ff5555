//! What all writes share: one request under the caller's mark, and what its answer proves.

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

/// Proof that Graph accepted a write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WriteReceipt {
    /// HTTP status: 204 for most.
    pub status: u16,
    /// Graph's `request-id`.
    pub request_id: Option<String>,
}

/// An object that a write made or brought back.
#[derive(Clone, Debug, PartialEq)]
pub struct Created {
    /// Its id.
    pub id: Uuid,
    /// The proof.
    pub receipt: WriteReceipt,
    /// The object as Graph stored it, untouched.
    pub body: Value,
}

impl TenantGraph {
    /// Sends a write of Conditional Access once; it is repeated only where Graph said that it was not executed (429, a lost race of two
    /// writers, a refused token) or where no connection was made. Every other missing answer is [`GraphError::Ambiguous`].
    pub(crate) async fn write(
        &self,
        call: &Call,
        method: Method,
        url: Url,
        body: Option<&Value>,
        mark: WriteId,
    ) -> Result<Answer, GraphError> {
        let (intent, class) = (Intent::Write, Class::ConditionalAccess);
        self.exchange(call, &Ask { intent, class, method, url, headers: &[], body, client_request_id: mark.0 }).await
    }
}

pub(crate) fn receipt(answer: Answer) -> WriteReceipt {
    WriteReceipt { status: answer.status.as_u16(), request_id: answer.request_id }
}

/// The object that a write made. Without it, or without its id, we know that there is an effect and not which: that is for the caller to
/// look up.
pub(crate) fn created(answer: Answer, mark: WriteId) -> Result<Created, GraphError> {
    let unclear = |answer: &Answer, reason: &str| GraphError::Ambiguous {
        info: Info {
            status: Some(answer.status.as_u16()),
            code: None,
            message: Some(format!("accepted, but {reason}")),
            request_id: answer.request_id.clone(),
            client_request_id: mark.0,
        },
    };
    let body = unwrapped(json(&answer).map_err(|reason| unclear(&answer, reason))?);
    let id = body.get("id").and_then(Value::as_str).and_then(|id| Uuid::try_parse(id).ok());
    let id = id.ok_or_else(|| unclear(&answer, "the answer names no object"))?;
    Ok(Created { id, receipt: receipt(answer), body })
}

/// The documentation of a restore wraps the object in `value`, the service does not (graph-api.md section 3): both are read.
fn unwrapped(mut body: Value) -> Value {
    match body.get_mut("value") {
        Some(wrapped) if wrapped.is_object() => wrapped.take(),
        _ => body,
    }
}

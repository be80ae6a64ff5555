//! Graph's error answers.

use serde_json::json;
use uuid::Uuid;

use crate::ca::CaError;
use crate::config::SimError;
use crate::core::Core;
use crate::odata::Unsupported;
use crate::server::{Call, Reply};
use crate::token::TokenFault;

/// A refusal: status, code, text and perhaps headers.
#[derive(Debug)]
pub(crate) struct GraphError {
    pub status: u16,
    pub code: String,
    pub message: String,
    headers: Vec<(&'static str, String)>,
}

impl GraphError {
    pub(crate) fn new(status: u16, code: impl Into<String>, message: impl Into<String>) -> Self {
        GraphError { status, code: code.into(), message: message.into(), headers: Vec::new() }
    }

    /// 404 of the Conditional Access service.
    pub(crate) fn ca_not_found(kind: &str, id: &str) -> Self {
        Self::new(404, "ResourceNotFound", format!("{kind} with id {id} does not exist in the directory."))
    }

    /// 404 of the directory.
    pub(crate) fn directory_not_found(id: &str) -> Self {
        let text = format!("Resource '{id}' does not exist or one of its queried reference-property objects are not present.");
        Self::new(404, "Request_ResourceNotFound", text)
    }

    /// 405.
    pub(crate) fn method_not_allowed() -> Self {
        Self::new(405, "Request_BadRequest", "Specified HTTP method is not allowed for the request target.")
    }

    /// A path that leads nowhere.
    pub(crate) fn no_segment(segment: &str) -> Self {
        Self::new(400, "BadRequest", format!("Resource not found for the segment '{segment}'."))
    }

    /// A write without a body.
    pub(crate) fn empty_payload() -> Self {
        Self::new(400, "BadRequest", "Empty Payload. JSON content expected.")
    }

    /// 400 of the directory.
    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(400, "Request_BadRequest", message)
    }

    /// 401 with the challenge that Graph sends.
    pub(crate) fn unauthorized(fault: &TokenFault) -> Self {
        let challenge = "Bearer realm=\"\", authorization_uri=\"https://login.microsoftonline.com/common/oauth2/authorize\", client_id=\"00000003-0000-0000-c000-000000000000\"";
        let mut error = Self::new(401, fault.code, fault.message);
        error.headers.push(("www-authenticate", challenge.to_owned()));
        error
    }

    /// 429; Conditional Access often sends no `Retry-After`.
    pub(crate) fn throttled(retry_after: Option<u32>) -> Self {
        let mut error = Self::new(429, "TooManyRequests", "Please retry again later.");
        error.headers.extend(retry_after.map(|seconds| ("retry-after", seconds.to_string())));
        error
    }

    /// A failure that a test asked for, with Graph's usual code for the status unless it named one.
    pub(crate) fn scripted(status: u16, code: Option<&str>, message: Option<&str>, retry_after: Option<u32>) -> Self {
        let (usual, text) = match status {
            400 => ("BadRequest", "The request is invalid."),
            401 => ("InvalidAuthenticationToken", "Access token has expired or is not yet valid."),
            403 => ("Authorization_RequestDenied", "Insufficient privileges to complete the operation."),
            404 => ("ResourceNotFound", "The resource does not exist."),
            409 => ("Directory_ConcurrencyViolation", "The request could not be completed because of a concurrent change. Please retry."),
            429 => ("TooManyRequests", "Please retry again later."),
            503 => ("ServiceUnavailable", "The service is temporarily unavailable. Please retry later."),
            504 => ("UnknownError", ""),
            _ => ("InternalServerError", "The server encountered an internal error."),
        };
        let mut error = Self::new(status, code.unwrap_or(usual), message.unwrap_or(text));
        error.headers.extend(retry_after.map(|seconds| ("retry-after", seconds.to_string())));
        error
    }

    /// The answer, in Graph's shape (graph-api.md section 0).
    pub(crate) fn reply(&self, core: &Core, call: &Call, request_id: Uuid) -> Reply {
        let client_request_id = call.header("client-request-id").map_or_else(|| request_id.to_string(), str::to_owned);
        let date = core.now().format("%Y-%m-%dT%H:%M:%S").to_string();
        let mut inner = json!({"date": date, "request-id": request_id, "client-request-id": client_request_id});
        if self.status == 429 {
            inner["code"] = json!("429");
            inner["message"] = json!("Please retry after");
            inner["status"] = json!("429");
        }
        let body = json!({"error": {"code": self.code, "message": self.message, "innerError": inner}});
        let mut reply = Reply::graph(self.status, body).with("content-type", "application/json");
        for (name, value) in &self.headers {
            reply = reply.with(name, value);
        }
        super::correlate(reply, request_id, &client_request_id)
    }
}

impl From<CaError> for GraphError {
    fn from(error: CaError) -> Self {
        GraphError::new(error.status, error.code, error.message)
    }
}

impl From<Unsupported> for GraphError {
    fn from(error: Unsupported) -> Self {
        GraphError::new(400, error.code, error.message)
    }
}

impl From<SimError> for GraphError {
    fn from(error: SimError) -> Self {
        tracing::error!(%error, "a write could not be made durable");
        GraphError::new(503, "ServiceUnavailable", "The service is temporarily unavailable. Please retry later.")
    }
}

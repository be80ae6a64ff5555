//! Entra's refusals at the token endpoint, with the texts and the JSON shape its clients know (graph-api.md section 1).

use chrono::{DateTime, Utc};
use serde_json::json;
use uuid::Uuid;

use crate::server::Reply;

/// A refusal: AADSTS number, OAuth error, HTTP status and text.
#[derive(Debug)]
pub(crate) struct LoginError {
    pub status: u16,
    pub error: &'static str,
    pub number: u32,
    pub text: String,
}

impl LoginError {
    pub(crate) fn new(status: u16, error: &'static str, number: u32, text: impl Into<String>) -> Self {
        LoginError { status, error, number, text: text.into() }
    }

    pub(crate) fn invalid_client(number: u32, text: impl Into<String>) -> Self {
        Self::new(401, "invalid_client", number, text)
    }

    pub(crate) fn invalid_request(number: u32, text: impl Into<String>) -> Self {
        Self::new(400, "invalid_request", number, text)
    }

    pub(crate) fn tenant_not_found(tenant: &str) -> Self {
        Self::invalid_request(
            90002,
            format!(
                "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. \
                 Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant."
            ),
        )
    }

    /// The answer. `correlation` is the caller's request id when it sent one.
    pub(crate) fn reply(&self, trace: Uuid, correlation: &str, now: DateTime<Utc>, base: &str) -> Reply {
        let timestamp = now.format("%Y-%m-%d %H:%M:%SZ").to_string();
        let number = self.number;
        let description = format!("AADSTS{number}: {} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {timestamp}", self.text);
        let body = json!({
            "error": self.error, "error_description": description, "error_codes": [number], "timestamp": timestamp,
            "trace_id": trace, "correlation_id": correlation, "error_uri": format!("{base}/error?code={number}")
        });
        Reply::json(self.status, body)
    }
}

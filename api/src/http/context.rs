//! Who and what one request is: put into the request's data for resolvers.

use domain::workspace::Actor;
use http::{HeaderMap, HeaderName};
use tokio::time::Instant;
use uuid::Uuid;

/// The header that carries the request id in both directions.
pub const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The header with which a member of several workspaces names one. On WebSockets also `connection_init`'s `workspace`.
pub const CAUSEWAY_WORKSPACE: HeaderName = HeaderName::from_static("causeway-workspace");

/// How the operation reached us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// POST or GET with a single answer.
    Http,
    /// An event stream.
    EventStream,
    /// graphql-transport-ws.
    WebSocket,
}

/// What a resolver may know about the request, beside its [`Actor`].
#[derive(Clone, Debug)]
pub struct RequestContext {
    /// The id that the log and every error carry.
    pub request_id: RequestId,
    /// How the operation reached us.
    pub transport: Transport,
    /// When the answer of a query or mutation stops being waited for. Streams have none.
    pub deadline: Option<Instant>,
}

/// Identifies one request in answers and logs: the client's own id where it is acceptable, else a fresh one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(pub String);

impl RequestId {
    /// The client's `x-request-id` if it is 1 to 64 characters of `A-Z a-z 0-9 . _ -`, else `fresh`.
    pub fn from_headers(headers: &HeaderMap, fresh: impl FnOnce() -> Uuid) -> Self {
        let given = headers
            .get(X_REQUEST_ID)
            .and_then(|value| value.to_str().ok())
            .filter(|id| (1..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte)));
        Self(given.map_or_else(|| fresh().to_string(), str::to_owned))
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The caller of an operation.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The member that acts.
    pub actor: Actor,
    /// The request.
    pub request_id: RequestId,
    /// How it reached us.
    pub transport: Transport,
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn only_harmless_request_ids_are_kept() {
        let id = |value: &[u8]| {
            let mut headers = HeaderMap::new();
            headers.insert(X_REQUEST_ID, HeaderValue::from_bytes(value).unwrap());
            RequestId::from_headers(&headers, Uuid::nil).0
        };
        assert_eq!(id(b"abc-1.2_3"), "abc-1.2_3");
        for bad in [&b""[..], b"a b", b"<script>", b"\xff", &[b'a'; 65]] {
            assert_eq!(id(bad), Uuid::nil().to_string());
        }
    }
}

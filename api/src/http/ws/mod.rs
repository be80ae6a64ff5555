//! graphql-transport-ws, written from the PROTOCOL.md of the npm package graphql-ws.

mod close;
mod connection;
mod message;
mod operation;
mod outbox;

use async_graphql::Executor;
use axum::body::Body;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{FromRequestParts, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, Request, header};

use super::answer;
use super::context::CAUSEWAY_WORKSPACE;
use super::error::{ApiError, Code};
use super::negotiate::Media;
use super::respond;
use super::state::{HttpState, ResolveActor};

/// The WebSocket subprotocol.
pub const SUBPROTOCOL: &str = "graphql-transport-ws";

/// Upgrades to a WebSocket. A browser's origin must be ours or on the allow-list (cross-site WebSocket hijacking).
pub async fn upgrade<E: Executor, R: ResolveActor>(State(state): State<HttpState<E, R>>, request: Request<Body>) -> Response {
    let request_id = answer::request_id(&request);
    let (mut parts, _) = request.into_parts();
    if !origin_allowed(&parts.headers, &state.options.allowed_origins) {
        let error = ApiError::new(Code::Forbidden, "This origin may not open a WebSocket.");
        return respond::refusal(&error, Media::Json, &request_id);
    }
    let upgrade = match WebSocketUpgrade::from_request_parts(&mut parts, &state).await {
        Ok(upgrade) => upgrade,
        Err(rejection) => {
            let status = rejection.into_response().status();
            let code = if status == http::StatusCode::METHOD_NOT_ALLOWED { Code::MethodNotAllowed } else { Code::BadRequest };
            let error = ApiError::new(code, format!("A WebSocket handshake for {SUBPROTOCOL} is expected here."));
            return respond::refusal(&error, Media::Json, &request_id);
        }
    };
    let text = |name: HeaderName| parts.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let handshake = connection::Handshake { authorization: text(header::AUTHORIZATION), workspace: text(CAUSEWAY_WORKSPACE) };
    upgrade
        .protocols([SUBPROTOCOL])
        // The default buffers (128 KiB each way) are most of an idle connection's memory.
        .read_buffer_size(4096)
        .write_buffer_size(0)
        .max_message_size(state.limits.message_bytes)
        .max_frame_size(state.limits.message_bytes)
        .on_upgrade(move |socket| {
            let tracker = state.tracker.clone();
            // Tracked, so that a shutdown waits until the close frame is out.
            async move {
                let _ = tracker.spawn(connection::serve(socket, state, handshake, request_id)).await;
            }
        })
}

/// No `Origin` is no browser; a browser's must be the host it talks to, or be listed.
fn origin_allowed(headers: &HeaderMap, allowed: &[String]) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else { return true };
    let Ok(origin) = origin.to_str() else { return false };
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let same = origin.split_once("://").is_some_and(|(scheme, authority)| {
        matches!(scheme, "http" | "https") && host.is_some_and(|host| host.eq_ignore_ascii_case(authority))
    });
    same || allowed.iter().any(|entry| entry.eq_ignore_ascii_case(origin))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn origins() {
        let check = |origin: Option<&'static str>| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, HeaderValue::from_static("127.0.0.1:8080"));
            if let Some(origin) = origin {
                headers.insert(header::ORIGIN, HeaderValue::from_static(origin));
            }
            origin_allowed(&headers, &["https://console.example.com".to_owned()])
        };
        assert!(check(None));
        assert!(check(Some("http://127.0.0.1:8080")));
        assert!(check(Some("https://console.example.com")));
        for bad in ["http://127.0.0.1:8081", "https://console.example.com.evil.test", "null", "https://evil.test", ""] {
            assert!(!check(Some(bad)), "{bad}");
        }
    }
}

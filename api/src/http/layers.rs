//! What happens around every request: id, log line, panics, security headers, CORS.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::middleware::Next;
use axum::response::Response;
use futures_util::FutureExt;
use http::{HeaderName, HeaderValue, Method, Request, StatusCode, header};
use tokio::time::Instant;
use tower_http::cors::{AllowOrigin, CorsLayer};
use tracing::Instrument;

use super::context::{CAUSEWAY_WORKSPACE, RequestId, X_REQUEST_ID};
use super::error::{ApiError, Code};
use super::negotiate::Media;
use super::respond;
use super::state::HttpState;

/// Browsers of the listed origins may call the API; there are no cookies, so credentials are never allowed.
pub fn cors(allowed_origins: &[String]) -> CorsLayer {
    let origins: Vec<HeaderValue> = allowed_origins.iter().filter_map(|origin| HeaderValue::from_str(origin).ok()).collect();
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([header::ACCEPT, header::AUTHORIZATION, header::CONTENT_TYPE, X_REQUEST_ID, CAUSEWAY_WORKSPACE])
        .expose_headers([X_REQUEST_ID, header::RETRY_AFTER, header::WWW_AUTHENTICATE])
        .max_age(Duration::from_secs(600))
}

/// Gives the request its id, logs one line, turns a panic of any inner layer into INTERNAL, and sets the security headers.
pub async fn outermost<E, R>(State(state): State<HttpState<E, R>>, mut request: Request<Body>, next: Next) -> Response
where
    E: Send + Sync + 'static,
    R: Send + Sync + 'static,
{
    let request_id = RequestId::from_headers(request.headers(), || state.ids.uuid());
    request.extensions_mut().insert(request_id.clone());
    // The path only: a query string may hold variables.
    let span = tracing::info_span!("request", id = request_id.as_str(), method = %request.method(), path = request.uri().path());
    // A probe that says "not ready" is no incident.
    let probe = request.uri().path().starts_with("/health/");
    let started = Instant::now();
    let ran = AssertUnwindSafe(next.run(request)).catch_unwind().instrument(span.clone()).await;
    let mut response = ran.unwrap_or_else(|_panic| {
        tracing::error!(request_id = request_id.as_str(), "a handler panicked");
        let error = ApiError::new(Code::Internal, "Internal error. Quote the request id when you report it.");
        respond::refusal(&error, Media::Json, &request_id)
    });
    secure(&mut response, &request_id);
    span.in_scope(|| {
        let elapsed_ms = started.elapsed().as_millis() as u64;
        match response.status() {
            status if status.is_server_error() && !probe => tracing::warn!(status = status.as_u16(), elapsed_ms, "answered"),
            status => tracing::debug!(status = status.as_u16(), elapsed_ms, "answered"),
        }
    });
    response
}

fn secure(response: &mut Response, request_id: &RequestId) {
    const FIXED: [(HeaderName, &str); 3] =
        [(header::X_CONTENT_TYPE_OPTIONS, "nosniff"), (header::X_FRAME_OPTIONS, "DENY"), (header::REFERRER_POLICY, "no-referrer")];
    let switching = response.status() == StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(request_id.as_str()) {
        headers.insert(X_REQUEST_ID, value);
    }
    if switching {
        return;
    }
    for (name, value) in FIXED {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if !headers.contains_key(header::CONTENT_SECURITY_POLICY) {
        let nothing = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
        headers.insert(header::CONTENT_SECURITY_POLICY, nothing);
    }
}

//! The page at `/`: endpoints and a query box that need nothing from elsewhere. GraphiQL itself is loaded from a CDN only when asked for.

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http::{HeaderValue, header};

use super::state::HttpState;

const PAGE: &str = include_str!("graphiql.html");

/// The page, with a fresh nonce: no other script runs in it.
pub async fn page<E, R>(State(state): State<HttpState<E, R>>) -> Response {
    let mut random = [0_u8; 18];
    state.ids.fill(&mut random);
    let nonce = BASE64_STANDARD.encode(random);
    // GraphiQL sets style attributes, so styles can't be pinned by the nonce; scripts are.
    let policy = format!(
        "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'unsafe-inline' https://unpkg.com; font-src data:; \
         img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    let html = PAGE.replace("{{nonce}}", &nonce);
    let mut response = (
        [
            (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ],
        Body::from(html),
    )
        .into_response();
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

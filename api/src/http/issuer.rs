//! The development issuer's public documents. There is no endpoint that hands out tokens: `causeway token` does, from the key file.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};

use super::state::HttpState;

/// `/dev/issuer/.well-known/openid-configuration`.
pub async fn discovery<E, R>(State(state): State<HttpState<E, R>>, headers: HeaderMap) -> Response {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    match (&state.embedded_issuer, host) {
        (Some(issuer), Some(host)) => Json(issuer.discovery(host)).into_response(),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

/// `/dev/issuer/jwks`.
pub async fn jwks<E, R>(State(state): State<HttpState<E, R>>) -> Response {
    match &state.embedded_issuer {
        Some(issuer) => Json(issuer.jwks()).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

//! `/health/live`: the process answers. `/health/ready`: it can do its work and isn't shutting down.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde_json::json;
use tokio::time::timeout;

use super::state::HttpState;

/// A probe that takes longer has failed.
const PROBE_LIMIT: Duration = Duration::from_secs(2);

/// 200 as long as the process serves.
pub async fn live() -> Response {
    answer(StatusCode::OK, &json!({ "status": "live" }))
}

/// 200, or 503 with one reason.
pub async fn ready<E, R>(State(state): State<HttpState<E, R>>) -> Response {
    if state.shutdown.is_cancelled() {
        return unavailable("shutting down");
    }
    match timeout(PROBE_LIMIT, (state.ready)()).await {
        Ok(Ok(())) => answer(StatusCode::OK, &json!({ "status": "ready" })),
        Ok(Err(reason)) => unavailable(&reason),
        Err(_) => unavailable("the readiness probe timed out"),
    }
}

fn unavailable(reason: &str) -> Response {
    answer(StatusCode::SERVICE_UNAVAILABLE, &json!({ "status": "unavailable", "reason": reason }))
}

fn answer(status: StatusCode, body: &serde_json::Value) -> Response {
    (status, [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))], Json(body)).into_response()
}

//! `POST /graphql` and `POST /graphql/stream`.

use async_graphql::Executor;
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, Request, header};
use tokio::time::timeout;

use super::answer::{self, Route};
use super::error::{ApiError, Code};
use super::negotiate::is_json_body;
use super::params::Params;
use super::respond;
use super::session::Session;
use super::state::{HttpState, ResolveActor};

/// Executes one operation; a batch is refused. Answers as the `Accept` header asks.
pub async fn graphql<E: Executor, R: ResolveActor>(State(state): State<HttpState<E, R>>, request: Request<Body>) -> Response {
    handle(state, Route::Graphql, request).await
}

/// The same, always as an event stream.
pub async fn stream<E: Executor, R: ResolveActor>(State(state): State<HttpState<E, R>>, request: Request<Body>) -> Response {
    handle(state, Route::Stream, request).await
}

async fn handle<E: Executor, R: ResolveActor>(state: HttpState<E, R>, route: Route, request: Request<Body>) -> Response {
    let request_id = answer::request_id(&request);
    let Some(accepted) = route.accepted(request.headers()) else { return answer::not_acceptable(&request_id) };
    match read(&state, request).await {
        Ok((session, params)) => answer::answer(&state, accepted, session, params, request_id).await,
        Err(error) => respond::refusal(&error, accepted.preferred, &request_id),
    }
}

/// Authenticates first: nothing of a stranger's body is read.
async fn read<E, R: ResolveActor>(state: &HttpState<E, R>, request: Request<Body>) -> Result<(Session, Params), ApiError> {
    let (parts, body) = request.into_parts();
    let session = Session::from_headers(state, &parts.headers).await?;
    if !is_json_body(&parts.headers) {
        return Err(ApiError::new(Code::UnsupportedMediaType, "The body must be application/json in UTF-8."));
    }
    let bytes = read_body(state, &parts.headers, body).await?;
    let params = Params::from_json(&bytes, &state.limits)?;
    Ok((session, params))
}

async fn read_body<E, R>(state: &HttpState<E, R>, headers: &HeaderMap, body: Body) -> Result<bytes::Bytes, ApiError> {
    let max = state.limits.body_bytes;
    let too_large = || ApiError::new(Code::PayloadTooLarge, format!("The body may hold at most {max} bytes."));
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > max) {
        return Err(too_large());
    }
    match timeout(state.timeouts.body, axum::body::to_bytes(body, max)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(error)) if is_length_limit(&error) => Err(too_large()),
        Ok(Err(_)) => Err(ApiError::new(Code::BadRequest, "The body could not be read.")),
        Err(_) => Err(ApiError::new(Code::RequestTimeout, "The body took too long to arrive.")),
    }
}

fn is_length_limit(error: &axum::Error) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if error.is::<http_body_util::LengthLimitError>() {
            return true;
        }
        cause = error.source();
    }
    false
}

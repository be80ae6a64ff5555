//! `GET /graphql` and `GET /graphql/stream`: queries and subscriptions; never a mutation, which a link could trigger.
//! A WebSocket handshake on `/graphql` is passed on.

use async_graphql::Executor;
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::{Request, header};

use super::answer::{self, Route};
use super::params::Params;
use super::respond;
use super::session::Session;
use super::state::{HttpState, ResolveActor};
use super::ws;

/// Executes one query from the query string, or upgrades to a WebSocket.
pub async fn graphql<E: Executor, R: ResolveActor>(State(state): State<HttpState<E, R>>, request: Request<Body>) -> Response {
    let upgrade = request.headers().get(header::UPGRADE);
    if upgrade.is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"websocket")) {
        return ws::upgrade(State(state), request).await;
    }
    handle(state, Route::Graphql, request).await
}

/// The same, always as an event stream.
pub async fn stream<E: Executor, R: ResolveActor>(State(state): State<HttpState<E, R>>, request: Request<Body>) -> Response {
    handle(state, Route::Stream, request).await
}

async fn handle<E: Executor, R: ResolveActor>(state: HttpState<E, R>, route: Route, request: Request<Body>) -> Response {
    let request_id = answer::request_id(&request);
    let Some(accepted) = route.accepted(request.headers()) else { return answer::not_acceptable(&request_id) };
    let session = match Session::from_headers(&state, request.headers()).await {
        Ok(session) => session,
        Err(error) => return respond::refusal(&error, accepted.preferred, &request_id),
    };
    match Params::from_query_string(request.uri().query().unwrap_or_default(), &state.limits) {
        Ok(params) => answer::answer_get(&state, accepted, session, params, request_id).await,
        Err(error) => respond::refusal(&error, accepted.preferred, &request_id),
    }
}

//! The HTTP surface: `/graphql` (POST, GET, event streams, WebSocket), `/graphql/stream`, `/graphql/ws`, `/health/*`, `/`, and the
//! development issuer's documents.
//!
//! The handlers are our own and thin, generic over the executor: the ready-made ones of async-graphql-axum fail 15 of the 61 audits of
//! npm `graphql-http` and 11 of 24 checks of graphql-transport-ws. Deliberately absent: batches, persisted queries, uploads, cookies.

mod answer;
pub mod context;
mod document;
mod encode;
pub mod error;
mod execute;
mod graphiql;
mod graphql_get;
mod graphql_post;
mod guard;
mod health;
mod issuer;
mod layers;
pub mod limits;
mod negotiate;
mod params;
mod respond;
pub mod serve;
mod session;
mod sse;
mod stall;
pub mod state;
#[cfg(test)]
mod tests;
mod ws;

use async_graphql::Executor;
use axum::Router;
use axum::body::Body;
use axum::middleware;
use axum::response::Response;
use axum::routing::{any, get};
use http::Request;

pub use context::{RequestContext, RequestId, Transport};
pub use limits::{Limits, Timeouts};
pub use serve::serve;
pub use state::{HttpOptions, HttpParts, HttpState, ReadyProbe, ResolveActor};

use error::{ApiError, Code};
use negotiate::Media;

/// The whole surface. Each operation finds an [`Actor`](domain::workspace::Actor) and a [`RequestContext`] in its request's data.
pub fn router<E: Executor, R: ResolveActor>(state: HttpState<E, R>) -> Router {
    let mut routes = Router::new()
        .route("/graphql", get(graphql_get::graphql).post(graphql_post::graphql).fallback(method_not_allowed))
        .route("/graphql/stream", get(graphql_get::stream).post(graphql_post::stream).fallback(method_not_allowed))
        .route("/graphql/ws", any(ws::upgrade))
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready));
    if state.options.graphiql {
        routes = routes.route("/", get(graphiql::page));
    }
    if state.embedded_issuer.is_some() {
        routes = routes
            .route("/dev/issuer/.well-known/openid-configuration", get(issuer::discovery))
            .route("/dev/issuer/jwks", get(issuer::jwks));
    }
    routes
        .fallback(not_found)
        .layer(layers::cors(&state.options.allowed_origins))
        .layer(middleware::from_fn_with_state(state.clone(), layers::outermost))
        .with_state(state)
}

async fn not_found(request: Request<Body>) -> Response {
    let error = ApiError::new(Code::NotFound, "There is nothing here. The API is at /graphql.");
    respond::refusal(&error, Media::Json, &answer::request_id(&request))
}

async fn method_not_allowed(request: Request<Body>) -> Response {
    let error = ApiError::new(Code::MethodNotAllowed, "Use POST, or GET for queries.");
    respond::refusal(&error, Media::Json, &answer::request_id(&request))
}

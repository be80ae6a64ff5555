//! From parameters to a response: what POST and GET have in common.

use async_graphql::Executor;
use async_graphql::parser::types::OperationType;
use axum::body::Body;
use axum::response::Response;
use http::{HeaderMap, Request};

use super::context::{Caller, RequestId, Transport};
use super::document;
use super::error::{ApiError, Code};
use super::negotiate::{Accepted, Media, accepted};
use super::params::Params;
use super::session::Session;
use super::state::{HttpState, ResolveActor};
use super::{execute, respond, sse};

/// The two routes, which differ in what they answer when the client names no preference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// `/graphql`: negotiated.
    Graphql,
    /// `/graphql/stream`: always an event stream.
    Stream,
}

impl Route {
    /// The representation for these headers; `None` when there is none.
    pub fn accepted(self, headers: &HeaderMap) -> Option<Accepted> {
        match self {
            Self::Graphql => accepted(headers),
            Self::Stream => Some(Accepted { preferred: Media::EventStream, event_stream: true }),
        }
    }
}

/// The id that the outermost layer gave the request.
pub fn request_id(request: &Request<Body>) -> RequestId {
    request.extensions().get::<RequestId>().cloned().unwrap_or_else(|| RequestId("unknown".to_owned()))
}

/// 406, as JSON, because something must be said.
pub fn not_acceptable(request_id: &RequestId) -> Response {
    let message = "Accept application/graphql-response+json, application/json or text/event-stream.";
    respond::refusal(&ApiError::new(Code::NotAcceptable, message), Media::Json, request_id)
}

/// Executes an operation that came by POST.
pub async fn answer<E: Executor, R: ResolveActor>(
    state: &HttpState<E, R>,
    accepted: Accepted,
    session: Session,
    params: Params,
    request_id: RequestId,
) -> Response {
    run(state, accepted, session, params, request_id, Method::Post).await
}

/// Executes an operation that came by GET: mutations are refused with 405.
pub async fn answer_get<E: Executor, R: ResolveActor>(
    state: &HttpState<E, R>,
    accepted: Accepted,
    session: Session,
    params: Params,
    request_id: RequestId,
) -> Response {
    run(state, accepted, session, params, request_id, Method::Get).await
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Method {
    Get,
    Post,
}

async fn run<E: Executor, R: ResolveActor>(
    state: &HttpState<E, R>,
    accepted: Accepted,
    session: Session,
    params: Params,
    request_id: RequestId,
    method: Method,
) -> Response {
    let media = accepted.preferred;
    let operation = match document::prepare(params, &state.limits) {
        Ok(operation) => operation,
        // graphql-sse: what is wrong with the document is told through the stream that the client asked for.
        Err(error) if media == Media::EventStream && error.code.is_document_error() => return sse::refused(&error, &request_id),
        Err(error) => return respond::refusal(&error, media, &request_id),
    };
    if method == Method::Get && operation.kind == OperationType::Mutation {
        let error = ApiError::new(Code::MethodNotAllowed, "A mutation must be sent with POST.");
        let mut response = respond::refusal(&error, media, &request_id);
        response.headers_mut().insert(http::header::ALLOW, http::HeaderValue::from_static("POST"));
        return response;
    }
    let subscription = operation.kind == OperationType::Subscription;
    if media == Media::EventStream || (subscription && accepted.event_stream) {
        return sse::open(state, session, operation, request_id);
    }
    if subscription {
        let message = "A subscription needs a stream: accept text/event-stream, or connect to /graphql/ws.";
        return respond::refusal(&ApiError::new(Code::NotAcceptable, message), media, &request_id);
    }
    let caller = Caller { actor: session.actor, request_id, transport: Transport::Http };
    let outcome = execute::single(state, operation, caller).await;
    respond::outcome(&outcome, media)
}

//! graphql-sse, distinct connections mode: one event stream per operation, `event: next` for each result, `event: complete` at
//! the end (PROTOCOL.md of graphql-sse). The single connection mode is deliberately absent: HTTP/2 makes it pointless.

use std::convert::Infallible;

use async_graphql::Executor;
use async_graphql::parser::types::OperationType;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use http::{HeaderValue, StatusCode, header};
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval_at};

use super::context::{Caller, RequestId, Transport};
use super::document::Operation;
use super::error::{ApiError, Code};
use super::execute::{self, Outcome};
use super::limits::StreamSlot;
use super::negotiate::Media;
use super::session::{End, Session};
use super::state::{HttpState, ResolveActor};
use super::{encode, respond};

/// Results that may wait for a slow reader; then the source isn't polled any more.
const QUEUE: usize = 16;

/// Starts the operation and answers with its stream.
///
/// The stream ends with `complete` when the operation does; with an `UNAUTHENTICATED` or `FORBIDDEN` result and `complete` when
/// the token expires or the member loses its rights; and without `complete` at shutdown, so that clients reconnect and resume.
pub fn open<E: Executor, R: ResolveActor>(
    state: &HttpState<E, R>,
    session: Session,
    operation: Operation,
    request_id: RequestId,
) -> Response {
    let Some(slot) = state.streams.take(session.actor.member_id, state.limits.streams_per_member) else {
        let message = format!("At most {} streams may be open at a time.", state.limits.streams_per_member);
        return respond::refusal(&ApiError::new(Code::TooManyOperations, message), Media::Json, &request_id);
    };
    let (sender, receiver) = mpsc::channel(QUEUE);
    state.tracker.spawn(feed(state.clone(), session, operation, request_id, sender, slot));
    event_stream(stream::unfold(receiver, |mut receiver| async move { receiver.recv().await.map(|event| (event, receiver)) }).boxed())
}

/// A stream that only tells why the document was refused.
pub fn refused(error: &ApiError, request_id: &RequestId) -> Response {
    let body = encode::errors(&[error.to_server_error(request_id.as_str())]);
    event_stream(stream::iter([next(&body), complete()]).boxed())
}

async fn feed<E: Executor, R: ResolveActor>(
    state: HttpState<E, R>,
    session: Session,
    operation: Operation,
    request_id: RequestId,
    events: mpsc::Sender<Bytes>,
    _slot: StreamSlot,
) {
    let caller = Caller { actor: session.actor.clone(), request_id: request_id.clone(), transport: Transport::EventStream };
    let mut results = results(&state, operation, caller);
    let period = state.timeouts.heartbeat;
    let mut heartbeat = interval_at(Instant::now() + period, period);
    heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let end = session.end(&state);
    tokio::pin!(end);
    loop {
        let event = tokio::select! {
            biased;
            () = events.closed() => return,
            end = &mut end => return say_why(end, &events, &request_id).await,
            _ = heartbeat.tick() => Bytes::from_static(b":\n\n"),
            result = results.next() => match result {
                Some(outcome) => next(&encode::response(&outcome.response, outcome.request_error)),
                None => {
                    let _ = events.send(complete()).await;
                    return;
                }
            },
        };
        // A reader that takes nothing also ends the wait: at the session's end, or when the connection's write limit closes it.
        tokio::select! {
            biased;
            sent = events.send(event) => if sent.is_err() { return },
            _ = &mut end => return,
        }
    }
}

fn results<E: Executor, R: ResolveActor>(state: &HttpState<E, R>, operation: Operation, caller: Caller) -> BoxStream<'static, Outcome> {
    if operation.kind == OperationType::Subscription {
        return execute::stream(state, operation, caller);
    }
    let state = state.clone();
    stream::once(async move { execute::single(&state, operation, caller).await }).boxed()
}

async fn say_why(end: End, events: &mpsc::Sender<Bytes>, request_id: &RequestId) {
    let error = match end {
        End::Shutdown => return,
        End::TokenExpired => ApiError::new(Code::Unauthenticated, "The token has expired. Reconnect and resume from your last cursor."),
        End::NoLongerEntitled => ApiError::new(Code::Forbidden, "Your rights have changed. Reconnect and resume from your last cursor."),
    };
    // No waiting for a reader that doesn't read.
    let _ = events.try_send(next(&encode::errors(&[error.to_server_error(request_id.as_str())])));
    let _ = events.try_send(complete());
}

/// One event; a line break inside the JSON (a stored document may have one) continues on a data line of its own.
fn next(json: &[u8]) -> Bytes {
    let mut event = Vec::with_capacity(json.len() + 24);
    event.extend_from_slice(b"event: next\n");
    for line in json.split(|byte| *byte == b'\n' || *byte == b'\r') {
        event.extend_from_slice(b"data: ");
        event.extend_from_slice(line);
        event.push(b'\n');
    }
    event.push(b'\n');
    event.into()
}

/// The empty data line is for browsers' `EventSource`, which ignores events without one.
fn complete() -> Bytes {
    Bytes::from_static(b"event: complete\ndata: \n\n")
}

fn event_stream(events: BoxStream<'static, Bytes>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(Media::EventStream.content_type())),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::VARY, HeaderValue::from_static("accept, authorization, origin")),
        // Tells nginx not to buffer.
        (header::HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
    ];
    let body = Body::from_stream(events.map(Ok::<_, Infallible>));
    (StatusCode::OK, headers, body).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_breaks_stay_inside_the_event() {
        assert_eq!(next(b"{\"a\":1}"), "event: next\ndata: {\"a\":1}\n\n");
        assert_eq!(next(b"{\n\"a\":1}"), "event: next\ndata: {\ndata: \"a\":1}\n\n");
    }
}

//! Runs prepared operations: deadline, panics, cancellation and the finishing of errors are the same on every transport.

use std::panic::AssertUnwindSafe;

use async_graphql::parser::types::OperationType;
use async_graphql::{Executor, PathSegment, Response, ServerError, Value};
use futures_util::stream::BoxStream;
use futures_util::{FutureExt, StreamExt};
use tokio::time::{Instant, timeout_at};

use super::context::{Caller, RequestContext};
use super::document::Operation;
use super::error::{ApiError, Code};
use super::state::HttpState;

/// An execution result.
#[derive(Debug)]
pub struct Outcome {
    /// The result, with a code and the request id on every error.
    pub response: Response,
    /// True when nothing was executed, because the document doesn't fit the schema or is too complex: there is no `data` then.
    pub request_error: bool,
}

impl Outcome {
    /// The code of the first error, where it is one of the transport's own.
    pub fn code(&self) -> Option<Code> {
        let code = self.response.errors.first()?.extensions.as_ref()?.get("code")?;
        let Value::String(code) = code else { return None };
        [Code::TooComplex, Code::ValidationFailed, Code::BadUserInput, Code::Timeout, Code::Internal]
            .into_iter()
            .find(|known| known.as_str() == code)
    }

    fn failed(error: &ApiError, request_id: &str) -> Self {
        Self { response: Response::from_errors(vec![error.to_server_error(request_id)]), request_error: true }
    }
}

/// Runs a query or a mutation to its end, or to the request deadline.
///
/// A query is cancelled when the caller is dropped. A mutation runs in a task of its own, so that a dropped connection or a
/// passed deadline never cuts it in half; shutdown waits for such tasks.
pub async fn single<E: Executor, R: Send + Sync + 'static>(state: &HttpState<E, R>, operation: Operation, caller: Caller) -> Outcome {
    let deadline = Instant::now() + state.timeouts.request;
    let request_id = caller.request_id.clone();
    let executor = state.executor.clone();
    let kind = operation.kind;
    let request = request(state, operation, caller, Some(deadline));
    let run = async move { AssertUnwindSafe(executor.execute(request)).catch_unwind().await };
    let result = if kind == OperationType::Mutation {
        let task = state.tracker.spawn(run);
        timeout_at(deadline, task).await.map(|joined| joined.unwrap_or_else(|error| Err(Box::new(error))))
    } else {
        timeout_at(deadline, run).await
    };
    match result {
        Ok(Ok(response)) => finish(response, request_id.as_str()),
        Ok(Err(_panic)) => {
            tracing::error!(request_id = request_id.as_str(), "a resolver panicked");
            Outcome::failed(&ApiError::new(Code::Internal, INTERNAL_MESSAGE), request_id.as_str())
        }
        Err(_) => {
            tracing::warn!(request_id = request_id.as_str(), ?kind, "the request deadline passed");
            let message = match kind {
                OperationType::Mutation => "The mutation did not finish in time. It goes on: read the object back before you repeat it.",
                _ => "The query did not finish in time.",
            };
            Outcome::failed(&ApiError::new(Code::Timeout, message), request_id.as_str())
        }
    }
}

/// Runs a subscription. The stream ends after the first result that is a request error, and after a panic.
pub fn stream<E: Executor, R: Send + Sync + 'static>(
    state: &HttpState<E, R>,
    operation: Operation,
    caller: Caller,
) -> BoxStream<'static, Outcome> {
    let request_id = caller.request_id.clone();
    let executor = state.executor.clone();
    let request = request(state, operation, caller, None);
    let responses = executor.execute_stream(request, None);
    AssertUnwindSafe(responses)
        .catch_unwind()
        .map(move |result| match result {
            Ok(response) => finish(response, request_id.as_str()),
            Err(_panic) => {
                tracing::error!(request_id = request_id.as_str(), "a subscription panicked");
                Outcome::failed(&ApiError::new(Code::Internal, INTERNAL_MESSAGE), request_id.as_str())
            }
        })
        .scan(false, |ended, outcome| {
            let next = (!*ended).then_some(outcome);
            *ended |= next.as_ref().is_some_and(|outcome| outcome.request_error);
            std::future::ready(next)
        })
        .boxed()
}

const INTERNAL_MESSAGE: &str = "Internal error. Quote the request id when you report it.";

fn request<E, R>(state: &HttpState<E, R>, operation: Operation, caller: Caller, deadline: Option<Instant>) -> async_graphql::Request {
    let Caller { actor, request_id, transport } = caller;
    let request = operation.request.data(actor).data(RequestContext { request_id, transport, deadline });
    if state.options.introspection { request } else { request.disable_introspection() }
}

/// Gives every error a code and the request id, and hides the text of faults.
fn finish(mut response: Response, request_id: &str) -> Outcome {
    // Errors of execution have a path; errors of validation don't, and then nothing was executed.
    let request_error =
        !response.errors.is_empty() && response.data == Value::Null && response.errors.iter().all(|error| error.path.is_empty());
    for error in &mut response.errors {
        let extensions = error.extensions.get_or_insert_default();
        extensions.set("requestId", request_id);
        if extensions.get("code").is_some() {
            continue;
        }
        let code = if request_error { validation_code(&error.message) } else { execution_code(&error.message) };
        extensions.set("code", code.as_str());
        if code == Code::Internal {
            tracing::error!(request_id, path = path_text(error), message = error.message, "a resolver failed");
            INTERNAL_MESSAGE.clone_into(&mut error.message);
        }
        error.source = None;
    }
    Outcome { response, request_error }
}

/// async-graphql's validator gives its errors no code, so the limits are told by their texts (schema.rs, validation/mod.rs).
fn validation_code(message: &str) -> Code {
    const LIMITS: [&str; 5] = [
        "Query is too complex",
        "Query is nested too deep",
        "The recursion depth of the query",
        "The number of directives on the field",
        "The amount of aliases of the query",
    ];
    if LIMITS.iter().any(|limit| message.starts_with(limit)) { Code::TooComplex } else { Code::ValidationFailed }
}

/// An input that a scalar refused while arguments were read (error.rs, `InputValueError`) is the caller's fault, anything else
/// without a code is ours.
fn execution_code(message: &str) -> Code {
    const INPUT: [&str; 3] = ["Failed to parse \"", "Expected input type \"", "Invalid value for argument"];
    if INPUT.iter().any(|prefix| message.starts_with(prefix)) { Code::BadUserInput } else { Code::Internal }
}

fn path_text(error: &ServerError) -> String {
    let segments: Vec<String> = error
        .path
        .iter()
        .map(|segment| match segment {
            PathSegment::Field(name) => name.clone(),
            PathSegment::Index(index) => index.to_string(),
        })
        .collect();
    segments.join(".")
}

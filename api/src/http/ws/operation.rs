//! One operation on a socket, in a task of its own: a busy one can't starve the others.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::Executor;
use async_graphql::parser::types::OperationType;
use futures_util::StreamExt;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::close::Close;
use super::message;
use super::outbox::Outbox;
use crate::http::context::Caller;
use crate::http::document;
use crate::http::error::{ApiError, Code};
use crate::http::execute;
use crate::http::params::Params;
use crate::http::state::HttpState;

/// The active operations of one socket.
#[derive(Clone, Debug, Default)]
pub struct Operations(Arc<Mutex<HashMap<String, CancellationToken>>>);

/// Membership of one operation in [`Operations`]; leaving frees the id.
#[derive(Debug)]
pub struct Active {
    operations: Operations,
    id: String,
    cancelled: CancellationToken,
}

impl Operations {
    /// Registers an id. `Ok(None)` when the socket has `max` operations already.
    ///
    /// # Errors
    /// Close 4409 when the id is active.
    pub fn start(&self, id: String, max: usize) -> Result<Option<Active>, Close> {
        let mut active = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if active.contains_key(&id) {
            return Err(Close::DuplicateId(id));
        }
        if active.len() >= max {
            return Ok(None);
        }
        let cancelled = CancellationToken::new();
        active.insert(id.clone(), cancelled.clone());
        Ok(Some(Active { operations: self.clone(), id, cancelled }))
    }

    /// Cancels an operation that the client has completed; unknown ids are ignored. The id is free at once.
    pub fn cancel(&self, id: &str) {
        if let Some(cancelled) = self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(id) {
            cancelled.cancel();
        }
    }

    /// Cancels all of them.
    pub fn cancel_all(&self) {
        for (_, cancelled) in self.0.lock().unwrap_or_else(PoisonError::into_inner).drain() {
            cancelled.cancel();
        }
    }
}

impl Drop for Active {
    fn drop(&mut self) {
        // A cancelled one has left already, and its id may belong to a newer operation.
        if !self.cancelled.is_cancelled() {
            self.operations.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.id);
        }
    }
}

/// Runs one `subscribe` to its end. Sends nothing after the client's `complete`.
pub async fn run<E: Executor, R: Send + Sync + 'static>(
    state: HttpState<E, R>,
    caller: Caller,
    payload: Value,
    active: Active,
    outbox: Outbox,
) {
    let cancelled = active.cancelled.clone();
    tokio::select! {
        biased;
        () = cancelled.cancelled() => {}
        () = outbox.gone() => {}
        () = execute(&state, caller, payload, active, &outbox) => {}
    }
}

/// Refuses a `subscribe` beyond the socket's limit.
pub async fn refuse(id: &str, max: usize, caller: &Caller, outbox: &Outbox) {
    let error = ApiError::new(Code::TooManyOperations, format!("At most {max} operations may be active on one connection."));
    outbox.send(message::error(id, &[error.to_server_error(caller.request_id.as_str())])).await;
}

async fn execute<E: Executor, R: Send + Sync + 'static>(
    state: &HttpState<E, R>,
    caller: Caller,
    payload: Value,
    active: Active,
    outbox: &Outbox,
) {
    let id = active.id.clone();
    let prepared = Params::from_value(payload, &state.limits).and_then(|params| document::prepare(params, &state.limits));
    let operation = match prepared {
        Ok(operation) => operation,
        Err(error) => {
            drop(active);
            outbox.send(message::error(&id, &[error.to_server_error(caller.request_id.as_str())])).await;
            return;
        }
    };
    let mut results = if operation.kind == OperationType::Subscription {
        execute::stream(state, operation, caller)
    } else {
        let state = state.clone();
        futures_util::stream::once(async move { execute::single(&state, operation, caller).await }).boxed()
    };
    while let Some(outcome) = results.next().await {
        if outcome.request_error {
            drop(active);
            outbox.send(message::error(&id, &outcome.response.errors)).await;
            return;
        }
        if !outbox.send(message::next(&id, &outcome)).await {
            return;
        }
    }
    // The id is free before the client hears about it, so that it may use it again at once.
    drop(active);
    outbox.send(message::complete(&id)).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cancelled_operation_does_not_free_the_id_of_its_successor() {
        let operations = Operations::default();
        let first = operations.start("1".to_owned(), 2).unwrap().unwrap();
        assert!(matches!(operations.start("1".to_owned(), 2), Err(Close::DuplicateId(_))));
        operations.cancel("1");
        let _second = operations.start("1".to_owned(), 2).unwrap().unwrap();
        drop(first);
        assert!(operations.start("1".to_owned(), 2).is_err());
        let _other = operations.start("2".to_owned(), 2).unwrap().unwrap();
        assert!(operations.start("3".to_owned(), 2).unwrap().is_none());
    }
}

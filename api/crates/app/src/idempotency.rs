//! Idempotency keys: a repeated call returns the first one's object as it is now, and writes nothing.
//!
//! The key is claimed inside the call's own transaction: a refused call leaves no trace, and of two concurrent twins one waits
//! for the other and then finds the key.

use domain::access::Operation;
use domain::workspace::Actor;
use serde::Serialize;
use uuid::Uuid;

use crate::App;
use crate::command::IdempotencyKey;
use crate::error::{AppError, AppResult};

const LONGEST_KEY: usize = 128;

/// One call with its key, if it has one.
pub(crate) struct Once<'a> {
    key: Option<&'a str>,
    operation: Operation,
    input_hash: String,
}

/// Whether a call is the first with its key.
pub(crate) enum Claim {
    /// It is: go on.
    First,
    /// It is not: answer with this object as it is now.
    Replay(Uuid),
}

impl<'a> Once<'a> {
    pub(crate) fn new(operation: Operation, key: &'a IdempotencyKey, input: &impl Serialize) -> AppResult<Self> {
        let key = key.as_deref();
        if let Some(key) = key
            && (key.is_empty() || key.len() > LONGEST_KEY || !key.bytes().all(|byte| (0x20..0x7f).contains(&byte)))
        {
            return Err(AppError::invalid(&["input", "idempotencyKey"], "use 1 to 128 printable ASCII characters, such as a UUID"));
        }
        let input = serde_json::to_string(input).map_err(|cause| AppError::Internal(cause.into()))?;
        Ok(Once { key, operation, input_hash: domain::document::text_hash(&input).0 })
    }
}

impl App {
    /// Claims the key for the object `subject`, inside the call's transaction.
    pub(crate) async fn claim(&self, tx: &store::WriteTx, actor: &Actor, once: &Once<'_>, subject: Uuid) -> AppResult<Claim> {
        let Some(key) = once.key else { return Ok(Claim::First) };
        let new = store::IdempotencyRecord {
            workspace_id: actor.workspace_id,
            member_id: actor.member_id,
            key: key.to_owned(),
            operation: once.operation.as_str().to_owned(),
            input_hash: once.input_hash.clone(),
            result: subject.to_string(),
            created_at: self.now(),
        };
        match tx.put_idempotency(&new).await? {
            None => Ok(Claim::First),
            Some(first) if first.operation == new.operation && first.input_hash == new.input_hash => {
                Ok(Claim::Replay(Uuid::parse_str(&first.result).map_err(|cause| AppError::Internal(cause.into()))?))
            }
            Some(_) => Err(AppError::IdempotencyMismatch),
        }
    }
}

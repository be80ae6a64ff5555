//! Inputs of mutations on drift.

use app::{AcceptDrift, RevertDrift};
use async_graphql::{ID, InputObject};
use domain::id::DriftId;

use crate::ids::Kind;
use crate::scalars::DateTime;
use crate::scope::Scope;
use crate::user_error::{Refused, bad_id};

/// A deviation to accept.
#[derive(InputObject)]
pub struct AcceptDriftInput {
    /// The item.
    id: ID,
    /// Why, at most 2,000 characters.
    reason: String,
    /// Until when: in the future, at most a year away. Then the item is open again.
    until: DateTime,
    /// The item's revision that the caller read.
    expected_revision: i64,
    /// Makes a repeated call return the first one's result: 1 to 128 printable characters, kept for 24 hours at least.
    idempotency_key: Option<String>,
}

impl AcceptDriftInput {
    /// As a command.
    pub fn command(self, scope: &Scope) -> Result<AcceptDrift, Refused> {
        Ok(AcceptDrift {
            id: item(scope, &self.id)?,
            reason: self.reason,
            until: self.until.0,
            expected_revision: self.expected_revision,
            idempotency_key: self.idempotency_key,
        })
    }
}

/// A deviation to take back.
#[derive(InputObject)]
pub struct RevertDriftInput {
    /// The item.
    id: ID,
    /// The item's revision that the caller read.
    expected_revision: i64,
    /// Makes a repeated call return the first one's result: 1 to 128 printable characters, kept for 24 hours at least.
    idempotency_key: Option<String>,
}

impl RevertDriftInput {
    /// As a command.
    pub fn command(self, scope: &Scope) -> Result<RevertDrift, Refused> {
        let id = item(scope, &self.id)?;
        Ok(RevertDrift { id, expected_revision: self.expected_revision, idempotency_key: self.idempotency_key })
    }
}

fn item(scope: &Scope, id: &ID) -> Result<DriftId, Refused> {
    scope.ids.key(id, Kind::Drift).map(DriftId).map_err(|error| bad_id(error, "id"))
}

//! Inputs of mutations on policies.

use app::command::{MetadataEdit, UpdatePolicyMetadata};
use async_graphql::{ID, InputObject, MaybeUndefined};
use domain::id::PolicyId;

use crate::enums::Criticality;
use crate::ids::Kind;
use crate::scope::Scope;
use crate::user_error::{Refused, bad_id};

/// The workspace's metadata of a policy. What is left out stays; `null` clears.
#[derive(InputObject)]
pub struct UpdatePolicyMetadataInput {
    /// The policy.
    id: ID,
    /// How much it matters.
    criticality: MaybeUndefined<Criticality>,
    /// The workspace's own code for it, such as `CA001`: 1 to 64 characters.
    code: MaybeUndefined<String>,
    /// Labels: at most 20 of 1 to 64 characters.
    tags: MaybeUndefined<Vec<String>>,
    /// The policy's revision that the caller read.
    expected_revision: i64,
    /// Makes a repeated call return the first one's result: 1 to 128 printable characters, kept for 24 hours at least.
    idempotency_key: Option<String>,
}

impl UpdatePolicyMetadataInput {
    /// As a command.
    pub fn command(self, scope: &Scope) -> Result<UpdatePolicyMetadata, Refused> {
        let policy_id = scope.ids.key(&self.id, Kind::Policy).map(PolicyId).map_err(|error| bad_id(error, "id"))?;
        let edit = MetadataEdit {
            criticality: edit(self.criticality).map(|value| value.map(Into::into)),
            code: edit(self.code),
            tags: edit(self.tags).map(Option::unwrap_or_default),
        };
        Ok(UpdatePolicyMetadata { policy_id, edit, expected_revision: self.expected_revision, idempotency_key: self.idempotency_key })
    }
}

/// Outer `None` keeps, inner `None` clears.
fn edit<T>(value: MaybeUndefined<T>) -> Option<Option<T>> {
    match value {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Null => Some(None),
        MaybeUndefined::Value(value) => Some(Some(value)),
    }
}

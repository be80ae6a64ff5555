//! `policy.create`.

use app::{NewPolicy, NewPolicySource};
use async_graphql::{ID, InputObject, OneofObject};
use domain::id::{BaselinePolicyId, PolicyId};

use super::write::At;
use crate::enums::PolicyState;
use crate::ids::{IdError, Kind};
use crate::scalars::Json;
use crate::scope::Scope;
use crate::user_error::{Refused, not_found};

/// `policy.create`: creates a policy.
#[derive(InputObject)]
pub struct CreatePolicyInput {
    /// Where its document comes from.
    source: CreatePolicySourceInput,
    /// Another display name than the source's: 1 to 256 characters.
    display_name: Option<String>,
    /// The state wanted. The source's own state does not count.
    #[graphql(default_with = "PolicyState::ReportOnly")]
    state: PolicyState,
}

/// Where a new policy's document comes from: exactly one.
#[derive(OneofObject)]
pub enum CreatePolicySourceInput {
    /// A policy of the workspace's baseline library.
    BaselinePolicyId(ID),
    /// A policy of this or of another tenant: as the newest snapshot has it. In another tenant, ids of objects become their names.
    CopyPolicyId(ID),
    /// Graph's document. What the service sets is dropped; a reference may be a name instead of an id.
    Document(Json),
}

impl CreatePolicyInput {
    pub(super) fn domain(self, scope: &Scope) -> Result<NewPolicy, Refused> {
        let source = match self.source {
            CreatePolicySourceInput::BaselinePolicyId(id) => {
                NewPolicySource::Baseline(BaselinePolicyId(key(scope, &id, Kind::BaselinePolicy, "source.baselinePolicyId")?))
            }
            CreatePolicySourceInput::CopyPolicyId(id) => {
                NewPolicySource::Copy(PolicyId(key(scope, &id, Kind::Policy, "source.copyPolicyId")?))
            }
            CreatePolicySourceInput::Document(json) => NewPolicySource::Document(
                serde_json::from_slice(json.bytes())
                    .map_err(|error| At("create").refuse("source.document", format!("not JSON: {error}")))?,
            ),
        };
        Ok(NewPolicy { source, display_name: self.display_name, state: self.state.into() })
    }
}

fn key(scope: &Scope, id: &ID, kind: Kind, field: &str) -> Result<uuid::Uuid, Refused> {
    scope.ids.key(id, kind).map_err(|error| match error {
        IdError::Unknown => not_found(&["input", "payload", "create", "source"]),
        IdError::Malformed => At("create").refuse(field, "not an id of this API"),
        IdError::WrongKind => At("create").refuse(field, "an id of another kind of object"),
    })
}

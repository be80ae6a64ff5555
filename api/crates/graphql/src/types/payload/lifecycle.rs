//! State, name, and coming and going of policies.

use async_graphql::{ComplexObject, Context, ID, SimpleObject};
use domain::change::payload;
use uuid::Uuid;

use crate::enums::{CreateSource, PolicyState};
use crate::ids::Kind;
use crate::scalars::Json;
use crate::scope::ids;

/// `policy.state_change`: sets the policy's state.
#[derive(SimpleObject)]
pub struct StateChange {
    /// The state wanted.
    pub(super) to: PolicyState,
}

/// `policy.rename`: sets the policy's display name.
#[derive(SimpleObject)]
pub struct Rename {
    /// The name wanted.
    pub(super) display_name: String,
}

/// `policy.create`: creates a policy. Its document was fixed when the change was created.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct CreatePolicy {
    /// Graph's document. A reference may be a name instead of an id: it is looked up in the tenant.
    document: Json,
    /// The display name wanted.
    display_name: String,
    /// The state wanted.
    state: PolicyState,
    /// Where the document comes from.
    source: CreateSource,
    #[graphql(skip)]
    source_id: Option<Uuid>,
}

#[ComplexObject]
impl CreatePolicy {
    /// The baseline policy or the policy that the document comes from; `null` where it was given as it is. The source may have
    /// changed or gone since.
    async fn source_id(&self, ctx: &Context<'_>) -> Option<ID> {
        let kind = match self.source {
            CreateSource::Baseline => Kind::BaselinePolicy,
            CreateSource::Copy | CreateSource::Deleted => Kind::Policy,
            CreateSource::Document => return None,
        };
        self.source_id.map(|key| ids(ctx).id(kind, key))
    }
}

impl From<&payload::CreatePolicy> for CreatePolicy {
    fn from(create: &payload::CreatePolicy) -> Self {
        CreatePolicy {
            document: Json::of(&create.document),
            display_name: create.document.get("displayName").and_then(|name| name.as_str()).unwrap_or_default().to_owned(),
            state: create.state.into(),
            source: create.source.into(),
            source_id: create.source_id,
        }
    }
}

/// `policy.delete`: moves a policy to Entra's recycle bin, from where it can be restored for 30 days.
#[derive(SimpleObject)]
pub struct DeletePolicy {
    /// The policy's display name, as a person typed it.
    confirm_display_name: String,
}

impl From<&payload::DeletePolicy> for DeletePolicy {
    fn from(delete: &payload::DeletePolicy) -> Self {
        DeletePolicy { confirm_display_name: delete.confirm_display_name.clone() }
    }
}

/// `policy.restore`: takes a policy out of Entra's recycle bin.
#[derive(SimpleObject)]
pub struct RestorePolicy {
    /// It comes back in the state that it had when it was deleted. Always true: Graph offers nothing else.
    pub(super) to_recycled_state: bool,
}

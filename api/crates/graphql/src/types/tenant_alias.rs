//! What names stand for in a tenant.

use async_graphql::{Context, ID, Object};

use crate::enums::DirectoryKind;
use crate::fault::Nullable;
use crate::scalars::DateTime;
use crate::scope::scope;
use crate::types::user::{User, user_of};

/// A name that a member keeps for an object of a tenant.
pub struct TenantAlias(pub domain::tenant::TenantAlias);

/// A name that a member keeps for an object of a tenant: in every change, a reference by this name is that object.
#[Object]
impl TenantAlias {
    /// The kind of object.
    async fn kind(&self) -> DirectoryKind {
        self.0.kind.into()
    }

    /// The name; case does not count.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Entra's id of the object. Not an id of this API.
    async fn object_id(&self) -> ID {
        ID(self.0.object_id.clone())
    }

    /// Who keeps it; `null` when the member was removed.
    async fn kept_by(&self, ctx: &Context<'_>) -> Nullable<User> {
        user_of(scope(ctx), Some(self.0.kept_by)).await
    }

    /// Since when.
    async fn kept_at(&self) -> DateTime {
        self.0.kept_at.into()
    }
}

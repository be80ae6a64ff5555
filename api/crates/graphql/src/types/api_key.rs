//! API keys: everything but their secrets.

use async_graphql::{Context, ID, Object, Result};
use domain::id::MemberId;

use crate::connection::{Connection, wants_total};
use crate::enums::Role;
use crate::fault::{Nullable, fault, found};
use crate::ids::Kind;
use crate::paging::PageArgs;
use crate::scalars::DateTime;
use crate::scope::{Scope, ids, scope};
use crate::types::member::tenants_of;
use crate::types::tenant::Tenant;
use crate::types::user::{User, user_of};

/// An API key.
pub struct ApiKey(pub domain::api_key::ApiKey);

/// Loads a key by id.
pub async fn api_key(scope: &Scope, id: MemberId) -> Nullable<ApiKey> {
    found(scope.app.api_key(&scope.actor, id).await).map(|found| found.map(ApiKey))
}

/// A page of the workspace's keys, newest first.
pub async fn api_keys(ctx: &Context<'_>, page: &PageArgs) -> Result<Connection<ApiKey>> {
    let scope = scope(ctx);
    let found = scope.app.api_keys(&scope.actor, &page.request()?).await.map_err(fault)?;
    let total = match wants_total(ctx) {
        true => Some(scope.app.count_api_keys(&scope.actor).await.map_err(fault)),
        false => None,
    };
    Ok(Connection::of(found, total, ApiKey))
}

/// A key that a machine shows as a bearer token (`Authorization: Bearer cwk_...`). It acts as a member of its own, with its own role and
/// tenants; where persons are compared, such as for approvals, it is its owner. Its secret is shown once, by `createApiKey`, and is stored
/// nowhere.
#[Object]
impl ApiKey {
    /// Opaque, globally unique, stable. Another one than that of `user`.
    pub async fn id(&self, ctx: &Context<'_>) -> ID {
        ids(ctx).id(Kind::ApiKey, self.0.member.id.0)
    }

    /// The member that it acts as, as everything that it did refers to it.
    async fn user(&self) -> User {
        User::new(self.0.member.id, self.0.member.display_name.clone())
    }

    /// Display name.
    async fn display_name(&self) -> &str {
        &self.0.member.display_name
    }

    /// The last four characters of its secret.
    async fn last_four(&self) -> &str {
        &self.0.last_four
    }

    /// What it may do. Never `OWNER`.
    async fn role(&self) -> Role {
        self.0.member.role.into()
    }

    /// The tenants it is limited to, as far as the caller sees them, at most 1,000; `null` when it is not limited.
    #[graphql(complexity = "1 + 10 * child_complexity")]
    async fn tenants(&self, ctx: &Context<'_>) -> Nullable<Vec<Nullable<Tenant>>> {
        tenants_of(scope(ctx), self.0.member.tenant_scope.as_ref()).await
    }

    /// Who created it, and whose membership it ends with.
    async fn owner(&self, ctx: &Context<'_>) -> Nullable<User> {
        user_of(scope(ctx), self.0.member.owned_by).await
    }

    /// When it was created.
    async fn created_at(&self) -> DateTime {
        self.0.member.created_at.into()
    }

    /// From when on it is refused.
    async fn expires_at(&self) -> DateTime {
        self.0.expires_at.into()
    }

    /// Its last use, to within a minute; `null` before the first.
    async fn last_used_at(&self) -> Option<DateTime> {
        self.0.last_used_at.map(DateTime::from)
    }

    /// When it was revoked, by an owner or because its owner's membership ended or was limited; `null` while it was not.
    async fn revoked_at(&self) -> Option<DateTime> {
        self.0.member.removed_at.map(DateTime::from)
    }

    /// Whether it is neither revoked nor at its end, by the server's clock.
    async fn active(&self, ctx: &Context<'_>) -> bool {
        self.0.works_at(scope(ctx).clock.now())
    }
}

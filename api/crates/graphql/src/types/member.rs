//! Memberships: what a member may do. What a member is called elsewhere is `User`.

use std::collections::BTreeSet;
use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result};
use domain::id::{MemberId, TenantId};

use crate::connection::{Connection, wants_total};
use crate::enums::Role;
use crate::fault::{Nullable, fault};
use crate::ids::Kind;
use crate::paging::PageArgs;
use crate::scalars::DateTime;
use crate::scope::{Scope, ids, scope};
use crate::types::tenant::{Tenant, tenant};
use crate::types::user::User;

/// A membership.
pub struct Member(Arc<domain::workspace::Member>);

impl Member {
    /// From a member that is no API key.
    pub fn new(member: domain::workspace::Member) -> Self {
        Member(Arc::new(member))
    }
}

/// Loads a membership by id, also one that has ended; an API key is none.
pub async fn member(scope: &Scope, id: MemberId) -> Nullable<Member> {
    let found = scope.loader.load_one(id).await.transpose()?;
    found.map(|member| Some(member).filter(|member| !member.is_api_key()).map(Member)).transpose()
}

/// A page of the workspace's members, oldest first.
pub async fn members(ctx: &Context<'_>, page: &PageArgs) -> Result<Connection<Member>> {
    let scope = scope(ctx);
    let found = scope.app.members(&scope.actor, &page.request()?).await.map_err(fault)?;
    let total = match wants_total(ctx) {
        true => Some(scope.app.count_members(&scope.actor).await.map_err(fault)),
        false => None,
    };
    Ok(Connection::of(found, total, Member::new))
}

/// A person's or service account's membership of the workspace: its principal, role and tenants. Who has left keeps one, because what they did
/// refers to it.
#[Object]
impl Member {
    /// Opaque, globally unique, stable. Another one than that of `user`.
    pub async fn id(&self, ctx: &Context<'_>) -> ID {
        ids(ctx).id(Kind::Membership, self.0.id.0)
    }

    /// The member, as everything that it did refers to it.
    async fn user(&self) -> User {
        User::from(self.0.clone())
    }

    /// Display name.
    async fn display_name(&self) -> &str {
        &self.0.display_name
    }

    /// The issuer (`iss`) of its tokens.
    async fn issuer(&self) -> &str {
        &self.0.issuer
    }

    /// The principal at that issuer: `tid/oid` for Entra, `sub` elsewhere.
    async fn subject(&self) -> &str {
        &self.0.subject
    }

    /// What it may do.
    async fn role(&self) -> Role {
        self.0.role.into()
    }

    /// The tenants it is limited to, as far as the caller sees them, at most 1,000; `null` when it is not limited.
    #[graphql(complexity = "1 + 10 * child_complexity")]
    async fn tenants(&self, ctx: &Context<'_>) -> Nullable<Vec<Nullable<Tenant>>> {
        tenants_of(scope(ctx), self.0.tenant_scope.as_ref()).await
    }

    /// When it first became a member.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// When it was removed; `null` while it is a member.
    async fn removed_at(&self) -> Option<DateTime> {
        self.0.removed_at.map(DateTime::from)
    }

    /// Raised by every update; what `expectedRevision` is compared with.
    async fn revision(&self) -> i64 {
        self.0.version
    }
}

/// The tenants of a scope that the caller sees.
pub(super) async fn tenants_of(scope: &Scope, tenants: Option<&BTreeSet<TenantId>>) -> Nullable<Vec<Nullable<Tenant>>> {
    let seen = tenants?.iter().filter(|id| scope.actor.sees(**id)).map(|id| tenant(scope, *id));
    Some(Ok(futures_util::future::join_all(seen).await))
}

//! Members, as other members see them.

use std::sync::Arc;

use async_graphql::{Context, ID, Object};
use domain::id::MemberId;
use domain::workspace::Member;

use crate::fault::Nullable;
use crate::ids::Kind;
use crate::scope::{Scope, ids};

/// A member.
pub struct User {
    id: MemberId,
    display_name: String,
}

impl User {
    /// From what is known of the caller.
    pub fn new(id: MemberId, display_name: String) -> Self {
        User { id, display_name }
    }
}

impl From<Arc<Member>> for User {
    fn from(member: Arc<Member>) -> Self {
        User::new(member.id, member.display_name.clone())
    }
}

/// Loads a member that something refers to.
pub async fn user(scope: &Scope, id: MemberId) -> Nullable<User> {
    scope.loader.load_one(id).await.transpose().map(|member| member.map(User::from))
}

/// As [`user`], for a reference that may be absent.
pub async fn user_of(scope: &Scope, id: Option<MemberId>) -> Nullable<User> {
    match id {
        Some(id) => user(scope, id).await,
        None => None,
    }
}

/// A person or a service account of the workspace.
#[Object]
impl User {
    /// Opaque, globally unique, stable.
    pub async fn id(&self, ctx: &Context<'_>) -> ID {
        ids(ctx).id(Kind::Member, self.id.0)
    }

    /// Display name.
    async fn display_name(&self) -> &str {
        &self.display_name
    }
}

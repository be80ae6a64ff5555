//! The audit log.

use async_graphql::{Context, ID, Object};

use crate::enums::AuditOutcome;
use crate::fault::Nullable;
use crate::ids::Kind;
use crate::scalars::{DateTime, Json};
use crate::scope::{ids, scope};
use crate::types::node::{Node, subject};
use crate::types::tenant::{Tenant, tenant};
use crate::types::user::{User, user_of};

/// An audit entry.
pub struct AuditEntry(pub domain::audit::AuditEntry);

/// Who did what, when, to what, with which outcome. Append-only; each entry seals the one before it.
#[Object]
impl AuditEntry {
    /// Opaque, globally unique, stable.
    async fn id(&self, ctx: &Context<'_>) -> ID {
        ids(ctx).id(Kind::Audit, self.0.id.0)
    }

    /// Place in the chain, dense, from 1.
    async fn seq(&self) -> i64 {
        self.0.seq
    }

    /// When.
    async fn at(&self) -> DateTime {
        self.0.at.into()
    }

    /// Who; `null` is Causeway itself.
    async fn actor(&self, ctx: &Context<'_>) -> Nullable<User> {
        user_of(scope(ctx), self.0.entry.actor).await
    }

    /// The operation, as in this API (`applyChange`), or `system.*`.
    async fn action(&self) -> &str {
        &self.0.entry.action
    }

    /// How it ended.
    async fn outcome(&self) -> AuditOutcome {
        self.0.entry.outcome.into()
    }

    /// The tenant concerned.
    async fn tenant(&self, ctx: &Context<'_>) -> Nullable<Tenant> {
        match self.0.entry.tenant_id {
            Some(id) => tenant(scope(ctx), id).await,
            None => None,
        }
    }

    /// What it was done to; `null` when that is gone.
    async fn subject(&self, ctx: &Context<'_>) -> Nullable<Node> {
        subject(scope(ctx), self.0.entry.subject_kind, self.0.entry.subject_id).await
    }

    /// Facts for a reader; never a secret.
    async fn detail(&self) -> Json {
        Json::of(&self.0.entry.detail)
    }

    /// Hash of the entry before; 64 zeros for the first.
    async fn prev_hash(&self) -> &str {
        &self.0.prev_hash
    }

    /// SHA-256 over `prevHash` and this entry's canonical text, lower-case hex.
    async fn hash(&self) -> &str {
        &self.0.hash
    }
}

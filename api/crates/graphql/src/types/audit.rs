//! The audit log.

use async_graphql::{Context, ID, Object};
use domain::id::AuditId;

use crate::enums::AuditOutcome;
use crate::fault::{Nullable, fault};
use crate::ids::Kind;
use crate::scalars::{DateTime, Json};
use crate::scope::{Scope, ids, scope};
use crate::types::node::{Node, subject};
use crate::types::tenant::{Tenant, tenant};
use crate::types::user::{User, user_of};

/// An audit entry.
pub struct AuditEntry(pub domain::audit::AuditEntry);

/// Who did what, when, to what, with which outcome. Append-only; each entry seals the one before it.
#[Object]
impl AuditEntry {
    /// Opaque, globally unique, stable.
    pub async fn id(&self, ctx: &Context<'_>) -> ID {
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

/// What computing a stretch of the audit chain again found.
pub struct AuditVerification(pub app::audit_chain::AuditVerification);

/// What computing a stretch of the audit chain again found.
#[Object]
impl AuditVerification {
    /// Whether every entry of the stretch fits the one before it and its own hash.
    async fn ok(&self) -> bool {
        self.0.broken.is_none()
    }

    /// Entries that fit, from the start of the stretch.
    async fn checked(&self) -> u64 {
        self.0.checked
    }

    /// The place of the last entry that fits: go on after it where `complete` is false.
    async fn through(&self) -> i64 {
        self.0.through
    }

    /// That entry's hash. Written down elsewhere, it proves later that nothing before it was changed.
    async fn head_hash(&self) -> &str {
        &self.0.head
    }

    /// Whether the walk came to the end of the log.
    async fn complete(&self) -> bool {
        self.0.complete
    }

    /// The place of the first entry that does not fit.
    async fn first_broken_seq(&self) -> Option<i64> {
        self.0.broken.as_ref().map(|broken| broken.seq)
    }

    /// What does not fit, for a person.
    async fn message(&self) -> Option<String> {
        self.0.broken.as_ref().map(ToString::to_string)
    }
}

/// Loads an entry by id.
pub async fn audit_entry(scope: &Scope, id: AuditId) -> Nullable<AuditEntry> {
    scope.app.audit_entry(&scope.actor, id).await.map_err(fault).transpose().map(|found| found.map(AuditEntry))
}

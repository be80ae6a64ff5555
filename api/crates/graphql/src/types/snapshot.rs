//! Snapshots and what they hold.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result};
use domain::id::SnapshotId;
use domain::snapshot::ManifestItem;

use crate::connection::Connection;
use crate::enums::{SnapshotItemKind, SnapshotKind};
use crate::fault::{Nullable, fault};
use crate::ids::Kind;
use crate::paging::{args, cost};
use crate::scalars::{DateTime, Json};
use crate::scope::{Scope, ids, scope};
use crate::types::change::ChangeRequest;
use crate::types::tenant::{Tenant, tenant};

/// A snapshot.
pub struct Snapshot(pub Arc<domain::snapshot::Snapshot>);

/// Loads a snapshot that something refers to.
pub async fn snapshot_of(scope: &Scope, id: Option<SnapshotId>) -> Nullable<Snapshot> {
    match id {
        Some(id) => scope.loader.load_one(id).await.transpose().map(|found| found.map(Snapshot)),
        None => None,
    }
}

/// What one tenant held at one moment. An unchanged document, and an unchanged tenant, are stored once.
#[Object]
impl Snapshot {
    /// Opaque, globally unique, stable.
    pub async fn id(&self, ctx: &Context<'_>) -> ID {
        ids(ctx).id(Kind::Snapshot, self.0.id.0)
    }

    /// The tenant.
    async fn tenant(&self, ctx: &Context<'_>) -> Nullable<Tenant> {
        tenant(scope(ctx), self.0.tenant_id).await
    }

    /// When the reading ended.
    async fn taken_at(&self) -> DateTime {
        self.0.taken_at.into()
    }

    /// Why it was taken.
    async fn kind(&self) -> SnapshotKind {
        self.0.kind.into()
    }

    /// Hash of what it holds: equal hashes are equal tenants.
    async fn content_hash(&self) -> &str {
        &self.0.content_hash.0
    }

    /// Policies in it.
    async fn policy_count(&self) -> i32 {
        self.0.policy_count
    }

    /// The change it was taken for.
    async fn change(&self) -> Option<ChangeRequest> {
        self.0.change_id.map(ChangeRequest::named)
    }

    /// What it holds, by kind and id.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn items(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Items from the start or after a cursor: 1 to 100, 25 unless given.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go on from.")] after: Option<String>,
        #[graphql(desc = "Items from the end or before a cursor: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "The cursor to go back from.")] before: Option<String>,
    ) -> Nullable<Connection<SnapshotItem>> {
        Some(self.page_of_items(scope(ctx), args(first, after, last, before)).await)
    }
}

impl Snapshot {
    async fn page_of_items(&self, scope: &Scope, page: crate::paging::PageArgs) -> Result<Connection<SnapshotItem>> {
        let manifest = scope.app.snapshot_items(&scope.actor, self.0.id).await.map_err(fault)?;
        Connection::slice(manifest.items, &page, SnapshotItem)
    }
}

/// One object of a snapshot.
pub struct SnapshotItem(ManifestItem);

/// One object of a snapshot.
#[Object]
impl SnapshotItem {
    /// What it is.
    async fn kind(&self) -> SnapshotItemKind {
        self.0.kind.into()
    }

    /// Graph's id of it. Not an id of this API.
    async fn object_id(&self) -> &str {
        &self.0.object_id
    }

    /// Its name at that moment.
    async fn display_name(&self) -> &str {
        &self.0.display_name
    }

    /// SHA-256 of its canonical form, lower-case hex; what a diff compares.
    async fn content_hash(&self) -> &str {
        &self.0.content_hash.0
    }

    /// Graph's document of it, verbatim.
    #[graphql(complexity = 5)]
    async fn document(&self, ctx: &Context<'_>) -> Nullable<Json> {
        document(scope(ctx), &self.0.document_hash).await
    }
}

/// Loads a stored text.
pub async fn document(scope: &Scope, hash: &domain::id::ContentHash) -> Nullable<Json> {
    let text = scope.loader.load_one(hash.clone()).await.transpose()?;
    Some(text.map(|text| Json::verbatim(text.as_ref().clone())))
}

//! Snapshots of a tenant; written once, never changed.

use chrono::DateTime;
use domain::id::{ChangeId, ContentHash, SnapshotId, TenantId, WorkspaceId};
use domain::snapshot::{Snapshot, SnapshotKind};
use entity::snapshot::{ActiveModel, Column, Entity, Model};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, Select};

use crate::convert::{all, text};
use crate::db::{Reader, WriteTx};
use crate::error::Result;
use crate::ids::in_ids;
use crate::page::{Cursor, Keyset, Page, PageRequest, SortKey};

impl Reader {
    /// One snapshot.
    pub async fn snapshot(&self, workspace: WorkspaceId, id: SnapshotId) -> Result<Option<Snapshot>> {
        let row = Entity::find_by_id(id.0).filter(Column::WorkspaceId.eq(workspace.0)).one(&self.db).await?;
        row.map(to_snapshot).transpose()
    }

    /// Snapshots by id, in no order; unknown ids are left out.
    pub async fn snapshots_by_ids(&self, workspace: WorkspaceId, ids: &[SnapshotId]) -> Result<Vec<Snapshot>> {
        let rows = Entity::find()
            .filter(Column::WorkspaceId.eq(workspace.0))
            .filter(in_ids(&self.db, "id", ids.iter().map(|id| id.0)))
            .all(&self.db)
            .await?;
        all(rows, to_snapshot)
    }

    /// A page of a tenant's snapshots, newest first; no kinds are all kinds.
    pub async fn snapshots_page(
        &self,
        workspace: WorkspaceId,
        tenant: TenantId,
        kinds: &[SnapshotKind],
        request: &PageRequest,
    ) -> Result<Page<Snapshot>> {
        let keyset = Keyset {
            list: "snapshots",
            key: Expr::col(Column::TakenAt),
            id: Some(Expr::col(Column::Id)),
            descending: true,
            like: SortKey::Time(DateTime::UNIX_EPOCH),
        };
        let rows = keyset.apply(of_tenant(workspace, tenant, kinds), request)?.all(&self.db).await?;
        keyset.page(rows, request, |row| Cursor { key: SortKey::Time(row.taken_at), id: row.id }, to_snapshot)
    }

    /// How many snapshots of these kinds a tenant has.
    pub async fn count_snapshots(&self, workspace: WorkspaceId, tenant: TenantId, kinds: &[SnapshotKind]) -> Result<u64> {
        Ok(of_tenant(workspace, tenant, kinds).count(&self.db).await?)
    }

    /// A tenant's newest snapshot of these kinds.
    pub async fn latest_snapshot(&self, workspace: WorkspaceId, tenant: TenantId, kinds: &[SnapshotKind]) -> Result<Option<Snapshot>> {
        let row = newest_first(of_tenant(workspace, tenant, kinds)).one(&self.db).await?;
        row.map(to_snapshot).transpose()
    }

    /// The newest snapshot of these kinds that is older than `than`, of the same tenant.
    pub async fn previous_snapshot(&self, workspace: WorkspaceId, than: &Snapshot, kinds: &[SnapshotKind]) -> Result<Option<Snapshot>> {
        let place = Expr::tuple([Expr::col(Column::TakenAt), Expr::col(Column::Id)]);
        let mark = Expr::tuple([Expr::val(than.taken_at), Expr::val(than.id.0)]);
        let older = of_tenant(workspace, than.tenant_id, kinds).filter(place.lt(mark));
        newest_first(older).one(&self.db).await?.map(to_snapshot).transpose()
    }
}

impl WriteTx {
    /// Adds a snapshot. Its manifest must be stored under `content_hash` already: a foreign key holds it.
    pub async fn insert_snapshot(&self, new: &Snapshot) -> Result<()> {
        let row = ActiveModel {
            id: Set(new.id.0),
            workspace_id: Set(new.workspace_id.0),
            tenant_id: Set(new.tenant_id.0),
            kind: Set(new.kind.as_str().to_owned()),
            taken_at: Set(new.taken_at),
            content_hash: Set(new.content_hash.0.clone()),
            policy_count: Set(new.policy_count),
            change_id: Set(new.change_id.map(|id| id.0)),
        };
        Entity::insert(row).exec_without_returning(&self.db).await?;
        Ok(())
    }
}

fn of_tenant(workspace: WorkspaceId, tenant: TenantId, kinds: &[SnapshotKind]) -> Select<Entity> {
    let select = Entity::find().filter(Column::WorkspaceId.eq(workspace.0)).filter(Column::TenantId.eq(tenant.0));
    if kinds.is_empty() {
        return select;
    }
    select.filter(Column::Kind.is_in(kinds.iter().map(|kind| kind.as_str())))
}

fn newest_first(select: Select<Entity>) -> Select<Entity> {
    select.order_by_desc(Column::TakenAt).order_by_desc(Column::Id)
}

fn to_snapshot(row: Model) -> Result<Snapshot> {
    Ok(Snapshot {
        id: SnapshotId(row.id),
        workspace_id: WorkspaceId(row.workspace_id),
        tenant_id: TenantId(row.tenant_id),
        kind: text("snapshot.kind", &row.kind)?,
        taken_at: row.taken_at,
        content_hash: ContentHash(row.content_hash),
        policy_count: row.policy_count,
        change_id: row.change_id.map(ChangeId),
    })
}

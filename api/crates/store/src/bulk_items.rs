//! Items of bulk changes: one step in one tenant each.
//!
//! Whoever writes items holds their bulk change ([`WriteTx::hold_bulk_change`]) or updates it in the same transaction; so items have no version.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use domain::bulk::BulkItem;
use domain::change::request::ChangeRequest;
use domain::id::{BulkChangeId, ChangeId, TenantId, WorkspaceId};
use entity::bulk_item::{ActiveModel, Column, Entity, Model};
use entity::{approval, change_request};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select};
use uuid::Uuid;

use crate::convert::{all, optional_json, optional_text, to_json};
use crate::db::{Reader, WriteTx};
use crate::error::Result;
use crate::ids::in_ids;
use crate::page::{Cursor, Keyset, Page, PageRequest, SortKey};

/// Rows of one insert: 17 parameters each, far below both databases' limits.
const BATCH: usize = 500;

/// The most items of one bulk change: its tenants times their steps.
const MAX_ITEMS: u64 = 6_000;

impl Reader {
    /// Every item of a bulk change in the order of its list, at most 6,000.
    pub async fn bulk_items(&self, workspace: WorkspaceId, bulk: BulkChangeId) -> Result<Vec<BulkItem>> {
        let rows = of(workspace, bulk).order_by_asc(Column::Position).limit(MAX_ITEMS).all(&self.db).await?;
        all(rows, to_item)
    }

    /// The tenants of a bulk change, those left out included.
    pub async fn bulk_tenants(&self, workspace: WorkspaceId, bulk: BulkChangeId) -> Result<BTreeSet<TenantId>> {
        let ids: Vec<Uuid> =
            of(workspace, bulk).select_only().column(Column::TenantId).distinct().limit(MAX_ITEMS).into_tuple().all(&self.db).await?;
        Ok(ids.into_iter().map(TenantId).collect())
    }

    /// The change of a bulk change whose approval was asked for last; `None` where nobody asked for any.
    pub async fn bulk_change_last_reviewed(&self, workspace: WorkspaceId, bulk: BulkChangeId) -> Result<Option<ChangeId>> {
        let changes = change_request::Entity::find()
            .select_only()
            .column(change_request::Column::Id)
            .filter(change_request::Column::BulkChangeId.eq(bulk.0))
            .into_query();
        let last: Option<Uuid> = approval::Entity::find()
            .select_only()
            .column(approval::Column::ChangeId)
            .filter(approval::Column::WorkspaceId.eq(workspace.0))
            .filter(approval::Column::ChangeId.in_subquery(changes))
            .order_by_desc(approval::Column::RequestedAt)
            .order_by_asc(approval::Column::ChangeId)
            .into_tuple()
            .one(&self.db)
            .await?;
        Ok(last.map(ChangeId))
    }

    /// The items of one tenant, by step.
    pub async fn bulk_items_of_tenant(&self, workspace: WorkspaceId, bulk: BulkChangeId, tenant: TenantId) -> Result<Vec<BulkItem>> {
        let rows = of(workspace, bulk).filter(Column::TenantId.eq(tenant.0)).order_by_asc(Column::Step).all(&self.db).await?;
        all(rows, to_item)
    }

    /// The items of these tenants, in the order of the list.
    pub async fn bulk_items_of_tenants(&self, workspace: WorkspaceId, bulk: BulkChangeId, tenants: &[TenantId]) -> Result<Vec<BulkItem>> {
        let rows = of(workspace, bulk)
            .filter(in_ids(&self.db, "tenant_id", tenants.iter().map(|id| id.0)))
            .order_by_asc(Column::Position)
            .all(&self.db)
            .await?;
        all(rows, to_item)
    }

    /// The tenants, at most `limit`, in the order of the list, that the dry-run asked for at `asked` has not come by yet.
    pub async fn unplanned_bulk_tenants(
        &self,
        workspace: WorkspaceId,
        bulk: BulkChangeId,
        asked: DateTime<Utc>,
        limit: u64,
    ) -> Result<Vec<TenantId>> {
        let ids: Vec<Uuid> = of(workspace, bulk)
            .select_only()
            .column(Column::TenantId)
            .filter(Column::PlannedAt.is_null().or(Column::PlannedAt.lt(asked)))
            .group_by(Column::TenantId)
            .order_by_asc(Expr::col(Column::Position).min())
            .limit(limit)
            .into_tuple()
            .all(&self.db)
            .await?;
        Ok(ids.into_iter().map(TenantId).collect())
    }

    /// The items at these places, in the order of the list.
    pub async fn bulk_items_at(&self, workspace: WorkspaceId, bulk: BulkChangeId, positions: &[i64]) -> Result<Vec<BulkItem>> {
        let rows = of(workspace, bulk)
            .filter(Column::Position.is_in(positions.iter().copied()))
            .order_by_asc(Column::Position)
            .all(&self.db)
            .await?;
        all(rows, to_item)
    }

    /// A page of a bulk change's items, in the order of its list.
    pub async fn bulk_items_page(&self, workspace: WorkspaceId, bulk: BulkChangeId, request: &PageRequest) -> Result<Page<BulkItem>> {
        let keyset = positions();
        let rows = keyset.apply(of(workspace, bulk), request)?.all(&self.db).await?;
        keyset.page(rows, request, cursor, to_item)
    }

    /// A page of those items whose places are among `among`, which is sorted.
    pub async fn bulk_items_page_among(
        &self,
        workspace: WorkspaceId,
        bulk: BulkChangeId,
        among: &[i64],
        request: &PageRequest,
    ) -> Result<Page<BulkItem>> {
        let keyset = positions();
        let select = of(workspace, bulk).filter(Column::Position.is_in(among.iter().copied()));
        let rows = keyset.apply(select, request)?.all(&self.db).await?;
        keyset.page(rows, request, cursor, to_item)
    }

    /// The changes of these items, those that undo them included, by id: one statement for the changes and one for their approvals.
    pub async fn changes_of_items(&self, workspace: WorkspaceId, items: &[BulkItem]) -> Result<BTreeMap<ChangeId, ChangeRequest>> {
        let ids: Vec<ChangeId> = items.iter().flat_map(|item| item.change_id.into_iter().chain(item.rollback_change_id)).collect();
        if ids.is_empty() {
            return Ok(BTreeMap::new());
        }
        let changes = self.changes_by_ids(workspace, &ids).await?;
        Ok(changes.into_iter().map(|change| (change.id, change)).collect())
    }
}

impl WriteTx {
    /// Adds items, or makes them what they are now. Of a row that is there only what can change is written.
    pub async fn put_bulk_items(&self, items: &[BulkItem]) -> Result<()> {
        let rows = items.iter().map(to_row).collect::<Result<Vec<_>>>()?;
        for batch in rows.chunks(BATCH) {
            let conflict = OnConflict::columns([Column::BulkId, Column::TenantId, Column::Step])
                .update_columns([
                    Column::ChangeId,
                    Column::RollbackChangeId,
                    Column::PlannedAt,
                    Column::QueuedAt,
                    Column::RollbackQueuedAt,
                    Column::Satisfied,
                    Column::NotStarted,
                    Column::Blocked,
                    Column::Excluded,
                    Column::ApplyFailure,
                    Column::RollbackFailure,
                    Column::Resolution,
                ])
                .to_owned();
            Entity::insert_many(batch.to_vec()).on_conflict(conflict).exec_without_returning(&self.db).await?;
        }
        Ok(())
    }
}

fn of(workspace: WorkspaceId, bulk: BulkChangeId) -> Select<Entity> {
    Entity::find().filter(Column::BulkId.eq(bulk.0)).filter(Column::WorkspaceId.eq(workspace.0))
}

fn positions() -> Keyset {
    Keyset { list: "bulk-items", key: Expr::col(Column::Position), id: None, descending: false, like: SortKey::Number(0) }
}

fn cursor(row: &Model) -> Cursor {
    Cursor { key: SortKey::Number(row.position), id: Uuid::nil() }
}

fn to_row(item: &BulkItem) -> Result<ActiveModel> {
    Ok(ActiveModel {
        bulk_id: Set(item.bulk_id.0),
        workspace_id: Set(item.workspace_id.0),
        tenant_id: Set(item.tenant_id.0),
        step: Set(i32::from(item.step)),
        position: Set(item.position),
        change_id: Set(item.change_id.map(|id| id.0)),
        rollback_change_id: Set(item.rollback_change_id.map(|id| id.0)),
        planned_at: Set(item.planned_at),
        queued_at: Set(item.queued_at),
        rollback_queued_at: Set(item.rollback_queued_at),
        satisfied: Set(item.satisfied.clone()),
        not_started: Set(item.not_started.map(|why| why.as_str().to_owned())),
        blocked: Set(item.blocked.as_ref().map(|blocked| to_json("bulk_item.blocked", blocked)).transpose()?),
        excluded: Set(item.excluded.as_ref().map(|excluded| to_json("bulk_item.excluded", excluded)).transpose()?),
        apply_failure: Set(item.apply_failure.as_ref().map(|failure| to_json("bulk_item.apply_failure", failure)).transpose()?),
        rollback_failure: Set(item.rollback_failure.as_ref().map(|failure| to_json("bulk_item.rollback_failure", failure)).transpose()?),
        resolution: Set(item.resolution.as_ref().map(|resolution| to_json("bulk_item.resolution", resolution)).transpose()?),
    })
}

fn to_item(row: Model) -> Result<BulkItem> {
    Ok(BulkItem {
        bulk_id: BulkChangeId(row.bulk_id),
        workspace_id: WorkspaceId(row.workspace_id),
        tenant_id: TenantId(row.tenant_id),
        step: u16::try_from(row.step).unwrap_or_default(),
        position: row.position,
        change_id: row.change_id.map(ChangeId),
        rollback_change_id: row.rollback_change_id.map(ChangeId),
        planned_at: row.planned_at,
        queued_at: row.queued_at,
        rollback_queued_at: row.rollback_queued_at,
        satisfied: row.satisfied,
        not_started: optional_text("bulk_item.not_started", row.not_started.as_deref())?,
        blocked: optional_json("bulk_item.blocked", row.blocked.as_deref())?,
        excluded: optional_json("bulk_item.excluded", row.excluded.as_deref())?,
        apply_failure: optional_json("bulk_item.apply_failure", row.apply_failure.as_deref())?,
        rollback_failure: optional_json("bulk_item.rollback_failure", row.rollback_failure.as_deref())?,
        resolution: optional_json("bulk_item.resolution", row.resolution.as_deref())?,
    })
}

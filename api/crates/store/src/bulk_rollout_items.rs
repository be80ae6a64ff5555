//! The tenants of rollouts across tenants.
//!
//! Whoever writes items holds the whole ([`WriteTx::hold_bulk_rollout`]) or adds it in the same transaction; so items have no version.

use std::collections::BTreeSet;

use domain::bulk::{Blocked, Exclusion, NotStarted};
use domain::bulk_rollout::{BulkRolloutItem, ChildRollout, StartRefusal};
use domain::id::{BulkRolloutId, RolloutId, TenantId, WorkspaceId};
use domain::rollout::ManagedRollout;
use entity::bulk_rollout_item::{ActiveModel, Column, Entity, Model};
use entity::rollout;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::convert::{all, json, to_json};
use crate::db::{Reader, WriteTx};
use crate::error::Result;
use crate::page::{Cursor, Keyset, Page, PageRequest, SortKey};
use crate::rollout_rows::{to_child, to_rollout};

/// Rows of one insert: 6 parameters each, far below both databases' limits.
const BATCH: usize = 500;

/// The most tenants of one rollout across tenants.
const MAX_ITEMS: u64 = 1_000;

/// Column `facts`.
#[derive(Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Facts {
    blocked: Option<Blocked>,
    excluded: Option<Exclusion>,
    refused: Option<StartRefusal>,
    not_started: Option<NotStarted>,
}

impl Reader {
    /// Every tenant of a rollout across tenants, in the order of its list: at most 1,000.
    pub async fn bulk_rollout_items(&self, workspace: WorkspaceId, bulk: BulkRolloutId) -> Result<Vec<BulkRolloutItem>> {
        let rows = of(workspace, bulk).order_by_asc(Column::Position).limit(MAX_ITEMS).all(&self.db).await?;
        all(rows, to_item)
    }

    /// Its tenants, those left out included.
    pub async fn bulk_rollout_tenants(&self, workspace: WorkspaceId, bulk: BulkRolloutId) -> Result<BTreeSet<TenantId>> {
        let ids: Vec<Uuid> = of(workspace, bulk).select_only().column(Column::TenantId).limit(MAX_ITEMS).into_tuple().all(&self.db).await?;
        Ok(ids.into_iter().map(TenantId).collect())
    }

    /// One of its tenants.
    pub async fn bulk_rollout_item(
        &self,
        workspace: WorkspaceId,
        bulk: BulkRolloutId,
        tenant: TenantId,
    ) -> Result<Option<BulkRolloutItem>> {
        let row = of(workspace, bulk).filter(Column::TenantId.eq(tenant.0)).one(&self.db).await?;
        row.map(to_item).transpose()
    }

    /// A page of its tenants, in the order of its list; `among` limits it to these places.
    pub async fn bulk_rollout_items_page(
        &self,
        workspace: WorkspaceId,
        bulk: BulkRolloutId,
        among: Option<&[i64]>,
        request: &PageRequest,
    ) -> Result<Page<BulkRolloutItem>> {
        let keyset =
            Keyset { list: "bulk-rollout-items", key: Expr::col(Column::Position), id: None, descending: false, like: SortKey::Number(0) };
        let mut select = of(workspace, bulk);
        if let Some(among) = among {
            select = select.filter(Column::Position.is_in(among.iter().copied()));
        }
        let rows = keyset.apply(select, request)?.all(&self.db).await?;
        keyset.page(rows, request, |row: &Model| Cursor { key: SortKey::Number(row.position), id: Uuid::nil() }, to_item)
    }

    /// Where the rollout of each of its tenants stands, in no order.
    pub async fn bulk_rollout_children(&self, workspace: WorkspaceId, bulk: BulkRolloutId) -> Result<Vec<(TenantId, ChildRollout)>> {
        let rows: Vec<(Uuid, String, i32, String)> = children(workspace, bulk)
            .select_only()
            .columns([rollout::Column::TenantId, rollout::Column::Status, rollout::Column::Phase, rollout::Column::Facts])
            .limit(MAX_ITEMS)
            .into_tuple()
            .all(&self.db)
            .await?;
        rows.into_iter().map(|(tenant, status, phase, facts)| Ok((TenantId(tenant), to_child(&status, phase, &facts)?))).collect()
    }

    /// The rollouts of its tenants, in the order of their ids.
    pub async fn bulk_rollout_rollouts(&self, workspace: WorkspaceId, bulk: BulkRolloutId) -> Result<Vec<ManagedRollout>> {
        let rows = children(workspace, bulk).order_by_asc(rollout::Column::Id).limit(MAX_ITEMS).all(&self.db).await?;
        all(rows, to_rollout)
    }

    /// Its rollouts that are stopped, or about to be: few, because few run at a time.
    pub async fn bulk_rollout_stopped(&self, workspace: WorkspaceId, bulk: BulkRolloutId) -> Result<Vec<(TenantId, ChildRollout)>> {
        use domain::rollout::RolloutStatus as S;
        let stopped = [S::Paused, S::Reverting].map(|status| status.as_str());
        let rows: Vec<(Uuid, String, i32, String)> = children(workspace, bulk)
            .filter(rollout::Column::Status.is_in(stopped))
            .select_only()
            .columns([rollout::Column::TenantId, rollout::Column::Status, rollout::Column::Phase, rollout::Column::Facts])
            .order_by_asc(rollout::Column::TenantId)
            .limit(MAX_ITEMS)
            .into_tuple()
            .all(&self.db)
            .await?;
        rows.into_iter().map(|(tenant, status, phase, facts)| Ok((TenantId(tenant), to_child(&status, phase, &facts)?))).collect()
    }
}

impl WriteTx {
    /// Adds tenants, or makes them what they are now.
    pub async fn put_bulk_rollout_items(&self, items: &[BulkRolloutItem]) -> Result<()> {
        let rows = items.iter().map(to_row).collect::<Result<Vec<_>>>()?;
        for batch in rows.chunks(BATCH) {
            let conflict =
                OnConflict::columns([Column::BulkId, Column::TenantId]).update_columns([Column::RolloutId, Column::Facts]).to_owned();
            Entity::insert_many(batch.to_vec()).on_conflict(conflict).exec_without_returning(&self.db).await?;
        }
        Ok(())
    }

    /// The rollouts of its tenants as they are now, held until this transaction ends, in the order of their ids.
    pub async fn hold_bulk_rollout_rollouts(&self, workspace: WorkspaceId, bulk: BulkRolloutId) -> Result<Vec<ManagedRollout>> {
        let rows = children(workspace, bulk).order_by_asc(rollout::Column::Id).limit(MAX_ITEMS).lock_exclusive().all(&self.db).await?;
        all(rows, to_rollout)
    }
}

fn of(workspace: WorkspaceId, bulk: BulkRolloutId) -> Select<Entity> {
    Entity::find().filter(Column::BulkId.eq(bulk.0)).filter(Column::WorkspaceId.eq(workspace.0))
}

fn children(workspace: WorkspaceId, bulk: BulkRolloutId) -> Select<rollout::Entity> {
    rollout::Entity::find().filter(rollout::Column::BulkRolloutId.eq(bulk.0)).filter(rollout::Column::WorkspaceId.eq(workspace.0))
}

fn to_row(item: &BulkRolloutItem) -> Result<ActiveModel> {
    let facts = Facts {
        blocked: item.blocked.clone(),
        excluded: item.excluded.clone(),
        refused: item.refused.clone(),
        not_started: item.not_started,
    };
    Ok(ActiveModel {
        bulk_id: Set(item.bulk_id.0),
        workspace_id: Set(item.workspace_id.0),
        tenant_id: Set(item.tenant_id.0),
        position: Set(item.position),
        rollout_id: Set(item.rollout_id.map(|id| id.0)),
        facts: Set(to_json("bulk_rollout_item.facts", &facts)?),
    })
}

fn to_item(row: Model) -> Result<BulkRolloutItem> {
    let facts: Facts = json("bulk_rollout_item.facts", &row.facts)?;
    Ok(BulkRolloutItem {
        bulk_id: BulkRolloutId(row.bulk_id),
        workspace_id: WorkspaceId(row.workspace_id),
        tenant_id: TenantId(row.tenant_id),
        position: row.position,
        rollout_id: row.rollout_id.map(RolloutId),
        blocked: facts.blocked,
        excluded: facts.excluded,
        refused: facts.refused,
        not_started: facts.not_started,
    })
}

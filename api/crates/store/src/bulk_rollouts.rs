//! Rollouts across tenants. Their tenants are in `bulk_rollout_items`, the rollout of each in `rollouts`.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use domain::bulk::{BulkStrategy, BulkTarget};
use domain::bulk_rollout::{BulkRollout, NamedPhase, StartedBy, WaveHold};
use domain::id::{BulkRolloutId, MemberId, TenantId, WorkspaceId};
use domain::rollout::{Guard, RolloutMode};
use entity::bulk_rollout::{ActiveModel, Column, Entity, Model};
use entity::bulk_rollout_item;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect, QueryTrait, Select};
use serde::{Deserialize, Serialize};

use crate::convert::{all, json, to_json};
use crate::db::{Db, Reader, WriteTx};
use crate::error::Result;
use crate::ids::in_ids;
use crate::page::{Cursor, Keyset, Page, PageRequest, SortKey};
use crate::workspaces::one_row;

/// Column `request`.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    target: BulkTarget,
    phases: Option<Vec<NamedPhase>>,
    mode: RolloutMode,
    guard: Guard,
    strategy: BulkStrategy,
    note: Option<String>,
}

/// Column `facts`.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Facts {
    released_phase: u8,
    plans_asked_at: DateTime<Utc>,
    started: Option<StartedBy>,
    hold: Option<WaveHold>,
    held_by: Vec<TenantId>,
    ended_at: Option<DateTime<Utc>>,
}

impl Reader {
    /// One rollout across tenants.
    pub async fn bulk_rollout(&self, workspace: WorkspaceId, id: BulkRolloutId) -> Result<Option<BulkRollout>> {
        let row = Entity::find_by_id(id.0).filter(Column::WorkspaceId.eq(workspace.0)).one(&self.db).await?;
        row.map(to_bulk).transpose()
    }

    /// Rollouts across tenants by id, in no order; unknown ids are left out.
    pub async fn bulk_rollouts_by_ids(&self, workspace: WorkspaceId, ids: &[BulkRolloutId]) -> Result<Vec<BulkRollout>> {
        let find = Entity::find().filter(Column::WorkspaceId.eq(workspace.0)).filter(in_ids(&self.db, "id", ids.iter().map(|id| id.0)));
        all(find.all(&self.db).await?, to_bulk)
    }

    /// A page of rollouts across tenants, newest first. `scope`: the tenants that the caller may see; one with any other is left out as a whole.
    pub async fn bulk_rollouts_page(
        &self,
        workspace: WorkspaceId,
        scope: Option<&BTreeSet<TenantId>>,
        request: &PageRequest,
    ) -> Result<Page<BulkRollout>> {
        let keyset = Keyset {
            list: "bulk-rollouts",
            key: Expr::col(Column::CreatedAt),
            id: Some(Expr::col(Column::Id)),
            descending: true,
            like: SortKey::Time(DateTime::UNIX_EPOCH),
        };
        let rows = keyset.apply(seen(&self.db, workspace, scope), request)?.all(&self.db).await?;
        keyset.page(rows, request, |row: &Model| Cursor { key: SortKey::Time(row.created_at), id: row.id }, to_bulk)
    }

    /// How many of them the caller sees.
    pub async fn count_bulk_rollouts(&self, workspace: WorkspaceId, scope: Option<&BTreeSet<TenantId>>) -> Result<u64> {
        Ok(seen(&self.db, workspace, scope).count(&self.db).await?)
    }
}

impl WriteTx {
    /// Adds a rollout across tenants.
    pub async fn insert_bulk_rollout(&self, new: &BulkRollout) -> Result<()> {
        let request = Request {
            target: new.target.clone(),
            phases: new.phases.clone(),
            mode: new.mode,
            guard: new.guard.clone(),
            strategy: new.strategy.clone(),
            note: new.note.clone(),
        };
        let row = ActiveModel {
            id: Set(new.id.0),
            workspace_id: Set(new.workspace_id.0),
            request: Set(to_json("bulk_rollout.request", &request)?),
            tenant_count: Set(i32::try_from(new.tenant_count).unwrap_or(i32::MAX)),
            created_by: Set(new.created_by.0),
            created_at: Set(new.created_at),
            ..to_columns(new)?
        };
        Entity::insert(row).exec_without_returning(&self.db).await?;
        Ok(())
    }

    /// Saves one whose `revision` was raised by one since it was read; another revision in the row is a conflict.
    pub async fn update_bulk_rollout(&self, changed: &BulkRollout) -> Result<()> {
        let update = Entity::update_many()
            .set(to_columns(changed)?)
            .filter(Column::Id.eq(changed.id.0))
            .filter(Column::WorkspaceId.eq(changed.workspace_id.0))
            .filter(Column::Revision.eq(changed.revision - 1));
        one_row(update.exec(&self.db).await?.rows_affected)
    }

    /// It as it is now, held until this transaction ends: whoever else takes a step on it, or works on its tenants, waits. `None` where there is
    /// none.
    pub async fn hold_bulk_rollout(&self, workspace: WorkspaceId, id: BulkRolloutId) -> Result<Option<BulkRollout>> {
        // A lock on PostgreSQL; on SQLite the transaction holds the only write lock anyway.
        let row = Entity::find_by_id(id.0).filter(Column::WorkspaceId.eq(workspace.0)).lock_exclusive().one(&self.db).await?;
        row.map(to_bulk).transpose()
    }
}

fn seen(db: &Db, workspace: WorkspaceId, scope: Option<&BTreeSet<TenantId>>) -> Select<Entity> {
    let select = Entity::find().filter(Column::WorkspaceId.eq(workspace.0));
    let Some(scope) = scope else { return select };
    let outside = bulk_rollout_item::Entity::find()
        .select_only()
        .column(bulk_rollout_item::Column::BulkId)
        .filter(bulk_rollout_item::Column::WorkspaceId.eq(workspace.0))
        .filter(in_ids(db, "tenant_id", scope.iter().map(|id| id.0)).not());
    select.filter(Column::Id.not_in_subquery(outside.into_query()))
}

fn to_columns(bulk: &BulkRollout) -> Result<ActiveModel> {
    let facts = Facts {
        released_phase: bulk.released_phase,
        plans_asked_at: bulk.plans_asked_at,
        started: bulk.started,
        hold: bulk.hold.clone(),
        held_by: bulk.held_by.clone(),
        ended_at: bulk.ended_at,
    };
    Ok(ActiveModel {
        id: NotSet,
        workspace_id: NotSet,
        request: NotSet,
        facts: Set(to_json("bulk_rollout.facts", &facts)?),
        tenant_count: NotSet,
        created_by: NotSet,
        revision: Set(bulk.revision),
        created_at: NotSet,
        updated_at: Set(bulk.updated_at),
    })
}

fn to_bulk(row: Model) -> Result<BulkRollout> {
    let request: Request = json("bulk_rollout.request", &row.request)?;
    let facts: Facts = json("bulk_rollout.facts", &row.facts)?;
    Ok(BulkRollout {
        id: BulkRolloutId(row.id),
        workspace_id: WorkspaceId(row.workspace_id),
        target: request.target,
        phases: request.phases,
        mode: request.mode,
        guard: request.guard,
        strategy: request.strategy,
        note: request.note,
        tenant_count: u32::try_from(row.tenant_count).unwrap_or_default(),
        created_by: MemberId(row.created_by),
        released_phase: facts.released_phase,
        plans_asked_at: facts.plans_asked_at,
        started: facts.started,
        hold: facts.hold,
        held_by: facts.held_by,
        ended_at: facts.ended_at,
        revision: row.revision,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}

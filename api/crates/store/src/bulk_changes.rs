//! Bulk changes. Their items are in `bulk_items`, what is counted of them in `bulk_facts`.

use std::collections::BTreeSet;

use chrono::DateTime;
use domain::bulk::BulkChange;
use domain::id::{BulkChangeId, MemberId, TenantId, WorkspaceId};
use entity::bulk_change::{ActiveModel, Column, Entity, Model};
use entity::bulk_item;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ActiveValue::NotSet, ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect, QueryTrait, Select,
};

use crate::convert::{all, json, optional_json, to_json};
use crate::db::{Db, Reader, WriteTx};
use crate::error::Result;
use crate::ids::in_ids;
use crate::page::{Cursor, Keyset, Page, PageRequest, SortKey};
use crate::workspaces::one_row;

/// Which bulk changes; the default is all of the workspace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BulkChangeFilter {
    /// The tenants that the caller may see; `None` is all. A bulk change with any other tenant is left out as a whole.
    pub scope: Option<BTreeSet<TenantId>>,
}

impl Reader {
    /// One bulk change.
    pub async fn bulk_change(&self, workspace: WorkspaceId, id: BulkChangeId) -> Result<Option<BulkChange>> {
        let row = Entity::find_by_id(id.0).filter(Column::WorkspaceId.eq(workspace.0)).one(&self.db).await?;
        row.map(to_bulk).transpose()
    }

    /// Bulk changes by id, in no order; unknown ids are left out.
    pub async fn bulk_changes_by_ids(&self, workspace: WorkspaceId, ids: &[BulkChangeId]) -> Result<Vec<BulkChange>> {
        let find = Entity::find().filter(Column::WorkspaceId.eq(workspace.0)).filter(in_ids(&self.db, "id", ids.iter().map(|id| id.0)));
        all(find.all(&self.db).await?, to_bulk)
    }

    /// A page of bulk changes, newest first.
    pub async fn bulk_changes_page(
        &self,
        workspace: WorkspaceId,
        filter: &BulkChangeFilter,
        request: &PageRequest,
    ) -> Result<Page<BulkChange>> {
        let keyset = Keyset {
            list: "bulk-changes",
            key: Expr::col(Column::CreatedAt),
            id: Some(Expr::col(Column::Id)),
            descending: true,
            like: SortKey::Time(DateTime::UNIX_EPOCH),
        };
        let rows = keyset.apply(filtered(&self.db, workspace, filter), request)?.all(&self.db).await?;
        keyset.page(rows, request, |row| Cursor { key: SortKey::Time(row.created_at), id: row.id }, to_bulk)
    }

    /// How many bulk changes the filter leaves.
    pub async fn count_bulk_changes(&self, workspace: WorkspaceId, filter: &BulkChangeFilter) -> Result<u64> {
        Ok(filtered(&self.db, workspace, filter).count(&self.db).await?)
    }
}

impl WriteTx {
    /// Adds a bulk change.
    pub async fn insert_bulk_change(&self, new: &BulkChange) -> Result<()> {
        let row = ActiveModel {
            id: Set(new.id.0),
            workspace_id: Set(new.workspace_id.0),
            kind: Set(new.payload.kind().as_str().to_owned()),
            payload: Set(to_json("bulk_change.payload", &new.payload)?),
            prerequisites: Set(to_json("bulk_change.prerequisites", &new.prerequisites)?),
            target: Set(new.target.as_ref().map(|target| to_json("bulk_change.target", target)).transpose()?),
            strategy: Set(to_json("bulk_change.strategy", &new.strategy)?),
            approval_rules: Set(to_json("bulk_change.approval_rules", &new.approval_rules)?),
            tenant_count: Set(i32::try_from(new.tenant_count).unwrap_or(i32::MAX)),
            created_by: Set(new.created_by.0),
            created_at: Set(new.created_at),
            ..to_columns(new)?
        };
        Entity::insert(row).exec_without_returning(&self.db).await?;
        Ok(())
    }

    /// Saves a bulk change whose `revision` was raised by one since it was read; another revision in the row is a conflict.
    pub async fn update_bulk_change(&self, changed: &BulkChange) -> Result<()> {
        let update = Entity::update_many()
            .set(to_columns(changed)?)
            .filter(Column::Id.eq(changed.id.0))
            .filter(Column::WorkspaceId.eq(changed.workspace_id.0))
            .filter(Column::Revision.eq(changed.revision - 1));
        one_row(update.exec(&self.db).await?.rows_affected)
    }

    /// The bulk change as it is now, held until this transaction ends: whoever else takes a step on it, or works on its items, waits. Its
    /// revision stays. `None` where there is none.
    pub async fn hold_bulk_change(&self, workspace: WorkspaceId, id: BulkChangeId) -> Result<Option<BulkChange>> {
        // An update that changes nothing locks the row on PostgreSQL; on SQLite the transaction holds the only write lock anyway.
        let rows = Entity::update_many()
            .col_expr(Column::Revision, Expr::col(Column::Revision).add(0))
            .filter(Column::Id.eq(id.0))
            .filter(Column::WorkspaceId.eq(workspace.0))
            .exec_with_returning(&self.db)
            .await?;
        rows.into_iter().next().map(to_bulk).transpose()
    }
}

fn filtered(db: &Db, workspace: WorkspaceId, filter: &BulkChangeFilter) -> Select<Entity> {
    let select = Entity::find().filter(Column::WorkspaceId.eq(workspace.0));
    let Some(scope) = &filter.scope else { return select };
    let outside = bulk_item::Entity::find()
        .select_only()
        .column(bulk_item::Column::BulkId)
        .filter(bulk_item::Column::WorkspaceId.eq(workspace.0))
        .filter(in_ids(db, "tenant_id", scope.iter().map(|id| id.0)).not());
    select.filter(Column::Id.not_in_subquery(outside.into_query()))
}

fn to_columns(bulk: &BulkChange) -> Result<ActiveModel> {
    Ok(ActiveModel {
        id: NotSet,
        workspace_id: NotSet,
        kind: NotSet,
        payload: NotSet,
        prerequisites: NotSet,
        target: NotSet,
        strategy: NotSet,
        note: Set(bulk.note.clone()),
        approval_rules: NotSet,
        tenant_count: NotSet,
        created_by: NotSet,
        revision: Set(bulk.revision),
        dry_run_at: Set(bulk.dry_run_at),
        run: Set(bulk.run.as_ref().map(|run| to_json("bulk_change.run", run)).transpose()?),
        schedule: Set(bulk.schedule.as_ref().map(|schedule| to_json("bulk_change.schedule", schedule)).transpose()?),
        created_at: NotSet,
        updated_at: Set(bulk.updated_at),
    })
}

fn to_bulk(row: Model) -> Result<BulkChange> {
    Ok(BulkChange {
        id: BulkChangeId(row.id),
        workspace_id: WorkspaceId(row.workspace_id),
        payload: json("bulk_change.payload", &row.payload)?,
        prerequisites: json("bulk_change.prerequisites", &row.prerequisites)?,
        target: optional_json("bulk_change.target", row.target.as_deref())?,
        strategy: json("bulk_change.strategy", &row.strategy)?,
        note: row.note,
        approval_rules: json("bulk_change.approval_rules", &row.approval_rules)?,
        tenant_count: u32::try_from(row.tenant_count).unwrap_or_default(),
        created_by: MemberId(row.created_by),
        revision: row.revision,
        dry_run_at: row.dry_run_at,
        run: optional_json("bulk_change.run", row.run.as_deref())?,
        schedule: optional_json("bulk_change.schedule", row.schedule.as_deref())?,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}

//! What a plan and an apply have to know about a change's target beside its own row.

use domain::change::request::ChangeRequest;
use domain::id::{TenantId, WorkspaceId};
use entity::policy::{ActiveModel, Column, Entity};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::db::{Reader, WriteTx};
use crate::error::Result;
use crate::workspaces::one_row;

/// The most referring policies that one call names.
const MAX_REFERRING: u64 = 20;

impl Reader {
    /// How many policies the tenant has, those in the recycle bin left out.
    pub async fn live_policy_count(&self, workspace: WorkspaceId, tenant: TenantId) -> Result<u64> {
        let rows = Entity::find()
            .filter(Column::WorkspaceId.eq(workspace.0))
            .filter(Column::TenantId.eq(tenant.0))
            .filter(Column::DeletedAt.is_null());
        Ok(rows.count(&self.db).await?)
    }

    /// Names of the tenant's policies whose conditions hold this id, in order of name, at most 20.
    pub async fn policies_referring_to(&self, workspace: WorkspaceId, tenant: TenantId, graph_id: &str) -> Result<Vec<String>> {
        // An id is a GUID: nothing in it means anything to LIKE. Graph answers ids in lower case.
        let names = Entity::find()
            .select_only()
            .column(Column::DisplayName)
            .filter(Column::WorkspaceId.eq(workspace.0))
            .filter(Column::TenantId.eq(tenant.0))
            .filter(Column::DeletedAt.is_null())
            .filter(Column::Conditions.contains(graph_id.to_lowercase()))
            .order_by_asc(Column::SortName)
            .order_by_asc(Column::Id)
            .limit(MAX_REFERRING)
            .into_tuple()
            .all(&self.db)
            .await?;
        Ok(names)
    }
}

impl WriteTx {
    /// Makes a change the newest one of its policy: for a creation, whose policy comes later than itself.
    pub async fn make_newest_change(&self, change: &ChangeRequest) -> Result<()> {
        let Some(policy) = change.policy_id else { return Ok(()) };
        let row = ActiveModel {
            latest_change_id: Set(Some(change.id.0)),
            latest_change_status: Set(Some(change.status.as_str().to_owned())),
            ..Default::default()
        };
        let update = Entity::update_many().set(row).filter(Column::Id.eq(policy.0)).filter(Column::WorkspaceId.eq(change.workspace_id.0));
        one_row(update.exec(&self.db).await?.rows_affected)
    }
}

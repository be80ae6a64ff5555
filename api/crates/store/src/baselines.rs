//! Baselines, and which tenant is measured against which.

use chrono::{DateTime, Utc};
use domain::baseline::{Baseline, MAX_BASELINES};
use domain::id::{BaselineId, MemberId, TenantId, WorkspaceId};
use entity::{baseline, tenant_baseline};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::NotSet, ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::convert::{all, sort_name};
use crate::db::{Reader, WriteTx};
use crate::error::Result;
use crate::ids::in_ids;
use crate::workspaces::one_row;

impl Reader {
    /// One baseline.
    pub async fn baseline(&self, workspace: WorkspaceId, id: BaselineId) -> Result<Option<Baseline>> {
        let row = baseline::Entity::find_by_id(id.0).filter(baseline::Column::WorkspaceId.eq(workspace.0)).one(&self.db).await?;
        row.map(to_baseline).transpose()
    }

    /// Baselines by id, in no order; unknown ids are left out.
    pub async fn baselines_by_ids(&self, workspace: WorkspaceId, ids: &[BaselineId]) -> Result<Vec<Baseline>> {
        let rows = baseline::Entity::find()
            .filter(baseline::Column::WorkspaceId.eq(workspace.0))
            .filter(in_ids(&self.db, "id", ids.iter().map(|id| id.0)))
            .all(&self.db)
            .await?;
        all(rows, to_baseline)
    }

    /// The workspace's baselines, by name. There are [`MAX_BASELINES`] at most.
    pub async fn baselines(&self, workspace: WorkspaceId) -> Result<Vec<Baseline>> {
        let rows = baseline::Entity::find()
            .filter(baseline::Column::WorkspaceId.eq(workspace.0))
            .order_by_asc(baseline::Column::SortName)
            .order_by_asc(baseline::Column::Id)
            .limit(MAX_BASELINES as u64)
            .all(&self.db)
            .await?;
        all(rows, to_baseline)
    }

    /// The baseline that a tenant is measured against.
    pub async fn baseline_of_tenant(&self, workspace: WorkspaceId, tenant: TenantId) -> Result<Option<BaselineId>> {
        let row = tenant_baseline::Entity::find_by_id(tenant.0)
            .filter(tenant_baseline::Column::WorkspaceId.eq(workspace.0))
            .one(&self.db)
            .await?;
        Ok(row.map(|row| BaselineId(row.baseline_id)))
    }
}

impl WriteTx {
    /// Adds a baseline; a name is at most once in a workspace ([`crate::constraint::BASELINE_NAME`]).
    pub async fn insert_baseline(&self, new: &Baseline) -> Result<()> {
        let row = baseline::ActiveModel {
            id: Set(new.id.0),
            workspace_id: Set(new.workspace_id.0),
            created_at: Set(new.created_at),
            ..to_columns(new)
        };
        baseline::Entity::insert(row).exec_without_returning(&self.db).await?;
        Ok(())
    }

    /// Saves a baseline if the row is still at `changed.version`, and returns it one version later.
    pub async fn update_baseline(&self, changed: &Baseline) -> Result<Baseline> {
        let next = Baseline { version: changed.version + 1, ..changed.clone() };
        let update = baseline::Entity::update_many()
            .set(to_columns(&next))
            .filter(baseline::Column::Id.eq(changed.id.0))
            .filter(baseline::Column::WorkspaceId.eq(changed.workspace_id.0))
            .filter(baseline::Column::Version.eq(changed.version));
        one_row(update.exec(&self.db).await?.rows_affected)?;
        Ok(next)
    }

    /// Measures a tenant against a baseline from now on, or against none.
    pub async fn set_baseline_of_tenant(
        &self,
        workspace: WorkspaceId,
        tenant: TenantId,
        baseline: Option<BaselineId>,
        by: MemberId,
        at: DateTime<Utc>,
    ) -> Result<()> {
        use tenant_baseline::Column;
        let Some(baseline) = baseline else {
            let delete = tenant_baseline::Entity::delete_many().filter(Column::TenantId.eq(tenant.0));
            delete.filter(Column::WorkspaceId.eq(workspace.0)).exec(&self.db).await?;
            return Ok(());
        };
        let row = tenant_baseline::ActiveModel {
            tenant_id: Set(tenant.0),
            workspace_id: Set(workspace.0),
            baseline_id: Set(baseline.0),
            assigned_by: Set(by.0),
            assigned_at: Set(at),
        };
        let conflict =
            OnConflict::column(Column::TenantId).update_columns([Column::BaselineId, Column::AssignedBy, Column::AssignedAt]).to_owned();
        tenant_baseline::Entity::insert(row).on_conflict(conflict).exec_without_returning(&self.db).await?;
        Ok(())
    }
}

fn to_columns(baseline: &Baseline) -> baseline::ActiveModel {
    baseline::ActiveModel {
        id: NotSet,
        workspace_id: NotSet,
        name: Set(baseline.name.clone()),
        sort_name: Set(sort_name(&baseline.name)),
        description: Set(baseline.description.clone()),
        policy_count: Set(baseline.policy_count),
        created_at: NotSet,
        updated_at: Set(baseline.updated_at),
        version: Set(baseline.version),
    }
}

fn to_baseline(row: baseline::Model) -> Result<Baseline> {
    Ok(Baseline {
        id: BaselineId(row.id),
        workspace_id: WorkspaceId(row.workspace_id),
        name: row.name,
        description: row.description,
        policy_count: row.policy_count,
        created_at: row.created_at,
        updated_at: row.updated_at,
        version: row.version,
    })
}

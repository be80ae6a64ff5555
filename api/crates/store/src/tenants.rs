//! Tenants and their sealed credentials.

use domain::id::{SnapshotId, TenantId, WorkspaceId};
use domain::tenant::Tenant;
use entity::tenant;
use sea_orm::{ActiveValue::NotSet, ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::convert::{all, json, sort_name, text, to_json};
use crate::db::{Reader, WriteTx};
use crate::error::Result;
use crate::ids::in_ids;
use crate::workspaces::one_row;

impl Reader {
    /// One tenant.
    pub async fn tenant(&self, workspace: WorkspaceId, id: TenantId) -> Result<Option<Tenant>> {
        let row = tenant::Entity::find_by_id(id.0).filter(tenant::Column::WorkspaceId.eq(workspace.0)).one(&self.db).await?;
        row.map(to_tenant).transpose()
    }

    /// Tenants by id, in no order; unknown ids are left out.
    pub async fn tenants_by_ids(&self, workspace: WorkspaceId, ids: &[TenantId]) -> Result<Vec<Tenant>> {
        let rows = tenant::Entity::find()
            .filter(tenant::Column::WorkspaceId.eq(workspace.0))
            .filter(in_ids(&self.db, "id", ids.iter().map(|id| id.0)))
            .all(&self.db)
            .await?;
        all(rows, to_tenant)
    }

    /// The tenant with this Entra tenant id.
    pub async fn tenant_by_entra_id(&self, workspace: WorkspaceId, entra_tenant_id: Uuid) -> Result<Option<Tenant>> {
        let row = tenant::Entity::find()
            .filter(tenant::Column::WorkspaceId.eq(workspace.0))
            .filter(tenant::Column::EntraTenantId.eq(entra_tenant_id))
            .one(&self.db)
            .await?;
        row.map(to_tenant).transpose()
    }

    /// Ids of the workspace's tenants, by name.
    pub async fn tenant_ids(&self, workspace: WorkspaceId) -> Result<Vec<TenantId>> {
        let ids: Vec<Uuid> = tenant::Entity::find()
            .select_only()
            .column(tenant::Column::Id)
            .filter(tenant::Column::WorkspaceId.eq(workspace.0))
            .order_by_asc(tenant::Column::SortName)
            .order_by_asc(tenant::Column::Id)
            .into_tuple()
            .all(&self.db)
            .await?;
        Ok(ids.into_iter().map(TenantId).collect())
    }

    /// Ids of every tenant. Without a workspace because the runners that sweep all tenants ask it.
    pub async fn all_tenant_ids(&self) -> Result<Vec<(WorkspaceId, TenantId)>> {
        let ids: Vec<(Uuid, Uuid)> = tenant::Entity::find()
            .select_only()
            .columns([tenant::Column::WorkspaceId, tenant::Column::Id])
            .order_by_asc(tenant::Column::WorkspaceId)
            .order_by_asc(tenant::Column::SortName)
            .order_by_asc(tenant::Column::Id)
            .into_tuple()
            .all(&self.db)
            .await?;
        Ok(ids.into_iter().map(|(workspace, tenant)| (WorkspaceId(workspace), TenantId(tenant))).collect())
    }

    /// The tenant's credential, sealed; only this function reads it.
    pub async fn sealed_credential(&self, workspace: WorkspaceId, id: TenantId) -> Result<Option<Vec<u8>>> {
        let sealed = tenant::Entity::find_by_id(id.0)
            .select_only()
            .column(tenant::Column::Credential)
            .filter(tenant::Column::WorkspaceId.eq(workspace.0))
            .into_tuple()
            .one(&self.db)
            .await?;
        Ok(sealed)
    }
}

impl WriteTx {
    /// Adds a tenant with its sealed credential; an Entra tenant is at most once in a workspace ([`crate::constraint::TENANT_ENTRA`]).
    pub async fn insert_tenant(&self, new: &Tenant, sealed: &[u8]) -> Result<()> {
        let row = tenant::ActiveModel {
            id: Set(new.id.0),
            workspace_id: Set(new.workspace_id.0),
            entra_tenant_id: Set(new.entra_tenant_id),
            credential: Set(sealed.to_vec()),
            created_at: Set(new.created_at),
            ..to_columns(new)?
        };
        tenant::Entity::insert(row).exec_without_returning(&self.db).await?;
        Ok(())
    }

    /// Saves everything but ids and credential if the row is still at `changed.version`, and returns it one version later.
    pub async fn update_tenant(&self, changed: &Tenant) -> Result<Tenant> {
        let next = Tenant { version: changed.version + 1, ..changed.clone() };
        let update = tenant::Entity::update_many()
            .set(to_columns(&next)?)
            .filter(tenant::Column::Id.eq(changed.id.0))
            .filter(tenant::Column::WorkspaceId.eq(changed.workspace_id.0))
            .filter(tenant::Column::Version.eq(changed.version));
        one_row(update.exec(&self.db).await?.rows_affected)?;
        Ok(next)
    }

    /// Replaces the sealed credential. Not conditional on a version: the newest credential wins, and the row's version stays.
    pub async fn set_sealed_credential(&self, workspace: WorkspaceId, id: TenantId, sealed: &[u8]) -> Result<()> {
        let row = tenant::ActiveModel { credential: Set(sealed.to_vec()), ..Default::default() };
        let update =
            tenant::Entity::update_many().set(row).filter(tenant::Column::Id.eq(id.0)).filter(tenant::Column::WorkspaceId.eq(workspace.0));
        one_row(update.exec(&self.db).await?.rows_affected)
    }
}

fn to_columns(tenant: &Tenant) -> Result<tenant::ActiveModel> {
    Ok(tenant::ActiveModel {
        id: NotSet,
        workspace_id: NotSet,
        entra_tenant_id: NotSet,
        display_name: Set(tenant.display_name.clone()),
        sort_name: Set(sort_name(&tenant.display_name)),
        cloud: Set(tenant.cloud.as_str().to_owned()),
        client_id: Set(tenant.client_id.clone()),
        credential: NotSet,
        connection: Set(tenant.connection.as_str().to_owned()),
        connection_detail: Set(tenant.connection_detail.clone()),
        imported_at: Set(tenant.imported_at),
        last_sync_at: Set(tenant.last_sync_at),
        licences: Set(to_json("tenant.licences", &tenant.licences)?),
        security_defaults: Set(tenant.security_defaults),
        emergency_access: Set(to_json("tenant.emergency_access", &tenant.emergency_access)?),
        latest_snapshot_id: Set(tenant.latest_snapshot_id.map(|id| id.0)),
        created_at: NotSet,
        version: Set(tenant.version),
    })
}

pub(crate) fn to_tenant(row: tenant::Model) -> Result<Tenant> {
    Ok(Tenant {
        id: TenantId(row.id),
        workspace_id: WorkspaceId(row.workspace_id),
        entra_tenant_id: row.entra_tenant_id,
        display_name: row.display_name,
        cloud: text("tenant.cloud", &row.cloud)?,
        client_id: row.client_id,
        connection: text("tenant.connection", &row.connection)?,
        connection_detail: row.connection_detail,
        imported_at: row.imported_at,
        last_sync_at: row.last_sync_at,
        licences: json("tenant.licences", &row.licences)?,
        security_defaults: row.security_defaults,
        emergency_access: json("tenant.emergency_access", &row.emergency_access)?,
        latest_snapshot_id: row.latest_snapshot_id.map(SnapshotId),
        created_at: row.created_at,
        version: row.version,
    })
}

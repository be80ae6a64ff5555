//! Names that members keep for a tenant's objects.

use domain::id::{MemberId, TenantId, WorkspaceId};
use domain::tenant::TenantAlias;
use entity::tenant_alias::{ActiveModel, Column, Entity, Model};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::convert::{all, text};
use crate::db::{Reader, WriteTx};
use crate::error::Result;

/// The most aliases that members keep for one tenant.
pub const MAX_TENANT_ALIASES: usize = 200;

impl Reader {
    /// The aliases that members keep for a tenant, by kind and name; at most 200.
    pub async fn tenant_aliases(&self, workspace: WorkspaceId, tenant: TenantId) -> Result<Vec<TenantAlias>> {
        let rows = Entity::find()
            .filter(Column::WorkspaceId.eq(workspace.0))
            .filter(Column::TenantId.eq(tenant.0))
            .order_by_asc(Column::Kind)
            .order_by_asc(Column::Name)
            .limit(MAX_TENANT_ALIASES as u64)
            .all(&self.db)
            .await?;
        all(rows, alias)
    }
}

impl WriteTx {
    /// Makes `aliases` all that members keep for the tenant.
    pub async fn replace_tenant_aliases(&self, workspace: WorkspaceId, tenant: TenantId, aliases: &[TenantAlias]) -> Result<()> {
        Entity::delete_many().filter(Column::WorkspaceId.eq(workspace.0)).filter(Column::TenantId.eq(tenant.0)).exec(&self.db).await?;
        if aliases.is_empty() {
            return Ok(());
        }
        let rows = aliases.iter().map(|alias| ActiveModel {
            tenant_id: Set(tenant.0),
            kind: Set(alias.kind.as_str().to_owned()),
            name: Set(alias.name.to_lowercase()),
            workspace_id: Set(workspace.0),
            shown_name: Set(alias.name.clone()),
            object_id: Set(alias.object_id.clone()),
            kept_by: Set(alias.kept_by.0),
            kept_at: Set(alias.kept_at),
        });
        Entity::insert_many(rows).exec_without_returning(&self.db).await?;
        Ok(())
    }
}

fn alias(row: Model) -> Result<TenantAlias> {
    Ok(TenantAlias {
        kind: text("tenant_alias.kind", &row.kind)?,
        name: row.shown_name,
        object_id: row.object_id,
        kept_by: MemberId(row.kept_by),
        kept_at: row.kept_at,
    })
}

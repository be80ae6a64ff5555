//! A tenant's object cache: names beside ids.

use domain::id::{TenantId, WorkspaceId};
use domain::tenant::DirectoryObject;
use entity::directory_object::{ActiveModel, Column, Entity, Model};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::convert::{all, text};
use crate::db::{Reader, WriteTx};
use crate::error::Result;
use crate::ids::in_texts;

/// Rows of one insert: 6 parameters each, far below both databases' limits.
const BATCH: usize = 1_000;

impl Reader {
    /// Everything known about a tenant's directory, by kind and id.
    pub async fn directory(&self, workspace: WorkspaceId, tenant: TenantId) -> Result<Vec<DirectoryObject>> {
        let rows = Entity::find()
            .filter(Column::WorkspaceId.eq(workspace.0))
            .filter(Column::TenantId.eq(tenant.0))
            .order_by_asc(Column::Kind)
            .order_by_asc(Column::ObjectId)
            .all(&self.db)
            .await?;
        all(rows, to_object)
    }

    /// The objects with these Graph ids, whatever their kind.
    pub async fn directory_objects(&self, workspace: WorkspaceId, tenant: TenantId, ids: &[String]) -> Result<Vec<DirectoryObject>> {
        let rows = Entity::find()
            .filter(Column::WorkspaceId.eq(workspace.0))
            .filter(Column::TenantId.eq(tenant.0))
            .filter(in_texts(&self.db, "object_id", ids.iter().map(String::as_str)))
            .all(&self.db)
            .await?;
        all(rows, to_object)
    }
}

impl WriteTx {
    /// Makes `objects` all that is known about the tenant's directory.
    pub async fn replace_directory(&self, workspace: WorkspaceId, tenant: TenantId, objects: &[DirectoryObject]) -> Result<()> {
        Entity::delete_many().filter(Column::WorkspaceId.eq(workspace.0)).filter(Column::TenantId.eq(tenant.0)).exec(&self.db).await?;
        self.upsert_directory(workspace, tenant, objects).await
    }

    /// Adds objects or brings them up to date. Of two with the same kind and id the later one counts.
    pub async fn upsert_directory(&self, workspace: WorkspaceId, tenant: TenantId, objects: &[DirectoryObject]) -> Result<()> {
        // PostgreSQL refuses to touch one row twice in a statement.
        let unique: std::collections::BTreeMap<_, _> =
            objects.iter().map(|object| ((object.kind, object.object_id.as_str()), object)).collect();
        let rows: Vec<ActiveModel> = unique.into_values().map(|object| to_row(workspace, tenant, object)).collect();
        for batch in rows.chunks(BATCH) {
            let conflict = OnConflict::columns([Column::TenantId, Column::Kind, Column::ObjectId])
                .update_columns([Column::DisplayName, Column::MemberCount])
                .to_owned();
            Entity::insert_many(batch.to_vec()).on_conflict(conflict).exec_without_returning(&self.db).await?;
        }
        Ok(())
    }
}

fn to_row(workspace: WorkspaceId, tenant: TenantId, object: &DirectoryObject) -> ActiveModel {
    ActiveModel {
        tenant_id: Set(tenant.0),
        kind: Set(object.kind.as_str().to_owned()),
        object_id: Set(object.object_id.clone()),
        workspace_id: Set(workspace.0),
        display_name: Set(object.display_name.clone()),
        member_count: Set(object.member_count),
    }
}

fn to_object(row: Model) -> Result<DirectoryObject> {
    Ok(DirectoryObject {
        kind: text("directory_object.kind", &row.kind)?,
        object_id: row.object_id,
        display_name: row.display_name,
        member_count: row.member_count,
    })
}

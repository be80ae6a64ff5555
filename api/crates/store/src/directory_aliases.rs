//! Names that objects were found under, beside their display names.

use std::collections::BTreeSet;

use domain::id::{TenantId, WorkspaceId};
use domain::tenant::DirectoryKind;
use entity::directory_alias::{ActiveModel, Column, Entity};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::convert::{all, text};
use crate::db::{Reader, WriteTx};
use crate::error::Result;

/// The most aliases of a tenant that are read.
const MAX_ALIASES: u64 = 10_000;

/// A name that an object was found under.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DirectoryAlias {
    /// Kind of object.
    pub kind: DirectoryKind,
    /// The name, in lower case.
    pub name: String,
    /// Graph's id of the object.
    pub object_id: String,
}

impl Reader {
    /// The aliases of a tenant's objects, at most 10,000; an object may be gone from the cache.
    pub async fn directory_aliases(&self, workspace: WorkspaceId, tenant: TenantId) -> Result<Vec<DirectoryAlias>> {
        let rows = Entity::find()
            .filter(Column::WorkspaceId.eq(workspace.0))
            .filter(Column::TenantId.eq(tenant.0))
            .order_by_asc(Column::Kind)
            .order_by_asc(Column::Name)
            .order_by_asc(Column::ObjectId)
            .limit(MAX_ALIASES)
            .all(&self.db)
            .await?;
        all(rows, |row| Ok(DirectoryAlias { kind: text("directory_alias.kind", &row.kind)?, name: row.name, object_id: row.object_id }))
    }
}

impl WriteTx {
    /// Makes `found` all that the names stand for: what was known under the same names before is forgotten.
    pub async fn set_directory_aliases(&self, workspace: WorkspaceId, tenant: TenantId, found: &BTreeSet<DirectoryAlias>) -> Result<()> {
        let names: BTreeSet<(&str, &str)> = found.iter().map(|alias| (alias.kind.as_str(), alias.name.as_str())).collect();
        for (kind, name) in names {
            Entity::delete_many()
                .filter(Column::WorkspaceId.eq(workspace.0))
                .filter(Column::TenantId.eq(tenant.0))
                .filter(Column::Kind.eq(kind))
                .filter(Column::Name.eq(name))
                .exec(&self.db)
                .await?;
        }
        if found.is_empty() {
            return Ok(());
        }
        let rows = found.iter().map(|alias| ActiveModel {
            tenant_id: Set(tenant.0),
            kind: Set(alias.kind.as_str().to_owned()),
            name: Set(alias.name.clone()),
            object_id: Set(alias.object_id.clone()),
            workspace_id: Set(workspace.0),
        });
        let conflict = OnConflict::columns([Column::TenantId, Column::Kind, Column::Name, Column::ObjectId]).do_nothing().to_owned();
        Entity::insert_many(rows).on_conflict(conflict).exec_without_returning(&self.db).await?;
        Ok(())
    }
}

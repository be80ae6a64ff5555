//! What a name stands for in a tenant, as a member of the workspace keeps it. `name` is in lower case, `shown_name` as it was written.

use sea_orm::entity::prelude::*;

/// A row of `tenant_alias`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "tenant_alias")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub kind: String,
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub name: String,
    pub workspace_id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub shown_name: String,
    #[sea_orm(column_type = "Text")]
    pub object_id: String,
    pub kept_by: Uuid,
    pub kept_at: DateTimeUtc,
}

/// Rows are joined in the statements of crate `store`, not through the ORM.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

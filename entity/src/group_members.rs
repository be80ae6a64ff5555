//! Who is in a group or holds a role, as places among the users of the same reading; `kind` is `GROUP` or `ROLE`, `counted` is null where
//! nobody could read it.

use sea_orm::entity::prelude::*;

/// A row of `group_members`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "group_members")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub kind: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub object_id: Uuid,
    pub workspace_id: Uuid,
    pub as_of: DateTimeUtc,
    pub counted: Option<i64>,
    #[sea_orm(column_type = "Blob")]
    pub members: Vec<u8>,
}

/// Rows are joined in the statements of crate `store`, not through the ORM.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

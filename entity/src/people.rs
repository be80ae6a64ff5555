//! The users of a tenant as of one reading; `content` is the domain's codec, `gaps` a JSON array.

use sea_orm::entity::prelude::*;

/// A row of `people`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "people")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    pub workspace_id: Uuid,
    pub as_of: DateTimeUtc,
    pub users: i64,
    pub guests: i64,
    pub groups: i64,
    #[sea_orm(column_type = "Text")]
    pub gaps: String,
    #[sea_orm(column_type = "Blob")]
    pub content: Vec<u8>,
}

/// Rows are joined in the statements of crate `store`, not through the ORM.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

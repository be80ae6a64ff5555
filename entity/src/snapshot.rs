//! A snapshot; its manifest is the document under `content_hash`.

use sea_orm::entity::prelude::*;

/// A row of `snapshot`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "snapshot")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub workspace_id: Uuid,
    pub tenant_id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    pub taken_at: DateTimeUtc,
    #[sea_orm(column_type = "Text")]
    pub content_hash: String,
    pub policy_count: i32,
    pub change_id: Option<Uuid>,
}

/// Rows are joined in the statements of crate `store`, not through the ORM.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

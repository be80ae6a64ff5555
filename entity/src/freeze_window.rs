//! When changes must not be applied. `starts_at` and `ends_at` are times of the zone's wall clock, ISO 8601 without an offset; `tenant_ids` is a
//! JSON list.

use sea_orm::entity::prelude::*;

/// A row of `freeze_window`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "freeze_window")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub workspace_id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    #[sea_orm(column_type = "Text")]
    pub name: String,
    #[sea_orm(column_type = "Text")]
    pub time_zone: String,
    #[sea_orm(column_type = "Text")]
    pub starts_at: String,
    #[sea_orm(column_type = "Text")]
    pub ends_at: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub rule: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub tenant_ids: Option<String>,
    pub created_by: Uuid,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub version: i64,
}

/// Rows are joined in the statements of crate `store`, not through the ORM.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

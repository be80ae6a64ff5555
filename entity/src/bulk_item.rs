//! One step of a bulk change in one tenant. `blocked`, `excluded`, `apply_failure`, `rollback_failure` and `resolution` are JSON.

use sea_orm::entity::prelude::*;

/// A row of `bulk_item`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "bulk_item")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub bulk_id: Uuid,
    pub workspace_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub step: i32,
    pub position: i64,
    pub change_id: Option<Uuid>,
    pub rollback_change_id: Option<Uuid>,
    pub planned_at: Option<DateTimeUtc>,
    pub queued_at: Option<DateTimeUtc>,
    pub rollback_queued_at: Option<DateTimeUtc>,
    #[sea_orm(column_type = "Text", nullable)]
    pub satisfied: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub not_started: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub blocked: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub excluded: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub apply_failure: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub rollback_failure: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub resolution: Option<String>,
}

/// Rows are joined in the statements of crate `store`, not through the ORM.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

//! One intent for many tenants. `payload`, `prerequisites`, `target`, `strategy`, `approval_rules`, `run` and `schedule` are JSON; `revision` is the
//! row version.

use sea_orm::entity::prelude::*;

/// A row of `bulk_change`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "bulk_change")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub workspace_id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    #[sea_orm(column_type = "Text")]
    pub payload: String,
    #[sea_orm(column_type = "Text")]
    pub prerequisites: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub target: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub strategy: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub note: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub approval_rules: String,
    pub tenant_count: i32,
    pub created_by: Uuid,
    pub revision: i64,
    pub dry_run_at: Option<DateTimeUtc>,
    #[sea_orm(column_type = "Text", nullable)]
    pub run: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub schedule: Option<String>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

/// Rows are joined in the statements of crate `store`, not through the ORM.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

//! A later instant at which a change fires. `detail` and `blocked_diff` are JSON.

use sea_orm::entity::prelude::*;

/// A row of `schedule`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "schedule")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub workspace_id: Uuid,
    pub tenant_id: Uuid,
    pub change_id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub mode: String,
    #[sea_orm(column_type = "Text")]
    pub state: String,
    pub fire_at: DateTimeUtc,
    pub latest_at: DateTimeUtc,
    #[sea_orm(column_type = "Text")]
    pub digest: String,
    pub armed_by: Uuid,
    pub armed_at: DateTimeUtc,
    pub revision: i64,
    pub job_id: Uuid,
    pub sync_job_id: Option<Uuid>,
    pub firing_at: Option<DateTimeUtc>,
    pub finished_at: Option<DateTimeUtc>,
    #[sea_orm(column_type = "Text", nullable)]
    pub detail: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub blocked_diff: String,
}

/// Rows are joined in the statements of crate `store`, not through the ORM.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

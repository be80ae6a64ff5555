//! One report: a document, a window and a source. `job_id` is set while a job computes it; `figures` is JSON.

use sea_orm::entity::prelude::*;

/// A row of `impact_report`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "impact_report")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub document_hash: String,
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub window_length: String,
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub source: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub observed_as: Uuid,
    pub workspace_id: Uuid,
    pub job_id: Option<Uuid>,
    pub from_at: Option<DateTimeUtc>,
    pub data_through: Option<DateTimeUtc>,
    pub log_sign_ins: Option<i64>,
    pub people_as_of: Option<DateTimeUtc>,
    pub computed_at: Option<DateTimeUtc>,
    #[sea_orm(column_type = "Text", nullable)]
    pub reason: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub figures: Option<String>,
    pub outdated: bool,
    pub touched_at: DateTimeUtc,
}

/// Rows are joined in the statements of crate `store`, not through the ORM.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

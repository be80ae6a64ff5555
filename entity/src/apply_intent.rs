//! The write-ahead record of one attempt to apply a change.

use sea_orm::entity::prelude::*;

/// A row of `apply_intent`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "apply_intent")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub change_id: Uuid,
    pub workspace_id: Uuid,
    pub tenant_id: Uuid,
    pub job_id: Uuid,
    pub fence: i64,
    #[sea_orm(column_type = "Text")]
    pub stage: String,
    #[sea_orm(column_type = "Text")]
    pub base_hash: String,
    #[sea_orm(column_type = "Text")]
    pub desired_hash: String,
    #[sea_orm(column_type = "Text")]
    pub write: String,
    pub client_request_id: Uuid,
    pub pre_snapshot_id: Option<Uuid>,
    pub write_started_at: Option<DateTimeUtc>,
    pub write_status: Option<i32>,
    #[sea_orm(column_type = "Text", nullable)]
    pub write_result: Option<String>,
    pub finished_at: Option<DateTimeUtc>,
    #[sea_orm(column_type = "Text", nullable)]
    pub known_ids: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub result_graph_id: Option<String>,
}

/// Rows are joined in the statements of crate `store`, not through the ORM.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

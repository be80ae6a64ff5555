//! A change request. `payload`, `editors`, `dry_run` and `failure` are JSON text; `revision` is the row version.

use sea_orm::entity::prelude::*;

/// A row of `change_request`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "change_request")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub workspace_id: Uuid,
    pub tenant_id: Uuid,
    pub policy_id: Option<Uuid>,
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    #[sea_orm(column_type = "Text")]
    pub payload: String,
    #[sea_orm(column_type = "Text")]
    pub status: String,
    pub revision: i64,
    pub created_by: Uuid,
    #[sea_orm(column_type = "Text")]
    pub editors: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub note: Option<String>,
    pub requires_approval: bool,
    pub rollback_of: Option<Uuid>,
    pub rolled_back_by: Option<Uuid>,
    #[sea_orm(column_type = "Text", nullable)]
    pub dry_run: Option<String>,
    pub applied_by: Option<Uuid>,
    pub pre_snapshot_id: Option<Uuid>,
    pub post_snapshot_id: Option<Uuid>,
    pub write_performed: Option<bool>,
    #[sea_orm(column_type = "Text", nullable)]
    pub failure: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub close_reason: Option<String>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub applied_at: Option<DateTimeUtc>,
    #[sea_orm(column_type = "Text", nullable)]
    pub target_graph_id: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub approval_rules: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub waivers: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub emergency: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub resolution: Option<String>,
    pub bulk_change_id: Option<Uuid>,
    pub rollout_id: Option<Uuid>,
    pub outcome_unknown: Option<bool>,
    #[sea_orm(column_type = "Text", nullable)]
    pub dry_run_digest: Option<String>,
}

/// Rows are joined in the statements of crate `store`, not through the ORM.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

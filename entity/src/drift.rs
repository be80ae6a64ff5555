//! One object that is not as it should be. The `actor_*` columns are what the directory audit says; `reverts` is a JSON array of change ids.

use sea_orm::entity::prelude::*;

/// A row of `drift`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "drift")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub workspace_id: Uuid,
    pub tenant_id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub source: String,
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    #[sea_orm(column_type = "Text")]
    pub object_kind: String,
    #[sea_orm(column_type = "Text")]
    pub object_id: String,
    #[sea_orm(column_type = "Text")]
    pub display_name: String,
    pub policy_id: Option<Uuid>,
    pub baseline_policy_id: Option<Uuid>,
    #[sea_orm(column_type = "Text")]
    pub severity: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub before_document_hash: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub before_content_hash: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub after_document_hash: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub after_content_hash: Option<String>,
    pub before_snapshot_id: Option<Uuid>,
    pub after_snapshot_id: Option<Uuid>,
    pub changed_after: Option<DateTimeUtc>,
    pub detected_at: DateTimeUtc,
    #[sea_orm(column_type = "Text")]
    pub actor_source: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub actor_object_id: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub actor_name: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub actor_app_id: Option<String>,
    pub actor_at: Option<DateTimeUtc>,
    pub actor_lookups: i32,
    #[sea_orm(column_type = "Text")]
    pub status: String,
    pub accepted_by: Option<Uuid>,
    pub accepted_at: Option<DateTimeUtc>,
    #[sea_orm(column_type = "Text", nullable)]
    pub accepted_reason: Option<String>,
    pub accepted_until: Option<DateTimeUtc>,
    #[sea_orm(column_type = "Text")]
    pub reverts: String,
    pub closed_at: Option<DateTimeUtc>,
    pub version: i64,
}

/// Rows are joined in the statements of crate `store`, not through the ORM.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

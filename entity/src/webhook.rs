//! A webhook. `topics` and `tenant_ids` are JSON lists; the secrets are sealed and opaque; from `event_cursor` on it is how far it has got.

use sea_orm::entity::prelude::*;

/// A row of `webhook`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub workspace_id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub display_name: String,
    #[sea_orm(column_type = "Text")]
    pub url: String,
    #[sea_orm(column_type = "Text")]
    pub topics: String,
    #[sea_orm(column_type = "Text")]
    pub min_severity: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub tenant_ids: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub off: Option<String>,
    pub secret: Vec<u8>,
    pub previous_secret: Option<Vec<u8>>,
    pub previous_until: Option<DateTimeUtc>,
    pub created_by: Uuid,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub version: i64,
    pub event_cursor: i64,
    pub attempts: i64,
    pub failures: i32,
    pub failing_since: Option<DateTimeUtc>,
    pub next_try_at: Option<DateTimeUtc>,
    pub delivered_at: Option<DateTimeUtc>,
}

/// Rows are joined in the statements of crate `store`, not through the ORM.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

//! One attempt to deliver one message of a webhook; the newest ones of each are kept.

use sea_orm::entity::prelude::*;

/// A row of `webhook_attempt`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook_attempt")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub webhook_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i64,
    pub workspace_id: Uuid,
    pub seq: i64,
    #[sea_orm(column_type = "Text")]
    pub event_type: String,
    pub attempt: i32,
    pub at: DateTimeUtc,
    pub took_ms: i64,
    pub status: Option<i32>,
    #[sea_orm(column_type = "Text", nullable)]
    pub failure: Option<String>,
}

/// Rows are joined in the statements of crate `store`, not through the ORM.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

//! One customer of the product, with the counters of its two logs.

use sea_orm::entity::prelude::*;

/// A row of `workspace`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "workspace")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub name: String,
    pub require_approval: bool,
    pub dry_run_ttl_s: i64,
    pub event_seq: i64,
    pub audit_seq: i64,
    pub created_at: DateTimeUtc,
    pub version: i64,
    #[sea_orm(column_type = "Text", nullable)]
    pub approval_rules: Option<String>,
}

/// Rows are joined in the statements of crate `store`, not through the ORM.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

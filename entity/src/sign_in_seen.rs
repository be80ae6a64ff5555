//! Ids of sign-ins that were counted lately, 16 bytes each, and between which instants they were created.

use sea_orm::entity::prelude::*;

/// A row of `sign_in_seen`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "sign_in_seen")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub part: i64,
    pub workspace_id: Uuid,
    pub from_at: DateTimeUtc,
    pub to_at: DateTimeUtc,
    pub ids: Vec<u8>,
}

/// Rows are joined in the statements of crate `store`, not through the ORM.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

//! A part of one day of a tenant's sign-ins, folded. `body` is `domain::summary::codec`'s.

use sea_orm::entity::prelude::*;

/// A row of `sign_in_chunk`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "sign_in_chunk")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub day: Date,
    #[sea_orm(primary_key, auto_increment = false)]
    pub part: i64,
    pub workspace_id: Uuid,
    pub rows: i64,
    pub sign_ins: i64,
    pub bytes: i64,
    pub body: Vec<u8>,
    pub encoded_at: DateTimeUtc,
}

/// Rows are joined in the statements of crate `store`, not through the ORM.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

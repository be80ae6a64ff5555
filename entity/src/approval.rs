//! A request for approval of a change, with its decision.

use sea_orm::entity::prelude::*;

/// A row of `approval`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "approval")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub workspace_id: Uuid,
    pub change_id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub state: String,
    pub requested_by: Uuid,
    pub requested_at: DateTimeUtc,
    #[sea_orm(column_type = "Text")]
    pub digest: String,
    pub expires_at: DateTimeUtc,
    pub decided_by: Option<Uuid>,
    pub decided_at: Option<DateTimeUtc>,
    #[sea_orm(column_type = "Text", nullable)]
    pub comment: Option<String>,
    pub quorum: i32,
    #[sea_orm(column_type = "Text", nullable)]
    pub decisions: Option<String>,
}

/// Rows are joined in the statements of crate `store`, not through the ORM.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

//! One tenant of a rollout across tenants. `facts` is JSON; `position` is its place in the list.

use sea_orm::entity::prelude::*;

/// A row of `bulk_rollout_item`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "bulk_rollout_item")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub bulk_id: Uuid,
    pub workspace_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    pub position: i64,
    pub rollout_id: Option<Uuid>,
    #[sea_orm(column_type = "Text")]
    pub facts: String,
}

/// Rows are joined in the statements of crate `store`, not through the ORM.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

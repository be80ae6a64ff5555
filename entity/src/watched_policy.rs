//! Which policies a rollout watches, until when.

use sea_orm::entity::prelude::*;

/// A row of `watched_policy`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "watched_policy")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub rollout_id: Uuid,
    pub workspace_id: Uuid,
    pub tenant_id: Uuid,
    pub twin: Uuid,
    pub original: Uuid,
    pub since: DateTimeUtc,
    pub until: Option<DateTimeUtc>,
}

/// Rows are joined in the statements of crate `store`, not through the ORM.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

//! What the optimization agent suggests; one row for each identity of a tenant. `finding` and `dismissed_grounds` are JSON.

use sea_orm::entity::prelude::*;

/// A row of `suggestion`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "suggestion")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub workspace_id: Uuid,
    pub tenant_id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub identity: String,
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    #[sea_orm(column_type = "Text")]
    pub status: String,
    #[sea_orm(column_type = "Text")]
    pub finding: String,
    #[sea_orm(column_type = "Text")]
    pub dismissed_grounds: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub note: Option<String>,
    pub snoozed_until: Option<DateTimeUtc>,
    pub decided_by: Option<Uuid>,
    pub decided_at: Option<DateTimeUtc>,
    pub steps_done: i32,
    pub change_id: Option<Uuid>,
    pub rollout_id: Option<Uuid>,
    pub first_run: Uuid,
    pub last_run: Uuid,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub revision: i64,
}

/// Rows are joined in the statements of crate `store`, not through the ORM.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

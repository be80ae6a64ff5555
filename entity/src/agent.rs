//! What a tenant keeps of the optimization agent. `settings` is JSON; `known_users` holds eight bytes a user, lowest first.

use sea_orm::entity::prelude::*;

/// A row of `agent`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "agent")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    pub workspace_id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub settings: String,
    pub turned_on_by: Option<Uuid>,
    pub next_run_at: Option<DateTimeUtc>,
    pub last_run_id: Option<Uuid>,
    #[sea_orm(column_type = "Blob", nullable)]
    pub known_users: Option<Vec<u8>>,
    #[sea_orm(column_type = "Text", nullable)]
    pub known_applications: Option<String>,
    pub revision: i64,
    pub updated_at: DateTimeUtc,
}

/// Rows are joined in the statements of crate `store`, not through the ORM.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

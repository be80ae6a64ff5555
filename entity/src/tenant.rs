//! A managed Entra tenant. `credential` is sealed and opaque; `licences` and `emergency_access` are JSON text; `sort_name` is the lower-case name.

use sea_orm::entity::prelude::*;

/// A row of `tenant`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "tenant")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub workspace_id: Uuid,
    pub entra_tenant_id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub display_name: String,
    #[sea_orm(column_type = "Text")]
    pub sort_name: String,
    #[sea_orm(column_type = "Text")]
    pub cloud: String,
    #[sea_orm(column_type = "Text")]
    pub client_id: String,
    pub credential: Vec<u8>,
    #[sea_orm(column_type = "Text")]
    pub connection: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub connection_detail: Option<String>,
    pub imported_at: Option<DateTimeUtc>,
    pub last_sync_at: Option<DateTimeUtc>,
    #[sea_orm(column_type = "Text")]
    pub licences: String,
    pub security_defaults: Option<bool>,
    #[sea_orm(column_type = "Text")]
    pub emergency_access: String,
    pub latest_snapshot_id: Option<Uuid>,
    pub created_at: DateTimeUtc,
    pub version: i64,
}

/// Rows are joined in the statements of crate `store`, not through the ORM.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

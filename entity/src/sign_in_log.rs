//! How far a tenant's sign-ins are read.

use sea_orm::entity::prelude::*;

/// A row of `sign_in_log`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "sign_in_log")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    pub workspace_id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub state: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub reason: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub detail: Option<String>,
    pub data_from: Option<DateTimeUtc>,
    pub data_through: Option<DateTimeUtc>,
    pub slice_from: Option<DateTimeUtc>,
    pub slice_to: Option<DateTimeUtc>,
    pub slice_begun_at: Option<DateTimeUtc>,
    #[sea_orm(column_type = "Text", nullable)]
    pub slice_link: Option<String>,
    pub slice_entries: i64,
    pub settled_through: Option<DateTimeUtc>,
    pub sign_ins: i64,
    pub unreadable: i64,
    pub repeated: i64,
    pub masked: i64,
    pub next_part: i64,
    pub read_at: Option<DateTimeUtc>,
    pub updated_at: DateTimeUtc,
    pub version: i64,
}

/// Rows are joined in the statements of crate `store`, not through the ORM.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

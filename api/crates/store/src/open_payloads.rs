//! What the open changes of a tenant intend.

use domain::change::kind::ChangePayload;
use domain::change::status::ChangeStatus;
use domain::id::{TenantId, WorkspaceId};
use entity::change_request::{Column, Entity};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::convert::{all, json};
use crate::db::Reader;
use crate::error::Result;

/// The most changes that are looked at.
const MAX_CHANGES: u64 = 1_000;

/// Statuses that nothing comes after.
const CLOSED: [ChangeStatus; 3] = [ChangeStatus::Applied, ChangeStatus::RolledBack, ChangeStatus::Cancelled];

impl Reader {
    /// The payloads of a tenant's open changes, newest first, at most 1,000.
    pub async fn open_payloads(&self, workspace: WorkspaceId, tenant: TenantId) -> Result<Vec<ChangePayload>> {
        let rows: Vec<String> = Entity::find()
            .select_only()
            .column(Column::Payload)
            .filter(Column::WorkspaceId.eq(workspace.0))
            .filter(Column::TenantId.eq(tenant.0))
            .filter(Column::Status.is_not_in(CLOSED.map(ChangeStatus::as_str)))
            .order_by_desc(Column::CreatedAt)
            .order_by_desc(Column::Id)
            .limit(MAX_CHANGES)
            .into_tuple()
            .all(&self.db)
            .await?;
        all(rows, |row| json("change_request.payload", &row))
    }
}

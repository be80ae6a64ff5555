//! Changes that may have written to Graph without our having seen the result.

use chrono::{DateTime, Utc};
use domain::change::request::ChangeRequest;
use domain::change::status::ChangeStatus;
use domain::id::{ChangeId, TenantId, WorkspaceId};
use entity::change_request::{Column, Entity};
use sea_orm::sea_query::Cond;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::db::Reader;
use crate::error::Result;

/// The most changes that one call lists. A tenant's writes are serial, so a day has far fewer.
const MAX: u64 = 1_000;

impl Reader {
    /// A tenant's changes that are `applying`, or failed at or after `since` with a write that happened or may have happened; newest
    /// first, at most 1,000.
    pub async fn unsettled_changes(&self, workspace: WorkspaceId, tenant: TenantId, since: DateTime<Utc>) -> Result<Vec<ChangeRequest>> {
        let failed = Cond::all()
            .add(Column::Status.eq(ChangeStatus::Failed.as_str()))
            .add(Column::UpdatedAt.gte(since))
            .add(Cond::any().add(Column::WritePerformed.is_null()).add(Column::WritePerformed.eq(true)));
        let ids: Vec<Uuid> = Entity::find()
            .select_only()
            .column(Column::Id)
            .filter(Column::WorkspaceId.eq(workspace.0))
            .filter(Column::TenantId.eq(tenant.0))
            .filter(Cond::any().add(Column::Status.eq(ChangeStatus::Applying.as_str())).add(failed))
            .order_by_desc(Column::UpdatedAt)
            .order_by_desc(Column::Id)
            .limit(MAX)
            .into_tuple()
            .all(&self.db)
            .await?;
        let ids: Vec<ChangeId> = ids.into_iter().map(ChangeId).collect();
        let mut changes = if ids.is_empty() { Vec::new() } else { self.changes_by_ids(workspace, &ids).await? };
        changes.sort_by_key(|change| std::cmp::Reverse((change.updated_at, change.id)));
        Ok(changes)
    }
}

//! How far each tenant's sign-ins are read, and which of them were counted already.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use domain::id::{TenantId, WorkspaceId};
use domain::summary::log::{SignInLog, Slice};
use entity::sign_in_log::{ActiveModel, Column, Entity, Model};
use entity::sign_in_seen;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::convert::{optional_text, text};
use crate::db::{Reader, WriteTx};
use crate::error::{Result, StoreError};
use crate::workspaces::one_row;

impl Reader {
    /// How far a tenant's sign-ins are read; `None` before anybody asked for it.
    pub async fn sign_in_log(&self, workspace: WorkspaceId, tenant: TenantId) -> Result<Option<SignInLog>> {
        let row = Entity::find_by_id(tenant.0).filter(Column::WorkspaceId.eq(workspace.0)).one(&self.db).await?;
        row.map(to_log).transpose()
    }

    /// Logs of several tenants, in no order; those that were never read are missing.
    pub async fn sign_in_logs(&self, workspace: WorkspaceId, tenants: &[TenantId]) -> Result<Vec<SignInLog>> {
        let ids = tenants.iter().map(|tenant| tenant.0);
        let rows = Entity::find().filter(Column::WorkspaceId.eq(workspace.0)).filter(Column::TenantId.is_in(ids)).all(&self.db).await?;
        rows.into_iter().map(to_log).collect()
    }

    /// Ids that were counted in flushes which touch `[from, to]`: what must not be counted again there. Bounded by what that stretch held.
    pub async fn seen_sign_ins(
        &self,
        workspace: WorkspaceId,
        tenant: TenantId,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> Result<HashSet<Uuid>> {
        use sign_in_seen::{Column, Entity};
        let rows = Entity::find()
            .filter(Column::TenantId.eq(tenant.0))
            .filter(Column::WorkspaceId.eq(workspace.0))
            .filter(Column::ToAt.gte(from))
            .filter(Column::FromAt.lte(to))
            .all(&self.db)
            .await?;
        let mut seen = HashSet::new();
        for row in rows {
            let (ids, rest) = row.ids.as_chunks::<16>();
            if !rest.is_empty() {
                return Err(StoreError::corrupt("sign_in_seen.ids: not a row of ids"));
            }
            seen.extend(ids.iter().map(|id| Uuid::from_bytes(*id)));
        }
        Ok(seen)
    }
}

impl WriteTx {
    /// The first row of a tenant.
    pub async fn insert_sign_in_log(&self, log: &SignInLog) -> Result<()> {
        Entity::insert(to_row(log)).exec_without_returning(&self.db).await?;
        Ok(())
    }

    /// Saves the row if it is still at `changed.version`, and returns it one version later.
    pub async fn update_sign_in_log(&self, changed: &SignInLog) -> Result<SignInLog> {
        let next = SignInLog { version: changed.version + 1, ..changed.clone() };
        let update = Entity::update_many()
            .set(to_row(&next))
            .filter(Column::TenantId.eq(changed.tenant_id.0))
            .filter(Column::WorkspaceId.eq(changed.workspace_id.0))
            .filter(Column::Version.eq(changed.version));
        one_row(update.exec(&self.db).await?.rows_affected)?;
        Ok(next)
    }

    /// Remembers the ids of one flush, all created between `from` and `to`.
    pub async fn remember_sign_ins(
        &self,
        workspace: WorkspaceId,
        tenant: TenantId,
        part: i64,
        (from, to): (DateTime<Utc>, DateTime<Utc>),
        ids: &[Uuid],
    ) -> Result<()> {
        let row = sign_in_seen::ActiveModel {
            tenant_id: Set(tenant.0),
            part: Set(part),
            workspace_id: Set(workspace.0),
            from_at: Set(from),
            to_at: Set(to),
            ids: Set(ids.iter().flat_map(|id| *id.as_bytes()).collect()),
        };
        sign_in_seen::Entity::insert(row).exec_without_returning(&self.db).await?;
        Ok(())
    }

    /// Forgets flushes that end before an instant.
    pub async fn forget_sign_ins(&self, workspace: WorkspaceId, tenant: TenantId, before: DateTime<Utc>) -> Result<()> {
        use sign_in_seen::{Column, Entity};
        Entity::delete_many()
            .filter(Column::TenantId.eq(tenant.0))
            .filter(Column::WorkspaceId.eq(workspace.0))
            .filter(Column::ToAt.lt(before))
            .exec(&self.db)
            .await?;
        Ok(())
    }
}

fn to_row(log: &SignInLog) -> ActiveModel {
    let slice = log.slice.as_ref();
    ActiveModel {
        tenant_id: Set(log.tenant_id.0),
        workspace_id: Set(log.workspace_id.0),
        state: Set(log.state.as_str().to_owned()),
        reason: Set(log.reason.map(|reason| reason.as_str().to_owned())),
        detail: Set(log.detail.clone()),
        data_from: Set(log.data_from),
        data_through: Set(log.data_through),
        slice_from: Set(slice.map(|slice| slice.from)),
        slice_to: Set(slice.map(|slice| slice.to)),
        slice_begun_at: Set(slice.map(|slice| slice.begun_at)),
        slice_link: Set(slice.and_then(|slice| slice.link.clone())),
        slice_entries: Set(slice.map_or(0, |slice| slice.entries)),
        settled_through: Set(log.settled_through),
        sign_ins: Set(log.sign_ins),
        unreadable: Set(log.unreadable),
        repeated: Set(log.repeated),
        masked: Set(log.masked),
        next_part: Set(log.next_part),
        read_at: Set(log.read_at),
        updated_at: Set(log.updated_at),
        version: Set(log.version),
    }
}

fn to_log(row: Model) -> Result<SignInLog> {
    Ok(SignInLog {
        workspace_id: WorkspaceId(row.workspace_id),
        tenant_id: TenantId(row.tenant_id),
        state: text("sign_in_log.state", &row.state)?,
        reason: optional_text("sign_in_log.reason", row.reason.as_deref())?,
        detail: row.detail,
        data_from: row.data_from,
        data_through: row.data_through,
        slice: match (row.slice_from, row.slice_to, row.slice_begun_at) {
            (Some(from), Some(to), Some(begun_at)) => Some(Slice { from, to, begun_at, link: row.slice_link, entries: row.slice_entries }),
            (None, None, None) => None,
            _ => return Err(StoreError::corrupt("sign_in_log.slice_*: some without the others")),
        },
        settled_through: row.settled_through,
        sign_ins: row.sign_ins,
        unreadable: row.unreadable,
        repeated: row.repeated,
        masked: row.masked,
        next_part: row.next_part,
        read_at: row.read_at,
        updated_at: row.updated_at,
        version: row.version,
    })
}

//! Freeze windows.

use chrono::NaiveDateTime;
use domain::freeze::{FreezeWindow, MAX_WINDOWS, WindowTimes};
use domain::id::{FreezeWindowId, MemberId, WorkspaceId};
use entity::freeze_window::{ActiveModel, Column, Entity, Model};
use sea_orm::{ActiveValue::NotSet, ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::convert::{all, optional_json, text, to_json};
use crate::db::{Reader, WriteTx};
use crate::error::{Result, StoreError};
use crate::workspaces::one_row;

const LOCAL: &str = "%Y-%m-%dT%H:%M:%S";

impl Reader {
    /// One freeze window.
    pub async fn freeze_window(&self, workspace: WorkspaceId, id: FreezeWindowId) -> Result<Option<FreezeWindow>> {
        let row = Entity::find_by_id(id.0).filter(Column::WorkspaceId.eq(workspace.0)).one(&self.db).await?;
        row.map(to_window).transpose()
    }

    /// The workspace's freeze windows, oldest first. There are [`MAX_WINDOWS`] at most.
    pub async fn freeze_windows(&self, workspace: WorkspaceId) -> Result<Vec<FreezeWindow>> {
        let rows = Entity::find()
            .filter(Column::WorkspaceId.eq(workspace.0))
            .order_by_asc(Column::CreatedAt)
            .order_by_asc(Column::Id)
            .limit(MAX_WINDOWS as u64)
            .all(&self.db)
            .await?;
        all(rows, to_window)
    }
}

impl WriteTx {
    /// Adds a freeze window.
    pub async fn insert_freeze_window(&self, new: &FreezeWindow) -> Result<()> {
        let row = ActiveModel {
            id: Set(new.id.0),
            workspace_id: Set(new.workspace_id.0),
            created_by: Set(new.created_by.0),
            created_at: Set(new.created_at),
            ..to_columns(new)?
        };
        Entity::insert(row).exec_without_returning(&self.db).await?;
        Ok(())
    }

    /// Saves a freeze window if the row is still at `changed.version`, and returns it one version later.
    pub async fn update_freeze_window(&self, changed: &FreezeWindow) -> Result<FreezeWindow> {
        let next = FreezeWindow { version: changed.version + 1, ..changed.clone() };
        let update = Entity::update_many()
            .set(to_columns(&next)?)
            .filter(Column::Id.eq(changed.id.0))
            .filter(Column::WorkspaceId.eq(changed.workspace_id.0))
            .filter(Column::Version.eq(changed.version));
        one_row(update.exec(&self.db).await?.rows_affected)?;
        Ok(next)
    }

    /// Deletes a freeze window if the row is still at this version.
    pub async fn delete_freeze_window(&self, window: &FreezeWindow) -> Result<()> {
        let delete = Entity::delete_many()
            .filter(Column::Id.eq(window.id.0))
            .filter(Column::WorkspaceId.eq(window.workspace_id.0))
            .filter(Column::Version.eq(window.version));
        one_row(delete.exec(&self.db).await?.rows_affected)
    }
}

fn to_columns(window: &FreezeWindow) -> Result<ActiveModel> {
    Ok(ActiveModel {
        id: NotSet,
        workspace_id: NotSet,
        kind: Set(window.kind.as_str().to_owned()),
        name: Set(window.name.clone()),
        time_zone: Set(window.times.time_zone.clone()),
        starts_at: Set(window.times.starts_at.format(LOCAL).to_string()),
        ends_at: Set(window.times.ends_at.format(LOCAL).to_string()),
        rule: Set(window.times.rule.clone()),
        tenant_ids: Set(window.tenant_ids.as_ref().map(|ids| to_json("freeze_window.tenant_ids", ids)).transpose()?),
        created_by: NotSet,
        created_at: NotSet,
        updated_at: Set(window.updated_at),
        version: Set(window.version),
    })
}

fn to_window(row: Model) -> Result<FreezeWindow> {
    Ok(FreezeWindow {
        id: FreezeWindowId(row.id),
        workspace_id: WorkspaceId(row.workspace_id),
        kind: text("freeze_window.kind", &row.kind)?,
        name: row.name,
        times: WindowTimes {
            time_zone: row.time_zone,
            starts_at: local("freeze_window.starts_at", &row.starts_at)?,
            ends_at: local("freeze_window.ends_at", &row.ends_at)?,
            rule: row.rule,
        },
        tenant_ids: optional_json("freeze_window.tenant_ids", row.tenant_ids.as_deref())?,
        created_by: MemberId(row.created_by),
        created_at: row.created_at,
        updated_at: row.updated_at,
        version: row.version,
    })
}

fn local(column: &'static str, stored: &str) -> Result<NaiveDateTime> {
    NaiveDateTime::parse_from_str(stored, LOCAL).map_err(|error| StoreError::corrupt(format!("{column}: {error}")))
}

//! Workspaces.

use domain::change::approval_rules::ApprovalRules;
use domain::id::WorkspaceId;
use domain::workspace::Workspace;
use entity::workspace;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::NotSet, ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::convert::{all, optional_json, to_json};
use crate::db::{Reader, WriteTx};
use crate::error::{Result, StoreError};

/// The most workspaces that one call lists.
const MAX_LISTED: u64 = 1_000;

impl Reader {
    /// One workspace.
    pub async fn workspace(&self, id: WorkspaceId) -> Result<Option<Workspace>> {
        workspace::Entity::find_by_id(id.0).one(&self.db).await?.map(to_workspace).transpose()
    }

    /// Workspaces, oldest first, at most 1,000. Without a workspace because it is what start-up asks.
    pub async fn workspaces(&self) -> Result<Vec<Workspace>> {
        let rows = workspace::Entity::find()
            .order_by_asc(workspace::Column::CreatedAt)
            .order_by_asc(workspace::Column::Id)
            .limit(MAX_LISTED)
            .all(&self.db)
            .await?;
        all(rows, to_workspace)
    }
}

impl WriteTx {
    /// Adds a workspace, with empty logs.
    pub async fn insert_workspace(&self, new: &Workspace) -> Result<()> {
        let row = workspace::ActiveModel {
            id: Set(new.id.0),
            name: Set(new.name.clone()),
            require_approval: Set(new.require_approval),
            dry_run_ttl_s: Set(new.dry_run_ttl_s),
            event_seq: Set(0),
            audit_seq: Set(0),
            created_at: Set(new.created_at),
            version: Set(new.version),
            approval_rules: Set(Some(to_json("workspace.approval_rules", &new.approval_rules)?)),
        };
        workspace::Entity::insert(row).exec_without_returning(&self.db).await?;
        Ok(())
    }

    /// Saves name and settings if the row is still at `changed.version`, and returns it one version later.
    pub async fn update_workspace(&self, changed: &Workspace) -> Result<Workspace> {
        let next = Workspace { version: changed.version + 1, ..changed.clone() };
        let row = workspace::ActiveModel {
            id: NotSet,
            name: Set(next.name.clone()),
            require_approval: Set(next.require_approval),
            dry_run_ttl_s: Set(next.dry_run_ttl_s),
            event_seq: NotSet,
            audit_seq: NotSet,
            created_at: NotSet,
            version: Set(next.version),
            approval_rules: Set(Some(to_json("workspace.approval_rules", &next.approval_rules)?)),
        };
        let update = workspace::Entity::update_many()
            .set(row)
            .filter(workspace::Column::Id.eq(changed.id.0))
            .filter(workspace::Column::Version.eq(changed.version));
        one_row(update.exec(&self.db).await?.rows_affected)?;
        Ok(next)
    }

    /// Holds the workspace's row to the end of the transaction: whatever is decided over several members, keys or settings is decided one
    /// after the other. The logs' counters stand in the same row, so every transaction that writes an event waits here as well.
    pub async fn lock_workspace(&self, id: WorkspaceId) -> Result<()> {
        let same = Expr::col(workspace::Column::Version);
        let update = workspace::Entity::update_many().col_expr(workspace::Column::Version, same).filter(workspace::Column::Id.eq(id.0));
        one_row(update.exec(&self.db).await?.rows_affected)
    }
}

/// Zero rows is a conflict (invariant 6): the one helper that says so.
pub(crate) fn one_row(rows_affected: u64) -> Result<()> {
    if rows_affected == 1 { Ok(()) } else { Err(StoreError::Conflict) }
}

fn to_workspace(row: workspace::Model) -> Result<Workspace> {
    let rules: Option<ApprovalRules> = optional_json("workspace.approval_rules", row.approval_rules.as_deref())?;
    Ok(Workspace {
        id: WorkspaceId(row.id),
        name: row.name,
        require_approval: row.require_approval,
        // A row of the binary before has none; the switch is the rule that it knew.
        approval_rules: ApprovalRules { always: row.require_approval, ..rules.unwrap_or_default() },
        dry_run_ttl_s: row.dry_run_ttl_s,
        created_at: row.created_at,
        version: row.version,
    })
}

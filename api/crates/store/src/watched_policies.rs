//! Which policies rollouts watch, so that the reading of sign-ins keeps what a verdict counts.

use chrono::{DateTime, Utc};
use domain::id::{RolloutId, TenantId, WorkspaceId};
use entity::watched_policy::{ActiveModel, Column, Entity, Model};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::db::{Reader, WriteTx};
use crate::error::Result;

/// The most rollouts of one tenant whose sign-ins are kept at a time; each has a policy of its own, and Entra has a few hundred policies.
const MAX_OF_TENANT: u64 = 500;

/// A rollout's policies, by Graph's ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WatchedPolicy {
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// The tenant.
    pub tenant_id: TenantId,
    /// The rollout; opaque here.
    pub rollout_id: RolloutId,
    /// The policy that is enabled group by group: sign-ins that it decided on are kept.
    pub twin: Uuid,
    /// The report-only policy that it copies: what it says of the same sign-in is kept with it.
    pub original: Uuid,
    /// When it began.
    pub since: DateTime<Utc>,
    /// Sign-ins created after it are not kept any more; `None` while it goes on.
    pub until: Option<DateTime<Utc>>,
}

impl Reader {
    /// What is watched in a tenant for sign-ins created from `from` on, at most 500, oldest first.
    pub async fn watched_policies(&self, workspace: WorkspaceId, tenant: TenantId, from: DateTime<Utc>) -> Result<Vec<WatchedPolicy>> {
        let rows = Entity::find()
            .filter(Column::TenantId.eq(tenant.0))
            .filter(Column::WorkspaceId.eq(workspace.0))
            .filter(Condition::any().add(Column::Until.is_null()).add(Column::Until.gte(from)))
            .order_by_asc(Column::Since)
            .order_by_asc(Column::RolloutId)
            .limit(MAX_OF_TENANT)
            .all(&self.db)
            .await?;
        Ok(rows.into_iter().map(watched).collect())
    }

    /// Tenants with a watched policy, by workspace, of all workspaces, because the schedule of readings is the process's: at most as many as there are
    /// rollouts under way.
    pub async fn watched_tenants(&self) -> Result<Vec<(WorkspaceId, TenantId)>> {
        let rows: Vec<(Uuid, Uuid)> = Entity::find()
            .select_only()
            .columns([Column::WorkspaceId, Column::TenantId])
            .distinct()
            .filter(Column::Until.is_null())
            .order_by_asc(Column::WorkspaceId)
            .order_by_asc(Column::TenantId)
            .into_tuple()
            .all(&self.db)
            .await?;
        Ok(rows.into_iter().map(|(workspace, tenant)| (WorkspaceId(workspace), TenantId(tenant))).collect())
    }
}

impl WriteTx {
    /// Watches a rollout's policies from now on. Call it in the transaction that learns the twin's id, before the twin is enabled. A rollout that
    /// is watched already stays as it is, so that a step may be repeated.
    pub async fn watch_policy(&self, watched: &WatchedPolicy) -> Result<()> {
        let row = ActiveModel {
            rollout_id: Set(watched.rollout_id.0),
            workspace_id: Set(watched.workspace_id.0),
            tenant_id: Set(watched.tenant_id.0),
            twin: Set(watched.twin),
            original: Set(watched.original),
            since: Set(watched.since),
            until: Set(watched.until),
        };
        let conflict = OnConflict::column(Column::RolloutId).do_nothing().to_owned();
        Entity::insert(row).on_conflict(conflict).exec_without_returning(&self.db).await?;
        Ok(())
    }

    /// Ends the watch. Sign-ins created until then are still kept when Entra shows them late; what is kept goes with the sign-ins' retention.
    pub async fn unwatch_rollout(&self, workspace: WorkspaceId, rollout: RolloutId, until: DateTime<Utc>) -> Result<()> {
        Entity::update_many()
            .col_expr(Column::Until, Expr::value(until))
            .filter(Column::RolloutId.eq(rollout.0))
            .filter(Column::WorkspaceId.eq(workspace.0))
            .filter(Column::Until.is_null())
            .exec(&self.db)
            .await?;
        Ok(())
    }
}

fn watched(row: Model) -> WatchedPolicy {
    WatchedPolicy {
        workspace_id: WorkspaceId(row.workspace_id),
        tenant_id: TenantId(row.tenant_id),
        rollout_id: RolloutId(row.rollout_id),
        twin: row.twin,
        original: row.original,
        since: row.since,
        until: row.until,
    }
}

//! Phased rollouts. Their verdicts are in `rollout_verdicts`, the changes that are their steps in `changes`.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use domain::id::{PolicyId, RolloutId, TenantId, WorkspaceId};
use domain::rollout::{ManagedRollout, RolloutStatus};
use entity::rollout::{Column, Entity, Model};
use sea_orm::sea_query::{Condition, Expr};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select};
use uuid::Uuid;

use crate::convert::all;
use crate::db::{Db, Reader, WriteTx};
use crate::error::Result;
use crate::ids::in_ids;
use crate::page::{Cursor, Keyset, Page, PageRequest, SortKey};
use crate::rollout_rows::{to_columns, to_new, to_rollout};
use crate::workspaces::one_row;

/// Which rollouts; the default is all of the workspace.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RolloutFilter {
    /// Of these tenants; `None` is any.
    pub tenants: Option<Vec<TenantId>>,
    /// The tenants that the caller may see; `None` is all.
    pub scope: Option<BTreeSet<TenantId>>,
    /// In one of these statuses; empty is any.
    pub statuses: Vec<RolloutStatus>,
    /// Of this original or twin.
    pub policy: Option<PolicyId>,
}

impl Reader {
    /// One rollout.
    pub async fn rollout(&self, workspace: WorkspaceId, id: RolloutId) -> Result<Option<ManagedRollout>> {
        let row = Entity::find_by_id(id.0).filter(Column::WorkspaceId.eq(workspace.0)).one(&self.db).await?;
        row.map(to_rollout).transpose()
    }

    /// Rollouts by id, in no order; unknown ids are left out.
    pub async fn rollouts_by_ids(&self, workspace: WorkspaceId, ids: &[RolloutId]) -> Result<Vec<ManagedRollout>> {
        let find = Entity::find().filter(Column::WorkspaceId.eq(workspace.0)).filter(in_ids(&self.db, "id", ids.iter().map(|id| id.0)));
        all(find.all(&self.db).await?, to_rollout)
    }

    /// The rollout that has not ended of this policy, be it the original or the twin.
    pub async fn rollout_owning(&self, workspace: WorkspaceId, policy: PolicyId) -> Result<Option<RolloutId>> {
        let of = Condition::any().add(Column::PolicyId.eq(policy.0)).add(Column::TwinPolicyId.eq(policy.0));
        let id: Option<Uuid> = Entity::find()
            .select_only()
            .column(Column::Id)
            .filter(Column::WorkspaceId.eq(workspace.0))
            .filter(Column::EndedAt.is_null())
            .filter(of)
            .into_tuple()
            .one(&self.db)
            .await?;
        Ok(id.map(RolloutId))
    }

    /// The policies of a tenant, originals and twins, that rollouts own which have not ended.
    pub async fn owned_policies(&self, workspace: WorkspaceId, tenant: TenantId) -> Result<BTreeMap<PolicyId, RolloutId>> {
        let rows: Vec<(Uuid, Uuid, Option<Uuid>)> = Entity::find()
            .select_only()
            .columns([Column::Id, Column::PolicyId, Column::TwinPolicyId])
            .filter(Column::WorkspaceId.eq(workspace.0))
            .filter(Column::TenantId.eq(tenant.0))
            .filter(Column::EndedAt.is_null())
            .into_tuple()
            .all(&self.db)
            .await?;
        let both = |(id, original, twin): (Uuid, Uuid, Option<Uuid>)| {
            [Some(original), twin].into_iter().flatten().map(move |policy| (PolicyId(policy), RolloutId(id)))
        };
        Ok(rows.into_iter().flat_map(both).collect())
    }

    /// Rollouts whose next look is due, the longest waiting first. Without a workspace because the schedule of looks serves all.
    pub async fn due_rollouts(&self, now: DateTime<Utc>, limit: u64) -> Result<Vec<(WorkspaceId, RolloutId, DateTime<Utc>)>> {
        let rows: Vec<(Uuid, Uuid, DateTime<Utc>)> = Entity::find()
            .select_only()
            .columns([Column::WorkspaceId, Column::Id, Column::NextLookAt])
            .filter(Column::NextLookAt.lte(now))
            .order_by_asc(Column::NextLookAt)
            .limit(limit)
            .into_tuple()
            .all(&self.db)
            .await?;
        Ok(rows.into_iter().map(|(workspace, id, at)| (WorkspaceId(workspace), RolloutId(id), at)).collect())
    }

    /// A page of rollouts, newest first.
    pub async fn rollouts_page(
        &self,
        workspace: WorkspaceId,
        filter: &RolloutFilter,
        request: &PageRequest,
    ) -> Result<Page<ManagedRollout>> {
        let keyset = Keyset {
            list: "rollouts",
            key: Expr::col(Column::CreatedAt),
            id: Some(Expr::col(Column::Id)),
            descending: true,
            like: SortKey::Time(DateTime::UNIX_EPOCH),
        };
        let rows = keyset.apply(filtered(&self.db, workspace, filter), request)?.all(&self.db).await?;
        keyset.page(rows, request, |row: &Model| Cursor { key: SortKey::Time(row.created_at), id: row.id }, to_rollout)
    }

    /// How many rollouts the filter leaves.
    pub async fn count_rollouts(&self, workspace: WorkspaceId, filter: &RolloutFilter) -> Result<u64> {
        Ok(filtered(&self.db, workspace, filter).count(&self.db).await?)
    }
}

impl WriteTx {
    /// Adds a rollout. [`crate::StoreError::Unique`] with [`crate::constraint::ROLLOUT_POLICY`] where the policy has one that has not ended.
    pub async fn insert_rollout(&self, new: &ManagedRollout) -> Result<()> {
        Entity::insert(to_new(new)?).exec_without_returning(&self.db).await?;
        Ok(())
    }

    /// Saves a rollout whose `version` was raised by one since it was read; another version in the row is a conflict.
    pub async fn update_rollout(&self, changed: &ManagedRollout) -> Result<()> {
        let update = Entity::update_many()
            .set(to_columns(changed)?)
            .filter(Column::Id.eq(changed.id.0))
            .filter(Column::WorkspaceId.eq(changed.workspace_id.0))
            .filter(Column::Version.eq(changed.version - 1));
        one_row(update.exec(&self.db).await?.rows_affected)
    }

    /// The rollout as it is now, held until this transaction ends: whoever else takes a step on it waits. `None` where there is none.
    pub async fn hold_rollout(&self, workspace: WorkspaceId, id: RolloutId) -> Result<Option<ManagedRollout>> {
        // A lock on PostgreSQL; on SQLite the transaction holds the only write lock anyway.
        let row = Entity::find_by_id(id.0).filter(Column::WorkspaceId.eq(workspace.0)).lock_exclusive().one(&self.db).await?;
        row.map(to_rollout).transpose()
    }
}

fn filtered(db: &Db, workspace: WorkspaceId, filter: &RolloutFilter) -> Select<Entity> {
    let mut select = Entity::find().filter(Column::WorkspaceId.eq(workspace.0));
    if let Some(scope) = &filter.scope {
        select = select.filter(in_ids(db, "tenant_id", scope.iter().map(|id| id.0)));
    }
    if let Some(tenants) = &filter.tenants {
        select = select.filter(in_ids(db, "tenant_id", tenants.iter().map(|id| id.0)));
    }
    if !filter.statuses.is_empty() {
        select = select.filter(Column::Status.is_in(filter.statuses.iter().map(|status| status.as_str())));
    }
    if let Some(policy) = filter.policy {
        select = select.filter(Condition::any().add(Column::PolicyId.eq(policy.0)).add(Column::TwinPolicyId.eq(policy.0)));
    }
    select
}

//! Reading items of drift: one, some, pages, and what is open of each policy.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::drift::{Drift, DriftSource, DriftStatus};
use domain::id::{DriftId, PolicyId, TenantId, WorkspaceId};
use entity::drift::{Column, Entity, Model};
use sea_orm::sea_query::{Cond, Expr, ExprTrait};
use sea_orm::{ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select};

use crate::convert::all;
use crate::db::Reader;
use crate::drift::to_drift;
use crate::error::Result;
use crate::ids::in_ids;
use crate::page::{Cursor, Keyset, Page, PageRequest, SortKey};

/// The most open items that one call looks through.
const MAX_OPEN: u64 = 5_000;

/// Which items of one tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DriftFilter {
    /// The tenant.
    pub tenant_id: TenantId,
    /// Statuses at `now`; empty is all.
    pub statuses: Vec<DriftStatus>,
    /// What they were measured against; `None` is both.
    pub source: Option<DriftSource>,
    /// The instant at which acceptances count: one that has ended is open.
    pub now: DateTime<Utc>,
}

impl Reader {
    /// One item.
    pub async fn drift(&self, workspace: WorkspaceId, id: DriftId) -> Result<Option<Drift>> {
        let row = Entity::find_by_id(id.0).filter(Column::WorkspaceId.eq(workspace.0)).one(&self.db).await?;
        row.map(to_drift).transpose()
    }

    /// Items by id, in no order; unknown ids are left out.
    pub async fn drift_by_ids(&self, workspace: WorkspaceId, ids: &[DriftId]) -> Result<Vec<Drift>> {
        let rows = Entity::find()
            .filter(Column::WorkspaceId.eq(workspace.0))
            .filter(in_ids(&self.db, "id", ids.iter().map(|id| id.0)))
            .all(&self.db)
            .await?;
        all(rows, to_drift)
    }

    /// A page of a tenant's items, newest first.
    pub async fn drift_page(&self, workspace: WorkspaceId, filter: &DriftFilter, request: &PageRequest) -> Result<Page<Drift>> {
        let keyset = Keyset {
            list: "drift",
            key: Expr::col(Column::DetectedAt),
            id: Some(Expr::col(Column::Id)),
            descending: true,
            like: SortKey::Time(DateTime::UNIX_EPOCH),
        };
        let rows = keyset.apply(filtered(workspace, filter), request)?.all(&self.db).await?;
        keyset.page(rows, request, |row: &Model| Cursor { key: SortKey::Time(row.detected_at), id: row.id }, to_drift)
    }

    /// How many items the filter leaves.
    pub async fn count_drift(&self, workspace: WorkspaceId, filter: &DriftFilter) -> Result<u64> {
        Ok(filtered(workspace, filter).count(&self.db).await?)
    }

    /// The items of each policy that are open at `now`, newest first, at most `each` of one policy, of the newest 5,000 of all.
    /// Policies without one are absent.
    pub async fn open_drift_of_policies(
        &self,
        workspace: WorkspaceId,
        policies: &[PolicyId],
        now: DateTime<Utc>,
        each: usize,
    ) -> Result<HashMap<PolicyId, Vec<Drift>>> {
        let rows = Entity::find()
            .filter(Column::WorkspaceId.eq(workspace.0))
            .filter(in_ids(&self.db, "policy_id", policies.iter().map(|id| id.0)))
            .filter(Column::ClosedAt.is_null())
            .filter(has_status(DriftStatus::Open, now))
            .order_by_desc(Column::DetectedAt)
            .order_by_desc(Column::Id)
            .limit(MAX_OPEN)
            .all(&self.db)
            .await?;
        let mut found: HashMap<PolicyId, Vec<Drift>> = HashMap::new();
        for drift in all(rows, to_drift)? {
            if let Some(policy) = drift.policy_id {
                let list = found.entry(policy).or_default();
                if list.len() < each {
                    list.push(drift);
                }
            }
        }
        Ok(found)
    }
}

fn filtered(workspace: WorkspaceId, filter: &DriftFilter) -> Select<Entity> {
    let mut select = Entity::find().filter(Column::WorkspaceId.eq(workspace.0)).filter(Column::TenantId.eq(filter.tenant_id.0));
    if let Some(source) = filter.source {
        select = select.filter(Column::Source.eq(source.as_str()));
    }
    if !filter.statuses.is_empty() {
        let any = filter.statuses.iter().fold(Condition::any(), |any, status| any.add(has_status(*status, filter.now)));
        select = select.filter(any);
    }
    select
}

/// The status as [`Drift::status_at`] tells it.
fn has_status(status: DriftStatus, now: DateTime<Utc>) -> Condition {
    let stored = |status: DriftStatus| Column::Status.eq(status.as_str());
    match status {
        DriftStatus::Open => {
            Cond::any().add(stored(DriftStatus::Open)).add(stored(DriftStatus::Accepted).and(Column::AcceptedUntil.lte(now)))
        }
        DriftStatus::Accepted => Cond::all().add(stored(DriftStatus::Accepted)).add(Column::AcceptedUntil.gt(now)),
        closed => Cond::all().add(stored(closed)),
    }
}

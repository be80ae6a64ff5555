//! Reading change requests: one, some, pages; always with their approvals, which cost one further statement.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use domain::change::request::{Approval, ApprovalState, ChangeRequest};
use domain::change::status::ChangeStatus;
use domain::id::{ChangeId, MemberId, PolicyId, TenantId, WorkspaceId};
use entity::approval;
use entity::change_request::{Column, Entity, Model};
use sea_orm::sea_query::{Cond, Expr, ExprTrait};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select};
use uuid::Uuid;

use crate::changes::{to_approval, to_change};
use crate::db::{Db, Reader};
use crate::error::Result;
use crate::ids::in_ids;
use crate::page::{Cursor, Keyset, Page, PageRequest, SortKey};

/// Statuses from which nothing further happens to a policy by itself or by a member.
const CLOSED: [ChangeStatus; 3] = [ChangeStatus::Applied, ChangeStatus::RolledBack, ChangeStatus::Cancelled];

/// The most open changes of one policy that one call lists.
const MAX_OPEN: u64 = 1_000;

/// Which changes; the default is all of the workspace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangeFilter {
    /// The tenants that the caller may see; `None` is all.
    pub scope: Option<BTreeSet<TenantId>>,
    /// The tenants asked for; `None` is all.
    pub tenant_ids: Option<BTreeSet<TenantId>>,
    /// The policy asked for.
    pub policy_id: Option<PolicyId>,
    /// Statuses; empty is all.
    pub statuses: Vec<ChangeStatus>,
    /// Leaves out what one of these members created, edited, asked approval for or approved already: what that person may not approve.
    pub not_by: Vec<MemberId>,
    /// Only emergencies whose review is open.
    pub needs_review: bool,
}

impl Reader {
    /// One change.
    pub async fn change(&self, workspace: WorkspaceId, id: ChangeId) -> Result<Option<ChangeRequest>> {
        let row = Entity::find_by_id(id.0).filter(Column::WorkspaceId.eq(workspace.0)).one(&self.db).await?;
        Ok(self.complete(row.into_iter().collect()).await?.pop())
    }

    /// Changes by id, in no order; unknown ids are left out.
    pub async fn changes_by_ids(&self, workspace: WorkspaceId, ids: &[ChangeId]) -> Result<Vec<ChangeRequest>> {
        let rows = Entity::find()
            .filter(Column::WorkspaceId.eq(workspace.0))
            .filter(in_ids(&self.db, "id", ids.iter().map(|id| id.0)))
            .all(&self.db)
            .await?;
        self.complete(rows).await
    }

    /// A page of changes, newest first.
    pub async fn changes_page(&self, workspace: WorkspaceId, filter: &ChangeFilter, request: &PageRequest) -> Result<Page<ChangeRequest>> {
        let keyset = Keyset {
            list: "changes",
            key: Expr::col(Column::CreatedAt),
            id: Some(Expr::col(Column::Id)),
            descending: true,
            like: SortKey::Time(DateTime::UNIX_EPOCH),
        };
        let rows = keyset.apply(filtered(&self.db, workspace, filter), request)?.all(&self.db).await?;
        let page = keyset.page(rows, request, |row| Cursor { key: SortKey::Time(row.created_at), id: row.id }, Ok)?;
        let (cursors, rows): (Vec<String>, Vec<Model>) = page.items.into_iter().unzip();
        let changes = self.complete(rows).await?;
        Ok(Page { items: cursors.into_iter().zip(changes).collect(), has_next: page.has_next, has_previous: page.has_previous })
    }

    /// How many changes the filter leaves.
    pub async fn count_changes(&self, workspace: WorkspaceId, filter: &ChangeFilter) -> Result<u64> {
        Ok(filtered(&self.db, workspace, filter).count(&self.db).await?)
    }

    /// A policy's changes that can still lead to a write (failed ones included: they can be tried again), oldest first, at most 1,000.
    pub async fn open_changes_of_policy(&self, workspace: WorkspaceId, policy: PolicyId) -> Result<Vec<ChangeRequest>> {
        let rows = Entity::find()
            .filter(Column::WorkspaceId.eq(workspace.0))
            .filter(Column::PolicyId.eq(policy.0))
            .filter(Column::Status.is_not_in(CLOSED.map(ChangeStatus::as_str)))
            .order_by_asc(Column::CreatedAt)
            .order_by_asc(Column::Id)
            .limit(MAX_OPEN)
            .all(&self.db)
            .await?;
        self.complete(rows).await
    }

    /// Changes that have been `applying` since before an instant. Without a workspace because recovery after a crash asks it.
    pub async fn stuck_changes(&self, updated_before: DateTime<Utc>, limit: u64) -> Result<Vec<(WorkspaceId, ChangeId)>> {
        let ids: Vec<(Uuid, Uuid)> = Entity::find()
            .select_only()
            .columns([Column::WorkspaceId, Column::Id])
            .filter(Column::Status.eq(ChangeStatus::Applying.as_str()))
            .filter(Column::UpdatedAt.lt(updated_before))
            .order_by_asc(Column::UpdatedAt)
            .limit(limit)
            .into_tuple()
            .all(&self.db)
            .await?;
        Ok(ids.into_iter().map(|(workspace, change)| (WorkspaceId(workspace), ChangeId(change))).collect())
    }

    /// Changes that wait for an approval whose time has run out, longest first. Without a workspace because the clock asks it.
    pub async fn lapsed_approvals(&self, now: DateTime<Utc>, limit: u64) -> Result<Vec<(WorkspaceId, ChangeId)>> {
        let ids: Vec<(Uuid, Uuid)> = approval::Entity::find()
            .select_only()
            .columns([approval::Column::WorkspaceId, approval::Column::ChangeId])
            .filter(approval::Column::State.eq(ApprovalState::Pending.as_str()))
            .filter(approval::Column::ExpiresAt.lte(now))
            .order_by_asc(approval::Column::ExpiresAt)
            .limit(limit)
            .into_tuple()
            .all(&self.db)
            .await?;
        Ok(ids.into_iter().map(|(workspace, change)| (WorkspaceId(workspace), ChangeId(change))).collect())
    }

    /// Rows with their approvals, in the rows' order.
    async fn complete(&self, rows: Vec<Model>) -> Result<Vec<ChangeRequest>> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let found = approval::Entity::find()
            .filter(in_ids(&self.db, "change_id", rows.iter().map(|row| row.id)))
            .order_by_asc(approval::Column::RequestedAt)
            .order_by_asc(approval::Column::Id)
            .all(&self.db)
            .await?;
        let mut approvals: HashMap<Uuid, Vec<Approval>> = HashMap::new();
        for row in found {
            approvals.entry(row.change_id).or_default().push(to_approval(row)?);
        }
        rows.into_iter()
            .map(|row| {
                let own = approvals.remove(&row.id).unwrap_or_default();
                to_change(row, own)
            })
            .collect()
    }
}

fn filtered(db: &Db, workspace: WorkspaceId, filter: &ChangeFilter) -> Select<Entity> {
    let mut select = Entity::find().filter(Column::WorkspaceId.eq(workspace.0));
    for tenants in [&filter.scope, &filter.tenant_ids].into_iter().flatten() {
        select = select.filter(in_ids(db, "tenant_id", tenants.iter().map(|id| id.0)));
    }
    if let Some(policy) = filter.policy_id {
        select = select.filter(Column::PolicyId.eq(policy.0));
    }
    for member in &filter.not_by {
        // Editors, waivers and decisions are JSON; an id is found in its text.
        let named = format!("%{member}%");
        let waived = Column::Waivers.is_null().or(Expr::col(Column::Waivers).like(named.clone()).not());
        let involved = approval::Entity::find().select_only().column(approval::Column::ChangeId).filter(
            Cond::all()
                .add(approval::Column::State.eq(ApprovalState::Pending.as_str()))
                .add(Cond::any().add(approval::Column::RequestedBy.eq(member.0)).add(approval::Column::Decisions.like(named.clone()))),
        );
        select = select
            .filter(Column::CreatedBy.ne(member.0))
            .filter(Expr::col(Column::Editors).like(named).not())
            .filter(waived)
            .filter(Column::Id.not_in_subquery(involved.into_query()));
    }
    if filter.needs_review {
        select = select.filter(Column::Emergency.is_not_null()).filter(Column::Emergency.like("%\"reviewedAt\":null%"));
    }
    if !filter.statuses.is_empty() {
        select = select.filter(Column::Status.is_in(filter.statuses.iter().map(|status| status.as_str())));
    }
    select
}

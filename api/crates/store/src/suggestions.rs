//! Suggestions of the optimization agent.

use std::collections::BTreeSet;

use chrono::DateTime;
use domain::agent::{Suggestion, SuggestionKind, SuggestionStatus};
use domain::id::{AgentRunId, ChangeId, MemberId, RolloutId, SuggestionId, TenantId, WorkspaceId};
use entity::suggestion::{ActiveModel, Column, Entity, Model};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select};

use crate::convert::{all, json, to_json};
use crate::db::{Db, Reader, WriteTx};
use crate::error::Result;
use crate::ids::in_ids;
use crate::page::{Cursor, Keyset, Page, PageRequest, SortKey};
use crate::workspaces::one_row;

/// The most suggestions of one tenant that a run looks at: one for each identity, so some for each policy and pair.
const MAX_OF_TENANT: u64 = 5_000;

/// Which suggestions; the default is all of the workspace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SuggestionFilter {
    /// The tenants that the caller may see; `None` is all.
    pub scope: Option<BTreeSet<TenantId>>,
    /// Of one tenant.
    pub tenant_id: Option<TenantId>,
    /// Of these statuses; empty is all.
    pub statuses: BTreeSet<SuggestionStatus>,
    /// Of these kinds; empty is all.
    pub kinds: BTreeSet<SuggestionKind>,
}

impl Reader {
    /// One suggestion.
    pub async fn suggestion(&self, workspace: WorkspaceId, id: SuggestionId) -> Result<Option<Suggestion>> {
        let row = Entity::find_by_id(id.0).filter(Column::WorkspaceId.eq(workspace.0)).one(&self.db).await?;
        row.map(to_suggestion).transpose()
    }

    /// Suggestions by id, in no order; unknown ids are left out.
    pub async fn suggestions_by_ids(&self, workspace: WorkspaceId, ids: &[SuggestionId]) -> Result<Vec<Suggestion>> {
        let find = Entity::find().filter(Column::WorkspaceId.eq(workspace.0)).filter(in_ids(&self.db, "id", ids.iter().map(|id| id.0)));
        all(find.all(&self.db).await?, to_suggestion)
    }

    /// All suggestions of a tenant, whatever became of them, oldest first, at most 5,000.
    pub async fn suggestions_of_tenant(&self, workspace: WorkspaceId, tenant: TenantId) -> Result<Vec<Suggestion>> {
        let rows = Entity::find()
            .filter(Column::WorkspaceId.eq(workspace.0))
            .filter(Column::TenantId.eq(tenant.0))
            .order_by_asc(Column::CreatedAt)
            .order_by_asc(Column::Id)
            .limit(MAX_OF_TENANT);
        all(rows.all(&self.db).await?, to_suggestion)
    }

    /// The suggestion whose change this is, while it is accepted.
    pub async fn suggestion_of_change(&self, workspace: WorkspaceId, change: ChangeId) -> Result<Option<Suggestion>> {
        let row = Entity::find()
            .filter(Column::WorkspaceId.eq(workspace.0))
            .filter(Column::ChangeId.eq(change.0))
            .filter(Column::Status.eq(SuggestionStatus::Accepted.as_str()))
            .one(&self.db)
            .await?;
        row.map(to_suggestion).transpose()
    }

    /// The suggestion whose rollout this is, while it is accepted.
    pub async fn suggestion_of_rollout(&self, workspace: WorkspaceId, rollout: RolloutId) -> Result<Option<Suggestion>> {
        let row = Entity::find()
            .filter(Column::WorkspaceId.eq(workspace.0))
            .filter(Column::RolloutId.eq(rollout.0))
            .filter(Column::Status.eq(SuggestionStatus::Accepted.as_str()))
            .one(&self.db)
            .await?;
        row.map(to_suggestion).transpose()
    }

    /// The tenant's suggestion of this identity, whatever became of it.
    pub async fn suggestion_by_identity(&self, workspace: WorkspaceId, tenant: TenantId, identity: &str) -> Result<Option<Suggestion>> {
        let row = Entity::find()
            .filter(Column::WorkspaceId.eq(workspace.0))
            .filter(Column::TenantId.eq(tenant.0))
            .filter(Column::Identity.eq(identity))
            .one(&self.db)
            .await?;
        row.map(to_suggestion).transpose()
    }

    /// A page of suggestions, newest first.
    pub async fn suggestions_page(
        &self,
        workspace: WorkspaceId,
        filter: &SuggestionFilter,
        request: &PageRequest,
    ) -> Result<Page<Suggestion>> {
        let keyset = Keyset {
            list: "suggestions",
            key: Expr::col(Column::CreatedAt),
            id: Some(Expr::col(Column::Id)),
            descending: true,
            like: SortKey::Time(DateTime::UNIX_EPOCH),
        };
        let rows = keyset.apply(filtered(&self.db, workspace, filter), request)?.all(&self.db).await?;
        keyset.page(rows, request, |row: &Model| Cursor { key: SortKey::Time(row.created_at), id: row.id }, to_suggestion)
    }

    /// How many suggestions the filter leaves.
    pub async fn count_suggestions(&self, workspace: WorkspaceId, filter: &SuggestionFilter) -> Result<u64> {
        Ok(filtered(&self.db, workspace, filter).count(&self.db).await?)
    }
}

impl WriteTx {
    /// Adds a suggestion; its tenant has none of the same identity.
    pub async fn insert_suggestion(&self, new: &Suggestion) -> Result<()> {
        Entity::insert(to_row(new)?).exec_without_returning(&self.db).await?;
        Ok(())
    }

    /// Saves a suggestion whose row still has the revision `read`; another one is a conflict.
    pub async fn update_suggestion(&self, changed: &Suggestion, read: i64) -> Result<()> {
        let update = Entity::update_many()
            .set(to_row(changed)?)
            .filter(Column::Id.eq(changed.id.0))
            .filter(Column::WorkspaceId.eq(changed.workspace_id.0))
            .filter(Column::Revision.eq(read));
        one_row(update.exec(&self.db).await?.rows_affected)
    }
}

fn filtered(db: &Db, workspace: WorkspaceId, filter: &SuggestionFilter) -> Select<Entity> {
    let mut select = Entity::find().filter(Column::WorkspaceId.eq(workspace.0));
    if let Some(scope) = &filter.scope {
        select = select.filter(in_ids(db, "tenant_id", scope.iter().map(|id| id.0)));
    }
    if let Some(tenant) = filter.tenant_id {
        select = select.filter(Column::TenantId.eq(tenant.0));
    }
    if !filter.statuses.is_empty() {
        select = select.filter(Expr::col(Column::Status).is_in(filter.statuses.iter().map(|status| status.as_str())));
    }
    if !filter.kinds.is_empty() {
        select = select.filter(Expr::col(Column::Kind).is_in(filter.kinds.iter().map(|kind| kind.as_str())));
    }
    select
}

fn to_row(suggestion: &Suggestion) -> Result<ActiveModel> {
    Ok(ActiveModel {
        id: Set(suggestion.id.0),
        workspace_id: Set(suggestion.workspace_id.0),
        tenant_id: Set(suggestion.tenant_id.0),
        identity: Set(suggestion.finding.identity()),
        kind: Set(suggestion.finding.kind.as_str().to_owned()),
        status: Set(suggestion.status.as_str().to_owned()),
        finding: Set(to_json("suggestion.finding", &suggestion.finding)?),
        dismissed_grounds: Set(to_json("suggestion.dismissed_grounds", &suggestion.dismissed_grounds)?),
        note: Set(suggestion.note.clone()),
        snoozed_until: Set(suggestion.snoozed_until),
        decided_by: Set(suggestion.decided_by.map(|member| member.0)),
        decided_at: Set(suggestion.decided_at),
        steps_done: Set(i32::try_from(suggestion.steps_done).unwrap_or(i32::MAX)),
        change_id: Set(suggestion.change_id.map(|change| change.0)),
        rollout_id: Set(suggestion.rollout_id.map(|rollout| rollout.0)),
        first_run: Set(suggestion.first_run.0),
        last_run: Set(suggestion.last_run.0),
        created_at: Set(suggestion.created_at),
        updated_at: Set(suggestion.updated_at),
        revision: Set(suggestion.revision),
    })
}

fn to_suggestion(row: Model) -> Result<Suggestion> {
    Ok(Suggestion {
        id: SuggestionId(row.id),
        workspace_id: WorkspaceId(row.workspace_id),
        tenant_id: TenantId(row.tenant_id),
        finding: json("suggestion.finding", &row.finding)?,
        status: crate::convert::text("suggestion.status", &row.status)?,
        dismissed_grounds: json("suggestion.dismissed_grounds", &row.dismissed_grounds)?,
        note: row.note,
        snoozed_until: row.snoozed_until,
        decided_by: row.decided_by.map(MemberId),
        decided_at: row.decided_at,
        steps_done: u32::try_from(row.steps_done).unwrap_or_default(),
        change_id: row.change_id.map(ChangeId),
        rollout_id: row.rollout_id.map(RolloutId),
        first_run: AgentRunId(row.first_run),
        last_run: AgentRunId(row.last_run),
        created_at: row.created_at,
        updated_at: row.updated_at,
        revision: row.revision,
    })
}

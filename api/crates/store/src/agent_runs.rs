//! Runs of the optimization agent.

use chrono::DateTime;
use domain::agent::AgentRun;
use domain::id::{AgentRunId, ContentHash, MemberId, TenantId, WorkspaceId};
use entity::agent_run::{ActiveModel, Column, Entity, Model};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, Select};

use crate::convert::{all, optional_json, text, to_json};
use crate::db::{Reader, WriteTx};
use crate::error::Result;
use crate::ids::in_ids;
use crate::page::{Cursor, Keyset, Page, PageRequest, SortKey};
use crate::workspaces::one_row;

/// Which runs of a workspace: those of one tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AgentRunFilter {
    /// The tenant.
    pub tenant_id: TenantId,
}

impl Reader {
    /// One run.
    pub async fn agent_run(&self, workspace: WorkspaceId, id: AgentRunId) -> Result<Option<AgentRun>> {
        let row = Entity::find_by_id(id.0).filter(Column::WorkspaceId.eq(workspace.0)).one(&self.db).await?;
        row.map(to_run).transpose()
    }

    /// Runs by id, in no order; unknown ids are left out.
    pub async fn agent_runs_by_ids(&self, workspace: WorkspaceId, ids: &[AgentRunId]) -> Result<Vec<AgentRun>> {
        let find = Entity::find().filter(Column::WorkspaceId.eq(workspace.0)).filter(in_ids(&self.db, "id", ids.iter().map(|id| id.0)));
        all(find.all(&self.db).await?, to_run)
    }

    /// The run of a tenant that waits or is at work.
    pub async fn running_agent_run(&self, workspace: WorkspaceId, tenant: TenantId) -> Result<Option<AgentRun>> {
        let running = filtered(workspace, &AgentRunFilter { tenant_id: tenant }).filter(Column::Status.eq("RUNNING"));
        running.one(&self.db).await?.map(to_run).transpose()
    }

    /// A page of a tenant's runs, newest first.
    pub async fn agent_runs_page(&self, workspace: WorkspaceId, filter: &AgentRunFilter, request: &PageRequest) -> Result<Page<AgentRun>> {
        let keyset = Keyset {
            list: "agent-runs",
            key: Expr::col(Column::CreatedAt),
            id: Some(Expr::col(Column::Id)),
            descending: true,
            like: SortKey::Time(DateTime::UNIX_EPOCH),
        };
        let rows = keyset.apply(filtered(workspace, filter), request)?.all(&self.db).await?;
        keyset.page(rows, request, |row: &Model| Cursor { key: SortKey::Time(row.created_at), id: row.id }, to_run)
    }

    /// How many runs the filter leaves.
    pub async fn count_agent_runs(&self, workspace: WorkspaceId, filter: &AgentRunFilter) -> Result<u64> {
        Ok(filtered(workspace, filter).count(&self.db).await?)
    }
}

impl WriteTx {
    /// Adds a run. A tenant has one that is not over: a second one breaks the unique index.
    pub async fn insert_agent_run(&self, new: &AgentRun) -> Result<()> {
        Entity::insert(to_row(new)?).exec_without_returning(&self.db).await?;
        Ok(())
    }

    /// Ends a run that is running; one that is over is a conflict. Its input must be stored already.
    pub async fn update_agent_run(&self, changed: &AgentRun) -> Result<()> {
        let update = Entity::update_many()
            .set(to_row(changed)?)
            .filter(Column::Id.eq(changed.id.0))
            .filter(Column::WorkspaceId.eq(changed.workspace_id.0))
            .filter(Column::Status.eq("RUNNING"));
        one_row(update.exec(&self.db).await?.rows_affected)
    }
}

fn filtered(workspace: WorkspaceId, filter: &AgentRunFilter) -> Select<Entity> {
    Entity::find().filter(Column::WorkspaceId.eq(workspace.0)).filter(Column::TenantId.eq(filter.tenant_id.0))
}

fn to_row(run: &AgentRun) -> Result<ActiveModel> {
    Ok(ActiveModel {
        id: Set(run.id.0),
        workspace_id: Set(run.workspace_id.0),
        tenant_id: Set(run.tenant_id.0),
        status: Set(run.status.as_str().to_owned()),
        trigger: Set(run.trigger.as_str().to_owned()),
        as_member: Set(run.as_member.0),
        created_at: Set(run.created_at),
        ended_at: Set(run.ended_at),
        input_hash: Set(run.input.as_ref().map(|hash| hash.0.clone())),
        summary: Set(run.summary.as_ref().map(|summary| to_json("agent_run.summary", summary)).transpose()?),
        failure: Set(run.failure.as_ref().map(|failure| to_json("agent_run.failure", failure)).transpose()?),
    })
}

fn to_run(row: Model) -> Result<AgentRun> {
    Ok(AgentRun {
        id: AgentRunId(row.id),
        workspace_id: WorkspaceId(row.workspace_id),
        tenant_id: TenantId(row.tenant_id),
        status: text("agent_run.status", &row.status)?,
        trigger: text("agent_run.trigger", &row.trigger)?,
        as_member: MemberId(row.as_member),
        created_at: row.created_at,
        ended_at: row.ended_at,
        input: row.input_hash.map(ContentHash),
        summary: optional_json("agent_run.summary", row.summary.as_deref())?,
        failure: optional_json("agent_run.failure", row.failure.as_deref())?,
    })
}

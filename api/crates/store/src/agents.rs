//! What tenants keep of the optimization agent.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use domain::agent::{Agent, Known};
use domain::id::{AgentRunId, MemberId, TenantId, WorkspaceId};
use entity::agent::{ActiveModel, Column, Entity, Model};
use sea_orm::{ActiveValue::NotSet, ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::convert::{all, json, optional_json, to_json};
use crate::db::{Reader, WriteTx};
use crate::error::{Result, StoreError};
use crate::workspaces::one_row;

/// Tenants that are due at one look; the rest is found at the next one.
const MAX_DUE: u64 = 200;

impl Reader {
    /// The agent of a tenant; `None` where nobody set it so far.
    pub async fn agent(&self, workspace: WorkspaceId, tenant: TenantId) -> Result<Option<Agent>> {
        let row = Entity::find_by_id(tenant.0).filter(Column::WorkspaceId.eq(workspace.0)).one(&self.db).await?;
        row.map(to_agent).transpose()
    }

    /// Agents whose run is due, in every workspace (the scheduler's look), the longest due first, at most 200.
    pub async fn agents_due(&self, now: DateTime<Utc>) -> Result<Vec<Agent>> {
        let due = Entity::find().filter(Column::NextRunAt.lte(now)).order_by_asc(Column::NextRunAt).limit(MAX_DUE);
        all(due.all(&self.db).await?, to_agent)
    }

    /// What the last completed run saw; `None` before the first.
    pub async fn agent_known(&self, workspace: WorkspaceId, tenant: TenantId) -> Result<Option<Known>> {
        let row: Option<(Option<Vec<u8>>, Option<String>)> = Entity::find_by_id(tenant.0)
            .filter(Column::WorkspaceId.eq(workspace.0))
            .select_only()
            .columns([Column::KnownUsers, Column::KnownApplications])
            .into_tuple()
            .one(&self.db)
            .await?;
        let Some((Some(users), applications)) = row else { return Ok(None) };
        let (chunks, rest) = users.as_chunks::<8>();
        if !rest.is_empty() {
            return Err(StoreError::corrupt("agent.known_users: not a multiple of eight bytes".to_owned()));
        }
        let applications: Option<BTreeSet<String>> = optional_json("agent.known_applications", applications.as_deref())?;
        Ok(Some(Known {
            users: chunks.iter().map(|bytes| u64::from_be_bytes(*bytes)).collect(),
            applications: applications.unwrap_or_default(),
        }))
    }
}

impl WriteTx {
    /// Adds the agent of a tenant that has none.
    pub async fn insert_agent(&self, new: &Agent) -> Result<()> {
        let row = ActiveModel {
            tenant_id: Set(new.tenant_id.0),
            workspace_id: Set(new.workspace_id.0),
            known_users: Set(None),
            known_applications: Set(None),
            ..columns(new)?
        };
        Entity::insert(row).exec_without_returning(&self.db).await?;
        Ok(())
    }

    /// Saves an agent whose `revision` was raised by one since it was read; another revision in the row is a conflict.
    pub async fn update_agent(&self, changed: &Agent) -> Result<()> {
        let update = Entity::update_many()
            .set(columns(changed)?)
            .filter(Column::TenantId.eq(changed.tenant_id.0))
            .filter(Column::WorkspaceId.eq(changed.workspace_id.0))
            .filter(Column::Revision.eq(changed.revision - 1));
        one_row(update.exec(&self.db).await?.rows_affected)
    }

    /// Records a completed run and what it saw. What members set stays, and so does the revision: they edit settings while a run is on.
    pub async fn end_agent_run(&self, workspace: WorkspaceId, tenant: TenantId, run: AgentRunId, known: &Known) -> Result<()> {
        let users: Vec<u8> = known.users.iter().flat_map(|user| user.to_be_bytes()).collect();
        let row = ActiveModel {
            last_run_id: Set(Some(run.0)),
            known_users: Set(Some(users)),
            known_applications: Set(Some(to_json("agent.known_applications", &known.applications)?)),
            ..ActiveModel::default()
        };
        let update = Entity::update_many().set(row).filter(Column::TenantId.eq(tenant.0)).filter(Column::WorkspaceId.eq(workspace.0));
        one_row(update.exec(&self.db).await?.rows_affected)
    }

    /// Sets when the next run is due, unless another process did: `was` is what was read.
    pub async fn move_agent_due(&self, agent: &Agent, next: DateTime<Utc>) -> Result<()> {
        let row = ActiveModel { next_run_at: Set(Some(next)), ..ActiveModel::default() };
        let update = Entity::update_many()
            .set(row)
            .filter(Column::TenantId.eq(agent.tenant_id.0))
            .filter(Column::WorkspaceId.eq(agent.workspace_id.0))
            .filter(Column::NextRunAt.eq(agent.next_run_at));
        one_row(update.exec(&self.db).await?.rows_affected)
    }
}

fn columns(agent: &Agent) -> Result<ActiveModel> {
    Ok(ActiveModel {
        tenant_id: NotSet,
        workspace_id: NotSet,
        settings: Set(to_json("agent.settings", &agent.settings)?),
        turned_on_by: Set(agent.turned_on_by.map(|member| member.0)),
        next_run_at: Set(agent.next_run_at),
        last_run_id: NotSet,
        known_users: NotSet,
        known_applications: NotSet,
        revision: Set(agent.revision),
        updated_at: Set(agent.updated_at),
    })
}

fn to_agent(row: Model) -> Result<Agent> {
    Ok(Agent {
        workspace_id: WorkspaceId(row.workspace_id),
        tenant_id: TenantId(row.tenant_id),
        settings: json("agent.settings", &row.settings)?,
        turned_on_by: row.turned_on_by.map(MemberId),
        next_run_at: row.next_run_at,
        last_run: row.last_run_id.map(AgentRunId),
        revision: row.revision,
        updated_at: row.updated_at,
    })
}

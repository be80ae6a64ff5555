//! `runAgent`, and the schedule's way to the same job.

use domain::access::Operation;
use domain::agent::{Agent, AgentRun, AgentRunStatus, AgentRunTrigger, AgentSettings, RUN_EVERY};
use domain::event::{EventKind, SubjectKind};
use domain::id::{AgentRunId, AuditId, JobId, MemberId, TenantId, WorkspaceId};
use domain::workspace::Actor;
use serde::Serialize;
use serde_json::json;
use store::WriteTx;

use super::run_event;
use crate::App;
use crate::audited::Subject;
use crate::authorize::{authorize, in_scope};
use crate::command::IdempotencyKey;
use crate::error::{AppError, AppResult};
use crate::idempotency::{Claim, Once};
use crate::runner::jobs::agent_job;

/// `runAgent`: a run of its own, with the rights of the caller.
#[derive(Clone, Debug, Serialize)]
pub struct RunAgent {
    /// The tenant.
    pub tenant_id: TenantId,
    /// See [`IdempotencyKey`].
    #[serde(skip)]
    pub idempotency_key: IdempotencyKey,
}

impl App {
    /// Asks for a run, whether the agent is on or off; one that waits or is at work already is answered instead.
    pub async fn run_agent(&self, actor: &Actor, command: RunAgent) -> AppResult<AgentRun> {
        let subject = Subject::new(SubjectKind::Tenant, command.tenant_id.0, None);
        self.audited(actor, Operation::RunAgent, subject, self.try_run_agent(actor, &command)).await
    }

    async fn try_run_agent(&self, actor: &Actor, command: &RunAgent) -> AppResult<AgentRun> {
        authorize(actor, Operation::RunAgent)?;
        in_scope(actor, command.tenant_id)?;
        let once = Once::new(Operation::RunAgent, &command.idempotency_key, command)?;
        let now = self.now();
        let tx = self.store().write().await?;
        let tenant = tx.tenant(actor.workspace_id, command.tenant_id).await?.ok_or(AppError::NotFound)?;
        let id = AgentRunId(self.ids().uuid());
        if let Claim::Replay(first) = self.claim(&tx, actor, &once, id.0).await? {
            return tx.agent_run(actor.workspace_id, AgentRunId(first)).await?.ok_or(AppError::NotFound);
        }
        if let Some(running) = tx.running_agent_run(actor.workspace_id, tenant.id).await? {
            return Ok(running);
        }
        if tx.agent(actor.workspace_id, tenant.id).await?.is_none() {
            tx.insert_agent(&never_set(actor.workspace_id, tenant.id, now)).await?;
        }
        let new = NewRun {
            id,
            workspace_id: actor.workspace_id,
            tenant_id: tenant.id,
            trigger: AgentRunTrigger::Member,
            as_member: actor.member_id,
        };
        let run = self.begin_agent_run(&tx, new).await?;
        let subject = Subject::new(SubjectKind::AgentRun, run.id.0, Some(tenant.id));
        let entry = subject.done(actor, Operation::RunAgent, json!({}));
        tx.append_audit(actor.workspace_id, AuditId(self.ids().uuid()), now, entry).await?;
        tx.commit().await?;
        self.hub().poke();
        Ok(run)
    }

    /// Asks for a scheduled run, and moves the next one a day on. Nothing where another process was faster.
    pub(crate) async fn run_due_agent(&self, agent: &Agent) -> AppResult<()> {
        let now = self.now();
        let Some(member) = agent.turned_on_by else { return Ok(()) };
        let tx = self.store().write().await?;
        tx.move_agent_due(agent, now + RUN_EVERY).await?;
        if tx.running_agent_run(agent.workspace_id, agent.tenant_id).await?.is_none() {
            let id = AgentRunId(self.ids().uuid());
            let new = NewRun {
                id,
                workspace_id: agent.workspace_id,
                tenant_id: agent.tenant_id,
                trigger: AgentRunTrigger::Schedule,
                as_member: member,
            };
            self.begin_agent_run(&tx, new).await?;
        }
        tx.commit().await?;
        self.hub().poke();
        Ok(())
    }

    async fn begin_agent_run(&self, tx: &WriteTx, new: NewRun) -> AppResult<AgentRun> {
        let now = self.now();
        let run = AgentRun {
            id: new.id,
            workspace_id: new.workspace_id,
            tenant_id: new.tenant_id,
            status: AgentRunStatus::Running,
            trigger: new.trigger,
            as_member: new.as_member,
            created_at: now,
            ended_at: None,
            input: None,
            summary: None,
            failure: None,
        };
        tx.insert_agent_run(&run).await?;
        tx.enqueue_job(&agent_job(JobId(self.ids().uuid()), &run, now)).await?;
        let by = (new.trigger == AgentRunTrigger::Member).then_some(new.as_member);
        tx.append_events(run.workspace_id, now, vec![run_event(&run, EventKind::AgentRunStarted, by, json!({ "trigger": run.trigger }))])
            .await?;
        Ok(run)
    }
}

/// A run that is asked for.
struct NewRun {
    id: AgentRunId,
    workspace_id: WorkspaceId,
    tenant_id: TenantId,
    trigger: AgentRunTrigger,
    as_member: MemberId,
}

/// The agent of a tenant whose settings nobody touched: off.
pub(super) fn never_set(workspace: WorkspaceId, tenant: TenantId, now: chrono::DateTime<chrono::Utc>) -> Agent {
    Agent {
        workspace_id: workspace,
        tenant_id: tenant,
        settings: AgentSettings::default(),
        turned_on_by: None,
        next_run_at: None,
        last_run: None,
        revision: 0,
        updated_at: now,
    }
}

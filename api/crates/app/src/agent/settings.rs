//! `setAgentSettings`.

use domain::access::Operation;
use domain::agent::{Agent, AgentSettings};
use domain::event::{EventKind, NewEvent, SubjectKind};
use domain::id::{AuditId, TenantId};
use domain::workspace::Actor;
use serde::Serialize;
use serde_json::json;

use crate::App;
use crate::audited::Subject;
use crate::authorize::{authorize, in_scope};
use crate::command::IdempotencyKey;
use crate::error::{AppError, AppResult};
use crate::idempotency::{Claim, Once};

/// `setAgentSettings`: replaces the settings of a tenant's agent.
#[derive(Clone, Debug, Serialize)]
pub struct SetAgentSettings {
    /// The tenant.
    pub tenant_id: TenantId,
    /// All of them.
    pub settings: AgentSettings,
    /// The revision that the caller read; 0 where nobody set the agent so far.
    pub expected_revision: i64,
    /// See [`IdempotencyKey`].
    #[serde(skip)]
    pub idempotency_key: IdempotencyKey,
}

impl App {
    /// Sets the agent of a tenant. Who turns it on is the member whose rights its scheduled runs have; the first of them is due at once.
    pub async fn set_agent_settings(&self, actor: &Actor, command: SetAgentSettings) -> AppResult<Agent> {
        let subject = Subject::new(SubjectKind::Tenant, command.tenant_id.0, None);
        self.audited(actor, Operation::SetAgentSettings, subject, self.try_set_agent_settings(actor, &command)).await
    }

    async fn try_set_agent_settings(&self, actor: &Actor, command: &SetAgentSettings) -> AppResult<Agent> {
        authorize(actor, Operation::SetAgentSettings)?;
        in_scope(actor, command.tenant_id)?;
        command.settings.check().map_err(|refused| AppError::invalid(&["input", "settings", refused.field], refused.message))?;
        let once = Once::new(Operation::SetAgentSettings, &command.idempotency_key, command)?;
        let now = self.now();
        let tx = self.store().write().await?;
        let tenant = tx.tenant(actor.workspace_id, command.tenant_id).await?.ok_or(AppError::NotFound)?;
        let before = tx.agent(actor.workspace_id, tenant.id).await?;
        if let Claim::Replay(_) = self.claim(&tx, actor, &once, tenant.id.0).await? {
            return before.ok_or(AppError::NotFound);
        }
        let current = before.as_ref().map_or(0, |agent| agent.revision);
        if current != command.expected_revision {
            return Err(AppError::StaleRevision { expected: command.expected_revision, current });
        }
        let was = before.as_ref().filter(|agent| agent.settings.enabled);
        let on = command.settings.enabled;
        let agent = Agent {
            workspace_id: actor.workspace_id,
            tenant_id: tenant.id,
            settings: command.settings.clone(),
            turned_on_by: on.then(|| was.and_then(|agent| agent.turned_on_by).unwrap_or(actor.member_id)),
            next_run_at: on.then(|| was.and_then(|agent| agent.next_run_at).unwrap_or(now)),
            last_run: before.as_ref().and_then(|agent| agent.last_run),
            revision: current + 1,
            updated_at: now,
        };
        match before {
            None => tx.insert_agent(&agent).await?,
            Some(_) => tx.update_agent(&agent).await?,
        }
        let event = NewEvent {
            kind: EventKind::AgentSettingsChanged,
            actor: Some(actor.member_id),
            tenant_id: Some(tenant.id),
            subject_kind: SubjectKind::Tenant,
            subject_id: tenant.id.0,
            data: json!({ "enabled": on }),
        };
        tx.append_events(actor.workspace_id, now, vec![event]).await?;
        let subject = Subject::new(SubjectKind::Tenant, tenant.id.0, Some(tenant.id));
        let entry = subject.done(actor, Operation::SetAgentSettings, json!({ "settings": agent.settings }));
        tx.append_audit(actor.workspace_id, AuditId(self.ids().uuid()), now, entry).await?;
        tx.commit().await?;
        self.hub().poke();
        Ok(agent)
    }
}

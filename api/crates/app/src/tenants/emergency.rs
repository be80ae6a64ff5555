//! `setEmergencyAccess`: which accounts must never be locked out. Configured, never guessed.

use std::collections::BTreeSet;

use domain::access::Operation;
use domain::event::{EventKind, NewEvent, SubjectKind};
use domain::id::AuditId;
use domain::tenant::{EmergencyAccess, EmergencyPrincipal, Tenant};
use domain::workspace::Actor;
use graph::{Call, GraphError, Priority};
use serde_json::json;
use tokio::time::Instant;
use uuid::Uuid;

use crate::App;
use crate::audited::Subject;
use crate::authorize::{authorize, in_scope};
use crate::command::SetEmergencyAccess;
use crate::error::{AppError, AppResult};
use crate::idempotency::{Claim, Once};
use crate::sync::connection_after;

const MOST: usize = 20;

impl App {
    /// Replaces the tenant's emergency principals. Each must resolve to a user or group in the tenant now.
    pub async fn set_emergency_access(&self, actor: &Actor, command: SetEmergencyAccess) -> AppResult<Tenant> {
        let subject = Subject::new(SubjectKind::Tenant, command.tenant_id.0, Some(command.tenant_id));
        self.audited(actor, Operation::SetEmergencyAccess, subject, self.try_set_emergency(actor, &command, subject)).await
    }

    async fn try_set_emergency(&self, actor: &Actor, command: &SetEmergencyAccess, subject: Subject) -> AppResult<Tenant> {
        authorize(actor, Operation::SetEmergencyAccess)?;
        in_scope(actor, command.tenant_id)?;
        let distinct: BTreeSet<&Uuid> = command.object_ids.iter().collect();
        if distinct.len() != command.object_ids.len() || distinct.len() > MOST {
            return Err(AppError::invalid(&["input", "objectIds"], "give at most 20 object ids, each once"));
        }
        let once = Once::new(Operation::SetEmergencyAccess, &command.idempotency_key, command)?;
        let tenant = self.store().reader().tenant(actor.workspace_id, command.tenant_id).await?.ok_or(AppError::NotFound)?;
        let principals = self.resolve(&tenant, &command.object_ids).await?;

        let now = self.now();
        let tx = self.store().write().await?;
        let mut tenant = tx.tenant(actor.workspace_id, command.tenant_id).await?.ok_or(AppError::NotFound)?;
        if let Claim::Replay(_) = self.claim(&tx, actor, &once, tenant.id.0).await? {
            return Ok(tenant);
        }
        if tenant.version != command.expected_revision {
            return Err(AppError::StaleRevision { expected: command.expected_revision, current: tenant.version });
        }
        tenant.emergency_access = EmergencyAccess { principals, verified_at: Some(now) };
        let tenant = tx.update_tenant(&tenant).await?;
        let data = json!({ "objectIds": command.object_ids, "incomplete": tenant.emergency_access.incomplete() });
        let event = NewEvent {
            kind: EventKind::EmergencyAccessChanged,
            actor: Some(actor.member_id),
            tenant_id: Some(tenant.id),
            subject_kind: SubjectKind::Tenant,
            subject_id: tenant.id.0,
            data: data.clone(),
        };
        tx.append_events(actor.workspace_id, now, vec![event]).await?;
        let entry = subject.done(actor, Operation::SetEmergencyAccess, data);
        tx.append_audit(actor.workspace_id, AuditId(self.ids().uuid()), now, entry).await?;
        tx.commit().await?;
        self.hub().poke();
        Ok(tenant)
    }

    /// Looks every principal up, with its groups and roles, before any transaction is opened.
    async fn resolve(&self, tenant: &Tenant, object_ids: &[Uuid]) -> AppResult<Vec<EmergencyPrincipal>> {
        let graph = self.tenant_graph(tenant).await?;
        let deadline = Instant::now() + self.settings().graph_interactive;
        let mut principals = Vec::with_capacity(object_ids.len());
        for (index, object_id) in object_ids.iter().enumerate() {
            let call = Call { deadline, client_request_id: self.ids().uuid(), priority: Priority::Interactive };
            match graph.resolve_emergency(&call, *object_id).await {
                Ok(principal) => principals.push(principal),
                Err(GraphError::NotFound { .. }) => {
                    let index = index.to_string();
                    return Err(AppError::invalid(
                        &["input", "objectIds", &index],
                        format!("{object_id} is neither a user nor a group of this tenant"),
                    ));
                }
                Err(error) => return Err(AppError::ConnectionRefused { message: connection_after(&error).2.to_owned() }),
            }
        }
        Ok(principals)
    }
}

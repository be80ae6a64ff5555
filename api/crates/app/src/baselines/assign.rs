//! `assignBaseline`: what a tenant is measured against from its next sync on.

use domain::access::Operation;
use domain::event::{EventKind, NewEvent, SubjectKind};
use domain::id::{AuditId, BaselineId, TenantId};
use domain::tenant::Tenant;
use domain::workspace::Actor;
use serde::Serialize;
use serde_json::json;

use crate::App;
use crate::audited::Subject;
use crate::authorize::{authorize, in_scope};
use crate::command::IdempotencyKey;
use crate::error::{AppError, AppResult};
use crate::idempotency::{Claim, Once};

/// `assignBaseline`.
#[derive(Clone, Debug, Serialize)]
pub struct AssignBaseline {
    /// The tenant.
    pub tenant_id: TenantId,
    /// The baseline; `None` is none.
    pub baseline_id: Option<BaselineId>,
    /// The tenant's version the caller read.
    pub expected_revision: i64,
    /// See [`IdempotencyKey`].
    #[serde(skip)]
    pub idempotency_key: IdempotencyKey,
}

impl App {
    /// Assigns a baseline to a tenant. Drift against the one before is closed by the next sync.
    pub async fn assign_baseline(&self, actor: &Actor, command: AssignBaseline) -> AppResult<Tenant> {
        let subject = Subject::new(SubjectKind::Tenant, command.tenant_id.0, Some(command.tenant_id));
        let work = async {
            authorize(actor, Operation::AssignBaseline)?;
            in_scope(actor, command.tenant_id)?;
            let once = Once::new(Operation::AssignBaseline, &command.idempotency_key, &command)?;
            let tx = self.store().write().await?;
            let tenant = tx.tenant(actor.workspace_id, command.tenant_id).await?.ok_or(AppError::NotFound)?;
            if let Claim::Replay(_) = self.claim(&tx, actor, &once, tenant.id.0).await? {
                return Ok(tenant);
            }
            if tenant.version != command.expected_revision {
                return Err(AppError::StaleRevision { expected: command.expected_revision, current: tenant.version });
            }
            if let Some(baseline) = command.baseline_id {
                tx.baseline(actor.workspace_id, baseline).await?.ok_or(AppError::NotFound)?;
            }
            let now = self.now();
            let from = tx.baseline_of_tenant(actor.workspace_id, tenant.id).await?;
            tx.set_baseline_of_tenant(actor.workspace_id, tenant.id, command.baseline_id, actor.member_id, now).await?;
            let tenant = tx.update_tenant(&tenant).await?;
            let facts = json!({ "from": from, "to": command.baseline_id });
            let event = NewEvent {
                kind: EventKind::BaselineAssigned,
                actor: Some(actor.member_id),
                tenant_id: Some(tenant.id),
                subject_kind: SubjectKind::Tenant,
                subject_id: tenant.id.0,
                data: facts.clone(),
            };
            tx.append_events(actor.workspace_id, now, vec![event]).await?;
            let entry = subject.done(actor, Operation::AssignBaseline, facts);
            tx.append_audit(actor.workspace_id, AuditId(self.ids().uuid()), now, entry).await?;
            tx.commit().await?;
            self.hub().poke();
            Ok(tenant)
        };
        self.audited(actor, Operation::AssignBaseline, subject, work).await
    }
}

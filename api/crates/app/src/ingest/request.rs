//! `readSignIns`: what the tenant's log has since the last reading, in the background.

use domain::access::Operation;
use domain::event::SubjectKind;
use domain::id::{AuditId, JobId, TenantId};
use domain::tenant::Tenant;
use domain::workspace::Actor;
use serde::Serialize;
use serde_json::json;

use crate::App;
use crate::audited::Subject;
use crate::authorize::{authorize, in_scope};
use crate::error::{AppError, AppResult};
use crate::idempotency::{Claim, Once};
use crate::runner::jobs::ingest_job;

/// Reads a tenant's sign-ins.
#[derive(Clone, Debug, Serialize)]
pub struct ReadSignIns {
    /// The tenant.
    pub tenant_id: TenantId,
    /// Makes a repeated call return the first one's result.
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

impl App {
    /// Enqueues a reading; one that is waiting or running already absorbs it. Follow it through the tenant's events.
    pub async fn read_sign_ins(&self, actor: &Actor, command: ReadSignIns) -> AppResult<Tenant> {
        let subject = Subject::new(SubjectKind::Tenant, command.tenant_id.0, Some(command.tenant_id));
        let work = async {
            authorize(actor, Operation::ReadSignIns)?;
            in_scope(actor, command.tenant_id)?;
            let once = Once::new(Operation::ReadSignIns, &command.idempotency_key, &command)?;
            let tx = self.store().write().await?;
            let tenant = tx.tenant(actor.workspace_id, command.tenant_id).await?.ok_or(AppError::NotFound)?;
            if let Claim::Replay(_) = self.claim(&tx, actor, &once, tenant.id.0).await? {
                return Ok(tenant);
            }
            let now = self.now();
            tx.enqueue_job(&ingest_job(JobId(self.ids().uuid()), actor.workspace_id, tenant.id, now)).await?;
            let entry = subject.done(actor, Operation::ReadSignIns, json!({}));
            tx.append_audit(actor.workspace_id, AuditId(self.ids().uuid()), now, entry).await?;
            tx.commit().await?;
            self.hub().poke();
            Ok(tenant)
        };
        self.audited(actor, Operation::ReadSignIns, subject, work).await
    }
}

//! `resyncTenant`: a new snapshot, in the background.

use domain::access::Operation;
use domain::event::SubjectKind;
use domain::id::{AuditId, JobId};
use domain::snapshot::SnapshotKind;
use domain::tenant::Tenant;
use domain::workspace::Actor;
use serde_json::json;

use crate::App;
use crate::audited::Subject;
use crate::authorize::{authorize, in_scope};
use crate::command::ResyncTenant;
use crate::error::{AppError, AppResult};
use crate::idempotency::{Claim, Once};
use crate::runner::jobs::sync_job;

impl App {
    /// Enqueues a sync; one that is waiting or running already absorbs it. Follow it through the tenant's events.
    pub async fn resync_tenant(&self, actor: &Actor, command: ResyncTenant) -> AppResult<Tenant> {
        let subject = Subject::new(SubjectKind::Tenant, command.tenant_id.0, Some(command.tenant_id));
        let work = async {
            authorize(actor, Operation::ResyncTenant)?;
            in_scope(actor, command.tenant_id)?;
            let once = Once::new(Operation::ResyncTenant, &command.idempotency_key, &command)?;
            let tx = self.store().write().await?;
            let tenant = tx.tenant(actor.workspace_id, command.tenant_id).await?.ok_or(AppError::NotFound)?;
            if let Claim::Replay(_) = self.claim(&tx, actor, &once, tenant.id.0).await? {
                return Ok(tenant);
            }
            let kind = if tenant.imported_at.is_some() { SnapshotKind::Resync } else { SnapshotKind::Import };
            let now = self.now();
            tx.enqueue_job(&sync_job(JobId(self.ids().uuid()), actor.workspace_id, tenant.id, kind, now)).await?;
            let entry = subject.done(actor, Operation::ResyncTenant, json!({ "kind": kind }));
            tx.append_audit(actor.workspace_id, AuditId(self.ids().uuid()), now, entry).await?;
            tx.commit().await?;
            self.hub().poke();
            Ok(tenant)
        };
        self.audited(actor, Operation::ResyncTenant, subject, work).await
    }
}

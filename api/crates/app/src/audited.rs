//! Every refused attempt on a mutation leaves an audit entry (security-checklist D32).

use domain::access::Operation;
use domain::audit::{AuditOutcome, NewAuditEntry};
use domain::event::SubjectKind;
use domain::id::{AuditId, TenantId};
use domain::workspace::Actor;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::App;
use crate::error::{AppError, AppResult};

/// What an attempt is about.
#[derive(Clone, Copy)]
pub(crate) struct Subject {
    pub(crate) kind: SubjectKind,
    pub(crate) id: Uuid,
    pub(crate) tenant: Option<TenantId>,
}

impl Subject {
    pub(crate) fn new(kind: SubjectKind, id: Uuid, tenant: Option<TenantId>) -> Self {
        Subject { kind, id, tenant }
    }

    /// The entry for an attempt that took effect.
    pub(crate) fn done(self, actor: &Actor, operation: Operation, detail: Value) -> NewAuditEntry {
        self.entry(actor, operation, AuditOutcome::Done, detail)
    }

    fn entry(self, actor: &Actor, operation: Operation, outcome: AuditOutcome, detail: Value) -> NewAuditEntry {
        NewAuditEntry {
            actor: Some(actor.member_id),
            action: operation.as_str().to_owned(),
            tenant_id: self.tenant,
            subject_kind: self.kind,
            subject_id: self.id,
            outcome,
            detail,
        }
    }
}

impl App {
    /// Runs a mutation; records a refusal in a transaction of its own, because the mutation's was rolled back.
    pub(crate) async fn audited<T>(
        &self,
        actor: &Actor,
        operation: Operation,
        subject: Subject,
        work: impl Future<Output = AppResult<T>>,
    ) -> AppResult<T> {
        let result = work.await;
        if let Err(error) = &result
            && error.expected()
            && let Err(cause) = self.record_refusal(actor, operation, subject, error).await
        {
            tracing::error!(%operation, subject = %subject.id, code = error.code(), %cause, "a refusal could not be audited");
        }
        result
    }

    async fn record_refusal(&self, actor: &Actor, operation: Operation, subject: Subject, error: &AppError) -> AppResult<()> {
        let entry = subject.entry(actor, operation, AuditOutcome::Refused, json!({ "code": error.code() }));
        let tx = self.store().write().await?;
        tx.append_audit(actor.workspace_id, AuditId(self.ids().uuid()), self.now(), entry).await?;
        tx.commit().await?;
        Ok(())
    }
}

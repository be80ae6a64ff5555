//! Reading the audit log.

use chrono::{DateTime, Utc};
use domain::access::Operation;
use domain::audit::AuditEntry;
use domain::id::{AuditId, MemberId, TenantId};
use domain::workspace::Actor;

use super::visible;
use crate::App;
use crate::audit_chain::{AuditVerification, verify_chain};
use crate::authorize::authorize;
use crate::error::AppResult;
use crate::page::{Page, PageRequest};

/// Which entries are shown.
#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    /// Of these tenants.
    pub tenant_ids: Option<Vec<TenantId>>,
    /// By this member.
    pub actor: Option<MemberId>,
    /// Of these operations.
    pub actions: Vec<String>,
    /// Not before this instant.
    pub from: Option<DateTime<Utc>>,
    /// Before this instant.
    pub to: Option<DateTime<Utc>>,
}

impl App {
    /// A page of the audit log, newest first.
    pub async fn audit_log(&self, actor: &Actor, filter: &AuditFilter, page: &PageRequest) -> AppResult<Page<AuditEntry>> {
        let filter = store::AuditFilter {
            tenant_scope: visible(actor, filter.tenant_ids.as_deref()),
            subject: None,
            actor: filter.actor,
            actions: filter.actions.clone(),
            from: filter.from,
            to: filter.to,
        };
        Ok(self.store().reader().audit_page(actor.workspace_id, &filter, page).await?)
    }

    /// One entry, unless it is about a tenant that the actor does not see.
    pub async fn audit_entry(&self, actor: &Actor, id: AuditId) -> AppResult<Option<AuditEntry>> {
        let entry = self.store().reader().audit_entry(actor.workspace_id, id).await?;
        let seen = |entry: &AuditEntry| match entry.entry.tenant_id {
            Some(tenant) => actor.sees(tenant),
            None => actor.tenant_scope.is_none(),
        };
        Ok(entry.filter(seen))
    }

    /// Computes a stretch of the chain again: from the entry after `after_seq` (0 is the start), at most `limit` entries.
    pub async fn verify_audit_log(&self, actor: &Actor, after_seq: i64, limit: usize) -> AppResult<AuditVerification> {
        authorize(actor, Operation::VerifyAuditLog)?;
        verify_chain(self.store(), actor.workspace_id, after_seq, limit).await
    }
}

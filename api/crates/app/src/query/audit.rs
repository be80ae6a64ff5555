//! Reading the audit log.

use domain::audit::AuditEntry;
use domain::id::{MemberId, TenantId};
use domain::workspace::Actor;

use super::visible;
use crate::App;
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
}

impl App {
    /// A page of the audit log, newest first.
    pub async fn audit_log(&self, actor: &Actor, filter: &AuditFilter, page: &PageRequest) -> AppResult<Page<AuditEntry>> {
        let filter = store::AuditFilter {
            tenant_scope: visible(actor, filter.tenant_ids.as_deref()),
            subject: None,
            actor: filter.actor,
            actions: filter.actions.clone(),
        };
        Ok(self.store().reader().audit_page(actor.workspace_id, &filter, page).await?)
    }
}

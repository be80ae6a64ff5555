//! Reading change requests.

use std::collections::HashMap;

use domain::access::{Operation, allowed};
use domain::change::request::ChangeRequest;
use domain::change::status::ChangeStatus;
use domain::id::{ChangeId, PolicyId, TenantId};
use domain::workspace::Actor;

use super::visible;
use crate::App;
use crate::error::AppResult;
use crate::page::{Page, PageRequest};

/// Which changes a list shows.
#[derive(Clone, Debug, Default)]
pub struct ChangeFilter {
    /// Of these tenants.
    pub tenant_ids: Option<Vec<TenantId>>,
    /// Of this policy.
    pub policy_id: Option<PolicyId>,
    /// In one of these statuses.
    pub statuses: Option<Vec<ChangeStatus>>,
    /// Only those that wait for a decision which the actor may take.
    pub awaiting_me: bool,
}

impl ChangeFilter {
    fn in_store(&self, actor: &Actor) -> store::ChangeFilter {
        let mut statuses = self.statuses.clone().unwrap_or_default();
        let mut scope = visible(actor, None);
        if self.awaiting_me {
            statuses = vec![ChangeStatus::AwaitingApproval];
            if !allowed(actor.role, Operation::DecideApproval) {
                scope = Some(Default::default());
            }
        }
        store::ChangeFilter {
            scope,
            tenant_ids: self.tenant_ids.as_ref().map(|ids| ids.iter().copied().collect()),
            policy_id: self.policy_id,
            statuses,
            not_by: self.awaiting_me.then_some(actor.member_id),
        }
    }
}

impl App {
    /// A page of change requests, newest first.
    pub async fn changes(&self, actor: &Actor, filter: &ChangeFilter, page: &PageRequest) -> AppResult<Page<ChangeRequest>> {
        Ok(self.store().reader().changes_page(actor.workspace_id, &filter.in_store(actor), page).await?)
    }

    /// How many change requests the filter finds.
    pub async fn count_changes(&self, actor: &Actor, filter: &ChangeFilter) -> AppResult<u64> {
        Ok(self.store().reader().count_changes(actor.workspace_id, &filter.in_store(actor)).await?)
    }

    /// Change requests by id; those the actor doesn't see are absent.
    pub async fn changes_by_ids(&self, actor: &Actor, ids: &[ChangeId]) -> AppResult<HashMap<ChangeId, ChangeRequest>> {
        let changes = self.store().reader().changes_by_ids(actor.workspace_id, ids).await?;
        Ok(changes.into_iter().filter(|change| actor.sees(change.tenant_id)).map(|change| (change.id, change)).collect())
    }
}

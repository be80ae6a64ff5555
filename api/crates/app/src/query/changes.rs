//! Reading change requests.

use std::collections::HashMap;

use domain::access::{Operation, allowed};
use domain::change::request::ChangeRequest;
use domain::change::status::ChangeStatus;
use domain::id::{ChangeId, MemberId, PolicyId, TenantId};
use domain::person::Persons;
use domain::workspace::Actor;

use super::visible;
use crate::App;
use crate::error::AppResult;
use crate::page::{Page, PageRequest};

/// Accounts of one person that a list leaves out. The mutation knows them all; a list need not.
const MOST_ACCOUNTS: usize = 20;

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
    /// Only emergencies whose review is open.
    pub needs_review: bool,
}

impl ChangeFilter {
    fn in_store(&self, actor: &Actor, accounts: Vec<MemberId>) -> store::ChangeFilter {
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
            not_by: accounts,
            needs_review: self.needs_review,
        }
    }
}

impl App {
    /// A page of change requests, newest first.
    pub async fn changes(&self, actor: &Actor, filter: &ChangeFilter, page: &PageRequest) -> AppResult<Page<ChangeRequest>> {
        let accounts = self.accounts(actor, filter).await?;
        Ok(self.store().reader().changes_page(actor.workspace_id, &filter.in_store(actor, accounts), page).await?)
    }

    /// How many change requests the filter finds.
    pub async fn count_changes(&self, actor: &Actor, filter: &ChangeFilter) -> AppResult<u64> {
        let accounts = self.accounts(actor, filter).await?;
        Ok(self.store().reader().count_changes(actor.workspace_id, &filter.in_store(actor, accounts)).await?)
    }

    /// For a list of what waits for the actor: every account of the person, since none of them may approve what another one made.
    async fn accounts(&self, actor: &Actor, filter: &ChangeFilter) -> AppResult<Vec<MemberId>> {
        if !filter.awaiting_me {
            return Ok(Vec::new());
        }
        let members = self.store().reader().members(actor.workspace_id).await?;
        let persons = Persons::of(&members);
        let others = members.iter().map(|member| member.id).filter(|id| *id != actor.member_id && persons.same(*id, actor.member_id));
        Ok(others.take(MOST_ACCOUNTS).chain([actor.member_id]).collect())
    }

    /// Change requests by id; those the actor doesn't see are absent.
    pub async fn changes_by_ids(&self, actor: &Actor, ids: &[ChangeId]) -> AppResult<HashMap<ChangeId, ChangeRequest>> {
        let changes = self.store().reader().changes_by_ids(actor.workspace_id, ids).await?;
        Ok(changes.into_iter().filter(|change| actor.sees(change.tenant_id)).map(|change| (change.id, change)).collect())
    }
}

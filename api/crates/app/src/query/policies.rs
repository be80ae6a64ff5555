//! Reading policies.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use domain::id::{PolicyId, TenantId};
use domain::policy::{Criticality, Policy, PolicyItem, PolicyState, PolicyVersion};
use domain::workspace::Actor;
use uuid::Uuid;

use crate::App;
use crate::authorize::in_scope;
use crate::error::{AppError, AppResult};
use crate::page::{Page, PageRequest};

/// Which policies a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct PolicyFilter {
    /// State in Graph.
    pub state: Option<PolicyState>,
    /// Our criticality.
    pub criticality: Option<Criticality>,
    /// Part of the display name or code, any case.
    pub search: Option<String>,
    /// Whether policies in Entra's recycle bin are listed too.
    pub deleted: bool,
    /// Only policies deleted after this instant.
    pub deleted_after: Option<DateTime<Utc>>,
}

impl PolicyFilter {
    fn in_store(&self) -> store::PolicyFilter {
        store::PolicyFilter {
            scope: None,
            states: self.state.into_iter().collect(),
            criticalities: self.criticality.into_iter().collect(),
            search: self.search.clone(),
            include_deleted: self.deleted,
            deleted_after: self.deleted_after,
        }
    }
}

/// How long Entra's recycle bin keeps a policy (ca-semantics.md section 14).
pub const RECYCLE_BIN: TimeDelta = TimeDelta::days(30);

impl App {
    /// The instant after which a policy must have been deleted to be in Entra's recycle bin still.
    pub fn recycle_bin_begins(&self) -> DateTime<Utc> {
        self.now() - RECYCLE_BIN
    }

    /// A page of policies for each of several tenants, by display name: one SQL statement for all. Tenants out of scope are absent.
    pub async fn policies(
        &self,
        actor: &Actor,
        tenants: &[TenantId],
        filter: &PolicyFilter,
        page: &PageRequest,
        with_conditions: bool,
    ) -> AppResult<HashMap<TenantId, Page<PolicyItem>>> {
        let tenants: Vec<TenantId> = tenants.iter().copied().filter(|tenant| actor.sees(*tenant)).collect();
        Ok(self.store().reader().policies_of_tenants(actor.workspace_id, &tenants, &filter.in_store(), page, with_conditions).await?)
    }

    /// How many policies the filter finds in each tenant.
    pub async fn count_policies(&self, actor: &Actor, tenants: &[TenantId], filter: &PolicyFilter) -> AppResult<HashMap<TenantId, u64>> {
        let tenants: Vec<TenantId> = tenants.iter().copied().filter(|tenant| actor.sees(*tenant)).collect();
        Ok(self.store().reader().count_policies_of_tenants(actor.workspace_id, &tenants, &filter.in_store()).await?)
    }

    /// Policies by id, with conditions and latest change; those the actor doesn't see are absent.
    pub async fn policies_by_ids(&self, actor: &Actor, ids: &[PolicyId]) -> AppResult<HashMap<PolicyId, PolicyItem>> {
        let policies = self.store().reader().policies_by_ids(actor.workspace_id, ids).await?;
        self.items(actor, policies).await
    }

    /// One policy by Graph's id.
    pub async fn policy_by_graph_id(&self, actor: &Actor, tenant: TenantId, graph_id: Uuid) -> AppResult<Option<PolicyItem>> {
        in_scope(actor, tenant)?;
        let policies = self.store().reader().policies_by_graph_ids(actor.workspace_id, tenant, &[graph_id]).await?;
        Ok(self.items(actor, policies).await?.into_values().next())
    }

    /// The states a policy was seen in, newest first.
    pub async fn policy_versions(&self, actor: &Actor, policy: PolicyId, page: &PageRequest) -> AppResult<Page<PolicyVersion>> {
        let reader = self.store().reader();
        let found = reader.policy(actor.workspace_id, policy).await?.ok_or(AppError::NotFound)?;
        in_scope(actor, found.tenant_id)?;
        Ok(reader.policy_versions_page(actor.workspace_id, policy, page).await?)
    }

    async fn items(&self, actor: &Actor, policies: Vec<Policy>) -> AppResult<HashMap<PolicyId, PolicyItem>> {
        let ids: Vec<PolicyId> = policies.iter().filter(|policy| actor.sees(policy.tenant_id)).map(|policy| policy.id).collect();
        let reader = self.store().reader();
        let mut conditions = reader.conditions_of(actor.workspace_id, &ids).await?;
        let latest = reader.latest_changes_of(actor.workspace_id, &ids).await?;
        let item = |policy: Policy| {
            let (conditions, latest_change) = (conditions.remove(&policy.id), latest.get(&policy.id).copied());
            (policy.id, PolicyItem { policy, conditions, latest_change })
        };
        Ok(policies.into_iter().filter(|policy| actor.sees(policy.tenant_id)).map(item).collect())
    }
}

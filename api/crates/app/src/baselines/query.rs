//! Reading baselines. They belong to the workspace, not to tenants: every member sees them.

use std::collections::HashMap;

use domain::baseline::{Baseline, BaselinePolicy};
use domain::id::{BaselineId, BaselinePolicyId, TenantId};
use domain::workspace::Actor;

use crate::App;
use crate::authorize::in_scope;
use crate::error::{AppError, AppResult};
use crate::page::{Page, PageRequest};

impl App {
    /// The workspace's baselines, by name.
    pub async fn baselines(&self, actor: &Actor) -> AppResult<Vec<Baseline>> {
        Ok(self.store().reader().baselines(actor.workspace_id).await?)
    }

    /// One baseline.
    pub async fn baseline(&self, actor: &Actor, id: BaselineId) -> AppResult<Baseline> {
        self.store().reader().baseline(actor.workspace_id, id).await?.ok_or(AppError::NotFound)
    }

    /// One policy of a baseline.
    pub async fn baseline_policy(&self, actor: &Actor, id: BaselinePolicyId) -> AppResult<BaselinePolicy> {
        self.store().reader().baseline_policy(actor.workspace_id, id).await?.ok_or(AppError::NotFound)
    }

    /// Policies of baselines by id; unknown ids are absent.
    pub async fn baseline_policies_by_ids(
        &self,
        actor: &Actor,
        ids: &[BaselinePolicyId],
    ) -> AppResult<HashMap<BaselinePolicyId, BaselinePolicy>> {
        let found = self.store().reader().baseline_policies_by_ids(actor.workspace_id, ids).await?;
        Ok(found.into_iter().map(|policy| (policy.id, policy)).collect())
    }

    /// A page of a baseline's policies, by name.
    pub async fn baseline_policies(&self, actor: &Actor, id: BaselineId, page: &PageRequest) -> AppResult<Page<BaselinePolicy>> {
        Ok(self.store().reader().baseline_policies_page(actor.workspace_id, id, page).await?)
    }

    /// The baseline that a tenant is measured against.
    pub async fn baseline_of_tenant(&self, actor: &Actor, tenant: TenantId) -> AppResult<Option<Baseline>> {
        in_scope(actor, tenant)?;
        let reader = self.store().reader();
        match reader.baseline_of_tenant(actor.workspace_id, tenant).await? {
            Some(id) => Ok(reader.baseline(actor.workspace_id, id).await?),
            None => Ok(None),
        }
    }
}

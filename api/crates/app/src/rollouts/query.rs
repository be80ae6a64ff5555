//! Queries on rollouts.

use domain::access::Operation;
use domain::id::{PolicyId, RolloutId, RolloutVerdictId, TenantId};
use domain::rollout::RolloutStatus;
use domain::workspace::Actor;
use store::{Page, PageRequest, RolloutFilter, StoredVerdict};

use super::view::RolloutView;
use crate::App;
use crate::authorize::{authorize, in_scope};
use crate::error::{AppError, AppResult};

/// The most verdicts of one list.
const MOST_VERDICTS: u64 = 100;

/// Which rollouts; the default is all that the caller sees.
#[derive(Clone, Debug, Default)]
pub struct RolloutListFilter {
    /// Of these tenants; `None` is any.
    pub tenants: Option<Vec<TenantId>>,
    /// In one of these statuses; empty is any.
    pub statuses: Vec<RolloutStatus>,
    /// Of this original or twin.
    pub policy: Option<PolicyId>,
}

impl App {
    /// One rollout.
    pub async fn rollout(&self, actor: &Actor, id: RolloutId) -> AppResult<RolloutView> {
        authorize(actor, Operation::Read)?;
        let reader = self.store().reader();
        let rollout = reader.rollout(actor.workspace_id, id).await?.ok_or(AppError::NotFound)?;
        in_scope(actor, rollout.tenant_id)?;
        RolloutView::load(&reader, rollout).await
    }

    /// Rollouts by id, in no order: unknown ones, and those of tenants that the caller doesn't see, are left out.
    pub async fn rollouts_by_ids(&self, actor: &Actor, ids: &[RolloutId]) -> AppResult<Vec<RolloutView>> {
        authorize(actor, Operation::Read)?;
        let reader = self.store().reader();
        let mut views = Vec::new();
        for rollout in reader.rollouts_by_ids(actor.workspace_id, ids).await? {
            if actor.sees(rollout.tenant_id) {
                views.push(RolloutView::load(&reader, rollout).await?);
            }
        }
        Ok(views)
    }

    /// The rollout of a policy that has not ended, be it the original or the twin. The caller has seen the policy.
    pub async fn active_rollout(&self, actor: &Actor, policy: PolicyId) -> AppResult<Option<RolloutView>> {
        authorize(actor, Operation::Read)?;
        let Some(id) = self.store().reader().rollout_owning(actor.workspace_id, policy).await? else { return Ok(None) };
        self.rollout(actor, id).await.map(Some)
    }

    /// A page of rollouts, newest first.
    pub async fn rollouts(&self, actor: &Actor, filter: &RolloutListFilter, request: &PageRequest) -> AppResult<Page<RolloutView>> {
        authorize(actor, Operation::Read)?;
        let reader = self.store().reader();
        let page = reader.rollouts_page(actor.workspace_id, &stored(actor, filter), request).await?;
        let mut items = Vec::with_capacity(page.items.len());
        for (cursor, rollout) in page.items {
            items.push((cursor, RolloutView::load(&reader, rollout).await?));
        }
        Ok(Page { items, has_next: page.has_next, has_previous: page.has_previous })
    }

    /// How many rollouts the filter leaves of those that the caller sees.
    pub async fn count_rollouts(&self, actor: &Actor, filter: &RolloutListFilter) -> AppResult<u64> {
        authorize(actor, Operation::Read)?;
        Ok(self.store().reader().count_rollouts(actor.workspace_id, &stored(actor, filter)).await?)
    }

    /// One verdict on a rollout; `view` is what [`App::rollout`] returned.
    pub async fn rollout_verdict(&self, actor: &Actor, view: &RolloutView, id: RolloutVerdictId) -> AppResult<Option<StoredVerdict>> {
        authorize(actor, Operation::Read)?;
        let found = self.store().reader().rollout_verdict(actor.workspace_id, id).await?;
        Ok(found.filter(|verdict| verdict.rollout_id == view.rollout.id))
    }

    /// The newest verdicts on a rollout, newest first; at most 100. `view` is what [`App::rollout`] returned.
    pub async fn rollout_verdicts(&self, actor: &Actor, view: &RolloutView) -> AppResult<Vec<StoredVerdict>> {
        authorize(actor, Operation::Read)?;
        Ok(self.store().reader().rollout_verdicts(actor.workspace_id, view.rollout.id, MOST_VERDICTS).await?)
    }
}

fn stored(actor: &Actor, filter: &RolloutListFilter) -> RolloutFilter {
    RolloutFilter {
        tenants: filter.tenants.clone(),
        scope: actor.tenant_scope.clone(),
        statuses: filter.statuses.clone(),
        policy: filter.policy,
    }
}

//! Queries on rollouts across tenants. As with bulk changes, a caller limited to some tenants sees one only where it sees all of its tenants.

use std::collections::HashMap;

use domain::access::Operation;
use domain::bulk_rollout::{BulkRollout, BulkRolloutItem, BulkRolloutItemState, PlanPart, bulk_rollout_digest};
use domain::id::{BulkRolloutId, RolloutId, TenantId};
use domain::rollout::ManagedRollout;
use domain::workspace::Actor;
use store::{Page, PageRequest, Reader};

use super::view::{BulkRolloutItemView, BulkRolloutView, parts};
use crate::App;
use crate::authorize::authorize;
use crate::error::{AppError, AppResult};
use crate::rollouts::RolloutView;

/// Which tenants; the default is all.
#[derive(Clone, Debug, Default)]
pub struct BulkRolloutItemFilter {
    /// States; empty is any.
    pub states: Vec<BulkRolloutItemState>,
}

impl App {
    /// One rollout across tenants; `NOT_FOUND` where one of its tenants is outside the caller's scope.
    pub async fn bulk_rollout(&self, actor: &Actor, id: BulkRolloutId) -> AppResult<BulkRolloutView> {
        authorize(actor, Operation::Read)?;
        let reader = self.store().reader();
        let bulk = reader.bulk_rollout(actor.workspace_id, id).await?.ok_or(AppError::NotFound)?;
        whole_in_scope(&reader, actor, id).await?;
        BulkRolloutView::load(&reader, bulk).await
    }

    /// Rollouts across tenants by id, in no order: unknown ones, and those that the caller may not see, are left out.
    pub async fn bulk_rollouts_by_ids(&self, actor: &Actor, ids: &[BulkRolloutId]) -> AppResult<Vec<BulkRolloutView>> {
        authorize(actor, Operation::Read)?;
        let reader = self.store().reader();
        let mut views = Vec::new();
        for bulk in reader.bulk_rollouts_by_ids(actor.workspace_id, ids).await? {
            if whole_in_scope(&reader, actor, bulk.id).await.is_ok() {
                views.push(BulkRolloutView::load(&reader, bulk).await?);
            }
        }
        Ok(views)
    }

    /// A page of rollouts across tenants, newest first.
    pub async fn bulk_rollouts(&self, actor: &Actor, request: &PageRequest) -> AppResult<Page<BulkRolloutView>> {
        authorize(actor, Operation::Read)?;
        let reader = self.store().reader();
        let page = reader.bulk_rollouts_page(actor.workspace_id, actor.tenant_scope.as_ref(), request).await?;
        let mut items = Vec::with_capacity(page.items.len());
        for (cursor, bulk) in page.items {
            items.push((cursor, BulkRolloutView::load(&reader, bulk).await?));
        }
        Ok(Page { items, has_next: page.has_next, has_previous: page.has_previous })
    }

    /// How many rollouts across tenants the caller sees.
    pub async fn count_bulk_rollouts(&self, actor: &Actor) -> AppResult<u64> {
        authorize(actor, Operation::Read)?;
        Ok(self.store().reader().count_bulk_rollouts(actor.workspace_id, actor.tenant_scope.as_ref()).await?)
    }

    /// A page of the tenants of one, by name, each with its rollout. `view` is what [`App::bulk_rollout`] returned.
    pub async fn bulk_rollout_items(
        &self,
        actor: &Actor,
        view: &BulkRolloutView,
        filter: &BulkRolloutItemFilter,
        request: &PageRequest,
    ) -> AppResult<Page<BulkRolloutItemView>> {
        authorize(actor, Operation::Read)?;
        let reader = self.store().reader();
        let (workspace, id) = (actor.workspace_id, view.bulk.id);
        let started = view.bulk.started.is_some();
        let mut places: HashMap<i64, BulkRolloutItemState> = HashMap::new();
        for (item, child) in parts(&reader, &view.bulk).await? {
            places.insert(item.position, item.state(child.as_ref(), started));
        }
        let wanted = |state: &BulkRolloutItemState| filter.states.is_empty() || filter.states.contains(state);
        let among: Vec<i64> = places.iter().filter(|(_, state)| wanted(state)).map(|(place, _)| *place).collect();
        let among = (!filter.states.is_empty()).then_some(among.as_slice());
        let page = reader.bulk_rollout_items_page(workspace, id, among, request).await?;
        let ids: Vec<RolloutId> = page.items.iter().filter_map(|(_, item)| item.rollout_id).collect();
        let mut rollouts: HashMap<RolloutId, ManagedRollout> =
            reader.rollouts_by_ids(workspace, &ids).await?.into_iter().map(|rollout| (rollout.id, rollout)).collect();
        let mut items = Vec::with_capacity(page.items.len());
        for (cursor, item) in page.items {
            let rollout = match item.rollout_id.and_then(|id| rollouts.remove(&id)) {
                Some(rollout) => Some(RolloutView::load(&reader, rollout).await?),
                None => None,
            };
            let state = places.get(&item.position).copied().unwrap_or(BulkRolloutItemState::Pending);
            items.push((cursor, BulkRolloutItemView { item, rollout, state }));
        }
        Ok(Page { items, has_next: page.has_next, has_previous: page.has_previous })
    }

    /// The digest of the whole as it is now; `None` while a tenant that is not left out has no plan. `view` is what [`App::bulk_rollout`] returned.
    pub async fn bulk_rollout_digest(&self, actor: &Actor, view: &BulkRolloutView) -> AppResult<Option<String>> {
        authorize(actor, Operation::Read)?;
        digest_of(&self.store().reader(), &view.bulk).await
    }
}

/// The digest of the whole as it is now.
pub(super) async fn digest_of(reader: &Reader, bulk: &BulkRollout) -> AppResult<Option<String>> {
    let items = reader.bulk_rollout_items(bulk.workspace_id, bulk.id).await?;
    let rollouts = reader.bulk_rollout_rollouts(bulk.workspace_id, bulk.id).await?;
    Ok(digest_over(bulk, &items, &rollouts))
}

/// The digest over these tenants and their plans.
pub(super) fn digest_over(bulk: &BulkRollout, items: &[BulkRolloutItem], rollouts: &[ManagedRollout]) -> Option<String> {
    let plans: HashMap<TenantId, String> =
        rollouts.iter().map(|rollout| (rollout.tenant_id, rollout.state.plan.digest().0.clone())).collect();
    let included = items.iter().filter(|item| item.excluded.is_none());
    let parts = included.map(|item| PlanPart { tenant: item.tenant_id, digest: plans.get(&item.tenant_id).cloned() });
    bulk_rollout_digest(bulk, parts.collect())
}

/// Refuses with `NOT_FOUND` one with a tenant outside the actor's scope.
pub(super) async fn whole_in_scope(reader: &Reader, actor: &Actor, id: BulkRolloutId) -> AppResult<()> {
    let Some(scope) = &actor.tenant_scope else { return Ok(()) };
    let tenants = reader.bulk_rollout_tenants(actor.workspace_id, id).await?;
    if tenants.is_subset(scope) { Ok(()) } else { Err(AppError::NotFound) }
}

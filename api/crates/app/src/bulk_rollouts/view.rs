//! What is shown of a rollout across tenants: the request, with what follows from its tenants.

use std::collections::BTreeMap;

use domain::bulk_rollout::{
    BulkRollout, BulkRolloutCounts, BulkRolloutItem, BulkRolloutItemState, BulkRolloutStatus, ChildRollout, status,
};
use domain::id::TenantId;
use store::Reader;

use crate::error::AppResult;
use crate::rollouts::RolloutView;

/// A rollout across tenants with its status.
#[derive(Clone, Debug, PartialEq)]
pub struct BulkRolloutView {
    /// As it was asked for.
    pub bulk: BulkRollout,
    /// How many tenants are in each state.
    pub counts: BulkRolloutCounts,
    /// Where it stands.
    pub status: BulkRolloutStatus,
    /// The tenants whose breach holds all others, at most as many as run at a time.
    pub held_by: Vec<TenantId>,
}

/// A tenant with its rollout.
#[derive(Clone, Debug, PartialEq)]
pub struct BulkRolloutItemView {
    /// The tenant.
    pub item: BulkRolloutItem,
    /// Its rollout; `None` until a plan was made.
    pub rollout: Option<RolloutView>,
    /// Where it stands.
    pub state: BulkRolloutItemState,
}

impl BulkRolloutView {
    pub(super) async fn load(reader: &Reader, bulk: BulkRollout) -> AppResult<Self> {
        let parts = parts(reader, &bulk).await?;
        let states: Vec<(TenantId, BulkRolloutItemState)> =
            parts.iter().map(|(item, child)| (item.tenant_id, item.state(child.as_ref(), bulk.started.is_some()))).collect();
        let counts = BulkRolloutCounts::of(states.iter().map(|(_, state)| *state));
        let breached = states.iter().filter(|(_, state)| *state == BulkRolloutItemState::Breached);
        let held_by = breached.map(|(tenant, _)| *tenant).collect();
        Ok(BulkRolloutView { status: status(&bulk, &counts), counts, held_by, bulk })
    }
}

/// The tenants in the order of the list, each with where its rollout stands.
pub(super) async fn parts(reader: &Reader, bulk: &BulkRollout) -> AppResult<Vec<(BulkRolloutItem, Option<ChildRollout>)>> {
    let items = reader.bulk_rollout_items(bulk.workspace_id, bulk.id).await?;
    let mut children: BTreeMap<TenantId, ChildRollout> =
        reader.bulk_rollout_children(bulk.workspace_id, bulk.id).await?.into_iter().collect();
    let of = |item: BulkRolloutItem| {
        let child = children.remove(&item.tenant_id).filter(|_| item.rollout_id.is_some());
        (item, child)
    };
    Ok(items.into_iter().map(of).collect())
}

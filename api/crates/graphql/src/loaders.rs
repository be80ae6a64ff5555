//! Batches: however many objects of a response refer to rows of one kind, one use-case call fetches them.

use std::collections::HashMap;
use std::future::Future;
use std::hash::Hash;
use std::sync::Arc;

use app::page::{Page, PageRequest};
use app::{App, BulkRolloutView, BulkView, ImpactOf, PolicyFilter, RolloutView};
use async_graphql::Error;
use async_graphql::dataloader::Loader;
use domain::agent::{AgentRun, Suggestion};
use domain::baseline::BaselinePolicy;
use domain::change::request::ChangeRequest;
use domain::document::diff::NameTable;
use domain::drift::Drift;
use domain::id::{
    AgentRunId, BaselinePolicyId, BulkChangeId, BulkRolloutId, ChangeId, ContentHash, DriftId, MemberId, PolicyId, RolloutId, ScheduleId,
    SnapshotId, SuggestionId, TenantId,
};
use domain::impact::CachedImpact;
use domain::policy::PolicyItem;
use domain::schedule::Schedule;
use domain::snapshot::Snapshot;
use domain::tenant::Tenant;
use domain::workspace::{Actor, Member};

use crate::fault::fault;
use crate::paging::PageArgs;

/// Loads on behalf of one caller.
pub struct Batch {
    /// The use cases.
    pub app: App,
    /// The caller.
    pub actor: Actor,
}

macro_rules! by_id {
    ($($key:ty => $value:ty, $call:ident;)+) => {$(
        impl Loader<$key> for Batch {
            type Value = Arc<$value>;
            type Error = Error;

            async fn load(&self, keys: &[$key]) -> Result<HashMap<$key, Self::Value>, Error> {
                let found = self.app.$call(&self.actor, keys).await.map_err(fault)?;
                Ok(found.into_iter().map(|(key, value)| (key, Arc::new(value))).collect())
            }
        }
    )+};
}

by_id! {
    TenantId => Tenant, tenants_by_ids;
    PolicyId => PolicyItem, policies_by_ids;
    ChangeId => ChangeRequest, changes_by_ids;
    MemberId => Member, members_by_ids;
    SnapshotId => Snapshot, snapshots_by_ids;
    ContentHash => String, documents;
    DriftId => Drift, drift_by_ids;
    BaselinePolicyId => BaselinePolicy, baseline_policies_by_ids;
    ScheduleId => Schedule, schedules_by_ids;
    AgentRunId => AgentRun, agent_runs_by_ids;
    SuggestionId => Suggestion, suggestions_by_ids;
    ImpactOf => CachedImpact, impact_of;
}

impl Loader<BulkChangeId> for Batch {
    type Value = Arc<BulkView>;
    type Error = Error;

    async fn load(&self, keys: &[BulkChangeId]) -> Result<HashMap<BulkChangeId, Self::Value>, Error> {
        let found = self.app.bulk_changes_by_ids(&self.actor, keys).await.map_err(fault)?;
        Ok(found.into_iter().map(|view| (view.bulk.id, Arc::new(view))).collect())
    }
}

impl Loader<BulkRolloutId> for Batch {
    type Value = Arc<BulkRolloutView>;
    type Error = Error;

    async fn load(&self, keys: &[BulkRolloutId]) -> Result<HashMap<BulkRolloutId, Self::Value>, Error> {
        let found = self.app.bulk_rollouts_by_ids(&self.actor, keys).await.map_err(fault)?;
        Ok(found.into_iter().map(|view| (view.bulk.id, Arc::new(view))).collect())
    }
}

impl Loader<RolloutId> for Batch {
    type Value = Arc<RolloutView>;
    type Error = Error;

    async fn load(&self, keys: &[RolloutId]) -> Result<HashMap<RolloutId, Self::Value>, Error> {
        let found = self.app.rollouts_by_ids(&self.actor, keys).await.map_err(fault)?;
        Ok(found.into_iter().map(|view| (view.rollout.id, Arc::new(view))).collect())
    }
}

/// The newest schedule of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ScheduleOf(pub ChangeId);

impl Loader<ScheduleOf> for Batch {
    type Value = Arc<Schedule>;
    type Error = Error;

    async fn load(&self, keys: &[ScheduleOf]) -> Result<HashMap<ScheduleOf, Self::Value>, Error> {
        let changes: Vec<ChangeId> = keys.iter().map(|key| key.0).collect();
        let found = self.app.newest_schedules(&self.actor, &changes).await.map_err(fault)?;
        Ok(found.into_iter().map(|(change, schedule)| (ScheduleOf(change), Arc::new(schedule))).collect())
    }
}

/// The open items of drift of a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OpenDriftOf(pub PolicyId);

impl Loader<OpenDriftOf> for Batch {
    type Value = Arc<Vec<Drift>>;
    type Error = Error;

    async fn load(&self, keys: &[OpenDriftOf]) -> Result<HashMap<OpenDriftOf, Self::Value>, Error> {
        let policies: Vec<PolicyId> = keys.iter().map(|key| key.0).collect();
        let found = self.app.open_drift_of_policies(&self.actor, &policies).await.map_err(fault)?;
        Ok(found.into_iter().map(|(policy, items)| (OpenDriftOf(policy), Arc::new(items))).collect())
    }
}

/// The names in a tenant's object cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NamesOf(pub TenantId);

impl Loader<NamesOf> for Batch {
    type Value = Arc<NameTable>;
    type Error = Error;

    async fn load(&self, keys: &[NamesOf]) -> Result<HashMap<NamesOf, Self::Value>, Error> {
        let mut tables = HashMap::with_capacity(keys.len());
        for key in keys {
            let objects = self.app.directory_objects(&self.actor, key.0).await.map_err(fault)?;
            tables.insert(*key, Arc::new(NameTable::new(objects)));
        }
        Ok(tables)
    }
}

/// What is asked of the policies of a tenant.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PoliciesAsk {
    /// Which.
    pub filter: PolicyFilter,
    /// Which page of them.
    pub page: PageArgs,
    /// Whether their conditions are shown.
    pub conditions: bool,
}

/// A page of one tenant's policies.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PoliciesOf(pub TenantId, pub Arc<PoliciesAsk>);

impl Loader<PoliciesOf> for Batch {
    type Value = Arc<Page<PolicyItem>>;
    type Error = Error;

    async fn load(&self, keys: &[PoliciesOf]) -> Result<HashMap<PoliciesOf, Self::Value>, Error> {
        grouped(
            keys,
            |key| (key.1.clone(), key.0),
            |ask, tenants| async move {
                let page: PageRequest = ask.page.request()?;
                let pages = self.app.policies(&self.actor, &tenants, &ask.filter, &page, ask.conditions).await.map_err(fault)?;
                Ok(pages.into_iter().map(|(tenant, page)| (PoliciesOf(tenant, ask.clone()), Arc::new(page))).collect())
            },
        )
        .await
    }
}

/// How many policies of a tenant pass a filter.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PolicyCountOf(pub TenantId, pub Arc<PolicyFilter>);

impl Loader<PolicyCountOf> for Batch {
    type Value = u64;
    type Error = Error;

    async fn load(&self, keys: &[PolicyCountOf]) -> Result<HashMap<PolicyCountOf, u64>, Error> {
        grouped(
            keys,
            |key| (key.1.clone(), key.0),
            |filter, tenants| async move {
                let counts = self.app.count_policies(&self.actor, &tenants, &filter).await.map_err(fault)?;
                Ok(counts.into_iter().map(|(tenant, count)| (PolicyCountOf(tenant, filter.clone()), count)).collect())
            },
        )
        .await
    }
}

/// One call per distinct ask, for all the tenants it is asked of.
async fn grouped<K, A, V, F>(
    keys: &[K],
    split: impl Fn(&K) -> (A, TenantId),
    call: impl Fn(A, Vec<TenantId>) -> F,
) -> Result<HashMap<K, V>, Error>
where
    A: Eq + Hash,
    K: Eq + Hash,
    F: Future<Output = Result<Vec<(K, V)>, Error>>,
{
    let mut groups: HashMap<A, Vec<TenantId>> = HashMap::new();
    for key in keys {
        let (ask, tenant) = split(key);
        groups.entry(ask).or_default().push(tenant);
    }
    let mut values = HashMap::with_capacity(keys.len());
    for (ask, tenants) in groups {
        values.extend(call(ask, tenants).await?);
    }
    Ok(values)
}

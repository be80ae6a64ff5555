//! Tenants.

use std::sync::Arc;

use app::PolicyFilter;
use async_graphql::{Context, ID, Object, Result, SimpleObject};
use domain::id::{SnapshotId, TenantId};
use uuid::Uuid;

use crate::connection::{Connection, wants_total};
use crate::enums::{Cloud, DirectoryKind, DriftSource, DriftStatus, PolicyOverlapKind, TenantConnectionState};
use crate::fault::{Nullable, bad_input, fault, found};
use crate::hot::ask::{Prefetched, empty, wants_conditions};
use crate::hot::policy_page::PolicyPage;
use crate::ids::Kind;
use crate::input::filter::{ChangeWhere, PolicyWhere};
use crate::input::rollout::RolloutWhere;
use crate::loaders::{PoliciesAsk, PoliciesOf, PolicyCountOf};
use crate::paging::{args, cost};
use crate::scalars::DateTime;
use crate::scope::{Scope, ids, scope};
use crate::types::agent::{Agent, AgentRun, agent, runs_of_tenant};
use crate::types::baseline::Baseline;
use crate::types::change::{ChangeRequest, changes};
use crate::types::coverage::TenantCoverage;
use crate::types::drift::{Drift, drift_of_tenant};
use crate::types::overlap::PolicyOverlaps;
use crate::types::people::People;
use crate::types::policy::Policy;
use crate::types::rollout::{Rollout, rollouts_page};
use crate::types::sign_in::SignInLog;
use crate::types::snapshot::Snapshot;
use crate::types::snapshot_diff::SnapshotDiff;
use crate::types::tenant_alias::TenantAlias;

/// A tenant.
#[derive(Clone)]
pub struct Tenant {
    row: Arc<domain::tenant::Tenant>,
    /// What the list it came from has fetched for all its tenants at once.
    prefetched: Option<Arc<Prefetched>>,
}

impl Tenant {
    /// From a row.
    pub fn new(row: Arc<domain::tenant::Tenant>) -> Self {
        Tenant { row, prefetched: None }
    }

    /// From a row of a list.
    pub fn listed(row: domain::tenant::Tenant, prefetched: Arc<Prefetched>) -> Self {
        Tenant { row: Arc::new(row), prefetched: Some(prefetched) }
    }
}

/// Loads a tenant that something refers to.
pub async fn tenant(scope: &Scope, id: TenantId) -> Nullable<Tenant> {
    scope.loader.load_one(id).await.transpose().map(|found| found.map(Tenant::new))
}

/// One Microsoft Entra tenant that the workspace manages.
#[Object]
impl Tenant {
    /// Opaque, globally unique, stable.
    pub async fn id(&self, ctx: &Context<'_>) -> ID {
        ids(ctx).id(Kind::Tenant, self.row.id.0)
    }

    /// Entra's id of the tenant, a GUID. Not an id of this API.
    async fn entra_tenant_id(&self) -> ID {
        ID(self.row.entra_tenant_id.to_string())
    }

    /// Entra's organization name, or the one given when connecting.
    async fn display_name(&self) -> &str {
        &self.row.display_name
    }

    /// The national cloud it lives in.
    async fn cloud(&self) -> Cloud {
        self.row.cloud.into()
    }

    /// Whether it can be reached with the rights that are needed.
    async fn connection(&self) -> TenantConnectionState {
        self.row.connection.into()
    }

    /// Why it is not `CONNECTED`, for a person.
    async fn connection_detail(&self) -> Option<&str> {
        self.row.connection_detail.as_deref()
    }

    /// When its first snapshot was complete; `null` until then. Only imported tenants take changes.
    async fn imported_at(&self) -> Option<DateTime> {
        self.row.imported_at.map(DateTime)
    }

    /// When the last sync ended well.
    async fn last_sync_at(&self) -> Option<DateTime> {
        self.row.last_sync_at.map(DateTime)
    }

    /// Licences found that gate Conditional Access features.
    async fn licences(&self) -> Licences {
        let domain::tenant::Licences { p1, p2, intune } = self.row.licences;
        Licences { entra_id_p1: p1, entra_id_p2: p2, intune }
    }

    /// Whether security defaults are on; `null` when that could not be read.
    async fn security_defaults_enabled(&self) -> Option<bool> {
        self.row.security_defaults
    }

    /// The emergency-access ("break-glass") principals, as an administrator configured them.
    async fn emergency_access(&self) -> EmergencyAccess {
        EmergencyAccess::from(&self.row.emergency_access)
    }

    /// The names that members keep for its objects, by kind and name; at most 200. `setTenantAliases` replaces them.
    #[graphql(complexity = "10 + child_complexity")]
    async fn aliases(&self, ctx: &Context<'_>) -> Nullable<Vec<TenantAlias>> {
        let scope = scope(ctx);
        let found = scope.app.tenant_aliases(&scope.actor, self.row.id).await.map_err(fault);
        Some(found.map(|found| found.into_iter().map(TenantAlias).collect()))
    }

    /// The tenant's policies, by display name.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn policies(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Items from the start or after a cursor: 1 to 100, 25 unless given.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go on from.")] after: Option<String>,
        #[graphql(desc = "Items from the end or before a cursor: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "The cursor to go back from.")] before: Option<String>,
        #[graphql(name = "where", desc = "Which policies; all that are not deleted unless given.")] filter: Option<PolicyWhere>,
    ) -> Nullable<PolicyPage> {
        let page = args(first, after, last, before);
        let conditions = wants_conditions(&ctx.look_ahead());
        let ask = PoliciesAsk { filter: filter.unwrap_or_default().into(), page, conditions };
        Some(self.page_of_policies(ctx, ask).await)
    }

    /// Policies in Entra's recycle bin, by display name: a change of kind `policy.restore` brings one back, until 30 days after it was
    /// deleted.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn deleted_policies(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Items from the start or after a cursor: 1 to 100, 25 unless given.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go on from.")] after: Option<String>,
        #[graphql(desc = "Items from the end or before a cursor: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "The cursor to go back from.")] before: Option<String>,
    ) -> Nullable<PolicyPage> {
        let filter = PolicyFilter { deleted_after: Some(scope(ctx).app.recycle_bin_begins()), ..PolicyFilter::default() };
        let ask = PoliciesAsk { filter, page: args(first, after, last, before), conditions: wants_conditions(&ctx.look_ahead()) };
        Some(self.page_of_policies(ctx, ask).await)
    }

    /// One policy by Graph's id of it; `null` when there is none.
    #[graphql(complexity = "5 + child_complexity")]
    async fn policy(&self, ctx: &Context<'_>, #[graphql(desc = "Graph's id of the policy, a GUID.")] graph_id: ID) -> Nullable<Policy> {
        let scope = scope(ctx);
        let graph_id = Uuid::try_parse(&graph_id).ok()?;
        let item = found(scope.app.policy_by_graph_id(&scope.actor, self.row.id, graph_id).await)?;
        item.map(|item| item.map(|item| Policy::new(Arc::new(item)))).transpose()
    }

    /// The tenant's snapshots, newest first.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn snapshots(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Items from the start or after a cursor: 1 to 100, 25 unless given.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go on from.")] after: Option<String>,
        #[graphql(desc = "Items from the end or before a cursor: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "The cursor to go back from.")] before: Option<String>,
    ) -> Nullable<Connection<Snapshot>> {
        let page = args(first, after, last, before);
        Some(self.page_of_snapshots(scope(ctx), page, wants_total(ctx)).await)
    }

    /// What lies between two of the tenant's snapshots; `null` when one of them is not there.
    #[graphql(complexity = "20 + child_complexity")]
    async fn snapshot_diff(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The earlier snapshot.")] from: ID,
        #[graphql(desc = "The later snapshot.")] to: ID,
    ) -> Nullable<SnapshotDiff> {
        let scope = scope(ctx);
        let key = |id: &ID| scope.ids.key(id, Kind::Snapshot).ok().map(SnapshotId);
        let (from, to) = (key(&from)?, key(&to)?);
        let snapshot = scope.loader.load_one(to).await.transpose()?;
        match snapshot {
            Ok(snapshot) if snapshot.tenant_id == self.row.id => {
                found(scope.app.snapshot_diff(&scope.actor, from, to).await).map(|items| items.map(|items| SnapshotDiff { items }))
            }
            Ok(_) => Some(Err(bad_input("the snapshots are of another tenant"))),
            Err(error) => Some(Err(error)),
        }
    }

    /// The tenant's change requests, newest first.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn change_requests(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Items from the start or after a cursor: 1 to 100, 25 unless given.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go on from.")] after: Option<String>,
        #[graphql(desc = "Items from the end or before a cursor: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "The cursor to go back from.")] before: Option<String>,
        #[graphql(name = "where", desc = "Which changes of this tenant; all unless given.")] filter: Option<ChangeWhere>,
    ) -> Nullable<Connection<ChangeRequest>> {
        let scope = scope(ctx);
        let mut filter = filter.unwrap_or_default().resolve(scope);
        let asked = filter.tenant_ids.as_ref().is_none_or(|asked| asked.contains(&self.row.id));
        filter.tenant_ids = Some(if asked { vec![self.row.id] } else { Vec::new() });
        Some(changes(scope, filter, args(first, after, last, before), wants_total(ctx)).await)
    }

    /// The baseline that it is measured against by every sync; `null`: none.
    #[graphql(complexity = "2 + child_complexity")]
    async fn baseline(&self, ctx: &Context<'_>) -> Nullable<Baseline> {
        let scope = scope(ctx);
        match scope.app.baseline_of_tenant(&scope.actor, self.row.id).await {
            Ok(found) => found.map(|found| Ok(Baseline(found))),
            Err(error) => Some(Err(fault(error))),
        }
    }

    /// What the tenant holds that Causeway did not write, or that its baseline does not have; newest first.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "GraphQL arguments")]
    async fn drift(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Items from the start or after a cursor: 1 to 100, 25 unless given.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go on from.")] after: Option<String>,
        #[graphql(desc = "Items from the end or before a cursor: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "The cursor to go back from.")] before: Option<String>,
        #[graphql(desc = "In one of these statuses; all unless given.")] status: Option<Vec<DriftStatus>>,
        #[graphql(desc = "Measured against this; both unless given.")] source: Option<DriftSource>,
    ) -> Nullable<Connection<Drift>> {
        let page = args(first, after, last, before);
        Some(drift_of_tenant(scope(ctx), self.row.id, status.unwrap_or_default(), source, &page, wants_total(ctx)).await)
    }

    /// Its optimization agent: settings, and the last run.
    #[graphql(complexity = "2 + child_complexity")]
    async fn agent(&self, ctx: &Context<'_>) -> Nullable<Agent> {
        agent(scope(ctx), self.row.id).await
    }

    /// Runs of its optimization agent, newest first.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn agent_runs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Items from the start or after a cursor: 1 to 100, 25 unless given.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go on from.")] after: Option<String>,
        #[graphql(desc = "Items from the end or before a cursor: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "The cursor to go back from.")] before: Option<String>,
    ) -> Nullable<Connection<AgentRun>> {
        let page = args(first, after, last, before);
        Some(runs_of_tenant(scope(ctx), self.row.id, &page, wants_total(ctx)).await)
    }

    /// Its phased rollouts, newest first.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn rollouts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Items from the start or after a cursor: 1 to 100, 25 unless given.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go on from.")] after: Option<String>,
        #[graphql(desc = "Items from the end or before a cursor: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "The cursor to go back from.")] before: Option<String>,
        #[graphql(name = "where", desc = "Which rollouts of this tenant; all unless given.")] filter: Option<RolloutWhere>,
    ) -> Nullable<Connection<Rollout>> {
        let scope = scope(ctx);
        let mut filter = filter.unwrap_or_default().resolve(scope);
        let asked = filter.tenants.as_ref().is_none_or(|asked| asked.contains(&self.row.id));
        filter.tenants = Some(if asked { vec![self.row.id] } else { Vec::new() });
        Some(rollouts_page(scope, &args(first, after, last, before), &filter, wants_total(ctx)).await)
    }

    /// The last reading of its users, groups and roles; `null` before the first.
    #[graphql(complexity = "2 + child_complexity")]
    async fn people(&self, ctx: &Context<'_>) -> Nullable<People> {
        let scope = scope(ctx);
        match scope.app.people_state(&scope.actor, self.row.id).await {
            Ok(found) => found.map(|found| Ok(People::from(found))),
            Err(error) => Some(Err(fault(error))),
        }
    }

    /// Which users, applications and client types no enforced policy covers with a second factor, counted over whole UTC days up to today.
    #[graphql(complexity = "100 + child_complexity")]
    async fn coverage(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Days of sign-ins: 1, 7, 14 or 30.", default = 7)] window: u32,
    ) -> Nullable<TenantCoverage> {
        let scope = scope(ctx);
        Some(scope.app.coverage(&scope.actor, self.row.id, window).await.map(TenantCoverage).map_err(fault))
    }

    /// Pairs of its enabled and report-only policies that apply to the same sign-ins, and what comes of it.
    #[graphql(complexity = "100 + child_complexity")]
    async fn policy_overlaps(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which kinds are listed; all unless given. At most 6.")] kinds: Option<Vec<PolicyOverlapKind>>,
    ) -> Nullable<PolicyOverlaps> {
        let scope = scope(ctx);
        let found = scope.app.policy_overlaps(&scope.actor, self.row.id).await.map_err(fault);
        Some(found.map(|found| PolicyOverlaps { found, kinds: kinds.unwrap_or_default() }))
    }

    /// How far its sign-ins are read; `null` before anybody asked for it.
    #[graphql(complexity = "2 + child_complexity")]
    async fn sign_in_log(&self, ctx: &Context<'_>) -> Nullable<SignInLog> {
        SignInLog::of(scope(ctx), self.row.id).await
    }

    /// When it was connected.
    async fn created_at(&self) -> DateTime {
        self.row.created_at.into()
    }

    /// Raised by every update; what `expectedRevision` is compared with.
    async fn revision(&self) -> i64 {
        self.row.version
    }
}

impl Tenant {
    async fn page_of_policies(&self, ctx: &Context<'_>, ask: PoliciesAsk) -> Result<PolicyPage> {
        let scope = scope(ctx);
        ask.page.request()?;
        let (page, verbatim) = match self.prefetched.as_ref().and_then(|prefetched| prefetched.page(&ask, self.row.id)) {
            Some(found) => found,
            None => {
                let key = PoliciesOf(self.row.id, Arc::new(ask.clone()));
                (scope.loader.load_one(key).await?.unwrap_or_else(empty), false)
            }
        };
        let total = match wants_total(ctx) {
            true => Some(scope.loader.load_one(PolicyCountOf(self.row.id, Arc::new(ask.filter))).await?.unwrap_or_default()),
            false => None,
        };
        Ok(PolicyPage { page, total, verbatim })
    }

    async fn page_of_snapshots(&self, scope: &Scope, page: crate::paging::PageArgs, count: bool) -> Result<Connection<Snapshot>> {
        let found = scope.app.snapshots(&scope.actor, self.row.id, &page.request()?).await.map_err(fault)?;
        let total = match count {
            true => Some(scope.app.count_snapshots(&scope.actor, self.row.id).await.map_err(fault)),
            false => None,
        };
        Ok(Connection::of(found, total, |snapshot| Snapshot(Arc::new(snapshot))))
    }
}

/// Licences that gate Conditional Access features.
#[derive(SimpleObject)]
pub struct Licences {
    /// Entra ID P1: Conditional Access itself.
    entra_id_p1: bool,
    /// Entra ID P2: risk conditions.
    entra_id_p2: bool,
    /// Intune: device compliance.
    intune: bool,
}

/// The emergency-access principals of a tenant: configured, never guessed.
#[derive(SimpleObject)]
pub struct EmergencyAccess {
    /// The principals, at most 20.
    principals: Vec<EmergencyPrincipal>,
    /// Whether fewer than two are configured.
    incomplete: bool,
    /// When they were last resolved in the directory.
    verified_at: Option<DateTime>,
}

impl From<&domain::tenant::EmergencyAccess> for EmergencyAccess {
    fn from(access: &domain::tenant::EmergencyAccess) -> Self {
        EmergencyAccess {
            principals: access.principals.iter().map(EmergencyPrincipal::from).collect(),
            incomplete: access.incomplete(),
            verified_at: access.verified_at.map(DateTime),
        }
    }
}

/// One emergency-access principal.
#[derive(SimpleObject)]
pub struct EmergencyPrincipal {
    /// Object id in Entra, a GUID. Not an id of this API.
    object_id: ID,
    /// User or group.
    kind: DirectoryKind,
    /// Name at the last resolution; `null` when it no longer resolves.
    display_name: Option<String>,
}

impl From<&domain::tenant::EmergencyPrincipal> for EmergencyPrincipal {
    fn from(principal: &domain::tenant::EmergencyPrincipal) -> Self {
        EmergencyPrincipal {
            object_id: ID(principal.object_id.to_string()),
            kind: principal.kind.into(),
            display_name: principal.display_name.clone(),
        }
    }
}

//! Rollouts across tenants.

use std::sync::Arc;

use app::{BulkRolloutItemFilter, BulkRolloutItemView, BulkRolloutView};
use async_graphql::{Context, ID, Object, Result, SimpleObject};
use domain::bulk_rollout::{BulkRolloutItemState as State, NamedPhase};
use domain::id::BulkRolloutId;

use crate::connection::{Connection, wants_total};
use crate::enums::{BulkNotStarted, BulkRolloutItemState, BulkRolloutStatus, RolloutMode};
use crate::fault::{Nullable, fault};
use crate::ids::Kind;
use crate::paging::{args, cost};
use crate::scalars::DateTime;
use crate::scope::{Scope, ids, scope};
use crate::types::bulk::{BulkStrategy, BulkTarget};
use crate::types::bulk_item::{BulkBlocked, BulkExclusion};
use crate::types::event::{Event, events};
use crate::types::rollout::Rollout;
use crate::types::rollout_verdict::RolloutGuard;
use crate::types::tenant::{Tenant, tenant};
use crate::types::user::{User, user, user_of};

/// A rollout across tenants.
#[derive(Clone)]
pub struct BulkRollout(pub Arc<BulkRolloutView>);

/// Loads one that something refers to.
pub async fn bulk_rollout(scope: &Scope, id: BulkRolloutId) -> Nullable<BulkRollout> {
    scope.loader.load_one(id).await.transpose().map(|found| found.map(BulkRollout))
}

/// A page of rollouts across tenants, newest first.
pub async fn bulk_rollouts(scope: &Scope, first: Option<i32>, after: Option<String>, count: bool) -> Result<Connection<BulkRollout>> {
    let page = args(first, after, None, None).request()?;
    let found = scope.app.bulk_rollouts(&scope.actor, &page).await.map_err(fault)?;
    let total = match count {
        true => Some(scope.app.count_bulk_rollouts(&scope.actor).await.map_err(fault)),
        false => None,
    };
    Ok(Connection::of(found, total, |view| BulkRollout(Arc::new(view))))
}

/// A policy turned on in phases in many tenants: waves of tenants around the phases of groups. Each tenant has a rollout of its own, with its own
/// guard; canary tenants complete before any other starts, and a breach in one tenant holds all others. Its status follows from its tenants; nobody
/// sets it.
#[Object]
impl BulkRollout {
    /// Opaque, globally unique, stable.
    pub async fn id(&self, ctx: &Context<'_>) -> ID {
        ids(ctx).id(Kind::BulkRollout, self.0.bulk.id.0)
    }

    /// Which policy of each tenant is meant.
    async fn target(&self, ctx: &Context<'_>) -> BulkTarget {
        BulkTarget::of(scope(ctx), &self.0.bulk.target)
    }

    /// The phases by the names of their groups, at most 10; `null`: each tenant's own are proposed.
    async fn phases(&self) -> Option<Vec<BulkRolloutPhase>> {
        let phases = self.0.bulk.phases.as_ref()?;
        Some(phases.iter().cloned().map(BulkRolloutPhase::from).collect())
    }

    /// `AUTOMATIC`: each tenant goes on when it is proven healthy. `MANUAL`: a member releases one phase after the other for all.
    async fn mode(&self) -> RolloutMode {
        self.0.bulk.mode.into()
    }

    /// The last phase that tenants may go to, where the mode is `MANUAL`; one more than their last phase is the completion. `null` otherwise.
    async fn released_phase(&self) -> Option<i32> {
        let manual = self.0.bulk.mode == domain::rollout::RolloutMode::Manual;
        manual.then_some(i32::from(self.0.bulk.released_phase))
    }

    /// The limits by which the sign-ins of each tenant are judged.
    async fn guard(&self) -> RolloutGuard {
        RolloutGuard::from(&self.0.bulk.guard)
    }

    /// How it goes through its tenants.
    async fn strategy(&self) -> BulkStrategy {
        BulkStrategy::from(self.0.bulk.strategy.clone())
    }

    /// Where it stands.
    async fn status(&self) -> BulkRolloutStatus {
        self.0.status.into()
    }

    /// How many tenants are in each state.
    async fn counts(&self) -> BulkRolloutCounts {
        BulkRolloutCounts::from(&self.0.counts)
    }

    /// The tenants whose breach holds all others: resume their rollouts, or end them. At most 64.
    #[graphql(complexity = "1 + 10 * child_complexity")]
    async fn held_by(&self, ctx: &Context<'_>) -> Result<Vec<Tenant>> {
        let found = scope(ctx).loader.load_many(self.0.held_by.iter().copied()).await?;
        Ok(self.0.held_by.iter().filter_map(|id| found.get(id).cloned().map(Tenant::new)).collect())
    }

    /// Who holds all of it, and why; `null` while nobody does.
    async fn hold(&self) -> Option<BulkRolloutHold> {
        self.0.bulk.hold.clone().map(BulkRolloutHold)
    }

    /// SHA-256 over strategy, mode, limits and every tenant's plan, lower-case hex: what `decideBulkRolloutApproval` and `startBulkRollout` quote.
    /// `null` while a tenant that is not left out has no plan.
    #[graphql(complexity = 50)]
    async fn digest(&self, ctx: &Context<'_>) -> Nullable<String> {
        let scope = scope(ctx);
        scope.app.bulk_rollout_digest(&scope.actor, &self.0).await.map_err(fault).transpose()
    }

    /// A note for reviewers.
    async fn note(&self) -> Option<&str> {
        self.0.bulk.note.as_deref()
    }

    /// How many tenants it has, those left out included.
    async fn tenant_count(&self) -> u32 {
        self.0.bulk.tenant_count
    }

    /// Its tenants by name, each with its rollout.
    #[graphql(complexity = "cost(first, None, child_complexity)")]
    async fn tenants(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Tenants from the start or after a cursor: 1 to 100, 25 unless given.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go on from.")] after: Option<String>,
        #[graphql(desc = "In one of these states; all unless given. At most 14.")] state: Option<Vec<BulkRolloutItemState>>,
    ) -> Nullable<Connection<BulkRolloutTenant>> {
        Some(self.page_of_tenants(ctx, first, after, state.unwrap_or_default()).await)
    }

    /// Who created it: the plans are this member's.
    async fn created_by(&self, ctx: &Context<'_>) -> Nullable<User> {
        user(scope(ctx), self.0.bulk.created_by).await
    }

    /// When it was created.
    async fn created_at(&self) -> DateTime {
        self.0.bulk.created_at.into()
    }

    /// Who started it: each tenant is started as this member, whose rights are looked up again.
    async fn started_by(&self, ctx: &Context<'_>) -> Nullable<User> {
        user_of(scope(ctx), self.0.bulk.started.map(|started| started.by)).await
    }

    /// When it was started.
    async fn started_at(&self) -> Option<DateTime> {
        self.0.bulk.started.map(|started| DateTime(started.at))
    }

    /// When nothing was left to be done.
    async fn ended_at(&self) -> Option<DateTime> {
        self.0.bulk.ended_at.map(DateTime)
    }

    /// Raised by every step of a member and every move of the waves; what `expectedRevision` is compared with.
    async fn revision(&self) -> i64 {
        self.0.bulk.revision
    }

    /// What happened to the whole, oldest first. What happened in a tenant is in its rollout's own timeline.
    #[graphql(complexity = "cost(first, None, child_complexity)")]
    async fn timeline(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Events from the oldest kept or after a cursor: 1 to 100, 25 unless given.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go on from.")] after: Option<crate::scalars::EventCursor>,
    ) -> Nullable<Connection<Event>> {
        let scope = scope(ctx);
        let page = async {
            let first = args(first, None, None, None).request()?.first;
            events(scope, &app::EventFilter::of_subject(self.0.bulk.id.0), scope.ids.place(after)?, first).await
        };
        Some(page.await)
    }
}

impl BulkRollout {
    async fn page_of_tenants(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        states: Vec<BulkRolloutItemState>,
    ) -> Result<Connection<BulkRolloutTenant>> {
        let scope = scope(ctx);
        let page = args(first, after, None, None).request()?;
        let states: Vec<State> = states.into_iter().map(State::from).collect();
        let counted = if states.is_empty() { State::ALL } else { states.as_slice() };
        let total = wants_total(ctx).then(|| Ok(counted.iter().map(|state| u64::from(self.0.counts.in_state(*state))).sum()));
        let filter = BulkRolloutItemFilter { states: states.clone() };
        let found = scope.app.bulk_rollout_items(&scope.actor, &self.0, &filter, &page).await.map_err(fault)?;
        Ok(Connection::of(found, total, BulkRolloutTenant::new))
    }
}

/// A phase of groups that go by the same name, or an alias, in each tenant.
#[derive(SimpleObject)]
pub struct BulkRolloutPhase {
    /// Names or aliases of the groups that it adds, at most 100.
    groups: Vec<String>,
    /// How long it runs at least, in seconds; a day where nobody said.
    min_bake_seconds: Option<u32>,
}

impl From<NamedPhase> for BulkRolloutPhase {
    fn from(phase: NamedPhase) -> Self {
        BulkRolloutPhase { groups: phase.groups, min_bake_seconds: phase.min_bake_seconds }
    }
}

/// A member holds all of it.
pub struct BulkRolloutHold(domain::bulk_rollout::WaveHold);

/// A member holds a rollout across tenants: no tenant starts or goes on. Guards go on watching.
#[Object]
impl BulkRolloutHold {
    /// Who.
    async fn by(&self, ctx: &Context<'_>) -> Nullable<User> {
        user(scope(ctx), self.0.by).await
    }

    /// Since when.
    async fn at(&self) -> DateTime {
        self.0.at.into()
    }

    /// Why.
    async fn reason(&self) -> &str {
        &self.0.reason
    }
}

/// One tenant.
pub struct BulkRolloutTenant {
    view: BulkRolloutItemView,
    rollout: Option<Rollout>,
}

impl BulkRolloutTenant {
    fn new(mut view: BulkRolloutItemView) -> Self {
        let rollout = view.rollout.take().map(|rollout| Rollout(Arc::new(rollout)));
        BulkRolloutTenant { view, rollout }
    }
}

/// One tenant of a rollout across tenants.
#[Object]
impl BulkRolloutTenant {
    /// The tenant.
    async fn tenant(&self, ctx: &Context<'_>) -> Nullable<Tenant> {
        tenant(scope(ctx), self.view.item.tenant_id).await
    }

    /// Where it stands.
    async fn state(&self) -> BulkRolloutItemState {
        self.view.state.into()
    }

    /// Its rollout, with phase, verdict and forecast; `null` until its plan was made.
    async fn rollout(&self) -> Option<Rollout> {
        self.rollout.clone()
    }

    /// Why no plan could be made: solve it and call `planBulkRollout`, or leave the tenant out. `null` where there is one.
    async fn blocked(&self) -> Option<BulkBlocked> {
        self.view.item.blocked.as_ref().map(|blocked| BulkBlocked::new(blocked.code.clone(), blocked.message.clone()))
    }

    /// Why it could not be started at its turn, the last time it was tried; `null` otherwise. It is tried again by itself unless it is `REFUSED`.
    async fn refused(&self) -> Option<BulkBlocked> {
        let refused = self.view.item.refused.as_ref()?;
        Some(BulkBlocked::new(refused.failure.code.clone(), refused.failure.message.clone()))
    }

    /// Set once it was left out.
    async fn excluded(&self) -> Option<BulkExclusion> {
        self.view.item.excluded.clone().map(BulkExclusion::from)
    }

    /// Why it is not started any more, once that is certain.
    async fn not_started(&self) -> Option<BulkNotStarted> {
        self.view.item.not_started.map(BulkNotStarted::from)
    }
}

/// How many tenants are in each state.
#[derive(SimpleObject)]
pub struct BulkRolloutCounts {
    /// Their plan is being made.
    pending: u32,
    /// No plan could be made.
    blocked: u32,
    /// Their plan waits for approval.
    awaiting_approval: u32,
    /// They can be started.
    planned: u32,
    /// They wait for their turn.
    waiting: u32,
    /// They could not be started at their turn, and a member has to act.
    refused: u32,
    /// A phase is running, or they are between two.
    running: u32,
    /// Their sign-ins speak against the policy.
    breached: u32,
    /// They are paused for another reason.
    paused: u32,
    /// The original is on for everybody.
    completed: u32,
    /// They were given up.
    cancelled: u32,
    /// All was taken back.
    rolled_back: u32,
    /// They are not started any more.
    not_started: u32,
    /// They were left out.
    excluded: u32,
}

impl From<&domain::bulk_rollout::BulkRolloutCounts> for BulkRolloutCounts {
    fn from(counts: &domain::bulk_rollout::BulkRolloutCounts) -> Self {
        BulkRolloutCounts {
            pending: counts.in_state(State::Pending),
            blocked: counts.in_state(State::Blocked),
            awaiting_approval: counts.in_state(State::AwaitingApproval),
            planned: counts.in_state(State::Planned),
            waiting: counts.in_state(State::Waiting),
            refused: counts.in_state(State::Refused),
            running: counts.in_state(State::Running),
            breached: counts.in_state(State::Breached),
            paused: counts.in_state(State::Paused),
            completed: counts.in_state(State::Completed),
            cancelled: counts.in_state(State::Cancelled),
            rolled_back: counts.in_state(State::RolledBack),
            not_started: counts.in_state(State::NotStarted),
            excluded: counts.in_state(State::Excluded),
        }
    }
}

//! Bulk changes.

use std::sync::Arc;

use app::page::Page;
use app::{BulkItemFilter, BulkView};
use async_graphql::{Context, ID, Object, Result, SimpleObject};
use domain::bulk::{BulkTarget as Target, FailureTolerance};
use domain::change::request::ChangeRequest;
use domain::id::BulkChangeId;

use crate::connection::{Connection, wants_total};
use crate::enums::{BulkConcurrencyMode, BulkItemState, BulkRunKind, BulkStatus, ChangeKind, ScheduleMode, ScheduleState};
use crate::fault::{Nullable, fault};
use crate::ids::Kind;
use crate::paging::{args, cost};
use crate::scalars::{DateTime, Json};
use crate::scope::{Scope, ids, scope};
use crate::types::approval::Approval;
use crate::types::bulk_item::BulkItem;
use crate::types::event::{Event, events};
use crate::types::payload::ChangePayload;
use crate::types::schedule::ScheduleDetail;
use crate::types::tenant::Tenant;
use crate::types::user::{User, user, user_of};

/// A bulk change.
#[derive(Clone)]
pub struct BulkChange(pub Arc<BulkView>);

/// Loads a bulk change that something refers to.
pub async fn bulk_change(scope: &Scope, id: BulkChangeId) -> Nullable<BulkChange> {
    scope.loader.load_one(id).await.transpose().map(|found| found.map(BulkChange))
}

/// A page of bulk changes, newest first.
pub async fn bulk_changes(scope: &Scope, first: Option<i32>, after: Option<String>, count: bool) -> Result<Connection<BulkChange>> {
    let page = args(first, after, None, None).request()?;
    let found = scope.app.bulk_changes(&scope.actor, &page).await.map_err(fault)?;
    let total = match count {
        true => Some(scope.app.count_bulk_changes(&scope.actor).await.map_err(fault)),
        false => None,
    };
    Ok(Connection::of(found, total, |view| BulkChange(Arc::new(view))))
}

/// One intent for many tenants: one change request for each, with one review, one approval and one run over all of them. Its status follows
/// from its items; nobody sets it.
#[Object]
impl BulkChange {
    /// Opaque, globally unique, stable.
    pub async fn id(&self, ctx: &Context<'_>) -> ID {
        ids(ctx).id(Kind::BulkChange, self.0.bulk.id.0)
    }

    /// What it does in each tenant.
    async fn kind(&self) -> ChangeKind {
        self.0.bulk.payload.kind().into()
    }

    /// What is intended, typed by kind; objects go by their names, which are looked up in each tenant.
    async fn payload(&self) -> ChangePayload {
        ChangePayload::from(&self.0.bulk.payload)
    }

    /// What is intended, as JSON. `createBulkChange` takes the same.
    async fn payload_json(&self) -> Result<Json> {
        let text = serde_json::to_string(&self.0.bulk.payload);
        text.map(Json::verbatim).map_err(|error| fault(app::error::AppError::Internal(error.into())))
    }

    /// Named locations that come first in each tenant that lacks them, in this order; at most 5.
    async fn prerequisites(&self) -> Vec<ChangePayload> {
        self.0.bulk.prerequisites.iter().map(ChangePayload::from).collect()
    }

    /// Which policy of each tenant is meant; `null` for `policy.create` and for named locations.
    async fn target(&self, ctx: &Context<'_>) -> Option<BulkTarget> {
        self.0.bulk.target.as_ref().map(|target| BulkTarget::of(scope(ctx), target))
    }

    /// Where it stands.
    async fn status(&self) -> BulkStatus {
        self.0.status.into()
    }

    /// How many items are in each state.
    async fn counts(&self) -> BulkCounts {
        BulkCounts::from(&self.0.counts)
    }

    /// SHA-256 over the strategy and the digest of every included item, lower-case hex: what `decideBulkApproval`, `applyBulkChange` and
    /// `scheduleBulkChange` quote. `null` while an included tenant is not planned.
    #[graphql(complexity = 50)]
    async fn digest(&self, ctx: &Context<'_>) -> Nullable<String> {
        let scope = scope(ctx);
        scope.app.bulk_digest(&scope.actor, &self.0).await.map_err(fault).transpose()
    }

    /// The newest approval of the whole: who was asked when, who gave it, and how many more are needed. Each change has one of its own, bound to
    /// its own digest; all were asked for and decided together, and this is one of them. `null` before the first request.
    #[graphql(complexity = "5 + child_complexity")]
    async fn approval(&self, ctx: &Context<'_>) -> Nullable<Approval> {
        let scope = scope(ctx);
        let shown = |change: ChangeRequest| {
            let change = Arc::new(change);
            change.approvals.last().map(|given| Approval::new(&change, given))
        };
        scope.app.bulk_change_last_reviewed(&scope.actor, &self.0).await.map(|found| found.and_then(shown)).map_err(fault).transpose()
    }

    /// How it goes through its tenants.
    async fn strategy(&self) -> BulkStrategy {
        BulkStrategy(self.0.bulk.strategy.clone())
    }

    /// A note for reviewers.
    async fn note(&self) -> Option<&str> {
        self.0.bulk.note.as_deref()
    }

    /// How many tenants it has, those left out included.
    async fn tenant_count(&self) -> u32 {
        self.0.bulk.tenant_count
    }

    /// Its items, by tenant and step: one for the change itself in each tenant, and one for each prerequisite.
    #[graphql(complexity = "cost(first, None, child_complexity)")]
    async fn items(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Items from the start or after a cursor: 1 to 100, 25 unless given.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go on from.")] after: Option<String>,
        #[graphql(desc = "In one of these states; all unless given. At most 16.")] state: Option<Vec<BulkItemState>>,
    ) -> Nullable<Connection<BulkItem>> {
        Some(self.page_of_items(ctx, first, after, state.unwrap_or_default()).await)
    }

    /// Its present or last run over the tenants; `null` before the first.
    async fn run(&self) -> Option<BulkRun> {
        self.0.bulk.run.clone().map(BulkRun)
    }

    /// Its schedule, armed or ended; `null` without one.
    async fn schedule(&self) -> Option<BulkSchedule> {
        self.0.bulk.schedule.clone().map(BulkSchedule)
    }

    /// Who created it.
    async fn created_by(&self, ctx: &Context<'_>) -> Nullable<User> {
        user(scope(ctx), self.0.bulk.created_by).await
    }

    /// When it was created.
    async fn created_at(&self) -> DateTime {
        self.0.bulk.created_at.into()
    }

    /// When its dry-run was last asked for.
    async fn dry_run_at(&self) -> Option<DateTime> {
        self.0.bulk.dry_run_at.map(DateTime)
    }

    /// When a member last took a step on it.
    async fn updated_at(&self) -> DateTime {
        self.0.bulk.updated_at.into()
    }

    /// Raised by every step that a member takes on it; what `expectedRevision` is compared with.
    async fn revision(&self) -> i64 {
        self.0.bulk.revision
    }

    /// What happened to it, oldest first.
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

impl BulkChange {
    async fn page_of_items(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        states: Vec<BulkItemState>,
    ) -> Result<Connection<BulkItem>> {
        let scope = scope(ctx);
        let page = args(first, after, None, None).request()?;
        let states: Vec<domain::bulk::BulkItemState> = states.into_iter().map(domain::bulk::BulkItemState::from).collect();
        let total = wants_total(ctx).then(|| {
            let all = u64::from(self.0.counts.total());
            let some = states.iter().map(|state| u64::from(self.0.counts.of(*state))).sum();
            Ok(if states.is_empty() { all } else { some })
        });
        let filter = BulkItemFilter { states };
        let found: Page<_> = scope.app.bulk_items(&scope.actor, &self.0, &filter, &page).await.map_err(fault)?;
        Ok(Connection::of(found, total, BulkItem::new))
    }
}

/// Which policy of each tenant is meant: exactly one of the fields is set. Exactly one policy must match, else the tenant is blocked.
#[derive(SimpleObject, Default)]
pub struct BulkTarget {
    /// These policies, at most 1,000, at most one of a tenant.
    policy_ids: Option<Vec<ID>>,
    /// The policy with this code of ours.
    code: Option<String>,
    /// The policy of this display name, ignoring case.
    display_name: Option<String>,
    /// The policy that stands for this one of a baseline.
    baseline_policy_id: Option<ID>,
}

impl BulkTarget {
    /// As it was asked for.
    pub fn of(scope: &Scope, target: &Target) -> Self {
        match target {
            Target::Policies(policies) => {
                let ids = policies.iter().map(|policy| scope.ids.id(Kind::Policy, policy.0)).collect();
                BulkTarget { policy_ids: Some(ids), ..Default::default() }
            }
            Target::Code(code) => BulkTarget { code: Some(code.clone()), ..Default::default() },
            Target::DisplayName(name) => BulkTarget { display_name: Some(name.clone()), ..Default::default() },
            Target::Baseline(policy) => {
                BulkTarget { baseline_policy_id: Some(scope.ids.id(Kind::BaselinePolicy, policy.0)), ..Default::default() }
            }
        }
    }
}

/// How it goes through its tenants.
pub struct BulkStrategy(domain::bulk::BulkStrategy);

impl From<domain::bulk::BulkStrategy> for BulkStrategy {
    fn from(strategy: domain::bulk::BulkStrategy) -> Self {
        BulkStrategy(strategy)
    }
}

/// How a bulk change, or a rollout, goes through its tenants, after CloudFormation StackSets' operation preferences.
#[Object]
impl BulkStrategy {
    /// Tenants that go first: all must end well before any other is started. At most 1,000.
    #[graphql(complexity = "1 + 10 * child_complexity")]
    async fn canary_tenants(&self, ctx: &Context<'_>) -> Result<Vec<Tenant>> {
        let found = scope(ctx).loader.load_many(self.0.canary_tenants.iter().copied()).await?;
        Ok(self.0.canary_tenants.iter().filter_map(|id| found.get(id).cloned().map(Tenant::new)).collect())
    }

    /// Tenants at a time: 1 to 64.
    async fn max_concurrent(&self) -> i32 {
        i32::from(self.0.max_concurrent)
    }

    /// How many tenants may fail before no further one is started; `null` where it is given in percent.
    async fn failure_tolerance_count(&self) -> Option<u32> {
        match self.0.failure_tolerance {
            FailureTolerance::Count(count) => Some(count),
            FailureTolerance::Percent(_) => None,
        }
    }

    /// The same in percent of a run's tenants, rounded down; `null` where it is given as a count.
    async fn failure_tolerance_percent(&self) -> Option<i32> {
        match self.0.failure_tolerance {
            FailureTolerance::Percent(percent) => Some(i32::from(percent)),
            FailureTolerance::Count(_) => None,
        }
    }

    /// What a failure does to the number of tenants in flight.
    async fn concurrency_mode(&self) -> BulkConcurrencyMode {
        self.0.concurrency_mode.into()
    }
}

/// A run over the tenants.
pub struct BulkRun(domain::bulk::BulkRun);

/// One run over the tenants.
#[Object]
impl BulkRun {
    /// What it does.
    async fn kind(&self) -> BulkRunKind {
        self.0.kind.into()
    }

    /// Who asked for it: every change of the run is applied as this member, whose rights are looked up again.
    async fn by(&self, ctx: &Context<'_>) -> Nullable<User> {
        user(scope(ctx), self.0.by).await
    }

    /// When.
    async fn at(&self) -> DateTime {
        self.0.at.into()
    }

    /// When it was stopped or cancelled; what had not been started stays so.
    async fn stopped_at(&self) -> Option<DateTime> {
        self.0.stopped_at.map(DateTime)
    }

    /// Who stopped it.
    async fn stopped_by(&self, ctx: &Context<'_>) -> Nullable<User> {
        user_of(scope(ctx), self.0.stopped_by).await
    }
}

/// A bulk change's schedule.
pub struct BulkSchedule(domain::bulk::BulkSchedule);

/// A later instant at which a bulk change is applied, through the same gate as `applyBulkChange`. It fires once, never after `latestAt`, and
/// never what was not reviewed.
#[Object]
impl BulkSchedule {
    /// What is looked at again when it fires.
    async fn mode(&self) -> ScheduleMode {
        self.0.mode.into()
    }

    /// Where it stands.
    async fn state(&self) -> ScheduleState {
        self.0.state.into()
    }

    /// When it fires.
    async fn fire_at(&self) -> DateTime {
        self.0.fire_at.into()
    }

    /// The last instant at which it may fire.
    async fn latest_at(&self) -> DateTime {
        self.0.latest_at.into()
    }

    /// The digest that was reviewed: what fires is this, or nothing.
    async fn digest(&self) -> &str {
        &self.0.digest
    }

    /// Who armed it: it is applied as this member.
    async fn armed_by(&self, ctx: &Context<'_>) -> Nullable<User> {
        user(scope(ctx), self.0.armed_by).await
    }

    /// When it was armed.
    async fn armed_at(&self) -> DateTime {
        self.0.armed_at.into()
    }

    /// When it came to its end.
    async fn finished_at(&self) -> Option<DateTime> {
        self.0.finished_at.map(DateTime)
    }

    /// Why it ended other than by firing.
    async fn detail(&self) -> Option<ScheduleDetail> {
        self.0.detail.as_ref().map(ScheduleDetail::from)
    }
}

macro_rules! counts {
    ($($(#[$meta:meta])* $field:ident = $state:ident),+ $(,)?) => {
        /// How many items are in each state.
        #[derive(SimpleObject)]
        pub struct BulkCounts {
            /// All items, those left out included.
            total: u32,
            $($(#[$meta])* $field: u32,)+
        }

        impl From<&domain::bulk::BulkCounts> for BulkCounts {
            fn from(counts: &domain::bulk::BulkCounts) -> Self {
                BulkCounts { total: counts.total(), $($field: counts.of(domain::bulk::BulkItemState::$state),)+ }
            }
        }
    };
}

counts! {
    /// `PENDING`
    pending = Pending,
    /// `BLOCKED`
    blocked = Blocked,
    /// `READY`
    ready = Ready,
    /// `SATISFIED`
    satisfied = Satisfied,
    /// `AWAITING_APPROVAL`
    awaiting_approval = AwaitingApproval,
    /// `QUEUED`
    queued = Queued,
    /// `APPLYING`
    applying = Applying,
    /// `APPLIED`
    applied = Applied,
    /// `UNCHANGED`
    unchanged = Unchanged,
    /// `FAILED`
    failed = Failed,
    /// `OUTCOME_UNKNOWN`
    outcome_unknown = OutcomeUnknown,
    /// `ROLLING_BACK`
    rolling_back = RollingBack,
    /// `ROLLED_BACK`
    rolled_back = RolledBack,
    /// `NOT_STARTED`
    not_started = NotStarted,
    /// `CANCELLED`
    cancelled = Cancelled,
    /// `EXCLUDED`
    excluded = Excluded,
}

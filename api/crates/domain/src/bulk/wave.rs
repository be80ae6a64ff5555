//! Which tenants of a bulk change start next: canaries first, then waves, as many at once as may be, until too many have failed.
//!
//! The rules are those of CloudFormation StackSets' operation preferences (`max concurrent`, `failure tolerance`, and its two concurrency
//! modes), with canaries before everything else. The planner keeps nothing: it is asked after every outcome, and says the same however
//! often it is asked, so a crash between two answers loses nothing.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::item::NotStarted;
use super::request::{BulkRun, RunKind};
use super::state::{BulkItemState, ItemFacts};
use super::strategy::{BulkStrategy, ConcurrencyMode};
use crate::change::status::ChangeStatus;
use crate::id::TenantId;

/// One child of the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Child {
    /// Its tenant: children of one tenant go one after another, by `step`.
    pub tenant: TenantId,
    /// Its place among the tenant's children.
    pub step: u16,
    /// The tenant goes before those that are no canaries.
    pub canary: bool,
    /// Where it stands.
    pub standing: Standing,
}

/// Where a child stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It has not been started.
    Waiting,
    /// It is being applied.
    Running,
    /// It ended as it should: applied, or nothing was to be done.
    Good,
    /// It failed, nobody knows how it ended, or the gate refused it at its turn.
    Failed,
    /// It is not started in this run any more.
    Left,
}

impl Standing {
    /// Where an item stands in a run; `None` where it is no part of it. `queued_at` and `rollback_queued_at` are the item's.
    pub fn of(
        run: &BulkRun,
        facts: &ItemFacts,
        queued_at: Option<DateTime<Utc>>,
        rollback_queued_at: Option<DateTime<Utc>>,
    ) -> Option<Self> {
        match run.kind {
            RunKind::Apply => (queued_at == Some(run.at) && !facts.excluded && !facts.satisfied).then(|| Standing::forwards(facts.state())),
            RunKind::Rollback => (rollback_queued_at == Some(run.at)).then(|| Standing::back(facts)),
        }
    }

    fn forwards(state: BulkItemState) -> Self {
        use BulkItemState as S;
        match state {
            S::Queued => Standing::Waiting,
            S::Applying => Standing::Running,
            S::Applied | S::Unchanged | S::Satisfied | S::RollingBack | S::RolledBack => Standing::Good,
            S::Failed | S::OutcomeUnknown => Standing::Failed,
            S::NotStarted | S::Cancelled | S::Excluded | S::Pending | S::Blocked | S::Ready | S::AwaitingApproval => Standing::Left,
        }
    }

    fn back(facts: &ItemFacts) -> Self {
        if facts.change.is_some_and(|change| change.status == ChangeStatus::RolledBack) {
            return Standing::Good;
        }
        match facts.rollback {
            _ if !facts.rolling_back => Standing::Failed,
            None => Standing::Waiting,
            Some(ChangeStatus::Applying) => Standing::Running,
            Some(ChangeStatus::Applied) => Standing::Good,
            Some(_) => Standing::Failed,
        }
    }
}

/// What is to be done now. Children are named by their index.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wave {
    /// Start these, in this order.
    pub start: Vec<usize>,
    /// Never start these.
    pub leave: Vec<(usize, NotStarted)>,
    /// Nothing runs, and nothing will: the run is over.
    pub over: bool,
}

/// The next wave of a run whose tenants go in the order in which `children` first names them.
pub fn next(strategy: &BulkStrategy, children: &[Child]) -> Wave {
    let tenants = tenants(children);
    let failed = tenants.iter().filter(|tenant| tenant.failed).count();
    let all = u32::try_from(tenants.len()).unwrap_or(u32::MAX);
    let tolerance = usize::try_from(strategy.failure_tolerance.of(all)).unwrap_or(usize::MAX);
    let stop = if tenants.iter().any(|tenant| tenant.canary && tenant.bad()) {
        Some(NotStarted::CanaryFailed)
    } else {
        (failed > tolerance).then_some(NotStarted::ToleranceExceeded)
    };
    let mut wave = Wave::default();
    for tenant in &tenants {
        // What a tenant's own step says is nearer to the point than what others' say.
        let why = tenant.bad().then_some(NotStarted::PrerequisiteFailed).or(stop);
        wave.leave.extend(why.iter().flat_map(|why| tenant.waiting.iter().map(|child| (*child, *why))));
    }
    let running = tenants.iter().filter(|tenant| tenant.running).count();
    if stop.is_none() {
        let most = usize::from(strategy.max_concurrent.max(1));
        let most = match strategy.concurrency_mode {
            ConcurrencyMode::Strict => most.min((tolerance - failed).saturating_add(1)),
            ConcurrencyMode::Soft => most,
        };
        wave.start = candidates(&tenants).take(most.saturating_sub(running)).collect();
    }
    wave.over = running == 0 && wave.start.is_empty();
    wave
}

/// One tenant of the run.
#[derive(Default)]
struct Tenant {
    canary: bool,
    running: bool,
    failed: bool,
    left: bool,
    begun: bool,
    /// Its children that wait, by step.
    waiting: Vec<usize>,
}

impl Tenant {
    /// It can't end well any more.
    fn bad(&self) -> bool {
        self.failed || self.left
    }

    fn ended_well(&self) -> bool {
        !self.bad() && !self.running && self.waiting.is_empty()
    }
}

/// The tenants, in order of their first child.
fn tenants(children: &[Child]) -> Vec<Tenant> {
    let mut places: BTreeMap<TenantId, usize> = BTreeMap::new();
    let mut tenants: Vec<Tenant> = Vec::new();
    for (index, child) in children.iter().enumerate() {
        let place = *places.entry(child.tenant).or_insert_with(|| {
            tenants.push(Tenant::default());
            tenants.len() - 1
        });
        let tenant = &mut tenants[place];
        tenant.canary |= child.canary;
        match child.standing {
            Standing::Waiting => tenant.waiting.push(index),
            Standing::Running => tenant.running = true,
            Standing::Good => tenant.begun = true,
            Standing::Failed => tenant.failed = true,
            Standing::Left => tenant.left = true,
        }
    }
    for tenant in &mut tenants {
        tenant.waiting.sort_by_key(|child| children[*child].step);
    }
    tenants
}

/// The next child of each tenant that may start one: first of those that have begun, so that few tenants are left in the middle.
fn candidates(tenants: &[Tenant]) -> impl Iterator<Item = usize> + '_ {
    let only_canaries = tenants.iter().any(|tenant| tenant.canary && !tenant.ended_well());
    let ready = move |tenant: &&Tenant| !tenant.bad() && !tenant.running && (tenant.canary || !only_canaries);
    let next = move |begun: bool| {
        tenants.iter().filter(ready).filter(move |tenant| tenant.begun == begun).filter_map(|tenant| tenant.waiting.first().copied())
    };
    next(true).chain(next(false))
}

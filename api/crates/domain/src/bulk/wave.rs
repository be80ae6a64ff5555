//! Which tenants of a bulk change start next: canaries first, then waves, as many at once as may be, until too many have failed.
//!
//! The rules are those of CloudFormation StackSets' operation preferences (`max concurrent`, `failure tolerance`, and its two concurrency
//! modes), with canaries before everything else. The planner keeps nothing: it is asked after every outcome, and says the same however
//! often it is asked, so a crash between two answers loses nothing.

use std::collections::BTreeMap;

use crate::id::TenantId;
use crate::text_enum;

text_enum! {
    /// How the number of tenants in flight follows from the failure tolerance.
    Concurrency {
        /// Never more in flight than could fail: at most tolerance + 1 tenants fail, whatever happens.
        StrictFailureTolerance = "STRICT_FAILURE_TOLERANCE",
        /// The maximum stays in flight until the tolerance is exceeded: quicker, and those in flight then may fail too.
        SoftFailureTolerance = "SOFT_FAILURE_TOLERANCE",
    }
}

/// How many tenants may fail before no other one is started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tolerance {
    /// So many.
    Count(u32),
    /// So many of a hundred, rounded down; 100 never stops.
    Percent(u8),
}

impl Tolerance {
    /// The number of tenants, of so many.
    pub fn of(self, tenants: usize) -> usize {
        match self {
            Tolerance::Count(count) => count as usize,
            Tolerance::Percent(percent) => tenants * usize::from(percent.min(100)) / 100,
        }
    }
}

/// What bounds a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// The most tenants in flight; none counts as one.
    pub max_concurrent: usize,
    /// How many may fail.
    pub tolerance: Tolerance,
    /// How the two meet.
    pub concurrency: Concurrency,
}

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

text_enum! {
    /// Why a child is not started any more.
    Leave {
        /// A step before it, of the same tenant, did not end well.
        StepBeforeFailed = "STEP_BEFORE_FAILED",
        /// A canary did not end well.
        CanaryFailed = "CANARY_FAILED",
        /// More tenants failed than the tolerance allows.
        ToleranceExceeded = "TOLERANCE_EXCEEDED",
    }
}

/// What is to be done now. Children are named by their index.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wave {
    /// Start these, in this order.
    pub start: Vec<usize>,
    /// Never start these.
    pub leave: Vec<(usize, Leave)>,
    /// Nothing runs, and nothing will: the run is over.
    pub over: bool,
}

/// The next wave of a run whose tenants go in the order in which `children` first names them.
pub fn next(pace: &Pace, children: &[Child]) -> Wave {
    let tenants = tenants(children);
    let failed = tenants.iter().filter(|tenant| tenant.failed).count();
    let tolerance = pace.tolerance.of(tenants.len());
    let stop = if tenants.iter().any(|tenant| tenant.canary && tenant.bad()) {
        Some(Leave::CanaryFailed)
    } else {
        (failed > tolerance).then_some(Leave::ToleranceExceeded)
    };
    let mut wave = Wave::default();
    for tenant in &tenants {
        // What a tenant's own step says is nearer to the point than what others' say.
        let why = tenant.bad().then_some(Leave::StepBeforeFailed).or(stop);
        wave.leave.extend(why.iter().flat_map(|why| tenant.waiting.iter().map(|child| (*child, *why))));
    }
    let running = tenants.iter().filter(|tenant| tenant.running).count();
    if stop.is_none() {
        let most = match pace.concurrency {
            Concurrency::StrictFailureTolerance => pace.max_concurrent.max(1).min(tolerance - failed + 1),
            Concurrency::SoftFailureTolerance => pace.max_concurrent.max(1),
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

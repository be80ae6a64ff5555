//! The planner of a bulk change's waves, against a reference model that was written for itself: queues and counters that live through a
//! run, where the planner only ever looks at where the children stand.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use chrono::{DateTime, TimeDelta};
use domain::bulk::wave::{Child, Standing, next};
use domain::bulk::{BulkRun, BulkStrategy, ChangeFacts, ConcurrencyMode, FailureTolerance, ItemFacts, NotStarted, RunKind};
use domain::change::status::ChangeStatus;
use domain::id::{MemberId, TenantId};
use proptest::collection::vec;
use proptest::prelude::*;
use uuid::Uuid;

/// A run that is to be: what each tenant's steps come to, and in which order they end.
#[derive(Clone, Debug)]
struct Script {
    pace: BulkStrategy,
    /// Per tenant: whether it is a canary, and whether each of its steps ends well.
    tenants: Vec<(bool, Vec<bool>)>,
    /// Which of those in flight end next, and how many before the planner is asked again.
    ends: Vec<(u16, u8)>,
    /// A member stops the run after so many looks of the planner.
    stopped_after: Option<usize>,
}

prop_compose! {
    fn script()(
        max_concurrent in 0u16..10,
        failure_tolerance in prop_oneof![(0u32..6).prop_map(FailureTolerance::Count), (0u8..=100).prop_map(FailureTolerance::Percent)],
        concurrency_mode in prop::sample::select(ConcurrencyMode::ALL),
        failing in 0u32..60,
        tenants in vec((prop::bool::weighted(0.15), vec(0u32..100, 1..4)), 0..40),
        ends in vec((any::<u16>(), 1u8..5), 64),
        stopped_after in prop::option::weighted(0.2, 0usize..20),
    ) -> Script {
        let tenants = tenants.into_iter().map(|(canary, steps)| (canary, steps.into_iter().map(|luck| luck >= failing).collect())).collect();
        Script { pace: BulkStrategy { max_concurrent, failure_tolerance, concurrency_mode, ..BulkStrategy::default() }, tenants, ends, stopped_after }
    }
}

/// The children as the product keeps them: in a table, by place, with where each stands.
fn children(script: &Script) -> Vec<Child> {
    let steps = script.tenants.iter().enumerate().flat_map(|(tenant, (canary, steps))| {
        (0..steps.len()).map(move |step| Child {
            tenant: TenantId(Uuid::from_u128(tenant as u128 + 1)),
            step: step as u16,
            canary: *canary,
            standing: Standing::Waiting,
        })
    });
    steps.collect()
}

fn place(child: &Child) -> (usize, usize) {
    (child.tenant.0.as_u128() as usize - 1, usize::from(child.step))
}

/// The reference: a machine that is told what ends, and hands out what starts.
struct Model {
    most: usize,
    strict: bool,
    tolerance: usize,
    steps: Vec<usize>,
    canaries: BTreeSet<usize>,
    queue: VecDeque<usize>,
    /// Tenants that have done a step and have another one to do, with that step.
    resting: BTreeMap<usize, usize>,
    in_flight: BTreeMap<usize, usize>,
    done: BTreeSet<usize>,
    failed: BTreeSet<usize>,
    halted: bool,
}

impl Model {
    fn new(script: &Script) -> Self {
        let count = script.tenants.len();
        let tolerance = match script.pace.failure_tolerance {
            FailureTolerance::Count(count) => count as usize,
            FailureTolerance::Percent(percent) => (count as f64 * f64::from(percent) / 100.0 + 1e-9).floor() as usize,
        };
        let canaries: BTreeSet<usize> = (0..count).filter(|tenant| script.tenants[*tenant].0).collect();
        let queue = canaries.iter().copied().chain((0..count).filter(|tenant| !canaries.contains(tenant))).collect();
        Model {
            most: if script.pace.max_concurrent == 0 { 1 } else { usize::from(script.pace.max_concurrent) },
            strict: script.pace.concurrency_mode == ConcurrencyMode::Strict,
            tolerance,
            steps: script.tenants.iter().map(|(_, steps)| steps.len()).collect(),
            canaries,
            queue,
            resting: BTreeMap::new(),
            in_flight: BTreeMap::new(),
            done: BTreeSet::new(),
            failed: BTreeSet::new(),
            halted: false,
        }
    }

    /// What starts now.
    fn hand_out(&mut self) -> Vec<(usize, usize)> {
        if self.failed.len() > self.tolerance || self.canaries.intersection(&self.failed).next().is_some() {
            self.halted = true;
        }
        let mut out = Vec::new();
        while !self.halted {
            let budget = if self.strict { (self.tolerance + 1 - self.failed.len()).min(self.most) } else { self.most };
            if self.in_flight.len() >= budget {
                break;
            }
            let canaries_done = self.canaries.is_subset(&self.done);
            let resting = self.resting.keys().copied().find(|tenant| canaries_done || self.canaries.contains(tenant));
            let (tenant, step) = match (resting, self.queue.front().copied()) {
                (Some(tenant), _) => (tenant, self.resting.remove(&tenant).unwrap()),
                (None, Some(tenant)) if canaries_done || self.canaries.contains(&tenant) => {
                    self.queue.pop_front();
                    (tenant, 0)
                }
                _ => break,
            };
            self.in_flight.insert(tenant, step);
            out.push((tenant, step));
        }
        out
    }

    fn ended(&mut self, tenant: usize, well: bool) {
        let step = self.in_flight.remove(&tenant).unwrap();
        if !well {
            self.failed.insert(tenant);
        } else if step + 1 == self.steps[tenant] {
            self.done.insert(tenant);
        } else {
            self.resting.insert(tenant, step + 1);
        }
    }

    fn stop(&mut self) {
        self.halted = true;
    }
}

/// Runs a script to its end, the planner and the model side by side, and checks every step.
fn run(script: &Script) -> Result<(), TestCaseError> {
    let mut children = children(script);
    let mut model = Model::new(script);
    let tolerance = model.tolerance;
    let mut ends = script.ends.iter().cycle();
    let mut touched: BTreeSet<(usize, usize)> = BTreeSet::new();
    let looks = children.len() * 2 + 3;
    for look in 0..looks {
        if script.stopped_after == Some(look) {
            model.stop();
            children.iter_mut().filter(|child| child.standing == Standing::Waiting).for_each(|child| child.standing = Standing::Left);
        }
        let wave = next(&script.pace, &children);
        let expected = model.hand_out();
        let started: Vec<_> = wave.start.iter().map(|child| place(&children[*child])).collect();
        prop_assert_eq!(&started, &expected, "look {}", look);
        again_after_each(script, &children, &wave.start, &wave.leave)?;
        for (child, _) in &wave.leave {
            prop_assert_eq!(children[*child].standing, Standing::Waiting);
            children[*child].standing = Standing::Left;
        }
        for child in &wave.start {
            prop_assert_eq!(children[*child].standing, Standing::Waiting, "nothing starts twice");
            children[*child].standing = Standing::Running;
            touched.insert(place(&children[*child]));
        }
        holds(script, &children, tolerance)?;
        let running: Vec<usize> = (0..children.len()).filter(|child| children[*child].standing == Standing::Running).collect();
        prop_assert_eq!(wave.over, running.is_empty());
        if wave.over {
            return end(script, &model, &children, &touched);
        }
        let (which, many) = ends.next().copied().unwrap();
        let mut running = running;
        for _ in 0..many {
            if running.is_empty() {
                break;
            }
            let child = running.remove(usize::from(which) % running.len());
            let (tenant, step) = place(&children[child]);
            let well = script.tenants[tenant].1[step];
            children[child].standing = if well { Standing::Good } else { Standing::Failed };
            model.ended(tenant, well);
        }
    }
    Err(TestCaseError::fail("it never ends"))
}

/// A crash after any part of a wave: who asks again gets the rest of it.
fn again_after_each(script: &Script, children: &[Child], start: &[usize], leave: &[(usize, NotStarted)]) -> Result<(), TestCaseError> {
    let mut half = children.to_vec();
    for done in 0..=start.len() {
        prop_assert_eq!(&next(&script.pace, &half).start, &start[done..]);
        if let Some(child) = start.get(done) {
            half[*child].standing = Standing::Running;
        }
    }
    for done in 0..leave.len() {
        half[leave[done].0].standing = Standing::Left;
        let rest: BTreeSet<usize> = next(&script.pace, &half).leave.iter().map(|(child, _)| *child).collect();
        prop_assert_eq!(rest, leave[done + 1..].iter().map(|(child, _)| *child).collect::<BTreeSet<_>>());
    }
    Ok(())
}

/// What holds at every moment.
fn holds(script: &Script, children: &[Child], tolerance: usize) -> Result<(), TestCaseError> {
    let of = |standing: Standing| children.iter().filter(move |child| child.standing == standing);
    let running: BTreeSet<_> = of(Standing::Running).map(|child| child.tenant).collect();
    prop_assert_eq!(running.len(), of(Standing::Running).count(), "one at a time in a tenant");
    prop_assert!(running.len() <= usize::from(script.pace.max_concurrent.max(1)));
    let failed: BTreeSet<_> = of(Standing::Failed).map(|child| child.tenant).collect();
    if script.pace.concurrency_mode == ConcurrencyMode::Strict {
        prop_assert!(failed.len() <= tolerance + 1, "{} failed with a tolerance of {tolerance}", failed.len());
        let at_risk = failed.len() + running.len();
        prop_assert!(at_risk <= tolerance + 1 || running.is_empty() || failed.len() + 1 > tolerance, "{at_risk} at risk");
    }
    let canaries_good = children.iter().filter(|child| child.canary).all(|child| child.standing == Standing::Good);
    let others_untouched =
        children.iter().filter(|child| !child.canary).all(|child| matches!(child.standing, Standing::Waiting | Standing::Left));
    prop_assert!(canaries_good || others_untouched, "canaries end before others start");
    for child in children.iter().filter(|child| !matches!(child.standing, Standing::Waiting | Standing::Left)) {
        let before = children.iter().filter(|other| other.tenant == child.tenant && other.step < child.step);
        prop_assert!(before.into_iter().all(|other| other.standing == Standing::Good), "no step before the one it needs");
    }
    Ok(())
}

/// What holds at the end.
fn end(script: &Script, model: &Model, children: &[Child], touched: &BTreeSet<(usize, usize)>) -> Result<(), TestCaseError> {
    for child in children {
        let (tenant, step) = place(child);
        let as_scripted = if script.tenants[tenant].1[step] { Standing::Good } else { Standing::Failed };
        let expected = if touched.contains(&(tenant, step)) { as_scripted } else { Standing::Left };
        prop_assert_eq!(child.standing, expected, "tenant {} step {}", tenant, step);
    }
    if !model.halted {
        let untouched = children.iter().filter(|child| child.standing == Standing::Left);
        prop_assert!(untouched.into_iter().all(|child| model.failed.contains(&place(child).0)), "only what needs a failed step is left");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn whatever_fails_the_planner_does_what_the_model_does(script in script()) {
        run(&script)?;
    }
}

fn of(tenants: usize, failing: &[usize], pace: BulkStrategy) -> Script {
    let tenants = (0..tenants).map(|tenant| (false, vec![!failing.contains(&tenant)])).collect();
    Script { pace, tenants, ends: vec![(0, 1)], stopped_after: None }
}

fn strict(max_concurrent: u16, tolerance: u32) -> BulkStrategy {
    BulkStrategy { max_concurrent, failure_tolerance: FailureTolerance::Count(tolerance), ..BulkStrategy::default() }
}

#[test]
fn strict_starts_with_no_more_than_may_fail_and_one() {
    assert_eq!(next(&strict(16, 2), &children(&of(10, &[], strict(16, 2)))).start, [0, 1, 2]);
    assert_eq!(next(&strict(2, 5), &children(&of(10, &[], strict(2, 5)))).start, [0, 1]);
    let soft = BulkStrategy { concurrency_mode: ConcurrencyMode::Soft, ..strict(4, 0) };
    assert_eq!(next(&soft, &children(&of(10, &[], soft.clone()))).start, [0, 1, 2, 3]);
}

#[test]
fn each_failure_takes_one_from_those_in_flight() {
    let mut some = children(&of(10, &[], strict(16, 2)));
    some[0].standing = Standing::Failed;
    some[1].standing = Standing::Running;
    assert_eq!(next(&strict(16, 2), &some).start, [2]);
    some[2].standing = Standing::Failed;
    assert_eq!(next(&strict(16, 2), &some).start, [0usize; 0]);
    some[1].standing = Standing::Failed;
    let wave = next(&strict(16, 2), &some);
    assert!(wave.start.is_empty() && wave.over);
    assert_eq!(wave.leave.iter().map(|(child, _)| *child).collect::<Vec<_>>(), [3, 4, 5, 6, 7, 8, 9]);
    assert!(wave.leave.iter().all(|(_, why)| *why == NotStarted::ToleranceExceeded));
}

#[test]
fn a_failed_canary_stops_the_rest_whatever_is_tolerated() {
    let pace = strict(16, 5);
    let mut some = children(&of(4, &[], pace.clone()));
    some[2].canary = true;
    assert_eq!(next(&pace, &some).start, [2]);
    some[2].standing = Standing::Running;
    assert_eq!(next(&pace, &some).start, [0usize; 0]);
    some[2].standing = Standing::Failed;
    let wave = next(&pace, &some);
    assert!(wave.over);
    assert_eq!(wave.leave, [(0, NotStarted::CanaryFailed), (1, NotStarted::CanaryFailed), (3, NotStarted::CanaryFailed)]);
}

#[test]
fn a_tenants_next_step_goes_before_another_tenants_first() {
    let pace = strict(1, 9);
    let mut some = children(&Script { tenants: vec![(false, vec![true]), (false, vec![true, true])], ..of(0, &[], pace.clone()) });
    some[1].standing = Standing::Good;
    assert_eq!(next(&pace, &some).start, [2]);
    some[1].standing = Standing::Failed;
    let wave = next(&pace, &some);
    assert_eq!((wave.start, wave.leave), (vec![0], vec![(2, NotStarted::PrerequisiteFailed)]));
}

#[test]
fn a_percentage_is_rounded_down() {
    assert_eq!(FailureTolerance::Percent(10).of(500), 50);
    assert_eq!(FailureTolerance::Percent(10).of(19), 1);
    assert_eq!(FailureTolerance::Percent(10).of(9), 0);
    assert_eq!(FailureTolerance::Percent(100).of(7), 7);
}

#[test]
fn a_run_without_children_is_over() {
    assert!(next(&strict(4, 0), &[]).over);
}

#[test]
fn a_child_stands_where_its_facts_say() {
    let at = DateTime::UNIX_EPOCH;
    let run = |kind| BulkRun { kind, by: MemberId(Uuid::nil()), at, digest: String::new(), stopped_at: None, stopped_by: None };
    let change = |status| Some(ChangeFacts { status, write_performed: None, outcome_unknown: false });
    let forwards = |facts: ItemFacts| Standing::of(&run(RunKind::Apply), &ItemFacts { queued: true, ..facts }, Some(at), None);
    let facts = ItemFacts { planned: true, change: change(ChangeStatus::DryRunComplete), ..ItemFacts::default() };
    assert_eq!(forwards(facts), Some(Standing::Waiting));
    assert_eq!(
        forwards(ItemFacts { change: change(ChangeStatus::Draft), ..facts }),
        Some(Standing::Waiting),
        "the gate says what is wrong"
    );
    assert_eq!(forwards(ItemFacts { change: change(ChangeStatus::Applying), ..facts }), Some(Standing::Running));
    assert_eq!(forwards(ItemFacts { change: change(ChangeStatus::Applied), ..facts }), Some(Standing::Good));
    assert_eq!(forwards(ItemFacts { change: change(ChangeStatus::RolledBack), ..facts }), Some(Standing::Good));
    assert_eq!(forwards(ItemFacts { change: change(ChangeStatus::Failed), ..facts }), Some(Standing::Failed));
    assert_eq!(forwards(ItemFacts { apply_failed: true, ..facts }), Some(Standing::Failed));
    assert_eq!(forwards(ItemFacts { not_started: Some(NotStarted::Stopped), ..facts }), Some(Standing::Left));
    assert_eq!(forwards(ItemFacts { change: change(ChangeStatus::Cancelled), ..facts }), Some(Standing::Left));
    assert_eq!(forwards(ItemFacts { excluded: true, ..facts }), None);
    assert_eq!(Standing::of(&run(RunKind::Apply), &facts, None, None), None, "it is in no run");
    let earlier = Some(at - TimeDelta::microseconds(1));
    assert_eq!(Standing::of(&run(RunKind::Apply), &facts, earlier, None), None, "it is in an earlier run");

    let back = |facts: ItemFacts| Standing::of(&run(RunKind::Rollback), &facts, Some(at), Some(at));
    let applied = ItemFacts { rolling_back: true, change: change(ChangeStatus::Applied), ..facts };
    assert_eq!(back(applied), Some(Standing::Waiting));
    assert_eq!(back(ItemFacts { rollback: Some(ChangeStatus::Applying), ..applied }), Some(Standing::Running));
    assert_eq!(back(ItemFacts { rollback: Some(ChangeStatus::Failed), ..applied }), Some(Standing::Failed));
    assert_eq!(back(ItemFacts { rolling_back: false, ..applied }), Some(Standing::Failed));
    assert_eq!(back(ItemFacts { change: change(ChangeStatus::RolledBack), ..applied }), Some(Standing::Good));
    assert_eq!(Standing::of(&run(RunKind::Rollback), &applied, Some(at), None), None);
}

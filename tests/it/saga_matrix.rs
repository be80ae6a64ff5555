//! The crash harness over every kind of change (promises P1 to P4, P17 and P25): each step of the apply saga x each fault x a crash or a
//! pause of its worker past the lease, and a random walk through combinations of them.
//!
//! SQLite takes the whole matrix, PostgreSQL every other scenario of it, so that each step, each fault and both kinds of stop are tried with
//! every kind of change. `CAUSEWAY_LAB_FULL=1` gives PostgreSQL the whole matrix too, `CAUSEWAY_LAB_WALK` sets the number of random runs for
//! each kind and database, and `CAUSEWAY_LAB_SEED` repeats a walk.

use domain::change::kind::ChangeKind;
use harness::Database;
use harness::lab::cases::cases;
use harness::lab::{Dice, Lane, Record, Scenario, Table, matrix, run, side_by_side, walk};

on_both_databases!(state_name_and_grant, other_controls, people_and_apps, conditions, coming_and_going, named_locations);

/// Lanes side by side in one test; the tests run side by side too.
const LANES: usize = 3;
/// Random runs for each kind and database, beside the matrix.
const WALK: usize = 10;
/// What both databases together must make.
const RUNS: usize = 2_000;

const STATE_NAME_AND_GRANT: &[ChangeKind] = &[ChangeKind::PolicyStateChange, ChangeKind::PolicyRename, ChangeKind::PolicyGrantChange];
const OTHER_CONTROLS: &[ChangeKind] =
    &[ChangeKind::PolicyTermsOfUseChange, ChangeKind::PolicySessionChange, ChangeKind::PolicyDeviceFilterChange];
const PEOPLE_AND_APPS: &[ChangeKind] =
    &[ChangeKind::PolicyAssignmentChange, ChangeKind::PolicyApplicationChange, ChangeKind::PolicyAuthContextChange];
const CONDITIONS: &[ChangeKind] = &[ChangeKind::PolicyConditionChange, ChangeKind::PolicyRiskConditionChange];
const COMING_AND_GOING: &[ChangeKind] = &[ChangeKind::PolicyCreate, ChangeKind::PolicyDelete, ChangeKind::PolicyRestore];
const NAMED_LOCATIONS: &[ChangeKind] = &[ChangeKind::LocationCreate, ChangeKind::LocationUpdate, ChangeKind::LocationDelete];

/// One run to be: the case's place in the table, and what is in its way.
type Plan = (usize, Scenario);

async fn state_name_and_grant(database: Database) {
    nothing_is_lost_or_doubled(database, STATE_NAME_AND_GRANT).await;
}

async fn other_controls(database: Database) {
    nothing_is_lost_or_doubled(database, OTHER_CONTROLS).await;
}

async fn people_and_apps(database: Database) {
    nothing_is_lost_or_doubled(database, PEOPLE_AND_APPS).await;
}

async fn conditions(database: Database) {
    nothing_is_lost_or_doubled(database, CONDITIONS).await;
}

async fn coming_and_going(database: Database) {
    nothing_is_lost_or_doubled(database, COMING_AND_GOING).await;
}

async fn named_locations(database: Database) {
    nothing_is_lost_or_doubled(database, NAMED_LOCATIONS).await;
}

#[test]
fn every_kind_is_tried_and_often_enough() {
    let parts = [STATE_NAME_AND_GRANT, OTHER_CONTROLS, PEOPLE_AND_APPS, CONDITIONS, COMING_AND_GOING, NAMED_LOCATIONS];
    let mut kinds = parts.concat();
    kinds.sort();
    assert_eq!(kinds, ChangeKind::ALL);
    assert_eq!(cases().iter().map(|case| case.kind).collect::<Vec<_>>(), ChangeKind::ALL);
    let runs: usize = parts.iter().map(|part| plans(part, 1, true).len() + plans(part, 1, false).len()).sum();
    assert!(runs >= RUNS, "{runs} runs");
}

async fn nothing_is_lost_or_doubled(database: Database, kinds: &'static [ChangeKind]) {
    let seed = setting("CAUSEWAY_LAB_SEED").unwrap_or(20_261_121);
    let plans = plans(kinds, seed, database == Database::Sqlite || setting("CAUSEWAY_LAB_FULL") == Some(1));
    let all = plans.clone();
    let lanes = side_by_side(LANES, move |lane| drive(database, all.iter().skip(lane).step_by(LANES).cloned().collect())).await;
    let mut table = Table::default();
    lanes.iter().flatten().for_each(|record| table.add(record));
    println!("{database:?}, seed {seed}\n{table}");
    if let Some(broken) = table.broken() {
        panic!("seed {seed}: {broken}");
    }
    assert_eq!(table.runs(), plans.len());
}

/// The whole matrix of every kind, or the dark squares of it, then the walk.
fn plans(kinds: &[ChangeKind], seed: u64, whole: bool) -> Vec<Plan> {
    let cases = cases();
    let chosen: Vec<usize> = (0..cases.len()).filter(|case| kinds.contains(&cases[*case].kind)).collect();
    let mut plans: Vec<Plan> = Vec::new();
    for case in &chosen {
        let taken = matrix().into_iter().filter(|square| whole || (square.place.iter().sum::<usize>() + case).is_multiple_of(2));
        plans.extend(taken.map(|square| (*case, square.scenario)));
    }
    let walks = setting("CAUSEWAY_LAB_WALK").map_or(WALK, |walks| usize::try_from(walks).unwrap());
    let mut dice = Dice::new(seed);
    plans.extend((0..walks * chosen.len()).map(|_| (*dice.pick(&chosen), walk(&mut dice))));
    plans
}

async fn drive(database: Database, plans: Vec<Plan>) -> Vec<Record> {
    let cases = cases();
    let mut lane = Lane::open(database).await;
    let mut records = Vec::with_capacity(plans.len());
    for (case, scenario) in &plans {
        records.push(run(&mut lane, &cases[*case], scenario).await);
    }
    lane.close(&mut records).await;
    records
}

fn setting(name: &str) -> Option<u64> {
    api::system::environment().get(name).map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is a number")))
}

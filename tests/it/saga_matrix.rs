//! The crash harness over every kind of change (promises P1 to P4, P17 and P25): each step of the apply saga x each fault x a crash or a
//! pause of its worker past the lease, and a random walk through combinations of them.
//!
//! SQLite takes the whole matrix, PostgreSQL every other scenario of it, so that each step, each fault and both kinds of stop are tried with
//! every kind of change. `CAUSEWAY_LAB_FULL=1` gives PostgreSQL the whole matrix too, `CAUSEWAY_LAB_WALK` sets the number of random runs for
//! each database, `CAUSEWAY_LAB_SEED` repeats a walk, and `CAUSEWAY_LAB_KIND` tries one kind only.

use domain::change::kind::ChangeKind;
use harness::Database;
use harness::lab::cases::cases;
use harness::lab::{Dice, Lane, Record, Scenario, Table, matrix, run, side_by_side, walk};

on_both_databases!(nothing_is_lost_or_doubled);

/// Lanes side by side; more only share the same cores.
const LANES: usize = 6;
/// Random runs beside the matrix: both databases together make more than 2,000 runs.
const WALK: usize = 170;

/// One run to be: the case's place in the table, and what is in its way.
type Plan = (usize, Scenario);

async fn nothing_is_lost_or_doubled(database: Database) {
    let number = |name: &str| setting(name).map(|text| text.parse::<u64>().unwrap_or_else(|_| panic!("{name} is a number")));
    let seed = number("CAUSEWAY_LAB_SEED").unwrap_or(20_261_121);
    let walks = number("CAUSEWAY_LAB_WALK").map_or(WALK, |runs| usize::try_from(runs).unwrap());
    let only = setting("CAUSEWAY_LAB_KIND").map(|kind| kind.parse::<ChangeKind>().unwrap());
    let whole = database == Database::Sqlite || setting("CAUSEWAY_LAB_FULL").is_some_and(|text| text == "1");
    let plans = plans(seed, walks, only, whole);
    let all = plans.clone();
    let lanes = side_by_side(LANES, move |lane| drive(database, all.iter().skip(lane).step_by(LANES).cloned().collect())).await;
    let mut table = Table::default();
    lanes.iter().flatten().for_each(|record| table.add(record));
    println!("{database:?}, seed {seed}\n{table}");
    if let Some(broken) = table.broken() {
        panic!("seed {seed}: {broken}");
    }
    assert_eq!(table.kinds(), only.map_or(ChangeKind::ALL.to_vec(), |kind| vec![kind]), "every kind has its case");
    assert_eq!(table.runs(), plans.len());
}

/// The matrix of every case, or the dark squares of it, then the walk.
fn plans(seed: u64, walks: usize, only: Option<ChangeKind>, whole: bool) -> Vec<Plan> {
    let cases = cases();
    let chosen: Vec<usize> = (0..cases.len()).filter(|case| only.is_none_or(|kind| cases[*case].kind == kind)).collect();
    let mut plans: Vec<Plan> = Vec::new();
    for case in &chosen {
        let taken = matrix().into_iter().filter(|square| whole || (square.place.iter().sum::<usize>() + case).is_multiple_of(2));
        plans.extend(taken.map(|square| (*case, square.scenario)));
    }
    let mut dice = Dice::new(seed);
    plans.extend((0..walks).map(|_| (*dice.pick(&chosen), walk(&mut dice))));
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

fn setting(name: &str) -> Option<String> {
    api::system::environment().remove(name)
}

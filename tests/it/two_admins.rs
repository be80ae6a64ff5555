//! Two admins on one policy at the same instant, adding different users (promise P7): both users are there at the end, or one admin was
//! told of the conflict. `CAUSEWAY_LAB_SCHEDULES` sets the number of random schedules for each test and database.

use harness::Database;
use harness::lab::{Contest, Dice, Fate, Meeting, Rivals, side_by_side};

on_both_databases!(at_the_same_instant, in_any_order);

/// Lanes side by side.
const LANES: usize = 3;
/// Random schedules for each test and database: a thousand in all.
const SCHEDULES: usize = 250;
const SEED: u64 = 20_261_121;

/// Both have reviewed the same base and apply together: one at most can win.
async fn at_the_same_instant(database: Database) {
    let fates = nobodys_update_is_lost(database, Meeting::Together).await;
    assert!(fates.iter().all(|fates| fates.contains(&Fate::Applied)));
}

/// Each at its own pace, and sometimes one after the other has finished: then both win.
async fn in_any_order(database: Database) {
    let fates = nobodys_update_is_lost(database, Meeting::ByChance).await;
    assert!(fates.contains(&[Fate::Applied; 2]), "none of {} schedules let both win", fates.len());
}

async fn nobodys_update_is_lost(database: Database, meeting: Meeting) -> Vec<[Fate; 2]> {
    let schedules = api::system::environment().remove("CAUSEWAY_LAB_SCHEDULES").map_or(SCHEDULES, |text| text.parse().unwrap());
    let share = move |lane| schedules / LANES + usize::from(lane < schedules % LANES);
    let lanes = side_by_side(LANES, move |lane| drive(database, meeting, SEED + lane as u64, share(lane))).await;
    let contests: Vec<Contest> = lanes.into_iter().flatten().collect();
    let fates: Vec<[Fate; 2]> = contests.iter().map(|contest| contest.fates).collect();
    let broken: Vec<String> = contests.into_iter().flat_map(|contest| contest.broken).collect();
    let count = |wanted: &dyn Fn(&[Fate; 2]) -> bool| fates.iter().filter(|fates| wanted(fates)).count();
    let one = |fate: Fate| count(&|fates| fates.contains(&fate));
    println!("{database:?}, {meeting:?}: {} schedules of two admins, seed {SEED}", fates.len());
    println!("both users are there      {:>6}", count(&|fates| *fates == [Fate::Applied; 2]));
    println!("one was told of a conflict{:>6}", one(Fate::Conflict));
    println!("one was refused at apply  {:>6}", one(Fate::Refused));
    println!("lost, doubled or untrue   {:>6}", broken.len());
    assert_eq!(fates.len(), schedules);
    assert!(broken.is_empty(), "{} broken promises: {:#?}", broken.len(), &broken[..broken.len().min(20)]);
    fates
}

async fn drive(database: Database, meeting: Meeting, seed: u64, schedules: usize) -> Vec<Contest> {
    let mut rivals = Rivals::open(database, seed).await;
    let mut dice = Dice::new(seed);
    let mut contests = Vec::with_capacity(schedules);
    for _ in 0..schedules {
        contests.push(rivals.contest(&mut dice, meeting).await);
    }
    contests
}

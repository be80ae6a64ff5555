//! The table of rollout-engine.md A4, made again: how often a healthy policy is paused, and a harmful one let through.
//!
//! As there: three days, six attempts per user and day, a user is blocked or not (each with the true share as chance), blocked users retry
//! three times on average, 3 % of healthy attempts fail once and then succeed, looked at every 15 minutes. A fixed seed: every run is the
//! same run. 120 runs a cell for cohorts up to 60 users and 40 for those of 200, where the table has 300: an unoptimised build takes well
//! under a minute, and the bands say how far the smaller number may stray.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use domain::rollout::EvaluatedOutcome::{Failure, Success};
use domain::rollout::wilson::proven_above;
use domain::rollout::{Counter, Counts, EvaluatedSignIn, Guard, VerdictOutcome, verdict};

use super::given::{minute, row};
use super::random::Random;

const DAYS: u64 = 3;
const ATTEMPTS_A_DAY: u64 = 6;
const LOOK_MINUTES: i64 = 15;

/// One line of the table, in percent: users, true share blocked, and how often `attempts` pauses, `Wilson lower` pauses, advance is allowed.
struct Line {
    users: u64,
    share: u64,
    attempts: i64,
    wilson: i64,
    advance: i64,
}

const fn line(users: u64, share: u64, attempts: i64, wilson: i64, advance: i64) -> Line {
    Line { users, share, attempts, wilson, advance }
}

const TABLE: [Line; 11] = [
    line(30, 0, 0, 0, 100),
    line(30, 2, 4, 0, 56),
    line(30, 5, 25, 4, 23),
    line(30, 15, 86, 46, 1),
    line(30, 30, 100, 95, 0),
    line(60, 5, 19, 1, 38),
    line(60, 15, 95, 54, 1),
    line(200, 2, 0, 0, 100),
    line(200, 5, 9, 1, 88),
    line(200, 15, 100, 85, 0),
    line(15, 15, 72, 35, 0),
];

/// How far a cell may be from the table's, in percentage points: thrice the standard error of the smaller samples, and what the table does
/// not say of its simulation.
const BAND: i64 = 12;

/// The sign-ins of one run, in order.
fn sign_ins(random: &mut Random, users: u64, share: u64) -> Vec<EvaluatedSignIn> {
    let mut rows = Vec::new();
    let mut add = |second: i64, user: u64, app: u64, outcome| {
        let mut row = row(0, minute(0) + TimeDelta::seconds(second), u128::from(user) + 1, outcome);
        row.app = app.to_string();
        rows.push(row);
    };
    for user in 0..users {
        let blocked = random.percent(share);
        for attempt in 0..DAYS * ATTEMPTS_A_DAY {
            let mut second = random.below(DAYS * 86_400) as i64;
            // Each attempt of a user goes somewhere else: two that fall together stay two.
            if blocked {
                add(second, user, attempt, Failure);
                while random.percent(75) {
                    second += 20;
                    add(second, user, attempt, Failure);
                }
            } else {
                if random.percent(3) {
                    add(second, user, attempt, Failure);
                    second += 20;
                }
                add(second, user, attempt, Success);
            }
        }
    }
    rows.sort_by_key(|row| (row.at, row.user));
    for (number, row) in rows.iter_mut().enumerate() {
        row.id = format!("{number:08}");
    }
    rows
}

/// What the rules say of one run: `attempts` paused at some look, `Wilson lower` did, and the counts at the end.
fn run(random: &mut Random, users: u64, share: u64) -> (bool, bool, Counts) {
    let rows = sign_ins(random, users, share);
    let end = minute(0) + TimeDelta::days(DAYS as i64);
    let mut counter = Counter::new(minute(0), end, BTreeSet::new());
    let (mut attempts, mut wilson) = (false, false);
    let mut next_look = minute(LOOK_MINUTES);
    for row in &rows {
        while row.at >= next_look {
            next_look += TimeDelta::minutes(LOOK_MINUTES);
            if attempts && wilson {
                continue;
            }
            let counts = counter.clone().finish();
            attempts |= counts.attempts >= 50 && counts.attempt_users >= 10 && counts.blocked_attempts * 100 > 10 * counts.attempts;
            wilson |= proven_above(counts.blocked_users, counts.users, 1_000);
        }
        counter.add(row).unwrap();
    }
    (attempts, wilson, counter.finish())
}

#[test]
fn the_rules_pause_and_let_through_as_often_as_the_table_says() {
    let mut random = Random(42);
    for line in TABLE {
        let runs = if line.users > 100 { 40 } else { 120 };
        let (mut attempts, mut wilson, mut advance) = (0, 0, 0);
        for _ in 0..runs {
            let (by_attempts, by_users, end) = run(&mut random, line.users, line.share);
            let last = verdict(&end, &Guard::default(), true);
            attempts += i64::from(by_attempts);
            wilson += i64::from(by_users);
            advance += i64::from(last.outcome == VerdictOutcome::Healthy);
        }
        let percent = |count: i64| count * 100 / runs;
        let measured = (percent(attempts), percent(wilson), percent(advance));
        println!(
            "{} users, {} % blocked: {measured:?}, table ({}, {}, {})",
            line.users, line.share, line.attempts, line.wilson, line.advance
        );
        for (made, stated) in [(measured.0, line.attempts), (measured.1, line.wilson), (measured.2, line.advance)] {
            assert!((made - stated).abs() <= BAND, "{} users, {} %: {measured:?}", line.users, line.share);
        }
        if line.share > 10 {
            assert!(measured.2 <= 2, "a harmful policy goes on in {} % of all runs", measured.2);
        }
        if line.share == 0 {
            assert_eq!(measured, (0, 0, 100), "a harmless one is never stopped");
        }
    }
}

//! Speed of the evaluator on fixed, generated data (crates.md sections 10 and 11): 100 policies over 1,000,000 sign-ins of 20,000 users in 500
//! groups, 300 applications and 200 places. The engine, the totals of one edited policy, and the plain loop beside them in one run.
//!
//! `tests/load/evaluator` runs it. One core: nothing here starts a thread.
#![expect(clippy::disallowed_methods, clippy::print_stdout, reason = "a benchmark measures time and says so")]

mod data;

use std::hint::black_box;
use std::time::{Duration, Instant};

use chrono::NaiveDate;
use domain::evaluate::{Answer, Rule, Standing};
use domain::impact::engine::{Counts, Engine};
use domain::impact::{Simulation, evaluated};
use domain::signin::{Identity, SignIn, User};
use domain::summary::{Chunk, Person};

use data::{APPS, Dice, GROUPS, PLACES, POLICIES, SIGN_INS, USERS, chunk, chunk_head, number_of, policy, surroundings, user};

/// The plain loop takes its time: it gets so many of the sign-ins.
const SAMPLE: usize = 5_000;
const ROUNDS: usize = 9;

fn main() {
    let mut dice = Dice(0x5eed);
    let users: Vec<User> = (0..USERS).map(|number| user(number, &mut dice)).collect();
    let day = NaiveDate::from_ymd_opt(2026, 11, 20).expect("a day");
    let chunk = chunk(day, SIGN_INS, &mut dice);
    let surroundings = surroundings();
    let rules: Vec<Rule> = (0..POLICIES).map(|_| Rule::new(&policy(&mut dice), &surroundings)).collect();
    let identity = |person: &Person| Identity::User(users[number_of(person.id)].clone());

    let sample = chunk_head(&chunk, SAMPLE);
    let mut engine = Engine::new(&rules, &identity);
    engine.count(&sample);
    let (plain, plain_time) = timed(|| plainly(&rules, &sample, &identity));
    assert_eq!(engine.counts(), plain, "the engine and the plain loop disagree");
    let plain_rate = rate(POLICIES * SAMPLE, plain_time);

    let (masks, masks_time) = timed(|| Engine::new(&rules, &identity).masks(&chunk));
    let engine_time = median(|| {
        let mut engine = Engine::new(&rules, &identity);
        timed(|| engine.count_masked(&chunk, &masks)).1
    });
    let engine_rate = rate(POLICIES * SIGN_INS, engine_time);

    let edited = Rule::new(&policy(&mut dice), &surroundings);
    let (answers, answers_time) = timed(|| Simulation::new(&edited, &identity).answers(&chunk));
    let edit_time = median(|| timed(|| black_box(answers.count(&chunk))).1);
    let (_, edit_plain_time) = timed(|| plainly(std::slice::from_ref(&edited), &sample, &identity));
    let edit_plain_time = edit_plain_time * u32::try_from(SIGN_INS / SAMPLE).unwrap_or(u32::MAX);

    let mut engine = Engine::new(&rules, &identity);
    engine.count_masked(&chunk, &masks);
    let applied: u64 = engine.counts().iter().map(|counts| counts.satisfied + counts.interrupted + counts.refused).sum();
    println!("{POLICIES} policies x {SIGN_INS} sign-ins, {USERS} users, {GROUPS} groups, {APPS} applications, {PLACES} places, one core");
    println!("{applied} times a policy applies; the engine equals the plain loop on {SAMPLE} sign-ins");
    println!("| what | time | evaluations/s | beside the plain loop |");
    println!("|---|---|---|---|");
    println!("| plain loop, row by row ({SAMPLE} sign-ins) | {:.0} ms | {:.2} M | 1 |", ms(plain_time), plain_rate / 1e6);
    println!("| engine: tables, once | {:.1} ms | | |", ms(masks_time));
    println!(
        "| engine: rows, outcome counters per policy (median of {ROUNDS}) | {:.1} ms | {:.0} M | {:.0} x |",
        ms(engine_time),
        engine_rate / 1e6,
        engine_rate / plain_rate
    );
    println!("| one edited policy: tables | {:.1} ms | | |", ms(answers_time));
    println!(
        "| one edited policy: rows (median of {ROUNDS}) | {:.2} ms | {:.0} M | {:.0} x |",
        ms(edit_time),
        rate(SIGN_INS, edit_time) / 1e6,
        edit_plain_time.as_secs_f64() / edit_time.as_secs_f64()
    );
    println!("bar 1,000 M evaluations/s with counters per policy: {}", met(engine_rate >= 1e9));
    println!("bar 10 ms for one edited policy: {}", met(edit_time <= Duration::from_millis(10)));
}

/// Each sign-in put together, each policy asked.
fn plainly(rules: &[Rule], chunk: &Chunk, identity: &dyn Fn(&Person) -> Identity) -> Vec<Counts> {
    let mut counts = vec![Counts::default(); rules.len()];
    let rows = &chunk.rows;
    for row in 0..rows.sign_ins.len() {
        if !evaluated(&chunk.outcomes[rows.outcome[row] as usize]) {
            continue;
        }
        let sign_in = SignIn {
            identity: identity(&chunk.people[rows.person[row] as usize]),
            target: chunk.targets[rows.target[row] as usize].target.clone(),
            traits: chunk.traits[rows.traits[row] as usize].clone(),
            place: chunk.places[rows.place[row] as usize].clone(),
            device: chunk.devices[rows.device[row] as usize].clone(),
        };
        let kind = match &sign_in.identity {
            Identity::User(user) => user.kind,
            Identity::Workload(_) => None,
        };
        let sign_ins = u64::from(rows.sign_ins[row]);
        for (rule, counts) in rules.iter().zip(&mut counts) {
            match rule.verdict(&sign_in).applies {
                Answer::No => {}
                Answer::Unknown => counts.maybe += sign_ins,
                Answer::Yes => match rule.standing(kind, sign_in.device.as_ref(), &sign_in.traits) {
                    Standing::Satisfied => counts.satisfied += sign_ins,
                    Standing::Interrupted => counts.interrupted += sign_ins,
                    Standing::Refused => counts.refused += sign_ins,
                    Standing::Unknown => counts.undecided += sign_ins,
                },
            }
        }
    }
    counts
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let begin = Instant::now();
    let value = work();
    (value, begin.elapsed())
}

fn median(mut round: impl FnMut() -> Duration) -> Duration {
    let mut times: Vec<Duration> = (0..ROUNDS).map(|_| round()).collect();
    times.sort_unstable();
    times[ROUNDS / 2]
}

fn rate(evaluations: usize, time: Duration) -> f64 {
    evaluations as f64 / time.as_secs_f64()
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

fn met(met: bool) -> &'static str {
    if met { "met" } else { "NOT MET" }
}

//! Speed of the evaluator on fixed, generated data (crates.md sections 10 and 11): 100 policies over 1,000,000 sign-ins of 20,000 users in 500
//! groups, 300 applications and 200 places. The engine, the totals of one edited policy, and the plain loop beside them in one run.
//!
//! `tests/load/evaluator` runs it. One core: nothing here starts a thread.
#![expect(clippy::disallowed_methods, clippy::print_stdout, reason = "a benchmark measures time and says so")]

use std::collections::BTreeSet;
use std::hint::black_box;
use std::time::{Duration, Instant};

use chrono::NaiveDate;
use domain::document::PolicyDocument;
use domain::evaluate::{Answer, Location, Rule, Standing, Surroundings};
use domain::impact::engine::{Counts, Engine};
use domain::impact::{Simulation, evaluated};
use domain::signin::{
    ClientApp, Device, DeviceAttributes, Identity, Place, Platform, Proofs, RiskLevel, SignIn, Target, Traits, TrustType, User, UserKind,
};
use domain::summary::{AccessStatus, Asked, Chunk, Outcome, Person, Rows};
use serde_json::{Value, json};
use uuid::Uuid;

const POLICIES: usize = 100;
const SIGN_INS: usize = 1_000_000;
const USERS: usize = 20_000;
const GROUPS: usize = 500;
const APPS: usize = 300;
const PLACES: usize = 200;
/// The plain loop takes its time: it gets so many of the sign-ins.
const SAMPLE: usize = 5_000;
const ROUNDS: usize = 9;

fn main() {
    let mut dice = Dice(0x5eed);
    let users: Vec<User> = (0..USERS).map(|number| user(number, &mut dice)).collect();
    let chunk = chunk(SIGN_INS, &mut dice);
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

/// The same numbers in every run (Steele and Vigna's SplitMix64).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    /// Rather the first ones, as people use applications and places.
    fn often_first(&mut self, limit: usize) -> usize {
        self.below(limit).min(self.below(limit)).min(self.below(limit))
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.next() % 100 < percent
    }

    fn some(&mut self, of: fn(usize) -> String, limit: usize, most: usize) -> Vec<String> {
        let count = 1 + self.below(most);
        (0..count).map(|_| of(self.below(limit))).collect()
    }
}

fn user_id(number: usize) -> Uuid {
    Uuid::from_u128(0x1000_0000_0000_0000_0000_0000_0000_0000 + number as u128)
}

fn number_of(id: Uuid) -> usize {
    (id.as_u128() & 0xffff_ffff) as usize
}

fn group_id(number: usize) -> Uuid {
    Uuid::from_u128(0x2000_0000_0000_0000_0000_0000_0000_0000 + number as u128)
}

fn user_text(number: usize) -> String {
    user_id(number).to_string()
}

fn group_text(number: usize) -> String {
    group_id(number).to_string()
}

fn app(number: usize) -> String {
    Uuid::from_u128(0x4000_0000_0000_0000_0000_0000_0000_0000 + number as u128).to_string()
}

fn location_text(number: usize) -> String {
    Uuid::from_u128(0x5000_0000_0000_0000_0000_0000_0000_0000 + number as u128).to_string()
}

fn user(number: usize, dice: &mut Dice) -> User {
    let groups = (0..8).map(|_| group_id(dice.often_first(GROUPS))).collect::<BTreeSet<_>>();
    let kind = if number.is_multiple_of(20) { UserKind::B2bCollaborationGuest } else { UserKind::Member };
    User {
        id: user_id(number),
        kind: Some(kind),
        home_tenant: None,
        groups: Some(groups),
        unread: BTreeSet::new(),
        roles: Some(BTreeSet::new()),
    }
}

/// Twenty named locations: every second one a trusted network, the others countries.
fn surroundings() -> Surroundings {
    let mut surroundings = Surroundings { mfa_trusted_ips: Some(Vec::new()), ..Surroundings::default() };
    for number in 0..20 {
        let location = if number % 2 == 0 {
            Location::Networks { trusted: true, ranges: vec![format!("10.{number}.0.0/16").parse().expect("a range")] }
        } else {
            Location::Countries { codes: BTreeSet::from([country(number)]), unknown: false, gps: false }
        };
        surroundings.locations.insert(location_text(number), location);
    }
    surroundings
}

fn country(number: usize) -> String {
    let letter = |number: usize| char::from(b'A' + (number % 26) as u8);
    [letter(number), letter(number / 26 + 1)].iter().collect()
}

fn policy(dice: &mut Dice) -> PolicyDocument {
    let users = if dice.chance(50) {
        json!({ "includeUsers": ["All"], "excludeUsers": dice.some(user_text, USERS, 5), "excludeGroups": dice.some(group_text, GROUPS, 5) })
    } else {
        json!({ "includeGroups": dice.some(group_text, GROUPS, 40), "excludeGroups": dice.some(group_text, GROUPS, 5) })
    };
    let applications = if dice.chance(50) {
        json!({ "includeApplications": ["All"], "excludeApplications": dice.some(app, APPS, 5) })
    } else {
        json!({ "includeApplications": dice.some(app, APPS, 30) })
    };
    let locations = match dice.below(4) {
        0 => json!({ "includeLocations": ["All"], "excludeLocations": ["AllTrusted"] }),
        1 => json!({ "includeLocations": dice.some(location_text, 20, 5) }),
        _ => Value::Null,
    };
    let platforms = if dice.chance(30) { json!({ "includePlatforms": ["all"], "excludePlatforms": ["windows"] }) } else { Value::Null };
    let clients = if dice.chance(20) { json!(["exchangeActiveSync", "other"]) } else { json!(["all"]) };
    let risks = if dice.chance(20) { json!(["high", "medium"]) } else { json!([]) };
    let grant = match dice.below(4) {
        0 => json!({ "operator": "OR", "builtInControls": ["block"] }),
        1 => json!({ "operator": "OR", "builtInControls": ["compliantDevice", "domainJoinedDevice"] }),
        2 => json!({ "operator": "AND", "builtInControls": ["mfa", "compliantDevice"] }),
        _ => json!({ "operator": "OR", "builtInControls": ["mfa"] }),
    };
    let document = json!({
        "displayName": "generated", "state": "enabled", "grantControls": grant,
        "conditions": {
            "users": users, "applications": applications, "locations": locations, "platforms": platforms, "clientAppTypes": clients,
            "signInRiskLevels": risks,
        },
    });
    PolicyDocument::from_value(document).expect("an object")
}

fn chunk(rows: usize, dice: &mut Dice) -> Chunk {
    let people = (0..USERS).map(|number| Person {
        id: user_id(number),
        workload: false,
        name: format!("user{number}@contoso.example"),
        kind: None,
        home_tenant: None,
    });
    let targets =
        (0..APPS).map(|number| Asked { target: Target::Resource(app(number)), name: format!("App {number}"), client_id: String::new() });
    let places = (0..PLACES).map(|number| Place {
        ip: format!("10.{number}.3.4").parse().ok(),
        country: Some(Some(country(number))),
        gps_country: None,
    });
    let trusts = [TrustType::AzureAd, TrustType::ServerAd, TrustType::Workplace];
    let mut devices = vec![None, Some(Device::Unregistered)];
    for number in 0..48 {
        let attributes = DeviceAttributes {
            compliant: Some(number % 3 == 0),
            trust: Some(trusts[number % 3]),
            display_name: Some(format!("device {number}")),
            ..DeviceAttributes::default()
        };
        devices.push(Some(Device::Registered(Box::new(attributes))));
    }
    let mut traits = Vec::new();
    for client in [ClientApp::Browser, ClientApp::MobileAppsAndDesktopClients, ClientApp::ExchangeActiveSync, ClientApp::Other] {
        for platform in [Some(Platform::Windows), Some(Platform::Ios), Some(Platform::Android), Some(Platform::MacOs), None] {
            for risk in [RiskLevel::None, RiskLevel::Low, RiskLevel::High] {
                for mfa in [Some(true), Some(false), None] {
                    let proofs = Proofs { mfa, ..Proofs::default() };
                    let known =
                        Traits { client: Some(client), platform: Some(platform), sign_in_risk: Some(risk), proofs, ..Traits::default() };
                    traits.push(known);
                }
            }
        }
    }
    let outcome = |error_code, status| Outcome { error_code, status, told: true, results: Vec::new() };
    let outcomes = vec![
        outcome(0, AccessStatus::Success),
        outcome(0, AccessStatus::NotApplied),
        outcome(53003, AccessStatus::Failure),
        outcome(50126, AccessStatus::NotApplied),
    ];
    let mut columns = Rows::default();
    for _ in 0..rows {
        columns.person.push(dice.below(USERS) as u32);
        columns.target.push(dice.often_first(APPS) as u32);
        columns.place.push(dice.often_first(PLACES) as u32);
        columns.device.push(dice.below(devices.len()) as u32);
        columns.traits.push(dice.often_first(traits.len()) as u32);
        columns.outcome.push(dice.often_first(outcomes.len()) as u32);
        columns.sign_ins.push(1);
    }
    Chunk {
        day: NaiveDate::from_ymd_opt(2026, 11, 20).expect("a day"),
        people: people.collect(),
        targets: targets.collect(),
        places: places.collect(),
        devices,
        traits,
        outcomes,
        rows: columns,
    }
}

fn chunk_head(chunk: &Chunk, rows: usize) -> Chunk {
    let head = |column: &[u32]| column[..rows].to_vec();
    let of = &chunk.rows;
    let rows = Rows {
        person: head(&of.person),
        target: head(&of.target),
        place: head(&of.place),
        device: head(&of.device),
        traits: head(&of.traits),
        outcome: head(&of.outcome),
        sign_ins: head(&of.sign_ins),
    };
    Chunk { rows, ..chunk.clone() }
}

//! Speed of an impact report for one changed policy over 1,000,000 rows of summaries, from a cold process to the stored report.
//!
//! `tests/load/impact` runs it on SQLite and on PostgreSQL: `impact seed URL` once, then `impact report URL` and `impact plain URL`, each a
//! process of its own. One core: nothing here starts a thread of its own but what the database driver needs.
#![expect(clippy::disallowed_methods, clippy::print_stdout, reason = "a benchmark measures time and says so")]

#[path = "../../domain/examples/evaluator/data.rs"]
mod data;

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::Arc;
use std::time::Instant;

use chrono::{DateTime, Days, Utc};
use domain::evaluate::{Answer, Rule, Standing};
use domain::id::{ContentHash, TenantId, WorkspaceId};
use domain::impact::tally::{GroupMembers, Tallies};
use domain::impact::{Figures, ImpactReport, ImpactSource, ImpactWindow, Simulation, evaluated};
use domain::people::{People, PersonFacts};
use domain::signin::{Identity, SignIn};
use domain::summary::log::SignInLog;
use domain::summary::{Chunk, Person};
use domain::tenant::{Cloud, ConnectionState, EmergencyAccess, Licences, Tenant};
use domain::workspace::Workspace;
use store::{ComputedImpact, EncodedChunk, Store, StoreConfig, decode_chunk};
use uuid::Uuid;

use data::{Dice, SIGN_INS, USERS, chunk, policy, surroundings, user};

const WORKSPACE: WorkspaceId = WorkspaceId(Uuid::from_u128(1));
const TENANT: TenantId = TenantId(Uuid::from_u128(2));
/// Parts of a day, as compaction leaves them.
const PARTS: usize = 2;
/// The plain loop takes its time: it gets one row of so many.
const PLAIN_STRIDE: usize = 100;

type Done<T> = Result<T, Box<dyn Error>>;

fn main() -> Done<()> {
    let begin = Instant::now();
    let arguments: Vec<String> = std::env::args().collect();
    let [_, what, url] = arguments.as_slice() else { return Err("impact seed|report|plain URL".into()) };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let store = Store::connect(&StoreConfig::new(url)).await?;
        match what.as_str() {
            "seed" => seed(&store).await,
            "report" => report(&store, begin).await,
            "plain" => plain(&store).await,
            other => Err(format!("{other}: seed, report or plain").into()),
        }
    })
}

fn through() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_219_200, 0).unwrap_or_default()
}

async fn seed(store: &Store) -> Done<()> {
    store.migrate().await?;
    let now = through();
    let workspace = Workspace {
        id: WORKSPACE,
        name: "Bench".to_owned(),
        require_approval: false,
        approval_rules: Default::default(),
        dry_run_ttl_s: 1_800,
        created_at: now,
        version: 1,
    };
    let tenant = Tenant {
        id: TENANT,
        workspace_id: WORKSPACE,
        entra_tenant_id: Uuid::from_u128(3),
        display_name: "Bench".to_owned(),
        cloud: Cloud::Global,
        client_id: "client".to_owned(),
        connection: ConnectionState::Connected,
        connection_detail: None,
        imported_at: Some(now),
        last_sync_at: Some(now),
        licences: Licences { p1: true, p2: true, intune: true },
        security_defaults: Some(false),
        emergency_access: EmergencyAccess::default(),
        latest_snapshot_id: None,
        created_at: now,
        version: 1,
    };
    let mut dice = Dice(0x5eed);
    let log = SignInLog {
        data_from: Some(ImpactWindow::Week.from(now)),
        data_through: Some(now),
        sign_ins: SIGN_INS as i64,
        ..SignInLog::new(WORKSPACE, TENANT, now)
    };
    let tx = store.write().await?;
    tx.insert_workspace(&workspace).await?;
    tx.insert_tenant(&tenant, b"sealed").await?;
    tx.insert_sign_in_log(&log).await?;
    tx.replace_people(WORKSPACE, TENANT, &people(&mut dice)).await?;
    tx.commit().await?;
    let (first, last) = ImpactWindow::Week.dates(now);
    let days: Vec<_> = first.iter_days().take_while(|day| *day <= last).collect();
    let parts = days.len() * PARTS;
    let (mut rows, mut bytes) = (0, 0);
    for part in 0..parts {
        let size = SIGN_INS * (part + 1) / parts - SIGN_INS * part / parts;
        let encoded = EncodedChunk::new(&chunk(days[part / PARTS], size, &mut dice))?;
        (rows, bytes) = (rows + size, bytes + encoded.bytes());
        let tx = store.write().await?;
        tx.insert_sign_in_chunk(WORKSPACE, TENANT, part as i64 + 1, &encoded, now).await?;
        tx.commit().await?;
    }
    println!("{rows} rows in {parts} parts of {} days, {:.1} MB stored", days.len(), bytes as f64 / 1e6);
    Ok(())
}

/// The people of the benchmark, group by group.
fn people(dice: &mut Dice) -> People {
    let mut groups: BTreeMap<Uuid, Vec<Uuid>> = BTreeMap::new();
    let mut users = BTreeMap::new();
    for number in 0..USERS {
        let user = user(number, dice);
        let facts = PersonFacts { kind: user.kind, enabled: Some(true), name: format!("User {number}"), ..PersonFacts::default() };
        user.groups.iter().flatten().for_each(|group| groups.entry(*group).or_default().push(user.id));
        users.insert(user.id, facts);
    }
    let groups = groups.into_iter().map(|(group, mut members)| {
        members.sort_unstable();
        (group, Arc::from(members))
    });
    People { as_of: through() - Days::new(1), users, groups: groups.collect(), ..People::default() }
}

/// What `app::impact` does for one document: read, evaluate, break down, store.
async fn report(store: &Store, begin: Instant) -> Done<()> {
    let reader = store.reader();
    let data_through = reader.sign_in_log(WORKSPACE, TENANT).await?.and_then(|log| log.data_through).ok_or("seed first")?;
    let people = reader.people(WORKSPACE, TENANT).await?.ok_or("seed first")?;
    let opened = begin.elapsed();
    let index = people.index();
    let identity = |person: &Person| Identity::User(index.user(person.id));
    let rule = changed_policy();
    let mut simulation = Simulation::new(&rule, &identity);
    let mut tallies = Tallies::default();
    let (first, last) = ImpactWindow::Week.dates(data_through);
    let mut rows = 0;
    for day in reader.sign_in_days(WORKSPACE, TENANT, &(first..=last)).await? {
        for body in reader.sign_in_bodies(WORKSPACE, TENANT, day).await? {
            let chunk = decode_chunk(&body)?;
            rows += chunk.rows.sign_ins.len();
            let answers = simulation.answers(&chunk);
            let effects = answers.effects(&chunk);
            tallies.add(&chunk, &effects, |outcome| outcome.status.as_str(), |row| answers.gaps(&chunk, row));
        }
    }
    let groups = people.groups.iter().map(|(id, members)| GroupMembers { id: *id, name: None, members });
    let figures = tallies.figures(groups);
    let computed = begin.elapsed();
    save(store, &figures, data_through, people.as_of).await?;
    println!(
        "{rows} rows: opened and people read {:.0} ms, computed {:.0} ms, stored {:.0} ms after the start of the process; blocks {} of {}, interrupts {}, peak {} MB",
        opened.as_secs_f64() * 1e3,
        computed.as_secs_f64() * 1e3,
        begin.elapsed().as_secs_f64() * 1e3,
        figures.would_block.sign_ins,
        figures.total.sign_ins,
        figures.would_interrupt.sign_ins,
        peak_mb(),
    );
    Ok(())
}

/// The same totals row by row, each sign-in put together: what the report is measured against.
async fn plain(store: &Store) -> Done<()> {
    let begin = Instant::now();
    let reader = store.reader();
    let people = reader.people(WORKSPACE, TENANT).await?.ok_or("seed first")?;
    let index = people.index();
    let rule = changed_policy();
    let (first, last) = ImpactWindow::Week.dates(through());
    let read = begin.elapsed();
    let (mut blocked, mut rows, mut busy) = (0_u64, 0_usize, std::time::Duration::ZERO);
    for day in reader.sign_in_days(WORKSPACE, TENANT, &(first..=last)).await? {
        for body in reader.sign_in_bodies(WORKSPACE, TENANT, day).await? {
            let chunk = decode_chunk(&body)?;
            let begin = Instant::now();
            for row in (0..chunk.rows.sign_ins.len()).step_by(PLAIN_STRIDE) {
                rows += 1;
                blocked += u64::from(blocks(&rule, &chunk, row, &index));
            }
            busy += begin.elapsed();
        }
    }
    let whole = read + busy * u32::try_from(PLAIN_STRIDE)?;
    println!(
        "plain loop: {:.0} ms for 1 row of {PLAIN_STRIDE}, so {:.0} ms for all ({rows} rows asked, {blocked} blocked)",
        busy.as_secs_f64() * 1e3,
        whole.as_secs_f64() * 1e3
    );
    Ok(())
}

fn blocks(rule: &Rule, chunk: &Chunk, row: usize, people: &domain::people::PeopleIndex<'_>) -> bool {
    let rows = &chunk.rows;
    if !evaluated(&chunk.outcomes[rows.outcome[row] as usize]) {
        return false;
    }
    let user = people.user(chunk.people[rows.person[row] as usize].id);
    let kind = user.kind;
    let sign_in = SignIn {
        identity: Identity::User(user),
        target: chunk.targets[rows.target[row] as usize].target.clone(),
        traits: chunk.traits[rows.traits[row] as usize].clone(),
        place: chunk.places[rows.place[row] as usize].clone(),
        device: chunk.devices[rows.device[row] as usize].clone(),
    };
    rule.verdict(&sign_in).applies == Answer::Yes && rule.standing(kind, sign_in.device.as_ref(), &sign_in.traits) == Standing::Refused
}

fn changed_policy() -> Rule {
    Rule::new(&policy(&mut Dice(7)), &surroundings())
}

async fn save(store: &Store, figures: &Figures, data_through: DateTime<Utc>, people_as_of: DateTime<Utc>) -> Done<()> {
    let report = ImpactReport {
        tenant_id: TENANT,
        document_hash: ContentHash("0".repeat(64)),
        window: ImpactWindow::Week,
        source: ImpactSource::Simulated,
        from: ImpactWindow::Week.from(data_through),
        data_through,
        people_as_of: Some(people_as_of),
        computed_at: data_through,
        figures: figures.clone(),
    };
    let tx = store.write().await?;
    tx.save_impact(WORKSPACE, &[ComputedImpact { report, reason: None, log_sign_ins: SIGN_INS as i64, observed_as: None }]).await?;
    tx.commit().await?;
    Ok(())
}

/// The most memory that the process held, as Linux tells it; 0 elsewhere.
fn peak_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse::<u64>().ok()).unwrap_or(0) / 1024
}

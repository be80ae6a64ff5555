//! Speed of what a look at a phased rollout counts: every sign-in of the running phase, read from the database and counted, with one million of
//! them at the most (`app::rollouts::tick::signals`).
//!
//! `tests/load/recount` runs it on SQLite and on PostgreSQL: `recount seed URL ROWS` once, then `recount count URL ROWS` a few times.
#![expect(clippy::disallowed_methods, clippy::print_stdout, reason = "a benchmark measures time and says so")]

use std::collections::BTreeSet;
use std::error::Error;
use std::time::Instant;

use chrono::{DateTime, TimeDelta, Utc};
use domain::id::{RolloutId, TenantId, WorkspaceId};
use domain::rollout::{Counter, EvaluatedOutcome, EvaluatedSignIn, ReportOnlyResult, SignInFacts};
use domain::tenant::{Cloud, ConnectionState, EmergencyAccess, Licences, Tenant};
use domain::workspace::Workspace;
use store::{MAX_WATCHED_SIGN_INS, Store, StoreConfig, WatchedAfter};
use uuid::Uuid;

const WORKSPACE: WorkspaceId = WorkspaceId(Uuid::from_u128(1));
const TENANT: TenantId = TenantId(Uuid::from_u128(2));
/// People of the phase: fifty sign-ins each.
const SIGN_INS_A_USER: u64 = 50;

type Done<T> = Result<T, Box<dyn Error>>;

fn main() -> Done<()> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, what, url, rows] = arguments.as_slice() else { return Err("recount seed|count URL ROWS".into()) };
    let rows: u64 = rows.parse()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let store = Store::connect(&StoreConfig::new(url)).await?;
        match what.as_str() {
            "seed" => seed(&store, rows).await,
            "count" => count(&store, rows).await,
            other => Err(format!("{other}: seed or count").into()),
        }
    })
}

/// One for each size, so that a database can hold several.
fn rollout(rows: u64) -> RolloutId {
    RolloutId(Uuid::from_u128(rows.into()))
}

fn begin() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_219_200, 0).unwrap_or_default()
}

fn end() -> DateTime<Utc> {
    begin() + TimeDelta::days(7)
}

async fn seed(store: &Store, rows: u64) -> Done<()> {
    store.migrate().await?;
    let now = begin();
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
        entra_tenant_id: Uuid::from_u128(4),
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
    if store.reader().workspace(WORKSPACE).await?.is_none() {
        let tx = store.write().await?;
        tx.insert_workspace(&workspace).await?;
        tx.insert_tenant(&tenant, b"sealed").await?;
        tx.commit().await?;
    }
    for first in (0..rows).step_by(10_000) {
        let some: Vec<EvaluatedSignIn> = (first..(first + 10_000).min(rows)).map(|number| sign_in(number, rows)).collect();
        let tx = store.write().await?;
        tx.keep_watched_sign_ins(WORKSPACE, TENANT, rollout(rows), &some).await?;
        tx.commit().await?;
    }
    println!("{rows} sign-ins of {} users in 7 days", rows / SIGN_INS_A_USER);
    Ok(())
}

/// One of a week's, spread evenly; one of thirty is refused.
fn sign_in(number: u64, rows: u64) -> EvaluatedSignIn {
    let mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let outcome = match mixed >> 59 {
        0 => EvaluatedOutcome::Failure,
        _ => EvaluatedOutcome::Success,
    };
    let offset = (end() - begin()).num_microseconds().unwrap_or_default() / i64::try_from(rows.max(1)).unwrap_or(i64::MAX);
    EvaluatedSignIn {
        at: begin() + TimeDelta::microseconds(offset * i64::try_from(number).unwrap_or_default()),
        id: Uuid::from_u64_pair(mixed, number).to_string(),
        user: Uuid::from_u64_pair(7, mixed % (rows / SIGN_INS_A_USER).max(1)),
        app: Uuid::from_u64_pair(8, mixed % 40).to_string(),
        resource: Uuid::from_u64_pair(9, mixed % 7).to_string(),
        outcome,
        original: Some(ReportOnlyResult::Success),
        facts: SignInFacts {
            error_code: if outcome == EvaluatedOutcome::Failure { 53_003 } else { 0 },
            app_name: Some("Office 365 Exchange Online".to_owned()),
            client: Some("browser".to_owned()),
            platform: Some("windows".to_owned()),
            country: Some("NL".to_owned()),
        },
    }
}

async fn count(store: &Store, rows: u64) -> Done<()> {
    let (start, reader) = (Instant::now(), store.reader());
    let from = reader.watched_sign_ins_from(WORKSPACE, rollout(rows), (begin(), end()), rows).await?;
    let mut counter = Counter::new(begin(), end(), BTreeSet::new());
    let mut after: Option<WatchedAfter> = None;
    loop {
        let page = reader.watched_sign_ins(WORKSPACE, rollout(rows), (from, end()), after.as_ref(), MAX_WATCHED_SIGN_INS).await?;
        for sign_in in &page {
            counter.add(sign_in)?;
        }
        match page.last() {
            Some(last) if page.len() as u64 == MAX_WATCHED_SIGN_INS => after = Some(WatchedAfter::of(last)),
            _ => break,
        }
    }
    let counts = counter.finish();
    println!(
        "{rows} rows: {:?}; {} sign-ins of {} users, {} blocked",
        start.elapsed(),
        counts.sign_ins,
        counts.users,
        counts.blocked_users
    );
    Ok(())
}

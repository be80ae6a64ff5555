//! Speed of a bulk change through the API: the built server, the simulator with Graph's documented budgets and a latency for every request, and
//! many tenants. `bulk-rig sqlite|postgres`; `TENANTS` (500), `LATENCY_MS` (200), `IN_FLIGHT` (64). Prints what it measured, and fails where a
//! tenant was written to twice or a budget was exceeded.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark reads the environment and says what it found"
)]

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use harness::bulk::{apply, create, done, ended, items, mutate, states, step};
use harness::many::{Managed, POLICY};
use harness::world::{World, require_approval};
use harness::{Client, Database};
use serde_json::{Value, json};

/// The budget of Conditional Access: one request a second for each tenant. The simulator forgives 100 ms, and so does this.
const GAP_MS: i64 = 900;

#[tokio::main]
async fn main() {
    let database = match std::env::args().nth(1).as_deref() {
        Some("postgres") => Database::Postgres,
        _ => Database::Sqlite,
    };
    let (tenants, latency, in_flight) = (number("TENANTS", 500), number("LATENCY_MS", 200), number("IN_FLIGHT", 64));
    println!("## {database:?}: {tenants} tenants, {latency} ms for every request, {in_flight} in flight, budgets enforced");
    let world = World::start_throttled(database, |options| {
        for (name, value) in
            [("WORKERS__COUNT", "64"), ("WORKERS__SYNC_INTERVAL_S", "0"), ("WORKERS__PEOPLE_INTERVAL_S", "0"), ("LOG__FILTER", "warn")]
        {
            options.extra.insert(format!("CAUSEWAY__{name}"), value.to_owned());
        }
        // Against an address of this machine the product keeps no budgets unless told to.
        options.extra.insert("CAUSEWAY__GRAPH__METERED".to_owned(), "true".to_owned());
        options.extra.insert("CAUSEWAY__WORKERS__LEASE_S".to_owned(), "30".to_owned());
    })
    .await;
    let owner = world.server.client("OWNER").await;
    let began = Instant::now();
    let managed = world.connect_many(&owner, tenants).await;
    println!("connected and imported: {}", seconds(began.elapsed()));
    let small = planned(&owner, &managed[..10.min(tenants)], "Small", 1).await.0;
    for tenant in &managed {
        world.cloud.fault(tenant.entra, json!({ "trouble": { "kind": "latency", "ms": latency } })).await;
    }
    // Tokens expire within a run of hours, not of minutes; what is counted from here on is the run's own.
    world.cloud.call("DELETE", "/requests", Value::Null).await;

    require_approval(&owner).await;
    let (bulk, creation, dry_run) = planned(&owner, &managed, "Renamed by the rig", in_flight).await;
    println!("created: {}; dry-run: {} (bar 10 s)", seconds(creation), seconds(dry_run));
    page(&owner, &small, &bulk).await;
    let bulk = approved(&world, &owner, &bulk).await;
    let asked = Instant::now();
    apply(&owner, "applyBulkChange", &bulk).await;
    let answered = asked.elapsed();
    let end = ended(&owner, &bulk).await;
    let took = asked.elapsed();
    println!("apply: answered after {}, {} after {} (bar 60 s)", seconds(answered), end["status"], seconds(took));
    println!("items: {:?}", states(&items(&owner, &bulk).await));
    check(&world, &managed).await;
}

/// A bulk change that is planned, with the time that its creation and its dry-run took.
async fn planned(owner: &Client, tenants: &[Managed], name: &str, in_flight: usize) -> (Value, Duration, Duration) {
    let ids: Vec<&str> = tenants.iter().map(|tenant| tenant.id.as_str()).collect();
    let input = json!({
        "tenantIds": ids, "target": { "displayName": POLICY }, "payload": { "rename": { "displayName": name } },
        "strategy": { "maxConcurrent": in_flight },
    });
    let began = Instant::now();
    let bulk = create(owner, input).await;
    let creation = began.elapsed();
    let began = Instant::now();
    let asked = step(owner, "runBulkDryRun", &bulk).await;
    let planned = harness::bulk::wait_while(owner, &asked, &["DRAFT", "DRY_RUNNING"]).await;
    let dry_run = began.elapsed();
    assert_eq!(planned["status"], "DRY_RUN_COMPLETE", "{planned:#}");
    (planned, creation, dry_run)
}

/// One approval of the whole by another person: each change in it gets its own, all in one transaction.
async fn approved(world: &World, owner: &Client, bulk: &Value) -> Value {
    let began = Instant::now();
    let waiting = step(owner, "requestBulkApproval", bulk).await;
    let requested = began.elapsed();
    let approver = world.server.client("APPROVER").await;
    let input = json!({ "id": bulk["id"], "decision": "APPROVE", "digest": waiting["digest"] });
    let began = Instant::now();
    let decided = mutate(&approver, "decideBulkApproval", "DecideBulkApprovalInput", input).await;
    let decided = done(&decided, "decideBulkApproval");
    println!("approval: asked for in {}, given in {}", seconds(requested), seconds(began.elapsed()));
    decided
}

/// The page of a large bulk change beside that of a small one: the median of 60, in turn. Ten items each.
async fn page(owner: &Client, small: &Value, large: &Value) {
    let query = "query($id: ID!) { bulkChange(id: $id) { id status counts { total ready applied failed } \
        items(first: 10) { nodes { step state tenant { id displayName } change { id status } } pageInfo { hasNextPage endCursor } } } }";
    let mut times: BTreeMap<bool, Vec<Duration>> = BTreeMap::new();
    for _ in 0..60 {
        for (is_large, bulk) in [(false, small), (true, large)] {
            let began = Instant::now();
            owner.send(query, json!({ "id": bulk["id"] })).await.at("/bulkChange/status");
            times.entry(is_large).or_default().push(began.elapsed());
        }
    }
    let mut median = |is_large: bool| {
        let times = times.get_mut(&is_large).unwrap();
        times.sort_unstable();
        times[times.len() / 2].as_secs_f64() * 1_000.0
    };
    let (small_ms, large_ms) = (median(false), median(true));
    let (small, large) = (&small["tenantCount"], &large["tenantCount"]);
    println!("page: {large} tenants {large_ms:.2} ms, {small} tenants {small_ms:.2} ms: {:.2} times (bar 1.3)", large_ms / small_ms);
}

/// From the simulator's own ledger: one write for each tenant, no 429, and never two requests of Conditional Access within a second.
async fn check(world: &World, tenants: &[Managed]) {
    let log = world.cloud.call("GET", "/requests", Value::Null).await;
    let requests = log["requests"].as_array().unwrap();
    let refused = requests.iter().filter(|request| request["status"] == 429).count();
    let mut last: BTreeMap<&str, DateTime<Utc>> = BTreeMap::new();
    let mut closest = i64::MAX;
    for request in requests.iter().filter(|request| request["path"].as_str().unwrap().to_lowercase().contains("conditionalaccess")) {
        let at: DateTime<Utc> = request["at"].as_str().unwrap().parse().unwrap();
        if let Some(before) = last.insert(request["tenant"].as_str().unwrap(), at) {
            closest = closest.min((at - before).num_milliseconds());
        }
    }
    let mut writes: BTreeMap<usize, usize> = BTreeMap::new();
    for tenant in tenants {
        *writes.entry(world.writes_of(tenant).await.len()).or_default() += 1;
    }
    println!(
        "ledger: {} requests, {refused} answered 429, closest two of one tenant {closest} ms; tenants by writes: {writes:?}",
        requests.len()
    );
    assert_eq!(refused, 0, "a budget was exceeded");
    assert!(closest >= GAP_MS, "two requests of one tenant were {closest} ms apart");
    assert_eq!(writes.into_iter().collect::<Vec<_>>(), [(1, tenants.len())], "one write for each tenant");
}

fn number(name: &str, usual: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

fn seconds(time: Duration) -> String {
    format!("{:.2} s", time.as_secs_f64())
}

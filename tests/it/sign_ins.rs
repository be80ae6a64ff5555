//! Sign-ins are read once each, whatever happens on the way: throttling, expired pages, late rows, a killed process (domain.md section 6).

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use entra_sim::SimTenant;
use harness::world::World;
use harness::{Client, Database, Server};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};
use uuid::Uuid;

on_both_databases!(
    what_is_read_is_what_the_log_holds,
    late_rows_are_found_and_nothing_is_counted_twice,
    throttling_and_expired_pages_lose_nothing,
    without_a_licence_there_is_a_reason_and_no_figure,
    a_killed_process_loses_nothing_and_counts_nothing_twice,
);

const LOG: &str = "signInLog { state reason dataFrom dataThrough signInsRead unreadable repeated masked signIns summaryRows summaryBytes \
    compressionRatio days retentionDays }";

async fn what_is_read_is_what_the_log_holds(database: Database) {
    let (world, owner, tenant) = world(database, 1).await;
    let before = owner.send("query($id: ID!) { tenant(id: $id) { signInLog { state } } }", json!({ "id": tenant })).await;
    assert!(before.at("/tenant/signInLog").is_null(), "nobody asked yet");
    let start = owner.send("{ viewer { workspace { eventCursor } } }", json!({})).await.text("/viewer/workspace/eventCursor");

    let log = read(&owner, &tenant).await;
    let expected = oracle(&world, &log).await;
    assert!(expected.values().sum::<i64>() > 100, "the simulated log is not empty: {expected:?}");
    assert_eq!(summaries(&owner, &tenant, 137).await, expected);
    assert_eq!(log["signInsRead"].as_i64(), Some(expected.values().sum()));
    assert_eq!((&log["signIns"], &log["unreadable"]), (&log["signInsRead"], &json!(0)), "{log}");
    assert_eq!(log["masked"], 0, "the header that unmasks report-only results is sent");
    assert!(log["compressionRatio"].as_f64().unwrap() >= 1.0 && log["summaryBytes"].as_i64().unwrap() > 0);
    let events = owner
        .send(
            "query($after: EventCursor) { events(after: $after) { nodes { __typename ... on SignInLogEvent { kind signIns } } } }",
            json!({ "after": start }),
        )
        .await;
    let nodes = events.at("/events/nodes").as_array().unwrap();
    let last = nodes.iter().rfind(|node| node["__typename"] == "SignInLogEvent").unwrap();
    assert_eq!((&last["kind"], &last["signIns"]), (&json!("READ"), &log["signInsRead"]));

    // The same as JSON lines, without the server's help.
    let entra = world.sim_tenant().tenant_id.to_string();
    let lines = world.server.run(&["sign-ins", "export", "--tenant", &entra]).await;
    let mut exported: BTreeMap<String, i64> = BTreeMap::new();
    for line in lines.lines() {
        let row: Value = serde_json::from_str(line).unwrap();
        *exported.entry(key(row["day"].as_str().unwrap(), &row["principalId"], &row["errorCode"])).or_default() +=
            row["signIns"].as_i64().unwrap();
    }
    assert_eq!(exported, expected);

    let viewer = world.server.client("VIEWER").await;
    let refused = viewer.send(READ, json!({ "id": tenant })).await;
    assert_eq!(refused.user_errors("readSignIns"), ["FORBIDDEN"]);
    assert!(!viewer.send(SUMMARIES, json!({ "id": tenant, "first": 1 })).await.at("/signInSummaries/nodes").as_array().unwrap().is_empty());
}

async fn late_rows_are_found_and_nothing_is_counted_twice(database: Database) {
    let (world, owner, tenant) = world(database, 1).await;
    let entra = world.sim_tenant().tenant_id;
    let path = format!("/tenants/{entra}/late-sign-ins");
    let late = async |percent: u8| world.cloud.call("PUT", &path, json!({ "percent": percent, "hours": 12 })).await;
    late(30).await;
    let first = read(&owner, &tenant).await;
    late(0).await;
    // Whole seconds bound what is read: let one pass.
    sleep(Duration::from_millis(1_100)).await;
    let second = read(&owner, &tenant).await;
    let expected = oracle(&world, &second).await;
    assert_eq!(summaries(&owner, &tenant, 1_000).await, expected);
    assert!(second["signInsRead"].as_i64() > first["signInsRead"].as_i64(), "late rows were found: {first} {second}");
    assert!(second["repeated"].as_i64() > Some(0), "what was read before was met again and not counted: {second}");
    sleep(Duration::from_millis(1_100)).await;
    let third = read(&owner, &tenant).await;
    assert_eq!(summaries(&owner, &tenant, 1_000).await, oracle(&world, &third).await);
}

async fn throttling_and_expired_pages_lose_nothing(database: Database) {
    let (world, owner, tenant) = world(database, 1).await;
    let entra = world.sim_tenant().tenant_id;
    world.cloud.call("PUT", &format!("/tenants/{entra}/paging"), json!({ "maxPageSize": 20 })).await;
    let on_log = |skip: u32, trouble: Value| json!({ "path": "auditLogs/signIns", "skip": skip, "times": 1, "trouble": trouble });
    let on_page = |skip: u32, trouble: Value| json!({ "path": "skiptoken", "skip": skip, "times": 1, "trouble": trouble });
    for rule in [
        on_log(0, json!({ "kind": "throttle", "retryAfter": 1 })),
        on_log(3, json!({ "kind": "throttle" })),
        on_log(5, json!({ "kind": "fail", "status": 503 })),
        on_log(7, json!({ "kind": "drop" })),
        on_page(1, json!({ "kind": "fail", "status": 400, "code": "BadRequest", "message": "Skip token is not valid." })),
        on_page(9, json!({ "kind": "fail", "status": 410, "code": "UnknownError", "message": "Gone" })),
    ] {
        world.cloud.fault(entra, rule).await;
    }
    let log = read(&owner, &tenant).await;
    let struck = world.cloud.call("GET", &format!("/tenants/{entra}/faults"), Value::Null).await;
    assert!(struck["faults"].as_array().unwrap().iter().all(|rule| rule["struck"] == 1), "every trouble was met: {struck}");
    let expected = oracle(&world, &log).await;
    assert_eq!(summaries(&owner, &tenant, 1_000).await, expected);
}

async fn without_a_licence_there_is_a_reason_and_no_figure(database: Database) {
    let (world, owner, tenant) = world(database, 1).await;
    let entra = world.sim_tenant().tenant_id;
    let premium = json!({ "path": "auditLogs/signIns", "trouble": { "kind": "fail", "status": 403, "code":
        "Authentication_RequestFromNonPremiumTenantOrB2CTenant", "message": "Neither tenant is B2C or tenant doesn't have premium license" } });
    world.cloud.fault(entra, premium).await;
    ask(&owner, &tenant).await;
    let log = until(&owner, &tenant, &["NOT_READABLE"], None).await;
    assert_eq!((&log["reason"], &log["dataThrough"]), (&json!("NO_PREMIUM_LICENCE"), &Value::Null), "{log}");
    let asked = requests(&world).await;
    sleep(Duration::from_millis(2_500)).await;
    assert_eq!(requests(&world).await, asked, "a state, not a loop");

    world.cloud.call("DELETE", &format!("/tenants/{entra}/faults"), Value::Null).await;
    world
        .cloud
        .fault(
            entra,
            json!({ "path": "auditLogs/signIns", "times": 1, "trouble": { "kind": "fail", "status": 403, "code": "UnknownError" } }),
        )
        .await;
    ask(&owner, &tenant).await;
    let until_missing = Instant::now() + Duration::from_secs(20);
    loop {
        let log = log_of(&owner, &tenant).await;
        if log["reason"] == "PERMISSION_MISSING" {
            break;
        }
        assert!(Instant::now() < until_missing, "{log}");
        sleep(Duration::from_millis(50)).await;
    }
    let log = read(&owner, &tenant).await;
    assert_eq!((&log["state"], &log["reason"]), (&json!("READ"), &Value::Null), "the licence was bought, the permission granted");
}

/// The full size, more than 200,000 rows, is `tests/load/ingest-kill`: a debug build would take minutes for it.
#[expect(clippy::disallowed_methods, reason = "the script asks for the full size by a variable")]
async fn a_killed_process_loses_nothing_and_counts_nothing_twice(database: Database) {
    let full = std::env::var_os("CAUSEWAY_FULL_SIZE").is_some();
    let (mut world, owner, tenant) = world(database, if full { 29 } else { 1 }).await;
    let entra = world.sim_tenant().tenant_id;
    if full {
        world.cloud.call("POST", &format!("/tenants/{entra}/fill"), json!({ "users": 2_000 })).await;
    } else {
        world.cloud.call("PUT", &format!("/tenants/{entra}/paging"), json!({ "maxPageSize": 5 })).await;
    }
    world.cloud.fault(entra, json!({ "path": "auditLogs/signIns", "trouble": { "kind": "latency", "ms": 10 } })).await;
    for skip in [2, 11, 20] {
        let rule = json!({ "path": "auditLogs/signIns", "skip": skip, "times": 1, "trouble": { "kind": "throttle", "retryAfter": 1 } });
        world.cloud.fault(entra, rule).await;
    }
    ask(&owner, &tenant).await;
    let mut owner = owner;
    let mut before = None;
    for _ in 0..3 {
        // Somewhere in the middle, and not where the last one was killed.
        let seen = until(&owner, &tenant, &["READING"], before.as_ref()).await;
        before = Some(seen["signInsRead"].clone());
        let options = world.server.kill().await;
        world.server = Server::start(options).await;
        owner = world.server.client("OWNER").await;
    }
    world.cloud.call("DELETE", &format!("/tenants/{entra}/faults"), Value::Null).await;
    let log = until(&owner, &tenant, &["READ"], None).await;
    assert_eq!(log["signInsRead"], log["signIns"], "{log}");
    assert!(!full || log["signIns"].as_i64() > Some(200_000), "{log}");
    println!("killed three times: {log}");
    assert_eq!(summaries(&owner, &tenant, 1_000).await, oracle(&world, &log).await);
}

/// A reading of the full size takes minutes, in a debug build beside other work a quarter of an hour.
const WITHIN: Duration = Duration::from_secs(1_500);

const READ: &str = "mutation($id: ID!) { readSignIns(input: { id: $id }) { tenant { id } userErrors { code message } } }";
const SUMMARIES: &str = "query($id: ID!, $first: Int, $after: String) { signInSummaries(tenantId: $id, first: $first, after: $after) {
    nodes { day signIns principalId errorCode } pageInfo { hasNextPage endCursor } } }";

/// A world whose logs go back so many days, without a connected tenant.
pub(crate) async fn start(database: Database, days: u16) -> World {
    World::start_with(database, |options| {
        for (name, value) in [("RETENTION_DAYS", days.to_string()), ("SETTLE_S", "0".to_owned()), ("OVERLAP_S", "86400".to_owned())] {
            options.extra.insert(format!("CAUSEWAY__SIGN_INS__{name}"), value);
        }
    })
    .await
}

/// A world with one connected tenant whose log goes back so many days.
async fn world(database: Database, days: u16) -> (World, Client, String) {
    let world = start(database, days).await;
    let owner = world.server.client("OWNER").await;
    let tenant = world.connect(&owner, &world.sim_tenant()).await;
    (world, owner, tenant)
}

async fn ask(owner: &Client, tenant: &str) {
    let asked = owner.send(READ, json!({ "id": tenant })).await;
    assert_eq!(asked.user_errors("readSignIns"), Vec::<String>::new(), "{:#}", asked.body);
}

/// Reads to the end; the log then.
pub(crate) async fn read(owner: &Client, tenant: &str) -> Value {
    let before = log_of(owner, tenant).await;
    ask(owner, tenant).await;
    let end = Instant::now() + WITHIN;
    loop {
        let log = log_of(owner, tenant).await;
        if log["state"] == "READ" && log["dataThrough"] != before["dataThrough"] {
            return log;
        }
        assert!(Instant::now() < end, "the log was not read: {log}");
        sleep(Duration::from_millis(50)).await;
    }
}

/// The log once it is in one of the states and has counted something else than before.
async fn until(owner: &Client, tenant: &str, states: &[&str], before: Option<&Value>) -> Value {
    let end = Instant::now() + WITHIN;
    loop {
        let log = log_of(owner, tenant).await;
        let state = log["state"].as_str().unwrap_or_default();
        let moved = match before {
            Some(before) => log["signInsRead"] != *before || state == "READ",
            None => state != "READING" || log["signInsRead"].as_i64() > Some(0),
        };
        if moved && (states.contains(&state) || state == "READ") {
            return log;
        }
        assert!(Instant::now() < end, "the log stayed {log}");
        sleep(Duration::from_millis(20)).await;
    }
}

async fn log_of(owner: &Client, tenant: &str) -> Value {
    let query = format!("query($id: ID!) {{ tenant(id: $id) {{ {LOG} }} }}");
    owner.send(&query, json!({ "id": tenant })).await.at("/tenant/signInLog").clone()
}

/// Sign-ins by day, person and error, through pages of `first` rows.
async fn summaries(owner: &Client, tenant: &str, first: u32) -> BTreeMap<String, i64> {
    let (mut counts, mut after) = (BTreeMap::new(), Value::Null);
    loop {
        let page = owner.send(SUMMARIES, json!({ "id": tenant, "first": first, "after": after })).await;
        for node in page.at("/signInSummaries/nodes").as_array().unwrap() {
            *counts.entry(key(node["day"].as_str().unwrap(), &node["principalId"], &node["errorCode"])).or_default() +=
                node["signIns"].as_i64().unwrap();
        }
        if page.at("/signInSummaries/pageInfo/hasNextPage") == &json!(false) {
            return counts;
        }
        after = page.at("/signInSummaries/pageInfo/endCursor").clone();
    }
}

fn key(day: &str, person: &Value, error: &Value) -> String {
    format!("{day} {} {error}", person.as_str().unwrap())
}

/// What the simulator's own list holds between the log's bounds, by day, person and error.
async fn oracle(world: &World, log: &Value) -> BTreeMap<String, i64> {
    let mut counts = BTreeMap::new();
    each_listed(world, log, |entry| {
        let day = at(&entry).date_naive().to_string();
        *counts.entry(key(&day, &entry["userId"], &entry["status"]["errorCode"])).or_default() += 1;
    })
    .await;
    counts
}

fn at(entry: &Value) -> DateTime<Utc> {
    entry["createdDateTime"].as_str().unwrap().parse().unwrap()
}

/// The entries of the simulator's own list between the log's bounds: some thousands, 10 KB each.
pub(crate) async fn listed(world: &World, log: &Value) -> Vec<Value> {
    let mut entries = Vec::new();
    each_listed(world, log, |entry| entries.push(entry)).await;
    entries
}

/// The entries of the simulator's own list between the log's bounds, asked for without the product and page by page.
async fn each_listed(world: &World, log: &Value, mut take: impl FnMut(Value)) {
    let SimTenant { tenant_id, apps, .. } = world.sim_tenant();
    let instant = |name: &str| log[name].as_str().unwrap().parse::<DateTime<Utc>>().unwrap();
    let (from, to) = (instant("dataFrom"), instant("dataThrough"));
    let client = apps.first().unwrap().client_id;
    let answer = world.cloud.call("POST", &format!("/tenants/{tenant_id}/tokens"), json!({ "clientId": client })).await;
    let token = answer["access_token"].as_str().unwrap().to_owned();
    world.cloud.call("PUT", &format!("/tenants/{tenant_id}/paging"), json!({ "maxPageSize": null })).await;
    let http = harness::http::client();
    let mut next = Some(format!(
        "http://{}/v1.0/auditLogs/signIns?$filter=createdDateTime ge {}",
        world.sim.http_addr(),
        log["dataFrom"].as_str().unwrap()
    ));
    while let Some(link) = next {
        let mut page: Value = http.get(link).bearer_auth(&token).send().await.unwrap().json().await.unwrap();
        let Value::Array(entries) = page["value"].take() else { panic!("a page has a list: {page}") };
        entries.into_iter().filter(|entry| (from..to).contains(&at(entry))).for_each(&mut take);
        next = page["@odata.nextLink"].as_str().map(str::to_owned);
    }
}

/// How often the sign-in log was asked for.
async fn requests(world: &World) -> usize {
    let entra: Uuid = world.sim_tenant().tenant_id;
    let answer = world.cloud.call("GET", &format!("/requests?tenant={entra}"), Value::Null).await;
    let all = answer["requests"].as_array().cloned().unwrap_or_default();
    all.iter().filter(|request| request.to_string().contains("auditLogs/signIns")).count()
}

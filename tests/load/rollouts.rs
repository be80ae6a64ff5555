//! Many phased rollouts at a time: the built server, the simulator with Graph's documented budgets, and one running rollout in each of many
//! tenants. `rollouts-rig sqlite|postgres`; `TENANTS` (500), `MINUTES` (11). Prints how far apart the looks at one rollout were, from the
//! simulator's ledger, and fails where they were farther apart than five minutes, or a budget was exceeded.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark reads the environment and says what it found"
)]

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::{StreamExt, stream};
use harness::many::{Managed, RINGS, group_id, policy_id, ring_id, rings, tenant_id};
use harness::world::World;
use harness::{Client, Database};
use serde_json::{Value, json};
use tokio::time::sleep;

/// Judged at least so often.
const BAR: TimeDelta = TimeDelta::minutes(5);
/// Rollouts that are started at a time.
const AT_ONCE: usize = 8;
/// Longer than any step takes.
const PATIENCE: Duration = Duration::from_secs(600);

#[tokio::main]
async fn main() {
    let database = match std::env::args().nth(1).as_deref() {
        Some("postgres") => Database::Postgres,
        _ => Database::Sqlite,
    };
    let (tenants, minutes) = (number("TENANTS", 500), number("MINUTES", 11));
    println!("## {database:?}: {tenants} running rollouts, looked at for {minutes} minutes, budgets enforced");
    let world = World::start_throttled(database, |options| {
        for (name, value) in [
            ("WORKERS__SYNC_INTERVAL_S", "0"),
            ("WORKERS__LEASE_S", "30"),
            ("ROLLOUTS__PROPAGATION_S", "0"),
            ("SIGN_INS__SETTLE_S", "1"),
            ("SIGN_INS__RETENTION_DAYS", "1"),
            ("LOG__FILTER", "warn"),
        ] {
            options.extra.insert(format!("CAUSEWAY__{name}"), value.to_owned());
        }
        // Against an address of this machine the product keeps no budgets unless told to.
        options.extra.insert("CAUSEWAY__GRAPH__METERED".to_owned(), "true".to_owned());
    })
    .await;
    let owner = world.server.client("OWNER").await;
    let began = Instant::now();
    world.add_many(tenants).await;
    for number in 0..tenants {
        world.cloud.call("POST", &format!("/tenants/{}/objects", tenant_id(number)), rings(number)).await;
        // As every policy for everybody has to.
        let excluded = json!({ "conditions": { "users": { "includeUsers": ["All"], "excludeGroups": [group_id(number)] } } });
        world.cloud.portal_edit(tenant_id(number), &policy_id(number).to_string(), excluded).await;
    }
    let managed = world.connect_added(&owner, tenants).await;
    println!("connected and imported: {:.0} s", began.elapsed().as_secs_f64());
    let began = Instant::now();
    stream::iter(&managed).for_each_concurrent(AT_ONCE, |tenant| started(&owner, tenant)).await;
    println!("planned and started: {:.0} s", began.elapsed().as_secs_f64());
    let began = Instant::now();
    all_run(&owner, tenants).await;
    println!("all in their first phase: {:.0} s later", began.elapsed().as_secs_f64());

    world.cloud.call("DELETE", "/requests", Value::Null).await;
    let (from, taken) = (Utc::now(), world.server.processor_time());
    let mut requests = Vec::new();
    for _ in 0..minutes {
        sleep(Duration::from_secs(60)).await;
        // The simulator remembers the last 10,000.
        let log = world.cloud.call("GET", "/requests", Value::Null).await;
        world.cloud.call("DELETE", "/requests", Value::Null).await;
        requests.extend(log["requests"].as_array().unwrap().iter().cloned());
    }
    let (to, taken) = (Utc::now(), world.server.processor_time() - taken);
    let running = count(&owner, "RUNNING").await;
    let met = report(&requests, &managed, from, to);
    println!(
        "still running: {running} of {tenants}; the server took {:.1} % of one core",
        100.0 * taken.as_secs_f64() / (minutes as f64 * 60.0)
    );
    assert_eq!(running, tenants as u64, "a rollout left its phase");
    assert!(met, "the bar is not met");
}

async fn started(owner: &Client, tenant: &Managed) {
    let seen = owner.send("query($id: ID!) { tenant(id: $id) { revision } }", json!({ "id": tenant.id })).await;
    let input = json!({ "id": tenant.id, "objectIds": [group_id(tenant.number)], "expectedRevision": seen.at("/tenant/revision") });
    let query = "mutation($input: SetEmergencyAccessInput!) { setEmergencyAccess(input: $input) { userErrors { code message } } }";
    let set = owner.send(query, json!({ "input": input })).await;
    assert_eq!(set.user_errors("setEmergencyAccess"), Vec::<String>::new(), "{:#}", set.body);
    let policy = policy_of(owner, tenant).await;
    let phases: Vec<Value> = (0..RINGS).map(|number| json!({ "groupIds": [ring_id(tenant.number, number)] })).collect();
    let made = settled(owner, "createRollout", "CreateRolloutInput", json!({ "policyId": policy, "phases": phases })).await;
    let input = json!({ "id": made["id"], "expectedRevision": made["revision"], "confirmForecast": true });
    settled(owner, "startRollout", "StartRolloutInput", input).await;
}

async fn policy_of(owner: &Client, tenant: &Managed) -> Value {
    let query = "query($id: ID!) { tenant(id: $id) { policies(first: 10) { nodes { id graphId } } } }";
    let seen = owner.send(query, json!({ "id": tenant.id })).await;
    let wanted = policy_id(tenant.number).to_string();
    seen.at("/tenant/policies/nodes").as_array().unwrap().iter().find(|policy| policy["graphId"] == wanted).unwrap()["id"].clone()
}

/// Sends a mutation until it is taken: people are read after the import, and until then nothing can be planned.
async fn settled(owner: &Client, mutation: &str, kind: &str, input: Value) -> Value {
    let query =
        format!("mutation($input: {kind}!) {{ {mutation}(input: $input) {{ rollout {{ id revision }} userErrors {{ code message }} }} }}");
    let until = Instant::now() + PATIENCE;
    loop {
        let answer = owner.send(&query, json!({ "input": input })).await;
        let refused = answer.user_errors(mutation);
        if refused.is_empty() {
            return answer.at(&format!("/{mutation}/rollout")).clone();
        }
        assert!(Instant::now() < until, "{mutation}: {:#}", answer.body);
        sleep(Duration::from_secs(1)).await;
    }
}

async fn all_run(owner: &Client, tenants: usize) {
    let until = Instant::now() + PATIENCE;
    loop {
        let running = count(owner, "RUNNING").await;
        if running == tenants as u64 {
            return;
        }
        assert!(Instant::now() < until, "{running} of {tenants} run");
        sleep(Duration::from_secs(1)).await;
    }
}

async fn count(owner: &Client, status: &str) -> u64 {
    let query = format!("{{ rollouts(first: 1, where: {{ statuses: [{status}] }}) {{ totalCount }} }}");
    owner.send(&query, json!({})).await.at("/rollouts/totalCount").as_u64().unwrap()
}

/// From the simulator's own ledger: each look reads the original. Whether no two looks at one rollout were farther apart than the bar.
fn report(requests: &[Value], tenants: &[Managed], from: DateTime<Utc>, to: DateTime<Utc>) -> bool {
    let throttled: Vec<&Value> = requests.iter().filter(|request| request["status"] == 429).collect();
    for request in &throttled {
        println!("answered 429: {} {} at {}", request["tenant"], request["path"], request["at"]);
    }
    let refused = throttled.len();
    let mut looks: BTreeMap<String, Vec<DateTime<Utc>>> =
        tenants.iter().map(|tenant| (tenant_id(tenant.number).to_string(), vec![from])).collect();
    for request in requests {
        let (tenant, path) = (request["tenant"].as_str().unwrap_or_default(), request["path"].as_str().unwrap());
        let Some(looks) = looks.get_mut(tenant) else { continue };
        let original =
            tenants.iter().find(|known| known.entra.to_string() == tenant).map(|known| policy_id(known.number).to_string()).unwrap();
        if path.contains(&original) {
            looks.push(request["at"].as_str().unwrap().parse().unwrap());
        }
    }
    let mut gaps: Vec<TimeDelta> = Vec::new();
    for looks in looks.values_mut() {
        looks.push(to);
        gaps.extend(looks.windows(2).map(|pair| pair[1] - pair[0]));
    }
    gaps.sort_unstable();
    let at = |share: usize| gaps[(gaps.len() - 1) * share / 100].num_milliseconds() as f64 / 1_000.0;
    println!(
        "{} looks: half of them within {:.1} s of the one before, 99 % within {:.1} s, all within {:.1} s (bar 300 s); {} requests, {refused} answered 429",
        gaps.len() - tenants.len(),
        at(50),
        at(99),
        at(100),
        requests.len()
    );
    gaps.last().is_some_and(|longest| *longest <= BAR)
}

fn number(name: &str, usual: usize) -> usize {
    std::env::var(name).ok().map_or(usual, |text| text.parse().unwrap())
}

//! Coverage and overlaps over GraphQL, with the simulated tenant's directory as the oracle.

use std::collections::{BTreeMap, BTreeSet};

use harness::world::World;
use harness::{Client, Database};
use serde_json::{Value, json};
use tokio::time::{Duration, Instant, sleep};
use uuid::Uuid;

use crate::drift::resync;
use crate::people::people;
use crate::sign_ins::{self, listed, read};

on_both_databases!(
    coverage_counts_whom_no_policy_reaches,
    pairs_that_meet_are_told,
    coverage_waits_for_people,
    sign_ins_are_counted_by_how_well_they_are_covered
);

const GROUP: Uuid = Uuid::from_u128(0xc0fe_0001);
const INNER: Uuid = Uuid::from_u128(0xc0fe_0002);

const COVERAGE: &str = "query($id: ID!) { tenant(id: $id) { coverage(window: 7) { windowDays measurable reason peopleAsOf \
    users { covered partly uncovered unknown total } clientTypes { clientType level usersWithout } \
    userGaps { objectId displayName level guest excludedBy { policyName path entry policy { graphId } } } \
    emergencyAccounts { objectId level } } } }";
const OVERLAPS: &str = "query($id: ID!, $kinds: [PolicyOverlapKind!]) { tenant(id: $id) { policyOverlaps(kinds: $kinds) { measurable reason \
    policiesCompared counts { kind pairs } pairs { kind certain users sentence allApplications first { graphId } second { graphId } } } } }";

async fn coverage_counts_whom_no_policy_reaches(database: Database) {
    let (world, owner, tenant, users) = prepared(database).await;
    let sim = world.sim_tenant();
    let covering =
        add(&world, "Second factor for the group", json!({ "users": { "includeGroups": [GROUP], "excludeUsers": [users[1]] } }), "mfa")
            .await;
    // Near misses: report-only, and a device in place of a second factor.
    add_in(&world, "Report-only", json!({ "users": { "includeUsers": ["All"] } }), "mfa", "enabledForReportingButNotEnforced").await;
    add(&world, "Devices", json!({ "users": { "includeUsers": ["All"] } }), "compliantDevice").await;
    resync(&owner, &tenant).await;
    let text = world.cloud.graph(sim.tenant_id, sim.apps[0].client_id, "/users/$count?$filter=accountEnabled%20eq%20true").await;
    let enabled: u64 = text.trim_start_matches('\u{feff}').trim().parse().unwrap();

    let found = until(&owner, &tenant, COVERAGE, "coverage", |found| found["users"]["unknown"] == 0).await;
    let expected = json!({ "covered": 2, "partly": 0, "uncovered": enabled - 2, "unknown": 0, "total": enabled });
    assert_eq!(found["users"], expected, "{found:#}");
    assert_eq!((&found["windowDays"], &found["measurable"], &found["reason"]), (&json!(7), &json!(true), &Value::Null));
    let gaps = found["userGaps"].as_array().unwrap();
    assert_eq!(gaps.len(), 50.min(enabled as usize - 2));
    assert!(gaps.iter().all(|gap| gap["level"] == "UNCOVERED"));
    for client in found["clientTypes"].as_array().unwrap() {
        assert_eq!((&client["level"], client["usersWithout"].as_u64()), (&json!("PARTLY"), Some(enabled - 2)), "{client}");
    }

    // The excluded user becomes an emergency account: no gap any more.
    let revision =
        owner.send("query($id: ID!) { tenant(id: $id) { revision } }", json!({ "id": tenant })).await.at("/tenant/revision").clone();
    let input = json!({ "id": tenant, "objectIds": [users[1]], "expectedRevision": revision });
    let set = owner
        .send(
            "mutation($input: SetEmergencyAccessInput!) { setEmergencyAccess(input: $input) { userErrors { code message } } }",
            json!({ "input": input }),
        )
        .await;
    assert_eq!(set.user_errors("setEmergencyAccess"), Vec::<String>::new(), "{:#}", set.body);
    let found = until(&owner, &tenant, COVERAGE, "coverage", |found| found["emergencyAccounts"] != json!([])).await;
    assert_eq!(found["users"]["total"], json!(enabled - 1));
    assert_eq!(found["emergencyAccounts"], json!([{ "objectId": users[1], "level": "UNCOVERED" }]));
    assert!(found["userGaps"].as_array().unwrap().iter().all(|gap| gap["objectId"] != json!(users[1])));

    // Everybody but one: who is excluded is told by which policy, and by which clause.
    let edit = json!({ "conditions": { "users": { "includeUsers": ["All"], "includeGroups": [], "excludeUsers": [users[0], users[1]] } } });
    world.cloud.portal_edit(sim.tenant_id, &covering, edit).await;
    resync(&owner, &tenant).await;
    let found = until(&owner, &tenant, COVERAGE, "coverage", |found| found["users"]["uncovered"] == 1).await;
    let gap = &found["userGaps"][0];
    assert_eq!(gap["objectId"], json!(users[0]));
    let exclusion = json!([{ "policyName": "Second factor for the group", "path": "conditions.users.excludeUsers", "entry": users[0],
                             "policy": { "graphId": covering } }]);
    assert_eq!(gap["excludedBy"], exclusion, "{gap:#}");

    let refused = owner.try_send(&COVERAGE.replace("window: 7", "window: 8"), json!({ "id": tenant })).await.unwrap();
    assert!(refused.body["errors"][0]["message"].as_str().unwrap().contains("1, 7, 14 or 30"), "{:#}", refused.body);
}

async fn pairs_that_meet_are_told(database: Database) {
    let (world, owner, tenant, _) = prepared(database).await;
    let all = || json!({ "users": { "includeUsers": ["All"] } });
    let outer = add(&world, "Everybody", all(), "mfa").await;
    let inner = add(&world, "The group", json!({ "users": { "includeGroups": [GROUP] } }), "mfa").await;
    let nested = add(
        &world,
        "The nested group's terminals",
        json!({ "users": { "includeGroups": [INNER] }, "clientAppTypes": ["browser"] }),
        "block",
    )
    .await;
    resync(&owner, &tenant).await;
    let found = until_overlaps(&owner, &tenant, |found| found["policiesCompared"] == 3 && found["pairs"][0]["certain"] == true).await;
    assert_eq!(found["counts"], json!([{ "kind": "REDUNDANT", "pairs": 1 }, { "kind": "OVERLAP", "pairs": 2 }]), "{found:#}");
    let first = &found["pairs"][0];
    assert_eq!(
        (&first["kind"], &first["first"]["graphId"], &first["second"]["graphId"]),
        (&json!("REDUNDANT"), &json!(inner), &json!(outer))
    );
    assert_eq!((&first["users"], &first["allApplications"]), (&json!(3), &json!(true)));
    assert_eq!(
        first["sentence"],
        "everything that \"The group\" applies to is in \"Everybody\", which asks for as much: \"The group\" adds nothing."
    );

    // The nested group's one user blocked everywhere: the policy for it never has an effect.
    world.cloud.portal_edit(world.sim_tenant().tenant_id, &nested, json!({ "conditions": { "clientAppTypes": ["all"] } })).await;
    world.cloud.portal_edit(world.sim_tenant().tenant_id, &inner, json!({ "conditions": { "users": { "includeGroups": [INNER] } } })).await;
    resync(&owner, &tenant).await;
    let found = until_overlaps(&owner, &tenant, |found| found["counts"][0]["kind"] == "BLOCKED").await;
    assert_eq!((&found["pairs"][0]["first"]["graphId"], &found["pairs"][0]["users"]), (&json!(inner), &json!(1)), "{found:#}");
    let listed = owner.send(OVERLAPS, json!({ "id": tenant, "kinds": ["BLOCKED"] })).await;
    assert_eq!(listed.at("/tenant/policyOverlaps/pairs").as_array().unwrap().len(), 1);
}

async fn coverage_waits_for_people(database: Database) {
    let world = World::start_with(database, |options| {
        options.extra.insert("CAUSEWAY__WORKERS__PEOPLE_INTERVAL_S".to_owned(), "0".to_owned());
    })
    .await;
    let owner = world.server.client("OWNER").await;
    let tenant = world.connect(&owner, &world.sim_tenant()).await;
    let coverage = owner.send(COVERAGE, json!({ "id": tenant })).await.at("/tenant/coverage").clone();
    assert_eq!((&coverage["measurable"], &coverage["users"], &coverage["peopleAsOf"]), (&json!(false), &Value::Null, &Value::Null));
    assert!(coverage["reason"].as_str().unwrap().contains("has not been read"), "{coverage:#}");
    let overlaps = owner.send(OVERLAPS, json!({ "id": tenant })).await.at("/tenant/policyOverlaps").clone();
    assert_eq!((&overlaps["measurable"], &overlaps["pairs"]), (&json!(false), &json!([])));
}

/// The simulator's own list of sign-ins is the oracle of every count.
async fn sign_ins_are_counted_by_how_well_they_are_covered(database: Database) {
    let (world, owner, tenant, _) = prepared_in(sign_ins::start(database, 1).await).await;
    let before = judged(&listed(&world, &read(&owner, &tenant).await).await);
    let excluded = before.iter().max_by_key(|(_, count)| **count).expect("somebody signed in").0.clone();
    let users = json!({ "includeUsers": ["All"], "excludeUsers": [excluded] });
    add(&world, "Second factor for all but one", json!({ "users": users }), "mfa").await;
    resync(&owner, &tenant).await;
    let log = read(&owner, &tenant).await;
    let entries = listed(&world, &log).await;
    let counted = judged(&entries);
    let all: u64 = counted.values().sum();
    let of_excluded = |entry: &&&Value| entry["userId"] == json!(excluded);
    let resources: Vec<&Value> = entries.iter().filter(|entry| reached(entry) && !is_user_action(entry)).collect();
    let (total, gap) = (resources.len(), resources.iter().filter(of_excluded).count());
    assert!(counted.len() > 1 && gap > 0, "more than one person signed in: {counted:?}");
    assert!(entries.len() as u64 > all && all > total as u64, "wrong passwords and user actions are in the log");

    let found =
        until(&owner, &tenant, SIGN_INS, "coverage", |found| found["signIns"]["total"] == total && found["users"]["uncovered"] == 1).await;
    let expected = json!({ "covered": total - gap, "partly": 0, "uncovered": gap, "unknown": 0, "total": total });
    assert_eq!(found["signIns"], expected, "{found:#}");
    assert_eq!(found["userGaps"], json!([{ "objectId": excluded, "level": "UNCOVERED", "signIns": counted[&excluded] }]));
    assert_eq!(found["dataThrough"], log["dataThrough"]);
    let by_client: u64 = found["clientTypes"].as_array().unwrap().iter().map(|client| client["signIns"].as_u64().unwrap()).sum();
    assert_eq!(by_client, all);
    let asked: BTreeSet<&str> = resources.iter().filter_map(|entry| entry["resourceId"].as_str()).collect();
    assert_eq!(found["applications"]["total"].as_u64(), Some(asked.len() as u64), "{asked:?}");
}

const SIGN_INS: &str = "query($id: ID!) { tenant(id: $id) { coverage(window: 7) { dataThrough signIns { covered partly uncovered unknown total } \
    users { uncovered } applications { total } clientTypes { signIns } userGaps { objectId level signIns } } } }";

/// Sign-ins that reached Conditional Access, by user.
fn judged(entries: &[Value]) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for entry in entries.iter().filter(|entry| reached(entry)) {
        *counts.entry(entry["userId"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    counts
}

/// Registering security information or a device asks for no application.
fn is_user_action(entry: &Value) -> bool {
    ["19db86c3-b2b9-44cc-b339-36da233a3be2", "01cb2876-7ebd-4aa4-9cc9-d28bd4d359a9"]
        .contains(&entry["resourceId"].as_str().unwrap_or_default())
}

/// The simulator's own codes of a first factor that failed.
fn reached(entry: &Value) -> bool {
    ![50126, 50053].contains(&entry["status"]["errorCode"].as_i64().unwrap())
}

/// A tenant without any policy in force, a group of three users (one of them through a nested group), and the ids of these users.
async fn prepared(database: Database) -> (World, Client, String, Vec<Uuid>) {
    prepared_in(World::start(database).await).await
}

async fn prepared_in(world: World) -> (World, Client, String, Vec<Uuid>) {
    let owner = world.server.client("OWNER").await;
    let sim = world.sim_tenant();
    let policies = world.cloud.call("GET", &format!("/tenants/{}/policies", sim.tenant_id), Value::Null).await;
    for policy in policies["policies"].as_array().or(policies["value"].as_array()).unwrap() {
        if policy["state"] != "disabled" {
            world.cloud.portal_edit(sim.tenant_id, policy["id"].as_str().unwrap(), json!({ "state": "disabled" })).await;
        }
    }
    let users: Vec<Uuid> = (1..=3).map(|number| Uuid::from_u128(0xc0fe_1000 + number)).collect();
    let objects = json!({
        "users": users.iter().map(|id| json!({ "id": id, "displayName": format!("User {id}") })).collect::<Vec<_>>(),
        "groups": [{ "id": GROUP, "displayName": "Group" }, { "id": INNER, "displayName": "Inner" }],
        "memberships": [[GROUP, users[0]], [GROUP, users[1]], [GROUP, INNER], [INNER, users[2]]],
    });
    world.cloud.call("POST", &format!("/tenants/{}/objects", sim.tenant_id), objects).await;
    let tenant = world.connect(&owner, &sim).await;
    people(&owner, &tenant).await;
    (world, owner, tenant, users)
}

/// A policy that somebody makes in the portal, enforced; its Graph id.
async fn add(world: &World, name: &str, conditions: Value, control: &str) -> String {
    add_in(world, name, conditions, control, "enabled").await
}

async fn add_in(world: &World, name: &str, conditions: Value, control: &str, state: &str) -> String {
    let mut all = json!({ "applications": { "includeApplications": ["All"] }, "clientAppTypes": ["all"] });
    conditions.as_object().unwrap().iter().for_each(|(name, value)| all[name] = value.clone());
    let grant = json!({ "operator": "OR", "builtInControls": [control] });
    let body = json!({ "displayName": name, "state": state, "conditions": all, "grantControls": grant });
    let made = world
        .cloud
        .try_portal(world.sim_tenant().tenant_id, json!({ "method": "POST", "body": body }))
        .await
        .expect("the portal accepts it");
    made["id"].as_str().or(made["policy"]["id"].as_str()).expect("an id").to_owned()
}

async fn until_overlaps(client: &Client, tenant: &str, done: impl Fn(&Value) -> bool) -> Value {
    until(client, tenant, OVERLAPS, "policyOverlaps", done).await
}

/// Groups that a policy names for the first time are read in the background: waits for what follows from them.
async fn until(client: &Client, tenant: &str, query: &str, field: &str, done: impl Fn(&Value) -> bool) -> Value {
    let end = Instant::now() + Duration::from_secs(30);
    loop {
        let found = client.send(query, json!({ "id": tenant })).await.at(&format!("/tenant/{field}")).clone();
        if done(&found) {
            return found;
        }
        assert!(Instant::now() < end, "it did not come: {found:#}");
        sleep(Duration::from_millis(100)).await;
    }
}

//! What-if: a described sign-in against a tenant's policies, as they are and as a change would make them.

use harness::world::World;
use harness::{Answer, Client, Database};
use serde_json::{Value, json};

use crate::story::{create, report_only_policy};

on_both_databases!(
    every_policy_answers_with_its_clause,
    a_change_is_seen_before_it_is_made,
    a_location_is_seen_before_it_moves,
    who_may_ask_and_what
);

const EXCHANGE: &str = "00000002-0000-0ff1-ce00-000000000000";
const SOMEBODY: &str = "0a0a0a0a-0000-4000-8000-000000000001";

const QUERY: &str = "query($tenant: ID!, $signIn: SignInInput!, $change: ID) { whatIf(tenantId: $tenant, signIn: $signIn, changeId: $change) {
    before { ...side } after { ...side } } }
fragment side on WhatIfDecision {
    standing status blockedBy { displayName } missing { control standing policies { displayName } } session { everyTime signInFrequencyHours }
    policies(first: 100) { totalCount nodes { policy { id } displayName state applies standing result
        decidedBy { condition met reason path entry } conditions { condition met } } } }";

/// A browser on an unregistered Windows computer in the Netherlands, nothing proven; every fact is given.
fn described() -> Value {
    json!({
        "identity": { "user": { "objectId": SOMEBODY, "guestType": null, "groupIds": [], "roleTemplateIds": [] } },
        "target": { "applicationId": EXCHANGE },
        "authenticationContexts": [],
        "client": "BROWSER",
        "platform": "WINDOWS",
        "ipAddress": "198.51.100.7",
        "country": "NL",
        "gpsCountry": null,
        "device": { "unregistered": true },
        "signInRisk": "NONE",
        "userRisk": "NONE",
        "insiderRisk": null,
        "transferMethod": "NONE",
        "proofs": { "mfa": false, "combinations": [], "registered": ["password,sms"], "approvedApp": false, "protectedApp": false,
            "acceptedTerms": [], "remediated": false, "boundToken": false },
    })
}

async fn ask(client: &Client, tenant: &str, sign_in: Value, change: Option<&Value>) -> Answer {
    client.send(QUERY, json!({ "tenant": tenant, "signIn": sign_in, "change": change })).await
}

fn policies(answer: &Answer, side: &str) -> Vec<Value> {
    answer.at(&format!("/whatIf/{side}/policies/nodes")).as_array().unwrap_or_else(|| panic!("{:#}", answer.body)).clone()
}

fn of(policies: &[Value], id: &Value) -> Option<Value> {
    policies.iter().find(|policy| policy["policy"]["id"] == *id).cloned()
}

async fn every_policy_answers_with_its_clause(database: Database) {
    let world = World::start(database).await;
    let owner = world.server.client("OWNER").await;
    // The tenant whose policies are enforced.
    let tenants = world.sim.tenants();
    let enforcing = tenants.iter().find(|tenant| tenant.display_name.starts_with("Veldhoven")).unwrap();
    let tenant = world.connect(&owner, enforcing).await;
    let live = world.policies(&owner, &tenant).await;

    let answer = ask(&owner, &tenant, described(), None).await;
    let asked = policies(&answer, "before");
    assert_eq!(asked.len(), live.len(), "every policy answers");
    assert!(answer.at("/whatIf/after").is_null());
    for policy in &asked {
        let decided = &policy["decidedBy"];
        assert_eq!(decided["met"], policy["applies"], "{policy:#}");
        assert!(
            decided["path"].as_str().unwrap().starts_with(if policy["state"] == "DISABLED" { "state" } else { "conditions." }),
            "{policy:#}"
        );
        assert_eq!(policy["standing"].is_null(), policy["applies"] == "NO", "{policy:#}");
        let (applies, state) = (policy["applies"].as_str().unwrap(), policy["state"].as_str().unwrap());
        let expected = match (applies, state) {
            (_, "DISABLED") => "NOT_ENABLED",
            ("NO", "ENABLED") => "NOT_APPLIED",
            ("NO", _) => "REPORT_ONLY_NOT_APPLIED",
            _ => policy["result"].as_str().unwrap(),
        };
        assert_eq!(policy["result"], expected, "{policy:#}");
    }
    let count = |answer: &str| asked.iter().filter(|policy| policy["applies"] == answer).count();
    assert!(count("YES") > 0 && count("NO") > 0, "{asked:#?}");

    // What is left out is unknown, and the clause that tests it says so.
    let bare = json!({ "identity": { "guest": { "guestType": "B2B_COLLABORATION_GUEST" } }, "target": { "applicationId": EXCHANGE } });
    let answer = ask(&owner, &tenant, bare, None).await;
    let unknown: Vec<Value> = policies(&answer, "before").into_iter().filter(|policy| policy["applies"] == "UNKNOWN").collect();
    assert!(unknown.iter().any(|policy| policy["decidedBy"]["reason"] == "FACT_MISSING"), "{:#}", answer.body);
    assert!(policies(&answer, "before").iter().all(|policy| policy["state"] != "DISABLED" || policy["applies"] == "NO"));

    // Policies for users are none for a service principal.
    let mut workload = described();
    workload["identity"] = json!({ "servicePrincipal": { "objectId": SOMEBODY, "singleTenant": true, "attributes": [] } });
    let answer = ask(&owner, &tenant, workload, None).await;
    assert!(policies(&answer, "before").iter().all(|policy| policy["applies"] == "NO"), "{:#}", answer.body);
    assert_eq!((answer.at("/whatIf/before/status"), answer.at("/whatIf/before/standing")), (&json!("NOT_APPLIED"), &json!("SATISFIED")));
}

async fn a_change_is_seen_before_it_is_made(database: Database) {
    let world = World::start(database).await;
    let owner = world.server.client("OWNER").await;
    let tenant = world.connect(&owner, &world.sim_tenant()).await;
    let policy = report_only_policy(&world, &owner, &tenant).await;
    let id = &policy["id"];

    // Turned into a policy that blocks everybody: refused after, not before.
    let widened = json!({ "json": { "kind": "policy.grant_change", "builtInControls": ["block"], "operator": "OR" } });
    let block = create(&owner, &policy, widened).await;
    let answer = ask(&owner, &tenant, described(), Some(&block["id"])).await;
    let (before, after) = (policies(&answer, "before"), policies(&answer, "after"));
    assert_eq!(before.len(), after.len());
    let (was, is) = (of(&before, id).unwrap(), of(&after, id).unwrap());
    assert_eq!(was["applies"], is["applies"], "only the controls change");
    if is["applies"] == "YES" {
        assert_eq!(is["result"], "REPORT_ONLY_FAILURE", "{is:#}");
    }

    // Excluded from it by the change.
    let exclude = create(&owner, &policy, json!({ "assignmentChange": { "excludeUsers": { "add": [SOMEBODY] } } })).await;
    let answer = ask(&owner, &tenant, described(), Some(&exclude["id"])).await;
    let is = of(&policies(&answer, "after"), id).unwrap();
    assert_eq!(is["applies"], "NO", "{is:#}");
    let users = is["conditions"].as_array().unwrap().iter().find(|clause| clause["condition"] == "USERS").unwrap();
    assert_eq!(users["met"], "NO");

    // Deleted by the change, and disabled by another; nothing of it has happened.
    let delete = create(&owner, &policy, json!({ "delete": { "confirmDisplayName": policy["displayName"] } })).await;
    let answer = ask(&owner, &tenant, described(), Some(&delete["id"])).await;
    assert_eq!(of(&policies(&answer, "after"), id), None);
    assert_eq!(policies(&answer, "after").len() + 1, policies(&answer, "before").len());
    let disable = create(&owner, &policy, json!({ "stateChange": { "to": "DISABLED" } })).await;
    let answer = ask(&owner, &tenant, described(), Some(&disable["id"])).await;
    let is = of(&policies(&answer, "after"), id).unwrap();
    assert_eq!((is["result"].as_str(), is["decidedBy"]["path"].as_str()), (Some("NOT_ENABLED"), Some("state")));
    assert!(world.cloud.writes(world.sim_tenant().tenant_id).await.is_empty(), "nothing was written");
}

async fn a_location_is_seen_before_it_moves(database: Database) {
    let world = World::start(database).await;
    let owner = world.server.client("OWNER").await;
    let sim = world.sim_tenant();
    let kind = "#microsoft.graph.ipNamedLocation";
    let range = |address: &str| json!([{ "@odata.type": "#microsoft.graph.iPv4CidrRange", "cidrAddress": address }]);
    let new = json!({ "@odata.type": kind, "displayName": "Branch", "isTrusted": false, "ipRanges": range("203.0.113.0/24") });
    let branch = json!({ "method": "POST", "collection": "namedLocations", "body": new });
    let branch = world.cloud.try_portal(sim.tenant_id, branch).await.unwrap()["id"].clone();
    let mut ids = Vec::new();
    for (name, location) in [("Outside of the branch", branch.clone()), ("Outside of what is trusted", json!("AllTrusted"))] {
        let body = json!({
            "displayName": name, "state": "enabledForReportingButNotEnforced",
            "conditions": { "users": { "includeUsers": ["All"] }, "applications": { "includeApplications": ["All"] }, "clientAppTypes": ["all"],
                "locations": { "includeLocations": ["All"], "excludeLocations": [location] } },
            "grantControls": { "operator": "OR", "builtInControls": ["block"] },
        });
        ids.push(world.cloud.try_portal(sim.tenant_id, json!({ "method": "POST", "body": body })).await.unwrap()["id"].clone());
    }
    let tenant = world.connect(&owner, &sim).await;
    let draft = async |payload: Value| {
        let query = "mutation($input: CreateChangeInput!) { createChange(input: $input) { change { id } userErrors { message } } }";
        let made = owner.send(query, json!({ "input": { "tenantId": tenant, "payload": { "json": payload } } })).await;
        assert_eq!(made.at("/createChange/userErrors"), &json!([]), "{:#}", made.body);
        made.at("/createChange/change/id").clone()
    };
    let address = json!({ "isTrusted": true, "ipRanges": ["198.18.5.0/24"] });
    let trusted = json!({ "kind": "location.create", "displayName": "Headquarters", "location": { "ip": address } });
    // Where the sign-in comes from becomes the branch's, a trusted place of its own, and the branch a trusted place.
    let update = |fields: Value| {
        let mut payload = json!({ "kind": "location.update", "locationId": branch });
        payload.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        payload
    };
    for (what, payload, applies) in [
        ("moved", update(json!({ "ipRanges": ["198.18.5.0/24"] })), ["NO", "YES"]),
        ("created", trusted, ["YES", "NO"]),
        ("trusted, but elsewhere", update(json!({ "isTrusted": true })), ["YES", "YES"]),
        ("moved and trusted", update(json!({ "isTrusted": true, "ipRanges": ["198.18.5.0/24"] })), ["NO", "NO"]),
    ] {
        let change = draft(payload).await;
        let mut elsewhere = described();
        elsewhere["ipAddress"] = json!("198.18.5.7");
        let answer = ask(&owner, &tenant, elsewhere, Some(&change)).await;
        let live = world.policies(&owner, &tenant).await;
        for (graph_id, expected) in ids.iter().zip(applies) {
            let id = &live.iter().find(|policy| policy["graphId"] == *graph_id).unwrap()["id"];
            assert_eq!(of(&policies(&answer, "before"), id).unwrap()["applies"], "YES", "{what}");
            let after = of(&policies(&answer, "after"), id).unwrap();
            assert_eq!(after["applies"], expected, "{what}: {after:#}");
        }
    }
}

async fn who_may_ask_and_what(database: Database) {
    let world = World::start(database).await;
    let owner = world.server.client("OWNER").await;
    let tenant = world.connect(&owner, &world.sim_tenant()).await;
    for (role, code) in [("VIEWER", Some("FORBIDDEN")), ("APPROVER", Some("FORBIDDEN")), ("OPERATOR", None), ("ADMIN", None)] {
        let client = world.server.client(role).await;
        let answer = ask(&client, &tenant, described(), None).await;
        assert_eq!(answer.error_code(), code, "{role}: {:#}", answer.body);
        assert_eq!(answer.body["data"]["whatIf"].is_null(), code.is_some(), "{role}");
    }
    for (path, value) in [
        ("/ipAddress", json!("not an address")),
        ("/country", json!("Netherlands")),
        ("/client", json!("ALL")),
        ("/identity/user/objectId", json!("somebody")),
        ("/target/applicationId", json!("Office365")),
        ("/device", json!({ "registered": { "extensionAttributes": [{ "number": 16, "value": "x" }] } })),
    ] {
        let mut wrong = described();
        *wrong.pointer_mut(path).unwrap() = value;
        assert_eq!(ask(&owner, &tenant, wrong, None).await.error_code(), Some("BAD_USER_INPUT"), "{path}");
    }
    // What is no change is nothing.
    let policy = report_only_policy(&world, &owner, &tenant).await;
    let answer = ask(&owner, &tenant, described(), Some(&policy["id"])).await;
    assert!(answer.at("/whatIf").is_null(), "{:#}", answer.body);
}

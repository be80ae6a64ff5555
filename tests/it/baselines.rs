//! A baseline through the schema: imported with notes, created from by name, and what a tenant is measured against; and the same import by
//! the command line.

use std::time::Duration;

use harness::world::World;
use harness::{Client, Database};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::story::{apply, step};

on_both_databases!(a_policy_is_created_from_a_baseline_and_the_tenant_is_measured_against_it, imports_are_judged_file_by_file);

const GROUP: &str = "7d3f1b52-93f4-4b0c-8a30-0c6a0f4b5a11";

fn document(name: &str) -> Value {
    json!({
        "id": "00000000-1111-4111-8111-111111111111",
        "createdDateTime": "2024-01-01T00:00:00Z",
        "displayName": name,
        "state": "enabled",
        "conditions": {
            "users": { "includeUsers": ["all"], "excludeGroups": ["Baseline break glass"] },
            "applications": { "includeApplications": ["All"] },
            "clientAppTypes": ["all"],
            "locations": []
        },
        "grantControls": { "operator": "OR", "builtInControls": ["mfa"] }
    })
}

async fn a_policy_is_created_from_a_baseline_and_the_tenant_is_measured_against_it(database: Database) {
    let (world, owner, tenant) = connected(database).await;
    let baseline = baseline(&owner, "Ours").await;
    let files = [("set/BL001-Global.json", document("BL001-Global: MFA")), ("set/BL002.json", document("BL002-Admins: MFA"))];
    let imported = import(&owner, &baseline, &files, "first").await;
    assert_eq!(imported["refused"], json!([]));
    let first = &imported["imported"][0];
    assert_eq!((&first["code"], &first["tags"]), (&json!("BL001"), &json!(["set"])));
    assert_eq!(first["notes"].as_array().unwrap().len(), 2, "{first:#}");
    assert_eq!(first["document"]["conditions"]["users"]["includeUsers"], json!(["All"]));
    assert_eq!(first["document"].get("id"), None);

    // Both are missing once the tenant is measured.
    assign(&owner, &tenant, Some(&baseline)).await;
    resync(&owner, &tenant).await;
    assert_eq!(open(&owner, &tenant, "MISSING").await.len(), 2);
    assert!(!open(&owner, &tenant, "EXTRA").await.is_empty(), "the seeded policies are in no baseline");

    // The group goes by its name, and no policy of the tenant refers to it yet.
    let entra = world.sim_tenant().tenant_id;
    let objects = json!({ "groups": [{ "id": GROUP, "displayName": "Baseline break glass" }] });
    world.cloud.call("POST", &format!("/tenants/{entra}/objects"), objects).await;
    let change = draft(&owner, &tenant, json!({ "source": { "baselinePolicyId": first["id"] } })).await;
    assert_eq!(change["payload"]["state"], "REPORT_ONLY");
    assert_eq!((&change["payload"]["source"], &change["payload"]["sourceId"]), (&json!("BASELINE"), &first["id"]));
    let dry = step(&owner, "runDryRun", &change).await;
    let seen = owner
        .send(
            "query($id: ID!) { changeRequest(id: $id) { dryRun { summary write diff { path label risk } references { path given isResolved candidates { reference displayName } } } } }",
            json!({ "id": change["id"] }),
        )
        .await;
    let dry_run = seen.at("/changeRequest/dryRun");
    assert_eq!(
        dry_run["references"][0]["candidates"],
        json!([{ "reference": GROUP, "displayName": "Baseline break glass" }]),
        "{dry_run:#}"
    );
    assert_eq!(dry_run["write"]["conditions"]["users"]["excludeGroups"], json!([GROUP]));
    assert!(!dry_run["summary"].as_str().unwrap().is_empty());
    apply(&owner, "applyChange", &dry).await;
    let end = world.wait_for(&owner, change["id"].as_str().unwrap(), &["APPLIED", "FAILED"]).await;
    assert_eq!(end["status"], "APPLIED", "{end:#}");

    // Created in report-only while the baseline enforces: that is a difference, and a critical one.
    resync(&owner, &tenant).await;
    assert_eq!(names(&open(&owner, &tenant, "MISSING").await), ["BL002-Admins: MFA"]);
    let modified = open(&owner, &tenant, "MODIFIED").await;
    assert_eq!(names(&modified), ["BL001-Global: MFA"], "{modified:#?}");
    assert_eq!(modified[0]["diff"].as_array().unwrap().iter().map(|line| line["path"].as_str().unwrap()).collect::<Vec<_>>(), ["state"]);

    // Without a baseline there is no drift against it.
    assign(&owner, &tenant, None).await;
    resync(&owner, &tenant).await;
    for kind in ["MISSING", "EXTRA", "MODIFIED"] {
        assert_eq!(open(&owner, &tenant, kind).await, [] as [Value; 0]);
    }
}

async fn imports_are_judged_file_by_file(database: Database) {
    let (_world, owner, _) = connected(database).await;
    let baseline = baseline(&owner, "Mixed").await;
    let mut legacy = document("CA9 legacy");
    legacy["conditions"]["deviceStates"] = json!({ "includeStates": ["All"], "excludeStates": ["Compliant"] });
    let files = [("a.json", document("CA001 one")), ("legacy.json", legacy), ("note.json", json!({ "hello": 1 }))];
    let once = import(&owner, &baseline, &files, "key").await;
    let refused: Vec<&str> = once["refused"].as_array().unwrap().iter().map(|file| file["reason"].as_str().unwrap()).collect();
    assert_eq!(refused.len(), 2);
    assert!(refused[0].contains("device filter") && refused[1].contains("displayName"), "{refused:?}");
    // A repeated call changes nothing, and the same path keeps its id.
    let twice = import(&owner, &baseline, &files, "key").await;
    assert_eq!(twice["imported"][0]["id"], once["imported"][0]["id"]);
    assert_eq!(twice["baseline"]["revision"], once["baseline"]["revision"]);
    let again = import(&owner, &baseline, &[("a.json", document("CA001 renamed"))], "other").await;
    assert_eq!(again["imported"][0]["id"], once["imported"][0]["id"]);
    assert_eq!((&again["imported"][0]["displayName"], &again["baseline"]["policyCount"]), (&json!("CA001 renamed"), &json!(1)));

    let taken = owner
        .send(
            "mutation($input: CreateBaselineInput!) { createBaseline(input: $input) { userErrors { code } } }",
            json!({ "input": { "name": "MIXED" } }),
        )
        .await;
    assert_eq!(taken.user_errors("createBaseline"), ["INVALID_INPUT"]);
    let deleted = owner
        .send(
            "mutation($input: DeleteBaselinePolicyInput!) { deleteBaselinePolicy(input: $input) { baseline { policyCount policies { totalCount nodes { id } } } userErrors { code } } }",
            json!({ "input": { "id": once["imported"][0]["id"] } }),
        )
        .await;
    assert_eq!(deleted.at("/deleteBaselinePolicy/baseline"), &json!({ "policyCount": 0, "policies": { "totalCount": 0, "nodes": [] } }));
    let listed = owner.send("{ viewer { workspace { baselines { nodes { name } } } } }", json!({})).await;
    assert_eq!(listed.at("/viewer/workspace/baselines/nodes"), &json!([{ "name": "Mixed" }]));
}

async fn connected(database: Database) -> (World, Client, String) {
    let world = World::start(database).await;
    let owner = world.server.client("OWNER").await;
    let tenant = world.connect(&owner, &world.sim_tenant()).await;
    (world, owner, tenant)
}

async fn baseline(client: &Client, name: &str) -> String {
    let query = "mutation($input: CreateBaselineInput!) { createBaseline(input: $input) { baseline { id } userErrors { code message } } }";
    client.send(query, json!({ "input": { "name": name } })).await.text("/createBaseline/baseline/id")
}

async fn import(client: &Client, baseline: &str, files: &[(&str, Value)], key: &str) -> Value {
    let files: Vec<Value> = files.iter().map(|(path, document)| json!({ "path": path, "content": document.to_string() })).collect();
    let query = "mutation($input: ImportBaselineInput!) { importBaseline(input: $input) { baseline { policyCount revision } \
        imported { id code displayName tags notes path document } refused { path reason } userErrors { code message } } }";
    let answer = client.send(query, json!({ "input": { "baselineId": baseline, "files": files, "idempotencyKey": key } })).await;
    assert_eq!(answer.user_errors("importBaseline"), Vec::<String>::new());
    answer.at("/importBaseline").clone()
}

async fn draft(client: &Client, tenant: &str, create: Value) -> Value {
    let query = "mutation($input: CreateChangeInput!) { createChange(input: $input) { change { id revision status \
        payload { ... on CreatePolicy { state source sourceId displayName } } } userErrors { code message path } } }";
    let input = json!({ "tenantId": tenant, "payload": { "create": create } });
    let answer = client.send(query, json!({ "input": input })).await;
    assert_eq!(answer.user_errors("createChange"), Vec::<String>::new(), "{:#}", answer.at("/createChange"));
    answer.at("/createChange/change").clone()
}

async fn assign(client: &Client, tenant: &str, baseline: Option<&str>) {
    let revision =
        client.send("query($id: ID!) { tenant(id: $id) { revision } }", json!({ "id": tenant })).await.at("/tenant/revision").clone();
    let query = "mutation($input: AssignBaselineInput!) { assignBaseline(input: $input) { tenant { baseline { id } } userErrors { code message } } }";
    let input = json!({ "tenantId": tenant, "baselineId": baseline, "expectedRevision": revision });
    let answer = client.send(query, json!({ "input": input })).await;
    let wanted = baseline.map_or(Value::Null, |id| json!({ "id": id }));
    assert_eq!(answer.at("/assignBaseline/tenant/baseline"), &wanted);
}

/// Open items of drift against the baseline, of one kind.
async fn open(client: &Client, tenant: &str, kind: &str) -> Vec<Value> {
    let query = "query($id: ID!) { tenant(id: $id) { drift(first: 100, status: [OPEN], source: BASELINE) { nodes { kind severity displayName diff { path } } } } }";
    let answer = client.send(query, json!({ "id": tenant })).await;
    answer.at("/tenant/drift/nodes").as_array().unwrap().iter().filter(|item| item["kind"] == kind).cloned().collect()
}

fn names(items: &[Value]) -> Vec<&str> {
    items.iter().map(|item| item["displayName"].as_str().unwrap()).collect()
}

/// Asks for a sync and waits for its end.
async fn resync(client: &Client, tenant: &str) {
    let last = async || {
        client.send("query($id: ID!) { tenant(id: $id) { lastSyncAt } }", json!({ "id": tenant })).await.text("/tenant/lastSyncAt")
    };
    let before = last().await;
    let query = "mutation($input: ResyncTenantInput!) { resyncTenant(input: $input) { userErrors { code } } }";
    assert_eq!(client.send(query, json!({ "input": { "id": tenant } })).await.user_errors("resyncTenant"), Vec::<String>::new());
    let until = Instant::now() + Duration::from_secs(120);
    while last().await == before {
        assert!(Instant::now() < until, "the sync did not end");
        sleep(Duration::from_millis(50)).await;
    }
}

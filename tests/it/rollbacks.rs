//! Rollback: three-way, once, and of what came, went and came back (domain.md section 3, promise 6; P19).

use harness::world::World;
use harness::{Client, Database};
use serde_json::{Value, json};

use crate::approvals::{done, mutate, settings};
use crate::outcome::resync;
use crate::story::{apply, codes, create, report_only_policy, step};

on_both_databases!(
    edits_of_other_fields_stay_and_of_the_same_refuse,
    what_came_goes_and_what_went_comes_back,
    a_second_approval_is_needed_after_an_edit
);

/// Drafts, dry-runs and applies.
async fn applied(world: &World, client: &Client, input: Value) -> Value {
    let change = done(client, "createChange", "CreateChangeInput", input).await;
    let dry = step(client, "runDryRun", &change).await;
    assert_eq!(dry["status"], "DRY_RUN_COMPLETE", "{dry:#}");
    apply(client, "applyChange", &dry).await;
    let end = world.wait_for(client, change["id"].as_str().unwrap(), &["APPLIED", "FAILED"]).await;
    assert_eq!(end["status"], "APPLIED", "{end:#}");
    end
}

/// Rolls back and waits for the end of both.
async fn rolled_back(world: &World, client: &Client, change: &Value) -> Value {
    let rollback = apply(client, "rollbackChange", change).await;
    let end = world.wait_for(client, rollback["id"].as_str().unwrap(), &["APPLIED", "FAILED"]).await;
    assert_eq!(end["status"], "APPLIED", "{end:#}");
    world.wait_for(client, change["id"].as_str().unwrap(), &["ROLLED_BACK"]).await;
    end
}

async fn edits_of_other_fields_stay_and_of_the_same_refuse(database: Database) {
    let world = World::start(database).await;
    let owner = world.server.client("OWNER").await;
    let tenant = world.connect(&owner, &world.sim_tenant()).await;
    let policy = report_only_policy(&world, &owner, &tenant).await;
    let (entra, graph_id) = (world.sim_tenant().tenant_id, policy["graphId"].as_str().unwrap());
    let rename = |name: &str| json!({ "policyId": policy["id"], "payload": { "rename": { "displayName": name } } });

    let change = applied(&world, &owner, rename("First")).await;
    world.cloud.portal_edit(entra, graph_id, json!({ "conditions": { "clientAppTypes": ["browser"] } })).await;
    resync(&owner, &tenant).await;
    rolled_back(&world, &owner, &change).await;
    let live = world.cloud.policy(entra, graph_id).await;
    assert_eq!((&live["displayName"], &live["conditions"]["clientAppTypes"]), (&policy["displayName"], &json!(["browser"])));

    let change = applied(&world, &owner, rename("Second")).await;
    world.cloud.portal_edit(entra, graph_id, json!({ "displayName": "Somebody else's" })).await;
    resync(&owner, &tenant).await;
    let query = "mutation($input: ApplyInput!) { rollbackChange(input: $input) { change { id } userErrors { __typename code \
        ... on ThreeWayConflictError { fields { path before after live } } } } }";
    let input = json!({ "id": change["id"], "expectedRevision": change["revision"], "digest": change["dryRun"]["digest"] });
    let refused = owner.send(query, json!({ "input": input })).await;
    let fields = json!([{ "path": "displayName", "before": policy["displayName"], "after": "Second", "live": "Somebody else's" }]);
    let error = refused.at("/rollbackChange/userErrors/0");
    assert_eq!((&error["code"], &error["fields"]), (&json!("ROLLBACK_CONFLICT"), &fields), "{:#}", refused.body);
    assert_eq!(world.cloud.policy(entra, graph_id).await["displayName"], "Somebody else's");
}

async fn what_came_goes_and_what_went_comes_back(database: Database) {
    let world = World::start(database).await;
    let owner = world.server.client("OWNER").await;
    let tenant = world.connect(&owner, &world.sim_tenant()).await;
    let policy = report_only_policy(&world, &owner, &tenant).await;
    let (entra, graph_id) = (world.sim_tenant().tenant_id, policy["graphId"].as_str().unwrap());
    let before = world.cloud.policy(entra, graph_id).await;

    let delete = json!({ "policyId": policy["id"], "payload": { "delete": { "confirmDisplayName": policy["displayName"] } } });
    let deleted = applied(&world, &owner, delete.clone()).await;
    assert!(!has(&world, graph_id).await);
    let restored = rolled_back(&world, &owner, &deleted).await;
    assert_eq!(world.cloud.policy(entra, graph_id).await["conditions"], before["conditions"], "the same policy, under its own id");
    assert_eq!(codes(&owner, "rollbackChange", &deleted).await, ["STALE_REVISION"], "once");
    rolled_back(&world, &owner, &restored).await;
    assert!(!has(&world, graph_id).await, "a rollback is undone like any change");

    let payload = json!({ "create": { "source": { "document": before }, "displayName": "A copy", "state": "DISABLED" } });
    let created = applied(&world, &owner, json!({ "tenantId": tenant, "payload": payload })).await;
    let seen = owner.send("query($id: ID!) { changeRequest(id: $id) { policy { graphId } } }", json!({ "id": created["id"] })).await;
    let new = seen.text("/changeRequest/policy/graphId");
    assert!(has(&world, &new).await);
    rolled_back(&world, &owner, &created).await;
    assert!(!has(&world, &new).await);

    let location = json!({ "displayName": "Branch", "location": { "ip": { "ipRanges": ["203.0.113.0/24"] } } });
    let branch = applied(&world, &owner, json!({ "tenantId": tenant, "payload": { "locationCreate": location } })).await;
    rolled_back(&world, &owner, &branch).await;
}

async fn has(world: &World, graph_id: &str) -> bool {
    let entra = world.sim_tenant().tenant_id;
    let all = world.cloud.call("GET", &format!("/tenants/{entra}/policies"), Value::Null).await;
    let all = all["policies"].as_array().or(all["value"].as_array()).cloned().unwrap_or_default();
    all.iter().any(|policy| policy["id"] == graph_id)
}

/// Within a day and untouched it goes at once; what somebody edited since is reviewed like any change.
async fn a_second_approval_is_needed_after_an_edit(database: Database) {
    let world = World::start(database).await;
    let owner = world.server.client("OWNER").await;
    let tenant = world.connect(&owner, &world.sim_tenant()).await;
    let policy = report_only_policy(&world, &owner, &tenant).await;
    let (entra, graph_id) = (world.sim_tenant().tenant_id, policy["graphId"].as_str().unwrap());
    let rename = |name: &str| json!({ "policyId": policy["id"], "payload": { "rename": { "displayName": name } } });
    let untouched = applied(&world, &owner, rename("Untouched")).await;
    let change = create(&owner, &policy, json!({ "rename": { "displayName": "Never" } })).await;
    done(&owner, "cancelChange", "ChangeRef", json!({ "id": change["id"], "expectedRevision": change["revision"] })).await;
    settings(&owner, json!({ "requireApproval": true })).await;
    rolled_back(&world, &owner, &untouched).await;

    settings(&owner, json!({ "requireApproval": false })).await;
    let touched = applied(&world, &owner, rename("Touched")).await;
    settings(&owner, json!({ "requireApproval": true })).await;
    world.cloud.portal_edit(entra, graph_id, json!({ "conditions": { "clientAppTypes": ["browser"] } })).await;
    resync(&owner, &tenant).await;
    let rollback = apply(&owner, "rollbackChange", &touched).await;
    assert_eq!((&rollback["status"], &rollback["requiresApproval"]), (&json!("DRY_RUN_COMPLETE"), &json!(true)), "{rollback:#}");
    assert_eq!(codes(&owner, "applyChange", &rollback).await, ["NOT_APPROVED"]);
    // Given up, it leaves the original free.
    done(&owner, "cancelChange", "ChangeRef", json!({ "id": rollback["id"], "expectedRevision": rollback["revision"] })).await;
    let free =
        owner.send("query($id: ID!) { changeRequest(id: $id) { rolledBackBy { id } revision } }", json!({ "id": touched["id"] })).await;
    assert!(free.at("/changeRequest/rolledBackBy").is_null(), "{:#}", free.body);
    let input =
        json!({ "id": touched["id"], "expectedRevision": free.at("/changeRequest/revision"), "digest": touched["dryRun"]["digest"] });
    let again = mutate(&owner, "rollbackChange", "ApplyInput", input).await;
    assert_eq!(again.text("/rollbackChange/change/status"), "DRY_RUN_COMPLETE", "{:#}", again.body);
}

//! What no saga can decide: outcomes that only a person can tell, and applies that a person stops (P29).

use harness::world::World;
use harness::{Client, Database, Server};
use serde_json::{Value, json};

use crate::approvals::{done, mutate, of};
use crate::story::{apply, create, report_only_policy, step};

on_both_databases!(
    an_unknown_outcome_is_adopted_and_rolled_back,
    an_unknown_outcome_is_declared_not_applied,
    a_creation_is_found_again,
    stopped_before_the_write_and_not_after,
    stop_and_go_at_once,
);

/// A change whose write was cut off at the point, with somebody else's edit of another field on top: nobody can tell.
async fn unknown(database: Database, payload: Value, edit: Value) -> (World, Client, String, Value, Value) {
    let mut world = World::start_with(database, |options| options.failpoint = Some("apply.write_started".to_owned())).await;
    let owner = world.server.client("OWNER").await;
    let tenant = world.connect(&owner, &world.sim_tenant()).await;
    let policy = report_only_policy(&world, &owner, &tenant).await;
    let change = create(&owner, &policy, payload).await;
    let dry = step(&owner, "runDryRun", &change).await;
    apply(&owner, "applyChange", &dry).await;
    world.server.at_failpoint().await;
    let entra = world.sim_tenant().tenant_id;
    let mut options = world.server.kill().await;
    world.cloud.portal_edit(entra, policy["graphId"].as_str().unwrap(), edit).await;
    options.failpoint = None;
    world.server = Server::start(options).await;
    let owner = world.server.client("OWNER").await;
    let failed = world.wait_for(&owner, change["id"].as_str().unwrap(), &["APPLIED", "FAILED"]).await;
    assert_eq!((&failed["failure"]["code"], &failed["failure"]["outcomeUnknown"]), (&json!("OUTCOME_UNKNOWN"), &json!(true)), "{failed:#}");
    (world, owner, tenant, policy, failed)
}

fn resolve(change: &Value, resolution: &str) -> Value {
    json!({ "id": change["id"], "expectedRevision": change["revision"], "resolution": resolution, "reason": "looked at it in the portal" })
}

pub(crate) async fn resync(client: &Client, tenant: &str) {
    let at = || async {
        let seen = client.send("query($id: ID!) { tenant(id: $id) { lastSyncAt } }", json!({ "id": tenant })).await;
        seen.at("/tenant/lastSyncAt").clone()
    };
    let before = at().await;
    let query = "mutation($input: ResyncTenantInput!) { resyncTenant(input: $input) { userErrors { code } } }";
    client.send(query, json!({ "input": { "id": tenant } })).await;
    for _ in 0..600 {
        if at().await != before {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the tenant was not synced");
}

async fn an_unknown_outcome_is_adopted_and_rolled_back(database: Database) {
    let edit = json!({ "conditions": { "clientAppTypes": ["browser"] } });
    let (world, owner, tenant, policy, failed) = unknown(database, json!({ "rename": { "displayName": "Perhaps" } }), edit).await;
    let (entra, graph_id) = (world.sim_tenant().tenant_id, policy["graphId"].as_str().unwrap());
    for (mutation, kind) in [("runDryRun", "ChangeRef"), ("cancelChange", "ChangeRef")] {
        assert_eq!(mutate(&owner, mutation, kind, of(&failed)).await.user_errors(mutation), ["OUTCOME_UNKNOWN"], "{mutation}");
    }
    let adopt = |change: Value| mutate(&owner, "resolveOutcome", "ResolveOutcomeInput", resolve(&change, "ADOPT_LIVE_AS_APPLIED"));
    let operator = world.server.client("OPERATOR").await;
    let input = resolve(&failed, "ADOPT_LIVE_AS_APPLIED");
    assert_eq!(mutate(&operator, "resolveOutcome", "ResolveOutcomeInput", input).await.user_errors("resolveOutcome"), ["FORBIDDEN"]);
    let early = adopt(failed.clone()).await;
    assert_eq!(early.user_errors("resolveOutcome"), ["RESOLUTION_NOT_POSSIBLE"]);
    assert!(early.text("/resolveOutcome/userErrors/0/message").contains("resync"), "{:#}", early.body);
    resync(&owner, &tenant).await;
    let other = adopt(failed.clone()).await;
    assert!(other.text("/resolveOutcome/userErrors/0/message").contains("not as the change intended"), "{:#}", other.body);

    // A person puts it right in the portal, and says so.
    world.cloud.portal_edit(entra, graph_id, json!({ "displayName": "Perhaps", "conditions": { "clientAppTypes": ["all"] } })).await;
    resync(&owner, &tenant).await;
    assert_eq!(open_drift(&owner, &tenant).await.len(), 1);
    let adopted = done(&owner, "resolveOutcome", "ResolveOutcomeInput", resolve(&failed, "ADOPT_LIVE_AS_APPLIED")).await;
    assert_eq!(
        (&adopted["status"], &adopted["writePerformed"], &adopted["failure"]),
        (&json!("APPLIED"), &json!(true), &Value::Null),
        "{adopted:#}"
    );
    assert_eq!(adopted["outcomeDecision"]["resolution"], "ADOPT_LIVE_AS_APPLIED");
    assert_eq!(open_drift(&owner, &tenant).await, [] as [Value; 0], "what was adopted is the change's own effect");
    assert_eq!(adopt(adopted.clone()).await.user_errors("resolveOutcome"), ["ILLEGAL_TRANSITION"]);
    assert_eq!(world.cloud.writes(entra).await.len(), 0, "nothing was written for it");

    let rollback = apply(&owner, "rollbackChange", &adopted).await;
    let rolled = world.wait_for(&owner, rollback["id"].as_str().unwrap(), &["APPLIED", "FAILED"]).await;
    assert_eq!(rolled["status"], "APPLIED", "{rolled:#}");
    assert_eq!(world.cloud.policy(entra, graph_id).await["displayName"], policy["displayName"]);
}

async fn open_drift(client: &Client, tenant: &str) -> Vec<Value> {
    crate::drift::drift(client, tenant).await.into_iter().filter(|item| item["status"] == "OPEN").collect()
}

async fn an_unknown_outcome_is_declared_not_applied(database: Database) {
    let edit = json!({ "conditions": { "clientAppTypes": ["browser"] } });
    let (world, owner, tenant, policy, failed) = unknown(database, json!({ "rename": { "displayName": "Perhaps" } }), edit).await;
    let declared = done(&owner, "resolveOutcome", "ResolveOutcomeInput", resolve(&failed, "DECLARE_NOT_APPLIED")).await;
    assert_eq!((&declared["status"], &declared["failure"]["outcomeUnknown"]), (&json!("FAILED"), &json!(false)), "{declared:#}");
    let twice = mutate(&owner, "resolveOutcome", "ResolveOutcomeInput", resolve(&declared, "DECLARE_NOT_APPLIED")).await;
    assert_eq!(twice.user_errors("resolveOutcome"), ["RESOLUTION_NOT_POSSIBLE"]);
    resync(&owner, &tenant).await;
    let seen = owner.send("query($id: ID!) { changeRequest(id: $id) { id revision } }", json!({ "id": failed["id"] })).await;
    let dry = step(&owner, "runDryRun", seen.at("/changeRequest")).await;
    apply(&owner, "applyChange", &dry).await;
    let applied = world.wait_for(&owner, failed["id"].as_str().unwrap(), &["APPLIED", "FAILED"]).await;
    assert_eq!(applied["status"], "APPLIED", "{applied:#}");
    let live = world.cloud.policy(world.sim_tenant().tenant_id, policy["graphId"].as_str().unwrap()).await;
    assert_eq!((&live["displayName"], &live["conditions"]["clientAppTypes"]), (&json!("Perhaps"), &json!(["browser"])));
}

/// The new policy was created, then somebody edited it before we could look: by its name it may be ours.
async fn a_creation_is_found_again(database: Database) {
    let mut world = World::start_with(database, |options| options.failpoint = Some("apply.write_sent".to_owned())).await;
    let owner = world.server.client("OWNER").await;
    let tenant = world.connect(&owner, &world.sim_tenant()).await;
    let document = json!({
        "displayName": "Found again", "state": "disabled",
        "conditions": { "users": { "includeUsers": ["All"] }, "applications": { "includeApplications": ["All"] }, "clientAppTypes": ["all"] },
        "grantControls": { "operator": "OR", "builtInControls": ["mfa"] },
    });
    let payload = json!({ "create": { "source": { "document": document }, "state": "DISABLED" } });
    let change = done(&owner, "createChange", "CreateChangeInput", json!({ "tenantId": tenant, "payload": payload })).await;
    let dry = step(&owner, "runDryRun", &change).await;
    assert_eq!(dry["status"], "DRY_RUN_COMPLETE", "{dry:#}");
    apply(&owner, "applyChange", &dry).await;
    world.server.at_failpoint().await;
    let entra = world.sim_tenant().tenant_id;
    let mut options = world.server.kill().await;
    let created = world.cloud.call("GET", &format!("/tenants/{entra}/policies"), Value::Null).await;
    let graph_id = live(&created).iter().find(|policy| policy["displayName"] == "Found again").unwrap()["id"].as_str().unwrap().to_owned();
    world.cloud.portal_edit(entra, &graph_id, json!({ "conditions": { "clientAppTypes": ["browser"] } })).await;
    options.failpoint = None;
    world.server = Server::start(options).await;
    let owner = world.server.client("OWNER").await;
    let failed = world.wait_for(&owner, change["id"].as_str().unwrap(), &["APPLIED", "FAILED"]).await;
    assert_eq!(failed["failure"]["code"], "OUTCOME_UNKNOWN", "{failed:#}");
    world.cloud.portal_edit(entra, &graph_id, json!({ "conditions": { "clientAppTypes": ["all"] } })).await;
    resync(&owner, &tenant).await;
    let adopted = done(&owner, "resolveOutcome", "ResolveOutcomeInput", resolve(&failed, "ADOPT_LIVE_AS_APPLIED")).await;
    assert_eq!(adopted["status"], "APPLIED", "{adopted:#}");
    let seen = owner.send("query($id: ID!) { changeRequest(id: $id) { policy { graphId } } }", json!({ "id": change["id"] })).await;
    assert_eq!(seen.text("/changeRequest/policy/graphId"), graph_id);
    let rollback = apply(&owner, "rollbackChange", &adopted).await;
    let rolled = world.wait_for(&owner, rollback["id"].as_str().unwrap(), &["APPLIED", "FAILED"]).await;
    assert_eq!(rolled["status"], "APPLIED", "{rolled:#}");
    let left = world.cloud.call("GET", &format!("/tenants/{entra}/policies"), Value::Null).await;
    assert!(!live_names(&left).contains(&"Found again".to_owned()), "{left:#}");
}

fn live(policies: &Value) -> Vec<Value> {
    policies["policies"].as_array().or(policies["value"].as_array()).cloned().unwrap_or_default()
}

fn live_names(policies: &Value) -> Vec<String> {
    live(policies).iter().filter_map(|policy| policy["displayName"].as_str().map(str::to_owned)).collect()
}

async fn stop(client: &Client, change: &Value) -> harness::Answer {
    mutate(client, "stopChange", "StopChangeInput", json!({ "id": change["id"] })).await
}

async fn stopped_before_the_write_and_not_after(database: Database) {
    for (point, stopped) in [("apply.claimed", true), ("apply.pre_stored", true), ("apply.write_started", false), ("apply.written", false)]
    {
        let mut world = World::start_with(database, |options| options.failpoint = Some(point.to_owned())).await;
        let owner = world.server.client("OWNER").await;
        let tenant = world.connect(&owner, &world.sim_tenant()).await;
        let policy = report_only_policy(&world, &owner, &tenant).await;
        let dry = step(&owner, "runDryRun", &create(&owner, &policy, json!({ "rename": { "displayName": "Stop me" } })).await).await;
        assert_eq!(stop(&owner, &dry).await.user_errors("stopChange"), ["ILLEGAL_TRANSITION"], "there is nothing to stop");
        let applying = apply(&owner, "applyChange", &dry).await;
        world.server.at_failpoint().await;
        let answer = stop(&owner, &applying).await;
        let mut options = world.server.kill().await;
        options.failpoint = None;
        world.server = Server::start(options).await;
        let owner = world.server.client("OWNER").await;
        let end = world.wait_for(&owner, dry["id"].as_str().unwrap(), &["APPLIED", "FAILED"]).await;
        let writes = world.cloud.writes(world.sim_tenant().tenant_id).await.len();
        if stopped {
            assert_eq!(answer.text("/stopChange/change/failure/code"), "GATE_CLOSED", "{point}: {:#}", answer.body);
            assert_eq!((&end["status"], &end["writePerformed"], writes), (&json!("FAILED"), &json!(false), 0), "{point}: {end:#}");
        } else {
            assert_eq!(answer.user_errors("stopChange"), ["WRITE_STARTED"], "{point}");
            assert_eq!((&end["status"], writes), (&json!("APPLIED"), 1), "{point}: {end:#}");
        }
        // The tenant goes on with the next change.
        let next = step(&owner, "runDryRun", &create(&owner, &policy, json!({ "rename": { "displayName": "Next" } })).await).await;
        apply(&owner, "applyChange", &next).await;
        let next = world.wait_for(&owner, next["id"].as_str().unwrap(), &["APPLIED", "FAILED"]).await;
        assert_eq!(next["status"], "APPLIED", "{point}: {next:#}");
    }
}

/// Whoever wins, the answer is true: what was stopped was never sent, and what was sent is not called stopped.
async fn stop_and_go_at_once(database: Database) {
    let world = World::start(database).await;
    let owner = world.server.client("OWNER").await;
    let tenant = world.connect(&owner, &world.sim_tenant()).await;
    let policy = report_only_policy(&world, &owner, &tenant).await;
    let entra = world.sim_tenant().tenant_id;
    let (mut writes, mut stops) = (0, 0);
    for round in 0..12u64 {
        let name = format!("Round {round}");
        let dry = step(&owner, "runDryRun", &create(&owner, &policy, json!({ "rename": { "displayName": name } })).await).await;
        let applying = apply(&owner, "applyChange", &dry).await;
        tokio::time::sleep(std::time::Duration::from_millis(round * 4)).await;
        let answer = stop(&owner, &applying).await;
        let end = world.wait_for(&owner, dry["id"].as_str().unwrap(), &["APPLIED", "FAILED"]).await;
        let ledger = world.cloud.writes(entra).await.len();
        if answer.user_errors("stopChange").is_empty() {
            stops += 1;
            assert_eq!((&end["status"], ledger), (&json!("FAILED"), writes), "round {round}: {end:#}");
        } else {
            writes += 1;
            assert_eq!((&end["status"], ledger), (&json!("APPLIED"), writes), "round {round}: {:#}", answer.body);
        }
    }
    println!("stopped {stops} of 12 before the write");
}

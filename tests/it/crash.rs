//! `kill -9` of the server at each step of apply: after a restart the change ends true to the simulator's ledger.

use harness::world::{World, wait_for};
use harness::{Database, Server};
use serde_json::{Value, json};

use crate::story::{apply, create, report_only_policy, step};

on_both_databases!(
    killed_at_every_step,
    an_answer_lost_after_the_effect,
    a_write_lost_before_the_effect,
    an_error_after_the_effect,
    throttled_before_the_effect,
    reads_that_lag_behind_the_write,
    a_refused_write,
    a_revoked_consent,
    a_seal_key_that_was_replaced
);

/// Every step of the saga (app::failpoint::ApplyStep).
const STEPS: [&str; 8] = [
    "apply.claimed",
    "apply.pre_read",
    "apply.pre_stored",
    "apply.write_started",
    "apply.write_sent",
    "apply.written",
    "apply.verified",
    "apply.committed",
];

async fn killed_at_every_step(database: Database) {
    let mut world = World::start(database).await;
    let owner = world.server.client("OWNER").await;
    let tenant = world.connect(&owner, &world.sim_tenant()).await;
    let policy = report_only_policy(&world, &owner, &tenant).await;
    let entra = world.sim_tenant().tenant_id;
    let mut writes = 0;
    println!("{:<22} {:<9} {:>6} {:>8}", "killed at", "ends", "writes", "doubled");
    for (round, point) in STEPS.into_iter().enumerate() {
        let mut options = world.server.kill().await;
        options.failpoint = Some(point.to_owned());
        world.server = Server::start(options).await;
        let owner = world.server.client("OWNER").await;
        let name = format!("Killed {round}");
        let change = create(&owner, &policy, json!({ "rename": { "displayName": name } })).await;
        let dry = step(&owner, "runDryRun", &change).await;
        apply(&owner, "applyChange", &dry).await;
        world.server.at_failpoint().await;
        let mut options = world.server.kill().await;
        options.failpoint = None;
        world.server = Server::start(options).await;
        let owner = world.server.client("OWNER").await;
        let end = wait_for(&owner, change["id"].as_str().unwrap(), &["APPLIED", "FAILED"]).await;

        writes += 1;
        let ledger = world.cloud.writes(entra).await;
        println!("{point:<22} {:<9} {:>6} {:>8}", end["status"].as_str().unwrap(), ledger.len(), ledger.len() - writes);
        assert_eq!(end["status"], "APPLIED", "killed at {point}: {end:#}");
        assert_eq!(end["writePerformed"], true);
        assert_eq!(ledger.len(), writes, "killed at {point}: one write for each change");
        let live = world.cloud.policy(entra, policy["graphId"].as_str().unwrap()).await;
        assert_eq!(live["displayName"], name.as_str(), "killed at {point}");
        assert_whole(&owner, &change).await;
    }
}

async fn an_answer_lost_after_the_effect(database: Database) {
    let end = with_fault(database, json!({ "method": "PATCH", "times": 1, "trouble": { "kind": "drop", "when": "after" } })).await;
    assert_eq!((end.0["status"].as_str().unwrap(), end.1), ("APPLIED", 1), "{:#}", end.0);
}

async fn a_write_lost_before_the_effect(database: Database) {
    let end = with_fault(database, json!({ "method": "PATCH", "times": 1, "trouble": { "kind": "drop", "when": "before" } })).await;
    assert_eq!((end.0["status"].as_str().unwrap(), end.1), ("APPLIED", 1), "{:#}", end.0);
}

async fn an_error_after_the_effect(database: Database) {
    let end =
        with_fault(database, json!({ "method": "PATCH", "times": 1, "trouble": { "kind": "fail", "status": 503, "when": "after" } })).await;
    assert_eq!((end.0["status"].as_str().unwrap(), end.1), ("APPLIED", 1), "{:#}", end.0);
}

async fn throttled_before_the_effect(database: Database) {
    let end = with_fault(database, json!({ "method": "PATCH", "times": 3, "trouble": { "kind": "throttle" } })).await;
    assert_eq!((end.0["status"].as_str().unwrap(), end.1), ("APPLIED", 1), "{:#}", end.0);
}

async fn a_refused_write(database: Database) {
    let rule = json!({ "method": "PATCH", "times": 1, "trouble": { "kind": "fail", "status": 400, "code": "BadRequest", "message": "1040: no such location" } });
    let (end, writes) = with_fault(database, rule).await;
    assert_eq!((end["status"].as_str().unwrap(), writes), ("FAILED", 0), "{end:#}");
    assert_eq!((end["failure"]["stage"].as_str(), end["failure"]["code"].as_str()), (Some("WRITE"), Some("GRAPH_REJECTED")));
    assert_eq!((&end["failure"]["outcomeUnknown"], &end["writePerformed"]), (&json!(false), &json!(false)));
    assert!(end["failure"]["message"].as_str().unwrap().contains("1040"), "{end:#}");
}

async fn reads_that_lag_behind_the_write(database: Database) {
    let (world, owner, change) = dry_run(database).await;
    world.cloud.lag(world.sim_tenant().tenant_id, 1_500).await;
    apply(&owner, "applyChange", &change).await;
    let end = world.wait_for(&owner, change["id"].as_str().unwrap(), &["APPLIED", "FAILED"]).await;
    assert_eq!(end["status"], "APPLIED", "{end:#}");
    assert_eq!(world.cloud.writes(world.sim_tenant().tenant_id).await.len(), 1);
}

async fn a_revoked_consent(database: Database) {
    let (world, owner, change) = dry_run(database).await;
    let tenant = world.sim_tenant();
    world.cloud.consent(tenant.tenant_id, json!({ "clientId": tenant.apps[0].client_id, "installed": false })).await;
    apply(&owner, "applyChange", &change).await;
    let end = world.wait_for(&owner, change["id"].as_str().unwrap(), &["APPLIED", "FAILED"]).await;
    assert_eq!(end["failure"]["code"], "TENANT_DISCONNECTED", "{end:#}");
    assert_eq!(end["writePerformed"], false);
    assert_eq!(world.cloud.writes(tenant.tenant_id).await.len(), 0);
}

async fn a_seal_key_that_was_replaced(database: Database) {
    let mut world = World::start(database).await;
    let owner = world.server.client("OWNER").await;
    world.connect(&owner, &world.sim_tenant()).await;
    let options = world.server.kill().await;
    std::fs::remove_file(options.folder.join("data").join("seal.key")).unwrap();
    world.server = Server::start(options).await;
    // Public ids are made with the key, so everything is looked up again.
    let owner = world.server.client("OWNER").await;
    let tenant = owner.send("{ tenants(first: 1) { nodes { id } } }", json!({})).await.text("/tenants/nodes/0/id");
    let policy = report_only_policy(&world, &owner, &tenant).await;
    let change = create(&owner, &policy, json!({ "rename": { "displayName": "Never sent" } })).await;
    let dry = step(&owner, "runDryRun", &change).await;
    apply(&owner, "applyChange", &dry).await;
    let end = world.wait_for(&owner, change["id"].as_str().unwrap(), &["APPLIED", "FAILED"]).await;
    assert_eq!(end["failure"]["code"], "TENANT_DISCONNECTED", "{end:#}");
    assert!(end["failure"]["message"].as_str().unwrap().contains("seal key"), "{end:#}");
    assert_eq!(world.cloud.writes(world.sim_tenant().tenant_id).await.len(), 0);
}

/// A change that is ready to be applied.
async fn dry_run(database: Database) -> (World, harness::Client, Value) {
    let world = World::start(database).await;
    let owner = world.server.client("OWNER").await;
    let tenant = world.connect(&owner, &world.sim_tenant()).await;
    let policy = report_only_policy(&world, &owner, &tenant).await;
    let change = create(&owner, &policy, json!({ "rename": { "displayName": "Through a fault" } })).await;
    let dry = step(&owner, "runDryRun", &change).await;
    (world, owner, dry)
}

/// Applies one change with a fault in the cloud; returns how it ended and how many writes the cloud accepted.
async fn with_fault(database: Database, fault: Value) -> (Value, usize) {
    let (world, owner, change) = dry_run(database).await;
    let entra = world.sim_tenant().tenant_id;
    world.cloud.fault(entra, fault).await;
    apply(&owner, "applyChange", &change).await;
    let end = world.wait_for(&owner, change["id"].as_str().unwrap(), &["APPLIED", "FAILED"]).await;
    (end, world.cloud.writes(entra).await.len())
}

/// The log tells the change's whole way, each step from where the one before ended (promise P25).
async fn assert_whole(client: &harness::Client, change: &Value) {
    let answer = client
        .send(
            "query($id: ID!) { changeRequest(id: $id) { timeline(first: 100) { nodes { __typename ... on ChangeEvent { from to } } } } }",
            json!({ "id": change["id"] }),
        )
        .await;
    let nodes = answer.at("/changeRequest/timeline/nodes").as_array().unwrap().clone();
    let steps: Vec<&Value> = nodes.iter().filter(|node| node["__typename"] == "ChangeEvent").collect();
    assert!(steps.len() >= 4, "{nodes:?}");
    assert!(steps.windows(2).all(|pair| pair[0]["to"] == pair[1]["from"]), "a gap in {steps:?}");
}

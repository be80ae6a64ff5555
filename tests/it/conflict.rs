//! What somebody else does in the portal is never overwritten.

use harness::Database;
use harness::world::World;
use serde_json::json;

use crate::story::{apply, create, report_only_policy, step};

on_both_databases!(a_portal_edit_between_dry_run_and_apply, two_changes_to_one_policy);

async fn a_portal_edit_between_dry_run_and_apply(database: Database) {
    let world = World::start(database).await;
    let owner = world.server.client("OWNER").await;
    let tenant = world.connect(&owner, &world.sim_tenant()).await;
    let policy = report_only_policy(&world, &owner, &tenant).await;
    let graph_id = policy["graphId"].as_str().unwrap();
    let change = create(&owner, &policy, json!({ "rename": { "displayName": "Ours" } })).await;
    let dry = step(&owner, "runDryRun", &change).await;

    let entra = world.sim_tenant().tenant_id;
    world.cloud.portal_edit(entra, graph_id, json!({ "conditions": { "clientAppTypes": ["browser"] } })).await;
    let written = world.cloud.writes(entra).await.len();
    apply(&owner, "applyChange", &dry).await;
    let failed = world.wait_for(&owner, change["id"].as_str().unwrap(), &["APPLIED", "FAILED"]).await;
    assert_eq!(failed["status"], "FAILED", "{failed:#}");
    assert_eq!(failed["failure"]["code"], "CONFLICT_LIVE_CHANGED");
    assert_eq!(failed["failure"]["outcomeUnknown"], false);
    assert_eq!(failed["writePerformed"], false);
    assert_eq!(failed["failure"]["liveDiff"][0]["path"], "conditions.clientAppTypes");
    assert_eq!(world.cloud.writes(entra).await.len(), written, "nothing was written");
    assert_eq!(world.cloud.policy(entra, graph_id).await["displayName"], policy["displayName"]);
}

async fn two_changes_to_one_policy(database: Database) {
    let world = World::start(database).await;
    let owner = world.server.client("OWNER").await;
    let tenant = world.connect(&owner, &world.sim_tenant()).await;
    let policy = report_only_policy(&world, &owner, &tenant).await;
    let mut dry = Vec::new();
    for name in ["First", "Second"] {
        let change = create(&owner, &policy, json!({ "rename": { "displayName": name } })).await;
        dry.push(step(&owner, "runDryRun", &change).await);
    }
    tokio::join!(apply(&owner, "applyChange", &dry[0]), apply(&owner, "applyChange", &dry[1]));
    let mut ends = Vec::new();
    for change in &dry {
        let end = world.wait_for(&owner, change["id"].as_str().unwrap(), &["APPLIED", "FAILED"]).await;
        ends.push((end["status"].as_str().unwrap().to_owned(), end["failure"]["code"].as_str().map(str::to_owned)));
    }
    ends.sort();
    assert_eq!(ends, [("APPLIED".to_owned(), None), ("FAILED".to_owned(), Some("CONFLICT_LIVE_CHANGED".to_owned()))]);
    assert_eq!(world.cloud.writes(world.sim_tenant().tenant_id).await.len(), 1, "one of the two was written, and only that one");
}

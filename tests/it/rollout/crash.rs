//! A killed process in the middle of a step, and two processes at once: every step is written once.

use harness::{Database, Server};
use serde_json::json;

use super::{Stage, groups_of, until};

on_both_databases!(a_killed_step_ends_truly, two_replicas_write_each_step_once);

async fn a_killed_step_ends_truly(database: Database) {
    let stage = Stage::set_with(database, |options| options.failpoint = Some("apply.write_sent".to_owned())).await;
    let planned = stage.planned(json!({})).await;
    stage.start(&planned).await;
    stage.world.server.at_failpoint().await;
    let Stage { world, sim, .. } = stage;
    let mut options = world.server.kill().await;
    options.failpoint = None;
    let server = Server::start(options).await;
    let owner = server.client("OWNER").await;
    let running = until(&owner, &planned, |seen| seen["status"] == "RUNNING").await;
    let writes = world.cloud.writes(sim.tenant_id).await;
    assert_eq!(writes.len(), 2, "created once, enabled once: {writes:#?}");
    let twin = world.cloud.policy(sim.tenant_id, running["twin"]["graphId"].as_str().unwrap()).await;
    assert_eq!(twin["state"], "enabled");
}

async fn two_replicas_write_each_step_once(database: Database) {
    let stage = Stage::set(database).await;
    let _second = Server::start(stage.world.server.options().clone()).await;
    let running = stage.running(json!({})).await;
    stage.override_forward("advanceRollout", &running).await;
    let two = stage.until(&running, |seen| seen["status"] == "RUNNING" && seen["phase"] == 2).await;
    assert_eq!(groups_of(&stage.twin(&two).await).len(), 2);
    let writes = stage.world.cloud.writes(stage.sim.tenant_id).await;
    assert_eq!(writes.len(), 3, "created, enabled, one group added: {writes:#?}");
    let told = stage.told(&two).await;
    let reached = told.iter().filter(|event| event["kind"] == "PHASE_STARTED").count();
    assert_eq!(reached, 2, "each phase is told of once: {told:#?}");
}

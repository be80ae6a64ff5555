//! Stop beats go: whatever is on its way, a stop is accepted at once, and what was written is undone.

use harness::Database;
use serde_json::json;

use super::{Stage, done, mutate, stop};

on_both_databases!(a_stop_overtakes_a_start, a_stop_waits_for_a_write_and_undoes_it);

async fn a_stop_overtakes_a_start(database: Database) {
    let stage = Stage::set(database).await;
    let planned = stage.planned(json!({})).await;
    stage.start(&planned).await;
    done(&stop(&stage.owner, "cancelRollout", &planned).await, "cancelRollout");
    let ended = stage.until(&planned, |seen| seen["status"] == "CANCELLED").await;
    if !ended["twin"].is_null() {
        assert_ne!(stage.twin(&ended).await["state"], "enabled");
    }
    assert_eq!(stage.original().await["state"], "enabledForReportingButNotEnforced");
    assert_eq!(stop(&stage.owner, "rollBackRollout", &ended).await.user_errors("rollBackRollout"), ["ROLLOUT_NOT_READY"]);
}

async fn a_stop_waits_for_a_write_and_undoes_it(database: Database) {
    let stage = Stage::set(database).await;
    let running = stage.running(json!({})).await;
    let slow = json!({ "method": "PATCH", "times": 1, "trouble": { "kind": "latency", "ms": 3000 } });
    stage.world.cloud.fault(stage.sim.tenant_id, slow).await;
    stage.override_forward("advanceRollout", &running).await;
    stage.until(&running, |seen| seen["step"]["step"] == "ADD_GROUPS").await;
    let pause = json!({ "id": running["id"], "reason": "a test asks", "reportOnly": true });
    done(&mutate(&stage.owner, "pauseRollout", "PauseRolloutInput", pause).await, "pauseRollout");
    let paused = stage.until(&running, |seen| seen["status"] == "PAUSED").await;
    let twin = stage.twin(&paused).await;
    assert_eq!(twin["state"], "enabledForReportingButNotEnforced", "{twin:#}");
    assert_eq!((super::groups_of(&twin).len(), &paused["phase"]), (1, &json!(1)), "the added group is taken back: {twin:#}");
}

//! Other people's hands on the two policies while a rollout goes on.

use harness::Database;
use serde_json::json;

use super::{Stage, done, kinds, reasoned};

on_both_databases!(edited_grant_controls_cancel, another_edit_pauses_until_it_is_accepted, a_deleted_twin_cancels);

async fn edited_grant_controls_cancel(database: Database) {
    let stage = Stage::set(database).await;
    let running = stage.running(json!({})).await;
    let twin = running["twin"]["graphId"].as_str().unwrap();
    let edit = json!({ "grantControls": { "operator": "OR", "builtInControls": ["compliantDevice"] } });
    stage.world.cloud.portal_edit(stage.sim.tenant_id, twin, edit).await;
    let ended = stage.until(&running, |seen| seen["status"] == "CANCELLED").await;
    assert_eq!(ended["endReason"], "GRANT_CONTROLS_EDITED", "{ended:#}");
    let live = stage.twin(&ended).await;
    assert_eq!(live["state"], "enabledForReportingButNotEnforced", "{live:#}");
    assert_eq!(live["grantControls"]["builtInControls"], json!(["compliantDevice"]), "what others wrote stays");
    assert!(kinds(&stage.told(&ended).await).contains(&"CANCELLED"));
}

async fn another_edit_pauses_until_it_is_accepted(database: Database) {
    let stage = Stage::set(database).await;
    let running = stage.running(json!({})).await;
    let twin = running["twin"]["graphId"].as_str().unwrap();
    stage.world.cloud.portal_edit(stage.sim.tenant_id, twin, json!({ "displayName": "Renamed by hand" })).await;
    let paused = stage.until(&running, |seen| seen["status"] == "PAUSED").await;
    assert_eq!(paused["pause"]["reason"], "FOREIGN_EDIT", "{paused:#}");
    assert_eq!(stage.twin(&paused).await["state"], "enabled", "only paused");
    done(&reasoned(&stage.owner, "resumeRollout", &stage.see(&paused).await).await, "resumeRollout");
    stage.until(&paused, |seen| seen["status"] == "RUNNING").await;
    // The edit is accepted: it goes on from there, and the next step keeps it.
    stage.override_forward("advanceRollout", &running).await;
    let two = stage.until(&running, |seen| seen["status"] == "RUNNING" && seen["phase"] == 2).await;
    assert_eq!(stage.twin(&two).await["displayName"], "Renamed by hand");
}

async fn a_deleted_twin_cancels(database: Database) {
    let stage = Stage::set(database).await;
    let running = stage.running(json!({})).await;
    let gone = json!({ "method": "DELETE", "policy": running["twin"]["graphId"] });
    stage.world.cloud.try_portal(stage.sim.tenant_id, gone).await.unwrap();
    let ended = stage.until(&running, |seen| seen["status"] == "CANCELLED").await;
    assert_eq!(ended["endReason"], "TWIN_DELETED", "{ended:#}");
}

//! Every pause, stop and cancellation reaches subscribers and webhooks at once, with a severity (issue 6, item 4).

use std::time::Duration;

use harness::Database;
use harness::receiver::Receiver;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{Stage, done, mutate, reasoned, stop};
use crate::webhooks;

on_both_databases!(pauses_stops_and_cancellations_are_pushed, a_cancellation_is_told_before_graph_lets_it_happen);

/// From the answer to the mutation, or from what a look found, to the message. Ours; the issue says "at once".
const AT_ONCE: Duration = Duration::from_secs(2);

async fn pauses_stops_and_cancellations_are_pushed(database: Database) {
    let stage = Stage::set(database).await;
    let pager = Receiver::start().await;
    let chosen = json!({ "topics": ["ROLLOUT"], "minSeverity": "WARNING" });
    let pushed = webhooks::done(&webhooks::create(&stage.owner, pager.url(), chosen).await, "createWebhook");
    let running = stage.running(json!({})).await;

    let asked = Instant::now();
    let paused = done(
        &mutate(&stage.owner, "pauseRollout", "PauseRolloutInput", json!({ "id": running["id"], "reason": "a test asks" })).await,
        "pauseRollout",
    );
    let received = pager.until("the pause", |received| received.iter().any(|message| message.kind() == "rollout.paused")).await;
    let message = received.iter().find(|message| message.kind() == "rollout.paused").unwrap();
    println!("{database:?}: the pause was pushed {:?} after it was asked for", message.at - asked);
    assert!(message.at - asked < AT_ONCE, "{:?}", message.at - asked);
    let data = &message.body["data"];
    assert_eq!(
        (&data["severity"], &data["subject"]["id"], &data["details"]["reason"]),
        (&json!("WARNING"), &running["id"], &json!("ASKED"))
    );

    // Somebody touches the grant controls of the twin in the portal: cancelled, and that is critical.
    done(&reasoned(&stage.owner, "resumeRollout", &stage.see(&paused).await).await, "resumeRollout");
    let twin = running["twin"]["graphId"].as_str().unwrap();
    let edit = json!({ "grantControls": { "operator": "OR", "builtInControls": ["compliantDevice"] } });
    stage.world.cloud.portal_edit(stage.sim.tenant_id, twin, edit).await;
    let received = pager.until("the cancellation", |received| received.iter().any(|message| message.kind() == "rollout.cancelled")).await;
    let of = |kind: &str| received.iter().position(|message| message.kind() == kind);
    assert!(
        of("rollout.stopping") < of("rollout.cancelled") && of("rollout.stopping").is_some(),
        "told before it is taken back: {received:#?}"
    );
    let cancelled = received.iter().find(|message| message.kind() == "rollout.cancelled").unwrap();
    let data = &cancelled.body["data"];
    assert_eq!((&data["severity"], &data["details"]["reason"]), (&json!("CRITICAL"), &json!("GRANT_CONTROLS_EDITED")), "{data:#}");
    let ended = stage.until(&running, |seen| seen["status"] == "CANCELLED").await;
    assert_eq!(stop(&stage.owner, "cancelRollout", &ended).await.user_errors("cancelRollout"), ["ROLLOUT_NOT_READY"]);

    // The log says the same to subscribers, in the same order and with the same ids.
    let query = "query($after: EventCursor) { events(first: 100, after: $after, where: { topics: [ROLLOUT], minSeverity: WARNING }) {
        nodes { id severity ... on RolloutEvent { kind } } } }";
    let log = stage.owner.send(query, json!({ "after": pushed["cursor"] })).await;
    let events = log.at("/events/nodes").as_array().unwrap().clone();
    let pushed: Vec<Value> = received.iter().map(|message| json!(message.id)).collect();
    let logged: Vec<Value> = events.iter().map(|event| event["id"].clone()).collect();
    assert_eq!(logged[..pushed.len()], pushed, "{events:#?}");
    assert!(events.iter().all(|event| event["severity"] != "INFO" && event["severity"] != "ROUTINE"), "{events:#?}");
}

async fn a_cancellation_is_told_before_graph_lets_it_happen(database: Database) {
    let stage = Stage::set(database).await;
    let pager = Receiver::start().await;
    let chosen = json!({ "topics": ["ROLLOUT"], "minSeverity": "WARNING" });
    webhooks::done(&webhooks::create(&stage.owner, pager.url(), chosen).await, "createWebhook");
    let running = stage.running(json!({})).await;
    // Graph refuses every write: the twin can't be taken back.
    let trouble = json!({ "method": "PATCH", "times": 1_000, "trouble": { "kind": "fail", "status": 503, "when": "before" } });
    stage.world.cloud.fault(stage.sim.tenant_id, trouble).await;
    let asked = Instant::now();
    done(&stop(&stage.owner, "cancelRollout", &running).await, "cancelRollout");
    let received = pager.until("the stop", |received| received.iter().any(|message| message.kind() == "rollout.stopping")).await;
    let message = received.iter().find(|message| message.kind() == "rollout.stopping").unwrap();
    assert!(message.at - asked < AT_ONCE, "{:?}", message.at - asked);
    let data = &message.body["data"];
    let told = json!({ "goal": "CANCEL", "reason": "ASKED", "text": "a test asks", "phase": 1 });
    assert_eq!((&data["severity"], &data["details"]), (&json!("WARNING"), &told));
    assert_ne!(stage.see(&running).await["status"], "CANCELLED", "it is on its way");
}

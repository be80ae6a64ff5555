//! What is not accepted, and a process that dies: nothing is lost, and the order stays.

use std::time::Duration;

use harness::receiver::Reply;
use harness::{Database, Server};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::{Stage, done, names, update};

on_both_databases!(
    what_is_not_accepted_comes_again_before_the_rest,
    a_process_that_dies_with_a_message_on_its_way_sends_it_again,
    gone_turns_it_off_and_on_again_it_goes_on,
    a_receiver_that_hangs_holds_up_nobody_else
);

async fn what_is_not_accepted_comes_again_before_the_rest(database: Database) {
    let stage = Stage::set(database).await;
    let (webhook, secret) = stage.webhook(json!({})).await;
    stage.receiver.answer([Reply::Status(500)]);
    stage.happen(&["One", "Two", "Three"]).await;
    stage.receiver.until("the first try", |received| !received.is_empty()).await;
    let failing = stage.until(&webhook, |seen| seen["consecutiveFailures"] == 1).await;
    let attempt = &failing["attempts"][0];
    assert_eq!((&attempt["status"], &attempt["failure"], &attempt["attempt"]), (&json!(500), &json!("STATUS"), &json!(1)), "{failing:#}");
    assert!(failing["enabled"] == true && !failing["failingSince"].is_null() && !failing["nextTryAt"].is_null(), "{failing:#}");
    let received = stage.receiver.until("all of them", |received| received.len() >= 4).await;
    assert_eq!(names(&received), ["One", "One", "Two", "Three"]);
    assert_eq!(received[0].id, received[1].id, "a receiver can tell that it is the same");
    let pause = received[1].at - received[0].at;
    assert!(pause >= Duration::from_secs(5) && pause < Duration::from_secs(15), "{pause:?}");
    assert!(received[1].timestamp > received[0].timestamp && received[1].signed_with(&secret), "signed anew, so that it is not too old");
    let seen = stage.until(&webhook, |seen| seen["attempts"].as_array().unwrap().len() == 4).await;
    assert!(seen["consecutiveFailures"] == 0 && seen["failingSince"].is_null() && seen["nextTryAt"].is_null(), "{seen:#}");
    assert_eq!(seen["attempts"][2]["attempt"], 2, "the second attempt of the first message");
}

async fn a_process_that_dies_with_a_message_on_its_way_sends_it_again(database: Database) {
    let mut stage = Stage::set(database).await;
    let (webhook, _) = stage.webhook(json!({})).await;
    stage.happen(&["One"]).await;
    stage.receiver.until("the first", |received| received.len() == 1).await;
    stage.receiver.answer([Reply::Hang]);
    stage.happen(&["Two", "Three"]).await;
    stage.receiver.until("the second", |received| received.len() == 2).await;
    let options = stage.world.server.kill().await;
    stage.world.server = Server::start(options).await;
    stage.owner = stage.world.server.client("OWNER").await;
    let received = stage.receiver.until("the rest", |received| received.len() >= 4).await;
    assert_eq!(names(&received), ["One", "Two", "Two", "Three"], "what was on its way comes again, what was accepted does not");
    assert_eq!(received[1].id, received[2].id);
    let seen = stage.until(&webhook, |seen| seen["attempts"].as_array().unwrap().len() == 3).await;
    assert_eq!(seen["consecutiveFailures"], 0, "{seen:#}");
}

async fn gone_turns_it_off_and_on_again_it_goes_on(database: Database) {
    let stage = Stage::set(database).await;
    let (webhook, _) = stage.webhook(json!({ "topics": ["FREEZE_WINDOW"] })).await;
    stage.receiver.answer([Reply::Status(410)]);
    stage.happen(&["One", "Two"]).await;
    let off = stage.until(&webhook, |seen| seen["enabled"] == false).await;
    assert_eq!((&off["disabledReason"], &off["nextTryAt"]), (&json!("GONE"), &Value::Null), "{off:#}");
    let query = "query($after: EventCursor) { events(first: 10, after: $after, where: { minSeverity: WARNING }) { nodes {
        severity topic ... on WebhookEvent { kind text webhook { id } } } } }";
    let told = stage.owner.send(query, json!({ "after": webhook["cursor"] })).await;
    let nodes = told.at("/events/nodes").as_array().unwrap();
    assert_eq!(nodes.len(), 1, "{nodes:#?}");
    assert_eq!((&nodes[0]["kind"], &nodes[0]["severity"], &nodes[0]["topic"]), (&json!("DISABLED"), &json!("WARNING"), &json!("WEBHOOK")));
    let audit = stage.owner.send("{ auditLog(first: 1) { nodes { action actor { id } } } }", json!({})).await;
    assert_eq!(audit.at("/auditLog/nodes/0"), &json!({ "action": "system.disableWebhook", "actor": null }));
    stage.happen(&["Three"]).await;
    sleep(Duration::from_secs(3)).await;
    assert_eq!(names(&stage.receiver.received()), ["One"], "nothing is sent while it is off");
    let on = done(&update(&stage.owner, &off, json!({ "enabled": true })).await, "updateWebhook");
    assert!(on["enabled"] == true && on["disabledReason"].is_null() && on["consecutiveFailures"] == 0, "{on:#}");
    let received = stage.receiver.until("what waited", |received| received.len() >= 4).await;
    assert_eq!(names(&received), ["One", "One", "Two", "Three"]);
}

async fn a_receiver_that_hangs_holds_up_nobody_else(database: Database) {
    let stage = Stage::set(database).await;
    let (slow, _) = stage.webhook(json!({ "displayName": "Slow" })).await;
    stage.receiver.answer([Reply::Hang]);
    stage.happen(&["One"]).await;
    stage.receiver.until("the one that hangs", |received| received.len() == 1).await;
    let other = harness::receiver::Receiver::start().await;
    done(&super::create(&stage.owner, other.url(), json!({ "displayName": "Quick" })).await, "createWebhook");
    let begun = Instant::now();
    stage.happen(&["Two"]).await;
    other.until("the other's message", |received| names(received).contains(&"Two")).await;
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    let timed_out = stage.until(&slow, |seen| seen["consecutiveFailures"] == 1).await;
    let attempt = &timed_out["attempts"][0];
    assert_eq!((&attempt["failure"], &attempt["status"]), (&json!("TIMED_OUT"), &Value::Null), "{timed_out:#}");
    let took = attempt["durationMs"].as_i64().unwrap();
    assert!((9_000..15_000).contains(&took), "an attempt has ten seconds: {took} ms");
}

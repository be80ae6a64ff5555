//! What arrives: every chosen event, once, in order, signed, in the API's own words.

use std::collections::BTreeSet;

use harness::{Database, Server};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{Stage, done, mutate, names, replay, update};

on_both_databases!(
    events_arrive_signed_and_in_order,
    two_processes_deliver_each_message_once,
    edits_in_the_middle_of_deliveries_lose_nothing,
    a_replaced_secret_signs_beside_the_new_one,
    a_place_in_the_log_can_be_chosen,
    a_test_message_says_what_became_of_it
);

async fn events_arrive_signed_and_in_order(database: Database) {
    let stage = Stage::set(database).await;
    let (webhook, secret) = stage.webhook(json!({})).await;
    assert!(secret.starts_with("whsec_") && webhook["enabled"] == true && webhook["minSeverity"] == "INFO", "{webhook:#}");
    let begun = Instant::now();
    stage.happen(&["One", "Two", "Three", "Four", "Five"]).await;
    let received = stage.receiver.until("five messages", |received| received.len() >= 5).await;
    println!("{database:?}: five events were delivered within {:?} of the first", received[4].at - begun);
    assert_eq!(names(&received), ["One", "Two", "Three", "Four", "Five"]);
    for message in &received {
        assert!(message.signed_with(&secret), "{message:#?}");
        assert_eq!((message.kind(), &message.body["data"]["severity"]), ("freeze_window.changed", &json!("INFO")));
        let actor = &message.body["data"]["actor"];
        assert!(actor["displayName"].is_string() && message.body["data"]["tenant"].is_null(), "{actor}");
    }

    // The log itself says the same: the same ids, in the same order.
    let query = "query($after: EventCursor) { events(first: 100, after: $after) { nodes { id cursor topic severity subject { id } } } }";
    let log = stage.owner.send(query, json!({ "after": webhook["cursor"] })).await;
    let events = log.at("/events/nodes").as_array().unwrap().clone();
    let ids = |of: &dyn Fn(&Value) -> Value| events.iter().map(of).collect::<Vec<_>>();
    assert_eq!(received.iter().map(|message| json!(message.id)).collect::<Vec<_>>(), ids(&|event| event["id"].clone()));
    assert_eq!(
        received.iter().map(|message| message.body["data"]["cursor"].clone()).collect::<Vec<_>>(),
        ids(&|event| event["cursor"].clone())
    );
    assert_eq!(
        received.iter().map(|message| message.body["data"]["subject"]["id"].clone()).collect::<Vec<_>>(),
        ids(&|event| event["subject"]["id"].clone())
    );
    assert!(events.iter().all(|event| event["topic"] == "FREEZE_WINDOW" && event["severity"] == "INFO"), "{events:#?}");

    let seen = settled(&stage, &webhook, 5).await;
    assert!(!seen["lastDeliveredAt"].is_null() && seen["consecutiveFailures"] == 0 && seen["nextTryAt"].is_null(), "{seen:#}");
    let attempts = seen["attempts"].as_array().unwrap();
    assert!(
        attempts.iter().all(|attempt| attempt["accepted"] == true && attempt["status"] == 204 && attempt["attempt"] == 1),
        "{attempts:#?}"
    );

    // The secret is nowhere: not in the database's file, not in the log, not in the audit.
    let audit = stage.owner.send("{ auditLog(first: 100) { nodes { action detail } } }", json!({})).await;
    assert!(!audit.body.to_string().contains(&secret) && !audit.body.to_string().contains("in-the-address"), "{:#}", audit.body);
    for file in crate::twice::walk(&stage.world.folder()) {
        let bytes = std::fs::read(&file).unwrap_or_default();
        assert!(!bytes.windows(secret.len()).any(|part| part == secret.as_bytes()), "{} holds the signing secret", file.display());
    }
}

async fn two_processes_deliver_each_message_once(database: Database) {
    let stage = Stage::set(database).await;
    let _second = Server::start(stage.world.server.options().clone()).await;
    let (webhook, _) = stage.webhook(json!({})).await;
    let expected: Vec<String> = (0..30).map(|number| format!("Window {number}")).collect();
    stage.happen(&expected.iter().map(String::as_str).collect::<Vec<_>>()).await;
    stage.receiver.until("thirty messages", |received| received.len() >= 30).await;
    settled(&stage, &webhook, 30).await;
    assert_eq!(names(&stage.receiver.received()), expected);
}

async fn edits_in_the_middle_of_deliveries_lose_nothing(database: Database) {
    let stage = Stage::set(database).await;
    let (webhook, _) = stage.webhook(json!({ "topics": ["FREEZE_WINDOW"] })).await;
    let expected: Vec<String> = (0..40).map(|number| format!("Window {number}")).collect();
    let texts: Vec<&str> = expected.iter().map(String::as_str).collect();
    let edits = async {
        let mut accepted = 0;
        for number in 0..60 {
            let seen = stage.see(&webhook).await;
            let answer = update(&stage.owner, &seen, json!({ "displayName": format!("Renamed {number}") })).await;
            accepted += usize::from(answer.user_errors("updateWebhook").is_empty());
        }
        accepted
    };
    let ((), accepted) = tokio::join!(stage.happen(&texts), edits);
    assert!(accepted > 0, "the edits met the deliveries");
    let received = stage.receiver.until("the last", |received| names(received).contains(&"Window 39")).await;
    // What an edit overtook came twice; nothing is missing, and nothing came before what it comes after.
    let mut firsts: Vec<&str> = Vec::new();
    for name in names(&received) {
        if !firsts.contains(&name) {
            firsts.push(name);
        }
    }
    assert_eq!(firsts, texts);
    let seen = stage.until(&webhook, |seen| seen["attempts"][0]["accepted"] == true).await;
    assert_eq!((&seen["consecutiveFailures"], &seen["enabled"]), (&json!(0), &json!(true)), "{seen:#}");
    assert!(seen["attempts"].as_array().unwrap().iter().all(|attempt| attempt["accepted"] == true), "{seen:#}");

    // And one that is deleted in the middle is gone.
    let begun = stage.receiver.received().len();
    let happen = stage.happen(&["A", "B", "C", "D", "E", "F"]);
    let delete = async {
        stage.receiver.until("the first of them", |received| received.len() > begun).await;
        mutate(&stage.owner, "deleteWebhook", "DeleteWebhookInput", "deletedId", json!({ "id": webhook["id"] })).await
    };
    let ((), deleted) = tokio::join!(happen, delete);
    assert_eq!(deleted.at("/deleteWebhook/deletedId"), &webhook["id"], "{:#}", deleted.body);
}

async fn a_replaced_secret_signs_beside_the_new_one(database: Database) {
    let stage = Stage::set(database).await;
    let (webhook, first) = stage.webhook(json!({})).await;
    let input = json!({ "id": webhook["id"], "expectedRevision": webhook["revision"], "idempotencyKey": "once" });
    let fields = format!("webhook {{ {} }} secret", super::WEBHOOK);
    let rotate = || mutate(&stage.owner, "rotateWebhookSecret", "RotateWebhookSecretInput", &fields, input.clone());
    let answer = rotate().await;
    let rotated = done(&answer, "rotateWebhookSecret");
    let second = answer.text("/rotateWebhookSecret/secret");
    assert!(second != first && !rotated["previousSecretUntil"].is_null(), "{rotated:#}");
    assert!(rotate().await.at("/rotateWebhookSecret/secret").is_null(), "a repeated call shows no secret");
    stage.happen(&["Signed twice"]).await;
    // The rotation itself is an event, too.
    let received = stage.receiver.until("two messages", |received| received.len() >= 2).await;
    for message in received {
        assert!(message.signatures.len() == 2 && message.signed_with(&first) && message.signed_with(&second), "{message:#?}");
    }
}

async fn a_place_in_the_log_can_be_chosen(database: Database) {
    let stage = Stage::set(database).await;
    let (webhook, _) = stage.webhook(json!({ "topics": ["FREEZE_WINDOW"] })).await;
    stage.happen(&["One", "Two", "Three"]).await;
    stage.receiver.until("three messages", |received| received.len() >= 3).await;
    let seen = settled(&stage, &webhook, 3).await;
    // The newest attempt is the first of the list: the third message, then the second.
    let again = done(&replay(&stage.owner, &seen, &seen["attempts"][1]["replayAfter"]).await, "replayWebhook");
    let received = stage.receiver.until("two messages again", |received| received.len() >= 5).await;
    assert_eq!(names(&received), ["One", "Two", "Three", "Two", "Three"]);
    assert_eq!((&received[3].id, &received[4].id), (&received[1].id, &received[2].id), "the same messages");
    let refused = replay(&stage.owner, &seen, &Value::Null).await;
    assert_eq!(refused.user_errors("replayWebhook"), ["STALE_REVISION"]);
    let refused = replay(&stage.owner, &again, &json!("AAAAAAAAAAAAAAAAAAAA")).await;
    assert_eq!(refused.user_errors("replayWebhook"), ["INVALID_INPUT"], "{:#}", refused.body);
}

async fn a_test_message_says_what_became_of_it(database: Database) {
    let stage = Stage::set(database).await;
    let (webhook, secret) = stage.webhook(json!({})).await;
    let fields = "webhook { id } accepted status failure";
    let test = || mutate(&stage.owner, "testWebhook", "TestWebhookInput", fields, json!({ "id": webhook["id"] }));
    let accepted = test().await;
    let expected = json!({ "webhook": { "id": webhook["id"] }, "accepted": true, "status": 204, "failure": null, "userErrors": [] });
    assert_eq!(accepted.at("/testWebhook"), &expected);
    stage.receiver.answer([harness::receiver::Reply::Status(500)]);
    let refused = test().await;
    assert_eq!((refused.at("/testWebhook/accepted"), refused.at("/testWebhook/status")), (&json!(false), &json!(500)));
    let failure = refused.text("/testWebhook/failure");
    assert!(failure.contains("500") && !failure.contains("in-the-address"), "{failure}");
    let received = stage.receiver.received();
    assert!(received.iter().all(|message| message.kind() == "webhook.test" && message.signed_with(&secret)), "{received:#?}");
    let ids: BTreeSet<&str> = received.iter().map(|message| message.id.as_str()).collect();
    assert_eq!(ids.len(), 2);
    assert_eq!(stage.see(&webhook).await["attempts"], json!([]), "a test is no delivery");
}

/// The webhook once it has made so many attempts.
async fn settled(stage: &Stage, webhook: &Value, attempts: usize) -> Value {
    stage.until(webhook, |seen| seen["attempts"].as_array().unwrap().len() == attempts).await
}

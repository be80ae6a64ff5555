//! The subscription: every transition, at most four messages a second, and the last state at the end.

use std::collections::BTreeMap;

use harness::bulk::{apply, create, dry_run, ended};
use harness::{Database, Socket};
use serde_json::{Value, json};

use super::Stage;

on_both_databases!(every_transition_arrives_at_a_rate_that_a_person_can_follow);

const STREAM: &str = "subscription($id: ID!, $after: EventCursor) { bulkChangeEvents(id: $id, after: $after) { \
    cursor at gap counts { applied failed total } transitions { tenantId step to } bulkChange { status } } }";

async fn every_transition_arrives_at_a_rate_that_a_person_can_follow(database: Database) {
    let stage = Stage::set(database, 8).await;
    let owner = &stage.owner;
    stage.refuse(3, 1).await;
    let mut input = stage.rename("Watched");
    input["strategy"] = json!({ "failureTolerance": { "count": 8 } });
    let bulk = create(owner, input).await;
    let start = owner.send("{ viewer { workspace { eventCursor } } }", json!({})).await.text("/viewer/workspace/eventCursor");
    let watch = async |after: &str| {
        let variables = json!({ "id": bulk["id"], "after": after });
        Socket::subscribe(stage.world.server.base(), owner.token().unwrap(), STREAM, variables).await
    };
    let mut socket = watch(&start).await;
    let began = tokio::time::Instant::now();
    let reader = async {
        let mut messages: Vec<Value> = Vec::new();
        loop {
            let message = socket.next().await.expect("the stream goes on")["bulkChangeEvents"].clone();
            messages.push(message);
            // The status is read when a message is sent, so it can be ahead of the transitions.
            let settled = |states: &Vec<String>| states.last().is_some_and(|state| state == "APPLIED" || state == "FAILED");
            if paths(&messages).values().filter(|states| settled(states)).count() == 8 {
                return (messages, began.elapsed());
            }
        }
    };
    let run = async {
        let planned = dry_run(owner, &bulk).await;
        apply(owner, "applyBulkChange", &planned).await;
        ended(owner, &bulk).await
    };
    let ((messages, took), end) = tokio::join!(reader, run);
    assert_eq!(end["status"], "APPLIED_PARTIAL", "{end:#}");
    let most = 2 + (took.as_millis() / 250) as usize;
    assert!(messages.len() <= most, "{} messages in {took:?}", messages.len());

    let last = messages.last().unwrap();
    assert_eq!((&last["counts"]["applied"], &last["counts"]["failed"]), (&json!(7), &json!(1)), "{last:#}");
    let paths = paths(&messages);
    assert_eq!(paths.len(), 8, "{paths:#?}");
    for (tenant, states) in &paths {
        let end = states.last().unwrap().as_str();
        assert_eq!(end, if *tenant == stage.tenants[3].id { "FAILED" } else { "APPLIED" }, "{tenant}: {states:?}");
        assert!(states.iter().any(|state| state == "QUEUED") && states.iter().any(|state| state == "READY"), "{states:?}");
    }

    // From the middle on: what was seen does not come again, the rest does.
    let middle = messages.len() / 2;
    let mut again = watch(messages[middle].get("cursor").unwrap().as_str().unwrap()).await;
    let mut rest = Vec::new();
    while rest.last().is_none_or(|message: &Value| message["cursor"] != last["cursor"]) {
        rest.push(again.next().await.expect("the stream goes on")["bulkChangeEvents"].clone());
    }
    let flat =
        |messages: &[Value]| messages.iter().flat_map(|message| message["transitions"].as_array().unwrap().clone()).collect::<Vec<_>>();
    assert_eq!(flat(&rest), flat(&messages[middle + 1..]));
}

/// What each tenant went through.
fn paths(messages: &[Value]) -> BTreeMap<String, Vec<String>> {
    let mut paths: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for transition in messages.iter().flat_map(|message| message["transitions"].as_array().unwrap()) {
        let text = |field: &str| transition[field].as_str().unwrap().to_owned();
        paths.entry(text("tenantId")).or_default().push(text("to"));
    }
    paths
}

//! A suggested rollout: accepted, begun by hand, completed, taken back; and what is not suggested meanwhile.

use harness::{Client, Database};
use serde_json::{Value, json};

use super::{decide, done, run, suggestions};
use crate::drift::resync;
use crate::rollout::{self, Stage, mutate, stop};

on_both_databases!(
    an_accepted_rollout_is_planned_run_and_applied,
    a_rollout_that_ends_otherwise_opens_its_suggestion_again,
    a_rollout_by_hand_is_taken_for_the_acceptance,
    what_speaks_against_a_rollout_is_said_when_it_is_accepted,
);

async fn an_accepted_rollout_is_planned_run_and_applied(database: Database) {
    let stage = Stage::set(database).await;
    let (owner, tenant) = (&stage.owner, tenant_of(&stage).await);
    run(owner, &tenant).await;
    let found = suggested(&stage, &tenant).await;
    assert_eq!((&found["status"], &found["action"], &found["rollout"]), (&json!("NEW"), &json!("Suggested phased rollout"), &Value::Null));
    let operator = stage.world.server.client("OPERATOR").await;
    assert_eq!(decide(&operator, "acceptSuggestion", &found, json!({})).await.user_errors("acceptSuggestion"), ["FORBIDDEN"]);

    let accepted = done(owner, "acceptSuggestion", &found, json!({ "idempotencyKey": "once" })).await;
    let planned = accepted["rollout"].clone();
    assert_eq!(
        (&planned["status"], &planned["mode"], &accepted["change"]),
        (&json!("PLANNED"), &json!("MANUAL"), &Value::Null),
        "{accepted:#}"
    );
    assert_eq!(planned["plan"]["phases"].as_array().unwrap().len(), 5, "{accepted:#}");
    assert_eq!((&accepted["suggestion"]["status"], &accepted["suggestion"]["rollout"]["id"]), (&json!("ACCEPTED"), &planned["id"]));
    let again = done(owner, "acceptSuggestion", &found, json!({ "idempotencyKey": "once" })).await;
    assert_eq!(again["rollout"]["id"], planned["id"], "a repeated call plans nothing");
    assert_eq!(decide(owner, "acceptSuggestion", &found, json!({})).await.user_errors("acceptSuggestion"), ["STALE_REVISION"]);
    it_is_told(owner, &planned).await;
    the_tenant_lists_it(owner, &tenant, &planned).await;
    it_can_be_started_and_not_advanced(&stage, &planned).await;

    // A run in between leaves it alone, and suggests nothing else for the policy.
    let between = run(owner, &tenant).await;
    assert_eq!(suggested(&stage, &tenant).await["status"], "ACCEPTED");
    let aside = between["summary"]["skipped"].as_array().unwrap().iter().find(|skip| skip["reason"] == "ROLLOUT_UNDER_WAY");
    assert!(aside.is_some_and(|skip| skip["text"].as_str().unwrap().contains("belongs to a phased rollout")), "{between:#}");
    let of_policy = of_policy(owner, &tenant, &stage.policy).await;
    assert!(of_policy.iter().all(|one| one["kind"] != "READY_TO_ENFORCE"), "{of_policy:#?}");
    assert_eq!(replayed(owner, &between).await, json!(true));

    stage.start(&planned).await;
    stage.until(&planned, |seen| seen["status"] == "RUNNING" && seen["phase"] == 1).await;
    stage.override_forward("completeRollout", &planned).await;
    stage.until(&planned, |seen| seen["status"] == "COMPLETED").await;
    // In the rollout's own transaction: whoever sees the one sees the other.
    let over = suggested(&stage, &tenant).await;
    assert_eq!((&over["status"], &over["rollout"]["status"]), (&json!("APPLIED"), &json!("COMPLETED")), "{over:#}");
    run(owner, &tenant).await;
    assert_eq!(suggested(&stage, &tenant).await["status"], "APPLIED");
}

async fn a_rollout_that_ends_otherwise_opens_its_suggestion_again(database: Database) {
    let stage = Stage::set(database).await;
    let (owner, tenant) = (&stage.owner, tenant_of(&stage).await);
    run(owner, &tenant).await;
    let found = suggested(&stage, &tenant).await;
    let first = done(owner, "acceptSuggestion", &found, json!({})).await["rollout"].clone();
    rollout::done(&stop(owner, "cancelRollout", &first).await, "cancelRollout");
    let open = suggested(&stage, &tenant).await;
    assert_eq!((&open["status"], &open["rollout"]["status"]), (&json!("NEW"), &json!("CANCELLED")), "{open:#}");

    let second = done(owner, "acceptSuggestion", &open, json!({})).await["rollout"].clone();
    assert_ne!(second["id"], first["id"]);
    stage.start(&second).await;
    stage.until(&second, |seen| seen["status"] == "RUNNING").await;
    rollout::done(&stop(owner, "rollBackRollout", &second).await, "rollBackRollout");
    stage.until(&second, |seen| seen["status"] == "ROLLED_BACK").await;
    assert_eq!(suggested(&stage, &tenant).await["status"], "NEW");
    // The engine's own look settled this one: the events tell of both ways.
    let query = "{ events(first: 100) { nodes { ... on SuggestionEvent { what: kind to } } } }";
    let events = owner.send(query, json!({})).await;
    let told: Vec<&Value> =
        events.at("/events/nodes").as_array().unwrap().iter().filter(|event| event["what"] == "STATUS_CHANGED").collect();
    let to: Vec<&str> = told.iter().filter_map(|event| event["to"].as_str()).collect();
    assert_eq!(to.iter().filter(|to| **to == "ACCEPTED").count(), 2, "{to:?}");
    assert_eq!(to.iter().filter(|to| **to == "NEW").count(), 2, "{to:?}");
}

async fn a_rollout_by_hand_is_taken_for_the_acceptance(database: Database) {
    let stage = Stage::set(database).await;
    let (owner, tenant) = (&stage.owner, tenant_of(&stage).await);
    run(owner, &tenant).await;
    let found = suggested(&stage, &tenant).await;
    let by_hand = mutate(owner, "createRollout", "CreateRolloutInput", json!({ "policyId": stage.policy["id"] })).await;
    let by_hand = rollout::done(&by_hand, "createRollout");
    let adopted = suggested(&stage, &tenant).await;
    assert_eq!((&adopted["id"], &adopted["status"]), (&found["id"], &json!("ACCEPTED")), "{adopted:#}");
    assert_eq!(adopted["rollout"]["id"], by_hand["id"]);
    let refused = decide(owner, "acceptSuggestion", &adopted, json!({})).await;
    assert_eq!(refused.user_errors("acceptSuggestion"), ["INVALID_INPUT"]);
    let message = refused.at("/acceptSuggestion/userErrors/0/message").as_str().unwrap().to_owned();
    assert!(message.contains("complete or cancel that"), "{message}");
    rollout::done(&stop(owner, "cancelRollout", &by_hand).await, "cancelRollout");
    assert_eq!(suggested(&stage, &tenant).await["status"], "NEW");
}

async fn what_speaks_against_a_rollout_is_said_when_it_is_accepted(database: Database) {
    let stage = Stage::set(database).await;
    let (owner, tenant) = (&stage.owner, tenant_of(&stage).await);
    run(owner, &tenant).await;
    let found = suggested(&stage, &tenant).await;
    let dismissed = done(owner, "dismissSuggestion", &found, json!({ "reason": "Not this year." })).await["suggestion"].clone();
    let by_hand = mutate(owner, "createRollout", "CreateRolloutInput", json!({ "policyId": stage.policy["id"] })).await;
    let by_hand = rollout::done(&by_hand, "createRollout");
    assert_eq!(suggested(&stage, &tenant).await["status"], "DISMISSED", "who dismissed it has not accepted it");
    let exists = decide(owner, "acceptSuggestion", &dismissed, json!({})).await;
    assert_eq!(exists.user_errors("acceptSuggestion"), ["ROLLOUT_EXISTS"]);
    rollout::done(&stop(owner, "cancelRollout", &by_hand).await, "cancelRollout");

    // Somebody narrows the policy after the run: it is not for all users any more.
    let group = stage.groups().await[0].clone();
    let narrowed = json!({ "conditions": { "users": { "includeUsers": [], "includeGroups": [group] } } });
    stage.world.cloud.portal_edit(stage.sim.tenant_id, stage.policy["graphId"].as_str().unwrap(), narrowed).await;
    resync(owner, &tenant).await;
    let refused = decide(owner, "acceptSuggestion", &dismissed, json!({})).await;
    assert_eq!(refused.user_errors("acceptSuggestion"), ["ROLLOUT_NOT_ELIGIBLE"]);
    let after = suggested(&stage, &tenant).await;
    assert_eq!((&after["status"], &after["revision"]), (&dismissed["status"], &dismissed["revision"]), "nothing changed: {after:#}");
}

async fn tenant_of(stage: &Stage) -> String {
    let query = "query($id: ID!) { policy(id: $id) { tenant { id } } }";
    stage.owner.send(query, json!({ "id": stage.policy["id"] })).await.text("/policy/tenant/id")
}

/// The suggestion to roll out the policy of the stage.
async fn suggested(stage: &Stage, tenant: &str) -> Value {
    let of_policy = of_policy(&stage.owner, tenant, &stage.policy).await;
    let found = of_policy.iter().find(|one| one["kind"] == "PHASED_ROLLOUT");
    found.unwrap_or_else(|| panic!("no rollout is suggested: {of_policy:#?}")).clone()
}

async fn of_policy(owner: &Client, tenant: &str, policy: &Value) -> Vec<Value> {
    let about = |one: &Value| one["evidence"]["policies"].as_array().unwrap().iter().any(|found| found["id"] == policy["id"]);
    suggestions(owner, tenant).await.into_iter().filter(about).collect()
}

async fn it_is_told(owner: &Client, planned: &Value) {
    let audit = owner.send("{ auditLog(first: 20) { nodes { action } } }", json!({})).await;
    let actions: Vec<&str> = audit.at("/auditLog/nodes").as_array().unwrap().iter().filter_map(|entry| entry["action"].as_str()).collect();
    assert!(actions.contains(&"acceptSuggestion") && actions.contains(&"createRollout"), "{actions:?}");
    let query = "query($id: ID!) { rollout(id: $id) { timeline(first: 10) { nodes { ... on RolloutEvent { kind } } } } }";
    let told = owner.send(query, json!({ "id": planned["id"] })).await;
    assert_eq!(told.at("/rollout/timeline/nodes/0/kind"), &json!("CREATED"), "{:#}", told.body);
}

async fn the_tenant_lists_it(owner: &Client, tenant: &str, planned: &Value) {
    let query = "query($id: ID!, $where: RolloutWhere) { tenant(id: $id) { rollouts(first: 1, where: $where) { totalCount \
        nodes { id } pageInfo { hasNextPage } } } }";
    for (filter, count) in [(Value::Null, 1), (json!({ "statuses": ["PLANNED"] }), 1), (json!({ "statuses": ["RUNNING"] }), 0)] {
        let listed = owner.send(query, json!({ "id": tenant, "where": filter })).await;
        assert_eq!(listed.at("/tenant/rollouts/totalCount"), &json!(count), "{:#}", listed.body);
        let ids: Vec<&Value> = listed.at("/tenant/rollouts/nodes").as_array().unwrap().iter().map(|node| &node["id"]).collect();
        assert_eq!(ids, vec![&planned["id"]; count]);
    }
}

async fn it_can_be_started_and_not_advanced(stage: &Stage, planned: &Value) {
    let query = "query($action: Action!, $on: ID!) { viewer { can(action: $action, on: $on) { allowed code } } }";
    for (action, expected) in [
        ("START_ROLLOUT", None),
        ("EDIT_ROLLOUT", None),
        ("CANCEL_ROLLOUT", None),
        ("ADVANCE_ROLLOUT", Some("ROLLOUT_NOT_READY")),
        ("REQUEST_ROLLOUT_APPROVAL", Some("APPROVAL_NOT_NEEDED")),
        ("DECIDE_ROLLOUT_APPROVAL", Some("NOT_APPROVED")),
    ] {
        let can = stage.owner.send(query, json!({ "action": action, "on": planned["id"] })).await;
        assert_eq!(can.at("/viewer/can/allowed"), &json!(expected.is_none()), "{action}: {:#}", can.body);
        assert_eq!(can.at("/viewer/can/code"), &json!(expected), "{action}");
    }
    let viewer = stage.world.server.client("VIEWER").await;
    let can = viewer.send(query, json!({ "action": "START_ROLLOUT", "on": planned["id"] })).await;
    assert_eq!(can.at("/viewer/can/code"), &json!("FORBIDDEN"));
}

async fn replayed(owner: &Client, run: &Value) -> Value {
    let query = "mutation($input: ReplayAgentRunInput!) { replayAgentRun(input: $input) { same userErrors { code } } }";
    owner.send(query, json!({ "input": { "id": run["id"] } })).await.at("/replayAgentRun/same").clone()
}

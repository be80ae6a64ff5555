//! From found to applied; dismissed and snoozed; and the replay.

use chrono::TimeDelta;
use domain::env::Clock;
use harness::Database;
use harness::world::World;
use serde_json::{Value, json};
use store::{Store, StoreConfig, SuggestionFilter};

use super::{decide, done, of_kind, quiet, run, suggestions};
use crate::drift::resync;
use crate::story::{apply, step};

on_both_databases!(
    a_second_run_updates_instead_of_repeating,
    a_dismissed_suggestion_stays_away_and_a_snoozed_one_comes_back,
    an_accepted_suggestion_becomes_a_change_and_is_applied_with_it,
    a_replay_gives_the_same_suggestions,
);

async fn a_second_run_updates_instead_of_repeating(database: Database) {
    let (world, owner, tenant) = quiet(database).await;
    let start = owner.send("{ viewer { workspace { eventCursor } } }", json!({})).await.text("/viewer/workspace/eventCursor");
    let first = run(&owner, &tenant).await;
    let before = suggestions(&owner, &tenant).await;
    assert!(before.iter().any(|suggestion| suggestion["kind"] == "MFA_GAP"), "{before:#?}");
    assert_eq!((&first["summary"]["created"], &first["summary"]["found"]), (&json!(before.len()), &json!(before.len())));
    assert_eq!(first["trigger"], "MEMBER");

    let second = run(&owner, &tenant).await;
    let after = suggestions(&owner, &tenant).await;
    let ids = |list: &[Value]| list.iter().map(|suggestion| suggestion["id"].clone()).collect::<Vec<_>>();
    assert_eq!(ids(&after), ids(&before), "one identity is one suggestion");
    assert_eq!((&second["summary"]["created"], &second["summary"]["unchanged"]), (&json!(0), &json!(before.len())));
    assert!(after.iter().all(|suggestion| suggestion["lastRun"]["id"] == second["id"] && suggestion["firstRun"]["id"] == first["id"]));

    // Somebody turns a policy on that covers all: the gap is gone, and said to be.
    let body = json!({
        "displayName": "MFA for all", "state": "enabled", "grantControls": { "operator": "OR", "builtInControls": ["mfa"] },
        "conditions": { "users": { "includeUsers": ["All"] }, "applications": { "includeApplications": ["All"] }, "clientAppTypes": ["all"] },
    });
    world.cloud.try_portal(world.sim_tenant().tenant_id, json!({ "method": "POST", "body": body })).await.expect("the portal accepts it");
    resync(&owner, &tenant).await;
    let third = run(&owner, &tenant).await;
    assert_eq!(of_kind(&owner, &tenant, "MFA_GAP").await["status"], "SUPERSEDED");
    assert!(third["summary"]["superseded"].as_i64().unwrap() >= 1, "{third:#}");

    let query = "query($after: EventCursor) { events(first: 100, after: $after) { nodes { __typename ... on AgentRunEvent { run: kind } \
        ... on SuggestionEvent { what: kind to } } } }";
    let events = owner.send(query, json!({ "after": start })).await;
    let events = events.at("/events/nodes").as_array().unwrap();
    let count = |name: &str, value: &str| events.iter().filter(|event| event[name] == value).count();
    assert_eq!((count("run", "STARTED"), count("run", "COMPLETED")), (3, 3));
    assert_eq!(count("what", "CREATED"), before.len());
    assert!(count("to", "SUPERSEDED") >= 1);
}

async fn a_dismissed_suggestion_stays_away_and_a_snoozed_one_comes_back(database: Database) {
    let (world, owner, tenant) = quiet(database).await;
    run(&owner, &tenant).await;
    let gap = of_kind(&owner, &tenant, "MFA_GAP").await;
    assert_eq!(
        decide(&owner, "dismissSuggestion", &gap, json!({ "reason": " " })).await.user_errors("dismissSuggestion"),
        ["INVALID_INPUT"]
    );
    let dismissed = done(&owner, "dismissSuggestion", &gap, json!({ "reason": "Another product does this." })).await;
    assert_eq!(dismissed["suggestion"]["status"], "DISMISSED");
    let stale = decide(&owner, "reviewSuggestion", &gap, json!({})).await;
    assert_eq!(stale.user_errors("reviewSuggestion"), ["STALE_REVISION"]);
    let legacy = of_kind(&owner, &tenant, "LEGACY_AUTHENTICATION").await;
    let snoozed = done(&owner, "snoozeSuggestion", &legacy, json!({ "note": "After the holidays." })).await["suggestion"].clone();
    assert_eq!((&snoozed["status"], &snoozed["note"]), (&json!("SNOOZED"), &json!("After the holidays.")));
    let until: chrono::DateTime<chrono::Utc> = snoozed["snoozedUntil"].as_str().unwrap().parse().unwrap();
    let days = (until - api::system::SystemClock.now()).num_hours();
    assert!((14 * 24 - 1..=14 * 24).contains(&days), "14 days unless said: {until}");

    run(&owner, &tenant).await;
    assert_eq!(of_kind(&owner, &tenant, "MFA_GAP").await["status"], "DISMISSED");
    assert_eq!(of_kind(&owner, &tenant, "LEGACY_AUTHENTICATION").await["status"], "SNOOZED");
    let again = done(&owner, "reviewSuggestion", &of_kind(&owner, &tenant, "DEVICE_CODE_FLOW").await, json!({ "note": "Seen." })).await;
    assert_eq!(again["suggestion"]["status"], "REVIEWED");

    // Two weeks later.
    end_of_snooze(&world).await;
    let later = run(&owner, &tenant).await;
    assert_eq!(of_kind(&owner, &tenant, "LEGACY_AUTHENTICATION").await["status"], "NEW");
    assert_eq!(of_kind(&owner, &tenant, "MFA_GAP").await["status"], "DISMISSED");
    assert_eq!(later["summary"]["reopened"], 1, "{later:#}");
}

/// Lets every snooze of the workspace have ended an hour ago: the server's clock is the wall's.
async fn end_of_snooze(world: &World) {
    let store = Store::connect(&StoreConfig::new(world.server.options().database_url.clone())).await.unwrap();
    let tenants = store.reader().all_tenant_ids().await.unwrap();
    let workspace = tenants[0].0;
    let page = store::PageRequest { first: 100, after: None, backwards: false };
    let found = store.reader().suggestions_page(workspace, &SuggestionFilter::default(), &page).await.unwrap();
    let tx = store.write().await.unwrap();
    for (_, suggestion) in found.items {
        if let Some(until) = suggestion.snoozed_until {
            let read = suggestion.revision;
            let ended = domain::agent::Suggestion { snoozed_until: Some(until - TimeDelta::days(14) - TimeDelta::hours(1)), ..suggestion };
            tx.update_suggestion(&ended, read).await.unwrap();
        }
    }
    tx.commit().await.unwrap();
    store.close().await.unwrap();
}

async fn an_accepted_suggestion_becomes_a_change_and_is_applied_with_it(database: Database) {
    let (world, owner, tenant) = quiet(database).await;
    run(&owner, &tenant).await;
    let found = of_kind(&owner, &tenant, "DEVICE_CODE_FLOW").await;
    assert_eq!((&found["action"], &found["steps"][0]["kind"]), (&json!("Suggested new report-only policy"), &json!("POLICY_CREATE")));
    let viewer = world.server.client("VIEWER").await;
    assert_eq!(decide(&viewer, "acceptSuggestion", &found, json!({})).await.user_errors("acceptSuggestion"), ["FORBIDDEN"]);
    let accepted = done(&owner, "acceptSuggestion", &found, json!({ "idempotencyKey": "once" })).await;
    assert_eq!(accepted["suggestion"]["status"], "ACCEPTED");
    let change = accepted["change"].clone();
    assert_eq!(change["status"], "DRY_RUN_COMPLETE", "{accepted:#}");
    let again = done(&owner, "acceptSuggestion", &found, json!({ "idempotencyKey": "once" })).await;
    assert_eq!(again["change"]["id"], change["id"], "a repeated call drafts nothing");
    let refused = decide(&owner, "dismissSuggestion", &accepted["suggestion"], json!({ "reason": "Too late." })).await;
    assert_eq!(refused.user_errors("dismissSuggestion"), ["INVALID_INPUT"]);
    // Cancelled, it can be accepted again.
    step(&owner, "cancelChange", &change).await;
    let open = of_kind(&owner, &tenant, "DEVICE_CODE_FLOW").await;
    assert_eq!(open["status"], "NEW");
    let accepted = done(&owner, "acceptSuggestion", &open, json!({})).await;
    let change = accepted["change"].clone();
    assert_eq!(change["status"], "DRY_RUN_COMPLETE", "{accepted:#}");
    // A run in between leaves it alone.
    run(&owner, &tenant).await;
    assert_eq!(of_kind(&owner, &tenant, "DEVICE_CODE_FLOW").await["status"], "ACCEPTED");
    assert_eq!(world.cloud.writes(world.sim_tenant().tenant_id).await.len(), 0, "nothing is written before the gate");

    apply(&owner, "applyChange", &change).await;
    let applied = world.wait_for(&owner, change["id"].as_str().unwrap(), &["APPLIED", "FAILED"]).await;
    assert_eq!(applied["status"], "APPLIED", "{applied:#}");
    // In the change's own transaction: whoever sees the one sees the other.
    let over = of_kind(&owner, &tenant, "DEVICE_CODE_FLOW").await;
    assert_eq!((&over["status"], &over["steps"][0]["done"]), (&json!("APPLIED"), &json!(true)));
    let policies = world.policies(&owner, &tenant).await;
    let made = policies.iter().find(|policy| policy["displayName"] == "Block device code flow").expect("the policy is there");
    assert_eq!(made["state"], "REPORT_ONLY", "new policies are created in report-only mode");
    let last = run(&owner, &tenant).await;
    assert_eq!(of_kind(&owner, &tenant, "DEVICE_CODE_FLOW").await["status"], "APPLIED");
    let skipped = last["summary"]["skipped"].as_array().unwrap();
    assert!(skipped.iter().any(|skip| skip["kind"] == "DEVICE_CODE_FLOW" && skip["reason"] == "REPORT_ONLY_EXISTS"), "{last:#}");
}

async fn a_replay_gives_the_same_suggestions(database: Database) {
    let (_world, owner, tenant) = quiet(database).await;
    for _ in 0..2 {
        let run = run(&owner, &tenant).await;
        let query =
            "mutation($input: ReplayAgentRunInput!) { replayAgentRun(input: $input) { same found agentRun { id } userErrors { code } } }";
        let replay = owner.send(query, json!({ "input": { "id": run["id"] } })).await;
        assert_eq!(replay.at("/replayAgentRun/same"), &json!(true), "{:#}", replay.body);
        assert_eq!(replay.at("/replayAgentRun/found"), &run["summary"]["found"]);
    }
}

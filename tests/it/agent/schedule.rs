//! On and off, every 24 hours, and whose rights a run has.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use domain::env::Clock;
use harness::world::World;
use harness::{Client, Database};
use serde_json::{Value, json};
use store::{Store, StoreConfig};
use tokio::time::{Instant, sleep};

use super::{agent, ended, of_kind, quiet, runs, set, suggestions};
use crate::members::client_of;

on_both_databases!(
    turned_on_it_runs_at_once_and_again_after_a_day,
    a_member_who_lost_the_role_lends_no_rights,
    report_only_policies_are_created_where_settings_allow_it,
    settings_are_checked_and_rules_switched_off,
);

async fn turned_on_it_runs_at_once_and_again_after_a_day(database: Database) {
    let (world, owner, tenant) = quiet(database).await;
    let off = agent(&owner, &tenant).await;
    assert_eq!((&off["revision"], &off["nextRunAt"], &off["settings"]["enabled"]), (&json!(0), &Value::Null, &json!(false)));
    assert_eq!(off["settings"]["phasedRollout"], true, "phased rollout is on unless somebody switches it off");
    let on = set(&owner, &tenant, json!({ "enabled": true })).await;
    assert_eq!(on.user_errors("setAgentSettings"), Vec::<String>::new(), "{:#}", on.body);
    let first = next_run(&owner, &tenant, 1).await;
    assert_eq!((&first["status"], &first["trigger"]), (&json!("COMPLETED"), &json!("SCHEDULE")), "{first:#}");
    let next: DateTime<Utc> = agent(&owner, &tenant).await["nextRunAt"].as_str().unwrap().parse().unwrap();
    let hours = (next - api::system::SystemClock.now()).num_minutes();
    assert!((24 * 60 - 3..=24 * 60).contains(&hours), "the next one is a day away: {next}");

    a_day_later(&world).await;
    let second = next_run(&owner, &tenant, 2).await;
    assert_eq!((&second["status"], &second["trigger"]), (&json!("COMPLETED"), &json!("SCHEDULE")), "{second:#}");
    let off = set(&owner, &tenant, json!({ "enabled": false })).await;
    assert_eq!(off.at("/setAgentSettings/agent/nextRunAt"), &Value::Null);
    assert!(agent(&owner, &tenant).await["turnedOnBy"].is_null());
}

async fn a_member_who_lost_the_role_lends_no_rights(database: Database) {
    let (world, owner, tenant) = quiet(database).await;
    let query = "mutation($input: AddMemberInput!) { addMember(input: $input) { member { id revision } userErrors { code } } }";
    let added = owner.send(query, json!({ "input": { "subject": "bea", "displayName": "Bea", "role": "ADMIN" } })).await;
    let member = added.at("/addMember/member").clone();
    let bea = client_of(&world, "bea");
    let on = set(&bea, &tenant, json!({ "enabled": true })).await;
    assert_eq!(on.user_errors("setAgentSettings"), Vec::<String>::new(), "{:#}", on.body);
    let first = next_run(&owner, &tenant, 1).await;
    assert_eq!((&first["status"], &first["asMember"]["displayName"]), (&json!("COMPLETED"), &json!("Bea")), "{first:#}");

    let query = "mutation($input: UpdateMemberInput!) { updateMember(input: $input) { member { role } userErrors { code message } } }";
    let input = json!({ "id": member["id"], "expectedRevision": member["revision"], "role": "VIEWER" });
    let demoted = owner.send(query, json!({ "input": input })).await;
    assert_eq!(demoted.user_errors("updateMember"), Vec::<String>::new(), "{:#}", demoted.body);
    a_day_later(&world).await;
    let second = next_run(&owner, &tenant, 2).await;
    assert_eq!((&second["status"], &second["failure"]["code"]), (&json!("FAILED"), &json!("MEMBER_NOT_ALLOWED")), "{second:#}");
    assert!(second["failure"]["message"].as_str().unwrap().contains("off and on again"), "{second:#}");
    let events = owner.send("{ events(first: 100) { nodes { ... on AgentRunEvent { kind message } } } }", json!({})).await;
    let failed = events.at("/events/nodes").as_array().unwrap().iter().any(|event| event["kind"] == "FAILED");
    assert!(failed, "{:#}", events.body);
}

async fn report_only_policies_are_created_where_settings_allow_it(database: Database) {
    let (world, owner, tenant) = quiet(database).await;
    // Only one rule, so that one policy is made.
    let others: Vec<&str> = RULES.into_iter().filter(|rule| *rule != "LEGACY_AUTHENTICATION").collect();
    let settings = json!({ "enabled": true, "mayCreateReportOnly": true, "rulesOff": others, "namingPattern": "Agent: {title}" });
    let on = set(&owner, &tenant, settings).await;
    assert_eq!(on.user_errors("setAgentSettings"), Vec::<String>::new(), "{:#}", on.body);
    let first = next_run(&owner, &tenant, 1).await;
    let said = first["summary"]["createdPolicies"].as_array().unwrap();
    assert_eq!(said.len(), 1, "{first:#}");
    let until = Instant::now() + Duration::from_secs(60);
    loop {
        let suggestion = of_kind(&owner, &tenant, "LEGACY_AUTHENTICATION").await;
        if suggestion["status"] == "APPLIED" {
            break;
        }
        assert!(Instant::now() < until, "{said:?} {suggestion:#}");
        sleep(Duration::from_millis(100)).await;
    }
    let policies = world.policies(&owner, &tenant).await;
    let made = policies.iter().find(|policy| policy["displayName"] == "Agent: Block legacy authentication").expect("the policy is there");
    assert_eq!(made["state"], "REPORT_ONLY");
    assert_eq!(suggestions(&owner, &tenant).await.len(), 1, "rules that are off find nothing");
}

async fn settings_are_checked_and_rules_switched_off(database: Database) {
    let (_world, owner, tenant) = quiet(database).await;
    let refused = set(&owner, &tenant, json!({ "enabled": true, "namingPattern": "no title" })).await;
    assert_eq!(refused.user_errors("setAgentSettings"), ["INVALID_INPUT"]);
    assert_eq!(refused.at("/setAgentSettings/userErrors/0/path"), &json!(["input", "settings", "namingPattern"]));
    let settings = json!({ "enabled": false, "rulesOff": ["MFA_GAP"], "limits": "EARLIER", "phasedRollout": false });
    let set_off = set(&owner, &tenant, settings).await;
    assert_eq!(set_off.user_errors("setAgentSettings"), Vec::<String>::new(), "{:#}", set_off.body);
    let run = super::run(&owner, &tenant).await;
    let skipped = run["summary"]["skipped"].as_array().unwrap();
    let off: Vec<&Value> = skipped.iter().filter(|skip| skip["reason"] == "RULE_OFF").map(|skip| &skip["kind"]).collect();
    assert_eq!(off, [&json!("MFA_GAP"), &json!("PHASED_ROLLOUT")], "{run:#}");
    assert!(suggestions(&owner, &tenant).await.iter().all(|suggestion| suggestion["kind"] != "MFA_GAP"));
}

const RULES: [&str; 14] = [
    "MFA_GAP",
    "DEVICE_CONTROLS",
    "LEGACY_AUTHENTICATION",
    "DEVICE_CODE_FLOW",
    "RISKY_USERS",
    "RISKY_SIGN_INS",
    "ADMIN_PROTECTION",
    "NEW_USERS",
    "NEW_APPLICATIONS",
    "EXCLUSIONS",
    "READY_TO_ENFORCE",
    "PHASED_ROLLOUT",
    "CONSOLIDATION",
    "POLICY_REVIEW",
];

/// The newest of so many runs, once it is over.
async fn next_run(client: &Client, tenant: &str, count: usize) -> Value {
    let until = Instant::now() + Duration::from_secs(120);
    loop {
        let seen = runs(client, tenant).await;
        if seen.len() == count {
            return ended(client, seen[0]["id"].as_str().unwrap()).await;
        }
        assert!(Instant::now() < until, "no run began: {seen:#?}");
        sleep(Duration::from_millis(100)).await;
    }
}

/// Lets every agent's next run be due: the server's clock is the wall's.
async fn a_day_later(world: &World) {
    let store = Store::connect(&StoreConfig::new(world.server.options().database_url.clone())).await.unwrap();
    let now = api::system::SystemClock.now();
    let due = store.reader().agents_due(now + TimeDelta::days(2)).await.unwrap();
    assert_eq!(due.len(), 1);
    let tx = store.write().await.unwrap();
    tx.move_agent_due(&due[0], now - TimeDelta::minutes(1)).await.unwrap();
    tx.commit().await.unwrap();
    store.close().await.unwrap();
}

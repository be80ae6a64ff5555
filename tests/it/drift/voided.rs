//! An edit outside Causeway voids what was reviewed, whichever field it is of and whenever it comes.

use std::time::Duration;

use harness::Database;
use harness::world::{World, require_approval};
use serde_json::{Value, json};
use tokio::time::sleep;

use super::{approve, cancel, change, drift, graph_id, imported, reason_of, resync, reviewed};
use crate::story::{apply, create, report_only_policy, step};

on_both_databases!(an_edit_of_any_field_voids_what_was_reviewed, an_edit_between_our_read_and_our_write_is_found,);

/// Every kind of field that the portal can edit on this policy.
fn edits() -> Vec<Value> {
    let any = "22222222-3333-4444-5555-666666666666";
    vec![
        json!({ "displayName": "Theirs" }),
        json!({ "state": "disabled" }),
        json!({ "conditions": { "users": { "includeUsers": ["None"] } } }),
        json!({ "conditions": { "users": { "includeUsers": ["All"], "excludeUsers": ["GuestsOrExternalUsers"] } } }),
        json!({ "conditions": { "clientAppTypes": ["browser"] } }),
        json!({ "conditions": { "platforms": { "includePlatforms": ["all"], "excludePlatforms": ["iOS"] } } }),
        json!({ "conditions": { "locations": { "includeLocations": ["All"], "excludeLocations": ["AllTrusted"] } } }),
        json!({ "conditions": { "applications": { "includeApplications": ["Office365"] } } }),
        json!({ "conditions": { "applications": { "includeApplications": ["All"], "excludeApplications": [any] } } }),
        json!({ "conditions": { "devices": { "deviceFilter": { "mode": "exclude", "rule": "device.isCompliant -eq True" } } } }),
        json!({ "grantControls": { "operator": "OR", "builtInControls": ["block"] } }),
        json!({ "grantControls": { "operator": "OR", "builtInControls": ["mfa", "compliantDevice"] } }),
        json!({ "sessionControls": { "signInFrequency": { "value": 3, "type": "hours", "isEnabled": true, "authenticationType": "primaryAndSecondaryAuthentication", "frequencyInterval": "timeBased" } } }),
        json!({ "state": "enabledForReportingButNotEnforced" }),
    ]
}

async fn an_edit_of_any_field_voids_what_was_reviewed(database: Database) {
    let (world, owner, tenant, policy) = imported(database).await;
    require_approval(&owner).await;
    let approver = world.server.client("APPROVER").await;
    let entra = world.sim_tenant().tenant_id;
    let (mut voided, mut refused) = (0, 0);
    for (n, edit) in edits().into_iter().enumerate() {
        // One waits for approval, one is approved and applied before the next sync.
        let waiting = reviewed(&owner, &policy, &format!("Waiting {n}")).await;
        let ready = reviewed(&owner, &policy, &format!("Ready {n}")).await;
        let ready = approve(&approver, &ready).await;
        let before = world.cloud.policy(entra, graph_id(&policy)).await;
        if world.cloud.try_portal(entra, json!({ "method": "PATCH", "policy": graph_id(&policy), "body": edit })).await.is_none() {
            cancel(&owner, &waiting).await;
            cancel(&owner, &ready).await;
            continue;
        }
        let written = world.cloud.writes(entra).await.len();
        if before == world.cloud.policy(entra, graph_id(&policy)).await {
            continue;
        }
        apply(&owner, "applyChange", &ready).await;
        let failed = world.wait_for(&owner, ready["id"].as_str().unwrap(), &["APPLIED", "FAILED"]).await;
        assert_eq!(failed["failure"]["code"], "CONFLICT_LIVE_CHANGED", "{edit}: {failed:#}");
        assert_eq!(world.cloud.writes(entra).await.len(), written, "{edit}: nothing was written");
        refused += 1;

        resync(&owner, &tenant).await;
        let seen = change(&owner, waiting["id"].as_str().unwrap()).await;
        assert_eq!((&seen["status"], &seen["dryRun"]), (&json!("DRAFT"), &Value::Null), "{edit}: {seen:#}");
        assert_eq!(seen["approvals"][0]["state"], "VOIDED", "{edit}");
        let reason = reason_of(&owner, &waiting).await;
        assert!(reason.contains("outside Causeway"), "{edit}: {reason}");
        voided += 1;
        cancel(&owner, &seen).await;
    }
    assert!(voided >= 10 && voided == refused, "the simulated portal took {voided} of the edits");
    assert!(drift(&owner, &tenant).await.len() >= 2);
}

async fn an_edit_between_our_read_and_our_write_is_found(database: Database) {
    // A lease that the slow write fits into: it is to be answered, not given up.
    let lease = |options: &mut harness::ServerOptions| drop(options.extra.insert("CAUSEWAY__WORKERS__LEASE_S".to_owned(), "12".to_owned()));
    let world = World::start_with(database, lease).await;
    let owner = world.server.client("OWNER").await;
    let tenant = world.connect(&owner, &world.sim_tenant()).await;
    let policy = report_only_policy(&world, &owner, &tenant).await;
    let entra = world.sim_tenant().tenant_id;
    let change = create(&owner, &policy, json!({ "rename": { "displayName": "Ours" } })).await;
    let dry = step(&owner, "runDryRun", &change).await;
    world.cloud.fault(entra, json!({ "method": "PATCH", "times": 1, "trouble": { "kind": "latency", "ms": 2500 } })).await;
    apply(&owner, "applyChange", &dry).await;
    sleep(Duration::from_millis(1200)).await;
    world.cloud.portal_edit(entra, graph_id(&policy), json!({ "conditions": { "clientAppTypes": ["browser"] } })).await;
    let failed = world.wait_for(&owner, change["id"].as_str().unwrap(), &["APPLIED", "FAILED"]).await;
    assert_eq!(failed["failure"]["code"], "VERIFY_MISMATCH", "{failed:#}");
    assert_eq!(failed["failure"]["liveDiff"][0]["path"], "conditions.clientAppTypes");
    resync(&owner, &tenant).await;
    let found = drift(&owner, &tenant).await;
    assert_eq!(found.len(), 1, "{found:#?}");
    let paths: Vec<&str> = found[0]["diff"].as_array().unwrap().iter().map(|line| line["path"].as_str().unwrap()).collect();
    assert_eq!(paths, ["conditions.clientAppTypes"], "the foreign edit alone: {found:#?}");
    assert!(found[0]["actor"]["name"].as_str().unwrap().contains('@'), "the person, not our application: {found:#?}");
}

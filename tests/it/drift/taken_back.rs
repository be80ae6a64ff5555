//! What a member makes of a deviation: accepted for a time, or taken back by drafts.

use std::time::Duration;

use chrono::{TimeDelta, Utc};
use harness::Database;
use serde_json::{Value, json};
use tokio::time::sleep;

use super::{accept, beside, change, counts, drift, graph_id, imported, resync, revert};
use crate::story::{apply, step};

on_both_databases!(
    an_accepted_deviation_comes_back,
    a_revert_is_drafts_and_they_take_it_back,
    what_appears_and_disappears_is_found,
    a_location_edited_in_the_portal_is_taken_back,
);

#[expect(clippy::disallowed_methods, reason = "the server under test goes by the wall clock")]
async fn an_accepted_deviation_comes_back(database: Database) {
    let (world, owner, tenant, policy) = imported(database).await;
    world.cloud.portal_edit(world.sim_tenant().tenant_id, graph_id(&policy), json!({ "state": "disabled" })).await;
    resync(&owner, &tenant).await;
    let item = drift(&owner, &tenant).await.remove(0);
    let input = |reason: &str, until: TimeDelta, revision: &Value| json!({ "id": item["id"], "reason": reason, "until": (Utc::now() + until).to_rfc3339(), "expectedRevision": revision });
    let soon = TimeDelta::seconds(4);
    let operator = world.server.client("OPERATOR").await;
    assert_eq!(accept(&operator, input("known", soon, &item["revision"])).await.user_errors("acceptDrift"), ["FORBIDDEN"]);
    for (reason, until, revision, code) in [
        (" ", soon, item["revision"].clone(), "INVALID_INPUT"),
        ("known", TimeDelta::seconds(-1), item["revision"].clone(), "INVALID_INPUT"),
        ("known", TimeDelta::days(400), item["revision"].clone(), "INVALID_INPUT"),
        ("known", soon, json!(99), "STALE_REVISION"),
    ] {
        assert_eq!(accept(&owner, input(reason, until, &revision)).await.user_errors("acceptDrift"), [code]);
    }
    let accepted = accept(&owner, input("a migration until tonight", soon, &item["revision"])).await;
    assert_eq!(accepted.user_errors("acceptDrift"), Vec::<String>::new());
    assert_eq!(accepted.text("/acceptDrift/drift/status"), "ACCEPTED");
    assert_eq!(accepted.text("/acceptDrift/drift/acceptance/reason"), "a migration until tonight");
    assert!(beside(&owner, &policy).await.is_empty());
    assert_eq!(counts(&owner, &tenant).await, [0, 1]);
    sleep(Duration::from_secs(5)).await;
    assert_eq!(counts(&owner, &tenant).await, [1, 0], "open again without a sync");
    assert_eq!(beside(&owner, &policy).await.len(), 1);
    resync(&owner, &tenant).await;
    let again = drift(&owner, &tenant).await.remove(0);
    assert_eq!((&again["status"], &again["acceptance"]["reason"]), (&json!("OPEN"), &json!("a migration until tonight")));
    assert!(again["revision"].as_i64().unwrap() > accepted.at("/acceptDrift/drift/revision").as_i64().unwrap(), "the sync recorded it");
}

async fn a_revert_is_drafts_and_they_take_it_back(database: Database) {
    let (world, owner, tenant, policy) = imported(database).await;
    let entra = world.sim_tenant().tenant_id;
    let before = world.cloud.policy(entra, graph_id(&policy)).await;
    let edit = json!({
        "displayName": "Theirs", "state": "disabled",
        "conditions": { "clientAppTypes": ["browser"], "locations": { "includeLocations": ["All"], "excludeLocations": ["AllTrusted"] } },
    });
    world.cloud.portal_edit(entra, graph_id(&policy), edit).await;
    resync(&owner, &tenant).await;
    let item = drift(&owner, &tenant).await.remove(0);
    let written = world.cloud.writes(entra).await.len();
    let viewer = world.server.client("VIEWER").await;
    assert_eq!(revert(&viewer, &item, Some("r1")).await.user_errors("revertDrift"), ["FORBIDDEN"]);
    let reverted = revert(&owner, &item, Some("r1")).await;
    assert_eq!(reverted.user_errors("revertDrift"), Vec::<String>::new(), "{:#}", reverted.body);
    let drafts = reverted.at("/revertDrift/changes").as_array().unwrap().clone();
    assert_eq!(reverted.at("/revertDrift/unreachable"), &json!([]), "{drafts:#?}");
    assert_eq!(drafts.len(), 3, "a rename, a state change, a condition change: {drafts:#?}");
    assert!(drafts.iter().all(|draft| draft["status"] == "DRAFT"));
    assert_eq!(world.cloud.writes(entra).await.len(), written, "a revert writes nothing");
    let again = revert(&owner, &item, Some("r1")).await;
    assert_eq!(again.at("/revertDrift/changes").as_array().unwrap().len(), 3, "the same call is the same drafts: {:#}", again.body);
    let item = drift(&owner, &tenant).await.remove(0);
    assert_eq!(revert(&owner, &item, None).await.user_errors("revertDrift"), ["INVALID_INPUT"], "they are open already");

    for draft in &drafts {
        let draft = change(&owner, draft["id"].as_str().unwrap()).await;
        let dry = step(&owner, "runDryRun", &draft).await;
        apply(&owner, "applyChange", &dry).await;
        let end = world.wait_for(&owner, draft["id"].as_str().unwrap(), &["APPLIED", "FAILED"]).await;
        assert_eq!(end["status"], "APPLIED", "{end:#}");
    }
    resync(&owner, &tenant).await;
    let found = drift(&owner, &tenant).await;
    assert_eq!((found.len(), &found[0]["status"]), (1, &json!("REVERTED")), "{found:#?}");
    let after = world.cloud.policy(entra, graph_id(&policy)).await;
    for field in ["displayName", "state", "conditions", "grantControls", "sessionControls"] {
        assert_eq!(after[field], before[field], "{field}");
    }
}

async fn what_appears_and_disappears_is_found(database: Database) {
    let (world, owner, tenant, policy) = imported(database).await;
    let entra = world.sim_tenant().tenant_id;
    let new = json!({
        "displayName": "Made in the portal", "state": "disabled",
        "conditions": { "clientAppTypes": ["all"], "applications": { "includeApplications": ["All"] }, "users": { "includeUsers": ["None"] } },
        "grantControls": { "operator": "OR", "builtInControls": ["mfa"] },
    });
    world.cloud.try_portal(entra, json!({ "method": "POST", "body": new })).await.unwrap();
    world.cloud.try_portal(entra, json!({ "method": "DELETE", "policy": graph_id(&policy) })).await.unwrap();
    resync(&owner, &tenant).await;
    let found = drift(&owner, &tenant).await;
    assert_eq!(found.len(), 2, "{found:#?}");
    let of = |kind: &str| found.iter().find(|item| item["kind"] == kind).unwrap_or_else(|| panic!("no {kind} in {found:#?}"));
    let (added, removed) = (of("ADDED"), of("REMOVED"));
    assert_eq!(added["displayName"], "Made in the portal");
    assert_eq!(removed["displayName"], policy["displayName"]);
    assert!([added, removed].iter().all(|item| item["actor"]["source"] == "DIRECTORY_AUDIT"), "{found:#?}");
    assert!(added["diff"].as_array().unwrap().iter().all(|line| line["op"] == "ADD"));
    assert!(removed["diff"].as_array().unwrap().iter().all(|line| line["op"] == "REMOVE"));
    for (item, kind) in [(added, "policy.delete"), (removed, "policy.restore")] {
        let reverted = revert(&owner, item, None).await;
        assert_eq!(reverted.user_errors("revertDrift"), Vec::<String>::new(), "{:#}", reverted.body);
        let drafts = reverted.at("/revertDrift/changes").as_array().unwrap().clone();
        assert_eq!(drafts.len(), 1);
        assert_eq!(drafts[0]["payloadJson"]["kind"], kind, "{drafts:#?}");
        let draft = change(&owner, drafts[0]["id"].as_str().unwrap()).await;
        let dry = step(&owner, "runDryRun", &draft).await;
        apply(&owner, "applyChange", &dry).await;
        let end = world.wait_for(&owner, draft["id"].as_str().unwrap(), &["APPLIED", "FAILED"]).await;
        assert_eq!(end["status"], "APPLIED", "{end:#}");
    }
    resync(&owner, &tenant).await;
    let found = drift(&owner, &tenant).await;
    assert_eq!(found.len(), 2, "our own delete and restore are no drift: {found:#?}");
    assert!(found.iter().all(|item| item["status"] == "REVERTED"), "{found:#?}");
}

async fn a_location_edited_in_the_portal_is_taken_back(database: Database) {
    let (world, owner, tenant, _) = imported(database).await;
    let entra = world.sim_tenant().tenant_id;
    let range = |address: &str| json!([{ "@odata.type": "#microsoft.graph.iPv4CidrRange", "cidrAddress": address }]);
    let kind = "#microsoft.graph.ipNamedLocation";
    let new = json!({ "@odata.type": kind, "displayName": "Branch", "isTrusted": false, "ipRanges": range("203.0.113.0/24") });
    let made = world.cloud.try_portal(entra, json!({ "method": "POST", "collection": "namedLocations", "body": new })).await.unwrap();
    resync(&owner, &tenant).await;
    let edit = json!({ "@odata.type": kind, "ipRanges": range("198.0.0.0/9") });
    let edit = json!({ "method": "PATCH", "location": made["id"], "body": edit });
    world.cloud.call("POST", &format!("/tenants/{entra}/portal"), edit).await;
    resync(&owner, &tenant).await;

    let found = drift(&owner, &tenant).await;
    let of = |kind: &str| found.iter().find(|item| item["kind"] == kind).unwrap_or_else(|| panic!("no {kind} in {found:#?}"));
    let modified = of("MODIFIED");
    for item in [of("ADDED"), modified] {
        assert_eq!((&item["objectKind"], &item["objectId"]), (&json!("NAMED_LOCATION"), &made["id"]), "{item:#}");
        assert_eq!((&item["displayName"], &item["actor"]["source"]), (&json!("Branch"), &json!("DIRECTORY_AUDIT")), "{item:#}");
    }
    assert!(modified["diff"].as_array().unwrap().iter().any(|line| line.to_string().contains("198.0.0.0/9")), "{modified:#}");

    let reverted = revert(&owner, modified, None).await;
    assert_eq!(reverted.user_errors("revertDrift"), Vec::<String>::new(), "{:#}", reverted.body);
    let draft = reverted.at("/revertDrift/changes/0").clone();
    assert_eq!(draft["payloadJson"]["kind"], "location.update", "{draft:#}");
    let draft = change(&owner, draft["id"].as_str().unwrap()).await;
    let dry = step(&owner, "runDryRun", &draft).await;
    apply(&owner, "applyChange", &dry).await;
    let end = world.wait_for(&owner, draft["id"].as_str().unwrap(), &["APPLIED", "FAILED"]).await;
    assert_eq!(end["status"], "APPLIED", "{end:#}");
    let writes = world.cloud.writes(entra).await;
    assert!(writes.last().unwrap()["body"].to_string().contains("203.0.113.0/24"), "{:#}", writes.last().unwrap());
    resync(&owner, &tenant).await;
    let found = drift(&owner, &tenant).await;
    assert_eq!(found.len(), 2, "the way back is no drift: {found:#?}");
    assert!(found.iter().any(|item| item["kind"] == "MODIFIED" && item["status"] == "REVERTED"), "{found:#?}");
}

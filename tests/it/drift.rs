//! What somebody did outside Causeway is found, named, and voids what was reviewed (domain.md section 11; P6, P8, P9).

use std::time::Duration;

use chrono::{TimeDelta, Utc};
use harness::world::World;
use harness::{Client, Database};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::story::{apply, create, report_only_policy, step};

on_both_databases!(
    an_edit_is_found_once_with_its_author,
    what_causeway_wrote_is_never_drift,
    an_edit_of_any_field_voids_what_was_reviewed,
    an_edit_between_our_read_and_our_write_is_found,
    an_accepted_deviation_comes_back,
    a_revert_is_drafts_and_they_take_it_back,
    what_appears_and_disappears_is_found,
    without_the_audit_the_author_is_unknown,
    a_location_edited_in_the_portal_is_taken_back,
);

const DRIFT: &str = "id kind source severity status objectKind objectId displayName revision actor { source name appId at } \
    policy { id } acceptance { reason until by { displayName } } reverts { id status } closedAt \
    diff { path op before after added { reference displayName } removed { reference } }";

async fn an_edit_is_found_once_with_its_author(database: Database) {
    let (world, owner, tenant, policy) = imported(database).await;
    assert_eq!(drift(&owner, &tenant).await, [] as [Value; 0], "the first import finds none");
    let start = owner.send("{ viewer { workspace { eventCursor } } }", json!({})).await.text("/viewer/workspace/eventCursor");
    let entra = world.sim_tenant().tenant_id;
    world.cloud.portal_edit(entra, graph_id(&policy), json!({ "displayName": "Renamed in the portal" })).await;
    resync(&owner, &tenant).await;

    let found = drift(&owner, &tenant).await;
    assert_eq!(found.len(), 1, "{found:#?}");
    let item = &found[0];
    let facts = ["kind", "source", "severity", "status", "objectKind"].map(|name| item[name].as_str().unwrap());
    assert_eq!(facts, ["MODIFIED", "PORTAL_EDIT", "INFO", "OPEN", "POLICY"]);
    assert_eq!(item["policy"]["id"], policy["id"]);
    assert_eq!((&item["diff"][0]["path"], &item["diff"][0]["after"]), (&json!("displayName"), &json!("Renamed in the portal")));
    assert_eq!(item["diff"].as_array().unwrap().len(), 1);
    assert_eq!(item["actor"]["source"], "DIRECTORY_AUDIT", "{item:#}");
    assert!(item["actor"]["name"].as_str().unwrap().contains('@'), "the audit names a person: {item:#}");
    assert_eq!(beside(&owner, &policy).await, [item["id"].clone()]);
    let events = owner
        .send(
            "query($after: EventCursor, $id: ID!) { events(after: $after, where: { subjectIds: [$id] }) { nodes { __typename ... on DriftEvent { kind severity drift { id } } } } }",
            json!({ "after": start, "id": item["id"] }),
        )
        .await;
    assert_eq!(
        events.at("/events/nodes"),
        &json!([{ "__typename": "DriftEvent", "kind": "DETECTED", "severity": "INFO", "drift": { "id": item["id"] } }])
    );

    resync(&owner, &tenant).await;
    assert_eq!(drift(&owner, &tenant).await.len(), 1, "what is known is not found again");
    let node = owner.send("query($id: ID!) { node(id: $id) { __typename } }", json!({ "id": item["id"] })).await;
    assert_eq!(node.text("/node/__typename"), "Drift");

    world.cloud.portal_edit(entra, graph_id(&policy), json!({ "displayName": policy["displayName"] })).await;
    resync(&owner, &tenant).await;
    let found = drift(&owner, &tenant).await;
    assert_eq!((found.len(), &found[0]["status"]), (1, &json!("RESOLVED")), "the way back is no drift: {found:#?}");
    assert!(beside(&owner, &policy).await.is_empty());
}

async fn what_causeway_wrote_is_never_drift(database: Database) {
    let (world, owner, tenant, policy) = imported(database).await;
    let entra = world.sim_tenant().tenant_id;
    let troubles =
        [None, Some(json!({ "kind": "drop", "when": "after" })), Some(json!({ "kind": "fail", "status": 503, "when": "after" }))];
    for (n, trouble) in troubles.into_iter().enumerate() {
        let change = create(&owner, &policy, json!({ "rename": { "displayName": format!("Ours {n}") } })).await;
        let dry = step(&owner, "runDryRun", &change).await;
        if let Some(trouble) = trouble {
            world.cloud.fault(entra, json!({ "method": "PATCH", "times": 1, "trouble": trouble })).await;
        }
        apply(&owner, "applyChange", &dry).await;
        // A sync asked for while the apply runs, or between two of its attempts.
        resync(&owner, &tenant).await;
        let end = world.wait_for(&owner, change["id"].as_str().unwrap(), &["APPLIED", "FAILED"]).await;
        assert_eq!(end["status"], "APPLIED", "{end:#}");
        resync(&owner, &tenant).await;
        assert_eq!(drift(&owner, &tenant).await, [] as [Value; 0], "write {n}");
    }
}

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

async fn without_the_audit_the_author_is_unknown(database: Database) {
    let (world, owner, tenant, policy) = imported(database).await;
    let entra = world.sim_tenant().tenant_id;
    world
        .cloud
        .fault(entra, json!({ "path": "/auditLogs/directoryAudits", "times": 2, "trouble": { "kind": "fail", "status": 403 } }))
        .await;
    world.cloud.portal_edit(entra, graph_id(&policy), json!({ "displayName": "By somebody" })).await;
    for _ in 0..2 {
        resync(&owner, &tenant).await;
        let found = drift(&owner, &tenant).await;
        assert_eq!((found.len(), &found[0]["actor"]["source"]), (1, &json!("UNKNOWN")), "the sync went on: {found:#?}");
    }
    resync(&owner, &tenant).await;
    let found = drift(&owner, &tenant).await.remove(0);
    assert_eq!(found["actor"]["source"], "DIRECTORY_AUDIT", "the third sync looks once more: {found:#}");
    let events = owner
        .send(
            "query($id: ID!) { events(where: { subjectIds: [$id] }) { nodes { ... on DriftEvent { kind } } } }",
            json!({ "id": found["id"] }),
        )
        .await;
    assert_eq!(events.at("/events/nodes"), &json!([{ "kind": "DETECTED" }, { "kind": "ATTRIBUTED" }]));
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

async fn imported(database: Database) -> (World, Client, String, Value) {
    let world = World::start(database).await;
    let owner = world.server.client("OWNER").await;
    let tenant = world.connect(&owner, &world.sim_tenant()).await;
    let policy = report_only_policy(&world, &owner, &tenant).await;
    (world, owner, tenant, policy)
}

fn graph_id(policy: &Value) -> &str {
    policy["graphId"].as_str().unwrap()
}

/// Asks for a sync and waits for its end.
pub(crate) async fn resync(client: &Client, tenant: &str) {
    let last = async || {
        client.send("query($id: ID!) { tenant(id: $id) { lastSyncAt } }", json!({ "id": tenant })).await.text("/tenant/lastSyncAt")
    };
    let before = last().await;
    let asked = client
        .send(
            "mutation($input: ResyncTenantInput!) { resyncTenant(input: $input) { userErrors { code } } }",
            json!({ "input": { "id": tenant } }),
        )
        .await;
    assert_eq!(asked.user_errors("resyncTenant"), Vec::<String>::new());
    let until = Instant::now() + Duration::from_secs(120);
    while last().await == before {
        assert!(Instant::now() < until, "the sync did not end");
        sleep(Duration::from_millis(50)).await;
    }
}

pub(crate) async fn drift(client: &Client, tenant: &str) -> Vec<Value> {
    let query = format!("query($id: ID!) {{ tenant(id: $id) {{ drift(first: 50) {{ nodes {{ {DRIFT} }} }} }} }}");
    client.send(&query, json!({ "id": tenant })).await.at("/tenant/drift/nodes").as_array().unwrap().clone()
}

/// Open and accepted items of the tenant.
async fn counts(client: &Client, tenant: &str) -> [i64; 2] {
    let answer = client
        .send(
            "query($id: ID!) { tenant(id: $id) { open: drift(status: [OPEN], source: PORTAL_EDIT) { totalCount } accepted: drift(status: [ACCEPTED]) { totalCount } } }",
            json!({ "id": tenant }),
        )
        .await;
    ["open", "accepted"].map(|name| answer.at(&format!("/tenant/{name}/totalCount")).as_i64().unwrap())
}

/// Ids of the open items shown beside the policy.
async fn beside(client: &Client, policy: &Value) -> Vec<Value> {
    let answer = client.send("query($id: ID!) { policy(id: $id) { drift { id status } } }", json!({ "id": policy["id"] })).await;
    answer.at("/policy/drift").as_array().unwrap().iter().map(|item| item["id"].clone()).collect()
}

async fn accept(client: &Client, input: Value) -> harness::Answer {
    let query = "mutation($input: AcceptDriftInput!) { acceptDrift(input: $input) { drift { status revision acceptance { reason until } } userErrors { code message } } }";
    client.send(query, json!({ "input": input })).await
}

async fn revert(client: &Client, item: &Value, key: Option<&str>) -> harness::Answer {
    let query = "mutation($input: RevertDriftInput!) { revertDrift(input: $input) { changes { id status payloadJson } unreachable userErrors { code message } } }";
    client.send(query, json!({ "input": { "id": item["id"], "expectedRevision": item["revision"], "idempotencyKey": key } })).await
}

async fn change(client: &Client, id: &str) -> Value {
    let query = "query($id: ID!) { changeRequest(id: $id) { id status revision dryRun { digest } approvals { state } } }";
    client.send(query, json!({ "id": id })).await.at("/changeRequest").clone()
}

async fn reason_of(client: &Client, change: &Value) -> String {
    let answer = client
        .send(
            "query($id: ID!) { events(first: 100, where: { subjectIds: [$id] }) { nodes { ... on ChangeEvent { to reason } } } }",
            json!({ "id": change["id"] }),
        )
        .await;
    let nodes = answer.at("/events/nodes").as_array().unwrap().clone();
    nodes.iter().rev().find_map(|node| node["reason"].as_str()).unwrap_or_default().to_owned()
}

/// A rename that waits for approval.
async fn reviewed(client: &Client, policy: &Value, name: &str) -> Value {
    let change = create(client, policy, json!({ "rename": { "displayName": name } })).await;
    let dry = step(client, "runDryRun", &change).await;
    step(client, "requestApproval", &dry).await
}

async fn approve(client: &Client, change: &Value) -> Value {
    let query = "mutation($input: DecideApprovalInput!) { decideApproval(input: $input) { change { id status revision dryRun { digest } } userErrors { code } } }";
    let input = json!({ "id": change["id"], "digest": change["dryRun"]["digest"], "decision": "APPROVE" });
    let answer = client.send(query, json!({ "input": input })).await;
    assert_eq!(answer.user_errors("decideApproval"), Vec::<String>::new());
    answer.at("/decideApproval/change").clone()
}

async fn cancel(client: &Client, seen: &Value) {
    let now = change(client, seen["id"].as_str().unwrap()).await;
    step(client, "cancelChange", &now).await;
}

async fn require_approval(client: &Client) {
    let workspace = client.send("{ viewer { workspace { revision } } }", json!({})).await;
    let input = json!({ "requireApproval": true, "expectedRevision": workspace.at("/viewer/workspace/revision") });
    let query = "mutation($input: UpdateWorkspaceInput!) { updateWorkspace(input: $input) { userErrors { code } } }";
    let switched = client.send(query, json!({ "input": input })).await;
    assert_eq!(switched.user_errors("updateWorkspace"), Vec::<String>::new());
}

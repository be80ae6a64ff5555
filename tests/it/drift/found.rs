//! Each deviation is found once, with its author where the directory audit says; what Causeway wrote is none.

use harness::Database;
use serde_json::{Value, json};

use super::{beside, drift, graph_id, imported, resync};
use crate::story::{apply, create, step};

on_both_databases!(an_edit_is_found_once_with_its_author, what_causeway_wrote_is_never_drift, without_the_audit_the_author_is_unknown,);

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

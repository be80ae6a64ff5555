//! Which events a webhook carries.

use std::collections::BTreeSet;

use harness::Database;
use serde_json::json;

use super::{Stage, names};
use crate::drift::resync;

on_both_databases!(a_webhook_carries_what_was_chosen, a_webhook_of_one_tenant_carries_nothing_of_others);

async fn a_webhook_carries_what_was_chosen(database: Database) {
    let stage = Stage::set(database).await;
    let (_, secret) = stage.webhook(json!({ "topics": ["TENANT"], "minSeverity": "WARNING" })).await;
    stage.happen(&["Not severe, and of another topic"]).await;
    let tenant = stage.world.connect(&stage.owner, &stage.world.sim_tenant()).await;
    let revision = stage.owner.send("query($id: ID!) { tenant(id: $id) { revision } }", json!({ "id": tenant })).await;
    let input = json!({ "id": tenant, "objectIds": [], "expectedRevision": revision.at("/tenant/revision") });
    let query = "mutation($input: SetEmergencyAccessInput!) { setEmergencyAccess(input: $input) { userErrors { code } } }";
    assert_eq!(stage.owner.send(query, json!({ "input": input })).await.user_errors("setEmergencyAccess"), Vec::<String>::new());
    let received = stage.receiver.until("the warning", |received| !received.is_empty()).await;
    let [message] = received.as_slice() else { panic!("one message: {received:#?}") };
    assert_eq!(message.kind(), "tenant.emergency_access_changed");
    assert_eq!((&message.body["data"]["severity"], &message.body["data"]["tenant"]["id"]), (&json!("WARNING"), &json!(tenant)));
    assert!(message.signed_with(&secret));
}

async fn a_webhook_of_one_tenant_carries_nothing_of_others(database: Database) {
    let stage = Stage::set(database).await;
    let sims = stage.world.sim.tenants();
    let (one, other) = (stage.world.connect(&stage.owner, &sims[0]).await, stage.world.connect(&stage.owner, &sims[1]).await);
    stage.webhook(json!({ "tenantIds": [one], "minSeverity": "ROUTINE" })).await;
    resync(&stage.owner, &other).await;
    stage.happen(&["Of no tenant"]).await;
    resync(&stage.owner, &one).await;
    let received = stage.receiver.until("the sync", |received| received.iter().any(|message| message.kind() == "sync.completed")).await;
    let tenants: BTreeSet<&str> = received.iter().filter_map(|message| message.body["data"]["tenant"]["id"].as_str()).collect();
    assert_eq!(tenants, BTreeSet::from([one.as_str()]));
    assert!(names(&received).is_empty(), "{received:#?}");
}

//! `runBulkImpact`: what the change would do to the sign-ins of each tenant, beside each item.

use std::time::Duration;

use harness::Database;
use harness::bulk::{create, done, dry_run, mutate};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::impact::{first_factor_failed, log, read_sign_ins, start};

on_both_databases!(every_item_tells_whom_its_change_would_block);

const PATIENCE: Duration = Duration::from_secs(120);

async fn every_item_tells_whom_its_change_would_block(database: Database) {
    let world = start(database).await;
    let owner = world.server.client("OWNER").await;
    let sims = &world.sim.tenants()[..3];
    let mut tenants = Vec::new();
    for sim in sims {
        tenants.push(world.connect(&owner, sim).await);
    }
    // The third tenant's log was never read.
    for tenant in &tenants[..2] {
        read_sign_ins(&owner, tenant).await;
    }
    // Everybody who gets so far would be blocked: what is counted needs no other fact.
    let document = json!({
        "displayName": "Block everything",
        "conditions": { "users": { "includeUsers": ["All"] }, "applications": { "includeApplications": ["All"] }, "clientAppTypes": ["all"] },
        "grantControls": { "operator": "OR", "builtInControls": ["block"] },
    });
    let payload = json!({ "create": { "source": { "document": document }, "state": "ENABLED" } });
    let planned = dry_run(&owner, &create(&owner, json!({ "tenantIds": tenants, "payload": payload })).await).await;
    let before = impacts(&owner, &planned).await;
    assert_eq!(of(&before, &tenants[0])["status"], "NOT_COMPUTED", "a list causes no work: {before:#?}");

    let asked = mutate(&owner, "runBulkImpact", "BulkChangeIdInput", json!({ "id": planned["id"] })).await;
    done(&asked, "runBulkImpact");
    let until = Instant::now() + PATIENCE;
    let after = loop {
        let now = impacts(&owner, &planned).await;
        if tenants[..2].iter().all(|tenant| of(&now, tenant)["status"] == "FRESH") {
            break now;
        }
        assert!(Instant::now() < until, "not every report was computed: {now:#?}");
        sleep(Duration::from_millis(200)).await;
    };
    for (sim, tenant) in sims.iter().zip(&tenants).take(2) {
        let impact = of(&after, tenant);
        let log = log(&world, sim, &impact["from"], &impact["dataThrough"]).await;
        let reached = log.iter().filter(|entry| !first_factor_failed(entry)).count() as u64;
        assert_eq!(impact["total"]["signIns"].as_u64().unwrap(), log.len() as u64);
        assert_eq!(impact["wouldBlock"]["signIns"].as_u64().unwrap(), reached, "everybody who reached the policy: {impact:#}");
        assert!(reached > 0, "nobody signed in: the comparison shows nothing");
    }
    let unread = of(&after, &tenants[2]);
    assert_eq!((&unread["status"], &unread["reason"]), (&json!("NOT_APPLICABLE"), &json!("NO_SIGN_INS")), "never zero: {unread:#}");
    assert_eq!(unread["wouldBlock"], Value::Null);
}

/// Each item's tenant and impact.
async fn impacts(client: &harness::Client, bulk: &Value) -> Vec<Value> {
    let query = "query($id: ID!) { bulkChange(id: $id) { items(first: 10) { nodes { tenant { id } \
        impact { status reason source from dataThrough total { signIns } wouldBlock { signIns } } } } } }";
    client.send(query, json!({ "id": bulk["id"] })).await.at("/bulkChange/items/nodes").as_array().unwrap().clone()
}

fn of<'a>(items: &'a [Value], tenant: &str) -> &'a Value {
    &items.iter().find(|item| item["tenant"]["id"] == tenant).unwrap()["impact"]
}

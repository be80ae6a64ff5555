//! The page of a bulk change costs the same statements however many tenants it has.

use harness::Database;
use harness::bulk::{create, dry_run, items};
use serde_json::{Value, json};

use super::Stage;

on_both_databases!(pages_of_items_join_to_the_whole);

async fn pages_of_items_join_to_the_whole(database: Database) {
    let stage = Stage::set(database, 7).await;
    let owner = &stage.owner;
    let bulk = dry_run(owner, &create(owner, stage.rename("Paged")).await).await;
    let query = "query($id: ID!, $after: String, $state: [BulkItemState!]) { bulkChange(id: $id) { \
        items(first: 3, after: $after, state: $state) { totalCount edges { cursor } nodes { tenant { id displayName } state change { id } impact { status } } \
        pageInfo { hasNextPage endCursor } } } }";
    let mut found: Vec<Value> = Vec::new();
    let mut after = Value::Null;
    loop {
        let page = owner.send(query, json!({ "id": bulk["id"], "after": after, "state": ["READY"] })).await;
        let page = page.at("/bulkChange/items");
        assert_eq!(page["totalCount"], 7);
        found.extend(page["nodes"].as_array().unwrap().clone());
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
    let tenants = |items: &[Value]| items.iter().map(|item| item["tenant"]["id"].clone()).collect::<Vec<_>>();
    assert_eq!(tenants(&found), tenants(&items(owner, &bulk).await));
    assert!(found.iter().all(|item| item["impact"]["status"] == "NOT_APPLICABLE"), "{found:#?}");
    let none = owner.send(query, json!({ "id": bulk["id"], "state": ["FAILED", "APPLIED"] })).await;
    assert_eq!((none.at("/bulkChange/items/totalCount"), none.at("/bulkChange/items/nodes")), (&json!(0), &json!([])));
    let node = owner.send("query($id: ID!) { node(id: $id) { __typename ... on BulkChange { status kind target { displayName } strategy { maxConcurrent failureTolerancePercent concurrencyMode } } } }", json!({ "id": bulk["id"] })).await;
    let expected = json!({
        "__typename": "BulkChange", "status": "DRY_RUN_COMPLETE", "kind": "POLICY_RENAME", "target": { "displayName": harness::many::POLICY },
        "strategy": { "maxConcurrent": 16, "failureTolerancePercent": 10, "concurrencyMode": "STRICT" }
    });
    assert_eq!(node.at("/node"), &expected);
}

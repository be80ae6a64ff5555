//! `$batch`.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{POLICIES, USER, World, minimal};

fn by_id<'a>(body: &'a Value, id: &str) -> &'a Value {
    body["responses"].as_array().unwrap().iter().find(|response| response["id"] == id).unwrap()
}

#[tokio::test]
async fn requests_run_in_order_and_a_failed_dependency_stops_the_next() {
    let world = World::start().await;
    let (status, body) = world
        .post("/v1.0/$batch", json!({"requests": [
            {"id": "1", "method": "GET", "url": format!("/users/{USER}?$select=id")},
            {"id": "2", "method": "POST", "url": "/identity/conditionalAccess/policies", "headers": {"Content-Type": "application/json"}, "body": minimal("Batched")},
            {"id": "3", "method": "GET", "url": "/identity/conditionalAccess/policies/00000000-0000-4000-8000-00000000dead", "dependsOn": ["2"]},
            {"id": "4", "method": "GET", "url": "/users", "dependsOn": ["3"]}
        ]}))
        .await;
    assert_eq!(status, 200, "{body}");
    let statuses: Vec<_> = ["1", "2", "3", "4"].map(|id| by_id(&body, id)["status"].as_u64().unwrap()).to_vec();
    assert_eq!(statuses, [200, 201, 404, 424]);
    assert_eq!(by_id(&body, "1")["body"]["id"], USER);
    assert_eq!(world.ledger().await.len(), 1);
}

#[tokio::test]
async fn throttling_inside_carries_its_own_retry_after() {
    let world = World::start().await;
    world.fault(json!({"path": "/users", "times": 1, "trouble": {"kind": "throttle", "retryAfter": 3}})).await;
    let (_, body) = world.post("/v1.0/$batch", json!({"requests": [{"id": "a", "method": "GET", "url": "/users"}]})).await;
    assert_eq!((&by_id(&body, "a")["status"], &by_id(&body, "a")["headers"]["Retry-After"]), (&json!(429), &json!("3")));
}

#[tokio::test]
async fn malformed_batches_are_refused() {
    let world = World::start().await;
    let get = |id: &str| json!({"id": id, "method": "GET", "url": "/users"});
    let many: Vec<Value> = (0..21).map(|n| get(&n.to_string())).collect();
    for requests in [
        json!(many),
        json!([get("a"), get("A")]),
        json!([{"id": "1", "method": "GET"}]),
        json!([{"id": "1", "method": "GET", "url": "/users", "dependsOn": ["9"]}]),
        json!([{"id": "1", "method": "POST", "url": POLICIES, "body": {}}]),
    ] {
        assert_eq!(world.post("/v1.0/$batch", json!({"requests": requests})).await.0, 400, "{requests}");
    }
    assert_eq!(world.request(Method::GET, "/v1.0/$batch").send().await.unwrap().status(), 405);
}

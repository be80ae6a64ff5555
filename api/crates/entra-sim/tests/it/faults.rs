//! Scripted trouble, lag, budgets.

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{POLICIES, World, answer, config, minimal};

async fn name(world: &World, path: &str) -> Value {
    world.get(path).await.1["displayName"].clone()
}

#[tokio::test]
async fn failing_before_leaves_no_effect_and_failing_after_leaves_one() {
    let world = World::start().await;
    let path = world.policy("A").await;
    for (when, expected) in [("before", "A"), ("after", "B")] {
        world
            .fault(json!({"method": "PATCH", "path": "policies/", "times": 1, "trouble": {"kind": "fail", "status": 503, "when": when}}))
            .await;
        let (status, body) = world.patch(&path, json!({"displayName": "B"})).await;
        assert_eq!((status, &body["error"]["code"]), (503, &json!("ServiceUnavailable")));
        assert_eq!(name(&world, &path).await, expected);
    }
    assert_eq!(world.ledger().await.len(), 2);
    assert_eq!(world.patch(&path, json!({"displayName": "C"})).await.0, 204, "the rules are used up");
}

#[tokio::test]
async fn a_dropped_connection_gives_no_answer() {
    let world = World::start().await;
    let path = world.policy("A").await;
    for (when, expected) in [("before", "A"), ("after", "B")] {
        world.fault(json!({"method": "PATCH", "times": 1, "trouble": {"kind": "drop", "when": when}})).await;
        let error = world.request(Method::PATCH, &path).json(&json!({"displayName": "B"})).send().await.unwrap_err();
        assert!(error.is_request() && error.status().is_none(), "{error:?}");
        assert_eq!(name(&world, &path).await, expected);
    }
}

#[tokio::test]
async fn throttling_with_and_without_retry_after() {
    let world = World::start().await;
    world.fault(json!({"times": 1, "trouble": {"kind": "throttle", "retryAfter": 7}})).await;
    world.fault(json!({"times": 1, "trouble": {"kind": "throttle"}})).await;
    let first = world.request(Method::GET, POLICIES).send().await.unwrap();
    assert_eq!(first.headers()["retry-after"], "7");
    let second = world.request(Method::GET, POLICIES).send().await.unwrap();
    assert!(!second.headers().contains_key("retry-after"));
    let (status, body) = answer(second).await;
    assert_eq!((status, &body["error"]["code"], &body["error"]["innerError"]["status"]), (429, &json!("TooManyRequests"), &json!("429")));
    assert_eq!(world.get(POLICIES).await.0, 200);
}

#[tokio::test]
async fn latency_delays_the_answer() {
    let world = World::start().await;
    world.fault(json!({"path": "policies", "times": 1, "trouble": {"kind": "latency", "ms": 150}})).await;
    let started = tokio::time::Instant::now();
    assert_eq!(world.get(POLICIES).await.0, 200);
    assert!(started.elapsed().as_millis() >= 150);
}

#[tokio::test]
async fn the_token_endpoint_can_fail_too() {
    let world = World::start().await;
    world.fault(json!({"path": "/oauth2/v2.0/token", "times": 1, "trouble": {"kind": "fail", "status": 503}})).await;
    assert_eq!(world.ask_token(&crate::support::secret_form("s3cret")).await.0, 503);
    assert_eq!(world.ask_token(&crate::support::secret_form("s3cret")).await.0, 200);
}

#[tokio::test]
async fn reads_lag_behind_writes_until_the_time_is_up() {
    let world = World::start().await;
    let path = world.policy("Old").await;
    world.admin(Method::PUT, "lag", json!({"ms": 5000})).await;
    world.patch(&path, json!({"displayName": "New"})).await;
    let other = world.policy("Fresh").await;
    assert_eq!(name(&world, &path).await, "Old");
    assert_eq!(world.get(&other).await.0, 404);
    assert_eq!(world.get(POLICIES).await.1["value"].as_array().unwrap().len(), 1);
    world.clock.advance(TimeDelta::milliseconds(2000));
    world.patch(&path, json!({"displayName": "Newer"})).await;
    world.clock.advance(TimeDelta::milliseconds(3000));
    assert_eq!(name(&world, &path).await, "New", "each write has its own lag");
    assert_eq!(world.get(&other).await.0, 200);
    world.clock.advance(TimeDelta::milliseconds(2000));
    assert_eq!(name(&world, &path).await, "Newer");
    world.delete(&path).await;
    assert_eq!(name(&world, &path).await, "Newer", "a deletion lags too");
}

#[tokio::test]
async fn budgets_are_enforced_when_asked_for() {
    let world = World::with(entra_sim::SimConfig { throttle: true, ..config() }).await;
    assert_eq!(world.get(POLICIES).await.0, 200);
    let refused = world.request(Method::GET, POLICIES).send().await.unwrap();
    assert_eq!(refused.status(), 429);
    assert_eq!(refused.headers()["retry-after"], "1");
    assert_eq!(world.get("/v1.0/groups").await.0, 200, "another budget");
    tokio::time::sleep(std::time::Duration::from_millis(1000)).await;
    assert_eq!(world.get(POLICIES).await.0, 200);
}

#[tokio::test]
async fn rules_are_listed_limited_and_cleared() {
    let world = World::start().await;
    world.fault(json!({"skip": 1, "trouble": {"kind": "fail", "status": 500}})).await;
    let listed = world.admin(Method::GET, "faults", json!({})).await;
    assert_eq!(listed["faults"][0]["struck"], 0);
    assert_eq!((world.get(POLICIES).await.0, world.get(POLICIES).await.0), (200, 500));
    world.admin(Method::DELETE, "faults", json!({})).await;
    assert_eq!(world.post(POLICIES, minimal("fine")).await.0, 201);
}

use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::json;
use tokio::time::{sleep, timeout};

use super::server::{Setup, TestServer, code};

#[tokio::test]
async fn resolvers_see_the_actor_and_the_request() {
    let server = TestServer::start().await;
    let response = server.post("application/json", r#"{"query":"{ me }"}"#).header("x-request-id", "abc").send().await.unwrap();
    let body: serde_json::Value = response.json().await.unwrap();
    assert_eq!(body["data"]["me"], "OWNER abc Http");
}

#[tokio::test]
async fn every_error_has_a_code_and_hides_what_is_inside() {
    let server = TestServer::start().await;
    for (query, expected, data) in [
        ("{ hello fails }", "INTERNAL", json!({ "hello": "world", "fails": null })),
        ("{ refuses }", "NOT_FOUND", json!({ "refuses": null })),
        ("{ must }", "INTERNAL", json!(null)),
        ("{ number(n: 99999999999) }", "BAD_USER_INPUT", json!(null)),
        ("{ number(n: true) }", "GRAPHQL_VALIDATION_FAILED", json!("absent")),
        ("query($n: Int! = 1) { number(n: $n) }", "", json!({ "number": 1 })),
    ] {
        let (status, body) = server.query(query).await;
        assert_eq!(code(&body), expected, "{query} {body}");
        let absent = data == json!("absent");
        assert_eq!(status, if absent { 400 } else { 200 }, "{query} {body}");
        assert_eq!(body.get("data").cloned(), (!absent).then_some(data), "{query}");
        assert!(!body.to_string().contains("secret") && !body.to_string().contains("canary"), "{body}");
        if !expected.is_empty() {
            assert!(body["errors"][0]["extensions"]["requestId"].is_string());
        }
    }
    let (_, body) = server.send(&json!({ "query": "query($n: Int!) { number(n: $n) }", "variables": { "n": 99_999_999_999_i64 } })).await;
    assert!(["BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED"].contains(&code(&body)), "{body}");
}

#[tokio::test]
async fn a_panic_is_an_internal_error_with_a_request_id() {
    let server = TestServer::start().await;
    let (status, body) = server.query("{ panics }").await;
    assert_eq!((status, code(&body)), (500, "INTERNAL"));
    assert!(body["errors"][0]["extensions"]["requestId"].is_string() && !body.to_string().contains("on purpose"));
    assert_eq!(server.query("{ hello }").await.0, 200);
}

#[tokio::test]
async fn the_deadline_is_a_typed_error() {
    let server = TestServer::with(Setup::timeouts(|timeouts| timeouts.request = Duration::from_millis(100))).await;
    let (status, body) = server.query("{ slow(ms: 10000) }").await;
    assert_eq!((status, code(&body)), (504, "TIMEOUT"));
}

#[tokio::test]
async fn a_mutation_outlives_its_caller_and_its_deadline() {
    let server = TestServer::with(Setup::timeouts(|timeouts| timeouts.request = Duration::from_millis(200))).await;
    let body = r#"{"query":"mutation { bump(afterMs: 300) }"}"#;
    let gone = timeout(Duration::from_millis(100), server.post("application/json", body).send()).await;
    assert!(gone.is_err(), "the caller left before the answer");
    let (status, answer) = server.query("mutation { bump(afterMs: 300) }").await;
    assert_eq!((status, code(&answer)), (504, "TIMEOUT"));
    for _ in 0..100 {
        if server.bumped.load(Ordering::SeqCst) == 2 {
            return;
        }
        sleep(Duration::from_millis(20)).await;
    }
    panic!("{} of 2 mutations ran", server.bumped.load(Ordering::SeqCst));
}

#[tokio::test]
async fn stored_documents_pass_through_verbatim() {
    let server = TestServer::start().await;
    let response = server.post("application/json", r#"{"query":"{ document }"}"#).send().await.unwrap();
    assert_eq!(response.text().await.unwrap(), "{\"data\":{\"document\":{\n  \"a\": [1, 2]\n}}}");
}

#[tokio::test]
async fn a_variable_may_be_used_on_typename_only() {
    let server = TestServer::start().await;
    let query = "query($x: Boolean!) { __typename @include(if: $x) t: __typename @skip(if: $x) hello }";
    let (status, body) = server.send(&json!({ "query": query, "variables": { "x": true } })).await;
    assert_eq!((status, &body["data"]), (200, &json!({ "__typename": "Query", "hello": "world" })), "{body}");
}

use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, ORIGIN};
use serde_json::Value;

use super::server::{Setup, TestServer, code};
use crate::http::HttpOptions;

const RESPONSE: &str = "application/graphql-response+json";
const JSON: &str = "application/json";
const HELLO: &str = r#"{"query":"{ hello }"}"#;

#[tokio::test]
async fn representations_and_statuses() {
    let server = TestServer::start().await;
    for (accept, body, status, media) in [
        (RESPONSE, HELLO, 200, RESPONSE),
        (JSON, HELLO, 200, JSON),
        ("*/*", HELLO, 200, JSON),
        ("text/html", HELLO, 406, JSON),
        (RESPONSE, r#"{"query":"{"}"#, 400, RESPONSE),
        (JSON, r#"{"query":"{"}"#, 200, JSON),
        (RESPONSE, r#"{"query":"{ nope }"}"#, 400, RESPONSE),
        (JSON, r#"{"query":"{ nope }"}"#, 200, JSON),
        (RESPONSE, r#"{"query":"query($id: ID!) { __typename }","variables":{"id":null}}"#, 400, RESPONSE),
        (JSON, r#"{"query":"query($id: ID!) { __typename }","variables":{"id":null}}"#, 200, JSON),
        (JSON, r#"{"query"#, 400, JSON),
        (JSON, "[]", 400, JSON),
        (JSON, r#"{"query":"subscription { silence }"}"#, 406, JSON),
    ] {
        let response = server.post(accept, body).send().await.unwrap();
        assert_eq!(response.status().as_u16(), status, "{accept} {body}");
        assert!(response.headers()[CONTENT_TYPE].to_str().unwrap().starts_with(media), "{accept} {body}");
        let answer: Value = response.json().await.unwrap();
        assert_eq!(answer.get("data").is_some(), body == HELLO && status == 200, "{answer}");
        if answer.get("data").is_none() {
            assert!(!code(&answer).is_empty() && answer["errors"][0]["extensions"]["requestId"].is_string(), "{answer}");
        }
    }
}

#[tokio::test]
async fn body_types_and_methods() {
    let server = TestServer::start().await;
    let authorization = format!("Bearer {}", server.token());
    for (content_type, status) in
        [("text/plain", 415), ("application/x-www-form-urlencoded", 415), ("application/json; charset=latin1", 415)]
    {
        let request = server.client.post(server.url("/graphql")).header(AUTHORIZATION, &authorization).header(CONTENT_TYPE, content_type);
        let response = request.body(HELLO).send().await.unwrap();
        assert_eq!(response.status().as_u16(), status);
        assert_eq!(code(&response.json().await.unwrap()), "UNSUPPORTED_MEDIA_TYPE");
    }
    let put = server.client.put(server.url("/graphql")).header(AUTHORIZATION, &authorization).send().await.unwrap();
    assert_eq!((put.status().as_u16(), put.headers()["allow"].to_str().unwrap()), (405, "GET, POST"));
    assert_eq!(server.client.get(server.url("/nowhere")).send().await.unwrap().status().as_u16(), 404);
}

#[tokio::test]
async fn get_runs_queries_and_never_mutations() {
    let server = TestServer::start().await;
    let get = async |query: &str| {
        let request = server.client.get(server.url("/graphql")).query(&[("query", query), ("variables", r#"{"t":"x"}"#)]);
        let response = request.header(AUTHORIZATION, format!("Bearer {}", server.token())).send().await.unwrap();
        (response.status().as_u16(), response.json::<Value>().await.unwrap())
    };
    let (status, body) = get("query($t: String!) { echo(text: $t) }").await;
    assert_eq!((status, body["data"]["echo"].as_str()), (200, Some("x")));
    let (status, body) = get("mutation { bump }").await;
    assert_eq!((status, code(&body)), (405, "METHOD_NOT_ALLOWED"));
    assert_eq!(server.bumped.load(std::sync::atomic::Ordering::SeqCst), 0);
}

#[tokio::test]
async fn strangers_get_401_in_graphql_shape() {
    let server = TestServer::start().await;
    for authorization in [None, Some("Bearer nonsense"), Some("Basic YTpi"), Some("Bearer"), Some("Bearer a.b.c")] {
        let mut request =
            server.client.post(server.url("/graphql")).header(CONTENT_TYPE, JSON).header(ACCEPT, RESPONSE).body("not even JSON");
        if let Some(authorization) = authorization {
            request = request.header(AUTHORIZATION, authorization);
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status().as_u16(), 401, "{authorization:?}");
        assert!(response.headers()["www-authenticate"].to_str().unwrap().starts_with("Bearer "));
        let body: Value = response.json().await.unwrap();
        assert_eq!((code(&body), body.get("data")), ("UNAUTHENTICATED", None));
    }
    for (workspace, status) in [("first", 200), ("other", 400)] {
        let response = server.post(JSON, HELLO).header("causeway-workspace", workspace).send().await.unwrap();
        assert_eq!(response.status().as_u16(), status, "{workspace}");
    }
    server.member.store(false, std::sync::atomic::Ordering::SeqCst);
    let (status, body) = server.query("{ hello }").await;
    assert_eq!((status, code(&body)), (403, "FORBIDDEN"));
}

#[tokio::test]
async fn headers_of_every_answer() {
    let server = TestServer::start().await;
    let response = server.post(JSON, HELLO).header("x-request-id", "my-id-1").send().await.unwrap();
    assert_eq!(response.headers()["x-request-id"], "my-id-1");
    assert_eq!(response.headers()["x-content-type-options"], "nosniff");
    assert_eq!(response.headers()["cache-control"], "no-store");
    assert!(response.headers()["content-security-policy"].to_str().unwrap().contains("default-src 'none'"));
    let response = server.post(JSON, HELLO).header("x-request-id", "bad id").send().await.unwrap();
    assert_ne!(response.headers()["x-request-id"], "bad id");
}

#[tokio::test]
async fn only_listed_origins_pass_cors() {
    let server = TestServer::start().await;
    let preflight = async |origin: &'static str| -> HeaderMap {
        let request = server.client.request(reqwest::Method::OPTIONS, server.url("/graphql")).header(ORIGIN, origin);
        let request =
            request.header("access-control-request-method", "POST").header("access-control-request-headers", "authorization,content-type");
        request.send().await.unwrap().headers().clone()
    };
    let listed = preflight("https://console.example.com").await;
    assert_eq!(listed["access-control-allow-origin"], "https://console.example.com");
    assert!(!listed.contains_key("access-control-allow-credentials"));
    assert!(!preflight("https://evil.test").await.contains_key("access-control-allow-origin"));
}

#[tokio::test]
async fn page_and_health_and_what_production_hides() {
    let server = TestServer::start().await;
    let page = server.client.get(server.url("/")).send().await.unwrap();
    let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
    let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap().to_owned();
    let html = page.text().await.unwrap();
    assert!(html.contains(&format!("<script nonce=\"{nonce}\">")) && !html.contains("{{nonce}}") && !policy.contains("unsafe-eval"));
    assert_eq!(server.client.get(server.url("/health/live")).send().await.unwrap().status().as_u16(), 200);
    assert_eq!(server.client.get(server.url("/health/ready")).send().await.unwrap().status().as_u16(), 200);
    let discovery: Value =
        server.client.get(server.url("/dev/issuer/.well-known/openid-configuration")).send().await.unwrap().json().await.unwrap();
    let keys: Value = server.client.get(discovery["jwks_uri"].as_str().unwrap()).send().await.unwrap().json().await.unwrap();
    assert_eq!(keys["keys"][0]["kty"], "RSA");
    assert!(keys["keys"][0].get("d").is_none(), "the private key stays inside");

    let hidden = TestServer::with(Setup { options: Some(HttpOptions::default()), ..Setup::default() }).await;
    assert_eq!(hidden.client.get(hidden.url("/")).send().await.unwrap().status().as_u16(), 404);
    let (_, body) = hidden.query("{ __schema { queryType { name } } }").await;
    assert!(body["data"]["__schema"].is_null(), "{body}");
}

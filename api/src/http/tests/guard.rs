//! Attacks: each is a typed refusal, and the server goes on.

use serde_json::json;
use tokio::time::Instant;

use super::server::{TestServer, code};

#[tokio::test]
async fn bombs_are_refused_and_the_server_lives() {
    let server = TestServer::start().await;
    let deep = |open: &str, close: &str, n: usize| format!("{{ echo(text: {}{}) }}", open.repeat(n), close.repeat(n));
    let aliases: String = (0..10_000).map(|i| format!("a{i}:hello ")).collect();
    let fragments: String = (0..18).map(|i| format!("fragment F{i} on Query {{ ...F{0} ...F{0} }} ", i + 1)).collect();
    for (name, query) in [
        ("5,000-deep list", deep("[", "]", 5_000)),
        ("5,000-deep object", deep("{a:", "}", 5_000)),
        ("5,000-deep selection", format!("{}hello{}", "{ nested ".repeat(5_000), "}".repeat(5_000))),
        ("depth 11", format!("{{ {} hello {} }}", "nested { ".repeat(10), "}".repeat(10))),
        ("10,000 aliases", format!("{{ {aliases} }}")),
        ("16 aliases", format!("{{ {} }}", &aliases[..aliases.find("a16:").unwrap()])),
        ("21 directives", format!("{{ hello{} }}", " @skip(if: false)".repeat(21))),
        ("2,001 tokens", format!("{{ {} }}", "hello ".repeat(1_999))),
        ("fragment bomb", format!("{{ ...F0 }} {fragments} fragment F18 on Query {{ hello }}")),
        ("introspection cycle", format!("{{ __schema {{ types {{ {} name {} }} }} }}", "fields { type { ".repeat(6), "} }".repeat(6))),
    ] {
        let started = Instant::now();
        let (status, body) = server.query(&query).await;
        assert_eq!((status, code(&body)), (400, "QUERY_TOO_COMPLEX"), "{name}: {body}");
        assert!(body.get("data").is_none());
        assert!(started.elapsed().as_millis() < 1_000, "{name} took {:?}", started.elapsed());
    }
    let (status, body) = server.query("{ ...A } fragment A on Query { ...A }").await;
    assert_eq!((status, code(&body)), (400, "GRAPHQL_VALIDATION_FAILED"));
    assert_eq!(server.query("{ hello }").await.0, 200);
}

#[tokio::test]
async fn bodies_above_the_limit_are_not_read() {
    let server = TestServer::start().await;
    let big = json!({ "query": format!("{{ echo(text: \"{}\") }}", "x".repeat(1_000_000)) }).to_string();
    let response = server.post("application/json", big.clone()).send().await.unwrap();
    assert_eq!(response.status().as_u16(), 413);
    assert_eq!(code(&response.json().await.unwrap()), "PAYLOAD_TOO_LARGE");
    // Without an announced length the limit is met while reading.
    let chunks: Vec<Result<String, std::io::Error>> =
        big.as_bytes().chunks(10_000).map(|part| Ok(String::from_utf8_lossy(part).into_owned())).collect();
    let body = reqwest::Body::wrap_stream(futures_util::stream::iter(chunks));
    let response = server.post("application/json", body).send().await.unwrap();
    assert_eq!(response.status().as_u16(), 413);
    let just = json!({ "query": "{ hello }", "pad": "x".repeat(262_144 - 100) }).to_string();
    assert_eq!(server.post("application/json", just).send().await.unwrap().status().as_u16(), 200);
}

#[tokio::test]
async fn deep_variables_are_refused() {
    let server = TestServer::start().await;
    for n in [100, 100_000] {
        let body = format!(r#"{{"query":"{{ hello }}","variables":{{"a":{}{}}}}}"#, "[".repeat(n), "]".repeat(n));
        let response = server.post("application/graphql-response+json", body).send().await.unwrap();
        assert_eq!(response.status().as_u16(), 400);
    }
    assert_eq!(server.query("{ hello }").await.0, 200);
}

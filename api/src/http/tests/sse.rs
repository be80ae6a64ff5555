use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::StreamExt;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use serde_json::json;
use tokio::time::{Instant, timeout};

use super::server::{Setup, TestServer};
use crate::http::Limits;

async fn open(server: &TestServer, path: &str, query: &str, token: &str) -> reqwest::Response {
    let request = server.client.post(server.url(path)).header(AUTHORIZATION, format!("Bearer {token}"));
    let request = request.header(CONTENT_TYPE, "application/json").header(ACCEPT, "text/event-stream");
    request.body(json!({ "query": query }).to_string()).send().await.unwrap()
}

async fn whole(server: &TestServer, path: &str, query: &str) -> String {
    let response = open(server, path, query, &server.token()).await;
    assert!(response.headers()[CONTENT_TYPE].to_str().unwrap().starts_with("text/event-stream"), "{:?}", response.status());
    timeout(Duration::from_secs(5), response.text()).await.unwrap().unwrap()
}

#[tokio::test]
async fn results_then_complete() {
    let server = TestServer::start().await;
    let expected =
        "event: next\ndata: {\"data\":{\"count\":1}}\n\nevent: next\ndata: {\"data\":{\"count\":2}}\n\nevent: complete\ndata: \n\n";
    for path in ["/graphql", "/graphql/stream"] {
        assert_eq!(whole(&server, path, "subscription { count(to: 2) }").await, expected);
    }
    assert_eq!(
        whole(&server, "/graphql", "{ hello }").await,
        "event: next\ndata: {\"data\":{\"hello\":\"world\"}}\n\nevent: complete\ndata: \n\n"
    );
    let document = whole(&server, "/graphql", "subscription { documents }").await;
    assert!(document.starts_with("event: next\ndata: {\"data\":{\"documents\":{\ndata:   \"a\": [1, 2]\ndata: }}}\n\n"), "{document}");
}

#[tokio::test]
async fn get_works_for_subscriptions_and_not_for_mutations() {
    let server = TestServer::start().await;
    let get = async |query: &str| {
        let request = server.client.get(server.url("/graphql/stream")).query(&[("query", query)]);
        request.header(AUTHORIZATION, format!("Bearer {}", server.token())).send().await.unwrap()
    };
    let response = get("subscription { count(to: 1) }").await;
    assert!(response.text().await.unwrap().ends_with("event: complete\ndata: \n\n"));
    assert_eq!(get("mutation { bump }").await.status().as_u16(), 405);
}

#[tokio::test]
async fn what_is_wrong_with_the_document_comes_through_the_stream() {
    let server = TestServer::start().await;
    for query in ["subscription {", "subscription { nope }", "query A { hello } query B { hello }"] {
        let text = whole(&server, "/graphql", query).await;
        assert!(text.starts_with("event: next\ndata: {\"errors\":[") && text.ends_with("event: complete\ndata: \n\n"), "{text}");
        assert!(text.contains("\"code\"") && !text.contains("\"data\":"), "{text}");
    }
    let refused = whole(&server, "/graphql", "subscription { refused }").await;
    assert!(refused.contains("\"FORBIDDEN\"") && refused.ends_with("event: complete\ndata: \n\n"), "{refused}");
    let panicked = whole(&server, "/graphql", "subscription { boom }").await;
    assert!(panicked.contains("{\"boom\":2}") && panicked.contains("INTERNAL"), "{panicked}");
    assert_eq!(open(&server, "/graphql", "subscription { count(to: 1) }", "nonsense").await.status().as_u16(), 401);
}

#[tokio::test]
async fn comments_keep_a_silent_stream_alive() {
    let server = TestServer::with(Setup::timeouts(|timeouts| timeouts.heartbeat = Duration::from_millis(50))).await;
    let response = open(&server, "/graphql", "subscription { silence }", &server.token()).await;
    let mut body = response.bytes_stream();
    for _ in 0..3 {
        let chunk = timeout(Duration::from_secs(5), body.next()).await.unwrap().unwrap().unwrap();
        assert_eq!(&chunk[..], b":\n\n");
    }
}

#[tokio::test]
async fn a_stream_ends_with_its_token() {
    let server = TestServer::start().await;
    let started = Instant::now();
    let token = server.token_for(Duration::from_secs(2));
    let response = open(&server, "/graphql", "subscription { silence }", &token).await;
    let text = timeout(Duration::from_secs(10), response.text()).await.unwrap().unwrap();
    assert!(text.contains("\"UNAUTHENTICATED\"") && text.ends_with("event: complete\ndata: \n\n"), "{text}");
    assert!(started.elapsed() < Duration::from_secs(4));
}

#[tokio::test]
async fn a_stream_ends_when_the_member_is_removed() {
    let server = TestServer::with(Setup::timeouts(|timeouts| timeouts.recheck = Duration::from_millis(50))).await;
    let response = open(&server, "/graphql", "subscription { silence }", &server.token()).await;
    server.member.store(false, Ordering::SeqCst);
    let text = timeout(Duration::from_secs(10), response.text()).await.unwrap().unwrap();
    assert!(text.contains("\"FORBIDDEN\"") && text.ends_with("event: complete\ndata: \n\n"), "{text}");
}

#[tokio::test]
async fn a_member_has_so_many_streams_and_gets_them_back() {
    let setup = Setup { limits: Limits { streams_per_member: 2, ..Limits::default() }, ..Setup::default() };
    let server = TestServer::with(setup).await;
    let first = open(&server, "/graphql", "subscription { silence }", &server.token()).await;
    let _second = open(&server, "/graphql", "subscription { silence }", &server.token()).await;
    assert_eq!(open(&server, "/graphql", "subscription { silence }", &server.token()).await.status().as_u16(), 429);
    drop(first);
    for _ in 0..100 {
        if open(&server, "/graphql", "subscription { count(to: 1) }", &server.token()).await.status().as_u16() == 200 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the slot of a closed stream never came back");
}

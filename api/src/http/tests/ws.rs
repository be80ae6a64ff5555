//! graphql-transport-ws, line by line of PROTOCOL.md, over real sockets.

use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use reqwest::header::{AUTHORIZATION, ORIGIN, SEC_WEBSOCKET_PROTOCOL};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::server::{Setup, TestServer};
use crate::http::Limits;

/// A client that does only what it is told; pings of the protocol aren't answered.
pub struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    async fn connect(server: &TestServer) -> Self {
        Self::connect_with(server, &[("sec-websocket-protocol", "graphql-transport-ws")]).await.unwrap()
    }

    async fn connect_with(server: &TestServer, headers: &[(&'static str, &str)]) -> Result<Self, Error> {
        let mut request = server.ws_url().into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        connect_async(request).await.map(|(socket, _)| Self(socket))
    }

    pub async fn acknowledged(server: &TestServer) -> Self {
        Self::acknowledged_with(server, &server.token()).await
    }

    async fn acknowledged_with(server: &TestServer, token: &str) -> Self {
        let mut socket = Self::connect(server).await;
        socket.init(token).await;
        assert_eq!(socket.receive().await["type"], "connection_ack");
        socket
    }

    async fn init(&mut self, token: &str) {
        self.send(json!({ "type": "connection_init", "payload": { "authorization": format!("Bearer {token}") } })).await;
    }

    async fn send(&mut self, message: Value) {
        self.raw(&message.to_string()).await;
    }

    async fn raw(&mut self, text: &str) {
        self.0.send(Message::text(text)).await.unwrap();
    }

    pub async fn subscribe(&mut self, id: &str, query: &str) {
        self.send(json!({ "id": id, "type": "subscribe", "payload": { "query": query } })).await;
    }

    /// The next message of the protocol; pings are passed over.
    async fn receive(&mut self) -> Value {
        loop {
            match timeout(Duration::from_secs(5), self.0.next()).await.expect("a message within 5 s") {
                Some(Ok(Message::Text(text))) => {
                    let message: Value = serde_json::from_str(&text).unwrap();
                    if message["type"] != "ping" {
                        return message;
                    }
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    /// Code and reason of the close frame; other messages are passed over.
    pub async fn closed(&mut self) -> (u16, String) {
        loop {
            match timeout(Duration::from_secs(8), self.0.next()).await.expect("a close within 8 s") {
                Some(Ok(Message::Close(Some(frame)))) => return (frame.code.into(), frame.reason.to_string()),
                Some(Ok(_)) => {}
                other => panic!("{other:?}"),
            }
        }
    }
}

#[tokio::test]
async fn an_operation_from_init_to_complete() {
    let server = TestServer::start().await;
    let mut socket = Socket::acknowledged(&server).await;
    socket.subscribe("1", "subscription { count(to: 2) }").await;
    assert_eq!(socket.receive().await, json!({ "id": "1", "type": "next", "payload": { "data": { "count": 1 } } }));
    assert_eq!(socket.receive().await, json!({ "id": "1", "type": "next", "payload": { "data": { "count": 2 } } }));
    assert_eq!(socket.receive().await, json!({ "id": "1", "type": "complete" }));
    // The id is free again, and queries and mutations run as well.
    socket.subscribe("1", "{ me }").await;
    let answer = socket.receive().await;
    assert!(answer["payload"]["data"]["me"].as_str().unwrap().ends_with("WebSocket"), "{answer}");
    assert_eq!(socket.receive().await["type"], "complete");
    socket.subscribe("2", "mutation { bump }").await;
    assert_eq!(socket.receive().await["payload"]["data"]["bump"], 1);
    assert_eq!(socket.receive().await["type"], "complete");
    socket.subscribe("3", "subscription { documents }").await;
    assert_eq!(socket.receive().await["payload"]["data"]["documents"], json!({ "a": [1, 2] }));
}

#[tokio::test]
async fn close_codes_before_the_acknowledgement() {
    let server = TestServer::with(Setup::timeouts(|timeouts| timeouts.connection_init = Duration::from_millis(300))).await;
    let token = server.token();
    let subscribe = json!({ "id": "1", "type": "subscribe", "payload": { "query": "{ hello }" } }).to_string();
    let init = |token: &str| json!({ "type": "connection_init", "payload": { "authorization": format!("Bearer {token}") } }).to_string();
    for (messages, code) in [
        (vec![], 4408),
        (vec![subscribe.clone()], 4401),
        (vec![r#"{"type":"connection_init"}"#.to_owned()], 4403),
        (vec![init("nonsense")], 4403),
        (vec![init(&token), init(&token)], 4429),
        (vec!["nonsense".to_owned()], 4400),
        (vec!["[]".to_owned()], 4400),
        (vec![r#"{"type":"unknown"}"#.to_owned()], 4400),
        (vec![init(&token), r#"{"type":"subscribe","payload":{"query":"{ hello }"}}"#.to_owned()], 4400),
        (vec![init(&token), r#"{"id":"1","type":"subscribe","payload":{}}"#.to_owned()], 4400),
        (vec![init(&token), r#"{"id":"1","type":"next","payload":{}}"#.to_owned()], 4400),
    ] {
        let mut socket = Socket::connect(&server).await;
        for message in &messages {
            socket.raw(message).await;
        }
        assert_eq!(socket.closed().await.0, code, "{messages:?}");
    }
}

/// The connection ends on one thread while the writer runs on another: the close frame must win every time.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_close_frame_is_never_lost() {
    let server = TestServer::start().await;
    for _ in 0..300 {
        let mut socket = Socket::acknowledged(&server).await;
        socket.raw("\"text\"").await;
        assert_eq!(socket.closed().await.0, 4400);
    }
}

#[tokio::test]
async fn subprotocol_and_origin() {
    let server = TestServer::start().await;
    for headers in [&[][..], &[("sec-websocket-protocol", "graphql-ws")]] {
        // The client library refuses a handshake without the subprotocol it asked for; the server closes with 4406.
        if let Ok(mut socket) = Socket::connect_with(&server, headers).await {
            assert_eq!(socket.closed().await.0, 4406);
        }
    }
    let protocol = (SEC_WEBSOCKET_PROTOCOL.as_str(), "graphql-transport-ws");
    let evil =
        Socket::connect_with(&server, &[(SEC_WEBSOCKET_PROTOCOL.as_str(), protocol.1), (ORIGIN.as_str(), "https://evil.test")]).await;
    assert!(matches!(evil, Err(Error::Http(response)) if response.status().as_u16() == 403));
    let listed = Socket::connect_with(&server, &[("sec-websocket-protocol", protocol.1), ("origin", "https://console.example.com")]).await;
    assert!(listed.is_ok());
}

#[tokio::test]
async fn the_handshake_header_authenticates_too_and_graphql_upgrades() {
    let server = TestServer::start().await;
    let mut request = format!("ws://{}/graphql", server.address).into_client_request().unwrap();
    request.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse().unwrap());
    request.headers_mut().insert(AUTHORIZATION.as_str(), format!("Bearer {}", server.token()).parse().unwrap());
    let (socket, response) = connect_async(request).await.unwrap();
    assert_eq!(response.headers()["sec-websocket-protocol"], "graphql-transport-ws");
    let mut socket = Socket(socket);
    socket.raw(r#"{"type":"connection_init"}"#).await;
    assert_eq!(socket.receive().await["type"], "connection_ack");
    let plain = server.client.get(server.url("/graphql/ws")).send().await.unwrap();
    assert_eq!(plain.status().as_u16(), 400);
}

#[tokio::test]
async fn a_duplicate_id_closes_and_a_completed_one_is_free() {
    let server = TestServer::start().await;
    let mut socket = Socket::acknowledged(&server).await;
    socket.subscribe("same", "subscription { silence }").await;
    socket.send(json!({ "id": "same", "type": "complete" })).await;
    socket.send(json!({ "id": "never seen", "type": "complete" })).await;
    socket.subscribe("same", "subscription { silence }").await;
    socket.subscribe("same", "subscription { silence }").await;
    let (code, reason) = socket.closed().await;
    assert_eq!((code, reason.as_str()), (4409, "Subscriber for same already exists"));
}

#[tokio::test]
async fn nothing_follows_a_clients_complete() {
    let server = TestServer::start().await;
    let mut socket = Socket::acknowledged(&server).await;
    socket.subscribe("1", "{ slow(ms: 200) }").await;
    socket.send(json!({ "id": "1", "type": "complete" })).await;
    tokio::time::sleep(Duration::from_millis(400)).await;
    socket.send(json!({ "type": "ping", "payload": { "x": 1 } })).await;
    assert_eq!(socket.receive().await, json!({ "type": "pong", "payload": { "x": 1 } }));
    // A mutation goes on all the same: its effect must not depend on the socket.
    socket.subscribe("2", "mutation { bump(afterMs: 100) }").await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    drop(socket);
    tokio::time::sleep(Duration::from_millis(400)).await;
    assert_eq!(server.bumped.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn what_cannot_run_is_one_error_message() {
    let server = TestServer::start().await;
    let mut socket = Socket::acknowledged(&server).await;
    let bomb = format!("{{ echo(text: {}{}) }}", "[".repeat(5_000), "]".repeat(5_000));
    for (payload, code) in [
        (json!({ "query": "subscription {" }), "GRAPHQL_PARSE_FAILED"),
        (json!({ "query": "subscription { nope }" }), "GRAPHQL_VALIDATION_FAILED"),
        (json!({ "query": "{ nope }" }), "GRAPHQL_VALIDATION_FAILED"),
        (json!({ "query": "query A { hello }", "operationName": "B" }), "OPERATION_RESOLUTION_FAILURE"),
        (json!({ "query": "query($id: ID!) { __typename }" }), "BAD_USER_INPUT"),
        (json!({ "query": bomb }), "QUERY_TOO_COMPLEX"),
        (json!({ "query": "{ panics }" }), "INTERNAL"),
    ] {
        socket.send(json!({ "id": "1", "type": "subscribe", "payload": payload })).await;
        let error = socket.receive().await;
        assert_eq!((error["type"].as_str(), error["payload"][0]["extensions"]["code"].as_str()), (Some("error"), Some(code)), "{error}");
        assert!(error["payload"][0]["extensions"]["requestId"].is_string());
    }
    // No `complete` came in between: the next message is the answer to the next operation, under the same id.
    socket.subscribe("1", "{ hello fails }").await;
    let answer = socket.receive().await;
    assert_eq!((answer["type"].as_str(), answer["payload"]["data"]["hello"].as_str()), (Some("next"), Some("world")));
    assert_eq!(answer["payload"]["errors"][0]["extensions"]["code"], "INTERNAL");
}

#[tokio::test]
async fn so_many_operations_and_no_more() {
    let server = TestServer::start().await;
    let mut socket = Socket::acknowledged(&server).await;
    for id in 0..20 {
        socket.subscribe(&id.to_string(), "subscription { silence }").await;
    }
    socket.subscribe("20", "subscription { silence }").await;
    let error = socket.receive().await;
    assert_eq!((error["id"].as_str(), error["payload"][0]["extensions"]["code"].as_str()), (Some("20"), Some("TOO_MANY_OPERATIONS")));
    socket.send(json!({ "id": "0", "type": "complete" })).await;
    socket.subscribe("21", "{ hello }").await;
    assert_eq!(socket.receive().await["type"], "next");
}

#[tokio::test]
async fn messages_above_the_limit_close() {
    let server = TestServer::start().await;
    let mut socket = Socket::acknowledged(&server).await;
    let query = format!("{{ echo(text: \"{}\") }}", "x".repeat(70_000));
    socket.subscribe("1", &query).await;
    assert_eq!(socket.closed().await.0, 1009);
    let mut socket = Socket::acknowledged(&server).await;
    socket.0.send(Message::binary(vec![1, 2, 3])).await.unwrap();
    assert_eq!(socket.closed().await.0, 4400);
}

#[tokio::test]
async fn pings_keep_a_silent_listener_alive() {
    let server = TestServer::with(Setup::timeouts(|timeouts| timeouts.heartbeat = Duration::from_millis(60))).await;
    let mut socket = Socket::acknowledged(&server).await;
    socket.subscribe("1", "subscription { silence }").await;
    let (mut frames, mut messages) = (0, 0);
    let until = Instant::now() + Duration::from_millis(600);
    while let Ok(Some(message)) = tokio::time::timeout_at(until, socket.0.next()).await {
        match message.unwrap() {
            Message::Ping(_) => frames += 1,
            Message::Text(text) => {
                assert_eq!(text.as_str(), r#"{"type":"ping"}"#);
                messages += 1;
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(frames >= 5 && messages >= 5, "{frames} frames, {messages} messages: alive for ten heartbeats");
}

#[tokio::test]
async fn a_peer_that_is_gone_is_noticed() {
    let server = TestServer::with(Setup::timeouts(|timeouts| timeouts.heartbeat = Duration::from_millis(60))).await;
    let mut socket = Socket::acknowledged(&server).await;
    // Not reading means not answering pings either.
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(socket.closed().await.0, 4504);
}

#[tokio::test]
async fn a_socket_ends_with_its_token_and_with_its_member() {
    let server = TestServer::with(Setup::timeouts(|timeouts| timeouts.recheck = Duration::from_millis(50))).await;
    let mut expiring = Socket::acknowledged_with(&server, &server.token_for(Duration::from_secs(2))).await;
    expiring.subscribe("1", "subscription { silence }").await;
    let mut removed = Socket::acknowledged(&server).await;
    assert_eq!(expiring.closed().await.0, 4401);
    server.member.store(false, Ordering::SeqCst);
    assert_eq!(removed.closed().await.0, 4403);
}

#[tokio::test]
async fn a_reader_that_stops_is_closed_and_costs_little() {
    let server = TestServer::with(Setup::timeouts(|timeouts| timeouts.write = Duration::from_millis(300))).await;
    let mut socket = Socket::acknowledged(&server).await;
    socket.subscribe("1", "subscription { flood }").await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let mut messages = 0;
    let ended = timeout(Duration::from_secs(20), async {
        while let Some(Ok(message)) = socket.0.next().await {
            messages += usize::from(message.is_text());
        }
    });
    ended.await.expect("the server gave up on this reader");
    assert!(messages < 500, "{messages} messages were buffered");
}

#[tokio::test]
async fn a_busy_operation_does_not_starve_the_others() {
    let server = TestServer::start().await;
    let mut socket = Socket::acknowledged(&server).await;
    socket.subscribe("busy", "subscription { flood }").await;
    socket.subscribe("other", "{ hello }").await;
    for _ in 0..200 {
        if socket.receive().await["id"] == "other" {
            return;
        }
    }
    panic!("the other operation was starved");
}

#[tokio::test]
async fn a_member_has_so_many_sockets() {
    let setup = Setup { limits: Limits { streams_per_member: 1, ..Limits::default() }, ..Setup::default() };
    let server = TestServer::with(setup).await;
    let _first = Socket::acknowledged(&server).await;
    let mut second = Socket::connect(&server).await;
    second.init(&server.token()).await;
    assert_eq!(second.closed().await.0, 4429);
}

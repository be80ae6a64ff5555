//! A subscriber over graphql-transport-ws.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

const PATIENCE: Duration = Duration::from_secs(60);

/// One socket with one subscription.
pub struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Socket {
    /// Connects, initialises and subscribes.
    ///
    /// # Panics
    /// When the server refuses.
    pub async fn subscribe(base: &str, token: &str, query: &str, variables: Value) -> Self {
        let url = format!("{}/graphql/ws", base.replacen("http", "ws", 1));
        let mut request = url.into_client_request().expect("a valid address");
        request.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse().expect("a valid header"));
        let (stream, _) = connect_async(request).await.expect("the socket opens");
        let mut socket = Socket { stream };
        socket.send(json!({ "type": "connection_init", "payload": { "authorization": format!("Bearer {token}") } })).await;
        let ack = socket.receive().await.expect("an answer to connection_init");
        assert_eq!(ack["type"], "connection_ack", "{ack}");
        socket.send(json!({ "id": "1", "type": "subscribe", "payload": { "query": query, "variables": variables } })).await;
        socket
    }

    /// The data of the next item; `None` when the stream or the socket ended.
    pub async fn next(&mut self) -> Option<Value> {
        loop {
            let message = self.receive().await?;
            match message["type"].as_str() {
                Some("next") => return Some(message["payload"]["data"].clone()),
                Some("ping") => self.send(json!({ "type": "pong" })).await,
                Some("complete") => return None,
                _ => panic!("unexpected message {message}"),
            }
        }
    }

    async fn send(&mut self, message: Value) {
        self.stream.send(Message::text(message.to_string())).await.expect("the socket takes a message");
    }

    async fn receive(&mut self) -> Option<Value> {
        loop {
            match timeout(PATIENCE, self.stream.next()).await.expect("the server says something in time")? {
                Ok(Message::Text(text)) => return Some(serde_json::from_str(&text).expect("messages are JSON")),
                Ok(Message::Close(_)) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }
}

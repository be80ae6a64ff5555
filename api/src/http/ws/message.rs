//! The messages of graphql-transport-ws.

use async_graphql::ServerError;
use axum::extract::ws::{Message, Utf8Bytes};
use serde::Serialize;
use serde_json::{Map, Value};

use super::close::Close;
use crate::http::encode::{self, Body};
use crate::http::execute::Outcome;

/// A message from the client.
#[derive(Clone, Debug, PartialEq)]
pub enum Incoming {
    /// `connection_init`.
    Init(Map<String, Value>),
    /// `ping`, with its payload to send back.
    Ping(Option<Value>),
    /// `pong`.
    Pong,
    /// `subscribe`.
    Subscribe {
        /// The operation's id.
        id: String,
        /// `query`, `operationName`, `variables`, `extensions`.
        payload: Value,
    },
    /// `complete`.
    Complete(String),
}

/// Ids are echoed in every message, so they are short.
const MAX_ID: usize = 128;

impl Incoming {
    /// Reads a text message.
    ///
    /// # Errors
    /// Close 4400 for anything that PROTOCOL.md doesn't specify.
    pub fn parse(text: &str) -> Result<Self, Close> {
        let Ok(Value::Object(mut message)) = serde_json::from_str(text) else {
            return Err(Close::Invalid("Message is not a JSON object"));
        };
        let Some(Value::String(kind)) = message.remove("type") else {
            return Err(Close::Invalid("Message has no type"));
        };
        match kind.as_str() {
            "connection_init" => Ok(Self::Init(payload(&mut message)?.unwrap_or_default())),
            "ping" => Ok(Self::Ping(payload(&mut message)?.map(Value::Object))),
            "pong" => payload(&mut message).map(|_| Self::Pong),
            "subscribe" => {
                let id = id(&mut message)?;
                let payload = payload(&mut message)?.ok_or(Close::Invalid("subscribe has no payload"))?;
                check_subscribe(&payload)?;
                Ok(Self::Subscribe { id, payload: Value::Object(payload) })
            }
            "complete" => id(&mut message).map(Self::Complete),
            _ => Err(Close::Invalid("Unknown message type")),
        }
    }
}

fn id(message: &mut Map<String, Value>) -> Result<String, Close> {
    match message.remove("id") {
        Some(Value::String(id)) if (1..=MAX_ID).contains(&id.len()) => Ok(id),
        _ => Err(Close::Invalid("id must be a string of 1 to 128 bytes")),
    }
}

fn payload(message: &mut Map<String, Value>) -> Result<Option<Map<String, Value>>, Close> {
    match message.remove("payload") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(payload)) => Ok(Some(payload)),
        Some(_) => Err(Close::Invalid("payload must be an object")),
    }
}

fn check_subscribe(payload: &Map<String, Value>) -> Result<(), Close> {
    if !payload.get("query").is_some_and(Value::is_string) {
        return Err(Close::Invalid("payload.query must be a string"));
    }
    if !payload.get("operationName").is_none_or(|name| name.is_string() || name.is_null()) {
        return Err(Close::Invalid("payload.operationName must be a string"));
    }
    let object_or_null = |name| payload.get(name).is_none_or(|value: &Value| value.is_object() || value.is_null());
    if !object_or_null("variables") || !object_or_null("extensions") {
        return Err(Close::Invalid("payload.variables and payload.extensions must be objects"));
    }
    Ok(())
}

/// `connection_ack`.
pub fn ack() -> Message {
    Message::Text(Utf8Bytes::from_static(r#"{"type":"connection_ack"}"#))
}

/// `ping`.
pub fn ping() -> Message {
    Message::Text(Utf8Bytes::from_static(r#"{"type":"ping"}"#))
}

/// `pong`, with the payload of the ping it answers.
pub fn pong(payload: Option<&Value>) -> Message {
    #[derive(Serialize)]
    struct Pong<'a> {
        #[serde(rename = "type")]
        kind: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        payload: Option<&'a Value>,
    }
    text(&Pong { kind: "pong", payload })
}

/// `next`.
pub fn next(id: &str, outcome: &Outcome) -> Message {
    let response = &outcome.response;
    let payload =
        Body { errors: &response.errors, data: (!outcome.request_error).then_some(&response.data), extensions: &response.extensions };
    text(&WithPayload { id, kind: "next", payload })
}

/// `error`: the operation is over, no `complete` follows.
pub fn error(id: &str, errors: &[ServerError]) -> Message {
    text(&WithPayload { id, kind: "error", payload: errors })
}

/// `complete`.
pub fn complete(id: &str) -> Message {
    text(&serde_json::json!({ "id": id, "type": "complete" }))
}

#[derive(Serialize)]
struct WithPayload<'a, T> {
    id: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    payload: T,
}

fn text(value: &impl Serialize) -> Message {
    let text = Utf8Bytes::try_from(encode::encode(value)).expect("JSON is UTF-8, and so are verbatim documents");
    Message::Text(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_protocol_does_not_know_is_invalid() {
        for bad in [
            "",
            "nonsense",
            "[]",
            "1",
            "{}",
            r#"{"type":1}"#,
            r#"{"type":"unknown"}"#,
            r#"{"type":"connection_ack"}"#,
            r#"{"type":"next","id":"1","payload":{}}"#,
            r#"{"type":"connection_init","payload":1}"#,
            r#"{"type":"ping","payload":[]}"#,
            r#"{"type":"subscribe","payload":{"query":"{a}"}}"#,
            r#"{"type":"subscribe","id":"","payload":{"query":"{a}"}}"#,
            r#"{"type":"subscribe","id":1,"payload":{"query":"{a}"}}"#,
            r#"{"type":"subscribe","id":"1"}"#,
            r#"{"type":"subscribe","id":"1","payload":{}}"#,
            r#"{"type":"subscribe","id":"1","payload":{"query":1}}"#,
            r#"{"type":"subscribe","id":"1","payload":{"query":"{a}","variables":[]}}"#,
            r#"{"type":"subscribe","id":"1","payload":{"query":"{a}","operationName":1}}"#,
            r#"{"type":"complete"}"#,
        ] {
            assert!(matches!(Incoming::parse(bad), Err(Close::Invalid(_))), "{bad}");
        }
    }

    #[test]
    fn what_the_protocol_knows_is_read() {
        assert_eq!(Incoming::parse(r#"{"type":"connection_init"}"#), Ok(Incoming::Init(Map::new())));
        assert_eq!(Incoming::parse(r#"{"type":"connection_init","payload":null}"#), Ok(Incoming::Init(Map::new())));
        assert_eq!(Incoming::parse(r#"{"type":"pong"}"#), Ok(Incoming::Pong));
        assert_eq!(Incoming::parse(r#"{"type":"complete","id":"1"}"#), Ok(Incoming::Complete("1".to_owned())));
        let subscribe = r#"{"type":"subscribe","id":"1","payload":{"query":"{a}","variables":null,"operationName":null}}"#;
        assert!(matches!(Incoming::parse(subscribe), Ok(Incoming::Subscribe { id, .. }) if id == "1"));
    }
}

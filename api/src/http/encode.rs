//! Responses as bytes.

use std::collections::BTreeMap;
use std::io;

use async_graphql::{Response, ServerError, Value};
use bytes::Bytes;
use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

/// Encodes an execution result; `data` is left out for request errors (GraphQL specification, section 7.1).
///
/// A `Value::Binary` is taken for JSON text and written as it is: stored policy documents reach the client without being parsed
/// on the way. Whoever puts one into a result vouches that it is valid JSON.
pub fn response(response: &Response, request_error: bool) -> Bytes {
    encode(&Body { errors: &response.errors, data: (!request_error).then_some(&response.data), extensions: &response.extensions })
}

/// Encodes a body that holds only errors.
pub fn errors(errors: &[ServerError]) -> Bytes {
    encode(&Body { errors, data: None, extensions: &BTreeMap::new() })
}

/// Encodes any serializable value by the same rules.
pub fn encode(value: &impl Serialize) -> Bytes {
    let mut bytes = Vec::with_capacity(1024);
    value.serialize(&mut Serializer::with_formatter(&mut bytes, Verbatim)).expect("map keys are strings and a Vec takes every write");
    bytes.into()
}

/// The body of a result, for embedding into a WebSocket message.
#[derive(Serialize)]
pub struct Body<'a> {
    /// The errors; left out when empty.
    #[serde(skip_serializing_if = "is_empty")]
    pub errors: &'a [ServerError],
    /// The data; left out for request errors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<&'a Value>,
    /// Extensions; left out when empty.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub extensions: &'a BTreeMap<String, Value>,
}

fn is_empty(errors: &[ServerError]) -> bool {
    errors.is_empty()
}

/// Compact JSON in which byte strings are JSON texts already.
struct Verbatim;

impl Formatter for Verbatim {
    fn write_byte_array<W: ?Sized + io::Write>(&mut self, writer: &mut W, value: &[u8]) -> io::Result<()> {
        writer.write_all(if value.is_empty() { b"null" } else { value })
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::{Name, indexmap::IndexMap};

    use super::*;

    #[test]
    fn binary_values_are_written_verbatim_and_data_is_optional() {
        let mut object = IndexMap::new();
        object.insert(Name::new("doc"), Value::Binary(Bytes::from_static(b"{\"a\": [1,2]}")));
        let ok = Response::new(Value::Object(object));
        assert_eq!(response(&ok, false), Bytes::from_static(b"{\"data\":{\"doc\":{\"a\": [1,2]}}}"));
        let failed = Response::from_errors(vec![ServerError::new("no", None)]);
        assert_eq!(response(&failed, true), Bytes::from_static(b"{\"errors\":[{\"message\":\"no\"}]}"));
        assert_eq!(response(&failed, false), Bytes::from_static(b"{\"errors\":[{\"message\":\"no\"}],\"data\":null}"));
    }
}

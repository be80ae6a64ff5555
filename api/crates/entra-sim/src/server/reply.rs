//! An answer before it is written.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use http_body_util::Full;
use serde_json::Value;

use crate::ca::InGraphOrder;

/// The content type of every JSON answer of Graph.
const GRAPH_JSON: &str = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8";

/// A status, headers and a body.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Body,
}

/// What an answer carries.
#[derive(Clone, Debug)]
pub(crate) enum Body {
    Empty,
    Text(String),
    Json(Value),
}

impl Reply {
    /// No body.
    pub(crate) fn empty(status: u16) -> Reply {
        Reply { status, headers: HeaderMap::new(), body: Body::Empty }
    }

    /// Plain JSON, as the login service and the admin endpoint answer.
    pub(crate) fn json(status: u16, body: Value) -> Reply {
        Reply { status, headers: HeaderMap::new(), body: Body::Json(body) }.with("content-type", "application/json; charset=utf-8")
    }

    /// JSON with Graph's content type.
    pub(crate) fn graph(status: u16, body: Value) -> Reply {
        Reply { status, headers: HeaderMap::new(), body: Body::Json(body) }.with("content-type", GRAPH_JSON).with("odata-version", "4.0")
    }

    /// A bare value, as `$count` answers.
    pub(crate) fn text(status: u16, body: String) -> Reply {
        Reply { status, headers: HeaderMap::new(), body: Body::Text(body) }.with("content-type", "text/plain").with("odata-version", "4.0")
    }

    /// Sets a header; a value that no header can hold is left out.
    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Reply {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(HeaderName::from_static(name), value);
        }
        self
    }

    /// The body's bytes.
    pub(crate) fn bytes(&self) -> Bytes {
        match &self.body {
            Body::Empty => Bytes::new(),
            Body::Text(text) => Bytes::from(text.clone()),
            Body::Json(value) => serde_json::to_vec(&InGraphOrder(value)).map_or_else(|_| Bytes::new(), Bytes::from),
        }
    }

    pub(crate) fn into_response(self) -> Response<Full<Bytes>> {
        let mut response = Response::new(Full::new(self.bytes()));
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        *response.headers_mut() = self.headers;
        response.headers_mut().insert("cache-control", HeaderValue::from_static("no-cache"));
        response
    }
}

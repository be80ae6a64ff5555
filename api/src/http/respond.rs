//! Answers as HTTP responses.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};

use super::context::RequestId;
use super::encode;
use super::error::{ApiError, Code};
use super::execute::Outcome;
use super::negotiate::Media;

/// An execution result in the negotiated representation.
pub fn outcome(outcome: &Outcome, media: Media) -> Response {
    let status = match (outcome.request_error, outcome.code()) {
        (true, code) => status(code.unwrap_or(Code::ValidationFailed), media),
        (false, _) => StatusCode::OK,
    };
    let mut response = body(status, media, encode::response(&outcome.response, outcome.request_error));
    for (name, value) in &outcome.response.http_headers {
        response.headers_mut().append(name, value.clone());
    }
    response
}

/// A refusal in the negotiated representation. 401 carries the challenge of RFC 6750.
pub fn refusal(error: &ApiError, media: Media, request_id: &RequestId) -> Response {
    let bytes = encode::errors(&[error.to_server_error(request_id.as_str())]);
    let mut response = body(status(error.code, media), media, bytes);
    let headers = response.headers_mut();
    match error.code {
        Code::Unauthenticated => {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"causeway\", error=\"invalid_token\""));
        }
        Code::TooManyOperations | Code::Unavailable => {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
        }
        Code::MethodNotAllowed => {
            headers.insert(header::ALLOW, HeaderValue::from_static("GET, POST"));
        }
        // The rest of an unread body can't be told from the next request.
        Code::PayloadTooLarge | Code::RequestTimeout => {
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        _ => {}
    }
    response
}

fn status(code: Code, media: Media) -> StatusCode {
    if media == Media::Json && code.is_document_error() { StatusCode::OK } else { code.status() }
}

fn body(status: StatusCode, media: Media, bytes: Bytes) -> Response {
    // An event stream that never opened is answered as JSON: the client's parser looks at the status first.
    let media = if media == Media::EventStream { Media::Json } else { media };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(media.content_type())),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::VARY, HeaderValue::from_static("accept, authorization, origin")),
    ];
    (status, headers, Body::from(bytes)).into_response()
}

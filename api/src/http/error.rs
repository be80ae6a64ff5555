//! Errors that the transport itself reports, before or around execution.

use async_graphql::{ErrorExtensionValues, Pos, ServerError};
use http::StatusCode;

/// What went wrong, as clients see it in `extensions.code`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// The request isn't a GraphQL request: malformed JSON, a parameter of the wrong type, an array body.
    BadRequest,
    /// The document has a syntax error.
    ParseFailed,
    /// The document doesn't fit the schema.
    ValidationFailed,
    /// A variable is missing or has the wrong type.
    BadUserInput,
    /// `operationName` names no operation, or is missing where there are several.
    OperationResolutionFailure,
    /// Nesting, tokens, aliases, directives, depth or cost above the limit.
    TooComplex,
    /// Persisted queries aren't offered; clients then send the document.
    PersistedQueryNotSupported,
    /// No valid bearer token.
    Unauthenticated,
    /// A valid token, but no membership; or a refused WebSocket origin.
    Forbidden,
    /// No such route.
    NotFound,
    /// The method isn't allowed here, or a mutation over GET.
    MethodNotAllowed,
    /// None of the accepted media types can be produced.
    NotAcceptable,
    /// The body took too long to arrive.
    RequestTimeout,
    /// The body is larger than the limit.
    PayloadTooLarge,
    /// The body isn't `application/json` in UTF-8.
    UnsupportedMediaType,
    /// Too many operations on one connection or streams of one member.
    TooManyOperations,
    /// The operation didn't finish before the request deadline.
    Timeout,
    /// A fault of ours; details are in the log under the request id.
    Internal,
    /// A dependency or the server itself isn't available now.
    Unavailable,
}

impl Code {
    /// The value of `extensions.code`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BadRequest => "BAD_REQUEST",
            Self::ParseFailed => "GRAPHQL_PARSE_FAILED",
            Self::ValidationFailed => "GRAPHQL_VALIDATION_FAILED",
            Self::BadUserInput => "BAD_USER_INPUT",
            Self::OperationResolutionFailure => "OPERATION_RESOLUTION_FAILURE",
            Self::TooComplex => "QUERY_TOO_COMPLEX",
            Self::PersistedQueryNotSupported => "PERSISTED_QUERY_NOT_SUPPORTED",
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::Forbidden => "FORBIDDEN",
            Self::NotFound => "NOT_FOUND",
            Self::MethodNotAllowed => "METHOD_NOT_ALLOWED",
            Self::NotAcceptable => "NOT_ACCEPTABLE",
            Self::RequestTimeout => "REQUEST_TIMEOUT",
            Self::PayloadTooLarge => "PAYLOAD_TOO_LARGE",
            Self::UnsupportedMediaType => "UNSUPPORTED_MEDIA_TYPE",
            Self::TooManyOperations => "TOO_MANY_OPERATIONS",
            Self::Timeout => "TIMEOUT",
            Self::Internal => "INTERNAL",
            Self::Unavailable => "UNAVAILABLE",
        }
    }

    /// The HTTP status under `application/graphql-response+json`.
    pub fn status(self) -> StatusCode {
        match self {
            Self::BadRequest
            | Self::ParseFailed
            | Self::ValidationFailed
            | Self::BadUserInput
            | Self::OperationResolutionFailure
            | Self::TooComplex
            | Self::PersistedQueryNotSupported => StatusCode::BAD_REQUEST,
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
            Self::RequestTimeout => StatusCode::REQUEST_TIMEOUT,
            Self::PayloadTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooManyOperations => StatusCode::TOO_MANY_REQUESTS,
            Self::Timeout => StatusCode::GATEWAY_TIMEOUT,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// Whether the request itself was well formed, so that clients of plain `application/json` get 200 and read `errors`
    /// (GraphQL over HTTP, section "application/json").
    pub fn is_document_error(self) -> bool {
        matches!(self, Self::ParseFailed | Self::ValidationFailed | Self::BadUserInput | Self::OperationResolutionFailure)
    }
}

/// One refusal, with the text a client may read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ApiError {
    /// The machine-readable part.
    pub code: Code,
    /// The human-readable part: never a cause from inside.
    pub message: String,
    /// Positions in the document, for syntax errors.
    pub locations: Vec<Pos>,
}

impl ApiError {
    /// An error without positions.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), locations: Vec::new() }
    }

    /// The same as an entry of `errors`.
    pub fn to_server_error(&self, request_id: &str) -> ServerError {
        let mut extensions = ErrorExtensionValues::default();
        extensions.set("code", self.code.as_str());
        extensions.set("requestId", request_id);
        let mut error = ServerError::new(self.message.clone(), None);
        error.locations.clone_from(&self.locations);
        error.extensions = Some(extensions);
        error
    }
}

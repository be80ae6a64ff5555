//! Why a message was not accepted.

use std::error::Error;
use std::time::Duration;

use crate::address::AddressError;
use crate::resolve::NoRoute;

/// The longest explanation kept, characters.
const MAX_CHARS: usize = 300;

/// Why a message was not accepted. The text is for a person; it never holds the address's path or query, nor the answer's body.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// Refused before sending: webhooks can't have this address.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// Refused before sending: the caller's message id is not 1 to 256 visible ASCII characters without a full stop, or there is no secret.
    #[error("the message can't be sent: {0}")]
    Unsendable(&'static str),
    /// The host's name leads to an address that is not public.
    #[error("the host's name leads to an address that is not public")]
    PrivateAddress,
    /// The host's name has no address, or the name servers didn't say.
    #[error("the host's name has no address")]
    Unresolved,
    /// No connection was made, TLS included: the receiver has not seen the message.
    #[error("no connection: {0}")]
    Unreachable(String),
    /// The limit of connecting or of the attempt passed. The receiver may have seen the message.
    #[error("no answer within the time limit")]
    TimedOut,
    /// The connection broke before there was a status. The receiver may have seen the message.
    #[error("the connection broke before the answer: {0}")]
    Broken(String),
    /// Any status but 2xx; redirects are not followed.
    #[error("{}", status_text(*.status))]
    Status {
        /// The HTTP status.
        status: u16,
        /// What `Retry-After` asks for, at most an hour.
        retry_after: Option<Duration>,
    },
}

impl Failure {
    /// The HTTP status of the answer; `None` when none came.
    pub fn status(&self) -> Option<u16> {
        match self {
            Failure::Status { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// One word for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Failure::Address(_) => "ADDRESS_REFUSED",
            Failure::Unsendable(_) => "UNSENDABLE",
            Failure::PrivateAddress => "PRIVATE_ADDRESS",
            Failure::Unresolved => "UNRESOLVED",
            Failure::Unreachable(_) => "UNREACHABLE",
            Failure::TimedOut => "TIMED_OUT",
            Failure::Broken(_) => "BROKEN",
            Failure::Status { .. } => "STATUS",
        }
    }

    /// Whether the receiver wants no more messages at all: status 410 (Standard Webhooks: disable the endpoint).
    pub fn gone(&self) -> bool {
        matches!(self, Failure::Status { status: 410, .. })
    }

    /// What kept the HTTP client from a status.
    pub(crate) fn of(error: &reqwest::Error) -> Self {
        match causes(error).find_map(|cause| cause.downcast_ref()) {
            Some(NoRoute::Private) => Failure::PrivateAddress,
            Some(NoRoute::Unresolved) => Failure::Unresolved,
            None if error.is_timeout() => Failure::TimedOut,
            None if error.is_connect() => Failure::Unreachable(explain(error)),
            None if error.is_builder() => Failure::Address(AddressError::Malformed),
            None => Failure::Broken(explain(error)),
        }
    }
}

fn status_text(status: u16) -> String {
    match status {
        300..=399 => format!("answered with a redirect (status {status}), which is not followed"),
        410 => "answered that it is gone (status 410)".to_owned(),
        _ => format!("answered with status {status}"),
    }
}

/// The causes in one line. What others wrote (a certificate's names) may be in it, so it is bounded and has no control characters.
pub(crate) fn explain(error: &reqwest::Error) -> String {
    let words: Vec<String> = causes(error).map(ToString::to_string).collect();
    words.join(": ").chars().map(|c| if c.is_control() { ' ' } else { c }).take(MAX_CHARS).collect()
}

/// Without the error itself, which says that sending failed, and to which URL.
fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    std::iter::successors(error.source(), |&cause| cause.source())
}

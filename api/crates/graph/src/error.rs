//! What can go wrong between us and Graph, as few classes as a caller must tell apart.

use std::fmt;
use std::time::Duration;

use uuid::Uuid;

/// What is known about a failed exchange. Texts come from outside: clipped, without control characters, scrubbed of our credentials.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Info {
    /// HTTP status; `None` when no answer came.
    pub status: Option<u16>,
    /// Graph's `error.code`, or `AADSTS...` from the token endpoint.
    pub code: Option<String>,
    /// Graph's own text, or ours where there is none.
    pub message: Option<String>,
    /// Graph's `request-id`: what Microsoft's support asks for.
    pub request_id: Option<String>,
    /// Our `client-request-id`.
    pub client_request_id: Uuid,
}

impl fmt::Display for Info {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.status {
            Some(status) => write!(f, "status {status}")?,
            None => f.write_str("no answer")?,
        }
        if let Some(code) = &self.code {
            write!(f, " {code}")?;
        }
        if let Some(message) = &self.message {
            write!(f, ": {message}")?;
        }
        match &self.request_id {
            Some(request_id) => write!(f, " (request-id {request_id})"),
            None => Ok(()),
        }
    }
}

/// A call that did not succeed. For a write, every class except [`GraphError::Ambiguous`] means that it had no effect.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GraphError {
    /// 429 until the deadline.
    #[error("throttled: {info}")]
    Throttled {
        /// What the last answer asked for.
        retry_after: Option<Duration>,
        /// Details.
        info: Info,
    },
    /// The service was not reached, or failed, in a way that may pass.
    #[error("temporarily failing: {info}")]
    Transient {
        /// Details.
        info: Info,
    },
    /// The credential was refused: wrong or expired.
    #[error("not signed in: {info}")]
    Unauthorized {
        /// Details.
        info: Info,
    },
    /// The application is not, or no longer, consented to in the tenant.
    #[error("the application has no consent in the tenant: {info}")]
    ConsentRevoked {
        /// Details.
        info: Info,
    },
    /// Signed in, without the permission (or licence) needed.
    #[error("forbidden: {info}")]
    Forbidden {
        /// Details.
        info: Info,
    },
    /// Understood and refused; Graph's code and message are in the details.
    #[error("rejected: {info}")]
    Rejected {
        /// Details.
        info: Info,
    },
    /// No such object.
    #[error("not found: {info}")]
    NotFound {
        /// Details.
        info: Info,
    },
    /// A write was sent and no definite answer came: it may or may not have happened. Read before doing anything else.
    #[error("outcome unknown: {info}")]
    Ambiguous {
        /// Details.
        info: Info,
    },
    /// The call's time was over before the request was sent (or, for a read, answered).
    #[error("the deadline passed")]
    Deadline,
    /// The answer breaks the protocol: a page on another host, too large, not JSON, for another tenant.
    #[error("untrustworthy answer, {reason}: {info}")]
    Protocol {
        /// What is wrong with it.
        reason: String,
        /// Details.
        info: Info,
    },
    /// Our own configuration can't work.
    #[error("configuration: {reason}")]
    Config {
        /// What to correct.
        reason: String,
    },
}

impl GraphError {
    /// The same call may succeed later without anybody doing anything.
    pub fn retryable(&self) -> bool {
        matches!(self, GraphError::Throttled { .. } | GraphError::Transient { .. } | GraphError::Deadline)
    }

    /// A write may have taken effect although it failed.
    pub fn outcome_unknown(&self) -> bool {
        matches!(self, GraphError::Ambiguous { .. })
    }

    /// How long Graph asked us to wait.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            GraphError::Throttled { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// The details, where the class has them.
    pub fn info(&self) -> Option<&Info> {
        match self {
            GraphError::Throttled { info, .. }
            | GraphError::Transient { info }
            | GraphError::Unauthorized { info }
            | GraphError::ConsentRevoked { info }
            | GraphError::Forbidden { info }
            | GraphError::Rejected { info }
            | GraphError::NotFound { info }
            | GraphError::Ambiguous { info }
            | GraphError::Protocol { info, .. } => Some(info),
            GraphError::Deadline | GraphError::Config { .. } => None,
        }
    }

    /// Passes the texts that came from outside through `scrub`, which takes our secrets out (security-checklist D23).
    pub(crate) fn scrubbed(mut self, scrub: impl Fn(&str) -> String) -> Self {
        if let Some(info) = self.info_mut() {
            for text in [&mut info.message, &mut info.code, &mut info.request_id].into_iter().flatten() {
                *text = scrub(text);
            }
        }
        self
    }

    fn info_mut(&mut self) -> Option<&mut Info> {
        match self {
            GraphError::Throttled { info, .. }
            | GraphError::Transient { info }
            | GraphError::Unauthorized { info }
            | GraphError::ConsentRevoked { info }
            | GraphError::Forbidden { info }
            | GraphError::Rejected { info }
            | GraphError::NotFound { info }
            | GraphError::Ambiguous { info }
            | GraphError::Protocol { info, .. } => Some(info),
            GraphError::Deadline | GraphError::Config { .. } => None,
        }
    }

    pub(crate) fn protocol(reason: impl Into<String>, info: Info) -> Self {
        GraphError::Protocol { reason: reason.into(), info }
    }

    pub(crate) fn config(reason: impl Into<String>) -> Self {
        GraphError::Config { reason: reason.into() }
    }
}

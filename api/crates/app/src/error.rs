//! What a use case can answer instead of a result. Expected refusals carry data a client acts on; faults carry none of our internals.

use domain::access::Operation;
use domain::change::refusal::Refusal;
use domain::membership::MembershipRefusal;
use domain::rollout::RolloutRefusal;
use domain::workspace::Role;

/// A use case's refusal or fault.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// Not there, in another workspace, or outside the caller's tenants: the three are never told apart.
    #[error("not found")]
    NotFound,
    /// The caller's role does not allow the operation.
    #[error("{role} may not {operation}")]
    Forbidden {
        /// What was asked for.
        operation: Operation,
        /// The caller's role.
        role: Role,
    },
    /// The credential is good, but belongs to no member.
    #[error("the token is valid, but its subject is not a member of any workspace")]
    NotAMember,
    /// The input breaks a rule.
    #[error("{message}")]
    Invalid {
        /// Path in the input, outermost first.
        path: Vec<String>,
        /// What is wrong and what would be right.
        message: String,
    },
    /// A rule of the change request refused the step.
    #[error("{0}")]
    Refused(#[from] Refusal),
    /// A rule of the rollout refused the command.
    #[error("{0}")]
    Rollout(#[from] RolloutRefusal),
    /// Somebody can't be added, changed or removed.
    #[error("{0}")]
    Membership(#[from] MembershipRefusal),
    /// The object moved on since the caller read it.
    #[error("expected revision {expected}, it is at {current} now: read it again")]
    StaleRevision {
        /// What the caller sent.
        expected: i64,
        /// What it is.
        current: i64,
    },
    /// Somebody else wrote the object between our read and our write.
    #[error("somebody else changed this at the same moment: read it again")]
    Concurrent,
    /// The idempotency key was used before for another operation or other input.
    #[error("this idempotency key was used for another request: use a new key for a new request")]
    IdempotencyMismatch,
    /// The tenant is connected in this workspace already.
    #[error("this Entra tenant is connected already")]
    AlreadyConnected,
    /// Entra or Graph refused the connection; the message says what to mend.
    #[error("{message}")]
    ConnectionRefused {
        /// For a person, without secrets.
        message: String,
    },
    /// A cursor that this server did not make, or made for another list.
    #[error("the cursor is not one of this list's")]
    BadCursor,
    /// The database cannot be reached or is too slow; trying again later can help.
    #[error("the service is busy or its database can't be reached: try again")]
    Unavailable(#[source] store::StoreError),
    /// A defect of ours or of the data; the cause is logged, never sent.
    #[error("internal error")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl AppError {
    /// An [`AppError::Invalid`] at one input field.
    pub fn invalid(path: &[&str], message: impl Into<String>) -> Self {
        AppError::Invalid { path: path.iter().map(|part| (*part).to_owned()).collect(), message: message.into() }
    }

    /// Whether it is an answer to the caller rather than a fault of ours.
    pub fn expected(&self) -> bool {
        !matches!(self, AppError::Unavailable(_) | AppError::Internal(_))
    }

    /// The stable code that clients switch on.
    pub fn code(&self) -> &'static str {
        match self {
            AppError::NotFound => "NOT_FOUND",
            AppError::Forbidden { .. } | AppError::NotAMember => "FORBIDDEN",
            AppError::Invalid { .. } => "INVALID_INPUT",
            AppError::Refused(refusal) => refusal.code(),
            // A change's own code for this carries the change's status.
            AppError::Rollout(RolloutRefusal::IllegalTransition { .. }) => "ROLLOUT_NOT_READY",
            AppError::Rollout(refusal) => refusal.code(),
            AppError::Membership(refusal) => refusal.code(),
            AppError::StaleRevision { .. } | AppError::Concurrent => "STALE_REVISION",
            AppError::IdempotencyMismatch => "IDEMPOTENCY_MISMATCH",
            AppError::AlreadyConnected => "ALREADY_CONNECTED",
            AppError::ConnectionRefused { .. } => "CONNECTION_REFUSED",
            AppError::BadCursor => "BAD_CURSOR",
            AppError::Unavailable(_) => "UNAVAILABLE",
            AppError::Internal(_) => "INTERNAL",
        }
    }
}

/// What use cases return.
pub type AppResult<T> = Result<T, AppError>;

impl From<store::StoreError> for AppError {
    fn from(error: store::StoreError) -> Self {
        use store::StoreError::{BadCursor, Conflict};
        match error {
            BadCursor => AppError::BadCursor,
            Conflict => AppError::Concurrent,
            error if error.retryable() => AppError::Unavailable(error),
            error => AppError::Internal(Box::new(error)),
        }
    }
}

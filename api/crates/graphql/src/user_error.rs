//! Expected refusals as data: what a mutation answers instead of its noun.

use app::error::AppError;
use async_graphql::{Error, Interface, SimpleObject};
use domain::change::refusal::Refusal;
use domain::membership::MembershipRefusal;

use crate::enums::{ChangeStatus, ChangeTransition};
use crate::error_code::ErrorCode;
use crate::fault::{broken, fault};
use crate::ids::IdError;
use crate::scalars::DateTime;
use crate::types::change::ChangeRequest;
use crate::types::three_way::ThreeWayField;
use crate::types::warning::Warning;

/// An expected refusal. `message` is for people; `code` and the concrete type are for programs. Expect new concrete types.
#[derive(Interface)]
#[graphql(
    field(name = "code", ty = "&ErrorCode", desc = "What went wrong, for a program."),
    field(name = "message", ty = "&String", desc = "What went wrong and what to do, for a person."),
    field(name = "path", ty = "&Option<Vec<String>>", desc = "Where in the arguments it went wrong, outermost first.")
)]
pub enum UserError {
    /// The input breaks a rule.
    Validation(ValidationError),
    /// What it is about is not there.
    NotFound(NotFoundError),
    /// The role does not allow it.
    Forbidden(ForbiddenError),
    /// The object moved on.
    StaleRevision(StaleRevisionError),
    /// What was reviewed moved on.
    StaleReview(StaleReviewError),
    /// The dry-run is too old.
    StaleDryRun(StaleDryRunError),
    /// The status does not allow it.
    IllegalTransition(IllegalTransitionError),
    /// A critical warning blocks it.
    BlockedByWarning(BlockedByWarningError),
    /// Somebody edited since what a rollback would restore.
    ThreeWayConflict(ThreeWayConflictError),
    /// Something else is in the way.
    Conflict(ConflictError),
    /// Another rule.
    Other(OtherError),
}

macro_rules! user_errors {
    ($($(#[$meta:meta])* $name:ident { $($(#[$fmeta:meta])* $field:ident: $ty:ty),* $(,)? })+) => {$(
        $(#[$meta])*
        #[derive(SimpleObject)]
        pub struct $name {
            /// What went wrong, for a program.
            code: ErrorCode,
            /// What went wrong and what to do, for a person.
            message: String,
            /// Where in the arguments it went wrong, outermost first.
            path: Option<Vec<String>>,
            $($(#[$fmeta])* $field: $ty,)*
        }
    )+};
}

user_errors! {
    /// The input breaks a rule.
    ValidationError {}

    /// What the input names is not there, belongs to another workspace, or is outside the caller's tenants: the three look alike.
    NotFoundError {}

    /// The caller's role does not allow it.
    ForbiddenError {}

    /// The object moved on since the caller read it: read it again, and decide again.
    StaleRevisionError {
        /// Its revision now; `null` when it changed at the very moment.
        current_revision: Option<i64>,
    }

    /// What was reviewed is not what stands now.
    StaleReviewError {
        /// The digest of what stands now; `null` when there is no dry-run.
        current_digest: Option<String>,
    }

    /// The dry-run is too old to be acted on.
    StaleDryRunError {
        /// When it expired.
        expired_at: DateTime,
    }

    /// The change's status does not allow the step; nothing was changed.
    IllegalTransitionError {
        /// The status it has.
        from: ChangeStatus,
        /// What was asked for.
        event: ChangeTransition,
        /// What would be allowed, whoever asks.
        allowed: Vec<ChangeTransition>,
    }

    /// A critical warning blocks the step.
    BlockedByWarningError {
        /// The critical warnings, at most one per warning code and field.
        warnings: Vec<Warning>,
    }

    /// Fields that the change touched were edited since: a rollback would undo that edit too. Nothing was made.
    ThreeWayConflictError {
        /// Those fields with their three values, in document order; at most one for each field of the document.
        fields: Vec<ThreeWayField>,
    }

    /// Something that exists already is in the way.
    ConflictError {
        /// The change that is in the way, where it is one.
        change: Option<ChangeRequest>,
    }

    /// Another rule refused it; `code` says which.
    OtherError {}
}

/// Why a mutation did not do what was asked.
pub enum Refused {
    /// An answer to the caller.
    User(UserError),
    /// A fault of ours.
    Fault(Error),
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Refused::Fault(error)
    }
}

impl From<AppError> for Refused {
    fn from(error: AppError) -> Self {
        let message = error.to_string();
        match error {
            AppError::Invalid { path, .. } => invalid(path, message),
            AppError::NotFound => not_found(&[]),
            AppError::Forbidden { .. } | AppError::NotAMember => {
                user(UserError::Forbidden(ForbiddenError { code: ErrorCode::Forbidden, message, path: None }))
            }
            AppError::StaleRevision { current, .. } => stale(message, Some(current)),
            AppError::Concurrent => stale(message, None),
            AppError::IdempotencyMismatch => conflict(ErrorCode::IdempotencyMismatch, message, None),
            AppError::AlreadyConnected => conflict(ErrorCode::AlreadyConnected, message, None),
            AppError::ConnectionRefused { .. } => {
                user(UserError::Other(OtherError { code: ErrorCode::ConnectionRefused, message, path: None }))
            }
            AppError::Membership(refusal) => membership(&refusal, message),
            AppError::Refused(refusal) => refused(refusal, message),
            error @ AppError::Rollout(_) => plain(error.code(), message),
            error @ (AppError::BadCursor | AppError::Unavailable(_) | AppError::Internal(_)) => Refused::Fault(fault(error)),
        }
    }
}

fn membership(refusal: &MembershipRefusal, message: String) -> Refused {
    let other = |code| user(UserError::Other(OtherError { code, message: message.clone(), path: None }));
    match refusal {
        MembershipRefusal::AlreadyMember => conflict(ErrorCode::AlreadyMember, message, None),
        MembershipRefusal::LastOwner => other(ErrorCode::LastOwner),
        MembershipRefusal::TooFewApprovers { .. } => other(ErrorCode::TooFewApprovers),
        MembershipRefusal::Full => other(ErrorCode::TooManyMembers),
    }
}

fn refused(refusal: Refusal, message: String) -> Refused {
    let code = refusal.code();
    let path = None;
    match refusal {
        Refusal::IllegalTransition { from, event, allowed } => user(UserError::IllegalTransition(IllegalTransitionError {
            code: ErrorCode::IllegalTransition,
            message,
            path,
            from: from.into(),
            event: event.into(),
            allowed: allowed.into_iter().map(ChangeTransition::from).collect(),
        })),
        Refusal::DryRunExpired { expired_at } | Refusal::DryRunEndsBefore { expires_at: expired_at } => {
            user(UserError::StaleDryRun(StaleDryRunError { code: ErrorCode::DryRunExpired, message, path, expired_at: expired_at.into() }))
        }
        Refusal::BlockedByWarning(warnings) => user(UserError::BlockedByWarning(BlockedByWarningError {
            code: ErrorCode::CriticalWarning,
            message,
            path,
            warnings: warnings.iter().map(Warning::from).collect(),
        })),
        Refusal::StaleReview { current } => user(UserError::StaleReview(StaleReviewError {
            code: ErrorCode::StaleReview,
            message,
            path,
            current_digest: Some(current).filter(|digest| !digest.is_empty()),
        })),
        Refusal::RollbackConflict(fields) => user(UserError::ThreeWayConflict(ThreeWayConflictError {
            code: ErrorCode::RollbackConflict,
            message,
            path,
            fields: fields.iter().map(ThreeWayField::from).collect(),
        })),
        Refusal::RollbackExists(change) => conflict(ErrorCode::RollbackExists, message, Some(ChangeRequest::named(change))),
        _ => plain(code, message),
    }
}

/// A refusal that says all it has to say with its code.
fn plain(code: &'static str, message: String) -> Refused {
    match ErrorCode::read(code).filter(|code| ErrorCode::PLAIN.contains(code)) {
        Some(code) => user(UserError::Other(OtherError { code, message, path: None })),
        None => Refused::Fault(broken("a refusal has a code that the API does not know")),
    }
}

fn user(error: UserError) -> Refused {
    Refused::User(error)
}

fn stale(message: String, current_revision: Option<i64>) -> Refused {
    user(UserError::StaleRevision(StaleRevisionError { code: ErrorCode::StaleRevision, message, path: None, current_revision }))
}

fn conflict(code: ErrorCode, message: String, change: Option<ChangeRequest>) -> Refused {
    user(UserError::Conflict(ConflictError { code, message, path: None, change }))
}

/// A rule of the input that this layer checks itself.
pub fn invalid(path: Vec<String>, message: impl Into<String>) -> Refused {
    user(UserError::Validation(ValidationError { code: ErrorCode::InvalidInput, message: message.into(), path: Some(path) }))
}

/// Nothing is there, as far as the caller may know.
pub fn not_found(path: &[&str]) -> Refused {
    let path = (!path.is_empty()).then(|| path.iter().map(|part| (*part).to_owned()).collect());
    user(UserError::NotFound(NotFoundError { code: ErrorCode::NotFound, message: "not found".to_owned(), path }))
}

/// An id in the input that names nothing, or something else.
pub fn bad_id(error: IdError, field: &str) -> Refused {
    match error {
        IdError::Unknown => not_found(&["input", field]),
        IdError::Malformed => invalid(vec!["input".to_owned(), field.to_owned()], "not an id of this API"),
        IdError::WrongKind => invalid(vec!["input".to_owned(), field.to_owned()], "an id of another kind of object"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(error: impl Into<Refused>) -> Option<ErrorCode> {
        match error.into() {
            Refused::Fault(_) => None,
            Refused::User(error) => Some(match error {
                UserError::Validation(error) => error.code,
                UserError::NotFound(error) => error.code,
                UserError::Forbidden(error) => error.code,
                UserError::StaleRevision(error) => error.code,
                UserError::StaleReview(error) => error.code,
                UserError::StaleDryRun(error) => error.code,
                UserError::IllegalTransition(error) => error.code,
                UserError::BlockedByWarning(error) => error.code,
                UserError::ThreeWayConflict(error) => error.code,
                UserError::Conflict(error) => error.code,
                UserError::Other(error) => error.code,
            }),
        }
    }

    #[test]
    fn refusals_keep_the_code_that_the_use_case_gave_them() {
        use domain::change::status::ChangeStatus;
        use domain::change::transition::ChangeEventKind;
        let refusals = [
            Refusal::IllegalTransition { from: ChangeStatus::Draft, event: ChangeEventKind::Apply, allowed: vec![] },
            Refusal::DryRunRequired,
            Refusal::DryRunExpired { expired_at: chrono::DateTime::UNIX_EPOCH },
            Refusal::BlockedByWarning(vec![]),
            Refusal::NotApproved,
            Refusal::CannotSelfApprove,
            Refusal::StaleReview { current: "d".to_owned() },
            Refusal::ApprovalExpired,
            Refusal::ApprovalNotNeeded,
            Refusal::TenantDisconnected,
            Refusal::TenantNotImported,
            Refusal::RolloutOwnsPolicy,
            Refusal::ApproverNotEntitled,
            Refusal::Frozen("w".to_owned()),
            Refusal::AlreadyApproved,
            Refusal::NotEditable("w"),
            Refusal::NotWaivable { code: domain::change::warning::WarningCode::NoOp, why: "w" },
            Refusal::NotALoosening,
            Refusal::ReviewNotOpen,
            Refusal::OutcomeUnknown,
            Refusal::ResolutionNotPossible("w".to_owned()),
            Refusal::WriteStarted,
            Refusal::RollbackNotPossible("w".to_owned()),
            Refusal::RollbackConflict(vec![]),
            Refusal::RollbackExists(domain::id::ChangeId(uuid::Uuid::nil())),
            Refusal::ScheduleExists,
            Refusal::ScheduleNotArmed { state: domain::schedule::ScheduleState::Fired },
            Refusal::DryRunEndsBefore { expires_at: chrono::DateTime::UNIX_EPOCH },
            Refusal::ApprovalEndsBefore { expires_at: chrono::DateTime::UNIX_EPOCH },
            Refusal::SnapshotStale,
            Refusal::PartOfBulk(domain::id::BulkChangeId(uuid::Uuid::nil())),
            Refusal::BulkNotReady { status: domain::bulk::BulkStatus::Draft, why: "w" },
            Refusal::BulkRolloutNotReady { status: domain::bulk_rollout::BulkRolloutStatus::Planning, why: "w" },
            Refusal::BulkItemNotReady { state: domain::bulk::BulkItemState::Pending, why: "w" },
            Refusal::PartOfRollout(domain::id::RolloutId(uuid::Uuid::nil())),
            Refusal::RolloutNotReady("w".to_owned()),
            Refusal::RolloutExists(domain::id::RolloutId(uuid::Uuid::nil())),
            Refusal::RolloutNotEligible("w".to_owned()),
        ];
        for refusal in refusals {
            let expected = ErrorCode::read(refusal.code());
            assert!(expected.is_some(), "the API has no code {}", refusal.code());
            assert_eq!(code(AppError::Refused(refusal)), expected);
        }
    }

    #[test]
    fn refusals_of_use_cases_are_data_and_faults_are_not() {
        let errors = [
            AppError::NotFound,
            AppError::NotAMember,
            AppError::invalid(&["input", "note"], "too long"),
            AppError::StaleRevision { expected: 1, current: 2 },
            AppError::Concurrent,
            AppError::IdempotencyMismatch,
            AppError::AlreadyConnected,
            AppError::Membership(MembershipRefusal::LastOwner),
            AppError::Membership(MembershipRefusal::TooFewApprovers { left: 1, needed: 2 }),
            AppError::Membership(MembershipRefusal::AlreadyMember),
            AppError::Membership(MembershipRefusal::Full),
            AppError::ConnectionRefused { message: "no".to_owned() },
        ];
        for error in errors {
            let expected = ErrorCode::read(error.code());
            assert!(expected.is_some(), "the API has no code {}", error.code());
            assert_eq!(code(error), expected);
        }
        assert_eq!(code(AppError::Internal("secret".into())), None);
    }
}

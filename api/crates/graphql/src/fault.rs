//! Faults: what ends a field with an error instead of an answer.
//!
//! Every error carries `extensions.code`. The text of an internal cause never leaves the server: it goes to the log, once, here.

use app::error::AppError;
use async_graphql::{Error, ErrorExtensions};

/// A nullable field that may fail: `null` for what is not there, `null` and an error for a fault.
///
/// Not `Result<Option<T>>`: async-graphql 8.0.0-rc.5 lets the error of that one null the parent as if the field were non-null.
pub type Nullable<T> = Option<async_graphql::Result<T>>;

/// What bad arguments and cursors are called.
pub const BAD_USER_INPUT: &str = "BAD_USER_INPUT";

/// An error with a code.
pub fn coded(code: &'static str, message: impl Into<String>) -> Error {
    Error::new(message).extend_with(|_, extensions| extensions.set("code", code))
}

/// The caller sent an argument that breaks a rule.
pub fn bad_input(message: impl Into<String>) -> Error {
    coded(BAD_USER_INPUT, message)
}

/// A use case's error as a top-level error.
pub fn fault(error: AppError) -> Error {
    let code = match &error {
        AppError::Invalid { .. } | AppError::BadCursor => BAD_USER_INPUT,
        AppError::Internal(cause) => {
            tracing::error!(cause = causes(cause.as_ref()), "a use case failed");
            error.code()
        }
        AppError::Unavailable(cause) => {
            tracing::warn!(cause = causes(cause), "a use case could not reach the database");
            error.code()
        }
        _ => error.code(),
    };
    coded(code, error.to_string())
}

/// A fault of our own making: an invariant that does not hold.
pub fn broken(what: &'static str) -> Error {
    tracing::error!(what, "an invariant of the API does not hold");
    coded("INTERNAL", "internal error")
}

/// `null` for what is not there or not visible, a fault for anything else.
pub fn found<T>(result: Result<T, AppError>) -> Nullable<T> {
    match result {
        Ok(value) => Some(Ok(value)),
        Err(AppError::NotFound) => None,
        Err(error) => Some(Err(fault(error))),
    }
}

fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(error: &Error) -> Option<&async_graphql::Value> {
        error.extensions.as_ref().and_then(|extensions| extensions.get("code"))
    }

    #[test]
    fn internal_causes_stay_inside() {
        let error = fault(AppError::Internal("password=hunter2".into()));
        assert_eq!(code(&error), Some(&async_graphql::Value::from("INTERNAL")));
        assert!(!error.message.contains("hunter2"));
        assert_eq!(error.message, "internal error");
    }

    #[test]
    fn the_callers_mistakes_are_bad_user_input() {
        for error in [AppError::BadCursor, AppError::invalid(&["first"], "too many")] {
            assert_eq!(code(&fault(error)), Some(&async_graphql::Value::from("BAD_USER_INPUT")));
        }
        assert!(found::<()>(Err(AppError::NotFound)).is_none());
    }
}

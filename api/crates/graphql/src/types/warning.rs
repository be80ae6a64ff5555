//! Warnings of a dry-run.

use async_graphql::SimpleObject;

use crate::enums::{Severity, WarningCode};

/// What a dry-run warns of.
#[derive(SimpleObject, Clone)]
pub struct Warning {
    /// Which warning it is; what a program acts on.
    code: WarningCode,
    /// How much it weighs.
    severity: Severity,
    /// One sentence for a person: what, and what to do.
    message: String,
    /// The field it concerns, in Graph's own names.
    path: Option<String>,
    /// Whether an owner waived it with a reason, so that it does not block.
    waived: bool,
}

impl From<&domain::change::warning::Warning> for Warning {
    fn from(warning: &domain::change::warning::Warning) -> Self {
        Warning {
            code: warning.code.into(),
            severity: warning.severity.into(),
            message: warning.message.clone(),
            path: warning.path.clone(),
            waived: warning.waived,
        }
    }
}

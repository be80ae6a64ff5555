//! Warnings of a dry-run.

use async_graphql::SimpleObject;
use domain::change::warning;

use crate::enums::{Severity, WarningCode};
use crate::types::oversight::Waiver;

/// What a dry-run warns of.
#[derive(SimpleObject)]
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
    /// Whether an owner may waive it: not where the write could not be made at all, or could not be told from another one.
    waivable: bool,
    /// Who waived it, when and why; `null` unless it is waived, and where a refusal names it.
    waiver: Option<Waiver>,
}

impl Warning {
    /// A warning of a dry-run, with its waiver where its change has one.
    pub fn of(warning: &warning::Warning, waivers: &[warning::Waiver]) -> Self {
        let waiver = waivers.iter().find(|waiver| warning.waived && waiver.code == warning.code).cloned().map(Waiver);
        Warning { waiver, ..Warning::from(warning) }
    }
}

impl From<&warning::Warning> for Warning {
    fn from(warning: &warning::Warning) -> Self {
        Warning {
            code: warning.code.into(),
            severity: warning.severity.into(),
            message: warning.message.clone(),
            path: warning.path.clone(),
            waived: warning.waived,
            waivable: warning.severity == warning::Severity::Critical && warning.code.waivable(),
            waiver: None,
        }
    }
}

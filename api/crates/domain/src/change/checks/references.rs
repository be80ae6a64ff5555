//! References by name, and ids that were looked up.

use super::Checked;
use super::found::Found;
use crate::change::dry_run::ResolvedReference;
use crate::change::warning::{Severity, WarningCode};
use crate::change::wording::{listed, shown};

/// How much of a message may be names.
const NAMES_CHARS: usize = 200;

/// A reference that is not exactly one object stops the change: an exclusion is never dropped silently.
pub(super) fn check(checked: &Checked<'_>, found: &mut Found) {
    let references = &checked.outcome.references;
    for reference in references {
        let (code, says) = match reference.candidates.len() {
            1 => continue,
            0 => (WarningCode::ReferenceUnresolved, "nothing in the tenant goes by"),
            _ => (WarningCode::ReferenceAmbiguous, "more than one object of the tenant goes by"),
        };
        let same = |other: &&ResolvedReference| {
            other.path == reference.path && other.candidates.len() != 1 && other.candidates.is_empty() == reference.candidates.is_empty()
        };
        let given: Vec<String> = references.iter().filter(same).map(|reference| shown(&reference.given)).collect();
        let message =
            format!("{says} {}: use the id of an object that is there, or create or rename it first", listed(&given, NAMES_CHARS));
        found.add(code, Severity::Critical, Some(&reference.path), message);
    }
}

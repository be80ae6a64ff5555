//! A change in one sentence.

use crate::change::dry_run::FieldDiff;
use crate::change::patch::Outcome;
use crate::change::plan::PlanInput;

/// The sentence.
pub(super) fn sentence(_input: &PlanInput<'_>, _outcome: &Outcome, diff: &[FieldDiff], changed: bool) -> String {
    if changed { format!("Changes {} fields", diff.len()) } else { "Nothing changes".to_owned() }
}

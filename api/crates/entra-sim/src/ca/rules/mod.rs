//! The rules a well-formed policy must keep, in the order in which they are reported.

mod combinations;
mod controls;
mod licence;
mod references;

use serde_json::Value;

use super::schema::Verb;
use super::{CaError, DirectoryView};

/// Checks a normalised policy. `stored` is the policy before a PATCH: what it refers to already is not looked up again.
pub(super) fn check(draft: &Value, dir: &dyn DirectoryView, stored: Option<&Value>, verb: Verb) -> Result<(), CaError> {
    if draft["displayName"].as_str().is_none_or(|name| name.trim().is_empty()) {
        return Err(CaError::policy_schema(verb));
    }
    combinations::check_values(draft, verb)?;
    licence::check(draft, dir, stored)?;
    references::check(draft, dir, stored)?;
    combinations::check(draft)?;
    controls::check(draft)
}

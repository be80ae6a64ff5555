//! Whom the policy is for.

use super::found::Found;
use super::{Checked, lists, scope};
use crate::change::kind::ChangeKind;
use crate::change::warning::{Severity, WarningCode};

/// From one more than this, users excluded by one change are said (source document: "more than 10").
const MANY_EXCLUSIONS: usize = 10;

const USERS: Option<&str> = Some("conditions.users");
const INCLUDED: [&str; 3] = ["conditions", "users", "includeUsers"];
const EXCLUDED: [&str; 3] = ["conditions", "users", "excludeUsers"];

pub(super) fn check(checked: &Checked<'_>, found: &mut Found) {
    if !checked.stays() {
        return;
    }
    nobody(checked, found);
    // A restore brings back what was excluded before.
    if checked.kind() != ChangeKind::PolicyRestore {
        exclusions(checked, found);
    }
    if checked.edits() && lists(checked.desired(), &INCLUDED, "All") && !lists(checked.base(), &INCLUDED, "All") {
        let message = "the policy becomes one for all users: make sure that this is meant, and that somebody stays excluded";
        found.add(WarningCode::ScopeWidenedToAll, Severity::Warning, Some("conditions.users.includeUsers"), message);
    }
}

/// Nobody is in scope who is not also out of it by the same entry.
fn nobody(checked: &Checked<'_>, found: &mut Found) {
    let touched = checked.touches(&["conditions", "users"]) || checked.touches(&["conditions", "clientApplications"]);
    if !touched || scope::includes_anybody(checked.desired()) {
        return;
    }
    if checked.critical_policy() {
        let message = "this leaves nobody in the scope of a policy that is marked Critical: keep somebody included";
        found.add(WarningCode::CriticalAssignmentEmpty, Severity::Critical, USERS, message);
    } else {
        let message = "the policy would be for nobody and never apply: include somebody, or disable it";
        found.add(WarningCode::IncludesNothing, Severity::Critical, USERS, message);
    }
}

fn exclusions(checked: &Checked<'_>, found: &mut Found) {
    let count = checked.gained(&EXCLUDED).len();
    if count > MANY_EXCLUSIONS {
        let message =
            format!("{count} users are excluded by this one change: exclude a group instead, so that the exception can be reviewed");
        found.add(WarningCode::LargeExcludeAdd, Severity::Warning, Some("conditions.users.excludeUsers"), message);
    }
}

//! Locations: the condition that both widens and exempts.

use super::found::Found;
use super::{Checked, has, lists};
use crate::change::warning::{Severity, WarningCode};
use crate::document::Canonical;

const INCLUDED: [&str; 3] = ["conditions", "locations", "includeLocations"];
const EXCLUDED: [&str; 3] = ["conditions", "locations", "excludeLocations"];

pub(super) fn check(checked: &Checked<'_>, found: &mut Found) {
    if !checked.stays() || !checked.touches(&["conditions", "locations"]) {
        return;
    }
    if has(checked.desired(), &EXCLUDED) && !has(checked.desired(), &INCLUDED) {
        let message = "locations are excluded and none included: include locations as well, such as All";
        found.add(WarningCode::ExcludeWithoutInclude, Severity::Warning, Some("conditions.locations.excludeLocations"), message);
    }
    if checked.edits() && !everywhere(checked.base()) && everywhere(checked.desired()) {
        let message = "the policy becomes one for all locations: make sure that this is meant";
        found.add(WarningCode::ScopeWidenedToAll, Severity::Warning, Some("conditions.locations.includeLocations"), message);
    }
}

/// A condition that is not configured matches any sign-in (ca-semantics.md section 2).
fn everywhere(policy: &Canonical) -> bool {
    !has(policy, &INCLUDED) || lists(policy, &INCLUDED, "All")
}

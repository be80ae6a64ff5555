//! What the policy is about.

use super::found::Found;
use super::{Checked, has, lists};
use crate::change::warning::{Severity, WarningCode};
use crate::document::Canonical;

const INCLUDED: [&str; 3] = ["conditions", "applications", "includeApplications"];
const EXCLUDED: [&str; 3] = ["conditions", "applications", "excludeApplications"];
const ADMIN_PORTALS: &str = "MicrosoftAdminPortals";

pub(super) fn check(checked: &Checked<'_>, found: &mut Found) {
    if !checked.stays() || !checked.touches(&["conditions", "applications"]) {
        return;
    }
    if includes_nothing(checked.desired()) {
        let message = "the policy would be about no application, action or context and never apply: include one, or disable it";
        found.add(WarningCode::IncludesNothing, Severity::Critical, Some("conditions.applications"), message);
    }
    if !checked.edits() {
        return;
    }
    if covers_admin_portals(checked.base()) && !covers_admin_portals(checked.desired()) {
        let message = "the Microsoft admin portals leave the policy's scope, so administrators could bypass it there: keep them included";
        found.add(WarningCode::AppRemoveAdminPortals, Severity::Critical, Some("conditions.applications.includeApplications"), message);
    }
    if lists(checked.desired(), &INCLUDED, "All") && !lists(checked.base(), &INCLUDED, "All") {
        let message = "the policy becomes one for all resources: make sure that this is meant";
        found.add(WarningCode::ScopeWidenedToAll, Severity::Warning, Some("conditions.applications.includeApplications"), message);
    }
}

/// By name or through `All`: who takes either away, or excludes the portals, removes them from the scope.
fn covers_admin_portals(policy: &Canonical) -> bool {
    (lists(policy, &INCLUDED, "All") || lists(policy, &INCLUDED, ADMIN_PORTALS)) && !lists(policy, &EXCLUDED, ADMIN_PORTALS)
}

fn includes_nothing(policy: &Canonical) -> bool {
    let resources = policy.texts(&INCLUDED).any(|listed| listed != "None" && !lists(policy, &EXCLUDED, listed));
    let other = ["includeUserActions", "includeAuthenticationContextClassReferences", "applicationFilter"];
    !resources && !other.iter().any(|member| has(policy, &["conditions", "applications", member]))
}

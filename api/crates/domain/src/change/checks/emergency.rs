//! Who could be locked out: emergency access, the acting administrator, everybody.
//!
//! The promise (change-promises.md P24): no apply that writes more than a policy's name ends with a configured emergency principal in the
//! scope of an enforced policy that blocks or makes demands, unless an owner waived it. That the principal was in scope before is no
//! excuse; unknown memberships count as the worse of the two.

use uuid::Uuid;

use super::found::Found;
use super::{Checked, demands, has, lists, scope};
use crate::change::warning::{Severity, WarningCode};
use crate::change::wording::{listed, shown};
use crate::document::Canonical;
use crate::policy::PolicyState;
use crate::tenant::EmergencyPrincipal;

/// How much of a message may be names.
const NAMES_CHARS: usize = 200;

const USERS: Option<&str> = Some("conditions.users");

pub(super) fn check(checked: &Checked<'_>, found: &mut Found) {
    if !checked.stays() || !checked.touches_more_than_texts() {
        return;
    }
    not_excluded(checked, found);
    if checked.edits() {
        exclusion_removed(checked, found);
    }
    if checked.after_state() == Some(PolicyState::Enabled) {
        everybody(checked, found);
        own_scope(checked, found);
    }
}

fn not_excluded(checked: &Checked<'_>, found: &mut Found) {
    let severity = match checked.after_state() {
        Some(PolicyState::Disabled) => return,
        Some(PolicyState::ReportOnly) => Severity::Warning,
        // A state that we don't know may be one that enforces.
        Some(PolicyState::Enabled) | None => Severity::Critical,
    };
    if !demands::locks_out(checked.desired()) {
        return;
    }
    let reached = principals(checked, |principal| scope::reaches(checked.desired(), principal));
    if !reached.is_empty() {
        let names = listed(&reached, NAMES_CHARS);
        let message = format!("the policy blocks, or demands MFA or a device, for emergency access: exclude {names}");
        found.add(WarningCode::BreakglassNotExcluded, severity, USERS, message);
    }
}

fn exclusion_removed(checked: &Checked<'_>, found: &mut Found) {
    let lost = principals(checked, |principal| {
        let lost = |list: &str| checked.lost(&["conditions", "users", list]);
        scope::may_be_among(lost, principal) && !scope::excludes(checked.desired(), principal)
    });
    if !lost.is_empty() {
        let names = listed(&lost, NAMES_CHARS);
        let message = format!("the exclusion of emergency access is taken away: keep {names} excluded");
        found.add(WarningCode::BreakglassExclusionRemoved, Severity::Critical, USERS, message);
    }
}

fn principals(checked: &Checked<'_>, which: impl Fn(&EmergencyPrincipal) -> bool) -> Vec<String> {
    let configured = checked.input.tenant.emergency_access.principals.iter();
    let name = |principal: &EmergencyPrincipal| principal.display_name.clone().unwrap_or_else(|| principal.object_id.to_string());
    configured.filter(|principal| which(principal)).map(|principal| shown(&name(principal))).collect()
}

/// Everybody is shut out of everything, whoever the emergency accounts are (security-checklist.md D29).
fn everybody(checked: &Checked<'_>, found: &mut Found) {
    let after = checked.desired();
    let users = ["excludeUsers", "excludeGroups", "excludeRoles", "excludeGuestsOrExternalUsers"];
    let whole = lists(after, &["grantControls", "builtInControls"], "block")
        && lists(after, &["conditions", "users", "includeUsers"], "All")
        && !users.iter().any(|list| has(after, &["conditions", "users", list]))
        && lists(after, &["conditions", "applications", "includeApplications"], "All")
        && !has(after, &["conditions", "applications", "excludeApplications"])
        && !narrowed(after);
    if whole {
        let message = "this blocks every user from every resource, you included: exclude somebody, or narrow the policy";
        found.add(WarningCode::ActorLocksSelfOut, Severity::Critical, USERS, message);
    }
}

/// Whether a condition beside users and resources lets some sign-ins through.
fn narrowed(policy: &Canonical) -> bool {
    let conditions = policy.at(&["conditions"]).and_then(serde_json::Value::as_object);
    conditions.into_iter().flatten().any(|(name, _)| match name.as_str() {
        "users" => false,
        "applications" => has(policy, &["conditions", "applications", "applicationFilter"]),
        "clientAppTypes" => !lists(policy, &["conditions", "clientAppTypes"], "all"),
        "locations" => {
            has(policy, &["conditions", "locations", "excludeLocations"])
                || !lists(policy, &["conditions", "locations", "includeLocations"], "All")
        }
        "platforms" => {
            has(policy, &["conditions", "platforms", "excludePlatforms"])
                || !lists(policy, &["conditions", "platforms", "includePlatforms"], "all")
        }
        _ => true,
    })
}

/// Said when what is demanded of the acting administrator, or the sign-ins it is demanded for, may be new.
fn own_scope(checked: &Checked<'_>, found: &mut Found) {
    let Some(own) = checked.input.actor_entra else { return };
    if caught(checked.desired(), own) && !(already_caught(checked, own) && only_users_change(checked)) {
        let message = "you are in this policy's scope yourself: make sure that you can meet what it demands";
        found.add(WarningCode::ActorLocksSelfOut, Severity::Warning, USERS, message);
    }
}

fn caught(policy: &Canonical, user: Uuid) -> bool {
    demands::locks_out(policy) && scope::may_reach_user(policy, user)
}

fn already_caught(checked: &Checked<'_>, user: Uuid) -> bool {
    checked.before_state() == Some(PolicyState::Enabled) && caught(checked.base(), user)
}

fn only_users_change(checked: &Checked<'_>) -> bool {
    let conditions = |form: &Canonical| {
        let mut members = form.at(&["conditions"]).and_then(serde_json::Value::as_object).cloned().unwrap_or_default();
        members.remove("users");
        members
    };
    !checked.touches_beside(&["displayName", "description", "conditions"]) && conditions(checked.base()) == conditions(checked.desired())
}

//! Users, groups, roles and guests: one union for who is in, one for who is out; out wins.

use serde_json::Value;

use crate::ca::json::{any, text};
use crate::signin::facts::User;

pub(super) fn matches(condition: &Value, user: &User) -> bool {
    side(condition, ["includeUsers", "includeGroups", "includeRoles", "includeGuestsOrExternalUsers"], user)
        && !side(condition, ["excludeUsers", "excludeGroups", "excludeRoles", "excludeGuestsOrExternalUsers"], user)
}

fn side(condition: &Value, [users, groups, roles, guests]: [&str; 4], user: &User) -> bool {
    any(condition, &[users], |id| match id {
        "All" => true,
        "GuestsOrExternalUsers" => user.guest_type.is_some(),
        id => id.eq_ignore_ascii_case(&user.id),
    }) || any(condition, &[groups], |id| user.groups.contains(&id.to_lowercase()))
        || any(condition, &[roles], |id| user.roles.contains(&id.to_lowercase()))
        || condition.get(guests).is_some_and(|guests| is_guest(guests, user))
}

/// A list of tenants holds whom it names; a guest with a local account has no home tenant to choose by.
fn is_guest(condition: &Value, user: &User) -> bool {
    let Some(kind) = user.guest_type else { return false };
    let listed = text(condition, &["guestOrExternalUserTypes"]).is_some_and(|kinds| kinds.split(',').any(|listed| listed.trim() == kind));
    let from_there = || {
        text(condition, &["externalTenants", "membershipKind"]) != Some("enumerated")
            || user.home_tenant.is_some_and(|home| any(condition, &["externalTenants", "members"], |member| member.parse() == Ok(home)))
    };
    listed && (kind == "internalGuest" || from_there())
}

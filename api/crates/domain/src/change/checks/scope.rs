//! Whether a policy reaches a principal, erring on the side of yes (ca-semantics.md section 3).

use serde_json::Value;
use uuid::Uuid;

use crate::document::PolicyDocument;
use crate::tenant::{DirectoryKind, EmergencyPrincipal};

/// Controls that an emergency account is not expected to be able to meet.
const DEMANDS: [&str; 7] =
    ["block", "mfa", "compliantDevice", "domainJoinedDevice", "approvedApplication", "compliantApplication", "passwordChange"];

/// Whether the policy blocks, or demands MFA, a strength or a device. Session controls alone lock nobody out.
pub(super) fn locks_out(document: &PolicyDocument) -> bool {
    let controls = document.at(&["grantControls", "builtInControls"]).and_then(Value::as_array);
    let demands = controls.into_iter().flatten().filter_map(Value::as_str).any(|control| DEMANDS.contains(&control) || control == "riskRemediation");
    demands || document.at(&["grantControls", "authenticationStrength"]).is_some_and(|strength| !strength.is_null())
}

/// Whether the policy may apply to the principal: included and not surely excluded. Unknown memberships include and never exclude.
pub(super) fn reaches(document: &PolicyDocument, principal: &EmergencyPrincipal) -> bool {
    let own = principal.object_id;
    let (direct_in, direct_out) = match principal.kind {
        DirectoryKind::Group => (lists(document, "includeGroups", own), lists(document, "excludeGroups", own)),
        _ => (lists(document, "includeUsers", own), lists(document, "excludeUsers", own)),
    };
    let through = |list: &str, memberships: &Option<Vec<Uuid>>, unknown: bool| match memberships {
        Some(ids) => ids.iter().any(|id| lists(document, list, *id)),
        None => unknown && !ids(document, list).is_empty(),
    };
    let excluded = direct_out || through("excludeGroups", &principal.member_of, false) || through("excludeRoles", &principal.roles, false);
    let included = direct_in
        || keyword(document, "includeUsers", "All")
        || through("includeGroups", &principal.member_of, true)
        || through("includeRoles", &principal.roles, true)
        // Members of an emergency group are not looked into one by one: a policy on any user could name one of them.
        || (principal.kind == DirectoryKind::Group && ids(document, "includeUsers").iter().any(|id| Uuid::parse_str(id).is_ok()));
    included && !excluded
}

/// Whether the policy names the user, or everybody, and does not name the user as excluded. Groups are not known here.
pub(super) fn may_reach_user(document: &PolicyDocument, user: Uuid) -> bool {
    (keyword(document, "includeUsers", "All") || lists(document, "includeUsers", user)) && !lists(document, "excludeUsers", user)
}

/// Whether the policy is about user actions instead of resources.
pub(super) fn targets_user_actions(document: &PolicyDocument) -> bool {
    document.at(&["conditions", "applications", "includeUserActions"]).and_then(Value::as_array).is_some_and(|actions| !actions.is_empty())
}

fn ids<'d>(document: &'d PolicyDocument, list: &str) -> Vec<&'d str> {
    let list = document.at(&["conditions", "users", list]).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_str).collect()
}

fn lists(document: &PolicyDocument, list: &str, id: Uuid) -> bool {
    ids(document, list).iter().any(|listed| Uuid::parse_str(listed).is_ok_and(|listed| listed == id))
}

fn keyword(document: &PolicyDocument, list: &str, word: &str) -> bool {
    ids(document, list).contains(&word)
}

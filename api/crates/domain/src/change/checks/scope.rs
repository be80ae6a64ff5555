//! Whether a policy reaches a principal, erring on the side of yes (ca-semantics.md section 3). Reads the canonical form, in which
//! keywords and ids have one spelling.

use uuid::Uuid;

use crate::document::Canonical;
use crate::tenant::{DirectoryKind, EmergencyPrincipal};

/// Whether the policy may apply to the principal: included and not surely excluded. Unknown memberships include and never exclude.
///
/// Policies on guests are taken not to mean emergency accounts, which are cloud-only members of their own tenant.
pub(super) fn reaches(policy: &Canonical, principal: &EmergencyPrincipal) -> bool {
    included(policy, principal) && !excludes(policy, principal)
}

/// Whether the policy surely excludes the principal.
pub(super) fn excludes(policy: &Canonical, principal: &EmergencyPrincipal) -> bool {
    lists(policy, own_exclusions(principal), principal.object_id)
        || principal.member_of.as_ref().is_some_and(|groups| lists_one(policy, "excludeGroups", groups))
        || principal.roles.as_ref().is_some_and(|roles| lists_one(policy, "excludeRoles", roles))
}

/// Whether these parts of the exclusions may be what excludes the principal: by id, or by a group or role whose members are unknown.
pub(super) fn may_be_among<'c>(part: impl Fn(&str) -> Vec<&'c str>, principal: &EmergencyPrincipal) -> bool {
    let among = |list: &str, ids: &Option<Vec<Uuid>>| {
        let part = part(list);
        ids.as_ref().map_or(!part.is_empty(), |ids| ids.iter().any(|id| part.iter().any(|listed| is(listed, *id))))
    };
    part(own_exclusions(principal)).iter().any(|listed| is(listed, principal.object_id))
        || among("excludeGroups", &principal.member_of)
        || among("excludeRoles", &principal.roles)
}

/// Whether somebody is included who is not excluded by the same entry, users and workload identities alike.
pub(super) fn includes_anybody(policy: &Canonical) -> bool {
    const SIDES: [(&str, &str, &str); 5] = [
        ("users", "includeUsers", "excludeUsers"),
        ("users", "includeGroups", "excludeGroups"),
        ("users", "includeRoles", "excludeRoles"),
        ("clientApplications", "includeServicePrincipals", "excludeServicePrincipals"),
        ("clientApplications", "includeAgentIdServicePrincipals", "excludeAgentIdServicePrincipals"),
    ];
    const WHOLES: [(&str, &str, &str); 3] = [
        ("users", "includeGuestsOrExternalUsers", "excludeGuestsOrExternalUsers"),
        ("clientApplications", "servicePrincipalFilter", ""),
        ("clientApplications", "agentIdServicePrincipalFilter", ""),
    ];
    let left = |(of, include, exclude): &(&str, &str, &str)| {
        policy
            .texts(&["conditions", of, include])
            .any(|listed| listed != "None" && !policy.texts(&["conditions", of, exclude]).any(|out| out == listed))
    };
    let whole = |(of, include, exclude): &(&str, &str, &str)| {
        let included = policy.at(&["conditions", of, include]);
        included.is_some() && included != policy.at(&["conditions", of, exclude])
    };
    SIDES.iter().any(left) || WHOLES.iter().any(whole)
}

/// Whether the policy names the user, or everybody, and does not name the user as excluded. Groups are not known here.
pub(super) fn may_reach_user(policy: &Canonical, user: Uuid) -> bool {
    (has(policy, "includeUsers", "All") || lists(policy, "includeUsers", user)) && !lists(policy, "excludeUsers", user)
}

fn included(policy: &Canonical, principal: &EmergencyPrincipal) -> bool {
    if has(policy, "includeUsers", "All") {
        return true;
    }
    if principal.kind == DirectoryKind::Group {
        // The members of an emergency group are not known one by one: any user, group or role that a policy names may hold one of them.
        return ids(policy, "includeUsers").any(is_object) || any(policy, "includeGroups") || any(policy, "includeRoles");
    }
    lists(policy, "includeUsers", principal.object_id)
        || principal.member_of.as_ref().map_or(any(policy, "includeGroups"), |groups| lists_one(policy, "includeGroups", groups))
        || principal.roles.as_ref().map_or(any(policy, "includeRoles"), |roles| lists_one(policy, "includeRoles", roles))
}

fn own_exclusions(principal: &EmergencyPrincipal) -> &'static str {
    if principal.kind == DirectoryKind::Group { "excludeGroups" } else { "excludeUsers" }
}

fn ids<'p>(policy: &'p Canonical, list: &str) -> impl Iterator<Item = &'p str> + use<'p> {
    policy.texts(&["conditions", "users", list])
}

fn any(policy: &Canonical, list: &str) -> bool {
    ids(policy, list).next().is_some()
}

fn has(policy: &Canonical, list: &str, word: &str) -> bool {
    ids(policy, list).any(|listed| listed == word)
}

fn lists(policy: &Canonical, list: &str, id: Uuid) -> bool {
    ids(policy, list).any(|listed| is(listed, id))
}

fn is(listed: &str, id: Uuid) -> bool {
    Uuid::parse_str(listed).is_ok_and(|listed| listed == id)
}

fn lists_one(policy: &Canonical, list: &str, among: &[Uuid]) -> bool {
    among.iter().any(|id| lists(policy, list, *id))
}

fn is_object(listed: &str) -> bool {
    Uuid::parse_str(listed).is_ok()
}

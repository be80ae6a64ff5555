//! Conditions that do not go together, or miss a part (ca-semantics.md sections 3 to 6 and 15: 1011, 1012, 1060, 1088, 1102).

use serde_json::Value;

use super::{Fault, Rule};
use crate::change::checks::{has, lists};
use crate::document::Canonical;

pub(super) const RULES: [Rule; 12] = [
    one_target,
    some_target,
    contexts,
    guests,
    roles,
    platforms,
    device_filter,
    device_states,
    old_device_states,
    workload_users,
    workload_conditions,
    workload_risk,
];

/// The longest rule of a device filter, in characters (ca-semantics.md section 16).
const RULE_CHARS: usize = 3072;

const APPLICATIONS: &str = "conditions.applications";

/// Which of the three kinds of target the policy has: resources, user actions, authentication contexts.
fn targets(policy: &Canonical) -> usize {
    let applications = |member: &str| has(policy, &["conditions", "applications", member]);
    let resources = applications("includeApplications") || applications("applicationFilter");
    [resources, applications("includeUserActions"), applications("includeAuthenticationContextClassReferences")]
        .into_iter()
        .map(usize::from)
        .sum()
}

fn one_target(policy: &Canonical) -> Option<Fault> {
    let message =
        "Graph takes applications, user actions or authentication contexts, and only one of the three (1012): make several policies";
    (targets(policy) > 1).then_some(Fault { path: APPLICATIONS, message })
}

fn some_target(policy: &Canonical) -> Option<Fault> {
    let message = "Graph refuses a policy without any application, user action or authentication context (1011): include one";
    (targets(policy) == 0).then_some(Fault { path: APPLICATIONS, message })
}

fn contexts(policy: &Canonical) -> Option<Fault> {
    let message = "authentication contexts are called c1 to c99: use the id of one";
    let known = |id: &str| id.strip_prefix('c').is_some_and(|number| (1..=99).any(|known: u8| known.to_string() == number));
    let mut listed = policy.texts(&["conditions", "applications", "includeAuthenticationContextClassReferences"]);
    let path = "conditions.applications.includeAuthenticationContextClassReferences";
    (!listed.all(known)).then_some(Fault { path, message })
}

fn guests(policy: &Canonical) -> Option<Fault> {
    let message = "Graph refuses GuestsOrExternalUsers beside the choice of guest types: keep one of them";
    let both = [("includeUsers", "includeGuestsOrExternalUsers"), ("excludeUsers", "excludeGuestsOrExternalUsers")].iter().any(
        |(users, types)| {
            lists(policy, &["conditions", "users", users], "GuestsOrExternalUsers") && has(policy, &["conditions", "users", types])
        },
    );
    both.then_some(Fault { path: "conditions.users", message })
}

fn roles(policy: &Canonical) -> Option<Fault> {
    // A name that is nobody's is an unresolved reference.
    let wrong = |list: &str| policy.texts(&["conditions", "users", list]).any(|id| ["all", "none"].contains(&id.to_lowercase().as_str()));
    let message = "roles are given by the template ids of built-in roles (1102): use those";
    let path = match (wrong("includeRoles"), wrong("excludeRoles")) {
        (true, _) => "conditions.users.includeRoles",
        (_, true) => "conditions.users.excludeRoles",
        _ => return None,
    };
    Some(Fault { path, message })
}

/// For locations the source document has a code of its own, which does not block.
fn platforms(policy: &Canonical) -> Option<Fault> {
    let message = "platforms are excluded and none included: include platforms as well, such as all";
    let path = "conditions.platforms";
    (has(policy, &["conditions", "platforms"]) && !has(policy, &["conditions", "platforms", "includePlatforms"]))
        .then_some(Fault { path, message })
}

fn device_filter(policy: &Canonical) -> Option<Fault> {
    let filter = policy.at(&["conditions", "devices", "deviceFilter"])?;
    let rule = filter.get("rule").and_then(Value::as_str).unwrap_or_default();
    let mode = filter.get("mode").and_then(Value::as_str).unwrap_or_default();
    let fits = !rule.trim().is_empty() && rule.chars().count() <= RULE_CHARS && ["include", "exclude"].contains(&mode);
    let message = "a device filter has a mode, include or exclude, and a rule of 1 to 3072 characters: give both";
    (!fits).then_some(Fault { path: "conditions.devices.deviceFilter", message })
}

fn device_states(policy: &Canonical) -> Option<Fault> {
    let message = "Graph refuses deviceStates beside devices (1060): keep devices";
    let both = has(policy, &["conditions", "deviceStates"]) && has(policy, &["conditions", "devices"]);
    both.then_some(Fault { path: "conditions.deviceStates", message })
}

fn old_device_states(policy: &Canonical) -> Option<Fault> {
    let message = "Graph does not know included and excluded device states any more (1088): use a device filter";
    let old = ["includeDeviceStates", "excludeDeviceStates"].iter().any(|member| has(policy, &["conditions", "devices", member]));
    old.then_some(Fault { path: "conditions.devices", message })
}

fn workload_users(policy: &Canonical) -> Option<Fault> {
    has(policy, &["conditions", "clientApplications"]).then_some(())?;
    let message = "a policy is for workload identities or for users, not for both: set includeUsers to None";
    let lists = ["includeGroups", "includeRoles", "includeGuestsOrExternalUsers"];
    let users = policy.texts(&["conditions", "users", "includeUsers"]).any(|listed| listed != "None")
        || lists.iter().any(|list| has(policy, &["conditions", "users", list]));
    users.then_some(Fault { path: "conditions.clientApplications", message })
}

/// ca-semantics.md section 6.
fn workload_conditions(policy: &Canonical) -> Option<Fault> {
    has(policy, &["conditions", "clientApplications"]).then_some(())?;
    let message =
        "a policy for workload identities knows locations, their risk and authentication contexts as conditions: drop the others (1085)";
    let others = ["platforms", "devices", "userRiskLevels", "signInRiskLevels"];
    let foreign = others.iter().any(|condition| has(policy, &["conditions", condition]))
        || !policy.texts(&["conditions", "clientAppTypes"]).eq(["all"]);
    foreign.then_some(Fault { path: "conditions", message })
}

fn workload_risk(policy: &Canonical) -> Option<Fault> {
    let message = "the risk of service principals is a condition of policies for workload identities only: drop it, or include some";
    let alone = has(policy, &["conditions", "servicePrincipalRiskLevels"]) && !has(policy, &["conditions", "clientApplications"]);
    alone.then_some(Fault { path: "conditions.servicePrincipalRiskLevels", message })
}

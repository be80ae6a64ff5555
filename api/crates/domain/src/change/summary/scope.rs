//! Whom a policy is for and what it demands, in words.

use crate::change::risk::strength_name;
use crate::change::wording::{counted, listed, shown};
use crate::document::Canonical;
use crate::document::diff::NameTable;
use crate::tenant::DirectoryKind;

/// How much of the words may be names.
const NAMES_CHARS: usize = 80;

/// "all users except 2 groups", "the group 'Contractors' and 3 users", "workload identities".
pub(super) fn whom(policy: &Canonical, names: &NameTable) -> String {
    let included = side(policy, names, "include");
    let included = match policy.at(&["conditions", "clientApplications"]) {
        Some(_) if included.is_empty() => vec!["workload identities".to_owned()],
        _ if included.is_empty() => vec!["nobody".to_owned()],
        _ => included,
    };
    match side(policy, names, "exclude") {
        excluded if excluded.is_empty() => joined(&included),
        excluded => format!("{} except {}", joined(&included), joined(&excluded)),
    }
}

/// "requires mfa and compliantDevice", "blocks", "demands nothing of them".
pub(super) fn demands(policy: &Canonical, names: &NameTable) -> String {
    let mut controls: Vec<String> = policy.texts(&["grantControls", "builtInControls"]).map(str::to_owned).collect();
    if controls.iter().any(|control| control == "block") {
        return "blocks access".to_owned();
    }
    if let Some(id) = policy.at(&["grantControls", "authenticationStrength", "id"]).and_then(serde_json::Value::as_str) {
        let name = names.name(DirectoryKind::AuthenticationStrength, id).map(shown).or_else(|| strength_name(id).map(str::to_owned));
        controls.push(name.map_or_else(|| "an authentication strength".to_owned(), |name| format!("the strength {name}")));
    }
    controls.extend(policy.texts(&["grantControls", "customAuthenticationFactors"]).map(shown));
    controls.extend(policy.texts(&["grantControls", "termsOfUse"]).next().map(|_| "terms of use".to_owned()));
    let either = policy.at(&["grantControls", "operator"]).is_some_and(|operator| operator == "OR");
    match controls.len() {
        0 if policy.at(&["sessionControls"]).is_some() => "limits the session".to_owned(),
        0 => "demands nothing".to_owned(),
        1 => format!("requires {}", controls[0]),
        _ => format!("requires {} of {}", if either { "one" } else { "all" }, listed(&controls, NAMES_CHARS)),
    }
}

fn side(policy: &Canonical, names: &NameTable, side: &str) -> Vec<String> {
    let mut parts = Vec::new();
    for (list, kind, noun) in
        [("Users", DirectoryKind::User, "user"), ("Groups", DirectoryKind::Group, "group"), ("Roles", DirectoryKind::Role, "role")]
    {
        let list = format!("{side}{list}");
        let ids: Vec<&str> = policy.texts(&["conditions", "users", &list]).collect();
        if ids.contains(&"All") {
            return vec!["all users".to_owned()];
        }
        if ids.contains(&"GuestsOrExternalUsers") {
            parts.push("guests".to_owned());
        }
        let ids: Vec<&str> = ids.into_iter().filter(|id| !["None", "GuestsOrExternalUsers"].contains(id)).collect();
        match ids[..] {
            [] => {}
            [id] => parts.push(names.name(kind, id).map_or_else(|| counted(1, noun), |name| format!("the {noun} '{}'", shown(name)))),
            _ => parts.push(counted(ids.len(), noun)),
        }
    }
    if policy.at(&["conditions", "users", &format!("{side}GuestsOrExternalUsers")]).is_some() {
        parts.push("guests".to_owned());
    }
    parts
}

fn joined(parts: &[String]) -> String {
    match parts {
        [rest @ .., last] if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => parts.concat(),
    }
}

//! `policy.assignment_change`: `conditions.users` and `conditions.clientApplications`.

use serde_json::{Map, Value, json};

use super::sets;
use crate::change::payload::{AssignmentChange, SetDelta};
use crate::document::PolicyDocument;
use crate::document::canonical::says_something;
use crate::document::guest_choice::send_guests_once;

const USERS: [&str; 2] = ["conditions", "users"];
const WORKLOADS: [&str; 2] = ["conditions", "clientApplications"];
const GUESTS: &str = "includeGuestsOrExternalUsers";

/// Members of `conditions` to send.
pub(super) fn body(change: &AssignmentChange, document: &PolicyDocument) -> Map<String, Value> {
    let mut members = Map::new();
    let users = users(change, document);
    if !users.is_empty() {
        members.insert("users".to_owned(), users.into());
    }
    if let Some(workloads) = workloads(change, document) {
        members.insert("clientApplications".to_owned(), workloads);
    }
    members
}

fn users(change: &AssignmentChange, document: &PolicyDocument) -> Map<String, Value> {
    let lists: [(&str, &SetDelta); 6] = [
        ("includeUsers", &change.include_users),
        ("excludeUsers", &change.exclude_users),
        ("includeGroups", &change.include_groups),
        ("excludeGroups", &change.exclude_groups),
        ("includeRoles", &change.include_roles),
        ("excludeRoles", &change.exclude_roles),
    ];
    let mut users = changed_lists(&USERS, &lists, document);
    for (name, guests) in
        [(GUESTS, &change.include_guests_or_external_users), ("excludeGuestsOrExternalUsers", &change.exclude_guests_or_external_users)]
    {
        if let Some(guests) = guests {
            users.insert(name.to_owned(), guests.as_ref().map_or(Value::Null, |guests| whole_guests(name, guests)));
        }
    }
    if let Some(before) = document.at(&USERS).and_then(Value::as_object) {
        send_guests_once(&mut users, before);
    }
    let keeps_none = change.include_users.add.iter().any(|text| text.eq_ignore_ascii_case("none"));
    say_nobody(&mut users, keeps_none, document);
    users
}

/// Graph refuses a policy without any included user, group, role or guest, and calls nobody `None` (ca-semantics.md section 3). So when the
/// last one goes, `None` comes, and it goes again when another list includes somebody, unless the change asks for it.
fn say_nobody(users: &mut Map<String, Value>, keeps_none: bool, document: &PolicyDocument) {
    let before = document.at(&USERS).and_then(Value::as_object).cloned().unwrap_or_default();
    let mut after = before.clone();
    after.extend(users.clone());
    match (includes_somebody(&before), includes_somebody(&after)) {
        (true, false) => {
            users.insert("includeUsers".to_owned(), json!(["None"]));
        }
        (false, true) if !keeps_none && before.get("includeUsers").is_some_and(only_none) && !users.contains_key("includeUsers") => {
            users.insert("includeUsers".to_owned(), json!([]));
        }
        _ => {}
    }
}

fn includes_somebody(users: &Map<String, Value>) -> bool {
    let listed = |name: &str| users.get(name).is_some_and(|list| says_something(name, list));
    (listed("includeUsers") && !users.get("includeUsers").is_some_and(only_none))
        || ["includeGroups", "includeRoles", GUESTS].into_iter().any(listed)
}

fn only_none(list: &Value) -> bool {
    list.as_array().is_some_and(|list| list.len() == 1 && list[0].as_str().is_some_and(|text| text.eq_ignore_ascii_case("none")))
}

/// Every member said, so that nothing of the old choice stays behind.
pub(super) fn whole_guests(name: &str, guests: &Value) -> Value {
    let types = guests.get("guestOrExternalUserTypes").cloned().unwrap_or_default();
    if !says_something(name, guests) {
        return Value::Null;
    }
    let tenants = match guests.get("externalTenants").filter(|tenants| tenants.is_object()) {
        Some(tenants) => typed(tenants),
        None if types == "internalGuest" => Value::Null,
        None => typed(&json!({ "membershipKind": "all" })),
    };
    json!({ "guestOrExternalUserTypes": types, "externalTenants": tenants })
}

/// Graph tells the two kinds of external tenants by their type.
fn typed(tenants: &Value) -> Value {
    let mut typed = tenants.clone();
    let name = match tenants.get("membershipKind").and_then(Value::as_str) {
        Some("enumerated") => "#microsoft.graph.conditionalAccessEnumeratedExternalTenants",
        Some("all") => "#microsoft.graph.conditionalAccessAllExternalTenants",
        _ => return typed,
    };
    if let Some(members) = typed.as_object_mut() {
        members.insert("@odata.type".to_owned(), name.into());
    }
    typed
}

/// `clientApplications` with the lists that change; `null` when no workload identity is left in it.
fn workloads(change: &AssignmentChange, document: &PolicyDocument) -> Option<Value> {
    let lists = [
        ("includeServicePrincipals", &change.include_service_principals),
        ("excludeServicePrincipals", &change.exclude_service_principals),
    ];
    let changed = changed_lists(&WORKLOADS, &lists, document);
    if changed.is_empty() {
        return None;
    }
    let mut after = document.at(&WORKLOADS).and_then(Value::as_object).cloned().unwrap_or_default();
    after.extend(changed.clone());
    Some(if says_something("clientApplications", &after.into()) { changed.into() } else { Value::Null })
}

/// The lists that their deltas change, each whole.
pub(super) fn changed_lists(parent: &[&str], lists: &[(&str, &SetDelta)], document: &PolicyDocument) -> Map<String, Value> {
    let after = lists.iter().filter_map(|(name, delta)| {
        let path: Vec<&str> = parent.iter().copied().chain([*name]).collect();
        let list = sets::after(name, &sets::texts(document, &path), delta)?;
        Some(((*name).to_owned(), Value::from(list)))
    });
    after.collect()
}

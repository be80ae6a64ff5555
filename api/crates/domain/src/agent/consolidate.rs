//! One policy in place of two: what it would be. Whether it changes nothing is proved elsewhere ([`crate::overlap::proved`], and the summaries).

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::document::{Canonical, PolicyDocument};

/// A policy that would stand for two.
pub(super) struct Merged {
    /// Its document: that of the policy that stays, with the changes.
    pub(super) document: PolicyDocument,
    /// Whether it is the second policy that stays.
    pub(super) second_stays: bool,
}

/// The document that would stand for two policies that differ in these; else why there is none.
///
/// # Errors
/// A sentence for a person.
pub(super) fn merged(a: &PolicyDocument, b: &PolicyDocument, differ: &[String]) -> Result<Merged, String> {
    let (first, second) = (a.canonical(), b.canonical());
    let names: Vec<&str> = differ.iter().map(String::as_str).collect();
    let condition = |name: &str| first.at(&["conditions", name]).is_some() || second.at(&["conditions", name]).is_some();
    match names.as_slice() {
        [] => made(&first, |_| Ok(())),
        [name] if condition(name) => made(&first, |form| join_condition(form, name, &first, &second)),
        controls if controls.iter().all(|name| !condition(name)) => made(&first, |form| join_controls(form, controls, &first, &second)),
        _ => Err(format!("they differ in {}: no single policy is for exactly the sign-ins of both", names.join(" and "))),
    }
}

/// The merge by which one of the two stands for both as it is.
pub(super) fn one_of(a: &PolicyDocument, b: &PolicyDocument, second_stays: bool) -> Merged {
    Merged { document: if second_stays { b.clone() } else { a.clone() }, second_stays }
}

/// Whether the lists of the one policy take in whom the lists of the other one take in, whoever is in which group and whatever a location holds:
/// a merge must not rest on memberships of today.
pub(super) fn stands_for(outer: &Canonical, inner: &Canonical) -> bool {
    let list =
        |form: &Canonical, name: &str| -> BTreeSet<String> { form.texts(&["conditions", "users", name]).map(str::to_owned).collect() };
    let within = |a: &Canonical, b: &Canonical, names: &[&str]| names.iter().all(|name| list(a, name).is_subset(&list(b, name)));
    let guests = |form: &Canonical, name: &str| form.at(&["conditions", "users", name]).cloned();
    let same_or_absent = |a: Option<Value>, b: Option<Value>| a.is_none() || a == b;
    let all = list(outer, "includeUsers").contains("All");
    let included = within(inner, outer, &["includeUsers", "includeGroups", "includeRoles"])
        && same_or_absent(guests(inner, "includeGuestsOrExternalUsers"), guests(outer, "includeGuestsOrExternalUsers"));
    let excluded = within(outer, inner, &["excludeUsers", "excludeGroups", "excludeRoles"])
        && same_or_absent(guests(outer, "excludeGuestsOrExternalUsers"), guests(inner, "excludeGuestsOrExternalUsers"));
    let places = |form: &Canonical| form.at(&["conditions", "locations"]).cloned();
    // User actions, contexts and attributes of applications are other targets than a list of applications, whatever takes them in today.
    let targets = |form: &Canonical| {
        let mut members = form.at(&["conditions", "applications"]).and_then(Value::as_object).cloned().unwrap_or_default();
        members.remove("includeApplications");
        members
    };
    (all || included) && excluded && targets(outer) == targets(inner) && same_or_absent(places(outer), places(inner))
}

fn made(form: &Canonical, change: impl FnOnce(&mut Map<String, Value>) -> Result<(), String>) -> Result<Merged, String> {
    let mut members = form.value().as_object().cloned().unwrap_or_default();
    change(&mut members)?;
    let document = PolicyDocument::from_value(Value::Object(members)).map_err(|cause| cause.to_string())?;
    Ok(Merged { document, second_stays: false })
}

fn join_condition(form: &mut Map<String, Value>, name: &str, a: &Canonical, b: &Canonical) -> Result<(), String> {
    let of = |policy: &Canonical| policy.at(&["conditions", name]).cloned().unwrap_or(Value::Null);
    let joined = match name {
        "users" => lists(&of(a), &of(b), &["includeUsers", "includeGroups", "includeRoles"], Some("All"))?,
        "applications" => lists(&of(a), &of(b), &["includeApplications"], Some("All"))?,
        "platforms" => lists_or_anything(&of(a), &of(b), "includePlatforms", "all")?,
        "locations" => lists_or_anything(&of(a), &of(b), "includeLocations", "All")?,
        // No condition stands for every value.
        "clientAppTypes" | "signInRiskLevels" | "userRiskLevels" | "servicePrincipalRiskLevels" => match (of(a), of(b)) {
            (Value::Array(first), Value::Array(second)) => union(&first, &second, Some("all")),
            _ => Value::Null,
        },
        _ => return Err(format!("they differ in {name}, which has no union")),
    };
    let conditions = form.entry("conditions").or_insert_with(|| json!({}));
    if let Some(conditions) = conditions.as_object_mut() {
        match joined {
            Value::Null => conditions.remove(name),
            joined => conditions.insert(name.to_owned(), joined),
        };
    }
    Ok(())
}

/// Objects that differ in these lists alone, with what either lists; `everything` absorbs the rest of its list.
fn lists(a: &Value, b: &Value, names: &[&str], everything: Option<&str>) -> Result<Value, String> {
    let (Value::Object(first), Value::Object(second)) = (a, b) else { return Err("one of them says nothing of it".to_owned()) };
    let mut joined = first.clone();
    for name in first.keys().chain(second.keys()).collect::<BTreeSet<_>>() {
        let (one, other) = (first.get(name), second.get(name));
        if one == other {
            continue;
        }
        if !names.contains(&name.as_str()) {
            return Err(match name.starts_with("exclude") {
                true => format!("they differ in {name}: what only one of them leaves out, one policy can't leave out for a part"),
                false => format!("they differ in {name}, which has no union"),
            });
        }
        let of = |value: Option<&Value>| value.and_then(Value::as_array).cloned().unwrap_or_default();
        joined.insert(name.clone(), union(&of(one), &of(other), everything));
    }
    // Graph takes All beside nothing else.
    if let Some(all) = everything
        && names.iter().any(|name| joined.get(*name).is_some_and(|list| *list == json!([all])))
    {
        names.iter().filter(|name| **name != names[0]).for_each(|name| drop(joined.remove(*name)));
    }
    Ok(Value::Object(joined))
}

/// The same of a condition whose absence means everything.
fn lists_or_anything(a: &Value, b: &Value, name: &str, everything: &str) -> Result<Value, String> {
    if a.is_null() || b.is_null() {
        return Ok(Value::Null);
    }
    lists(a, b, &[name], Some(everything))
}

fn union(a: &[Value], b: &[Value], everything: Option<&str>) -> Value {
    let all: BTreeSet<&str> = a.iter().chain(b).filter_map(Value::as_str).filter(|entry| *entry != "None").collect();
    match everything.filter(|everything| all.contains(everything)) {
        Some(everything) => json!([everything]),
        None => json!(all),
    }
}

fn join_controls(form: &mut Map<String, Value>, differ: &[&str], a: &Canonical, b: &Canonical) -> Result<(), String> {
    if differ.contains(&"grantControls") {
        let grant = join_grants(a, b)?;
        form.insert("grantControls".to_owned(), grant);
    }
    let session = |policy: &Canonical| policy.at(&["sessionControls"]).and_then(Value::as_object).cloned().unwrap_or_default();
    let mut joined = session(a);
    for (name, control) in session(b) {
        if joined.insert(name.clone(), control.clone()).is_some_and(|other| other != control) {
            return Err(format!("both set {name}, each to something else"));
        }
    }
    if !joined.is_empty() {
        form.insert("sessionControls".to_owned(), Value::Object(joined));
    }
    Ok(())
}

fn join_grants(a: &Canonical, b: &Canonical) -> Result<Value, String> {
    let grant = |policy: &Canonical| policy.at(&["grantControls"]).and_then(Value::as_object).cloned().unwrap_or_default();
    let (first, second) = (grant(a), grant(b));
    let count = |grant: &Map<String, Value>| -> usize {
        grant.iter().filter(|(name, _)| *name != "operator").map(|(_, value)| value.as_array().map_or(1, Vec::len)).sum()
    };
    if [&first, &second].iter().any(|grant| count(grant) > 1 && grant.get("operator").is_some_and(|operator| operator == "OR")) {
        return Err("one of them takes one of several controls: no policy asks for that and another one".to_owned());
    }
    let blocks = |grant: &Map<String, Value>| {
        grant.get("builtInControls").is_some_and(|list| list.as_array().is_some_and(|list| list.contains(&json!("block"))))
    };
    if blocks(&first) || blocks(&second) {
        return Ok(json!({ "operator": "OR", "builtInControls": ["block"] }));
    }
    let mut joined = first.clone();
    for (name, value) in &second {
        match (joined.get(name), value) {
            (Some(Value::Array(one)), Value::Array(other)) => drop(joined.insert(name.clone(), union(&one.clone(), other, None))),
            (None, _) => drop(joined.insert(name.clone(), value.clone())),
            (Some(one), other) if one == other || name == "operator" => {}
            _ => return Err(format!("both set {name}, each to something else")),
        }
    }
    joined.insert("operator".to_owned(), "AND".into());
    Ok(Value::Object(joined))
}

//! The document of a new policy: what Graph refuses of a whole document (ca-semantics.md section 15). Members that we don't know are left to
//! Graph, which may know them.

use serde_json::{Map, Value};

use super::conditions::{self, CLIENT_APPS, INSIDER_RISKS, RISKS};
use super::controls::{self, SESSION};
use super::deltas;
use super::fault::{At, Check, given};
use super::{MAX_IDS, MAX_NAMES, name};
use crate::change::patch::created_body;
use crate::change::payload::CreatePolicy;
use crate::document::references::{entries, is_id};
use crate::filter::Dialect;

/// The longest document, in bytes of compact JSON.
pub const MAX_DOCUMENT_BYTES: usize = 256 * 1024;

/// The deepest nesting of a document: Graph's own goes five deep.
pub const MAX_DOCUMENT_DEPTH: usize = 32;

/// The document as it would be sent is what is judged, so that what an export says without meaning anything is in nobody's way.
pub(super) fn create(at: &At, create: &CreatePolicy) -> Check {
    bounded(at, &create.document)?;
    let body = created_body(create);
    let Value::Object(body) = &body else { return at.fault("a JSON object") };
    name(&at.member("displayName"), body.get("displayName").and_then(Value::as_str).unwrap_or_default())?;
    let at_conditions = at.member("conditions");
    let Some(Value::Object(conditions)) = body.get("conditions") else { return at_conditions.fault("a JSON object") };
    users(&at_conditions.member("users"), conditions)?;
    targets(&at_conditions.member("applications"), conditions)?;
    values(&at_conditions, conditions)?;
    device_states(&at_conditions, conditions)?;
    grant(&at.member("grantControls"), body)?;
    session(&at.member("sessionControls"), body)?;
    password_change(at, body)?;
    let named = entries(&Value::Object(body.clone())).iter().filter(|entry| !is_id(entry.kind, &entry.text)).count();
    at.at_most(named, MAX_NAMES, "references by name")
}

fn bounded(at: &At, document: &Value) -> Check {
    if !document.is_object() {
        return at.fault("a policy document is a JSON object");
    }
    if !shallow(document, MAX_DOCUMENT_DEPTH) {
        return at.fault(format!("a policy document is nested at most {MAX_DOCUMENT_DEPTH} deep"));
    }
    at.at_most(document.to_string().len(), MAX_DOCUMENT_BYTES, "bytes")?;
    lists(at, document)
}

fn shallow(value: &Value, levels: usize) -> bool {
    let inner = |value: &Value| levels > 0 && shallow(value, levels - 1);
    match value {
        Value::Array(items) => items.iter().all(inner),
        Value::Object(members) => members.values().all(inner),
        _ => true,
    }
}

fn lists(at: &At, value: &Value) -> Check {
    match value {
        Value::Array(items) => at.at_most(items.len(), MAX_IDS, "entries"),
        Value::Object(members) => members.iter().try_for_each(|(name, value)| lists(&at.member(name), value)),
        _ => Ok(()),
    }
}

fn has(object: &Map<String, Value>, path: &[&str]) -> bool {
    let (first, rest) = path.split_first().map_or(("", path), |(first, rest)| (*first, rest));
    object.get(first).and_then(|value| rest.iter().try_fold(value, |value, name| value.get(name))).is_some()
}

fn texts<'v>(object: &'v Map<String, Value>, path: [&str; 2]) -> Vec<&'v str> {
    let list = object.get(path[0]).and_then(|value| value.get(path[1])).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_str).collect()
}

/// Somebody is included, and guests in one way only.
fn users(at: &At, conditions: &Map<String, Value>) -> Check {
    let includes = ["includeUsers", "includeGroups", "includeRoles", "includeGuestsOrExternalUsers"];
    if !includes.iter().any(|list| has(conditions, &["users", list])) {
        return at.fault("a policy includes somebody: users, groups, roles or guests; nobody is includeUsers None");
    }
    for (list, guests) in [("includeUsers", "includeGuestsOrExternalUsers"), ("excludeUsers", "excludeGuestsOrExternalUsers")] {
        let token = texts(conditions, ["users", list]).iter().any(|text| text.eq_ignore_ascii_case("GuestsOrExternalUsers"));
        let object = conditions.get("users").and_then(|users| users.get(guests));
        match object {
            Some(_) if token => return at.member(list).fault("GuestsOrExternalUsers cannot be combined with a choice of guest types"),
            Some(object) => deltas::guests(&at.member(guests), object)?,
            None => {}
        }
    }
    Ok(())
}

/// One kind of target, and at least one of it (1011, 1012).
fn targets(at: &At, conditions: &Map<String, Value>) -> Check {
    let applications = |name: &str| has(conditions, &["applications", name]);
    let resources = applications("includeApplications") || applications("applicationFilter");
    let others = [applications("includeUserActions"), applications("includeAuthenticationContextClassReferences")];
    match usize::from(resources) + others.iter().filter(|given| **given).count() {
        // Members that we don't know may be the target: traffic profiles of Global Secure Access are.
        0 if unknown_target(conditions) => Ok(()),
        0 => at.fault("a policy includes applications, user actions or authentication contexts: give one of them (1011)"),
        1 => match conditions.get("applications").and_then(|applications| applications.get("applicationFilter")) {
            Some(filter) => conditions::filter(&at.member("applicationFilter"), filter, Dialect::Attributes),
            None => Ok(()),
        },
        _ => at.fault("a policy includes applications, user actions or authentication contexts, and only one of the three (1012)"),
    }
}

fn unknown_target(conditions: &Map<String, Value>) -> bool {
    let applications = conditions.get("applications").and_then(Value::as_object);
    applications.is_some_and(|applications| applications.keys().any(|name| !name.starts_with("exclude")))
}

/// Known conditions hold known values.
fn values(at: &At, conditions: &Map<String, Value>) -> Check {
    for (name, words) in [
        ("clientAppTypes", &CLIENT_APPS[..]),
        ("signInRiskLevels", &RISKS),
        ("userRiskLevels", &RISKS),
        ("servicePrincipalRiskLevels", &RISKS),
    ] {
        if let Some(list) = given(conditions, name) {
            at.member(name).word_list(list, words)?;
        }
    }
    if let Some(levels) = given(conditions, "insiderRiskLevels") {
        at.member("insiderRiskLevels").flags(levels, &INSIDER_RISKS)?;
    }
    if let Some(platforms) = given(conditions, "platforms") {
        conditions::platforms(&at.member("platforms"), platforms)?;
    }
    if let Some(flows) = given(conditions, "authenticationFlows") {
        conditions::flows(&at.member("authenticationFlows"), flows)?;
    }
    for (name, member, dialect) in
        [("devices", "deviceFilter", Dialect::Devices), ("clientApplications", "servicePrincipalFilter", Dialect::Attributes)]
    {
        if let Some(filter) = given(conditions, name).and_then(|clause| clause.get(member)).filter(|filter| !filter.is_null()) {
            conditions::filter(&at.member(name).member(member), filter, dialect)?;
        }
    }
    Ok(())
}

fn device_states(at: &At, conditions: &Map<String, Value>) -> Check {
    for list in ["includeDeviceStates", "excludeDeviceStates"] {
        if has(conditions, &["devices", list]) {
            return at.member("devices").member(list).fault("Graph does not take device states any more (1088): use a device filter");
        }
    }
    if has(conditions, &["deviceStates"]) {
        return at.member("deviceStates").fault("Graph does not take device states any more (1060): use a device filter");
    }
    Ok(())
}

fn grant(at: &At, body: &Map<String, Value>) -> Check {
    let Some(grant) = body.get("grantControls") else {
        let demanding = body.contains_key("sessionControls");
        return if demanding { Ok(()) } else { at.fault("a policy has grant or session controls: give one of them (1032)") };
    };
    let Value::Object(grant) = grant else { return at.fault("a JSON object") };
    let operator = given(grant, "operator").and_then(Value::as_str).unwrap_or_default();
    at.member("operator").word(operator, &["AND", "OR"])?;
    let others = ["termsOfUse", "customAuthenticationFactors"].iter().any(|list| grant.contains_key(*list));
    let at = at.member("builtInControls");
    let controls = grant.get("builtInControls").map_or(Ok(Vec::new()), |list| at.texts(list))?;
    controls::built_in(&at, &controls, grant.contains_key("authenticationStrength"), others)
}

fn session(at: &At, body: &Map<String, Value>) -> Check {
    let Some(session) = body.get("sessionControls") else { return Ok(()) };
    let Value::Object(session) = session else { return at.fault("a JSON object") };
    let known = SESSION.iter().filter_map(|(name, _)| Some((name, session.get(*name)?)));
    known.into_iter().try_for_each(|(name, control)| controls::control(&at.member(name), name, control))
}

/// With MFA or a strength, by AND, for all resources, by user risk alone (1032).
fn password_change(at: &At, body: &Map<String, Value>) -> Check {
    let controls = texts(body, ["grantControls", "builtInControls"]);
    if !controls.iter().any(|control| control.eq_ignore_ascii_case("passwordChange")) {
        return Ok(());
    }
    let paired = controls.len() == 2 && controls.iter().any(|control| control.eq_ignore_ascii_case("mfa"));
    let strong = controls.len() == 1 && has(body, &["grantControls", "authenticationStrength"]);
    let all = body.get("grantControls").and_then(|grant| grant.get("operator")).is_some_and(|operator| operator == "AND");
    let others = ["termsOfUse", "customAuthenticationFactors"].iter().any(|list| has(body, &["grantControls", list]));
    if !(paired || strong) || !all || others {
        return at
            .member("grantControls")
            .fault("passwordChange goes with mfa or a strength, all of them required, and with nothing else (1032)");
    }
    let resources = body.get("conditions").and_then(|conditions| conditions.pointer("/applications/includeApplications"));
    let everything = resources.and_then(Value::as_array).is_some_and(|list| list.len() == 1 && list[0] == "All");
    let foreign = ["signInRiskLevels", "platforms", "locations", "devices", "authenticationFlows"];
    let by_risk_alone = has(body, &["conditions", "userRiskLevels"]) && !foreign.iter().any(|name| has(body, &["conditions", name]));
    if everything && by_risk_alone {
        return Ok(());
    }
    at.member("conditions").fault("passwordChange is for all resources, with user risk as the only condition (1032)")
}

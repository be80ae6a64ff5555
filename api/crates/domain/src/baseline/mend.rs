//! Oddities that exports and templates are known to have, each mended with a note.

use serde_json::{Map, Value};

use super::clean::{Notes, Unusable};
use crate::document::fields::{is_flags, is_set, spelled};

/// Members of a policy and of what is in it, as Graph spells them.
const MEMBERS: &[&str] = &[
    "displayName",
    "description",
    "state",
    "conditions",
    "grantControls",
    "sessionControls",
    "id",
    "createdDateTime",
    "modifiedDateTime",
    "deletedDateTime",
    "templateId",
    "partialEnablementStrategy",
    "users",
    "applications",
    "clientApplications",
    "clientAppTypes",
    "platforms",
    "locations",
    "devices",
    "deviceStates",
    "userRiskLevels",
    "signInRiskLevels",
    "servicePrincipalRiskLevels",
    "insiderRiskLevels",
    "authenticationFlows",
    "includeUsers",
    "excludeUsers",
    "includeGroups",
    "excludeGroups",
    "includeRoles",
    "excludeRoles",
    "includeGuestsOrExternalUsers",
    "excludeGuestsOrExternalUsers",
    "guestOrExternalUserTypes",
    "externalTenants",
    "membershipKind",
    "members",
    "includeApplications",
    "excludeApplications",
    "includeUserActions",
    "includeAuthenticationContextClassReferences",
    "applicationFilter",
    "includeServicePrincipals",
    "excludeServicePrincipals",
    "servicePrincipalFilter",
    "includePlatforms",
    "excludePlatforms",
    "includeLocations",
    "excludeLocations",
    "deviceFilter",
    "includeDevices",
    "excludeDevices",
    "includeDeviceStates",
    "excludeDeviceStates",
    "transferMethods",
    "mode",
    "rule",
    "operator",
    "builtInControls",
    "customAuthenticationFactors",
    "termsOfUse",
    "authenticationStrength",
    "disableResilienceDefaults",
    "applicationEnforcedRestrictions",
    "secureSignInSession",
    "cloudAppSecurity",
    "cloudAppSecurityType",
    "persistentBrowser",
    "signInFrequency",
    "isEnabled",
    "value",
    "type",
    "authenticationType",
    "frequencyInterval",
    "continuousAccessEvaluation",
];

/// Members that hold an object or nothing; some exports write an empty list for nothing.
const OBJECTS: &[&str] = &[
    "users",
    "applications",
    "clientApplications",
    "platforms",
    "locations",
    "devices",
    "deviceFilter",
    "authenticationFlows",
    "includeGuestsOrExternalUsers",
    "excludeGuestsOrExternalUsers",
    "externalTenants",
    "applicationFilter",
    "servicePrincipalFilter",
    "grantControls",
    "sessionControls",
    "authenticationStrength",
    "applicationEnforcedRestrictions",
    "secureSignInSession",
    "cloudAppSecurity",
    "persistentBrowser",
    "signInFrequency",
];

/// Texts that `spelled` has no keywords for, by member.
const WORDS: &[(&str, &[&str])] = &[
    ("state", &["enabled", "disabled", "enabledForReportingButNotEnforced"]),
    ("mode", &["include", "exclude", "always", "never", "strictEnforcement", "disabled", "strictLocation"]),
    ("type", &["hours", "days"]),
    ("frequencyInterval", &["timeBased", "everyTime"]),
    ("authenticationType", &["primaryAndSecondaryAuthentication", "secondaryAuthentication"]),
    ("cloudAppSecurityType", &["mcasConfigured", "monitorOnly", "blockDownloads"]),
    ("membershipKind", &["all", "enumerated"]),
    ("includeUserActions", &["urn:user:registersecurityinfo", "urn:user:registerdevice"]),
];

/// Writes member names as Graph does. Where both spellings are there, Graph's counts.
pub(super) fn names(members: &mut Map<String, Value>, notes: &mut Notes) {
    let odd: Vec<(String, &str)> = members
        .keys()
        .filter(|name| !MEMBERS.contains(&name.as_str()))
        .filter_map(|name| Some((name.clone(), *MEMBERS.iter().find(|known| known.eq_ignore_ascii_case(name))?)))
        .collect();
    for (name, known) in odd {
        let value = members.remove(&name).unwrap_or_default();
        if says_something(members.get(known)) {
            notes.add(format!("{name} is left out: {known} is there as well"));
        } else {
            notes.add(format!("{name} is written {known}"));
            members.insert(known.to_owned(), value);
        }
    }
    for value in members.values_mut() {
        if let Value::Object(inner) = value {
            names(inner, notes);
        }
    }
}

fn says_something(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null) => false,
        Some(Value::Object(members)) => !members.is_empty(),
        Some(_) => true,
    }
}

/// Gives every known member the shape that Graph wants.
pub(super) fn shapes(members: &mut Map<String, Value>, notes: &mut Notes) -> Result<(), Unusable> {
    legacy_device_states(members)?;
    inside("", members, notes);
    Ok(())
}

/// `deviceStates` and `devices.include/excludeDeviceStates` said which devices to spare by words that the device filter has no exact
/// counterpart for, and Graph has stopped taking them (ca-semantics.md section 5).
fn legacy_device_states(members: &Map<String, Value>) -> Result<(), Unusable> {
    let conditions = members.get("conditions");
    let filled = |path: &str| conditions.and_then(|conditions| conditions.pointer(path)).is_some_and(|value| !void(value));
    if filled("/deviceStates") || filled("/devices/includeDeviceStates") || filled("/devices/excludeDeviceStates") {
        return Err(Unusable(
            "it uses deviceStates, which Graph no longer takes: write the condition as a device filter (conditions.devices.deviceFilter)"
                .to_owned(),
        ));
    }
    if filled("/devices/includeDevices") || filled("/devices/excludeDevices") {
        return Err(Unusable(
            "it uses devices.includeDevices or excludeDevices, which only Graph's beta version takes: write the condition as a device filter \
             (conditions.devices.deviceFilter)"
                .to_owned(),
        ));
    }
    Ok(())
}

/// Null, or a collection with nothing in it at any depth.
fn void(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.values().all(void),
        _ => false,
    }
}

fn inside(path: &str, members: &mut Map<String, Value>, notes: &mut Notes) {
    for (name, value) in members.iter_mut() {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        shape(&path, name, value, notes);
        if let Value::Object(inner) = value {
            inside(&path, inner, notes);
        }
    }
}

fn shape(path: &str, name: &str, value: &mut Value, notes: &mut Notes) {
    match value {
        Value::Array(items) if OBJECTS.contains(&name) && items.is_empty() => {
            notes.add(format!("{path} is an empty list where Graph has an object: it is left out"));
            *value = Value::Null;
        }
        Value::Array(items) if is_flags(name) => {
            let flags: Vec<String> = items.iter().filter_map(Value::as_str).map(|flag| word(path, name, flag, notes)).collect();
            notes.add(format!("{path} is a list where Graph has one text: it is joined by commas"));
            *value = if flags.is_empty() { Value::Null } else { flags.join(",").into() };
        }
        Value::String(text) if is_flags(name) => {
            let flags: Vec<String> = text.split(',').map(|flag| word(path, name, flag.trim(), notes)).collect();
            *value = flags.join(",").into();
        }
        // Only where we know the list: Graph has texts of such names, too (`includeTrafficProfiles`).
        Value::String(text) if is_set(name) && MEMBERS.contains(&name) => {
            notes.add(format!("{path} is one text where Graph has a list"));
            *value = Value::Array(vec![word(path, name, text, notes).into()]);
        }
        Value::Array(items) if is_set(name) && name == "clientAppTypes" && items.is_empty() => {
            notes.add(format!("{path} is empty, which Graph refuses: it is left out and means all"));
        }
        Value::Array(items) if is_set(name) => {
            for item in items.iter_mut() {
                if let Value::String(text) = item {
                    *item = word(path, name, text, notes).into();
                }
            }
        }
        Value::String(text) => *value = word(path, name, text, notes).into(),
        _ => {}
    }
}

/// A keyword in Graph's spelling, any other text as it is.
fn word(path: &str, name: &str, text: &str, notes: &mut Notes) -> String {
    let known =
        WORDS.iter().find(|(member, _)| *member == name).and_then(|(_, words)| words.iter().find(|word| word.eq_ignore_ascii_case(text)));
    let written = known.map_or_else(|| spelled(name, text), |word| (*word).to_owned());
    // The case of a GUID is nobody's oddity.
    if written != text && uuid::Uuid::parse_str(text).is_err() {
        notes.add(format!("{path}: {text} is written {written}"));
    }
    written
}

/// Session controls that are switched off: Graph takes them for none, or refuses a policy that has no others.
pub(super) fn switched_off(members: &mut Map<String, Value>, notes: &mut Notes) {
    let Some(Value::Object(session)) = members.get_mut("sessionControls") else { return };
    session.retain(|name, control| {
        let off = control.get("isEnabled") == Some(&Value::Bool(false)) || (name == "disableResilienceDefaults" && *control == false);
        if off && name != "disableResilienceDefaults" {
            notes.add(format!("sessionControls.{name} is switched off: it is left out"));
        }
        !off
    });
}

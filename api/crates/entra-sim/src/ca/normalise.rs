//! What Graph makes of an accepted policy: every collection present, defaults filled in, one-control operators `OR`, strengths expanded.

use serde_json::{Map, Value, json};

use super::DirectoryView;
use super::json::{at, filled, is_void, text, texts};
use super::vocabulary as v;

/// The members Graph adds itself.
pub(super) struct Envelope {
    pub id: String,
    pub template_id: Value,
    pub created: Value,
    pub modified: Value,
}

/// Fills in a conformed body; the result is stable under a second pass. The strength is still `{id}`, the envelope is missing.
pub(super) fn policy(body: &Value) -> Value {
    let mut draft = json!({
        "displayName": at(body, &["displayName"]),
        "state": at(body, &["state"]),
        "conditions": conditions(at(body, &["conditions"])),
        "sessionControls": session(at(body, &["sessionControls"])),
        "grantControls": grant(at(body, &["grantControls"])),
    });
    if !is_void(at(body, &["description"])) {
        draft["description"] = at(body, &["description"]).clone();
    }
    force_remediation(&mut draft);
    draft
}

/// Adds the envelope and expands the authentication strength. A strength that has gone since keeps the bare id.
pub(super) fn stored_policy(mut draft: Value, dir: &dyn DirectoryView, envelope: &Envelope) -> Value {
    if let Some(grant) = draft["grantControls"].as_object_mut() {
        let context = format!(
            "https://graph.microsoft.com/v1.0/$metadata#identity/conditionalAccess/policies('{}')/grantControls/authenticationStrength/$entity",
            envelope.id
        );
        grant.insert("authenticationStrength@odata.context".into(), Value::from(context));
        let expanded =
            grant.get("authenticationStrength").and_then(|strength| text(strength, &["id"])).and_then(|id| dir.auth_strength(id));
        if let Some(expanded) = expanded {
            grant.insert("authenticationStrength".into(), expanded);
        }
    }
    draft["id"] = Value::from(envelope.id.as_str());
    draft["templateId"] = envelope.template_id.clone();
    draft["createdDateTime"] = envelope.created.clone();
    draft["modifiedDateTime"] = envelope.modified.clone();
    draft["deletedDateTime"] = Value::Null;
    draft["partialEnablementStrategy"] = Value::Null;
    draft
}

fn conditions(sent: &Value) -> Value {
    let mut stored = json!({
        "userRiskLevels": list(sent, "userRiskLevels"),
        "signInRiskLevels": list(sent, "signInRiskLevels"),
        // Omitted means every client; an empty list stays and is refused later (1064).
        "clientAppTypes": if at(sent, &["clientAppTypes"]).is_null() { json!(["all"]) } else { list(sent, "clientAppTypes") },
        "platforms": pair(at(sent, &["platforms"]), ["includePlatforms", "excludePlatforms"]),
        "locations": pair(at(sent, &["locations"]), ["includeLocations", "excludeLocations"]),
        "times": null,
        "deviceStates": if is_void(at(sent, &["deviceStates"])) { Value::Null } else { at(sent, &["deviceStates"]).clone() },
        "devices": devices(at(sent, &["devices"])),
        "clientApplications": client_applications(at(sent, &["clientApplications"])),
        "applications": applications(at(sent, &["applications"])),
        "users": users(at(sent, &["users"])),
    });
    // Not returned while empty.
    if filled(sent, &["servicePrincipalRiskLevels"]) {
        stored["servicePrincipalRiskLevels"] = list(sent, "servicePrincipalRiskLevels");
    }
    if !is_void(at(sent, &["insiderRiskLevels"])) {
        stored["insiderRiskLevels"] = at(sent, &["insiderRiskLevels"]).clone();
    }
    if text(sent, &["authenticationFlows", "transferMethods"]).is_some_and(|methods| !methods.is_empty() && methods != "none") {
        stored["authenticationFlows"] = json!({ "transferMethods": at(sent, &["authenticationFlows", "transferMethods"]) });
    }
    stored
}

fn users(sent: &Value) -> Value {
    json!({
        "includeUsers": list(sent, "includeUsers"),
        "excludeUsers": list(sent, "excludeUsers"),
        "includeGroups": list(sent, "includeGroups"),
        "excludeGroups": list(sent, "excludeGroups"),
        "includeRoles": list(sent, "includeRoles"),
        "excludeRoles": list(sent, "excludeRoles"),
        "includeGuestsOrExternalUsers": guests(at(sent, &["includeGuestsOrExternalUsers"])),
        "excludeGuestsOrExternalUsers": guests(at(sent, &["excludeGuestsOrExternalUsers"])),
    })
}

fn guests(sent: &Value) -> Value {
    let types = text(sent, &["guestOrExternalUserTypes"]).unwrap_or_default();
    if types.is_empty() || types == "none" {
        return Value::Null;
    }
    json!({ "guestOrExternalUserTypes": types, "externalTenants": external_tenants(types, at(sent, &["externalTenants"])) })
}

fn external_tenants(types: &str, sent: &Value) -> Value {
    if types == "internalGuest" && sent.is_null() {
        return Value::Null; // A local guest has no home tenant.
    }
    match text(sent, &["membershipKind"]) {
        Some("enumerated") => json!({
            "@odata.type": "#microsoft.graph.conditionalAccessEnumeratedExternalTenants",
            "membershipKind": "enumerated",
            "members": list(sent, "members"),
        }),
        _ => json!({ "@odata.type": "#microsoft.graph.conditionalAccessAllExternalTenants", "membershipKind": "all" }),
    }
}

fn applications(sent: &Value) -> Value {
    json!({
        "includeApplications": list(sent, "includeApplications"),
        "excludeApplications": list(sent, "excludeApplications"),
        "includeUserActions": list(sent, "includeUserActions"),
        "includeAuthenticationContextClassReferences": list(sent, "includeAuthenticationContextClassReferences"),
        "applicationFilter": object_or_null(at(sent, &["applicationFilter"])),
    })
}

fn client_applications(sent: &Value) -> Value {
    if is_void(sent) {
        return Value::Null;
    }
    json!({
        "includeServicePrincipals": list(sent, "includeServicePrincipals"),
        "excludeServicePrincipals": list(sent, "excludeServicePrincipals"),
        "servicePrincipalFilter": object_or_null(at(sent, &["servicePrincipalFilter"])),
    })
}

fn devices(sent: &Value) -> Value {
    if is_void(sent) {
        return Value::Null;
    }
    let mut stored = json!({ "deviceFilter": object_or_null(at(sent, &["deviceFilter"])) });
    // Kept only to be refused by number (1088); a stored policy never holds them.
    for retired in ["includeDeviceStates", "excludeDeviceStates"] {
        if !is_void(at(sent, &[retired])) {
            stored[retired] = at(sent, &[retired]).clone();
        }
    }
    stored
}

/// Both lists of an include/exclude pair, or null when neither names anything.
fn pair(sent: &Value, names: [&str; 2]) -> Value {
    if is_void(sent) {
        return Value::Null;
    }
    names.into_iter().map(|name| (name.to_owned(), list(sent, name))).collect::<Map<_, _>>().into()
}

fn grant(sent: &Value) -> Value {
    let mut built_in: Vec<&str> = Vec::new();
    for control in texts(sent, &["builtInControls"]) {
        if !built_in.contains(&control) {
            built_in.push(control);
        }
    }
    if built_in.contains(&"passwordChange") {
        built_in.sort_by_key(|control| *control != "mfa");
    }
    let strength = at(sent, &["authenticationStrength"]);
    let single = built_in.len()
        + texts(sent, &["termsOfUse"]).len()
        + texts(sent, &["customAuthenticationFactors"]).len()
        + usize::from(!strength.is_null());
    if single == 0 {
        return Value::Null;
    }
    json!({
        "operator": if single == 1 { json!("OR") } else { at(sent, &["operator"]).clone() },
        "builtInControls": built_in,
        "customAuthenticationFactors": list(sent, "customAuthenticationFactors"),
        "termsOfUse": list(sent, "termsOfUse"),
        "authenticationStrength": strength,
    })
}

/// Risk remediation brings a strength and "every time" along by itself.
fn force_remediation(draft: &mut Value) {
    if !texts(draft, &["grantControls", "builtInControls"]).contains(&"riskRemediation") {
        return;
    }
    if draft["grantControls"]["authenticationStrength"].is_null() {
        draft["grantControls"]["authenticationStrength"] = json!({ "id": v::MFA_STRENGTH });
    }
    draft["grantControls"]["operator"] = json!("AND");
    if draft["sessionControls"].is_null() {
        draft["sessionControls"] = no_session();
    }
    draft["sessionControls"]["signInFrequency"] = json!({
        "value": null, "type": null, "authenticationType": "primaryAndSecondaryAuthentication", "frequencyInterval": "everyTime", "isEnabled": true,
    });
}

fn no_session() -> Value {
    json!({
        "disableResilienceDefaults": null, "applicationEnforcedRestrictions": null, "cloudAppSecurity": null, "signInFrequency": null,
        "persistentBrowser": null, "continuousAccessEvaluation": null, "secureSignInSession": null,
    })
}

/// Controls that are switched off are not stored; session controls without any effect are null.
fn session(sent: &Value) -> Value {
    let mut stored = no_session();
    stored["disableResilienceDefaults"] = at(sent, &["disableResilienceDefaults"]).clone();
    for (name, members) in [
        ("applicationEnforcedRestrictions", &[][..]),
        ("secureSignInSession", &[]),
        ("cloudAppSecurity", &["cloudAppSecurityType"]),
        ("persistentBrowser", &["mode"]),
        ("signInFrequency", &["value", "type", "authenticationType", "frequencyInterval"]),
    ] {
        let control = at(sent, &[name]);
        if is_on(control) {
            let mut kept: Map<String, Value> =
                members.iter().map(|member| ((*member).to_owned(), at(control, &[member]).clone())).collect();
            kept.insert("isEnabled".into(), Value::Bool(true));
            stored[name] = kept.into();
        }
    }
    if stored["signInFrequency"].is_object() {
        default_to(&mut stored["signInFrequency"]["authenticationType"], "primaryAndSecondaryAuthentication");
        default_to(&mut stored["signInFrequency"]["frequencyInterval"], "timeBased");
    }
    // Resilience defaults that stay on are no control.
    let effective =
        stored.as_object().is_some_and(|controls| controls.values().any(|control| control.is_object() || control == &Value::Bool(true)));
    if effective { stored } else { Value::Null }
}

/// Decision: a control sent without `isEnabled` is on.
fn is_on(control: &Value) -> bool {
    !is_void(control) && at(control, &["isEnabled"]).as_bool() != Some(false) && !control.get("isEnabled").is_some_and(Value::is_null)
}

fn default_to(value: &mut Value, word: &str) {
    if value.is_null() {
        *value = Value::from(word);
    }
}

fn object_or_null(value: &Value) -> Value {
    if is_void(value) { Value::Null } else { value.clone() }
}

fn list(value: &Value, name: &str) -> Value {
    at(value, &[name]).as_array().cloned().unwrap_or_default().into()
}

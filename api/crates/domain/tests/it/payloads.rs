//! Payloads: what is refused before there is a draft, the form that is stored, and the JSON form.

use domain::change::kind::ChangePayload;
use domain::change::plan::validate_payload;
use serde_json::{Value, json};

const A: &str = "11111111-aaaa-4111-8111-111111111111";
const B: &str = "22222222-bbbb-4222-8222-222222222222";

fn payload(kind: &str, mut members: Value) -> ChangePayload {
    members["kind"] = kind.into();
    serde_json::from_value(members).unwrap()
}

#[track_caller]
fn refused(kind: &str, members: Value, path: &str, says: &str) {
    let error = validate_payload(&payload(kind, members)).unwrap_err();
    assert_eq!(error.path.join("."), path, "{}", error.message);
    assert!(error.message.contains(says), "{}", error.message);
}

#[track_caller]
fn fine(kind: &str, members: Value) {
    assert_eq!(validate_payload(&payload(kind, members)), Ok(()));
}

#[test]
fn names_hold_1_to_256_characters() {
    for bad in ["", "   ", "a\u{7}", &"x".repeat(257)] {
        refused("policy.rename", json!({ "displayName": bad }), "displayName", "display name");
        refused("policy.delete", json!({ "confirmDisplayName": bad }), "confirmDisplayName", "display name");
    }
    for good in ["a", &"é".repeat(256), &format!("  {}  ", "x".repeat(256))] {
        fine("policy.rename", json!({ "displayName": good }));
    }
    fine("policy.state_change", json!({ "to": "enabled" }));
    fine("policy.restore", json!({}));
}

#[test]
fn a_payload_touches_something() {
    for kind in ["policy.assignment_change", "policy.application_change", "policy.condition_change", "policy.risk_condition_change"] {
        refused(kind, json!({}), "", "touches nothing");
    }
    refused("policy.grant_change", json!({}), "", "touches nothing");
    refused("policy.session_change", json!({}), "", "touches nothing");
    refused("location.update", json!({ "locationId": A }), "", "touches nothing");
}

#[test]
fn deltas_hold_ids_names_and_the_keywords_of_their_list() {
    let kind = "policy.assignment_change";
    fine(kind, json!({ "includeUsers": { "add": ["all"] }, "excludeGroups": { "add": [A, "Emergency access"], "remove": [B] } }));
    fine(kind, json!({ "includeUsers": { "remove": ["AllAgentIdUsers", "<placeholder>"] } }));
    refused(kind, json!({ "includeGroups": { "add": [A, "All"] } }), "includeGroups.add.1", "no keywords");
    refused(kind, json!({ "excludeUsers": { "add": ["None"] } }), "excludeUsers.add.0", "GuestsOrExternalUsers");
    refused(kind, json!({ "includeUsers": { "add": ["All", A] } }), "includeUsers.add", "stands alone");
    refused(kind, json!({ "includeUsers": { "add": [A], "remove": [A.to_uppercase()] } }), "includeUsers.remove.0", "added and removed");
    refused(kind, json!({ "includeUsers": { "add": ["  "] } }), "includeUsers.add.0", "1 to 256");
    refused(kind, json!({ "excludeUsers": { "add": vec![A; 1_001] } }), "excludeUsers.add", "at most 1000");
    let names: Vec<String> = (0..101).map(|number| format!("Group {number}")).collect();
    refused(kind, json!({ "excludeGroups": { "add": names } }), "excludeGroups.add", "at most 100 references by name");
    let apps = "policy.application_change";
    fine(apps, json!({ "includeUserActions": { "add": ["urn:user:registerdevice"] }, "applicationFilter": null }));
    refused(
        apps,
        json!({ "includeUserActions": { "add": ["urn:user:x"] } }),
        "includeUserActions.add.0",
        "urn:user:registersecurityinfo, urn:user:registerdevice",
    );
    refused(apps, json!({ "excludeApplications": { "add": ["All"] } }), "excludeApplications.add.0", "Office365");
    refused(apps, json!({ "applicationFilter": { "mode": "x", "rule": "y" } }), "applicationFilter.mode", "include, exclude");
}

#[test]
fn guests_have_graphs_shape() {
    let guests = |guests: Value| json!({ "includeGuestsOrExternalUsers": guests });
    let kind = "policy.assignment_change";
    fine(kind, guests(Value::Null));
    fine(
        kind,
        guests(json!({ "guestOrExternalUserTypes": "internalGuest,serviceProvider", "externalTenants": { "membershipKind": "all" } })),
    );
    fine(
        kind,
        guests(
            json!({ "guestOrExternalUserTypes": "serviceProvider", "externalTenants": { "membershipKind": "enumerated", "members": [A] } }),
        ),
    );
    let at = |rest: &str| format!("includeGuestsOrExternalUsers{rest}");
    refused(kind, guests(json!("internalGuest")), &at(""), "JSON object");
    refused(kind, guests(json!({})), &at(".guestOrExternalUserTypes"), "at least one");
    refused(kind, guests(json!({ "guestOrExternalUserTypes": "alien" })), &at(".guestOrExternalUserTypes"), "internalGuest");
    refused(kind, guests(json!({ "types": "x" })), &at(".types"), "guestOrExternalUserTypes");
    let tenants = |tenants: Value| guests(json!({ "guestOrExternalUserTypes": "serviceProvider", "externalTenants": tenants }));
    refused(kind, tenants(json!({ "membershipKind": "enumerated" })), &at(".externalTenants.members"), "at least one tenant");
    refused(kind, tenants(json!({ "membershipKind": "enumerated", "members": ["x"] })), &at(".externalTenants.members.0"), "GUID");
}

#[test]
fn conditions_hold_what_graph_knows() {
    let kind = "policy.condition_change";
    fine(kind, json!({ "locations": { "includeLocations": ["All"], "excludeLocations": ["AllTrusted", A, "HQ"] }, "platforms": null }));
    refused(kind, json!({ "clientAppTypes": [] }), "clientAppTypes", "1064");
    refused(kind, json!({ "clientAppTypes": ["browser", "fax"] }), "clientAppTypes.1", "exchangeActiveSync");
    refused(kind, json!({ "locations": { "excludeLocations": ["All"] } }), "locations.excludeLocations.0", "AllTrusted");
    refused(kind, json!({ "platforms": { "includePlatforms": ["beos"] } }), "platforms.includePlatforms.0", "android");
    refused(kind, json!({ "platforms": { "include": [] } }), "platforms.include", "includePlatforms");
    refused(
        kind,
        json!({ "authenticationFlows": { "transferMethods": ["deviceCodeFlow"] } }),
        "authenticationFlows.transferMethods",
        "one text",
    );
    let risk = "policy.risk_condition_change";
    fine(risk, json!({ "signInRiskLevels": ["HIGH"], "insiderRiskLevels": [] }));
    refused(risk, json!({ "userRiskLevels": ["elevated"] }), "userRiskLevels.0", "low, medium, high");
    refused(risk, json!({ "insiderRiskLevels": ["high"] }), "insiderRiskLevels.0", "minor, moderate, elevated");
    let filter = "policy.device_filter_change";
    fine(filter, json!({ "deviceFilter": null }));
    let rule = |length: usize| format!("device.model -eq \"{}\"", "é".repeat(length - "device.model -eq ''".len()));
    fine(filter, json!({ "deviceFilter": { "mode": "exclude", "rule": rule(3_072) } }));
    refused(filter, json!({ "deviceFilter": { "mode": "exclude", "rule": rule(3_073) } }), "deviceFilter.rule", "3072");
    refused(
        filter,
        json!({ "deviceFilter": { "mode": "exclude", "rule": "device.modle -eq \"x\"" } }),
        "deviceFilter.rule",
        "line 1, column 1",
    );
    let create = |rule: &str| json!({ "applicationFilter": { "mode": "include", "rule": rule } });
    fine("policy.application_change", create("CustomSecurityAttribute.Area_Team -eq \"Finance\""));
    refused("policy.application_change", create("device.isCompliant -eq True"), "applicationFilter.rule", "CustomSecurityAttribute");
    refused(filter, json!({ "deviceFilter": { "mode": "exclude", "rule": "x".repeat(3_073) } }), "deviceFilter.rule", "3072");
    refused(filter, json!({ "deviceFilter": { "rule": "x" } }), "deviceFilter.mode", "include, exclude");
    let contexts = "policy.auth_context_change";
    fine(contexts, json!({ "includeAuthenticationContextClassReferences": ["c1", "c99", "Sensitive data"] }));
    for bad in ["c0", "c100", "c01", "C5"] {
        let path = "includeAuthenticationContextClassReferences.0";
        refused(contexts, json!({ "includeAuthenticationContextClassReferences": [bad] }), path, "c1 to c99");
    }
}

#[test]
fn controls_go_together_as_graph_lets_them() {
    let grant = "policy.grant_change";
    fine(grant, json!({ "builtInControls": ["mfa", "compliantDevice"], "operator": "AND", "authenticationStrengthId": null }));
    fine(grant, json!({ "authenticationStrengthId": "Phishing-resistant MFA" }));
    refused(grant, json!({ "builtInControls": ["block", "mfa"] }), "builtInControls", "1032");
    refused(grant, json!({ "builtInControls": ["block"], "authenticationStrengthId": A }), "builtInControls", "stands alone");
    refused(grant, json!({ "builtInControls": ["mfa"], "authenticationStrengthId": A }), "builtInControls", "twice");
    refused(grant, json!({ "builtInControls": ["password"] }), "builtInControls.0", "passwordChange");
    let session = "policy.session_change";
    let frequency = |control: Value| json!({ "signInFrequency": control });
    for good in [
        json!({ "value": 23, "type": "hours" }),
        json!({ "value": 365, "type": "days", "frequencyInterval": "timeBased", "authenticationType": "primaryAndSecondaryAuthentication" }),
        json!({ "frequencyInterval": "everyTime", "authenticationType": "secondaryAuthentication", "value": null }),
        json!({ "isEnabled": false }),
    ] {
        fine(session, frequency(good));
    }
    for (bad, path, says) in [
        (json!({ "value": 24, "type": "hours" }), ".value", "1 to 23"),
        (json!({ "value": 0, "type": "days" }), ".value", "1 to 365"),
        (json!({ "value": 4 }), ".type", "hours, days"),
        (json!({ "frequencyInterval": "everyTime", "value": 4, "type": "hours" }), "", "without value"),
        (json!({ "value": 4, "type": "hours", "authenticationType": "secondaryAuthentication" }), ".authenticationType", "1104"),
        (json!({ "value": 4, "type": "hours", "isEnabled": "yes" }), ".isEnabled", "true or false"),
        (json!({ "hours": 4 }), ".hours", "frequencyInterval"),
    ] {
        refused(session, frequency(bad), &format!("signInFrequency{path}"), says);
    }
    refused(session, json!({ "persistentBrowser": { "isEnabled": true } }), "persistentBrowser.mode", "always, never");
    refused(
        session,
        json!({ "cloudAppSecurity": { "cloudAppSecurityType": "x" } }),
        "cloudAppSecurity.cloudAppSecurityType",
        "mcasConfigured",
    );
    refused(session, json!({ "continuousAccessEvaluation": { "mode": "x" } }), "continuousAccessEvaluation.mode", "strictLocation");
}

#[test]
fn locations_keep_graphs_limits() {
    let create = |ranges: Value| json!({ "displayName": "HQ", "location": { "ip": { "ipRanges": ranges } } });
    let kind = "location.create";
    fine(kind, create(json!(["192.0.2.0/24", "10.0.0.0/9", "2001:DB8::/32", "192.0.2.1/32"])));
    for (bad, says) in [
        ("192.0.2.1", "192.0.2.1/32"),
        ("10.0.0.0/8", "too wide"),
        ("::/0", "too wide"),
        ("192.0.2.0/33", "9 to 32"),
        ("192.0.2.0/+9", "9 to 32"),
        ("300.0.0.0/24", "CIDR"),
    ] {
        refused(kind, create(json!(["192.0.2.0/24", bad])), "location.ip.ipRanges.1", says);
    }
    refused(kind, create(json!([])), "location.ip.ipRanges", "at least one");
    refused(kind, create(json!(vec!["192.0.2.0/24"; 2_001])), "location.ip.ipRanges", "at most 2000");
    let country = |codes: Value| json!({ "displayName": "EU", "location": { "country": { "countriesAndRegions": codes } } });
    fine(kind, country(json!(["de", "AT"])));
    refused(kind, country(json!(["DE", "EU"])), "location.country.countriesAndRegions.1", "ISO 3166-1");
    refused("location.update", json!({ "locationId": "x", "displayName": "y" }), "locationId", "GUID");
    refused(
        "location.update",
        json!({ "locationId": A, "isTrusted": true, "countryLookupMethod": "clientIpAddress" }),
        "",
        "cannot change that",
    );
    refused("location.update", json!({ "locationId": A, "countryLookupMethod": "x" }), "countryLookupMethod", "authenticatorAppGps");
}

/// A policy that Graph takes, with one member set by its JSON pointer.
fn new_policy(pointer: &str, value: Value) -> Value {
    let mut document = json!({
        "displayName": "New",
        "conditions": { "users": { "includeUsers": ["All"] }, "applications": { "includeApplications": ["All"] }, "userRiskLevels": [] },
        "grantControls": { "operator": "OR", "builtInControls": ["mfa"] },
    });
    if let Some((parent, name)) = pointer.rsplit_once('/') {
        document.pointer_mut(parent).unwrap().as_object_mut().unwrap().insert(name.to_owned(), value);
    }
    json!({ "document": document })
}

#[test]
fn a_new_policy_is_one_that_graph_takes() {
    let kind = "policy.create";
    fine(kind, new_policy("", Value::Null));
    fine(kind, new_policy("/conditions/brandNew", json!({ "x": [1] })));
    fine(kind, new_policy("/conditions/clientAppTypes", json!([])));
    fine(kind, new_policy("/conditions/users", json!({ "includeGroups": ["<RING>"] })));
    for (pointer, value, path, says) in [
        ("/displayName", json!(""), "document.displayName", "1 to 256"),
        ("/conditions/users", json!({ "excludeUsers": [A] }), "document.conditions.users", "includes somebody"),
        (
            "/conditions/users",
            json!({ "includeUsers": ["GuestsOrExternalUsers"], "includeGuestsOrExternalUsers": { "guestOrExternalUserTypes": "internalGuest" } }),
            "document.conditions.users.includeUsers",
            "cannot be combined",
        ),
        ("/conditions/applications", json!({ "includeApplications": [] }), "document.conditions.applications", "1011"),
        (
            "/conditions/applications",
            json!({ "includeApplications": ["All"], "includeUserActions": ["urn:user:registerdevice"] }),
            "document.conditions.applications",
            "1012",
        ),
        ("/conditions/clientAppTypes", json!(["fax"]), "document.conditions.clientAppTypes.0", "browser"),
        ("/conditions/deviceStates", json!({ "includeStates": ["All"] }), "document.conditions.deviceStates", "1060"),
        ("/conditions/devices", json!({ "includeDeviceStates": ["All"] }), "document.conditions.devices.includeDeviceStates", "1088"),
        ("/grantControls", Value::Null, "document.grantControls", "1032"),
        (
            "/grantControls",
            json!({ "operator": "AND", "builtInControls": ["block", "mfa"] }),
            "document.grantControls.builtInControls",
            "block",
        ),
        ("/grantControls", json!({ "builtInControls": ["mfa", "compliantDevice"] }), "document.grantControls.operator", "AND, OR"),
        (
            "/grantControls",
            json!({ "operator": "OR", "builtInControls": ["mfa", "passwordChange"] }),
            "document.grantControls",
            "passwordChange",
        ),
        ("/grantControls", json!({ "operator": "AND", "builtInControls": ["mfa", "passwordChange"] }), "document.conditions", "user risk"),
        (
            "/sessionControls",
            json!({ "signInFrequency": { "value": 99, "type": "hours", "isEnabled": true } }),
            "document.sessionControls.signInFrequency.value",
            "1 to 23",
        ),
        ("/conditions/brandNew", json!(vec![1; 1_001]), "document.conditions.brandNew", "at most 1000"),
        ("/description", json!("x".repeat(300_000)), "document", "bytes"),
    ] {
        refused(kind, new_policy(pointer, value), path, says);
    }
    let deep = (0..40).fold(json!(1), |inner, _| json!({ "x": inner }));
    refused(kind, new_policy("/conditions/deep", deep), "document", "deep");
    refused(kind, json!({ "document": [] }), "document", "JSON object");
}

#[test]
fn input_is_stored_in_one_form() {
    let same = |kind: &str, given: Value, stored: Value| assert_eq!(payload(kind, given).normalised(), payload(kind, stored));
    same("policy.rename", json!({ "displayName": "  a b " }), json!({ "displayName": "a b" }));
    same(
        "policy.assignment_change",
        json!({ "includeUsers": { "add": ["ALL"] }, "excludeGroups": { "add": [B.to_uppercase(), A, B], "remove": [" Staff "] } }),
        json!({ "includeUsers": { "add": ["All"] }, "excludeGroups": { "add": [A, B], "remove": ["Staff"] } }),
    );
    same(
        "policy.grant_change",
        json!({ "builtInControls": ["MFA", "compliantdevice"] }),
        json!({ "builtInControls": ["compliantDevice", "mfa"] }),
    );
    same(
        "location.create",
        json!({ "displayName": " HQ ", "location": { "ip": { "ipRanges": ["2001:DB8::/32", "192.0.2.0/24 "] } } }),
        json!({ "displayName": "HQ", "location": { "ip": { "ipRanges": ["192.0.2.0/24", "2001:db8::/32"] } } }),
    );
    same(
        "location.update",
        json!({ "locationId": A.to_uppercase(), "countriesAndRegions": ["de", "AT", "DE"] }),
        json!({ "locationId": A, "countriesAndRegions": ["AT", "DE"] }),
    );
    let document = json!({ "document": { "displayName": " kept as it is " } });
    same("policy.create", document.clone(), document);
}

#[test]
fn the_json_form_tells_absent_from_null_and_knows_its_members() {
    let form = json!({ "kind": "policy.condition_change", "locations": null, "clientAppTypes": ["all"] });
    let read: ChangePayload = serde_json::from_value(form.clone()).unwrap();
    assert_eq!(serde_json::to_value(&read).unwrap(), form);
    for unknown in [
        json!({ "kind": "policy.condition_change", "location": null }),
        json!({ "kind": "policy.rename", "displayName": "x", "state": "enabled" }),
        json!({ "kind": "policy.unheard_of" }),
        json!({ "kind": "location.create", "displayName": "x", "location": { "ip": { "ipRanges": [] }, "country": {} } }),
    ] {
        assert!(serde_json::from_value::<ChangePayload>(unknown.clone()).is_err(), "{unknown}");
    }
}

//! The exact write of every narrow kind: its own fields, whole lists, and explicit nulls where Graph needs them to clear.

use domain::change::plan::Plan;
use serde_json::{Value, json};

use crate::world::World;

const A: &str = "11111111-aaaa-4111-8111-111111111111";
const B: &str = "22222222-bbbb-4222-8222-222222222222";
const STRENGTH: &str = "00000000-0000-0000-0000-000000000004";

/// The plan of a change of this kind to a policy with these parts.
fn plan(kind: &str, payload: Value, parts: Value) -> Plan {
    let mut document = json!({
        "id": B,
        "displayName": "Policy",
        "state": "disabled",
        "conditions": { "users": { "includeUsers": ["All"] }, "applications": { "includeApplications": ["All"] }, "clientAppTypes": ["all"] },
        "grantControls": { "operator": "OR", "builtInControls": ["mfa"] },
    });
    for (pointer, value) in parts.as_object().unwrap() {
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        document.pointer_mut(parent).unwrap().as_object_mut().unwrap().insert(name.to_owned(), value.clone());
    }
    World::of(kind, payload).with(|world| world.document = Some(document)).plan()
}

#[track_caller]
fn writes(kind: &str, payload: Value, parts: Value, expected: Value) {
    assert_eq!(plan(kind, payload, parts).write, expected);
}

fn users(users: Value) -> Value {
    json!({ "/conditions/users": users })
}

#[test]
fn assignments_send_the_lists_that_change_and_no_other() {
    let kind = "policy.assignment_change";
    let in_users = |users: Value| json!({ "conditions": { "users": users } });
    writes(
        kind,
        json!({ "excludeUsers": { "add": [B.to_uppercase()], "remove": ["none there"] }, "excludeGroups": { "add": [A] } }),
        users(json!({ "includeUsers": ["All"], "excludeUsers": [A], "excludeGroups": [A] })),
        in_users(json!({ "excludeUsers": [A, B] })),
    );
    writes(
        kind,
        json!({ "excludeUsers": { "remove": [A] } }),
        users(json!({ "includeUsers": ["All"], "excludeUsers": [A.to_uppercase()] })),
        in_users(json!({ "excludeUsers": [] })),
    );
    writes(kind, json!({ "excludeUsers": { "add": [A] } }), users(json!({ "includeUsers": ["All"], "excludeUsers": [A] })), json!({}));
    writes(kind, json!({ "includeUsers": { "add": [A], "remove": ["All"] } }), json!({}), in_users(json!({ "includeUsers": [A] })));
    writes(kind, json!({ "includeGuestsOrExternalUsers": null }), json!({}), json!({}));
}

#[test]
fn nobody_is_said_as_none() {
    let kind = "policy.assignment_change";
    let in_users = |users: Value| json!({ "conditions": { "users": users } });
    writes(kind, json!({ "includeUsers": { "remove": ["All"] } }), json!({}), in_users(json!({ "includeUsers": ["None"] })));
    writes(
        kind,
        json!({ "includeGroups": { "remove": [A] } }),
        users(json!({ "includeUsers": [], "includeGroups": [A] })),
        in_users(json!({ "includeUsers": ["None"], "includeGroups": [] })),
    );
    writes(
        kind,
        json!({ "includeGroups": { "add": [A] } }),
        users(json!({ "includeUsers": ["None"] })),
        in_users(json!({ "includeUsers": [], "includeGroups": [A] })),
    );
    writes(
        kind,
        json!({ "includeUsers": { "remove": [A] } }),
        users(json!({ "includeUsers": [A], "includeRoles": [B] })),
        in_users(json!({ "includeUsers": [] })),
    );
}

#[test]
fn guests_are_sent_whole_with_the_type_of_their_tenants() {
    let kind = "policy.assignment_change";
    let before = users(json!({ "includeUsers": ["All"], "excludeGuestsOrExternalUsers": { "guestOrExternalUserTypes": "internalGuest" } }));
    let sends = |guests: Value, expected: Value| {
        let expected = json!({ "conditions": { "users": { "excludeGuestsOrExternalUsers": expected } } });
        writes(kind, json!({ "excludeGuestsOrExternalUsers": guests }), before.clone(), expected);
    };
    sends(Value::Null, Value::Null);
    sends(
        json!({ "guestOrExternalUserTypes": "serviceProvider" }),
        json!({
            "guestOrExternalUserTypes": "serviceProvider",
            "externalTenants": { "@odata.type": "#microsoft.graph.conditionalAccessAllExternalTenants", "membershipKind": "all" },
        }),
    );
    sends(
        json!({ "guestOrExternalUserTypes": "serviceProvider", "externalTenants": { "membershipKind": "enumerated", "members": [A] } }),
        json!({
            "guestOrExternalUserTypes": "serviceProvider",
            "externalTenants": {
                "@odata.type": "#microsoft.graph.conditionalAccessEnumeratedExternalTenants", "membershipKind": "enumerated", "members": [A],
            },
        }),
    );
}

#[test]
fn workload_identities_come_and_go_with_their_condition() {
    let kind = "policy.assignment_change";
    writes(
        kind,
        json!({ "includeServicePrincipals": { "add": ["serviceprincipalsinmytenant"] } }),
        users(json!({ "includeUsers": ["None"] })),
        json!({ "conditions": { "clientApplications": { "includeServicePrincipals": ["ServicePrincipalsInMyTenant"] } } }),
    );
    let one = json!({ "/conditions/clientApplications": { "includeServicePrincipals": [A], "excludeServicePrincipals": [] } });
    writes(kind, json!({ "includeServicePrincipals": { "remove": [A] } }), one, json!({ "conditions": { "clientApplications": null } }));
}

#[test]
fn applications_user_actions_and_contexts_give_way_to_each_other() {
    let in_applications = |applications: Value| json!({ "conditions": { "applications": applications } });
    let (applications, contexts) = ("policy.application_change", "policy.auth_context_change");
    let with = |value: Value| json!({ "/conditions/applications": value });
    writes(
        applications,
        json!({ "includeApplications": { "add": ["office365"], "remove": ["all"] }, "excludeApplications": { "add": [A] } }),
        json!({}),
        in_applications(json!({ "includeApplications": ["Office365"], "excludeApplications": [A] })),
    );
    writes(
        applications,
        json!({ "includeApplications": { "remove": ["All"] } }),
        json!({}),
        in_applications(json!({ "includeApplications": ["None"] })),
    );
    writes(
        applications,
        json!({ "includeApplications": { "remove": ["All"] }, "includeUserActions": { "add": ["urn:user:registerdevice"] } }),
        json!({}),
        in_applications(json!({ "includeApplications": [], "includeUserActions": ["urn:user:registerdevice"] })),
    );
    let c1 = json!({ "includeAuthenticationContextClassReferences": ["c1"] });
    writes(
        contexts,
        c1.clone(),
        with(json!({ "includeApplications": ["None"] })),
        in_applications(json!({ "includeApplications": [], "includeAuthenticationContextClassReferences": ["c1"] })),
    );
    writes(
        contexts,
        json!({ "includeAuthenticationContextClassReferences": [] }),
        with(c1),
        in_applications(json!({ "includeApplications": ["None"], "includeAuthenticationContextClassReferences": [] })),
    );
    let filter = json!({ "mode": "include", "rule": "CustomSecurityAttribute.a_b -eq \"c\"" });
    writes(applications, json!({ "applicationFilter": filter }), json!({}), in_applications(json!({ "applicationFilter": filter })));
}

#[test]
fn conditions_are_replaced_whole_and_cleared_with_null() {
    let kind = "policy.condition_change";
    let conditions = |conditions: Value| json!({ "conditions": conditions });
    let located = json!({ "/conditions/locations": { "includeLocations": ["All"], "excludeLocations": [A] } });
    writes(
        kind,
        json!({ "locations": { "includeLocations": ["AllTrusted"] } }),
        located.clone(),
        conditions(json!({ "locations": { "includeLocations": ["AllTrusted"], "excludeLocations": [] } })),
    );
    for nothing in [Value::Null, json!({}), json!({ "includeLocations": [], "excludeLocations": [] })] {
        writes(kind, json!({ "locations": nothing }), located.clone(), conditions(json!({ "locations": null })));
    }
    writes(
        kind,
        json!({ "platforms": { "includePlatforms": ["all"], "excludePlatforms": ["iOS"] }, "clientAppTypes": ["OTHER"], "authenticationFlows": { "transferMethods": "deviceCodeFlow" } }),
        json!({}),
        conditions(json!({
            "platforms": { "includePlatforms": ["all"], "excludePlatforms": ["iOS"] },
            "clientAppTypes": ["other"],
            "authenticationFlows": { "transferMethods": "deviceCodeFlow" },
        })),
    );
    let flows = json!({ "/conditions/authenticationFlows": { "transferMethods": "deviceCodeFlow" } });
    for nothing in [Value::Null, json!({ "transferMethods": "none" })] {
        writes(kind, json!({ "authenticationFlows": nothing }), flows.clone(), conditions(json!({ "authenticationFlows": null })));
    }
    let risk = "policy.risk_condition_change";
    writes(
        risk,
        json!({ "signInRiskLevels": ["high"], "insiderRiskLevels": ["minor", "elevated"] }),
        json!({}),
        conditions(json!({ "signInRiskLevels": ["high"], "insiderRiskLevels": "minor,elevated" })),
    );
    let risky = json!({ "/conditions/signInRiskLevels": ["high"], "/conditions/insiderRiskLevels": "minor" });
    writes(
        risk,
        json!({ "signInRiskLevels": [], "insiderRiskLevels": [] }),
        risky,
        conditions(json!({ "signInRiskLevels": [], "insiderRiskLevels": null })),
    );
}

#[test]
fn a_device_filter_takes_its_condition_along() {
    let kind = "policy.device_filter_change";
    let filter = json!({ "mode": "exclude", "rule": "device.isCompliant -eq True" });
    writes(kind, json!({ "deviceFilter": filter }), json!({}), json!({ "conditions": { "devices": { "deviceFilter": filter } } }));
    writes(
        kind,
        json!({ "deviceFilter": null }),
        json!({ "/conditions/devices": { "deviceFilter": filter } }),
        json!({ "conditions": { "devices": null } }),
    );
    let more = json!({ "/conditions/devices": { "deviceFilter": filter, "future": ["x"] } });
    writes(kind, json!({ "deviceFilter": null }), more, json!({ "conditions": { "devices": { "deviceFilter": null } } }));
}

#[test]
fn grant_controls_keep_an_operator_that_counts_and_require_all_where_none_did() {
    let kind = "policy.grant_change";
    let grant = |members: Value| json!({ "grantControls": members });
    let two = json!({ "/grantControls": { "operator": "OR", "builtInControls": ["mfa", "compliantDevice"] } });
    writes(kind, json!({ "builtInControls": ["block"] }), two.clone(), grant(json!({ "builtInControls": ["block"] })));
    writes(
        kind,
        json!({ "builtInControls": ["mfa", "domainJoinedDevice"] }),
        two.clone(),
        grant(json!({ "builtInControls": ["mfa", "domainJoinedDevice"] })),
    );
    writes(
        kind,
        json!({ "builtInControls": ["mfa", "compliantDevice"] }),
        json!({}),
        grant(json!({ "operator": "AND", "builtInControls": ["mfa", "compliantDevice"] })),
    );
    writes(
        kind,
        json!({ "builtInControls": ["mfa", "compliantDevice"], "operator": "OR" }),
        json!({}),
        grant(json!({ "operator": "OR", "builtInControls": ["mfa", "compliantDevice"] })),
    );
    writes(kind, json!({ "builtInControls": [] }), two, grant(Value::Null));
    let expanded = json!({ "id": STRENGTH, "displayName": "Phishing-resistant MFA", "allowedCombinations": ["fido2"] });
    let strong = json!({ "/grantControls": { "operator": "OR", "builtInControls": [], "authenticationStrength": expanded } });
    writes(
        kind,
        json!({ "builtInControls": ["mfa"], "authenticationStrengthId": null }),
        strong,
        grant(json!({ "builtInControls": ["mfa"], "authenticationStrength": null })),
    );
    writes(
        kind,
        json!({ "authenticationStrengthId": STRENGTH }),
        json!({ "/grantControls": null }),
        grant(json!({ "operator": "OR", "authenticationStrength": { "id": STRENGTH } })),
    );
    let terms = "policy.terms_of_use_change";
    writes(terms, json!({ "termsOfUse": [A] }), json!({}), grant(json!({ "operator": "AND", "termsOfUse": [A] })));
    writes(terms, json!({ "termsOfUse": [A], "operator": "OR" }), json!({}), grant(json!({ "operator": "OR", "termsOfUse": [A] })));
    writes(terms, json!({ "termsOfUse": [] }), json!({ "/grantControls": { "operator": "OR", "termsOfUse": [A] } }), grant(Value::Null));
}

#[test]
fn session_controls_are_sent_whole_and_off_is_null() {
    let kind = "policy.session_change";
    let session = |members: Value| json!({ "sessionControls": members });
    let hourly = json!({
        "isEnabled": true, "value": 4, "type": "hours", "authenticationType": "primaryAndSecondaryAuthentication", "frequencyInterval": "timeBased",
    });
    writes(kind, json!({ "signInFrequency": { "value": 4, "type": "hours" } }), json!({}), session(json!({ "signInFrequency": hourly })));
    let before = json!({ "/sessionControls": { "signInFrequency": hourly, "persistentBrowser": null } });
    writes(
        kind,
        json!({ "signInFrequency": { "frequencyInterval": "everyTime", "authenticationType": "secondaryAuthentication" } }),
        before.clone(),
        session(json!({ "signInFrequency": {
            "isEnabled": true, "value": null, "type": null, "authenticationType": "secondaryAuthentication", "frequencyInterval": "everyTime",
        } })),
    );
    for off in [Value::Null, json!({ "isEnabled": false, "value": 4, "type": "hours" })] {
        writes(kind, json!({ "signInFrequency": off }), before.clone(), session(Value::Null));
    }
    let both = json!({ "/sessionControls": { "signInFrequency": hourly, "secureSignInSession": { "isEnabled": true } } });
    writes(kind, json!({ "signInFrequency": null }), both, session(json!({ "signInFrequency": null })));
    writes(kind, json!({ "disableResilienceDefaults": true }), json!({}), session(json!({ "disableResilienceDefaults": true })));
    writes(kind, json!({ "disableResilienceDefaults": false }), json!({}), json!({}));
}

#[test]
fn a_new_policy_is_sent_without_what_the_service_sets_and_what_says_nothing() {
    let document = json!({
        "@odata.context": "x", "id": A, "templateId": A, "createdDateTime": "2026-01-01T00:00:00Z", "modifiedDateTime": null,
        "partialEnablementStrategy": null, "displayName": "New", "state": "enabled",
        "conditions": {
            "users": {
                "includeUsers": ["All"], "excludeUsers": [],
                "excludeGuestsOrExternalUsers": {
                    "guestOrExternalUserTypes": "serviceProvider",
                    "externalTenants": { "@odata.type": "#microsoft.graph.conditionalAccessAllExternalTenants", "membershipKind": "all" },
                },
            },
            "applications": { "includeApplications": ["All"], "includeUserActions": [] },
            "platforms": { "includePlatforms": [], "excludePlatforms": [] }, "times": null, "brandNew": { "x": 1 },
        },
        "grantControls": {
            "operator": null, "builtInControls": [], "authenticationStrength": { "id": STRENGTH, "displayName": "x" },
            "authenticationStrength@odata.context": "x",
        },
        "sessionControls": { "signInFrequency": { "isEnabled": false, "value": 1, "type": "hours" }, "cloudAppSecurity": null },
    });
    let plan = World::create("enabledForReportingButNotEnforced", document).plan();
    let expected = json!({
        "displayName": "New", "state": "enabledForReportingButNotEnforced",
        "conditions": {
            "users": {
                "includeUsers": ["All"],
                "excludeGuestsOrExternalUsers": {
                    "guestOrExternalUserTypes": "serviceProvider",
                    "externalTenants": { "@odata.type": "#microsoft.graph.conditionalAccessAllExternalTenants", "membershipKind": "all" },
                },
            },
            "applications": { "includeApplications": ["All"] },
            "brandNew": { "x": 1 },
        },
        "grantControls": { "operator": "OR", "authenticationStrength": { "id": STRENGTH } },
    });
    assert_eq!(plan.write, expected);
    assert!(plan.references.is_empty());
}

use serde_json::{Value, json};

use super::directory::{GROUP, STRENGTH, TERMS};
use super::{ID, create, minimal, now, with};
use crate::ca::{InGraphOrder, graph_time};

#[test]
fn a_minimal_policy_gets_every_member() {
    let mut body = minimal();
    body["conditions"].as_object_mut().unwrap().remove("clientAppTypes");
    let stored = create(&body).unwrap();
    assert_eq!(
        stored,
        json!({
            "id": ID.to_string(),
            "templateId": null,
            "displayName": "x",
            "createdDateTime": "2026-03-04T05:06:07.1234567Z",
            "modifiedDateTime": null,
            "deletedDateTime": null,
            "state": "disabled",
            "partialEnablementStrategy": null,
            "sessionControls": null,
            "conditions": {
                "userRiskLevels": [], "signInRiskLevels": [], "clientAppTypes": ["all"], "platforms": null, "locations": null, "times": null,
                "deviceStates": null, "devices": null, "clientApplications": null,
                "applications": {
                    "includeApplications": ["All"], "excludeApplications": [], "includeUserActions": [],
                    "includeAuthenticationContextClassReferences": [], "applicationFilter": null,
                },
                "users": {
                    "includeUsers": ["All"], "excludeUsers": [], "includeGroups": [], "excludeGroups": [], "includeRoles": [], "excludeRoles": [],
                    "includeGuestsOrExternalUsers": null, "excludeGuestsOrExternalUsers": null,
                },
            },
            "grantControls": {
                "operator": "OR", "builtInControls": ["mfa"], "customAuthenticationFactors": [], "termsOfUse": [],
                "authenticationStrength@odata.context": format!(
                    "https://graph.microsoft.com/v1.0/$metadata#identity/conditionalAccess/policies('{ID}')/grantControls/authenticationStrength/$entity"
                ),
                "authenticationStrength": null,
            },
        })
    );
}

#[test]
fn members_come_in_graphs_order() {
    let text = serde_json::to_string(&InGraphOrder(&create(&minimal()).unwrap())).unwrap();
    assert!(text.starts_with(r#"{"id":"#), "{text}");
    let place = |name: &str| text.find(&format!("\"{name}\":")).unwrap_or_else(|| panic!("{name} in {text}"));
    let names = [
        "id",
        "templateId",
        "displayName",
        "createdDateTime",
        "state",
        "sessionControls",
        "conditions",
        "userRiskLevels",
        "applications",
        "users",
        "grantControls",
        "operator",
    ];
    assert!(names.windows(2).all(|pair| place(pair[0]) < place(pair[1])), "{text}");
}

#[test]
fn one_control_is_or_and_several_keep_their_operator() {
    for (controls, operator) in [
        (json!({ "operator": "AND", "builtInControls": ["mfa"] }), "OR"),
        (json!({ "operator": "AND", "authenticationStrength": { "id": STRENGTH } }), "OR"),
        (json!({ "builtInControls": ["block"] }), "OR"),
        (json!({ "operator": "AND", "builtInControls": ["mfa", "compliantDevice"] }), "AND"),
        (json!({ "operator": "or", "builtInControls": ["mfa", "compliantDevice"] }), "OR"),
        (json!({ "operator": "AND", "builtInControls": ["mfa"], "termsOfUse": [TERMS] }), "AND"),
    ] {
        assert_eq!(create(&with(&[("/grantControls", controls.clone())])).unwrap()["grantControls"]["operator"], operator, "{controls}");
    }
}

#[test]
fn a_strength_is_expanded() {
    let stored = create(&with(&[("/grantControls", json!({ "operator": "OR", "authenticationStrength": { "id": STRENGTH } }))])).unwrap();
    assert_eq!(stored["grantControls"]["authenticationStrength"]["displayName"], "Phishing-resistant MFA");
}

#[test]
fn spellings_and_flags_become_graphs_own() {
    let stored = create(&with(&[
        ("/conditions/clientAppTypes", json!(["All"])),
        ("/conditions/platforms", json!({ "includePlatforms": ["ios", "MacOS"] })),
        ("/conditions/insiderRiskLevels", json!("Elevated, minor")),
        ("/conditions/authenticationFlows", json!({ "transferMethods": "authenticationTransfer,deviceCodeFlow" })),
        ("/conditions/users/includeUsers", json!([])),
        ("/conditions/users/includeGuestsOrExternalUsers", json!({ "guestOrExternalUserTypes": "B2bCollaborationGuest,InternalGuest" })),
    ]))
    .unwrap();
    let conditions = &stored["conditions"];
    assert_eq!(conditions["clientAppTypes"], json!(["all"]));
    assert_eq!(conditions["platforms"], json!({ "includePlatforms": ["iOS", "macOS"], "excludePlatforms": [] }));
    assert_eq!(conditions["insiderRiskLevels"], "minor,elevated");
    assert_eq!(conditions["authenticationFlows"]["transferMethods"], "deviceCodeFlow,authenticationTransfer");
    assert_eq!(
        conditions["users"]["includeGuestsOrExternalUsers"],
        json!({
            "guestOrExternalUserTypes": "internalGuest,b2bCollaborationGuest",
            "externalTenants": { "@odata.type": "#microsoft.graph.conditionalAccessAllExternalTenants", "membershipKind": "all" },
        })
    );
}

#[test]
fn empty_conditions_are_null_or_absent() {
    let stored = create(&with(&[
        ("/conditions/platforms", json!({ "includePlatforms": [], "excludePlatforms": [] })),
        ("/conditions/devices", json!({ "includeDevices": [], "excludeDevices": [], "includeDeviceStates": [], "deviceFilter": null })),
        ("/conditions/clientApplications", json!({ "includeServicePrincipals": [] })),
        ("/conditions/servicePrincipalRiskLevels", json!([])),
        ("/conditions/insiderRiskLevels", Value::Null),
        ("/conditions/authenticationFlows", json!({ "transferMethods": "none" })),
    ]))
    .unwrap();
    for name in ["platforms", "devices", "clientApplications"] {
        assert!(stored["conditions"][name].is_null(), "{name}");
    }
    for name in ["servicePrincipalRiskLevels", "insiderRiskLevels", "authenticationFlows", "clients"] {
        assert!(stored["conditions"].get(name).is_none(), "{name}");
    }
}

#[test]
fn session_controls_that_are_off_are_not_stored() {
    let stored = create(&with(&[(
        "/sessionControls",
        json!({ "signInFrequency": { "value": 4, "type": "hours" }, "cloudAppSecurity": { "isEnabled": false, "cloudAppSecurityType": "monitorOnly" } }),
    )]))
    .unwrap();
    assert_eq!(
        stored["sessionControls"],
        json!({
            "disableResilienceDefaults": null, "applicationEnforcedRestrictions": null, "cloudAppSecurity": null, "persistentBrowser": null,
            "continuousAccessEvaluation": null, "secureSignInSession": null,
            "signInFrequency": {
                "value": 4, "type": "hours", "authenticationType": "primaryAndSecondaryAuthentication", "frequencyInterval": "timeBased", "isEnabled": true,
            },
        })
    );
    let off =
        create(&with(&[("/sessionControls", json!({ "signInFrequency": { "isEnabled": false, "value": 1, "type": "hours" } }))])).unwrap();
    assert!(off["sessionControls"].is_null());
    let session_only = create(&with(&[
        ("/grantControls", json!({ "operator": "OR", "builtInControls": [] })),
        ("/sessionControls", json!({ "applicationEnforcedRestrictions": { "isEnabled": true } })),
    ]))
    .unwrap();
    assert!(session_only["grantControls"].is_null());
}

#[test]
fn remediation_brings_strength_and_every_time() {
    let error =
        create(&with(&[("/grantControls/builtInControls", json!(["riskRemediation"])), ("/conditions/userRiskLevels", json!(["high"]))]))
            .unwrap_err();
    // The directory of these tests has no strength ...002, so the forced reference shows.
    assert_eq!(error.message, "1054: Invalid authenticationStrength value: 00000000-0000-0000-0000-000000000002.");
    let stored = create(&with(&[
        (
            "/grantControls",
            json!({ "operator": "OR", "builtInControls": ["riskRemediation"], "authenticationStrength": { "id": STRENGTH } }),
        ),
        ("/conditions/userRiskLevels", json!(["high"])),
    ]))
    .unwrap();
    assert_eq!(stored["grantControls"]["operator"], "AND");
    assert_eq!(stored["sessionControls"]["signInFrequency"]["frequencyInterval"], "everyTime");
}

#[test]
fn read_only_members_of_a_post_are_ignored() {
    let stored = create(&with(&[
        ("/id", json!("other")),
        ("/templateId", json!("7fee76a4-03cd-4cfd-9949-dfe65d1f373a")),
        ("/createdDateTime", json!("1999-01-01T00:00:00Z")),
        ("/@odata.type", json!("#microsoft.graph.conditionalAccessPolicy")),
        ("/#microsoft.graph.restore", json!({ "title": "microsoft.graph.restore" })),
        ("/conditions/users/includeGroups", json!([GROUP])),
    ]))
    .unwrap();
    assert_eq!((&stored["id"], &stored["templateId"]), (&json!(ID.to_string()), &Value::Null));
    assert_eq!(stored["createdDateTime"], graph_time(now()));
}

#[test]
fn times_have_up_to_seven_digits() {
    for (at, text) in [
        ("2025-05-23T09:31:17.180337Z", "2025-05-23T09:31:17.180337Z"),
        ("2025-05-23T09:31:17Z", "2025-05-23T09:31:17Z"),
        ("2025-05-23T09:31:17.123456789Z", "2025-05-23T09:31:17.1234567Z"),
    ] {
        assert_eq!(graph_time(at.parse().unwrap()), text);
    }
}

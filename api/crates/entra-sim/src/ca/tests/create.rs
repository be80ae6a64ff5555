use serde_json::{Value, json};

use super::directory::{APP, Directory, GROUP, LOCATION, ROLE, STRENGTH, TERMS, USER, WORKLOAD};
use super::{ID, create, minimal, now, with};
use crate::ca::{POLICIES_MAX, check_delete_policy, create_policy};

const SCHEMA: &str = "1007: Incoming ConditionalAccessPolicy object is null or does not match the schema of ConditionalAccessPolicy type. For examples, please \
                      see API documentation at https://docs.microsoft.com/en-us/graph/api/conditionalaccessroot-post-policies?view=graph-rest-1.0.";
const PREVIEW: &str =
    "1038: The policy you are trying to create or update contains preview features. Use the beta endpoint to create or update this policy.";
const CONTROLS: &str = "1032: ConditionalActionPolicy validation failed due to InvalidControls.";
const PASSWORD: &str = "1032: ConditionalActionPolicy validation failed due to InvalidPasswordResetControl.";
const GHOST: &str = "99999999-0000-0000-0000-000000000009";

fn refused(changes: &[(&str, Value)], message: &str) {
    let error = create(&with(changes)).expect_err(&format!("{changes:?} should be refused with {message}"));
    assert_eq!((error.status, error.code, error.message.as_str()), (400, "BadRequest", message), "{changes:?}");
}

fn refused_in(directory: &Directory, changes: &[(&str, Value)], message: &str) {
    let error = create_policy(&with(changes), directory, ID, now()).expect_err(message);
    assert_eq!(error.message, message, "{changes:?}");
}

fn accepted(changes: &[(&str, Value)]) -> Value {
    create(&with(changes)).unwrap_or_else(|error| panic!("{changes:?}: {error}"))
}

#[test]
fn rule_1007_schema() {
    for changes in [
        ("/colour", json!("red")),
        ("/state", json!("on")),
        ("/state", Value::Null),
        ("/displayName", json!(7)),
        ("/displayName", json!(" ")),
        ("/conditions", json!([])),
        ("/conditions/locations", json!([])),
        ("/conditions/platforms", json!([])),
        ("/conditions/users/includeUsers", json!("All")),
        ("/conditions/users/includeUsers", json!([null])),
        ("/conditions/users/includeGuestsOrExternalUsers", json!({ "guestOrExternalUserTypes": "alien" })),
        (
            "/conditions/users/includeGuestsOrExternalUsers",
            json!({ "guestOrExternalUserTypes": "serviceProvider", "externalTenants": { "membershipKind": "enumerated", "members": [] } }),
        ),
        ("/conditions/clientAppTypes", json!(["fax"])),
        ("/conditions/userRiskLevels", json!(["extreme"])),
        ("/conditions/authenticationFlows", json!({ "transferMethods": ["deviceCodeFlow"] })),
        ("/conditions/applications/includeUserActions", json!(["urn:user:dance"])),
        ("/conditions/applications/includeAuthenticationContextClassReferences", json!(["c100"])),
        ("/conditions/applications/includeProtectionLevels", json!([])),
        ("/conditions/devices", json!({ "deviceFilter": { "mode": "include", "rule": "x".repeat(3073) } })),
        ("/conditions/devices", json!({ "deviceFilter": { "mode": "include" } })),
        ("/grantControls/builtInControls", json!(["compliantNetwork"])),
        ("/grantControls", json!({ "builtInControls": ["mfa", "compliantDevice"] })),
        ("/grantControls/authenticationStrength", json!({ "id": STRENGTH, "displayName": "expanded" })),
        ("/sessionControls", json!({ "signInFrequency": { "value": "4" } })),
    ] {
        refused(&[changes], SCHEMA);
    }
    for body in [Value::Null, json!([]), json!({}), json!("policy")] {
        assert_eq!(create(&body).unwrap_err().message, SCHEMA);
    }
}

#[test]
fn rule_1011_no_target() {
    refused(
        &[("/conditions/applications", json!({ "includeApplications": [] }))],
        "1011: 'applications' condition must include at least one of 'includeApplications', 'includeUserActions' or \
         'includeAuthenticationContextClassReferences'.",
    );
}

#[test]
fn rule_1012_mixed_targets() {
    let both = |one: &str, other: &str| {
        format!("1012: 'applications' condition cannot include both '{one}' and '{other}'. Please remove one of the conditions.")
    };
    refused(
        &[("/conditions/applications/includeUserActions", json!(["urn:user:registersecurityinfo"]))],
        &both("includeApplications", "includeUserActions"),
    );
    refused(
        &[("/conditions/applications/includeAuthenticationContextClassReferences", json!(["c1"]))],
        &both("includeApplications", "includeAuthenticationContextClassReferences"),
    );
    accepted(&[(
        "/conditions/applications",
        json!({ "includeUserActions": ["urn:user:registersecurityinfo"], "includeApplications": [] }),
    )]);
}

#[test]
fn rule_1032_contradictory_controls() {
    for controls in [
        json!({ "operator": "OR", "builtInControls": ["block", "mfa"] }),
        json!({ "operator": "AND", "builtInControls": ["block"], "termsOfUse": [TERMS] }),
        json!({ "operator": "AND", "builtInControls": ["mfa"], "authenticationStrength": { "id": STRENGTH } }),
        json!(null),
        json!({ "operator": "OR", "builtInControls": [] }),
    ] {
        refused(&[("/grantControls", controls)], CONTROLS);
    }
    refused(&[("/grantControls", Value::Null), ("/sessionControls", json!({ "signInFrequency": { "isEnabled": false } }))], CONTROLS);
    refused(&[("/grantControls", Value::Null), ("/sessionControls", json!({ "disableResilienceDefaults": false }))], CONTROLS);
}

#[test]
fn rule_1032_password_change() {
    let good = [
        ("/conditions/userRiskLevels", json!(["high"])),
        ("/grantControls", json!({ "operator": "AND", "builtInControls": ["passwordChange", "mfa"] })),
    ];
    let stored = accepted(&good);
    assert_eq!(stored["grantControls"]["builtInControls"], json!(["mfa", "passwordChange"]));
    for spoil in [
        ("/grantControls/operator", json!("OR")),
        ("/grantControls/builtInControls", json!(["passwordChange"])),
        ("/grantControls/builtInControls", json!(["mfa", "passwordChange", "compliantDevice"])),
        ("/grantControls/termsOfUse", json!([TERMS])),
        ("/conditions/userRiskLevels", json!([])),
        ("/conditions/signInRiskLevels", json!(["high"])),
        ("/conditions/clientAppTypes", json!(["browser"])),
        ("/conditions/platforms", json!({ "includePlatforms": ["windows"] })),
        ("/conditions/applications/includeApplications", json!(["Office365"])),
        ("/sessionControls", json!({ "signInFrequency": { "value": 1, "type": "hours", "isEnabled": true } })),
        ("/sessionControls", json!({ "persistentBrowser": { "mode": "never", "isEnabled": true } })),
    ] {
        refused(&[good[0].clone(), good[1].clone(), spoil], PASSWORD);
    }
}

#[test]
fn rule_1034_applications() {
    refused(
        &[("/conditions/applications/includeApplications", json!([GHOST]))],
        &format!("1034: Policy contains invalid applications: {{\"{GHOST}\":\"ServicePrincipalNotFound\"}}"),
    );
    refused(
        &[("/conditions/applications/excludeApplications", json!(["04b07795-8ddb-461a-bbee-02f9e1bf7b46"]))],
        "1034: Policy contains invalid applications: {\"04b07795-8ddb-461a-bbee-02f9e1bf7b46\":\"PublicClientsAreUnsupported\"}",
    );
    refused(
        &[("/conditions/applications/includeApplications", json!(["00000003-0000-0000-c000-000000000000"]))],
        "1034: Policy contains invalid applications: {\"00000003-0000-0000-c000-000000000000\":\"UnsupportedFirstPartyApplication\"}",
    );
    accepted(&[("/conditions/applications/includeApplications", json!([APP, "Office365", "MicrosoftAdminPortals"]))]);
}

#[test]
fn rule_1038_preview_features() {
    for changes in [
        ("/sessionControls", json!({ "continuousAccessEvaluation": { "mode": "strictLocation" } })),
        ("/conditions/agentIdRiskLevels", json!("high")),
        ("/conditions/users/includeUsers", json!(["AllAgentIdUsers"])),
        ("/conditions/clientApplications", json!({ "includeAgentIdServicePrincipals": ["All"] })),
        ("/conditions/devices", json!({ "includeDevices": ["All"], "excludeDevices": ["Compliant"] })),
        ("/conditions/deviceStates", json!({ "includeStates": ["All"] })),
    ] {
        refused(&[changes], PREVIEW);
    }
    accepted(&[("/sessionControls", json!({ "continuousAccessEvaluation": null })), ("/conditions/times", Value::Null)]);
}

#[test]
fn rule_1039_risk_needs_p2() {
    let p1_only = Directory { p2: false, ..Directory::default() };
    for list in ["/conditions/userRiskLevels", "/conditions/signInRiskLevels"] {
        refused_in(
            &p1_only,
            &[(list, json!(["high"]))],
            "1039: Cannot create or update policies with premium P2 features. Upgrade to a premium P2 license and try again.",
        );
        accepted(&[(list, json!(["high"]))]);
    }
    let free = Directory { p1: false, ..Directory::default() };
    assert_eq!(create_policy(&minimal(), &free, ID, now()).unwrap_err().status, 403);
}

#[test]
fn rule_1040_locations() {
    for list in ["includeLocations", "excludeLocations"] {
        let mut locations = json!({ "includeLocations": ["All"] });
        locations[list] = json!([GHOST]);
        refused(&[("/conditions/locations", locations)], &format!("1040: NamedLocation with id {GHOST} does not exist in the directory."));
    }
    let excluded =
        json!({ "includeLocations": ["All"], "excludeLocations": ["AllTrusted", LOCATION, "00000000-0000-0000-0000-000000000000"] });
    accepted(&[("/conditions/locations", excluded)]);
}

#[test]
fn rule_1054_principals() {
    for (pointer, kind) in [
        ("/conditions/users/includeUsers", "user"),
        ("/conditions/users/excludeUsers", "user"),
        ("/conditions/users/includeGroups", "group"),
        ("/conditions/users/excludeGroups", "group"),
        ("/grantControls/termsOfUse", "termsOfUse"),
    ] {
        for id in [GHOST, "<RING>"] {
            refused(&[("/grantControls/operator", json!("AND")), (pointer, json!([id]))], &format!("1054: Invalid {kind} value: {id}."));
        }
    }
    refused(&[("/conditions/users/excludeUsers", json!(["All"]))], "1054: Invalid user value: All.");
    refused(
        &[("/grantControls", json!({ "operator": "OR", "authenticationStrength": { "id": GHOST } }))],
        &format!("1054: Invalid authenticationStrength value: {GHOST}."),
    );
    refused(
        &[("/conditions/applications", json!({ "includeAuthenticationContextClassReferences": ["c2"] }))],
        "1054: Invalid authenticationContextClassReference value: c2.",
    );
    accepted(&[
        ("/conditions/users/includeUsers", json!([USER])),
        ("/conditions/users/includeGroups", json!([GROUP])),
        ("/conditions/users/excludeUsers", json!(["GuestsOrExternalUsers"])),
        ("/grantControls", json!({ "operator": "AND", "authenticationStrength": { "id": STRENGTH }, "termsOfUse": [TERMS] })),
    ]);
}

#[test]
fn rule_1060_and_1088_device_states() {
    let filter = json!({ "deviceFilter": { "mode": "include", "rule": "device.isCompliant -eq True" } });
    refused(
        &[("/conditions/devices", filter), ("/conditions/deviceStates", json!({ "includeStates": ["All"] }))],
        "1060: 'deviceStates' and 'devices' conditions cannot be set together.",
    );
    refused(
        &[("/conditions/devices", json!({ "includeDeviceStates": ["All"], "excludeDeviceStates": ["Compliant"] }))],
        "1088: 'includeDeviceStates' and 'excludeDeviceStates' are no longer supported. Please use 'includeDevices' and 'excludeDevices' going forward.",
    );
}

#[test]
fn rule_1064_client_app_types() {
    refused(
        &[("/conditions/clientAppTypes", json!([]))],
        "1064: 'clientAppTypes' condition does not support []. If you want to target all client apps, use ['All']. If you want to target modern \
         authentication clients, use ['browser', 'mobileAppsAndDesktopClients'].",
    );
}

#[test]
fn rule_1085_missing_parts() {
    for changes in [
        ("/conditions/users", json!({ "excludeUsers": [USER] })),
        ("/conditions/platforms", json!({ "excludePlatforms": ["iOS"] })),
        ("/conditions/locations", json!({ "excludeLocations": ["AllTrusted"] })),
        ("/conditions/servicePrincipalRiskLevels", json!(["high"])),
        ("/sessionControls", json!({ "signInFrequency": { "value": 4, "isEnabled": true } })),
        ("/sessionControls", json!({ "signInFrequency": { "value": 24, "type": "hours", "isEnabled": true } })),
        (
            "/sessionControls",
            json!({ "signInFrequency": { "value": 4, "type": "hours", "frequencyInterval": "everyTime", "isEnabled": true } }),
        ),
        ("/sessionControls", json!({ "persistentBrowser": { "isEnabled": true, "mode": null } })),
    ] {
        let error = create(&with(std::slice::from_ref(&changes))).expect_err("1085");
        assert!(error.message.starts_with("1085: "), "{changes:?}: {error}");
    }
    let office = ("/conditions/applications/includeApplications", json!(["Office365"]));
    let persistent = ("/sessionControls", json!({ "persistentBrowser": { "isEnabled": true, "mode": "never" } }));
    assert!(create(&with(&[office, persistent])).unwrap_err().message.starts_with("1085: "));
}

#[test]
fn rule_1102_and_1103_roles() {
    refused(&[("/conditions/users/includeRoles", json!(["All"]))], "1102: 'users' condition contains invalid role ids: All.");
    refused(
        &[("/conditions/users/excludeRoles", json!([GHOST]))],
        &format!("1103: 'users' condition contains non-built in role ids: {GHOST}"),
    );
    accepted(&[("/conditions/users/includeRoles", json!([ROLE]))]);
}

#[test]
fn rule_1104_frequency() {
    let frequency = json!({ "value": 4, "type": "hours", "authenticationType": "secondaryAuthentication", "frequencyInterval": "timeBased", "isEnabled": true });
    refused(
        &[("/sessionControls", json!({ "signInFrequency": frequency }))],
        "1104: 'timeBased' value for 'frequencyInterval' property in 'signInFrequency' session control only supports 'primaryAndSecondaryAuthentication' value \
         for 'authenticationType' property.",
    );
}

fn workload(changes: &[(&'static str, Value)]) -> Vec<(&'static str, Value)> {
    let mut all = vec![
        ("/conditions/users/includeUsers", json!(["None"])),
        ("/conditions/clientApplications", json!({ "includeServicePrincipals": [WORKLOAD] })),
        ("/grantControls/builtInControls", json!(["block"])),
    ];
    all.extend_from_slice(changes);
    all
}

#[test]
fn rule_1150_workload_identities() {
    let unlicensed = Directory { workload: false, ..Directory::default() };
    refused_in(
        &unlicensed,
        &workload(&[]),
        "1150: Cannot create or update policies with workload identity premium features. Upgrade to a workload identity premium P1 or P2 license and try again",
    );
    accepted(&workload(&[("/conditions/servicePrincipalRiskLevels", json!(["high"]))]));
    refused(&workload(&[("/grantControls/builtInControls", json!(["mfa"]))]), CONTROLS);
    refused(
        &workload(&[("/conditions/clientApplications", json!({ "includeServicePrincipals": [""] }))]),
        "1054: Invalid servicePrincipal value: .",
    );
    for spoil in [("/conditions/users/includeUsers", json!(["All"])), ("/conditions/platforms", json!({ "includePlatforms": ["linux"] }))] {
        assert!(create(&with(&workload(&[spoil]))).unwrap_err().message.starts_with("1085: "));
    }
}

#[test]
fn guests_token_and_object_exclude_each_other() {
    refused(
        &[
            ("/conditions/users/includeUsers", json!(["GuestsOrExternalUsers"])),
            ("/conditions/users/includeGuestsOrExternalUsers", json!({ "guestOrExternalUserTypes": "internalGuest" })),
        ],
        "'GuestsOrExternalUsers' cannot be combined with guestOrExternalUsers",
    );
}

#[test]
fn device_registration_asks_only_for_mfa() {
    let action = ("/conditions/applications", json!({ "includeUserActions": ["urn:user:registerdevice"] }));
    accepted(std::slice::from_ref(&action));
    refused(&[action.clone(), ("/grantControls/builtInControls", json!(["compliantDevice"]))], CONTROLS);
    assert!(create(&with(&[action, ("/conditions/clientAppTypes", json!(["browser"]))])).unwrap_err().message.starts_with("1085: "));
}

#[test]
fn rule_1186_managed_policies_stay() {
    let managed = json!({ "templateId": "7fee76a4-03cd-4cfd-9949-dfe65d1f373a" });
    assert_eq!(
        check_delete_policy(&managed).unwrap_err().message,
        "1186: Microsoft-managed policy with template ID:'7fee76a4-03cd-4cfd-9949-dfe65d1f373a' cannot be deleted"
    );
    assert!(check_delete_policy(&json!({ "templateId": null })).is_ok());
}

#[test]
fn tenant_wide_refusals() {
    let full = Directory { policies: POLICIES_MAX, ..Directory::default() };
    assert!(create_policy(&minimal(), &full, ID, now()).unwrap_err().message.contains("limit of 240"));
    let defaults = Directory { defaults: true, ..Directory::default() };
    assert!(create_policy(&minimal(), &defaults, ID, now()).is_ok());
    refused_in(
        &defaults,
        &[("/state", json!("enabled"))],
        "You must first disable Security defaults before enabling a Conditional Access policy.",
    );
}

#[test]
fn the_first_broken_rule_wins() {
    let mut faults = vec![
        ("/conditions/clientAppTypes", json!([])),
        ("/conditions/users/includeGroups", json!([GHOST])),
        ("/conditions/userRiskLevels", json!(["high"])),
        ("/conditions/agents", json!({ "x": 1 })),
        ("/colour", json!("red")),
    ];
    let p1_only = Directory { p2: false, ..Directory::default() };
    for number in ["1007: ", "1038: ", "1039: ", "1054: ", "1064: "] {
        let error = create_policy(&with(&faults), &p1_only, ID, now()).unwrap_err();
        assert!(error.message.starts_with(number), "{error}");
        faults.pop();
    }
}

//! Each kind that changes a policy, with several payloads of which the first that fits a policy is taken.

use domain::change::kind::{ChangeKind, ChangePayload, TargetObject, WriteOperation};
use harness::lab::entra::directory::{app, group, terms, user};
use serde_json::{Value, json};

const STRENGTH: &str = "00000000-0000-0000-0000-000000000004";

/// The kinds.
pub fn updating() -> impl Iterator<Item = ChangeKind> {
    ChangeKind::ALL.iter().copied().filter(|kind| kind.target() == TargetObject::Policy && kind.operation() == WriteOperation::Update)
}

/// Payloads of a kind, the most telling first.
pub fn payloads(kind: ChangeKind, document: &Value) -> Vec<ChangePayload> {
    let name = document["displayName"].as_str().unwrap_or_default();
    let short: String = name.chars().take(240).collect();
    // Where nothing is demanded, the way back would take the last control away, which is critical and an owner's to waive.
    let demands_nothing = document["grantControls"].is_null();
    let forms = match kind {
        ChangeKind::PolicyGrantChange | ChangeKind::PolicyTermsOfUseChange if demands_nothing => Vec::new(),
        ChangeKind::PolicyStateChange => vec![json!({ "to": "disabled" })],
        ChangeKind::PolicyRename => vec![json!({ "displayName": format!("{short} (renamed)") })],
        ChangeKind::PolicyAssignmentChange => vec![
            json!({ "excludeUsers": { "add": [user(1)] }, "excludeGroups": { "add": ["Group 2", group(3)] } }),
            json!({ "includeServicePrincipals": { "add": ["App 1"] } }),
        ],
        ChangeKind::PolicyConditionChange => vec![
            json!({ "platforms": { "includePlatforms": ["all"], "excludePlatforms": ["linux"] } }),
            json!({ "locations": { "includeLocations": ["All"], "excludeLocations": ["Office 1"] } }),
            json!({ "locations": null }),
        ],
        ChangeKind::PolicyRiskConditionChange => vec![
            json!({ "signInRiskLevels": ["high"] }),
            json!({ "signInRiskLevels": ["high", "medium"] }),
            json!({ "userRiskLevels": ["high"] }),
            json!({ "userRiskLevels": ["medium", "high"] }),
            json!({ "servicePrincipalRiskLevels": ["high"] }),
        ],
        ChangeKind::PolicyGrantChange => vec![
            json!({ "builtInControls": ["mfa", "compliantDevice"], "authenticationStrengthId": null, "operator": "OR" }),
            json!({ "builtInControls": ["block"], "authenticationStrengthId": null }),
            json!({ "builtInControls": [], "authenticationStrengthId": STRENGTH }),
            json!({ "builtInControls": ["mfa"], "authenticationStrengthId": null }),
        ],
        ChangeKind::PolicyApplicationChange => vec![
            json!({ "excludeApplications": { "add": [app(1), "App 2"] } }),
            json!({ "includeApplications": { "add": [app(1)] } }),
            json!({ "includeUserActions": { "add": ["urn:user:registersecurityinfo"], "remove": ["urn:user:registerdevice"] } }),
        ],
        ChangeKind::PolicySessionChange => vec![
            json!({ "signInFrequency": { "isEnabled": true, "value": 5, "type": "hours", "frequencyInterval": "timeBased", "authenticationType": "primaryAndSecondaryAuthentication" } }),
            json!({ "signInFrequency": { "isEnabled": true, "frequencyInterval": "everyTime", "authenticationType": "primaryAndSecondaryAuthentication" } }),
            json!({ "disableResilienceDefaults": true }),
        ],
        ChangeKind::PolicyDeviceFilterChange => {
            vec![
                json!({ "deviceFilter": { "mode": "exclude", "rule": "device.trustType -eq \"ServerAD\"" } }),
                json!({ "deviceFilter": null }),
            ]
        }
        ChangeKind::PolicyTermsOfUseChange => vec![json!({ "termsOfUse": [terms(1)] }), json!({ "termsOfUse": [] })],
        ChangeKind::PolicyAuthContextChange => {
            vec![
                json!({ "includeAuthenticationContextClassReferences": ["c2"] }),
                json!({ "includeAuthenticationContextClassReferences": ["c1", "c3"] }),
            ]
        }
        _ => Vec::new(),
    };
    let payload = |mut form: Value| {
        form["kind"] = kind.as_str().into();
        serde_json::from_value(form).unwrap()
    };
    forms.into_iter().map(payload).collect()
}

//! Properties over random well-formed policies.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::directory::{APP, Directory, GROUP, LOCATION, ROLE, STRENGTH, TERMS, USER};
use super::{ID, create, now};
use crate::ca::{InGraphOrder, patch_policy};

fn some_of(items: &'static [&'static str]) -> impl Strategy<Value = Value> {
    proptest::sample::subsequence(items, 1..=items.len()).prop_map(Value::from)
}

fn maybe(items: &'static [&'static str]) -> impl Strategy<Value = Value> {
    prop_oneof![Just(Value::Null), Just(json!([])), some_of(items)]
}

fn grant() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!({ "operator": "AND", "builtInControls": ["block"] })),
        Just(json!({ "authenticationStrength": { "id": STRENGTH } })),
        (some_of(&["mfa", "compliantDevice", "domainJoinedDevice", "compliantApplication"]), prop_oneof!["AND", "OR"], maybe(&[TERMS]))
            .prop_map(|(controls, operator, terms)| json!({ "operator": operator, "builtInControls": controls, "termsOfUse": terms })),
    ]
}

fn session() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        (1..24, any::<bool>()).prop_map(|(value, on)| json!({ "signInFrequency": { "value": value, "type": "hours", "isEnabled": on } })),
        Just(json!({ "signInFrequency": { "frequencyInterval": "everyTime", "isEnabled": true }, "persistentBrowser": null })),
        any::<bool>().prop_map(
            |on| json!({ "cloudAppSecurity": { "cloudAppSecurityType": "monitorOnly", "isEnabled": on }, "disableResilienceDefaults": on })
        ),
    ]
}

prop_compose! {
    fn policy()(
        state in some_of(&["enabled"]).prop_flat_map(|_| prop_oneof![Just("enabled"), Just("disabled"), Just("enabledForReportingButNotEnforced")]),
        name in "[A-Za-z0-9 äß—]{1,40}x",
        users in maybe(&["All", USER]), groups in maybe(&[GROUP]), roles in some_of(&[ROLE]),
        excluded in maybe(&["GuestsOrExternalUsers", USER]),
        apps in some_of(&["All", APP, "Office365"]), without in maybe(&[APP, "MicrosoftAdminPortals"]),
        clients in some_of(&["browser", "mobileAppsAndDesktopClients", "exchangeActiveSync", "other"]),
        platforms in maybe(&["android", "iOS", "windows", "all"]), locations in maybe(&["All", "AllTrusted", LOCATION]),
        user_risk in maybe(&["low", "high"]), sign_in_risk in maybe(&["medium", "none"]),
        guests in prop_oneof![Just(Value::Null), Just(json!({ "guestOrExternalUserTypes": "ServiceProvider,internalGuest" }))],
        grant in grant(), session in session(),
    ) -> Value {
        json!({
            "displayName": name, "state": state, "grantControls": grant, "sessionControls": session,
            "conditions": {
                "userRiskLevels": user_risk, "signInRiskLevels": sign_in_risk, "clientAppTypes": clients,
                "platforms": if platforms.is_array() { json!({ "includePlatforms": platforms }) } else { Value::Null },
                "locations": if locations.is_array() { json!({ "includeLocations": locations }) } else { Value::Null },
                "applications": { "includeApplications": apps, "excludeApplications": without },
                "users": {
                    "includeUsers": users, "excludeUsers": excluded, "includeGroups": groups, "includeRoles": roles,
                    "includeGuestsOrExternalUsers": guests,
                },
            },
        })
    }
}

/// What GET returned, as a client would send it back.
fn sendable(stored: &Value) -> Value {
    let mut body = stored.clone();
    if let Some(id) = stored["grantControls"]["authenticationStrength"].get("id") {
        body["grantControls"]["authenticationStrength"] = json!({ "id": id });
    }
    body
}

proptest! {
    #[test]
    fn creating_what_was_returned_returns_the_same(body in policy()) {
        let stored = create(&body).unwrap();
        prop_assert_eq!(create(&sendable(&stored)).unwrap(), stored);
    }

    #[test]
    fn an_empty_patch_is_identity_but_for_the_time(body in policy()) {
        let stored = create(&body).unwrap();
        let mut patched = patch_policy(&stored, &json!({}), &Directory::default(), now()).unwrap();
        patched["modifiedDateTime"] = Value::Null;
        prop_assert_eq!(patched, stored);
    }

    #[test]
    fn a_patch_back_restores_the_policy(body in policy(), name in "[a-z]{1,9}") {
        let stored = create(&body).unwrap();
        let directory = Directory::default();
        let renamed = patch_policy(&stored, &json!({ "displayName": name, "state": "disabled" }), &directory, now()).unwrap();
        let back = json!({ "displayName": stored["displayName"], "state": stored["state"] });
        let mut restored = patch_policy(&renamed, &back, &directory, now()).unwrap();
        restored["modifiedDateTime"] = Value::Null;
        prop_assert_eq!(restored, stored);
    }

    #[test]
    fn order_keeps_the_content(body in policy()) {
        let stored = create(&body).unwrap();
        let text = serde_json::to_string(&InGraphOrder(&stored)).unwrap();
        prop_assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), stored);
    }

    #[test]
    fn no_body_panics(text in "[\\[\\]{}\":,a-zA-Z0-9 ]{0,60}", pointer in 0..6_usize) {
        let value: Value = serde_json::from_str(&text).unwrap_or_else(|_| Value::from(text));
        let mut body = super::minimal();
        let place = ["/conditions/users", "/conditions/applications", "/conditions/platforms", "/grantControls", "/sessionControls", "/state"][pointer];
        super::set(&mut body, place, value);
        if let Err(error) = create(&body) {
            prop_assert_eq!(error.status, 400);
        }
        let _ = ID;
    }
}

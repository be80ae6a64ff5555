use serde_json::{Value, json};

use super::directory::{Directory, GROUP, LOCATION, STRENGTH};
use super::{ID, create, minimal, now, with};
use crate::ca::{create_policy, patch_policy};

fn patch(stored: &Value, body: Value) -> Result<Value, String> {
    patch_policy(stored, &body, &Directory::default(), now()).map_err(|error| error.message)
}

fn located() -> Value {
    create(&with(&[
        ("/conditions/locations", json!({ "includeLocations": ["All"], "excludeLocations": [LOCATION] })),
        ("/conditions/users/excludeGroups", json!([GROUP])),
        ("/sessionControls", json!({ "signInFrequency": { "value": 4, "type": "hours", "isEnabled": true } })),
    ]))
    .unwrap()
}

#[test]
fn an_empty_patch_changes_only_the_time() {
    let before = located();
    let mut after = patch(&before, json!({})).unwrap();
    assert_eq!(after["modifiedDateTime"], "2026-03-04T05:06:07.1234567Z");
    after["modifiedDateTime"] = Value::Null;
    assert_eq!(after, before);
}

#[test]
fn objects_merge_arrays_replace_null_clears() {
    let before = located();
    let after =
        patch(&before, json!({ "state": "enabled", "conditions": { "locations": { "excludeLocations": ["AllTrusted"] } } })).unwrap();
    assert_eq!(after["conditions"]["locations"], json!({ "includeLocations": ["All"], "excludeLocations": ["AllTrusted"] }));
    assert_eq!((&after["state"], &after["conditions"]["users"]), (&json!("enabled"), &before["conditions"]["users"]));
    let cleared =
        patch(&before, json!({ "conditions": { "locations": null, "users": { "excludeGroups": [] } }, "sessionControls": null })).unwrap();
    assert!(cleared["conditions"]["locations"].is_null() && cleared["sessionControls"].is_null());
    assert_eq!(cleared["conditions"]["users"]["excludeGroups"], json!([]));
    assert_eq!(
        patch(&before, json!({ "conditions": { "clientAppTypes": null } })).unwrap()["conditions"]["clientAppTypes"],
        json!(["all"])
    );
}

#[test]
fn switching_frequency_off_needs_null() {
    let before = located();
    let same = patch(&before, json!({ "sessionControls": { "signInFrequency": { "isEnabled": false } } })).unwrap();
    assert_eq!(same["sessionControls"], before["sessionControls"]);
    assert!(patch(&before, json!({ "sessionControls": { "signInFrequency": null } })).unwrap()["sessionControls"].is_null());
}

#[test]
fn refusals_carry_the_number() {
    let before = located();
    for (body, number) in [
        (json!({ "templateId": null }), "1118: TemplateId is a read-only field and cannot be updated."),
        (json!({ "excludeUserActions": [] }), "1007: "),
        (json!({ "id": "x" }), "1007: "),
        (json!({ "createdDateTime": null }), "1007: "),
        (json!({ "displayName": null }), "1007: "),
        (json!({ "conditions": null }), "1007: "),
        (json!({ "@odata.context": "x" }), "1007: "),
        (json!({ "grantControls": { "authenticationStrength": { "id": STRENGTH, "displayName": "x" } } }), "1007: "),
        (json!({ "grantControls": { "authenticationStrength": { "id": STRENGTH } } }), "1032: "),
        (json!({ "conditions": { "clientAppTypes": [] } }), "1064: "),
        (json!({ "conditions": { "users": { "includeUsers": ["ghost"] } } }), "1054: "),
        (json!({ "grantControls": null, "sessionControls": null }), "1032: "),
    ] {
        let message = patch(&before, body.clone()).expect_err(number);
        assert!(message.starts_with(number), "{body}: {message}");
    }
    assert!(patch(&before, json!({ "x": 1 })).unwrap_err().contains("conditionalaccesspolicy-update?view=graph-rest-1.0"));
    assert!(patch(&before, json!({ "@odata.type": "#microsoft.graph.conditionalAccessPolicy", "state": "enabled" })).is_ok());
}

#[test]
fn a_deleted_reference_does_not_hinder_a_state_change() {
    let before = located();
    let bare = Directory { empty: true, ..Directory::default() };
    assert_eq!(patch_policy(&before, &json!({ "state": "enabled" }), &bare, now()).unwrap()["state"], "enabled");
    let error = patch_policy(
        &before,
        &json!({ "conditions": { "users": { "includeGroups": ["22222222-0000-0000-0000-00000000000f"] } } }),
        &bare,
        now(),
    );
    assert!(error.unwrap_err().message.starts_with("1054: "));
}

#[test]
fn a_deleted_strength_stays_as_it_was() {
    let before = create(&with(&[("/grantControls", json!({ "operator": "OR", "authenticationStrength": { "id": STRENGTH } }))])).unwrap();
    let bare = Directory { empty: true, ..Directory::default() };
    let after = patch_policy(&before, &json!({ "displayName": "y" }), &bare, now()).unwrap();
    assert_eq!(after["grantControls"], before["grantControls"]);
}

#[test]
fn losing_the_licence_hinders_updates_of_risk_policies() {
    let before = create(&with(&[("/conditions/userRiskLevels", json!(["high"]))])).unwrap();
    let p1_only = Directory { p2: false, ..Directory::default() };
    assert!(patch_policy(&before, &json!({ "state": "enabled" }), &p1_only, now()).unwrap_err().message.starts_with("1039: "));
}

#[test]
fn security_defaults_hinder_enabling_only() {
    let defaults = Directory { defaults: true, ..Directory::default() };
    let disabled = create_policy(&minimal(), &defaults, ID, now()).unwrap();
    assert!(patch_policy(&disabled, &json!({ "state": "enabled" }), &defaults, now()).is_err());
    let enabled = create(&with(&[("/state", json!("enabled"))])).unwrap();
    assert!(patch_policy(&enabled, &json!({ "displayName": "y" }), &defaults, now()).is_ok());
}

#[test]
fn a_managed_policy_takes_state_and_exclusions_only() {
    let mut managed = located();
    managed["templateId"] = json!("4200930c-0da2-4e33-ca01-000000000000");
    let after =
        patch(&managed, json!({ "state": "enabled", "conditions": { "users": { "excludeGroups": [], "excludeUsers": [] } } })).unwrap();
    assert_eq!((&after["state"], &after["templateId"]), (&json!("enabled"), &managed["templateId"]));
    for body in [
        json!({ "displayName": "mine" }),
        json!({ "conditions": { "users": { "includeUsers": ["None"] } } }),
        json!({ "sessionControls": null }),
    ] {
        let message = patch(&managed, body).unwrap_err();
        assert!(
            message.starts_with("1186: Microsoft-managed policy with template ID:'4200930c-0da2-4e33-ca01-000000000000' cannot be updated"),
            "{message}"
        );
    }
}

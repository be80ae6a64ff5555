//! Documents: lossless, with Graph's PATCH and the objects they name.

use domain::document::{DocumentError, PolicyDocument, Reference};
use domain::policy::PolicyState;
use domain::tenant::DirectoryKind;
use serde_json::{Value, json};

use crate::fixtures::{document, mfa_for_all};

const ONE: &str = "AAAAAAAA-1111-4111-8111-111111111111";
const TWO: &str = "22222222-2222-4222-8222-222222222222";

#[test]
fn only_json_objects_are_documents() {
    assert!(matches!(PolicyDocument::parse("{"), Err(DocumentError::NotJson(_))));
    for text in ["[]", "null", "1", "\"x\""] {
        assert!(matches!(PolicyDocument::parse(text), Err(DocumentError::NotAnObject)), "{text}");
    }
}

#[test]
fn nothing_is_lost_between_text_and_text() {
    let text = r#"{"id":"x","unknown":{"deep":[1,2.5,null,{"a":"é\u0000"}]},"@odata.etag":"W/\"1\""}"#;
    let read = PolicyDocument::parse(text).unwrap();
    assert_eq!(PolicyDocument::parse(&read.to_text()).unwrap(), read);
    assert_eq!(read.value()["unknown"]["deep"][1], json!(2.5));
    assert_eq!(read.value()["@odata.etag"], "W/\"1\"");
}

#[test]
fn its_own_members_are_read_and_odd_ones_are_none() {
    let mut value = mfa_for_all("enabledForReportingButNotEnforced");
    value["modifiedDateTime"] = json!("2026-01-02T03:04:05.1234567Z");
    let read = document(value);
    assert_eq!((read.display_name(), read.state()), ("Require MFA", Some(PolicyState::ReportOnly)));
    // Graph sends seven fractional digits; we keep whole microseconds.
    assert_eq!(read.modified_at().unwrap().to_rfc3339(), "2026-01-02T03:04:05.123456+00:00");
    let odd =
        document(json!({ "id": 1, "displayName": null, "state": "unknownFutureValue", "modifiedDateTime": "soon", "conditions": [] }));
    assert_eq!((odd.graph_id(), odd.display_name(), odd.state(), odd.modified_at()), (None, "", None, None));
    assert_eq!(odd.conditions_text(), "{}");
    let conditions: Value = serde_json::from_str(&document(mfa_for_all("enabled")).conditions_text()).unwrap();
    assert_eq!(conditions, mfa_for_all("enabled")["conditions"]);
}

#[test]
fn a_patch_merges_objects_replaces_lists_and_clears_with_null() {
    let before = document(json!({
        "state": "enabled",
        "conditions": { "users": { "includeUsers": ["All"], "excludeUsers": ["a", "b"] }, "devices": { "deviceFilter": {} } },
        "grantControls": { "authenticationStrength": { "id": "1", "displayName": "one" } },
    }));
    let after = before.merged(&json!({
        "conditions": { "users": { "excludeUsers": ["c"] }, "devices": null, "locations": { "includeLocations": ["All"] } },
        "grantControls": { "authenticationStrength": { "id": "2" } },
    }));
    let expected = json!({
        "state": "enabled",
        "conditions": {
            "users": { "includeUsers": ["All"], "excludeUsers": ["c"] }, "devices": null, "locations": { "includeLocations": ["All"] },
        },
        // Sending a strength replaces it: the old one's name is not the new one's.
        "grantControls": { "authenticationStrength": { "id": "2" } },
    });
    assert_eq!(after.value(), &expected);
    assert_eq!(before.merged(&json!([1])), before, "a patch that is no object changes nothing");
}

#[test]
fn references_are_objects_and_never_keywords() {
    let read = document(json!({
        "conditions": {
            "users": {
                "includeUsers": ["All", "GuestsOrExternalUsers", ONE], "excludeUsers": ["someone@contoso.com", ONE.to_lowercase()],
                "includeGroups": [ONE], "excludeGroups": ["<ExclusionGroup>"], "includeRoles": [TWO], "excludeRoles": null,
            },
            "applications": {
                "includeApplications": ["Office365", TWO], "excludeApplications": "none",
                "includeAuthenticationContextClassReferences": ["c1", "c99", "ç", "context"],
            },
            "locations": { "includeLocations": ["All"], "excludeLocations": ["AllTrusted", "00000000-0000-0000-0000-000000000000", TWO] },
            "clientApplications": { "includeServicePrincipals": ["ServicePrincipalsInMyTenant", ONE] },
        },
        "grantControls": { "authenticationStrength": { "id": "00000000-0000-0000-0000-000000000004" }, "termsOfUse": [TWO] },
    }));
    let one = ONE.to_lowercase();
    let expected = [
        (DirectoryKind::User, one.as_str()),
        (DirectoryKind::Group, &one),
        (DirectoryKind::Role, TWO),
        (DirectoryKind::ServicePrincipal, &one),
        (DirectoryKind::Application, TWO),
        (DirectoryKind::NamedLocation, TWO),
        (DirectoryKind::AuthenticationStrength, "00000000-0000-0000-0000-000000000004"),
        (DirectoryKind::AuthenticationContext, "c1"),
        (DirectoryKind::AuthenticationContext, "c99"),
        (DirectoryKind::TermsOfUse, TWO),
    ];
    let expected = expected.into_iter().map(|(kind, id)| Reference { kind, id: id.to_owned() }).collect();
    assert_eq!(read.references(), expected);
    assert!(document(json!({ "conditions": 1, "grantControls": [] })).references().is_empty());
}

//! Ids of objects are found wherever a payload may hold them; what means the same in every tenant is none.

use domain::bulk::{bare_ids, given_names};
use domain::change::kind::ChangePayload;
use domain::tenant::DirectoryKind;
use serde_json::{Value, json};

const ID: &str = "11111111-2222-4333-8444-555555555555";

fn paths(payload: Value) -> Vec<String> {
    let payload: ChangePayload = serde_json::from_value(payload).unwrap();
    bare_ids(&payload).into_iter().map(|id| id.path).collect()
}

#[test]
fn ids_of_a_tenants_own_objects_are_found() {
    let cases = [
        (json!({ "kind": "policy.assignment_change", "includeUsers": { "add": ["All", ID] } }), "conditions.users.includeUsers"),
        (json!({ "kind": "policy.assignment_change", "excludeGroups": { "remove": [ID] } }), "conditions.users.excludeGroups"),
        (
            json!({ "kind": "policy.assignment_change", "excludeServicePrincipals": { "add": [ID] } }),
            "conditions.clientApplications.excludeServicePrincipals",
        ),
        (
            json!({ "kind": "policy.condition_change", "locations": { "includeLocations": ["All"], "excludeLocations": [ID] } }),
            "conditions.locations.excludeLocations",
        ),
        (json!({ "kind": "policy.grant_change", "authenticationStrengthId": ID }), "grantControls.authenticationStrength.id"),
        (json!({ "kind": "policy.terms_of_use_change", "termsOfUse": [ID] }), "grantControls.termsOfUse"),
        (json!({ "kind": "location.update", "locationId": ID, "displayName": "Office" }), "locationId"),
        (json!({ "kind": "location.delete", "locationId": ID, "confirmDisplayName": "Office" }), "locationId"),
        (
            json!({ "kind": "policy.create", "document": { "displayName": "P", "conditions": { "users": { "excludeGroups": [ID] } } } }),
            "conditions.users.excludeGroups",
        ),
    ];
    for (payload, path) in cases {
        assert_eq!(paths(payload.clone()), [path], "{payload}");
    }
}

#[test]
fn names_keywords_and_what_means_the_same_everywhere_pass() {
    let cases = [
        json!({ "kind": "policy.assignment_change", "includeUsers": { "add": ["GuestsOrExternalUsers", "ada@contoso.com"] }, "excludeGroups": { "add": ["Contractors"] } }),
        json!({ "kind": "policy.assignment_change", "includeRoles": { "add": ["62e90394-69f5-4237-9190-012177145e10"] } }),
        json!({ "kind": "policy.application_change", "includeApplications": { "add": ["797f4846-ba00-4fd7-ba43-dac1f8f63013", "Office365"] } }),
        json!({ "kind": "policy.condition_change", "locations": { "includeLocations": ["All"], "excludeLocations": ["AllTrusted", "Office", "00000000-0000-0000-0000-000000000000"] } }),
        json!({ "kind": "policy.grant_change", "authenticationStrengthId": "00000000-0000-0000-0000-000000000004" }),
        json!({ "kind": "policy.auth_context_change", "includeAuthenticationContextClassReferences": ["c1"] }),
        json!({ "kind": "location.update", "locationId": "Office", "displayName": "Head office" }),
        json!({ "kind": "policy.state_change", "to": "enabled" }),
    ];
    for payload in cases {
        assert_eq!(paths(payload.clone()), Vec::<String>::new(), "{payload}");
    }
}

#[test]
fn names_are_what_is_neither_an_id_nor_a_keyword() {
    let names = |payload: Value| -> Vec<(DirectoryKind, String)> {
        let payload: ChangePayload = serde_json::from_value(payload).unwrap();
        given_names(&payload).into_iter().collect()
    };
    let group = (DirectoryKind::Group, "Excluded from Conditional Access".to_owned());
    let change =
        json!({ "kind": "policy.assignment_change", "excludeGroups": { "add": [group.1, ID] }, "includeUsers": { "add": ["All"] } });
    assert_eq!(names(change), std::slice::from_ref(&group));
    let document = json!({ "displayName": "P", "conditions": {
        "users": { "includeUsers": ["All"], "excludeGroups": [group.1, group.1], "excludeUsers": ["ada@example.com"] },
        "applications": { "includeApplications": ["Office365"] } } });
    assert_eq!(
        names(json!({ "kind": "policy.create", "document": document })),
        [(DirectoryKind::User, "ada@example.com".to_owned()), group],
    );
    assert_eq!(names(json!({ "kind": "policy.state_change", "to": "disabled" })), []);
}

//! What is the same document in another dress, and what is not (ca-semantics.md section 12).

use domain::document::canonical_location;
use serde_json::{Value, json};

use crate::fixtures::{document, mfa_for_all};

/// The fixture's policy with one member set by its JSON pointer.
fn with(pointer: &str, value: Value) -> Value {
    let mut policy = mfa_for_all("enabled");
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    policy.pointer_mut(parent).unwrap().as_object_mut().unwrap().insert(name.to_owned(), value);
    policy
}

fn without(pointer: &str) -> Value {
    let mut policy = mfa_for_all("enabled");
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    policy.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(name).unwrap();
    policy
}

#[track_caller]
fn same(a: Value, b: Value) {
    let (a, b) = (document(a).canonical(), document(b).canonical());
    assert_eq!(a.value(), b.value());
    assert_eq!(a.hash(), b.hash());
}

#[track_caller]
fn different(a: Value, b: Value) {
    let (a, b) = (document(a).canonical(), document(b).canonical());
    assert_ne!(a.value(), b.value());
    assert_ne!(a.hash(), b.hash());
}

const GUID: &str = "AAAAAAAA-bbbb-4ccc-8ddd-eeeeeeeeeeee";

#[test]
fn what_graph_adds_is_not_part_of_it() {
    let mut read = mfa_for_all("enabled");
    for (name, value) in [
        ("@odata.context", json!("https://graph.microsoft.com/v1.0/$metadata#identity/conditionalAccess/policies/$entity")),
        ("@microsoft.graph.tips", json!("Use $select")),
        ("#microsoft.graph.restore", json!({ "title": "restore", "target": "x" })),
        ("createdDateTime", json!("2026-01-01T00:00:00Z")),
        ("createdDateTime@odata.type", json!("#DateTimeOffset")),
        ("modifiedDateTime", json!("2026-01-02T00:00:00Z")),
        ("deletedDateTime", Value::Null),
        ("templateId", json!("4200930c-0da2-4e33-ca01-000000000000")),
        ("partialEnablementStrategy", Value::Null),
    ] {
        read[name] = value;
    }
    read["grantControls"]["authenticationStrength@odata.context"] = json!("x");
    read["id"] = json!("11111111-1111-4111-8111-111111111111");
    same(read, mfa_for_all("enabled"));
}

#[test]
fn absent_null_and_empty_are_alike() {
    for nothing in [Value::Null, json!([]), json!({}), json!({ "includeLocations": [], "excludeLocations": null })] {
        same(with("/conditions/locations", nothing), mfa_for_all("enabled"));
    }
    same(with("/conditions/users/excludeGroups", Value::Null), without("/conditions/users/excludeGroups"));
    same(json!({ "conditions": {} }), json!({}));
}

#[test]
fn no_client_app_types_are_all_of_them() {
    same(without("/conditions/clientAppTypes"), mfa_for_all("enabled"));
    same(with("/conditions/clientAppTypes", json!([])), mfa_for_all("enabled"));
    same(with("/conditions/clientAppTypes", json!(["All"])), mfa_for_all("enabled"));
    different(with("/conditions/clientAppTypes", json!(["browser"])), mfa_for_all("enabled"));
}

#[test]
fn sets_have_no_order_and_no_repeats() {
    let sets = [
        ("/conditions/users/includeGroups", ["g1", "g2"]),
        ("/conditions/users/excludeRoles", ["r1", "r2"]),
        ("/conditions/clientAppTypes", ["browser", "other"]),
        ("/conditions/signInRiskLevels", ["high", "medium"]),
        ("/conditions/userRiskLevels", ["high", "medium"]),
        ("/grantControls/builtInControls", ["mfa", "compliantDevice"]),
        ("/grantControls/termsOfUse", ["t1", "t2"]),
    ];
    for (pointer, [a, b]) in sets {
        same(with(pointer, json!([a, b])), with(pointer, json!([b, a, b])));
        different(with(pointer, json!([a, b])), with(pointer, json!([a])));
    }
}

#[test]
fn flags_are_sets_however_they_are_written() {
    let guests = "/conditions/users/includeGuestsOrExternalUsers";
    let types = |types: Value| with(guests, json!({ "guestOrExternalUserTypes": types }));
    let expected = types(json!("internalGuest,b2bCollaborationGuest"));
    same(types(json!("B2bCollaborationGuest, InternalGuest")), expected.clone());
    same(types(json!(["b2bCollaborationGuest", "internalGuest"])), expected.clone());
    same(types(json!(["b2bCollaborationGuest,internalGuest"])), expected.clone());
    different(types(json!("internalGuest")), expected);
    let flows = |methods: Value| with("/conditions/authenticationFlows", json!({ "transferMethods": methods }));
    same(flows(json!("deviceCodeFlow,authenticationTransfer")), flows(json!("authenticationTransfer,deviceCodeFlow")));
    same(
        with("/conditions/insiderRiskLevels", json!("moderate,elevated")),
        with("/conditions/insiderRiskLevels", json!("elevated,moderate")),
    );
    same(with("/conditions/insiderRiskLevels", json!("")), mfa_for_all("enabled"));
}

#[test]
fn ids_and_keywords_have_one_spelling_and_texts_keep_theirs() {
    same(with("/conditions/users/excludeGroups", json!([GUID])), with("/conditions/users/excludeGroups", json!([GUID.to_lowercase()])));
    same(with("/conditions/users/includeUsers", json!(["all"])), mfa_for_all("enabled"));
    same(
        with("/conditions/applications/includeApplications", json!(["office365"])),
        with("/conditions/applications/includeApplications", json!(["Office365"])),
    );
    different(with("/displayName", json!(GUID)), with("/displayName", json!(GUID.to_lowercase())));
    different(with("/displayName", json!("all")), with("/displayName", json!("All")));
    let rule = |rule: &str| with("/conditions/devices", json!({ "deviceFilter": { "mode": "exclude", "rule": rule } }));
    different(rule(GUID), rule(&GUID.to_lowercase()));
}

#[test]
fn an_operator_means_nothing_beside_one_control() {
    same(with("/grantControls/operator", json!("AND")), mfa_for_all("enabled"));
    same(without("/grantControls/operator"), mfa_for_all("enabled"));
    let two = |operator: &str| with("/grantControls", json!({ "operator": operator, "builtInControls": ["mfa", "compliantDevice"] }));
    different(two("AND"), two("OR"));
    let strength = |operator: &str| with("/grantControls", json!({ "operator": operator, "authenticationStrength": { "id": GUID } }));
    same(strength("AND"), strength("OR"));
    let both = |operator: &str| {
        with("/grantControls", json!({ "operator": operator, "termsOfUse": ["t"], "authenticationStrength": { "id": GUID } }))
    };
    different(both("AND"), both("OR"));
    let unknown =
        |operator: &str| with("/grantControls", json!({ "operator": operator, "builtInControls": ["mfa"], "newControl": { "x": 1 } }));
    different(unknown("AND"), unknown("OR"));
    same(with("/grantControls", json!({ "operator": "OR", "builtInControls": [] })), with("/grantControls", Value::Null));
}

#[test]
fn a_strength_is_its_id() {
    let strength = |strength: Value| with("/grantControls", json!({ "operator": "OR", "authenticationStrength": strength }));
    same(
        strength(json!({ "id": GUID, "displayName": "Phishing-resistant MFA", "allowedCombinations": ["fido2"], "policyType": "builtIn" })),
        strength(json!({ "id": GUID.to_lowercase() })),
    );
    different(strength(json!({ "id": GUID })), strength(json!({ "id": "bbbbbbbb-bbbb-4ccc-8ddd-eeeeeeeeeeee" })));
    // A template that names it instead is not reduced to nothing.
    different(strength(json!({ "displayName": "A" })), strength(json!({ "displayName": "B" })));
}

#[test]
fn session_controls_that_are_off_are_none() {
    for off in [
        json!({ "signInFrequency": { "isEnabled": false, "value": 4, "type": "hours" } }),
        json!({ "persistentBrowser": { "isEnabled": false, "mode": null }, "cloudAppSecurity": null }),
        json!({ "disableResilienceDefaults": false }),
    ] {
        same(with("/sessionControls", off), mfa_for_all("enabled"));
    }
    let frequency =
        |hours: i64| with("/sessionControls", json!({ "signInFrequency": { "isEnabled": true, "value": hours, "type": "hours" } }));
    different(frequency(4), frequency(5));
    different(frequency(4), mfa_for_all("enabled"));
    different(with("/sessionControls", json!({ "disableResilienceDefaults": true })), mfa_for_all("enabled"));
}

#[test]
fn the_type_of_external_tenants_counts_where_it_is_the_only_word() {
    let tenants = |tenants: Value| {
        with(
            "/conditions/users/includeGuestsOrExternalUsers",
            json!({ "guestOrExternalUserTypes": "serviceProvider", "externalTenants": tenants }),
        )
    };
    same(
        tenants(json!({ "@odata.type": "#microsoft.graph.conditionalAccessAllExternalTenants" })),
        tenants(json!({ "@odata.type": "#microsoft.graph.conditionalAccessAllExternalTenants", "membershipKind": "all" })),
    );
    different(
        tenants(json!({ "@odata.type": "#microsoft.graph.conditionalAccessAllExternalTenants" })),
        tenants(json!({ "@odata.type": "#microsoft.graph.conditionalAccessEnumeratedExternalTenants" })),
    );
}

#[test]
fn what_we_do_not_know_survives() {
    different(with("/conditions/brandNew", json!({ "includeThings": ["x"] })), mfa_for_all("enabled"));
    different(with("/brandNew", json!(false)), mfa_for_all("enabled"));
    different(with("/brandNew", json!(["a", "b"])), with("/brandNew", json!(["b", "a"])));
    different(with("/brandNew", json!([{ "a": 1 }, null])), with("/brandNew", json!([{ "a": 1 }])));
    different(with("/partialEnablementStrategy", json!({ "percent": 10 })), mfa_for_all("enabled"));
    different(with("/description", json!("why")), mfa_for_all("enabled"));
}

#[test]
fn the_hash_is_pinned() {
    // Stored in every deployment: a change of this value is a migration.
    let hash = document(mfa_for_all("enabled")).canonical().hash();
    let text = r#"{"conditions":{"applications":{"includeApplications":["All"]},"clientAppTypes":["all"],"users":{"includeUsers":["All"]}},"displayName":"Require MFA","grantControls":{"builtInControls":["mfa"],"operator":"OR"},"state":"enabled"}"#;
    assert_eq!(hash, domain::document::text_hash(text));
}

#[test]
fn locations_have_a_canonical_form_of_their_own() {
    let location = |ranges: Value, at: &str| {
        canonical_location(&json!({
            "@odata.type": "#microsoft.graph.ipNamedLocation", "id": GUID, "displayName": "HQ", "isTrusted": false,
            "modifiedDateTime": at, "ipRanges": ranges,
        }))
    };
    let v4 = |cidr: &str| json!({ "@odata.type": "#microsoft.graph.iPv4CidrRange", "cidrAddress": cidr });
    let a = location(json!([v4("192.0.2.0/24"), v4("198.51.100.0/24")]), "2026-01-01T00:00:00Z");
    let b = location(json!([v4("198.51.100.0/24"), v4("192.0.2.0/24")]), "2026-02-01T00:00:00Z");
    assert_eq!(a.hash(), b.hash());
    assert_ne!(a.hash(), location(json!([v4("192.0.2.0/24")]), "2026-01-01T00:00:00Z").hash());
    let country = |codes: Value| canonical_location(&json!({ "displayName": "EU", "countriesAndRegions": codes }));
    assert_eq!(country(json!(["DE", "AT"])).hash(), country(json!(["AT", "DE"])).hash());
    assert_eq!(canonical_location(&json!({})).value(), &json!({}));
}

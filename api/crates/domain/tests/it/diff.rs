//! Diffs as a reviewer reads them.

use domain::change::dry_run::{DiffOp, FieldDiff, NamedRef, Risk};
use domain::document::diff::{NameTable, diff};
use domain::tenant::{DirectoryKind, DirectoryObject};
use serde_json::{Value, json};

use crate::fixtures::{document, mfa_for_all};

const ONE: &str = "11111111-1111-4111-8111-111111111111";
const TWO: &str = "22222222-2222-4222-8222-222222222222";

fn names() -> NameTable {
    let object = |kind, id: &str, name: &str| DirectoryObject {
        kind,
        object_id: id.to_uppercase(),
        display_name: name.into(),
        member_count: Some(3),
    };
    NameTable::new([
        object(DirectoryKind::Group, ONE, "Break glass"),
        object(DirectoryKind::User, ONE, "A user with the group's id"),
        object(DirectoryKind::NamedLocation, TWO, "Headquarters"),
        object(DirectoryKind::AuthenticationStrength, TWO, "Phishing-resistant MFA"),
    ])
}

fn between(before: Value, after: Value) -> Vec<FieldDiff> {
    diff(&document(before).canonical(), &document(after).canonical(), &names())
}

fn named(id: &str, name: Option<&str>) -> NamedRef {
    NamedRef { id: id.into(), display_name: name.map(str::to_owned) }
}

#[test]
fn a_scalar_shows_both_values() {
    let fields = between(mfa_for_all("disabled"), mfa_for_all("enabled"));
    let expected = FieldDiff {
        path: "state".into(),
        op: DiffOp::Replace,
        before: Some(json!("disabled")),
        after: Some(json!("enabled")),
        added: Vec::new(),
        removed: Vec::new(),
        risk: Risk::Neutral,
        label: String::new(),
    };
    assert_eq!(fields, [expected]);
}

#[test]
fn a_set_shows_what_came_and_went_by_the_kind_of_its_field() {
    let mut before = mfa_for_all("enabled");
    before["conditions"]["users"]["excludeGroups"] = json!([TWO]);
    let mut after = mfa_for_all("enabled");
    after["conditions"]["users"]["excludeGroups"] = json!([ONE]);
    after["conditions"]["users"]["excludeUsers"] = json!([ONE]);
    after["conditions"]["locations"] = json!({ "includeLocations": ["All"], "excludeLocations": [TWO, "AllTrusted"] });
    let fields = between(before, after);
    let paths: Vec<_> = fields.iter().map(|field| (field.path.as_str(), field.op)).collect();
    assert_eq!(
        paths,
        [
            ("conditions.locations.excludeLocations", DiffOp::Add),
            ("conditions.locations.includeLocations", DiffOp::Add),
            ("conditions.users.excludeGroups", DiffOp::Replace),
            ("conditions.users.excludeUsers", DiffOp::Add),
        ]
    );
    assert_eq!(fields[0].added, [named(TWO, Some("Headquarters")), named("AllTrusted", None)]);
    assert_eq!((&fields[2].added[..], &fields[2].removed[..]), (&[named(ONE, Some("Break glass"))][..], &[named(TWO, None)][..]));
    assert_eq!(fields[3].added, [named(ONE, Some("A user with the group's id"))]);
}

#[test]
fn a_strength_shows_its_name() {
    let mut after = mfa_for_all("enabled");
    after["grantControls"] = json!({ "operator": "OR", "authenticationStrength": { "id": TWO } });
    let fields = between(mfa_for_all("enabled"), after);
    let paths: Vec<_> = fields.iter().map(|field| (field.path.as_str(), field.op)).collect();
    assert_eq!(paths, [("grantControls.authenticationStrength.id", DiffOp::Add), ("grantControls.builtInControls", DiffOp::Remove)]);
    assert_eq!(fields[0].added, [named(TWO, Some("Phishing-resistant MFA"))]);
    assert_eq!(fields[1].removed, [named("mfa", None)]);
}

#[test]
fn fields_come_in_the_order_of_a_reader() {
    let after = json!({
        "aNewMember": 1, "sessionControls": { "persistentBrowser": { "isEnabled": true } }, "grantControls": { "builtInControls": ["block"] },
        "conditions": { "clientAppTypes": ["other"] }, "state": "enabled", "description": "d", "displayName": "n",
    });
    let paths: Vec<_> = between(json!({}), after).into_iter().map(|field| field.path).collect();
    let expected = [
        "displayName",
        "description",
        "state",
        "conditions.clientAppTypes",
        "grantControls.builtInControls",
        "grantControls.operator",
        "sessionControls.persistentBrowser.isEnabled",
        "aNewMember",
    ];
    assert_eq!(paths, expected);
}

#[test]
fn a_list_that_becomes_something_else_shows_both() {
    let fields = between(json!({ "brandNew": ["a"] }), json!({ "brandNew": { "b": 1 } }));
    assert_eq!(fields.len(), 1);
    assert_eq!((fields[0].op, &fields[0].before, &fields[0].after), (DiffOp::Replace, &Some(json!(["a"])), &Some(json!({ "b": 1 }))));
}

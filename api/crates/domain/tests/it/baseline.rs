//! Documents from outside: imported with notes, or refused with a sentence; never a panic. And a tenant measured against them.

use chrono::DateTime;
use domain::baseline::compare::{Live, Wanted, compare};
use domain::baseline::{BaselinePolicy, FileFate, Imported, clean, code_of, decode, import_file};
use domain::change::warning::Severity;
use domain::document::PolicyDocument;
use domain::document::diff::NameTable;
use domain::drift::DriftKind;
use domain::id::{BaselineId, BaselinePolicyId, ContentHash, PolicyId, TenantId, WorkspaceId};
use domain::policy::{Policy, PolicyMetadata, PolicyState};
use domain::tenant::{DirectoryKind, DirectoryObject};
use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::corpus::{data, files};

fn policy() -> Value {
    json!({
        "displayName": "CA001-Global: block",
        "state": "enabled",
        "conditions": { "users": { "includeUsers": ["All"] }, "applications": { "includeApplications": ["All"] } },
        "grantControls": { "operator": "OR", "builtInControls": ["mfa"] }
    })
}

fn with(path: &str, value: Value) -> Value {
    let mut document = policy();
    let (parent, name) = path.rsplit_once('/').unwrap();
    document.pointer_mut(parent).unwrap()[name] = value;
    document
}

fn at(document: &PolicyDocument, pointer: &str) -> Value {
    document.value().pointer(pointer).cloned().unwrap_or(Value::Null)
}

fn imported(path: &str, content: &Value) -> Imported {
    match import_file(path, &content.to_string()).pop().unwrap() {
        FileFate::Imported(imported) => *imported,
        FileFate::Refused(refused) => panic!("{}", refused.reason),
    }
}

#[test]
fn every_real_document_is_imported_or_refused_with_a_reason_and_keeps_its_meaning() {
    let (mut kept, mut refused) = (0, Vec::new());
    for (path, text) in files(&data("policies")) {
        for fate in import_file(&path.display().to_string(), &text) {
            match fate {
                FileFate::Refused(fate) => refused.push((path.display().to_string(), fate.reason)),
                FileFate::Imported(policy) => {
                    kept += 1;
                    let before = PolicyDocument::parse(&text).unwrap();
                    // A wrongly written member is a difference that the mending is for.
                    if !policy.notes.iter().any(|note| note.contains("GrantControls")) {
                        assert_eq!(policy.content_hash, before.canonical().hash(), "{}", path.display());
                    }
                    let again = clean(policy.document.value()).unwrap();
                    assert_eq!(again.document, policy.document, "cleaning twice is cleaning once");
                    assert!(policy.notes.len() <= 51);
                }
            }
        }
    }
    println!("{kept} imported, {} refused: {refused:#?}", refused.len());
    assert_eq!(kept + refused.len(), 569);
    assert!(refused.len() < 60 && kept > 500);
    assert!(refused.iter().all(|(_, reason)| reason.len() > 20));
}

#[test]
fn what_the_service_sets_goes_and_oddities_are_mended_with_a_note() {
    let mut exported = policy();
    for (name, value) in [
        ("@odata.context", json!("x")),
        ("id", json!("8a1b0d2e-0000-4000-8000-000000000000")),
        ("createdDateTime", json!("2024-01-01T00:00:00Z")),
        ("modifiedDateTime", Value::Null),
        ("templateId", Value::Null),
        ("partialEnablementStrategy", Value::Null),
        ("#microsoft.graph.restore", json!({})),
    ] {
        exported[name] = value;
    }
    exported["grantControls"]["authenticationStrength@odata.context"] = json!("x");
    let cleaned = clean(&exported).unwrap();
    assert_eq!(*cleaned.document.value(), policy());
    assert!(cleaned.notes.is_empty(), "{:?}", cleaned.notes);

    let cases = [
        ("/conditions/locations", json!([]), Value::Null, "empty list where Graph has an object"),
        ("/conditions/clientAppTypes", json!([]), Value::Null, "left out and means all"),
        ("/conditions/users/includeUsers", json!(["all"]), json!(["All"]), "all is written All"),
        ("/conditions/users/includeUsers", json!("All"), json!(["All"]), "one text where Graph has a list"),
        ("/grantControls/operator", json!("or"), json!("OR"), "or is written OR"),
        (
            "/conditions/authenticationFlows",
            json!({ "transferMethods": ["deviceCodeFlow", "AuthenticationTransfer"] }),
            json!({ "transferMethods": "deviceCodeFlow,authenticationTransfer" }),
            "joined by commas",
        ),
        (
            "/grantControls/authenticationStrength",
            json!({ "id": "00000000-0000-0000-0000-000000000004", "displayName": "x", "allowedCombinations": ["fido2"] }),
            json!({ "id": "00000000-0000-0000-0000-000000000004" }),
            "",
        ),
        ("/grantControls/authenticationStrength", json!({ "displayName": "Ours" }), json!({ "id": "Ours" }), "looked up in the tenant"),
    ];
    for (path, given, wanted, note) in cases {
        let cleaned = clean(&with(path, given)).unwrap();
        assert_eq!(at(&cleaned.document, path), wanted, "{path}");
        assert_eq!(note.is_empty(), cleaned.notes.is_empty(), "{:?}", cleaned.notes);
        assert!(note.is_empty() || cleaned.notes.iter().any(|found| found.contains(note)), "{:?}", cleaned.notes);
    }
}

#[test]
fn what_cannot_be_mended_is_refused_with_a_sentence() {
    let mut nothing = policy();
    nothing["grantControls"] = Value::Null;
    let cases = [
        (json!([1]), "not a JSON object"),
        (json!({ "name": "x" }), "no displayName"),
        (json!({ "displayName": "x" }), "no conditions"),
        (nothing, "neither grant nor session controls"),
        (with("/conditions/deviceStates", json!({ "includeStates": ["All"], "excludeStates": ["Compliant"] })), "device filter"),
        (with("/conditions/devices", json!({ "includeDevices": ["All"] })), "device filter"),
        (with("/grantControls/authenticationStrength", json!({ "policyType": "custom" })), "neither an id nor a name"),
    ];
    for (document, reason) in cases {
        let refused = clean(&document).unwrap_err().to_string();
        assert!(refused.contains(reason), "{refused}");
    }
    let fates = ["", "   ", "{", "null", "7", "[]", "{\"value\": []}"].map(|text| import_file("a.json", text));
    assert!(fates.iter().all(|fates| matches!(fates.as_slice(), [FileFate::Refused(_)])), "{fates:?}");
}

#[test]
fn a_file_may_hold_several_policies_in_any_text_encoding() {
    let two = json!({ "@odata.context": "x", "value": [policy(), policy()] });
    let fates = import_file("set/all.json", &two.to_string());
    let paths: Vec<&str> = fates
        .iter()
        .map(|fate| match fate {
            FileFate::Imported(policy) => policy.path.as_str(),
            FileFate::Refused(fate) => fate.reason.as_str(),
        })
        .collect();
    assert_eq!(paths, ["set/all.json#1", "set/all.json#2"]);

    let text = policy().to_string() + "  ";
    let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let marked = |mark: &[u8], bytes: &[u8]| [mark, bytes].concat();
    for bytes in [
        text.clone().into_bytes(),
        marked(b"\xef\xbb\xbf", text.as_bytes()),
        little.clone(),
        big.clone(),
        marked(b"\xff\xfe", &little),
        marked(b"\xfe\xff", &big),
    ] {
        assert_eq!(decode(&bytes).unwrap(), text);
    }
    for bytes in [&b"\xff\xfe{"[..], b"\x80\x81\x82", b"\xfe\xff\xd8\x00"] {
        assert!(decode(bytes).is_err());
    }
}

#[test]
fn codes_tags_and_placeholders_come_from_names() {
    for (name, code) in [
        ("CA001-Global", Some("CA001")),
        ("ca12 x", Some("CA12")),
        ("MFA", None),
        ("100 - ADM - block", Some("100")),
        ("203_-_RING_-_x", Some("203")),
        ("2024 review", None),
        ("CAP0001", Some("CAP0001")),
        ("CA001b", None),
        ("", None),
    ] {
        assert_eq!(code_of(name).as_deref(), code, "{name}");
    }
    let mut document = policy();
    document["displayName"] = json!("Block for <RING>");
    document["conditions"]["users"]["excludeGroups"] = json!(["<ExclusionGroup>"]);
    let found = imported("Personas/Admins/CA207 block.json", &document);
    assert_eq!(found.code.as_deref(), Some("CA207"));
    assert_eq!(found.tags, ["Admins", "Personas"]);
    assert!(
        found.notes.last().unwrap().contains("<RING>, <ExclusionGroup>")
            || found.notes.last().unwrap().contains("<ExclusionGroup>, <RING>")
    );
}

proptest! {
    #[test]
    fn no_text_makes_an_import_panic(text in "\\PC{0,200}", bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
        prop_assert!(!import_file("x.json", &text).is_empty());
        let _ = decode(&bytes);
    }

    #[test]
    fn no_shape_makes_an_import_panic(path in 0usize..6, value in prop_oneof![
        Just(json!(null)), Just(json!([])), Just(json!({})), Just(json!(7)), Just(json!("x")), Just(json!([1, null, {"a": []}])), Just(json!({"id": 5})),
    ]) {
        let path = ["/conditions", "/grantControls", "/conditions/users", "/grantControls/authenticationStrength", "/conditions/users/includeUsers", "/displayName"][path];
        let fates = import_file("x.json", &with(path, value).to_string());
        prop_assert_eq!(fates.len(), 1);
    }
}

struct Tenant {
    rows: Vec<(Policy, PolicyDocument)>,
}

impl Tenant {
    fn of(documents: &[Value]) -> Self {
        let row = |(number, value): (usize, &Value)| {
            let document = PolicyDocument::from_value(value.clone()).unwrap();
            let policy = Policy {
                id: PolicyId(Uuid::from_u128(number as u128 + 1)),
                workspace_id: WorkspaceId(Uuid::nil()),
                tenant_id: TenantId(Uuid::nil()),
                graph_id: Uuid::from_u128(number as u128 + 100),
                display_name: document.display_name().to_owned(),
                state: document.state().unwrap_or(PolicyState::Disabled),
                content_hash: document.canonical().hash(),
                document_hash: ContentHash("x".to_owned()),
                graph_modified_at: None,
                deleted_at: None,
                metadata: PolicyMetadata::default(),
                first_seen_at: DateTime::UNIX_EPOCH,
                last_seen_at: DateTime::UNIX_EPOCH,
                version: 1,
            };
            (policy, document)
        };
        Tenant { rows: documents.iter().enumerate().map(row).collect() }
    }
}

fn kinds(wanted: &[Value], tenant: &Tenant, names: &NameTable) -> Vec<(DriftKind, Severity, usize)> {
    let rows: Vec<(BaselinePolicy, PolicyDocument)> = wanted
        .iter()
        .enumerate()
        .map(|(number, value)| {
            let found = imported(&format!("{number}.json"), value);
            let row = BaselinePolicy {
                id: BaselinePolicyId(Uuid::from_u128(number as u128 + 500)),
                workspace_id: WorkspaceId(Uuid::nil()),
                baseline_id: BaselineId(Uuid::nil()),
                code: found.code,
                display_name: found.display_name,
                severity: Severity::Warning,
                tags: Vec::new(),
                document_hash: ContentHash("x".to_owned()),
                content_hash: found.content_hash,
                path: found.path,
                notes: Vec::new(),
                created_at: DateTime::UNIX_EPOCH,
                updated_at: DateTime::UNIX_EPOCH,
            };
            (row, found.document)
        })
        .collect();
    let wanted: Vec<Wanted<'_>> = rows.iter().map(|(policy, document)| Wanted { policy, document }).collect();
    let live: Vec<Live<'_>> = tenant.rows.iter().map(|(policy, document)| Live { policy, document }).collect();
    compare(&wanted, &live, names).into_iter().map(|found| (found.kind, found.severity, found.ambiguous.len())).collect()
}

fn named(name: &str, change: impl Fn(&mut Value)) -> Value {
    let mut document = policy();
    document["displayName"] = json!(name);
    change(&mut document);
    document
}

#[test]
fn policies_stand_for_one_another_by_code_then_by_name_and_only_alone() {
    let none = NameTable::default();
    let same = |name: &str| named(name, |_| {});
    assert_eq!(kinds(&[same("CA001-x")], &Tenant::of(&[same("CA001-x")]), &none), []);
    // By code, with another name, which is all that differs.
    assert_eq!(kinds(&[same("CA001-x")], &Tenant::of(&[same("CA001 - y")]), &none), [(DriftKind::Modified, Severity::Info, 0)]);
    assert_eq!(kinds(&[same("Block")], &Tenant::of(&[same(" block")]), &none), [(DriftKind::Modified, Severity::Info, 0)]);
    // Two of the code: the one of the same name.
    assert_eq!(kinds(&[same("CA001-x")], &Tenant::of(&[same("CA001-y"), same("CA001-x")]), &none), [(DriftKind::Extra, Severity::Info, 0)]);
    // Two that can't be told apart: said so, and neither is extra.
    assert_eq!(
        kinds(&[same("CA001-x")], &Tenant::of(&[same("CA001-y"), same("CA001-z")]), &none),
        [(DriftKind::Missing, Severity::Warning, 2)]
    );
    assert_eq!(
        kinds(&[same("CA001-x")], &Tenant::of(&[same("Other")]), &none),
        [(DriftKind::Missing, Severity::Warning, 0), (DriftKind::Extra, Severity::Info, 0)]
    );
}

#[test]
fn what_is_stricter_is_no_difference_and_what_is_looser_is_critical() {
    let none = NameTable::default();
    let state = |state: &str| named("CA001-x", |document| document["state"] = json!(state));
    let compared = |wanted: Value, live: Value| kinds(&[wanted], &Tenant::of(&[live]), &none);
    assert_eq!(compared(state("enabledForReportingButNotEnforced"), state("enabled")), []);
    assert_eq!(compared(state("disabled"), state("enabledForReportingButNotEnforced")), []);
    assert_eq!(compared(state("enabled"), state("disabled")), [(DriftKind::Modified, Severity::Critical, 0)]);
    let excluded =
        named("CA001-x", |document| document["conditions"]["users"]["excludeUsers"] = json!(["11111111-aaaa-4111-8111-111111111111"]));
    assert_eq!(compared(state("enabled"), excluded), [(DriftKind::Modified, Severity::Critical, 0)]);
    let described = named("CA001-x", |document| document["description"] = json!("ours"));
    assert_eq!(compared(state("enabled"), described), []);
}

#[test]
fn names_of_the_baseline_are_ids_of_the_tenant() {
    let id = "11111111-aaaa-4111-8111-111111111111";
    let group = |id: &str| DirectoryObject {
        kind: DirectoryKind::Group,
        object_id: id.to_owned(),
        display_name: "Break glass".to_owned(),
        member_count: None,
    };
    let wanted = named("CA001-x", |document| document["conditions"]["users"]["excludeGroups"] = json!(["break glass"]));
    let live = named("CA001-x", |document| document["conditions"]["users"]["excludeGroups"] = json!([id]));
    assert_eq!(kinds(std::slice::from_ref(&wanted), &Tenant::of(std::slice::from_ref(&live)), &NameTable::new([group(id)])), []);
    let two = NameTable::new([group(id), group("22222222-bbbb-4222-8222-222222222222")]);
    assert_eq!(kinds(&[wanted], &Tenant::of(&[live]), &two).len(), 1, "an ambiguous name is not resolved");
}

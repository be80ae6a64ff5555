//! What holds for any policy, not only for the ones we thought of.

use domain::change::kind::{ChangePayload, WriteOperation};
use domain::change::plan::touched_paths;
use domain::document::PolicyDocument;
use domain::document::diff::{NameTable, diff};
use domain::policy::PolicyState;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Map, Value, json};

use crate::fixtures::document;
use crate::generated;
use crate::towards::includes_somebody;
use crate::undo::{applied, planned, undo};

const IDS: [&str; 5] = [
    "All",
    "11111111-aaaa-4111-8111-111111111111",
    "22222222-bbbb-4222-8222-222222222222",
    "33333333-cccc-4333-8333-333333333333",
    "an unresolved <placeholder>",
];

fn ids() -> impl Strategy<Value = Value> {
    subsequence(IDS.to_vec(), 0..=3).prop_map(Value::from)
}

fn words(words: &'static [&'static str]) -> impl Strategy<Value = Value> {
    subsequence(words.to_vec(), 0..=words.len()).prop_map(Value::from)
}

/// A member that is absent, null, or there.
fn maybe(value: impl Strategy<Value = Value> + 'static) -> impl Strategy<Value = Option<Value>> {
    prop_oneof![1 => Just(None), 1 => Just(Some(Value::Null)), 4 => value.prop_map(Some)]
}

fn object(members: Vec<(&'static str, BoxedStrategy<Option<Value>>)>) -> impl Strategy<Value = Value> {
    let (names, values): (Vec<_>, Vec<_>) = members.into_iter().unzip();
    values.prop_map(move |values| {
        let members = names.iter().zip(values).filter_map(|(name, value)| Some(((*name).to_owned(), value?)));
        Value::Object(members.collect())
    })
}

/// Policies as Graph, a portal, a template author or a future API might write them.
fn policies() -> impl Strategy<Value = Value> {
    let users = object(vec![
        ("includeUsers", maybe(ids()).boxed()),
        ("excludeUsers", maybe(ids()).boxed()),
        ("excludeGroups", maybe(ids()).boxed()),
        (
            "includeGuestsOrExternalUsers",
            maybe(
                select(vec!["internalGuest", "internalGuest,serviceProvider"])
                    .prop_map(|types| json!({ "guestOrExternalUserTypes": types })),
            )
            .boxed(),
        ),
    ]);
    let conditions = object(vec![
        ("users", maybe(users).boxed()),
        ("applications", maybe(object(vec![("includeApplications", maybe(ids()).boxed())])).boxed()),
        ("clientAppTypes", maybe(words(&["browser", "mobileAppsAndDesktopClients", "other"])).boxed()),
        ("signInRiskLevels", maybe(words(&["low", "high"])).boxed()),
        ("brandNew", maybe(select(vec![json!(1), json!(["b", "a"]), json!({ "x": null, "y": [1] })])).boxed()),
    ]);
    let grant = object(vec![
        ("operator", maybe(select(vec![json!("AND"), json!("OR")])).boxed()),
        ("builtInControls", maybe(words(&["mfa", "compliantDevice", "block"])).boxed()),
        ("authenticationStrength", maybe(select(IDS[1..4].to_vec()).prop_map(|id| json!({ "id": id, "displayName": "x" }))).boxed()),
    ]);
    let session = object(vec![
        (
            "signInFrequency",
            maybe((any::<bool>(), 1..3).prop_map(|(on, hours)| json!({ "isEnabled": on, "value": hours, "type": "hours" }))).boxed(),
        ),
        ("disableResilienceDefaults", maybe(any::<bool>().prop_map(Value::from)).boxed()),
    ]);
    object(vec![
        ("id", Just(Some(json!("44444444-dddd-4444-8444-444444444444"))).boxed()),
        ("displayName", "[a-cA-C ]{1,6}".prop_map(|name| Some(Value::from(name))).boxed()),
        ("state", select(PolicyState::ALL).prop_map(|state| Some(json!(state))).boxed()),
        ("conditions", maybe(conditions).boxed()),
        ("grantControls", maybe(grant).boxed()),
        ("sessionControls", maybe(session).boxed()),
    ])
}

/// The same policy in another dress: lists turned and repeated, GUIDs in upper case, nothing said in other words, annotations added.
fn disguised(name: &str, value: &Value, dress: &mut impl Iterator<Item = u8>) -> Value {
    let mut turn = || dress.next().unwrap_or(0);
    match value {
        Value::Array(items) if !["brandNew", "y"].contains(&name) => {
            let mut items: Vec<Value> = items.iter().map(|item| disguised("", item, dress)).collect();
            if !items.is_empty() {
                let by = usize::from(dress.next().unwrap_or(0)) % items.len();
                items.rotate_left(by);
                items.push(items[0].clone());
            }
            Value::Array(items)
        }
        Value::String(text) if name.is_empty() && turn().is_multiple_of(2) && text.len() == 36 => Value::from(text.to_uppercase()),
        Value::String(text) if name == "guestOrExternalUserTypes" => Value::from(text.split(',').rev().collect::<Vec<_>>().join(", ")),
        Value::Object(members) => {
            let mut dressed = Map::new();
            for (name, value) in members.iter().rev() {
                dressed.insert(name.clone(), disguised(name, value, dress));
                if dress.next().unwrap_or(0).is_multiple_of(3) {
                    dressed.insert(format!("{name}@odata.type"), json!("#Collection(String)"));
                }
            }
            for (number, nothing) in [Value::Null, json!([]), json!({})].into_iter().enumerate() {
                if dress.next().unwrap_or(0).is_multiple_of(2) {
                    dressed.insert(format!("future{number}"), nothing);
                }
            }
            Value::Object(dressed)
        }
        other => other.clone(),
    }
}

/// Policies as Graph may hold them, and edits of them.
fn edits() -> impl Strategy<Value = (PolicyDocument, ChangePayload)> {
    let edits = generated::edits().prop_map(|payload| serde_json::from_value::<ChangePayload>(payload).unwrap());
    let edits = edits.prop_filter("an edit", |payload| payload.kind().operation() == WriteOperation::Update);
    (generated::policies().prop_filter("somebody is included", includes_somebody).prop_map(document), edits)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_dress_does_not_change_the_canonical_form(value in policies(), dress in vec(any::<u8>(), 200)) {
        let dressed = disguised("root", &value, &mut dress.into_iter());
        let (plain, dressed) = (document(value).canonical(), document(dressed).canonical());
        prop_assert_eq!(plain.value(), dressed.value());
        prop_assert_eq!(plain.hash(), dressed.hash());
    }

    #[test]
    fn the_canonical_form_is_its_own(value in policies()) {
        let canonical = document(value).canonical();
        prop_assert_eq!(document(canonical.value().clone()).canonical(), canonical);
    }

    #[test]
    fn a_diff_is_empty_exactly_when_the_forms_are_equal(a in policies(), b in policies(), same in any::<bool>(), dress in vec(any::<u8>(), 200)) {
        let b = if same { disguised("root", &a, &mut dress.into_iter()) } else { b };
        let (a, b) = (document(a).canonical(), document(b).canonical());
        let found = diff(&a, &b, &NameTable::default());
        prop_assert_eq!(found.is_empty(), a == b);
        prop_assert_eq!(a.hash() == b.hash(), a == b);
        let back = diff(&b, &a, &NameTable::default());
        prop_assert_eq!(found.len(), back.len());
        for (there, back) in found.iter().zip(&back) {
            prop_assert_eq!((&there.path, &there.before, &there.added), (&back.path, &back.after, &back.removed));
        }
    }

    #[test]
    fn what_a_plan_shows_is_what_its_write_does((before, payload) in edits()) {
        let plan = planned(&before, &payload);
        let after = before.merged(&plan.write);
        let shown: Vec<_> = plan.diff.iter().map(|field| (&field.path, &field.before, &field.after)).collect();
        let done = diff(&before.canonical(), &after.canonical(), &NameTable::default());
        prop_assert_eq!(done.iter().map(|field| (&field.path, &field.before, &field.after)).collect::<Vec<_>>(), shown);
        prop_assert_eq!(after.canonical().hash(), plan.desired_hash);
        prop_assert_eq!(before.canonical().hash(), plan.base_hash);
        prop_assert_eq!(plan.diff.is_empty(), plan.write == json!({}));
        // Applied once more it is no change, unless a name is still to be found.
        prop_assert_eq!(planned(&after, &payload).write, json!({}));
    }

    #[test]
    fn a_rollback_brings_back_what_was_there((before, payload) in edits()) {
        let after = applied(&before, &payload);
        match undo(&payload, &before, &after, &after) {
            Ok(back) => {
                let undone = applied(&after, &back.payload);
                prop_assert_eq!(undone.canonical(), before.canonical());
                // And the other way round.
                let again = undo(&back.payload, &after, &undone, &undone).unwrap();
                prop_assert_eq!(applied(&undone, &again.payload).canonical(), after.canonical());
            }
            Err(_) => prop_assert_eq!(after.canonical(), before.canonical()),
        }
    }

    #[test]
    fn a_rollback_keeps_what_others_edited_since((before, payload) in edits(), (_, foreign) in edits()) {
        prop_assume!(payload.kind() != foreign.kind());
        let after = applied(&before, &payload);
        let live = applied(&after, &foreign);
        let Ok(back) = undo(&payload, &before, &after, &live) else { return Ok(()) };
        // Whatever is not the change's own reads as it did before the rollback.
        let undone = applied(&live, &back.payload);
        let own = touched_paths(&back.payload);
        let changed = diff(&live.canonical(), &undone.canonical(), &NameTable::default());
        let placeholder = ["conditions.users.includeUsers", "conditions.applications.includeApplications", "grantControls.operator"];
        for field in changed {
            let owned = own.iter().chain(&placeholder).any(|own| field.path == *own || field.path.starts_with(&format!("{own}.")));
            prop_assert!(owned, "{} is not the change's own", field.path);
        }
    }

    #[test]
    fn a_payload_is_its_own_json_form((_, payload) in edits()) {
        let text = serde_json::to_string(&payload).unwrap();
        prop_assert_eq!(serde_json::from_str::<ChangePayload>(&text).unwrap(), payload.clone());
        prop_assert_eq!(payload.clone().normalised().normalised(), payload.normalised());
    }
}

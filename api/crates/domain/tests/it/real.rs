//! Every kind of change over every real policy: applied, shown truly, and taken back.

use std::collections::{BTreeMap, BTreeSet};

use domain::change::kind::{ChangeKind, ChangePayload, WriteOperation};
use domain::change::plan::{touched_paths, validate_payload};
use domain::document::PolicyDocument;
use domain::document::diff::{NameTable, diff};
use serde_json::{Value, json};

use crate::corpus::{data, files};
use crate::fixtures::document;
use crate::undo::{applied, planned, undo};
use crate::world::World;

const A: &str = "11111111-aaaa-4111-8111-111111111111";
const B: &str = "22222222-bbbb-4222-8222-222222222222";
const STRENGTH: &str = "00000000-0000-0000-0000-000000000004";

/// Real documents, each with where it is from: the public sets and a tenant's history, without repeats.
fn documents() -> Vec<(String, Value)> {
    let sets = files(&data("policies")).into_iter().map(|(path, text)| (path.display().to_string(), serde_json::from_str(&text).unwrap()));
    let mut found: Vec<(String, Value)> = sets.collect();
    for (path, text) in files(&data("tenant-history")) {
        let answer: Value = serde_json::from_str(&text).unwrap();
        found.extend(answer["value"].as_array().unwrap().iter().map(|policy| (path.display().to_string(), policy.clone())));
    }
    let mut seen = BTreeSet::new();
    found.retain(|(_, value)| seen.insert(document(value.clone()).canonical().hash().0));
    found
}

/// Payloads of every kind that updates a policy, several of most.
fn payloads(policy: &PolicyDocument) -> Vec<ChangePayload> {
    let first = |list: &str| policy.at(&["conditions", "users", list]).and_then(|list| list.get(0)).cloned().unwrap_or(json!(B));
    let forms = [
        json!({ "kind": "policy.state_change", "to": "disabled" }),
        json!({ "kind": "policy.state_change", "to": "enabled" }),
        json!({ "kind": "policy.rename", "displayName": "another name" }),
        json!({ "kind": "policy.assignment_change", "excludeUsers": { "add": [A] }, "excludeGroups": { "add": [A], "remove": [first("excludeGroups")] } }),
        json!({ "kind": "policy.assignment_change", "includeUsers": { "add": [A], "remove": [first("includeUsers")] } }),
        json!({ "kind": "policy.assignment_change", "includeUsers": { "remove": [first("includeUsers")] }, "includeRoles": { "remove": [first("includeRoles")] } }),
        json!({ "kind": "policy.assignment_change", "includeUsers": { "add": ["All"] } }),
        json!({ "kind": "policy.assignment_change", "includeServicePrincipals": { "add": ["ServicePrincipalsInMyTenant"] } }),
        json!({ "kind": "policy.assignment_change", "excludeGuestsOrExternalUsers": { "guestOrExternalUserTypes": "serviceProvider" } }),
        json!({ "kind": "policy.assignment_change", "includeGuestsOrExternalUsers": null }),
        json!({ "kind": "policy.condition_change", "locations": { "includeLocations": ["All"], "excludeLocations": ["AllTrusted"] } }),
        json!({ "kind": "policy.condition_change", "locations": null, "platforms": null, "authenticationFlows": null }),
        json!({ "kind": "policy.condition_change", "clientAppTypes": ["browser"], "platforms": { "includePlatforms": ["all"], "excludePlatforms": ["iOS"] } }),
        json!({ "kind": "policy.condition_change", "authenticationFlows": { "transferMethods": "deviceCodeFlow,authenticationTransfer" } }),
        json!({ "kind": "policy.risk_condition_change", "signInRiskLevels": ["high", "medium"], "insiderRiskLevels": ["elevated"] }),
        json!({ "kind": "policy.risk_condition_change", "userRiskLevels": [], "signInRiskLevels": [] }),
        json!({ "kind": "policy.grant_change", "builtInControls": ["block"], "authenticationStrengthId": null }),
        json!({ "kind": "policy.grant_change", "builtInControls": ["mfa", "compliantDevice"], "operator": "OR" }),
        json!({ "kind": "policy.grant_change", "builtInControls": [], "authenticationStrengthId": STRENGTH }),
        json!({ "kind": "policy.application_change", "includeApplications": { "add": ["Office365"], "remove": ["All"] }, "excludeApplications": { "add": [A] } }),
        json!({ "kind": "policy.application_change", "includeApplications": { "remove": ["All", "Office365"] }, "includeUserActions": { "add": ["urn:user:registerdevice"] } }),
        json!({ "kind": "policy.application_change", "includeApplications": { "remove": ["All"] } }),
        json!({ "kind": "policy.session_change", "signInFrequency": { "value": 7, "type": "days" }, "persistentBrowser": { "mode": "never" } }),
        json!({ "kind": "policy.session_change", "signInFrequency": null, "persistentBrowser": null, "cloudAppSecurity": null }),
        json!({ "kind": "policy.session_change", "disableResilienceDefaults": true }),
        json!({ "kind": "policy.device_filter_change", "deviceFilter": { "mode": "exclude", "rule": "device.isCompliant -eq True" } }),
        json!({ "kind": "policy.device_filter_change", "deviceFilter": null }),
        json!({ "kind": "policy.terms_of_use_change", "termsOfUse": [A] }),
        json!({ "kind": "policy.terms_of_use_change", "termsOfUse": [] }),
        json!({ "kind": "policy.auth_context_change", "includeAuthenticationContextClassReferences": ["c7"] }),
        json!({ "kind": "policy.auth_context_change", "includeAuthenticationContextClassReferences": [] }),
    ];
    forms.into_iter().map(|form| serde_json::from_value(form).unwrap()).collect()
}

#[test]
fn every_kind_over_every_real_policy_is_shown_as_it_is_done_and_taken_back() {
    let mut done: BTreeMap<ChangeKind, usize> = BTreeMap::new();
    for (number, (from, value)) in documents().into_iter().enumerate() {
        let before = document(value);
        for payload in one_of_each_kind(payloads(&before), number) {
            assert_eq!(validate_payload(&payload), Ok(()), "{payload:?}");
            let plan = planned(&before, &payload);
            let after = before.merged(&plan.write);
            assert_eq!(after.canonical().hash(), plan.desired_hash);
            let paths = |fields: &[domain::change::dry_run::FieldDiff]| -> Vec<_> {
                fields.iter().map(|field| (field.path.clone(), field.before.clone(), field.after.clone())).collect()
            };
            let shown = paths(&plan.diff);
            assert_eq!(paths(&diff(&before.canonical(), &after.canonical(), &NameTable::default())), shown);
            only_its_own(&payload, &plan.diff, &from);
            if shown.is_empty() {
                continue;
            }
            let back = undo(&payload, &before, &after, &after).unwrap_or_else(|refusal| panic!("{from}: {payload:?}: {refusal}"));
            let undone = applied(&after, &back.payload);
            assert_eq!(undone.canonical().value(), before.canonical().value(), "{from}: {payload:?} by {:?}", back.payload);
            *done.entry(payload.kind()).or_default() += 1;
        }
    }
    let updating = ChangeKind::ALL.iter().filter(|kind| kind.as_str().starts_with("policy.") && kind.operation() == WriteOperation::Update);
    for kind in updating {
        assert!(done.get(kind).is_some_and(|count| *count > 40), "{kind}: {done:?}");
    }
}

/// Of each kind one payload, another one for the next document: all of them over all documents take minutes and find no more.
fn one_of_each_kind(payloads: Vec<ChangePayload>, number: usize) -> Vec<ChangePayload> {
    let mut by_kind: BTreeMap<ChangeKind, Vec<ChangePayload>> = BTreeMap::new();
    for payload in payloads {
        by_kind.entry(payload.kind()).or_default().push(payload);
    }
    by_kind.into_values().map(|of_kind| of_kind[number % of_kind.len()].clone()).collect()
}

/// Only the fields that the payload touches, the operator beside other controls, and `None` where it stands for nothing.
fn only_its_own(payload: &ChangePayload, diff: &[domain::change::dry_run::FieldDiff], from: &str) {
    let own = touched_paths(payload);
    let none = ["conditions.users.includeUsers", "conditions.applications.includeApplications"];
    for field in diff {
        let says_none =
            none.contains(&field.path.as_str()) && [&field.before, &field.after].into_iter().any(|value| *value == Some(json!(["None"])));
        let owned = own.iter().any(|own| field.path == *own || field.path.starts_with(&format!("{own}.")));
        assert!(owned || says_none, "{from}: {payload:?} changes {}", field.path);
    }
}

#[test]
fn a_real_policy_is_created_as_it_is_but_for_its_state() {
    let (mut created, mut refused) = (0, BTreeMap::<String, usize>::new());
    for (from, value) in documents() {
        let world = World::create("enabledForReportingButNotEnforced", value.clone());
        let plan = world.plan();
        let wanted = document(value).merged(&json!({ "state": "enabledForReportingButNotEnforced" }));
        assert_eq!(document(plan.write.clone()).canonical().value(), wanted.canonical().value(), "{from}");
        assert_eq!(plan.desired_hash, wanted.canonical().hash(), "{from}");
        let text = plan.write.to_string();
        for set_by_the_service in ["createdDateTime", "modifiedDateTime", "templateId", "@odata.context", "null"] {
            assert!(!text.contains(set_by_the_service), "{from}: {set_by_the_service}");
        }
        match validate_payload(&world.payload) {
            Ok(()) => created += 1,
            Err(error) => *refused.entry(format!("{}: {}", error.path.join("."), error.message)).or_default() += 1,
        }
    }
    // Device states (1060), a control that v1.0 does not have, and guests said in two ways: Graph refuses them too.
    assert_eq!((created, refused.values().sum::<usize>()), (413, 8), "{refused:#?}");
}

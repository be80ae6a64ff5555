//! Merges: which pairs are similar, what the one policy would be, and that neither proof lets a wrong one through.

use domain::agent::{AgentInput, PairFacts, SuggestionKind, differences};
use domain::change::kind::ChangePayload;
use domain::policy::PolicyState;
use domain::signin::{ClientApp, Proofs, Traits};
use proptest::prelude::*;
use proptest::sample::subsequence;
use serde_json::{Value, json};

use super::world::*;
use crate::fixtures::document;

fn pair(a: Value, b: Value) -> Option<PairFacts> {
    let (input, _, _) = run(&material(&[a, b]), &[]);
    assert!(input.pairs.len() <= 1);
    input.pairs.into_iter().next()
}

fn proved(a: Value, b: Value) -> bool {
    pair(a, b).and_then(|pair| pair.merge).is_some_and(|merge| merge.proved_by_sets)
}

fn group(name: &str, groups: &[u128], grant: &[&str]) -> Value {
    let groups: Vec<_> = groups.iter().map(|number| id(*number)).collect();
    policy(name, json!({ "users": { "includeGroups": groups, "excludeUsers": [id(EMERGENCY)] } }), grant)
}

#[test]
fn pairs_that_one_policy_can_stand_for_and_their_near_misses() {
    let apps = |name: &str, list: Value| policy(name, json!({ "applications": { "includeApplications": list } }), &["mfa"]);
    let or = |mut policy: Value| {
        policy["grantControls"]["operator"] = json!("OR");
        policy
    };
    let session = |mut policy: Value, hours: u64| {
        policy["sessionControls"] = json!({ "signInFrequency": { "value": hours, "type": "hours", "isEnabled": true } });
        policy
    };
    for (name, a, b, expected) in [
        ("doubles", group("A", &[101], &["mfa"]), group("B", &[101], &["mfa"]), true),
        ("two groups", group("A", &[101], &["mfa"]), group("B", &[102], &["mfa"]), true),
        ("a group and all", group("A", &[101], &["mfa"]), policy("B", json!({}), &["mfa"]), true),
        ("two applications", apps("A", json!([MAIL])), apps("B", json!([TOOL])), true),
        ("one for all applications", apps("A", json!([MAIL])), apps("B", json!(["All"])), true),
        ("the same scope, two controls", group("A", &[101], &["mfa"]), group("B", &[101], &["compliantDevice"]), true),
        ("the same scope, a block", group("A", &[101], &["mfa"]), group("B", &[101], &["block"]), true),
        ("the same scope, one with a session control", group("A", &[101], &["mfa"]), session(group("B", &[101], &["mfa"]), 4), true),
        (
            "two client types",
            policy("A", json!({ "clientAppTypes": ["browser"] }), &["mfa"]),
            policy("B", json!({ "clientAppTypes": ["other"] }), &["mfa"]),
            true,
        ),
        (
            "two risk levels",
            policy("A", json!({ "signInRiskLevels": ["high"] }), &["mfa"]),
            policy("B", json!({ "signInRiskLevels": ["medium"] }), &["mfa"]),
            true,
        ),
        // Near misses.
        (
            "a group whose only member is in the other one today",
            group("A", &[101], &["mfa"]),
            policy("B", json!({ "users": { "includeUsers": [id(1)], "excludeUsers": [id(EMERGENCY)] } }), &["compliantDevice", "mfa"]),
            false,
        ),
        ("two groups with other controls", group("A", &[101], &["mfa"]), group("B", &[102], &["compliantDevice"]), false),
        (
            "one of several controls",
            or(group("A", &[101], &["mfa", "compliantDevice"])),
            group("B", &[101], &["domainJoinedDevice"]),
            false,
        ),
        ("two frequencies", session(group("A", &[101], &["mfa"]), 4), session(group("B", &[101], &["mfa"]), 8), false),
        (
            "users and applications",
            group("A", &[101], &["mfa"]),
            policy(
                "B",
                json!({ "users": { "includeGroups": [id(102)], "excludeUsers": [id(EMERGENCY)] }, "applications": { "includeApplications": [MAIL] } }),
                &["mfa"],
            ),
            false,
        ),
        (
            "one excludes whom the other includes",
            policy("A", json!({ "users": { "includeUsers": ["All"], "excludeUsers": [id(EMERGENCY), id(1)] } }), &["mfa"]),
            policy("B", json!({ "users": { "includeGroups": [id(101)], "excludeUsers": [id(EMERGENCY)] } }), &["mfa"]),
            false,
        ),
    ] {
        assert_eq!(proved(a.clone(), b.clone()), expected, "{name}");
        assert_eq!(proved(b, a), expected, "{name}, the other way round");
    }
}

#[test]
fn policies_that_differ_in_three_conditions_or_controls_are_not_similar() {
    let a = policy("A", json!({}), &["mfa"]);
    let two = policy("B", json!({ "signInRiskLevels": ["high"], "clientAppTypes": ["browser"] }), &["mfa"]);
    let three = policy("C", json!({ "signInRiskLevels": ["high"], "clientAppTypes": ["browser"] }), &["block"]);
    assert_eq!(differences(&document(a.clone()).canonical(), &document(two.clone()).canonical()), ["clientAppTypes", "signInRiskLevels"]);
    assert!(pair(a.clone(), two).is_some());
    assert!(pair(a.clone(), three).is_none());
    // Report-only policies are left alone.
    assert!(pair(a, report_only(policy("D", json!({}), &["mfa"]))).is_none());
}

#[test]
fn a_merge_widens_first_and_turns_off_last() {
    let (_, analysis, _) = run(&material(&[group("A", &[101], &["mfa"]), group("B", &[102], &["mfa"])]), &[]);
    let finding = one(&analysis, SuggestionKind::Consolidation);
    let [widen, off] = finding.steps() else { panic!("{finding:#?}") };
    let ChangePayload::AssignmentChange(change) = &widen.payload else { panic!("{widen:#?}") };
    assert_eq!(change.include_groups.add, [id(102).to_string()]);
    assert!(matches!(off.payload, ChangePayload::StateChange { to: PolicyState::Disabled }));
    assert_ne!(widen.policy_id, off.policy_id);
}

#[test]
fn a_run_looks_at_forty_pairs_or_four() {
    let policies: Vec<Value> = (0..12).map(|number| group(&format!("P{number:02}"), &[101 + number % 6], &["mfa"])).collect();
    for (profile, most) in [(domain::agent::LimitsProfile::Current, 40), (domain::agent::LimitsProfile::Earlier, 4)] {
        let mut material = material(&policies);
        material.settings.limits = profile;
        let (input, _, _) = run(&material, &[]);
        assert_eq!((input.pairs.len(), input.pairs_left_out), (most, 66 - most as u64));
    }
}

/// Sign-ins of everybody with everything that the policies below tell apart.
fn everything() -> Vec<Some> {
    let mut some = Vec::new();
    for user in [1, 2, 3, 7, 21, ADMIN, EMERGENCY] {
        for app in [MAIL, TOOL] {
            for client in [ClientApp::Browser, ClientApp::Other] {
                for mfa in [true, false] {
                    let proofs = Proofs { mfa: Some(mfa), ..Proofs::default() };
                    let traits = Traits { client: Some(client), proofs, ..Traits::default() };
                    some.push(Some { app, traits, ..sign_ins(day(14), user, 1) });
                }
            }
        }
    }
    some
}

fn any_policy() -> impl Strategy<Value = Value> {
    let groups = subsequence(vec![101u128, 102, 103], 0..=3);
    let excluded = subsequence(vec![101u128, 102], 0..=1);
    let apps = subsequence(vec![MAIL, TOOL], 1..=2);
    let clients = subsequence(vec!["browser", "other"], 1..=2);
    let grants = subsequence(vec!["mfa", "compliantDevice", "block"], 1..=2);
    (groups, excluded, apps, clients, grants, any::<bool>(), any::<bool>()).prop_map(
        |(groups, excluded, apps, clients, grants, all, or)| {
            let ids = |numbers: Vec<u128>| numbers.into_iter().map(id).collect::<Vec<_>>();
            let users = match all || groups.is_empty() {
                true => json!({ "includeUsers": ["All"], "excludeGroups": ids(excluded) }),
                false => json!({ "includeGroups": ids(groups), "excludeGroups": ids(excluded) }),
            };
            let grants: Vec<&str> = if grants.contains(&"block") { vec!["block"] } else { grants };
            let mut policy =
                policy("P", json!({ "users": users, "applications": { "includeApplications": apps }, "clientAppTypes": clients }), &grants);
            policy["grantControls"]["operator"] = json!(if or { "OR" } else { "AND" });
            policy
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// The two proofs rest on different parts of the product: what sets prove, no sign-in may contradict.
    #[test]
    fn what_sets_prove_no_sign_in_contradicts(a in any_policy(), b in any_policy()) {
        let (input, _, _): (AgentInput, _, _) = run(&material(&[a.clone(), b.clone()]), &everything());
        for merge in input.pairs.iter().filter_map(|pair| pair.merge.as_ref()).filter(|merge| merge.proved_by_sets) {
            prop_assert_eq!(merge.changed, 0, "{} {}", a, b);
        }
    }

    /// A merge that sets refuse is refused for a reason that they can show only by sets; but one that changes a decision is never suggested.
    #[test]
    fn no_merge_that_changes_a_decision_is_suggested(a in any_policy(), b in any_policy()) {
        let (input, analysis, _) = run(&material(&[a, b]), &everything());
        let changes = input.pairs.iter().filter_map(|pair| pair.merge.as_ref()).any(|merge| merge.changed > 0);
        let suggested = analysis.findings.iter().any(|finding| finding.kind == SuggestionKind::Consolidation);
        prop_assert!(!(changes && suggested));
    }
}

//! Rules that look at sign-ins day by day, and the replay of a stored input.

use domain::agent::{AgentInput, Edit, SuggestionKind, suggest};
use domain::id::ChangeId;
use domain::signin::{ClientApp, Traits};
use domain::summary::AppliedResult;
use serde_json::json;

use super::world::*;

/// Six usual days with two of a hundred stopped, and one with so many.
fn series(stopped: u32) -> Vec<Some> {
    let policy = id(1000);
    let of = |number, stopped: u32| {
        let failed = Some { results: vec![(policy, AppliedResult::Failure)], ..sign_ins(day(number), 1, stopped) };
        [failed, Some { results: vec![(policy, AppliedResult::Success)], ..sign_ins(day(number), 2, 100 - stopped) }]
    };
    (8..14).flat_map(|number| of(number, 30)).chain(of(14, stopped)).filter(|some| some.count > 0).collect()
}

#[test]
fn a_spike_or_a_dip_is_reviewed_with_the_change_that_came_before() {
    let mut material = material(&[policy("MFA", json!({}), &["mfa"])]);
    for (stopped, ground) in
        [(90, Some("SPIKE")), (61, Some("SPIKE")), (59, None), (30, None), (16, None), (9, Some("DIP")), (0, Some("DIP"))]
    {
        let (_, analysis, _) = run(&material, &series(stopped));
        let found = analysis.findings.iter().find(|finding| finding.kind == SuggestionKind::PolicyReview);
        assert_eq!(found.map(|finding| finding.grounds.first().unwrap().as_str()), ground, "{stopped}");
        if let Some(finding) = found {
            assert_eq!(finding.kind.action(), "Suggested policy review");
            assert!(finding.reasoning[1].contains("was not edited"), "{finding:#?}");
        }
    }
    let change = ChangeId(id(7));
    material.policies[0].edit = Some(Edit { at: "2026-06-13T10:00:00Z".parse().unwrap(), change_id: Some(change) });
    let (_, analysis, _) = run(&material, &series(90));
    let finding = one(&analysis, SuggestionKind::PolicyReview);
    assert_eq!(finding.reasoning[1], format!("The policy was edited on 2026-06-13 10:00 UTC by change {change}."));
}

#[test]
fn today_is_not_judged_before_it_is_over() {
    let today: Vec<Some> =
        series(30).into_iter().chain([Some { results: vec![(id(1000), AppliedResult::Failure)], ..sign_ins(day(15), 1, 500) }]).collect();
    let (_, analysis, _) = run(&material(&[policy("MFA", json!({}), &["mfa"])]), &today);
    assert!(!kinds(&analysis).contains(&SuggestionKind::PolicyReview), "{analysis:#?}");
}

#[test]
fn use_of_legacy_clients_is_a_ground_of_its_own() {
    let legacy = Traits { client: Some(ClientApp::Other), ..Traits::default() };
    let (_, analysis, _) = run(&material(&[]), &[Some { traits: legacy, ..sign_ins(day(14), 4, 12) }]);
    let finding = one(&analysis, SuggestionKind::LegacyAuthentication);
    assert_eq!(finding.grounds.iter().map(String::as_str).collect::<Vec<_>>(), ["IN_USE", "UNCOVERED_USERS"]);
    assert_eq!(finding.evidence.sign_ins, 12);
}

#[test]
fn a_stored_input_gives_the_same_suggestions() {
    let mut policies = microsofts_baseline();
    policies[0] = report_only(policies[0].clone());
    policies.push(policy("Double", json!({}), &["mfa"]));
    let (input, analysis, _) = run(&material(&policies), &series(90));
    let stored = json!(input).to_string();
    let again: AgentInput = serde_json::from_str(&stored).unwrap();
    assert_eq!(json!(again).to_string(), stored);
    assert_eq!(suggest(&again), analysis);
    // In any order of the policies and of the sign-ins.
    let mut turned = material(&policies);
    turned.policies.reverse();
    let mut some = series(90);
    some.reverse();
    let (input, _, _) = run(&turned, &some);
    assert_eq!(json!(input).to_string(), stored);
}

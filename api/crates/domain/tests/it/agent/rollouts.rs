//! Policies that a phased rollout owns, and suggestions that one carries out.

use std::collections::BTreeMap;

use domain::agent::{
    AgentInput, CarriedOut, Decision, Evidence, Finding, NotDecidable, Outcome, Proposal, Reason, Reconciled, Run, SkipReason, Suggestion,
    SuggestionKind, SuggestionStatus, identity, policy_subject, reconcile, suggest,
};
use domain::id::{AgentRunId, ChangeId, MemberId, PolicyId, RolloutId, SuggestionId, TenantId, WorkspaceId};
use domain::policy::PolicyState;
use domain::rollout::RolloutStatus;
use domain::signin::{ClientApp, Proofs, Traits};
use serde_json::json;
use uuid::Uuid;

use super::world::*;

const MEMBER: MemberId = MemberId(Uuid::from_u128(5));

fn rollout() -> RolloutId {
    RolloutId(id(400))
}

#[test]
fn a_policy_with_a_rollout_under_way_is_neither_rolled_out_again_nor_turned_on() {
    let proven = Traits { client: Some(ClientApp::Browser), proofs: Proofs { mfa: Some(true), ..Proofs::default() }, ..Traits::default() };
    let some = [Some { traits: proven, ..sign_ins(day(14), 1, 60) }];
    let original = report_only(policy("MFA", json!({}), &["mfa"]));
    let group = json!({ "users": { "includeGroups": [id(101)], "excludeUsers": [id(EMERGENCY)] } });
    let twin = report_only(policy("MFA (twin)", group.clone(), &["mfa"]));
    let mut material = material(&[original, twin]);
    let free = run(&material, &some).1;
    assert!(kinds(&free).is_superset(&[SuggestionKind::PhasedRollout, SuggestionKind::ReadyToEnforce].into()), "{free:#?}");

    material.policies.iter_mut().for_each(|policy| policy.rollout = Some(rollout()));
    let (input, owned, _) = run(&material, &some);
    assert!(kinds(&owned).is_disjoint(&[SuggestionKind::PhasedRollout, SuggestionKind::ReadyToEnforce].into()), "{owned:#?}");
    let aside = owned.skipped.iter().filter(|skip| skip.reason == SkipReason::RolloutUnderWay);
    assert_eq!(
        aside.map(|skip| skip.text.as_str()).collect::<Vec<_>>(),
        ["\"MFA (twin)\" belongs to a phased rollout that is under way", "\"MFA\" belongs to a phased rollout that is under way",]
    );
    // Where such a policy would close a gap, it is said that it is on its way.
    let gap = owned.skipped.iter().find(|skip| skip.kind == SuggestionKind::MfaGap).unwrap();
    assert!(gap.text.contains("\"MFA\" (being rolled out)"), "{}", gap.text);
    a_replay_gives_the_same(&input, &owned);
}

/// The stored input holds the fact; one of an earlier version, without it, is still read.
fn a_replay_gives_the_same(input: &AgentInput, analysis: &domain::agent::Analysis) {
    let mut stored = json!(input);
    let again: AgentInput = serde_json::from_value(stored.clone()).unwrap();
    assert_eq!(&suggest(&again), analysis);
    for policy in stored["policies"].as_array_mut().unwrap() {
        let policy = policy.as_object_mut().unwrap();
        for later in ["rollout", "idle", "excludedUnanswered"] {
            assert!(policy.remove(later).is_some(), "{later}");
        }
    }
    for gap in stored["gaps"].as_object_mut().unwrap().values_mut() {
        let gap = gap.as_object_mut().unwrap();
        ["excluded", "excluding", "excludedIfEnforced"].iter().for_each(|later| drop(gap.remove(*later)));
    }
    assert!(stored["admins"].as_object_mut().unwrap().remove("excluded").is_some());
    let earlier: AgentInput = serde_json::from_value(stored).unwrap();
    assert!(kinds(&suggest(&earlier)).contains(&SuggestionKind::PhasedRollout), "nothing stands against it there");
}

#[test]
fn an_enabled_twin_is_merged_with_nothing() {
    let group = |name: &str| policy(name, json!({ "users": { "includeGroups": [id(101)], "excludeUsers": [id(EMERGENCY)] } }), &["mfa"]);
    let mut material = material(&[group("Mine"), group("Twin")]);
    assert!(kinds(&run(&material, &[]).1).contains(&SuggestionKind::Consolidation));
    material.policies[1].rollout = Some(rollout());
    assert!(!kinds(&run(&material, &[]).1).contains(&SuggestionKind::Consolidation));
}

#[test]
fn the_exclusions_of_a_policy_that_is_rolled_out_wait_for_the_end() {
    let mut open = policy("MFA", json!({}), &["mfa"]);
    open["conditions"]["users"]["excludeUsers"] = json!([]);
    let mut material = material(&[open]);
    assert!(kinds(&run(&material, &[]).1).contains(&SuggestionKind::Exclusions));
    material.policies[0].rollout = Some(rollout());
    let (_, analysis, _) = run(&material, &[]);
    assert!(!kinds(&analysis).contains(&SuggestionKind::Exclusions));
    assert!(analysis.skipped.iter().any(|skip| skip.kind == SuggestionKind::Exclusions && skip.reason == SkipReason::RolloutUnderWay));
}

fn finding(users: u64) -> Finding {
    let policy_id = PolicyId(id(1));
    Finding {
        kind: SuggestionKind::PhasedRollout,
        subject: policy_subject(policy_id),
        title: "Turn on \"MFA\" in phases".to_owned(),
        reasoning: Vec::new(),
        grounds: ["ELIGIBLE".to_owned()].into(),
        evidence: Evidence { user_count: users, ..Evidence::default() },
        proposal: Proposal::Rollout { policy_id, eligibility: Vec::new() },
    }
}

fn next(earlier: Vec<Suggestion>, findings: Vec<Finding>, status: Option<RolloutStatus>) -> Vec<Reconciled> {
    let carried_out =
        CarriedOut { rollouts: status.map(|status| (rollout(), status)).into_iter().collect::<BTreeMap<_, _>>(), ..CarriedOut::default() };
    let run = Run { id: AgentRunId(id(3)), workspace_id: WorkspaceId(id(1)), tenant_id: TenantId(id(2)), now: now() };
    reconcile(&run, findings, &[], earlier, &carried_out, || SuggestionId(id(70)))
}

fn first() -> Suggestion {
    next(Vec::new(), vec![finding(3)], None).remove(0).suggestion
}

fn accepted() -> Suggestion {
    first().decided(&Decision::RollOut(rollout()), MEMBER, None, now()).unwrap()
}

#[test]
fn a_suggested_rollout_waits_for_its_end() {
    let accepted = accepted();
    assert_eq!((accepted.status, accepted.rollout_id, accepted.revision), (SuggestionStatus::Accepted, Some(rollout()), 2));
    let refused = accepted.clone().decided(&Decision::Dismiss, MEMBER, None, now()).unwrap_err();
    assert!(refused.to_string().contains("its rollout is under way"), "{refused}");

    // While it is under way no run finds it, and none touches it; nor would one that found it.
    for status in
        [RolloutStatus::Planned, RolloutStatus::Running, RolloutStatus::Paused, RolloutStatus::Reverting, RolloutStatus::Completed]
    {
        assert!(next(vec![accepted.clone()], Vec::new(), Some(status)).is_empty(), "{status}");
        let found = next(vec![accepted.clone()], vec![finding(9)], Some(status)).remove(0);
        assert_eq!((found.outcome, found.suggestion.finding.evidence.user_count), (Outcome::Unchanged, 3), "{status}");
    }
    assert_eq!(accepted.clone().rollout_ended(RolloutStatus::Completed, now()).status, SuggestionStatus::Applied);
    for status in [RolloutStatus::Cancelled, RolloutStatus::RolledBack] {
        let open = accepted.clone().rollout_ended(status, now());
        assert_eq!((open.status, open.revision), (SuggestionStatus::New, 3), "{status}");
        assert!(open.decided(&Decision::RollOut(RolloutId(id(401))), MEMBER, None, now()).is_ok(), "{status}");
        // Ended by other means: the next run opens it again, or takes it from the list.
        let back = next(vec![accepted.clone()], vec![finding(3)], Some(status)).remove(0);
        assert_eq!((back.suggestion.status, back.reason), (SuggestionStatus::New, Some(Reason::RolloutEnded)), "{status}");
        assert_eq!(back.suggestion.rollout_id, None);
        let gone = next(vec![accepted.clone()], Vec::new(), Some(status)).remove(0);
        assert_eq!(gone.suggestion.status, SuggestionStatus::Superseded, "{status}");
    }
}

#[test]
fn a_change_is_no_rollout_and_a_rollout_no_change() {
    let refused = first().decided(&Decision::Accept(ChangeId(id(9))), MEMBER, None, now());
    assert!(matches!(refused, Err(NotDecidable::NothingToAccept(_))), "{refused:?}");
    let step = domain::agent::Step {
        policy_id: Some(PolicyId(id(1))),
        payload: domain::change::kind::ChangePayload::StateChange { to: PolicyState::Enabled },
        text: String::new(),
    };
    let changes = Suggestion { finding: Finding { proposal: Proposal::Changes { steps: vec![step] }, ..finding(1) }, ..first() };
    assert!(matches!(changes.decided(&Decision::RollOut(rollout()), MEMBER, None, now()), Err(NotDecidable::NothingToAccept(_))));
}

#[test]
fn a_rollout_by_hand_is_taken_for_the_acceptance_of_an_open_suggestion() {
    assert_eq!(first().finding.identity(), identity(SuggestionKind::PhasedRollout, &policy_subject(PolicyId(id(1)))));
    let of = |decision: Decision| first().decided(&decision, MEMBER, None, now()).unwrap();
    let away = Decision::Snooze(now() + chrono::TimeDelta::days(2));
    for open in [first(), of(Decision::Review), of(away)] {
        assert!(open.adopts_rollouts(), "{}", open.status);
    }
    let over = accepted().rollout_ended(RolloutStatus::Completed, now());
    for closed in [of(Decision::Dismiss), accepted(), over] {
        assert!(!closed.adopts_rollouts(), "{}", closed.status);
    }
    let other = Suggestion { finding: Finding { proposal: Proposal::Review, ..finding(1) }, ..first() };
    assert!(!other.adopts_rollouts());
}

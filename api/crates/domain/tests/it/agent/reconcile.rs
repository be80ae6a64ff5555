//! What becomes of suggestions from run to run.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use domain::agent::{
    Acceptable, CarriedOut, Decision, Evidence, Finding, NotDecidable, Outcome, Proposal, Reason, Reconciled, Run, SkipReason, Skipped,
    Step, Suggestion, SuggestionKind, SuggestionStatus, reconcile,
};
use domain::change::kind::ChangePayload;
use domain::change::status::ChangeStatus;
use domain::id::{AgentRunId, ChangeId, MemberId, PolicyId, SuggestionId, TenantId, WorkspaceId};
use domain::policy::PolicyState;
use proptest::prelude::*;
use uuid::Uuid;

use super::world::{id, now};

const MEMBER: MemberId = MemberId(Uuid::from_u128(5));

fn finding(grounds: &[&str], users: u64) -> Finding {
    let step = |to| Step { policy_id: Some(PolicyId(id(1))), payload: ChangePayload::StateChange { to }, text: String::new() };
    Finding {
        kind: SuggestionKind::LegacyAuthentication,
        subject: "tenant".to_owned(),
        title: "Block legacy authentication".to_owned(),
        reasoning: Vec::new(),
        grounds: grounds.iter().map(|ground| (*ground).to_owned()).collect(),
        evidence: Evidence { user_count: users, ..Evidence::default() },
        proposal: Proposal::Changes { steps: vec![step(PolicyState::Enabled), step(PolicyState::Disabled)] },
    }
}

fn run_at(number: u128, at: DateTime<Utc>) -> Run {
    Run { id: AgentRunId(id(number)), workspace_id: WorkspaceId(id(1)), tenant_id: TenantId(id(2)), now: at }
}

fn next(earlier: Vec<Suggestion>, findings: Vec<Finding>, skipped: &[Skipped], at: DateTime<Utc>) -> Vec<Reconciled> {
    reconcile(&run_at(2, at), findings, skipped, earlier, &standing(ChangeStatus::Draft), || SuggestionId(id(77)))
}

/// The one change of these tests stands there.
fn standing(status: ChangeStatus) -> CarriedOut {
    CarriedOut { changes: BTreeMap::from([(ChangeId(id(9)), status)]), ..CarriedOut::default() }
}

fn first() -> Suggestion {
    let made = reconcile(&run_at(1, now()), vec![finding(&["A"], 3)], &[], Vec::new(), &CarriedOut::default(), || SuggestionId(id(70)));
    assert_eq!(made[0].outcome, Outcome::Created);
    made.into_iter().next().unwrap().suggestion
}

fn decided(decision: Decision) -> Suggestion {
    first().decided(&decision, MEMBER, None, now()).unwrap()
}

#[test]
fn a_second_run_updates_instead_of_repeating() {
    let same = next(vec![first()], vec![finding(&["A"], 3)], &[], now());
    assert_eq!((same.len(), same[0].outcome, same[0].suggestion.revision), (1, Outcome::Unchanged, 1));
    assert_eq!(same[0].suggestion.last_run, AgentRunId(id(2)));
    let other = next(vec![first()], vec![finding(&["A"], 4)], &[], now());
    assert_eq!((other.len(), other[0].outcome, other[0].suggestion.id), (1, Outcome::Updated, SuggestionId(id(70))));
    assert_eq!(other[0].suggestion.finding.evidence.user_count, 4);
}

#[test]
fn what_is_found_no_more_is_superseded_unless_the_rule_was_silent() {
    let gone = next(vec![first()], Vec::new(), &[], now());
    assert_eq!((gone[0].outcome, gone[0].suggestion.status), (Outcome::Superseded, SuggestionStatus::Superseded));
    let silent = Skipped { kind: SuggestionKind::LegacyAuthentication, reason: SkipReason::LicenceMissing, text: String::new() };
    assert!(next(vec![first()], Vec::new(), std::slice::from_ref(&silent), now()).is_empty());
    let held = Skipped { reason: SkipReason::ReportOnlyExists, ..silent };
    assert_eq!(next(vec![first()], Vec::new(), &[held], now())[0].outcome, Outcome::Superseded);
    let back = next(vec![gone[0].suggestion.clone()], vec![finding(&["A"], 3)], &[], now());
    assert_eq!((back[0].outcome, back[0].reason), (Outcome::Reopened, Some(Reason::FoundAgain)));
}

#[test]
fn what_is_dismissed_stays_away_until_there_is_a_new_ground() {
    let dismissed = decided(Decision::Dismiss);
    let more = next(vec![dismissed.clone()], vec![finding(&["A"], 300)], &[], now());
    assert_eq!((more[0].suggestion.status, more[0].outcome), (SuggestionStatus::Dismissed, Outcome::Updated));
    let grown = next(vec![dismissed.clone()], vec![finding(&["A", "B"], 3)], &[], now());
    assert_eq!((grown[0].suggestion.status, grown[0].reason), (SuggestionStatus::New, Some(Reason::NewGround)));
    // What is gone for a run is still dismissed when it is back.
    assert!(next(vec![dismissed], Vec::new(), &[], now()).is_empty());
}

#[test]
fn what_is_snoozed_comes_back_when_its_time_is_over() {
    let until = now() + TimeDelta::days(14);
    let snoozed = decided(Decision::Snooze(until));
    let before = next(vec![snoozed.clone()], vec![finding(&["A"], 3)], &[], until - TimeDelta::seconds(1));
    assert_eq!(before[0].suggestion.status, SuggestionStatus::Snoozed);
    let after = next(vec![snoozed], vec![finding(&["A"], 3)], &[], until);
    assert_eq!((after[0].suggestion.status, after[0].reason), (SuggestionStatus::New, Some(Reason::SnoozeOver)));
    for length in [TimeDelta::minutes(59), TimeDelta::days(91)] {
        let refused = first().decided(&Decision::Snooze(now() + length), MEMBER, None, now());
        assert_eq!(refused, Err(NotDecidable::SnoozeLength));
    }
}

#[test]
fn what_is_accepted_waits_for_its_change_and_each_step_for_its_own() {
    let change = ChangeId(id(9));
    let accepted = decided(Decision::Accept(change));
    let found = next(vec![accepted.clone()], vec![finding(&["A"], 9)], &[], now());
    assert_eq!((found[0].outcome, found[0].suggestion.finding.evidence.user_count), (Outcome::Unchanged, 3));
    assert!(next(vec![accepted.clone()], Vec::new(), &[], now()).is_empty());
    let refused = accepted.clone().decided(&Decision::Dismiss, MEMBER, None, now());
    assert!(matches!(refused, Err(NotDecidable::Status(SuggestionStatus::Accepted, _))));

    let half = accepted.clone().change_applied(now());
    assert_eq!((half.status, half.steps_done), (SuggestionStatus::New, 1));
    let whole = half.decided(&Decision::Accept(change), MEMBER, None, now()).unwrap().change_applied(now());
    assert_eq!(whole.status, SuggestionStatus::Applied);
    assert!(next(vec![whole], Vec::new(), &[], now()).is_empty());

    assert_eq!(accepted.clone().change_cancelled(now()).status, SuggestionStatus::New);
    // The change was cancelled by other means: the suggestion is open again with the next run.
    let cancelled = standing(ChangeStatus::Cancelled);
    let back = reconcile(&run_at(2, now()), vec![finding(&["A"], 3)], &[], vec![accepted], &cancelled, || SuggestionId(id(77)));
    assert_eq!((back[0].suggestion.status, back[0].reason), (SuggestionStatus::New, Some(Reason::ChangeCancelled)));
}

#[test]
fn what_proposes_nothing_to_accept_says_what_to_do_instead() {
    let of = |proposal| Suggestion { finding: Finding { proposal, ..finding(&["A"], 1) }, ..first() };
    let review = of(Proposal::Review).decided(&Decision::Accept(ChangeId(id(9))), MEMBER, None, now());
    assert!(review.unwrap_err().to_string().contains("mark it as reviewed"));
    let rollout = of(Proposal::Rollout { policy_id: PolicyId(id(1)), eligibility: Vec::new() });
    assert_eq!(rollout.acceptable(), Ok(Acceptable::Rollout(PolicyId(id(1)))));
}

proptest! {
    /// Whatever members and runs do: one identity is one suggestion, a revision never falls, and a dismissal is kept until there is a new ground.
    #[test]
    fn one_identity_stays_one_suggestion(steps in prop::collection::vec((0u8..6, 0usize..4), 1..30)) {
        let grounds = [&["A"][..], &["A", "B"], &["B"], &[]];
        let (mut known, mut at): (Vec<Suggestion>, _) = (Vec::new(), now());
        for (what, which) in steps {
            at += TimeDelta::hours(30);
            let before = known.clone();
            match what {
                0..=2 => {
                    let findings: Vec<Finding> = if grounds[which].is_empty() { Vec::new() } else { vec![finding(grounds[which], which as u64)] };
                    let made = reconcile(&run_at(3, at), findings, &[], known.clone(), &CarriedOut::default(), || SuggestionId(id(70)));
                    for one in made {
                        known.retain(|suggestion| suggestion.id != one.suggestion.id);
                        known.push(one.suggestion);
                    }
                }
                _ => {
                    let decision = [Decision::Review, Decision::Dismiss, Decision::Snooze(at + TimeDelta::days(2))][usize::from(what - 3)].clone();
                    known = known.into_iter().map(|one| one.clone().decided(&decision, MEMBER, None, at).unwrap_or(one)).collect();
                }
            }
            prop_assert!(known.len() <= 1);
            if let (Some(before), Some(after)) = (before.first(), known.first()) {
                prop_assert!(after.revision >= before.revision);
                if before.status == SuggestionStatus::Dismissed && after.status == SuggestionStatus::New {
                    let new: BTreeSet<_> = after.finding.grounds.difference(&before.dismissed_grounds).collect();
                    prop_assert!(!new.is_empty());
                }
            }
        }
    }
}

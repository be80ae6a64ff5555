//! Approval is bound to what was reviewed, and nobody approves their own work (domain.md section 2).

use chrono::TimeDelta;
use domain::change::approval_rules::ApprovalRules;
use domain::change::refusal::Refusal;
use domain::change::request::{ApprovalState, ChangeRequest};
use domain::change::status::ChangeStatus;
use domain::change::transition::{ChangeCommand, transition};
use domain::change::warning::{Severity, Waiver, WarningCode};
use domain::event::EventKind;
use domain::id::{ApprovalId, MemberId};
use domain::person::Persons;
use domain::workspace::{Member, Role};
use uuid::Uuid;

use crate::fixtures::{APPROVER, CREATOR, EDITOR, MEMBERS, REQUESTER, approval, change, dry_run, member, now, persons, warning};

fn approve(digest: &str) -> ChangeCommand {
    ChangeCommand::Approve { digest: digest.into(), comment: Some("fine".into()), persons: persons() }
}

fn request(digest: &str) -> ChangeCommand {
    ChangeCommand::RequestApproval { id: ApprovalId(Uuid::from_u128(71)), digest: digest.into() }
}

fn complete() -> ChangeRequest {
    let rules = ApprovalRules { always: true, ..ApprovalRules::default() };
    ChangeRequest { requires_approval: true, approval_rules: rules, ..change(ChangeStatus::DryRunComplete) }
}

#[test]
fn creator_editors_and_requester_cannot_approve() {
    for member in [CREATOR, EDITOR, REQUESTER] {
        let refusal = transition(change(ChangeStatus::AwaitingApproval), approve("reviewed"), Some(member), now()).unwrap_err();
        assert_eq!(refusal, Refusal::CannotSelfApprove);
    }
    // Causeway itself is nobody's second person.
    let refusal = transition(change(ChangeStatus::AwaitingApproval), approve("reviewed"), None, now()).unwrap_err();
    assert_eq!(refusal, Refusal::CannotSelfApprove);
}

#[test]
fn an_approval_records_who_when_and_what() {
    let after = transition(change(ChangeStatus::AwaitingApproval), approve("reviewed"), Some(APPROVER), now()).unwrap();
    let granted = after.change.granted_approval().unwrap();
    assert_eq!((granted.decided_by, granted.decided_at, granted.comment.as_deref()), (Some(APPROVER), Some(now()), Some("fine")));
    assert_eq!(after.events[0].kind, EventKind::ApprovalChanged);
    assert_eq!(after.events[0].data["state"], "APPROVED");
}

#[test]
fn another_digest_is_a_stale_review() {
    let refusal = transition(change(ChangeStatus::AwaitingApproval), approve("seen earlier"), Some(APPROVER), now()).unwrap_err();
    assert_eq!(refusal, Refusal::StaleReview { current: "reviewed".into() });
    let reject = ChangeCommand::Reject { digest: "seen earlier".into(), comment: "no".into(), persons: persons() };
    let refusal = transition(change(ChangeStatus::AwaitingApproval), reject, Some(APPROVER), now()).unwrap_err();
    assert_eq!(refusal, Refusal::StaleReview { current: "reviewed".into() });
    let refusal = transition(complete(), request("seen earlier"), Some(REQUESTER), now()).unwrap_err();
    assert_eq!(refusal, Refusal::StaleReview { current: "reviewed".into() });
}

#[test]
fn what_is_approved_is_what_was_submitted_and_what_is_there() {
    let mut moved = change(ChangeStatus::AwaitingApproval);
    moved.dry_run = Some(dry_run("other", Vec::new()));
    for digest in ["reviewed", "other"] {
        let refusal = transition(moved.clone(), approve(digest), Some(APPROVER), now()).unwrap_err();
        assert_eq!(refusal, Refusal::StaleReview { current: "other".into() });
    }
}

#[test]
fn a_blocked_dry_run_ends_the_review_whatever_its_digest() {
    let blocked = ChangeCommand::DryRun(dry_run("reviewed", vec![warning(Severity::Critical)]));
    let after = transition(change(ChangeStatus::AwaitingApproval), blocked, Some(CREATOR), now()).unwrap().change;
    assert_eq!((after.status, after.approvals[0].state), (ChangeStatus::DryRunBlocked, ApprovalState::Voided));
}

#[test]
fn a_request_lives_seven_days_to_the_boundary() {
    let asked = transition(complete(), request("reviewed"), Some(REQUESTER), now()).unwrap().change;
    assert_eq!(asked.approvals[0].expires_at, now() + TimeDelta::days(7));
    let last = now() + TimeDelta::days(7) - TimeDelta::microseconds(1);
    assert!(transition(asked.clone(), approve("reviewed"), Some(APPROVER), last).is_ok());
    let refusal = transition(asked, approve("reviewed"), Some(APPROVER), now() + TimeDelta::days(7)).unwrap_err();
    assert_eq!(refusal, Refusal::ApprovalExpired);
}

#[test]
fn a_lapsed_request_does_not_trap_the_change() {
    let later = now() + TimeDelta::days(8);
    let again = ChangeCommand::DryRun(dry_run("reviewed", Vec::new()));
    let after = transition(change(ChangeStatus::AwaitingApproval), again, Some(CREATOR), later).unwrap().change;
    assert_eq!(after.status, ChangeStatus::DryRunComplete);
    assert_eq!(after.approvals[0].state, ApprovalState::Expired);
}

#[test]
fn a_dry_run_with_the_same_digest_keeps_the_approval_and_another_voids_it() {
    let mut released = complete();
    released.approvals.push(approval(ApprovalState::Approved));
    let same = transition(released.clone(), ChangeCommand::DryRun(dry_run("reviewed", Vec::new())), Some(CREATOR), now()).unwrap().change;
    assert!(same.granted_approval().is_some());
    let other = transition(released, ChangeCommand::DryRun(dry_run("other", Vec::new())), Some(CREATOR), now()).unwrap().change;
    assert_eq!(other.approvals[0].state, ApprovalState::Voided);
    assert!(other.granted_approval().is_none());
}

#[test]
fn approval_is_asked_for_only_where_it_is_needed() {
    let refusal = transition(change(ChangeStatus::DryRunComplete), request("reviewed"), Some(REQUESTER), now()).unwrap_err();
    assert_eq!(refusal, Refusal::ApprovalNotNeeded);
    let mut released = complete();
    released.approvals.push(approval(ApprovalState::Approved));
    let refusal = transition(released.clone(), request("reviewed"), Some(REQUESTER), now()).unwrap_err();
    assert_eq!(refusal, Refusal::ApprovalNotNeeded, "it has been granted");
    let mut dry = released;
    dry.dry_run.as_mut().unwrap().expires_at = now() + TimeDelta::days(30);
    let asked = transition(dry, request("reviewed"), Some(REQUESTER), now() + TimeDelta::days(7)).unwrap().change;
    assert_eq!(asked.approvals[0].state, ApprovalState::Expired, "the granted one has lapsed, so it is asked for again");
}

#[test]
fn a_stale_dry_run_is_not_put_up_for_review() {
    let expired_at = now() + TimeDelta::minutes(30);
    let refusal = transition(complete(), request("reviewed"), Some(REQUESTER), expired_at).unwrap_err();
    assert_eq!(refusal, Refusal::DryRunExpired { expired_at });
}

#[test]
fn who_asks_is_the_requester() {
    let member = MemberId(Uuid::from_u128(9));
    let asked = transition(complete(), request("reviewed"), Some(member), now()).unwrap().change;
    assert_eq!(asked.approvals[0].requested_by, member);
    assert_eq!(transition(asked, approve("reviewed"), Some(member), now()).unwrap_err(), Refusal::CannotSelfApprove);
}

/// Every way in which two accounts are one person, between the approver and each of those who made the change what it is.
#[test]
fn nobody_approves_with_another_account_of_their_own() {
    let waiving = ChangeRequest {
        waivers: vec![Waiver { code: WarningCode::CriticalPolicyDisable, reason: "planned".into(), by: WAIVER, at: now() }],
        ..change(ChangeStatus::AwaitingApproval)
    };
    let everybody = || MEMBERS.iter().cloned().chain([member(WAIVER, Role::Owner)]).collect::<Vec<Member>>();
    let answer = |members: &[Member]| {
        let approve = ChangeCommand::Approve { digest: "reviewed".into(), comment: None, persons: Persons::of(members) };
        transition(waiving.clone(), approve, Some(APPROVER), now()).err()
    };
    let set = |members: &mut Vec<Member>, id: MemberId, edit: &dyn Fn(&mut Member)| {
        members.iter_mut().filter(|member| member.id == id).for_each(edit);
    };
    assert_eq!(answer(&everybody()), None, "strangers may");
    let (object, other) =
        (format!("{}/{}", Uuid::from_u128(7), Uuid::from_u128(8)), format!("{}/{}", Uuid::from_u128(7), Uuid::from_u128(9)));
    for author in [CREATOR, EDITOR, REQUESTER, WAIVER] {
        let mut members = everybody();
        set(&mut members, APPROVER, &|member| member.owned_by = Some(author));
        assert_eq!(answer(&members), Some(Refusal::CannotSelfApprove), "the approver is a service account of {author}");
        let mut members = everybody();
        set(&mut members, author, &|member| member.owned_by = Some(APPROVER));
        assert_eq!(answer(&members), Some(Refusal::CannotSelfApprove), "{author} is a service account of the approver");
        let mut members = everybody();
        members.push(Member { owned_by: Some(author), ..member(WAIVER_KEY, Role::Viewer) });
        set(&mut members, APPROVER, &|member| member.owned_by = Some(WAIVER_KEY));
        assert_eq!(answer(&members), Some(Refusal::CannotSelfApprove), "owned by what {author} owns");
        let mut members = everybody();
        for id in [author, APPROVER] {
            set(&mut members, id, &|member| member.owned_by = Some(MemberId(Uuid::from_u128(404))));
        }
        assert_eq!(answer(&members), Some(Refusal::CannotSelfApprove), "both owned by somebody who has left");
        for id in [author, APPROVER] {
            let issuer = format!("https://{id}.example.com");
            set(&mut members, id, &|member| (member.owned_by, member.issuer, member.subject) = (None, issuer.clone(), object.clone()));
        }
        assert_eq!(answer(&members), Some(Refusal::CannotSelfApprove), "one Entra object through two issuers");
        set(&mut members, APPROVER, &|member| member.subject = other.clone());
        assert_eq!(answer(&members), None, "another object of the same tenant");
    }
}

const WAIVER: MemberId = MemberId(Uuid::from_u128(5));
const WAIVER_KEY: MemberId = MemberId(Uuid::from_u128(6));

#[test]
fn accounts_that_own_each_other_are_one_person() {
    let ids = [1, 2, 3].map(|n| MemberId(Uuid::from_u128(n)));
    let owned = |n: usize, by: usize| Member { owned_by: Some(ids[by]), ..member(ids[n], Role::Viewer) };
    let persons = Persons::of(&[owned(0, 1), owned(1, 0), owned(2, 1)]);
    assert_eq!(persons.count(ids), 1);
    assert!(persons.same(ids[0], ids[2]) && !persons.same(ids[0], MemberId(Uuid::from_u128(9))));
}

#[test]
fn two_persons_are_needed_for_a_quorum_of_two() {
    let second = MemberId(Uuid::from_u128(5));
    let mut asked = complete();
    asked.approval_rules.quorum = 2;
    let asked = transition(asked, request("reviewed"), Some(REQUESTER), now()).unwrap().change;
    assert_eq!(asked.approvals[0].quorum, 2);
    let first = transition(asked, approve("reviewed"), Some(APPROVER), now()).unwrap();
    assert_eq!((first.change.status, first.change.approvals[0].state), (ChangeStatus::AwaitingApproval, ApprovalState::Pending));
    assert_eq!((first.events[0].kind, &first.events[0].data["approved"]), (EventKind::ApprovalChanged, &1.into()));
    let again = transition(first.change.clone(), approve("reviewed"), Some(APPROVER), now()).unwrap_err();
    assert_eq!(again, Refusal::AlreadyApproved);
    let members: Vec<Member> =
        MEMBERS.iter().cloned().chain([Member { owned_by: Some(APPROVER), ..member(second, Role::Admin) }]).collect();
    let twin = ChangeCommand::Approve { digest: "reviewed".into(), comment: None, persons: Persons::of(&members) };
    assert_eq!(transition(first.change.clone(), twin, Some(second), now()).unwrap_err(), Refusal::AlreadyApproved);
    let done = transition(first.change.clone(), approve("reviewed"), Some(second), now()).unwrap().change;
    assert_eq!((done.status, done.approvals[0].state), (ChangeStatus::DryRunComplete, ApprovalState::Approved));
    assert_eq!(done.approvals[0].decisions.iter().map(|decision| decision.by).collect::<Vec<_>>(), [APPROVER, second]);
    let no = ChangeCommand::Reject { digest: "reviewed".into(), comment: "no".into(), persons: persons() };
    let rejected = transition(first.change, no, Some(second), now()).unwrap().change;
    assert_eq!(rejected.status, ChangeStatus::Cancelled, "one refusal is enough");
}

#[test]
fn a_request_is_withdrawn_or_expires_and_can_be_made_again() {
    let waiting = || change(ChangeStatus::AwaitingApproval);
    let withdrawn = transition(waiting(), ChangeCommand::WithdrawApproval, Some(REQUESTER), now()).unwrap().change;
    assert_eq!((withdrawn.status, withdrawn.approvals[0].state), (ChangeStatus::DryRunComplete, ApprovalState::Withdrawn));
    assert!(transition(withdrawn, request("reviewed"), Some(REQUESTER), now()).is_ok());
    let early = now() + TimeDelta::days(7) - TimeDelta::microseconds(1);
    assert!(transition(waiting(), ChangeCommand::ExpireApproval, None, early).is_err());
    let expired = transition(waiting(), ChangeCommand::ExpireApproval, None, now() + TimeDelta::days(7)).unwrap();
    assert_eq!((expired.change.status, expired.change.approvals[0].state), (ChangeStatus::DryRunComplete, ApprovalState::Expired));
    assert_eq!((expired.events[0].kind, expired.events[0].actor), (EventKind::ApprovalChanged, None));
}

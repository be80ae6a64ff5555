//! Approval is bound to what was reviewed, and nobody approves their own work (domain.md section 2).

use chrono::TimeDelta;
use domain::change::refusal::Refusal;
use domain::change::request::{ApprovalState, ChangeRequest};
use domain::change::status::ChangeStatus;
use domain::change::transition::{ChangeCommand, transition};
use domain::change::warning::Severity;
use domain::event::EventKind;
use domain::id::{ApprovalId, MemberId};
use uuid::Uuid;

use crate::fixtures::{APPROVER, CREATOR, EDITOR, REQUESTER, approval, change, dry_run, now, warning};

fn approve(digest: &str) -> ChangeCommand {
    ChangeCommand::Approve { digest: digest.into(), comment: Some("fine".into()) }
}

fn request(digest: &str) -> ChangeCommand {
    ChangeCommand::RequestApproval { id: ApprovalId(Uuid::from_u128(71)), digest: digest.into() }
}

fn complete() -> ChangeRequest {
    ChangeRequest { requires_approval: true, ..change(ChangeStatus::DryRunComplete) }
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
    let reject = ChangeCommand::Reject { digest: "seen earlier".into(), comment: "no".into() };
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

//! The review that an emergency leaves behind.

use domain::change::dry_run::{DiffOp, FieldDiff, Risk};
use domain::change::emergency::{needs_review, review};
use domain::change::kind::ChangePayload;
use domain::change::refusal::Refusal;
use domain::change::request::{ChangeRequest, Emergency};
use domain::change::status::ChangeStatus;
use domain::change::transition::{ChangeCommand, transition};
use domain::event::EventKind;
use domain::person::Persons;
use domain::policy::PolicyState;
use domain::workspace::{Member, Role};
use serde_json::json;

use crate::fixtures::{APPROVER, CREATOR, MEMBERS, change, member, now, persons};

/// An emergency that the creator declared just now.
pub fn emergency() -> Emergency {
    Emergency {
        reason: "everybody is locked out".into(),
        by: CREATOR,
        at: now(),
        reviewed_by: None,
        reviewed_at: None,
        review_comment: None,
    }
}

/// A line of a diff that replaces a text.
pub fn diff(path: &str, before: &str) -> FieldDiff {
    FieldDiff {
        path: path.into(),
        op: DiffOp::Replace,
        before: Some(json!(before)),
        after: Some(json!("after")),
        added: Vec::new(),
        removed: Vec::new(),
        risk: Risk::Neutral,
        label: String::new(),
    }
}

fn applied() -> ChangeRequest {
    ChangeRequest { emergency: Some(emergency()), ..change(ChangeStatus::Applied) }
}

#[test]
fn another_person_reviews_it_once() {
    assert!(needs_review(&applied()));
    let done = review(applied(), APPROVER, "was right".into(), &persons(), now()).unwrap();
    let closed = done.change.emergency.clone().unwrap();
    assert_eq!(
        (closed.reviewed_by, closed.reviewed_at, closed.review_comment.as_deref()),
        (Some(APPROVER), Some(now()), Some("was right"))
    );
    assert_eq!((done.change.status, done.change.revision), (ChangeStatus::Applied, applied().revision + 1));
    assert_eq!((done.events.len(), done.events[0].kind), (1, EventKind::EmergencyReviewed));
    assert!(!needs_review(&done.change));
    assert_eq!(review(done.change, APPROVER, "again".into(), &persons(), now()).unwrap_err(), Refusal::ReviewNotOpen);
}

#[test]
fn its_owner_does_not_review_it_by_whatever_account() {
    assert_eq!(review(applied(), CREATOR, "fine".into(), &persons(), now()).unwrap_err(), Refusal::CannotSelfApprove);
    let own = Member { owned_by: Some(CREATOR), ..member(APPROVER, Role::Approver) };
    let members: Vec<Member> = MEMBERS.iter().filter(|member| member.id != APPROVER).cloned().chain([own]).collect();
    assert_eq!(review(applied(), APPROVER, "fine".into(), &Persons::of(&members), now()).unwrap_err(), Refusal::CannotSelfApprove);
    assert_eq!(review(change(ChangeStatus::Applied), APPROVER, "?".into(), &persons(), now()).unwrap_err(), Refusal::ReviewNotOpen);
}

#[test]
fn what_is_reviewed_is_not_edited() {
    let failed = ChangeRequest {
        emergency: Some(emergency()),
        payload: ChangePayload::StateChange { to: PolicyState::Disabled },
        ..change(ChangeStatus::Failed)
    };
    let edit = ChangeCommand::EditPayload(ChangePayload::StateChange { to: PolicyState::ReportOnly });
    assert!(matches!(transition(failed, edit, Some(CREATOR), now()), Err(Refusal::NotEditable(_))));
}

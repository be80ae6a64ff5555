//! The one gate: each thing that closes it, alone, and the order of the answers.

use chrono::TimeDelta;
use domain::change::gate::{GateContext, may_apply};
use domain::change::refusal::Refusal;
use domain::change::request::{ApprovalState, ChangeRequest};
use domain::change::status::ChangeStatus;
use domain::change::transition::{ChangeCommand, ChangeEventKind, allowed_events, transition};
use domain::change::warning::Severity;
use domain::id::TenantId;
use domain::tenant::ConnectionState;
use uuid::Uuid;

use crate::fixtures::{APPROVER, CREATOR, EDITOR, REQUESTER, approval, change, dry_run, now, open_gate, permit, tenant, warning};

fn refused(change: &ChangeRequest) -> Refusal {
    may_apply(change, &open_gate(&tenant()), now()).unwrap_err()
}

fn complete() -> ChangeRequest {
    change(ChangeStatus::DryRunComplete)
}

fn approved() -> ChangeRequest {
    ChangeRequest { requires_approval: true, approvals: vec![approval(ApprovalState::Approved)], ..complete() }
}

#[test]
fn it_opens_with_and_without_approval() {
    assert!(may_apply(&complete(), &open_gate(&tenant()), now()).is_ok());
    assert!(may_apply(&approved(), &open_gate(&tenant()), now()).is_ok());
}

#[test]
fn every_other_status_is_refused_with_what_to_do() {
    assert_eq!(refused(&change(ChangeStatus::Draft)), Refusal::DryRunRequired);
    assert_eq!(refused(&change(ChangeStatus::Failed)), Refusal::DryRunRequired);
    assert_eq!(refused(&change(ChangeStatus::AwaitingApproval)), Refusal::NotApproved);
    assert_eq!(refused(&change(ChangeStatus::DryRunBlocked)), Refusal::BlockedByWarning(vec![warning(Severity::Critical)]));
    for from in [ChangeStatus::Applying, ChangeStatus::Applied, ChangeStatus::RolledBack, ChangeStatus::Cancelled] {
        assert_eq!(
            refused(&change(from)),
            Refusal::IllegalTransition { from, event: ChangeEventKind::Apply, allowed: allowed_events(from) }
        );
    }
}

#[test]
fn a_dry_run_is_fresh_until_its_last_microsecond() {
    let expired_at = now() + TimeDelta::minutes(30);
    assert!(may_apply(&complete(), &open_gate(&tenant()), expired_at - TimeDelta::microseconds(1)).is_ok());
    assert_eq!(may_apply(&complete(), &open_gate(&tenant()), expired_at).unwrap_err(), Refusal::DryRunExpired { expired_at });
}

#[test]
fn a_status_alone_authorises_nothing() {
    let mut change = complete();
    change.dry_run = Some(dry_run("reviewed", vec![warning(Severity::Warning), warning(Severity::Critical)]));
    assert_eq!(refused(&change), Refusal::BlockedByWarning(vec![warning(Severity::Critical)]));
    change.dry_run = None;
    assert_eq!(refused(&change), Refusal::DryRunRequired);
}

#[test]
fn a_waived_warning_does_not_block() {
    let mut waived = warning(Severity::Critical);
    waived.waived = true;
    let mut complete = complete();
    complete.dry_run = Some(dry_run("reviewed", vec![waived.clone()]));
    assert!(may_apply(&complete, &open_gate(&tenant()), now()).is_ok());
    // Waived after the dry-run: its digest does not know.
    let mut blocked = change(ChangeStatus::DryRunBlocked);
    blocked.dry_run = Some(dry_run("reviewed", vec![waived]));
    assert_eq!(refused(&blocked), Refusal::DryRunRequired);
}

#[test]
fn an_approval_has_to_be_there_for_this_digest_and_alive() {
    let mut change = approved();
    change.approvals[0].digest = "earlier".into();
    assert_eq!(refused(&change), Refusal::NotApproved);
    for state in ApprovalState::ALL.iter().filter(|state| **state != ApprovalState::Approved) {
        change = approved();
        change.approvals[0].state = *state;
        assert_eq!(refused(&change), Refusal::NotApproved, "{state}");
    }
    change = approved();
    change.approvals[0].expires_at = now();
    assert_eq!(refused(&change), Refusal::ApprovalExpired);
}

#[test]
fn the_approver_has_to_be_somebody_else_still_entitled() {
    for member in [Some(CREATOR), Some(EDITOR), Some(REQUESTER), None] {
        let mut change = approved();
        change.approvals[0].decided_by = member;
        assert_eq!(refused(&change), Refusal::CannotSelfApprove, "{member:?}");
    }
    let tenant = tenant();
    let context = GateContext { approver_entitled: false, ..open_gate(&tenant) };
    assert_eq!(may_apply(&approved(), &context, now()).unwrap_err(), Refusal::ApproverNotEntitled);
    assert!(may_apply(&complete(), &context, now()).is_ok(), "no approver is asked for where none is needed");
}

#[test]
fn the_tenant_has_to_be_imported_connected_and_the_changes_own() {
    let mut other = tenant();
    other.imported_at = None;
    assert_eq!(may_apply(&complete(), &open_gate(&other), now()).unwrap_err(), Refusal::TenantNotImported);
    for (state, open) in [
        (ConnectionState::Connected, true),
        (ConnectionState::Degraded, true),
        (ConnectionState::ConsentRevoked, false),
        (ConnectionState::Disconnected, false),
    ] {
        let mut tenant = tenant();
        tenant.connection = state;
        let answer = may_apply(&complete(), &open_gate(&tenant), now());
        assert_eq!(answer.err(), (!open).then_some(Refusal::TenantDisconnected), "{state}");
    }
    other = tenant();
    other.id = TenantId(Uuid::from_u128(99));
    assert_eq!(may_apply(&complete(), &open_gate(&other), now()).unwrap_err(), Refusal::TenantDisconnected);
}

#[test]
fn freezes_and_rollouts_close_it() {
    let tenant = tenant();
    let frozen = GateContext { frozen: Some("year end".into()), ..open_gate(&tenant) };
    assert_eq!(may_apply(&complete(), &frozen, now()).unwrap_err(), Refusal::Frozen("year end".into()));
    let owned = GateContext { owned_by_rollout: true, ..open_gate(&tenant) };
    assert_eq!(may_apply(&complete(), &owned, now()).unwrap_err(), Refusal::RolloutOwnsPolicy);
}

#[test]
fn a_permit_is_good_for_one_revision_of_one_change() {
    assert!(transition(complete(), ChangeCommand::Apply(permit()), Some(APPROVER), now()).is_ok());
    let edited = ChangeRequest { revision: 8, ..complete() };
    let stale = Refusal::StaleReview { current: "reviewed".into() };
    assert_eq!(transition(edited, ChangeCommand::Apply(permit()), Some(APPROVER), now()).unwrap_err(), stale);
    let other = ChangeRequest { id: domain::id::ChangeId(Uuid::from_u128(999)), ..complete() };
    assert_eq!(transition(other, ChangeCommand::Apply(permit()), Some(APPROVER), now()).unwrap_err(), stale);
}

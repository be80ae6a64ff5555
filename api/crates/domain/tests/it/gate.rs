//! The one gate: each thing that closes it, alone, and the order of the answers.

use chrono::TimeDelta;
use domain::change::emergency::EMERGENCY_LIFETIME;
use domain::change::gate::{GateContext, may_apply};
use domain::change::kind::ChangePayload;
use domain::change::refusal::Refusal;
use domain::change::request::{ApprovalDecision, ApprovalState, ChangeRequest};
use domain::change::status::ChangeStatus;
use domain::change::transition::{ChangeCommand, ChangeEventKind, allowed_events, transition};
use domain::change::warning::{Severity, Waiver, Warning, WarningCode};
use domain::id::{MemberId, TenantId};
use domain::policy::PolicyState;
use domain::tenant::ConnectionState;
use domain::workspace::{Member, Role};
use serde_json::json;
use uuid::Uuid;

use crate::emergency::{diff, emergency};
use crate::fixtures::{
    APPROVER, CREATOR, EDITOR, MEMBERS, REQUESTER, approval, change, dry_run, member, now, open_gate, permit, tenant, warning,
};

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
        change.approvals[0].decisions = member.map(|by| ApprovalDecision { by, at: now(), comment: None }).into_iter().collect();
        assert_eq!(refused(&change), Refusal::CannotSelfApprove, "{member:?}");
    }
    let mut waived = approved();
    waived.waivers = vec![Waiver { code: WarningCode::CriticalPolicyDisable, reason: "planned".into(), by: APPROVER, at: now() }];
    assert_eq!(refused(&waived), Refusal::CannotSelfApprove, "who let a warning pass is no second pair of eyes");
}

/// The approver as it is now: gone, demoted, limited to another tenant, or another account of the creator.
#[test]
fn the_approver_is_looked_up_again() {
    let tenant = tenant();
    let with = |approver: Option<Member>| {
        let members: Vec<Member> = MEMBERS.iter().filter(|member| member.id != APPROVER).cloned().chain(approver).collect();
        let context = GateContext { members: &members, ..open_gate(&tenant) };
        assert!(may_apply(&complete(), &context, now()).is_ok(), "no approver is asked for where none is needed");
        may_apply(&approved(), &context, now()).err()
    };
    for role in Role::ALL {
        let entitled = matches!(role, Role::Owner | Role::Admin | Role::Approver);
        assert_eq!(with(Some(member(APPROVER, *role))), (!entitled).then_some(Refusal::ApproverNotEntitled), "{role}");
    }
    assert_eq!(with(None), Some(Refusal::ApproverNotEntitled));
    let removed = Member { removed_at: Some(now()), ..member(APPROVER, Role::Approver) };
    assert_eq!(with(Some(removed)), Some(Refusal::ApproverNotEntitled));
    let scoped = |id| Member { tenant_scope: Some([id].into()), ..member(APPROVER, Role::Approver) };
    assert_eq!(with(Some(scoped(tenant.id))), None);
    assert_eq!(with(Some(scoped(TenantId(Uuid::from_u128(99))))), Some(Refusal::ApproverNotEntitled));
    let owned = Member { owned_by: Some(CREATOR), ..member(APPROVER, Role::Approver) };
    assert_eq!(with(Some(owned)), Some(Refusal::CannotSelfApprove), "a service account counts as its owner");
}

#[test]
fn a_quorum_is_counted_in_persons_who_still_may() {
    let (tenant, second) = (tenant(), MemberId(Uuid::from_u128(5)));
    let mut change = approved();
    change.approvals[0].quorum = 2;
    assert_eq!(refused(&change), Refusal::ApproverNotEntitled, "one of two");
    change.approvals[0].decisions.push(ApprovalDecision { by: second, at: now(), comment: None });
    let answer = |other: Member| {
        let members: Vec<Member> = MEMBERS.iter().cloned().chain([other]).collect();
        may_apply(&change, &GateContext { members: &members, ..open_gate(&tenant) }, now()).err()
    };
    assert_eq!(answer(member(second, Role::Admin)), None);
    assert_eq!(answer(member(second, Role::Viewer)), Some(Refusal::ApproverNotEntitled));
    let twin = Member { owned_by: Some(APPROVER), ..member(second, Role::Admin) };
    assert_eq!(answer(twin), Some(Refusal::ApproverNotEntitled), "two accounts of one person are one");
}

#[test]
fn an_approval_of_the_binary_before_names_only_who_ended_it() {
    let mut change = approved();
    change.approvals[0].decisions.clear();
    assert!(may_apply(&change, &open_gate(&tenant()), now()).is_ok());
}

/// An owner's emergency passes approval and freeze windows and nothing else, for an hour, and only where it does nothing but loosen.
#[test]
fn an_emergency_passes_approval_and_freezes_only() {
    let tenant = tenant();
    let frozen = || GateContext { frozen: Some("year end".into()), ..open_gate(&tenant) };
    let loosening = |to: PolicyState, before: &str| {
        let mut change = complete();
        change.requires_approval = true;
        change.payload = ChangePayload::StateChange { to };
        change.emergency = Some(emergency());
        let mut field = diff("state", before);
        field.after = Some(json!(to));
        change.dry_run.as_mut().unwrap().diff = vec![field];
        change
    };
    for to in [PolicyState::Disabled, PolicyState::ReportOnly] {
        assert!(may_apply(&loosening(to, "enabled"), &frozen(), now()).is_ok(), "{to}");
    }
    let good = || loosening(PolicyState::Disabled, "enabled");
    let late = now() + EMERGENCY_LIFETIME;
    let mut old = good();
    old.dry_run.as_mut().unwrap().expires_at = late + TimeDelta::days(1);
    assert!(may_apply(&old, &frozen(), late - TimeDelta::microseconds(1)).is_ok());
    assert_eq!(may_apply(&old, &frozen(), late).unwrap_err(), Refusal::NotApproved, "then it is an ordinary change");
    assert_eq!(may_apply(&loosening(PolicyState::Enabled, "disabled"), &frozen(), now()).unwrap_err(), Refusal::NotApproved);
    let was_off = loosening(PolicyState::Disabled, "enabledForReportingButNotEnforced");
    assert_eq!(may_apply(&was_off, &frozen(), now()).unwrap_err(), Refusal::NotApproved);
    let mut more = good();
    more.dry_run.as_mut().unwrap().diff.push(diff("displayName", "Before"));
    assert_eq!(may_apply(&more, &frozen(), now()).unwrap_err(), Refusal::NotApproved);
    let mut other_kind = good();
    other_kind.payload = ChangePayload::Rename { display_name: "After".into() };
    assert_eq!(may_apply(&other_kind, &frozen(), now()).unwrap_err(), Refusal::NotApproved);

    let mut blocked = good();
    blocked.dry_run.as_mut().unwrap().warnings = vec![warning(Severity::Critical)];
    assert!(matches!(may_apply(&blocked, &frozen(), now()), Err(Refusal::BlockedByWarning(_))));
    let owned = GateContext { owned_by_rollout: true, ..frozen() };
    assert_eq!(may_apply(&good(), &owned, now()).unwrap_err(), Refusal::RolloutOwnsPolicy);
    let mut gone = tenant.clone();
    gone.connection = ConnectionState::Disconnected;
    assert_eq!(may_apply(&good(), &open_gate(&gone), now()).unwrap_err(), Refusal::TenantDisconnected);
    let expired_at = now() + TimeDelta::minutes(30);
    assert_eq!(may_apply(&good(), &frozen(), expired_at).unwrap_err(), Refusal::DryRunExpired { expired_at });
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
fn a_rollout_takes_its_twin_back_whatever_is_frozen_or_unapproved() {
    let tenant = tenant();
    let back = GateContext { takes_twin_back: true, frozen: Some("year end".into()), ..open_gate(&tenant) };
    let unapproved = ChangeRequest { requires_approval: true, approvals: Vec::new(), ..complete() };
    assert!(may_apply(&unapproved, &back, now()).is_ok());
    let owned = GateContext { owned_by_rollout: true, ..back };
    assert_eq!(may_apply(&unapproved, &owned, now()).unwrap_err(), Refusal::RolloutOwnsPolicy);
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

/// P24: emergency access that was configured, or came into a policy's scope, after the dry-run still closes the gate.
#[test]
fn emergency_access_is_judged_again_when_applying() {
    let tenant = tenant();
    let unsafe_now = |waived| {
        vec![Warning {
            code: WarningCode::BreakglassNotExcluded,
            severity: Severity::Critical,
            message: "the policy blocks emergency access".into(),
            path: None,
            waived,
        }]
    };
    let change = complete();
    let ask = |waived| may_apply(&change, &GateContext { unsafe_now: unsafe_now(waived), ..open_gate(&tenant) }, now()).map(|_| ());
    assert!(matches!(ask(false), Err(Refusal::BlockedByWarning(warnings)) if warnings.len() == 1));
    assert_eq!(ask(true), Ok(()));
}

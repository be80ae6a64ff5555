//! Who may be taken away.

use std::collections::BTreeSet;

use domain::access::Operation;
use domain::change::approval_rules::ApprovalRules;
use domain::id::{MemberId, TenantId};
use domain::membership::{MembershipRefusal, covers, may_become, persons_who_may_approve, scope_covers};
use domain::workspace::{Member, Role};
use uuid::Uuid;

use crate::fixtures::{member, now};

fn of(roles: &[Role]) -> Vec<Member> {
    roles.iter().zip(1..).map(|(role, n)| member(MemberId(Uuid::from_u128(n)), *role)).collect()
}

fn without(members: &[Member], at: usize) -> Vec<Member> {
    let mut left = members.to_vec();
    left[at].removed_at = Some(now());
    left
}

fn rules(quorum: u8) -> ApprovalRules {
    ApprovalRules { always: true, quorum, ..ApprovalRules::default() }
}

#[test]
fn the_last_owner_stays() {
    let off = ApprovalRules::default();
    let members = of(&[Role::Owner, Role::Admin]);
    assert_eq!(may_become(&members, &without(&members, 0), &off), Err(MembershipRefusal::LastOwner));
    assert_eq!(may_become(&members, &of(&[Role::Admin, Role::Admin]), &off), Err(MembershipRefusal::LastOwner));
    assert_eq!(may_become(&members, &without(&members, 1), &off), Ok(()));
    let two = of(&[Role::Owner, Role::Owner]);
    assert_eq!(may_become(&two, &without(&two, 0), &off), Ok(()));
    // An owner who has left already counts no more.
    let gone = without(&two, 0);
    assert_eq!(may_become(&gone, &without(&gone, 1), &off), Err(MembershipRefusal::LastOwner));
}

#[test]
fn approvers_may_not_become_fewer_than_the_rules_need() {
    let members = of(&[Role::Owner, Role::Admin, Role::Approver, Role::Viewer]);
    let too_few = |left, needed| Err(MembershipRefusal::TooFewApprovers { left, needed });
    assert_eq!(may_become(&members, &without(&members, 2), &rules(1)), Ok(()));
    assert_eq!(may_become(&members, &without(&members, 2), &rules(2)), too_few(2, 3));
    assert_eq!(may_become(&members, &without(&members, 2), &ApprovalRules { always: false, ..rules(2) }), Ok(()), "no rule asks");
    let enforcing = ApprovalRules { always: false, enforcing: true, ..rules(2) };
    assert_eq!(may_become(&members, &without(&members, 2), &enforcing), too_few(2, 3), "another rule asks");
    assert_eq!(may_become(&members, &without(&members, 3), &rules(3)), Ok(()), "what was short already isn't made shorter");
    assert_eq!(may_become(&of(&[Role::Owner, Role::Admin]), &of(&[Role::Owner, Role::Operator]), &rules(1)), too_few(1, 2), "demoted");
}

#[test]
fn a_person_counts_once_with_all_keys_and_accounts() {
    let mut members = of(&[Role::Owner, Role::Admin, Role::Approver]);
    members[1].owned_by = Some(members[0].id);
    assert_eq!(persons_who_may_approve(&members), 2);
    let entra = "11111111-2222-3333-4444-555555555555/99999999-2222-3333-4444-555555555555";
    members[0].subject = entra.to_owned();
    members[2].subject = entra.to_uppercase();
    assert_eq!(persons_who_may_approve(&members), 1);
    assert_eq!(persons_who_may_approve(&without(&members, 2)), 1);
}

#[test]
fn roles_cover_what_they_allow() {
    let expected = |role: Role, other: Role| match role {
        Role::Owner => true,
        Role::Admin => other != Role::Owner,
        Role::Viewer => other == Role::Viewer,
        _ => other == role || other == Role::Viewer,
    };
    for role in Role::ALL {
        for other in Role::ALL {
            assert_eq!(covers(*role, *other), expected(*role, *other), "{role} {other}");
        }
    }
}

#[test]
fn scopes_cover_their_parts() {
    let tenants = |ids: &[u128]| ids.iter().map(|id| TenantId(Uuid::from_u128(*id))).collect::<BTreeSet<_>>();
    let (all, both, one) = (None, tenants(&[1, 2]), tenants(&[1]));
    assert!(scope_covers(all.as_ref(), Some(&one)) && scope_covers(all.as_ref(), None));
    assert!(scope_covers(Some(&both), Some(&one)) && scope_covers(Some(&one), Some(&one)));
    assert!(!scope_covers(Some(&one), Some(&both)) && !scope_covers(Some(&both), None));
}

#[test]
fn who_was_removed_may_nothing() {
    let tenant = TenantId(Uuid::from_u128(1));
    let mut member = of(&[Role::Owner]).remove(0);
    assert!(member.may(Operation::DecideApproval, tenant));
    member.tenant_scope = Some([TenantId(Uuid::from_u128(2))].into());
    assert!(!member.may(Operation::DecideApproval, tenant));
    member.tenant_scope = None;
    member.removed_at = Some(now());
    assert!(!member.may(Operation::DecideApproval, tenant));
}

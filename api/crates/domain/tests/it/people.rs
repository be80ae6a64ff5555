//! People: kinds, memberships, classes, and the bytes they are stored as.

use std::collections::{BTreeMap, BTreeSet};

use domain::people::codec::{decode_members, decode_users, encode_members, encode_users};
use domain::people::{Gap, KindClues, People, PersonFacts, user_kind};
use domain::signin::UserKind;
use proptest::prelude::*;
use uuid::Uuid;

/// Entra's "properties of a B2B collaboration user", and ca-semantics.md section 3.
#[test]
fn kinds_follow_the_directory() {
    let member = KindClues { user_type: Some("Member"), principal_name: "ann@contoso.example", external_state: None, creation_type: None };
    let marked = "bob_fabrikam.example#EXT#@contoso.example";
    for (clues, kind) in [
        (member, Some(UserKind::Member)),
        (KindClues { user_type: Some("Guest"), ..member }, Some(UserKind::InternalGuest)),
        (KindClues { user_type: Some("Guest"), principal_name: marked, ..member }, Some(UserKind::B2bCollaborationGuest)),
        (KindClues { principal_name: marked, ..member }, Some(UserKind::B2bCollaborationMember)),
        (KindClues { principal_name: "b#ext#@x", ..member }, Some(UserKind::B2bCollaborationMember)),
        // A local account that was invited keeps its name and has a state.
        (KindClues { external_state: Some("PendingAcceptance"), ..member }, Some(UserKind::B2bCollaborationMember)),
        (KindClues { user_type: Some("guest"), external_state: Some("Accepted"), ..member }, Some(UserKind::B2bCollaborationGuest)),
        (KindClues { creation_type: Some("LocalAccount"), ..member }, Some(UserKind::Member)),
        (KindClues { creation_type: Some("EmailVerified"), ..member }, Some(UserKind::Member)),
        // Invited once, and nothing else says so.
        (KindClues { creation_type: Some("Invitation"), ..member }, None),
        (KindClues { creation_type: Some("Invitation"), principal_name: marked, ..member }, Some(UserKind::B2bCollaborationMember)),
        (KindClues { user_type: None, ..member }, None),
        (KindClues { user_type: Some("Robot"), ..member }, None),
        (KindClues { external_state: Some(""), ..member }, Some(UserKind::Member)),
    ] {
        assert_eq!(user_kind(&clues), kind, "{clues:?}");
    }
}

fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

fn contoso() -> People {
    let person = |kind| PersonFacts { kind: Some(kind), enabled: Some(true), ..PersonFacts::default() };
    People {
        users: (1..=6).map(|at| (id(at), person(if at == 6 { UserKind::InternalGuest } else { UserKind::Member }))).collect(),
        groups: BTreeMap::from([(id(10), [id(1), id(2)].into()), (id(11), [id(2), id(3)].into()), (id(12), [].into())]),
        roles: BTreeMap::from([(id(20), [id(3)].into())]),
        ..People::default()
    }
}

#[test]
fn a_user_has_its_groups_and_roles() {
    let people = contoso();
    let two = people.user(id(2));
    assert_eq!((two.groups, two.roles), (Some(BTreeSet::from([id(10), id(11)])), Some(BTreeSet::new())));
    assert_eq!(people.user(id(3)).roles, Some(BTreeSet::from([id(20)])));
    let nobody = people.user(id(99));
    assert_eq!((nobody.kind, nobody.groups, nobody.roles), (None, None, None), "not in the directory: unknown, not 'in no group'");
    let index = people.index();
    (0..=99).for_each(|at| assert_eq!(index.user(id(at)), people.user(id(at))));
}

#[test]
fn what_was_not_read_is_unknown() {
    let mut people = contoso();
    people.ask_about([id(10), id(12), id(77)]);
    assert_eq!(people.user(id(1)).unread, BTreeSet::from([id(77)]), "a group that is gone was read, and is empty");
    people.gaps.insert(Gap::Roles);
    assert_eq!(people.user(id(3)).roles, None);
    assert!(people.user(id(3)).groups.is_some());
}

#[test]
fn classes_hold_whom_no_policy_tells_apart() {
    let people = contoso();
    let members = |named: &[u128]| -> Vec<Vec<u128>> {
        let named = named.iter().copied().map(id).collect();
        let classes = people.classes(&named, |_| true);
        classes.into_iter().map(|class| class.members.iter().map(Uuid::as_u128).collect()).collect()
    };
    assert_eq!(members(&[]), [vec![1], vec![2], vec![3], vec![4, 5], vec![6]]);
    assert_eq!(members(&[5]), [vec![1], vec![2], vec![3], vec![4], vec![5], vec![6]]);
    for class in people.classes(&BTreeSet::new(), |_| true) {
        for member in class.members {
            assert_eq!(people.user(member), domain::signin::User { id: member, ..class.user.clone() });
        }
    }
    assert!(people.classes(&BTreeSet::new(), |facts| facts.enabled == Some(false)).is_empty());
}

fn any_id() -> impl Strategy<Value = Uuid> {
    // Few different ones, so that members and users meet.
    (0u128..40).prop_map(id)
}

fn any_person() -> impl Strategy<Value = PersonFacts> {
    let kind = prop::option::of(prop::sample::select(UserKind::ALL.to_vec()));
    (kind, prop::option::of(any_id()), any::<Option<bool>>(), ".{0,12}", ".{0,12}")
        .prop_map(|(kind, home_tenant, enabled, name, principal_name)| PersonFacts { kind, home_tenant, enabled, name, principal_name })
}

proptest! {
    #[test]
    fn people_come_back_from_bytes(users in prop::collection::btree_map(any_id(), any_person(), 0..20),
                                   members in prop::collection::btree_set(any_id(), 0..20)) {
        let bytes = encode_users(&users);
        prop_assert_eq!(decode_users(&bytes), Ok(users.clone()));
        let order: Vec<Uuid> = users.keys().copied().collect();
        let members: Vec<Uuid> = members.into_iter().collect();
        let kept = encode_members(&order, &members);
        prop_assert_eq!(decode_members(&order, &kept).map(|members| members.to_vec()), Ok(members));
        // Cut off anywhere, or longer than said: an error.
        for cut in 0..bytes.len() {
            prop_assert!(decode_users(&bytes[..cut]).is_err());
        }
        for cut in 0..kept.len() {
            prop_assert!(decode_members(&order, &kept[..cut]).is_err());
        }
        prop_assert!(decode_users(&[&bytes[..], b"x"].concat()).is_err());
        prop_assert!(decode_members(&order, &[&kept[..], b"x"].concat()).is_err());
    }

    #[test]
    fn hostile_bytes_end_with_an_error_or_with_people(mut bytes in prop::collection::vec(any::<u8>(), 0..200), at in any::<prop::sample::Index>(), flip in 1u8..) {
        let order: Vec<Uuid> = (0..10).map(id).collect();
        let _ = (decode_users(&bytes), decode_members(&order, &bytes));
        bytes.splice(0..0, *b"CPU1");
        // What is read at all is written back the same way, but for numbers that could be written shorter.
        if let Ok(users) = decode_users(&bytes) {
            prop_assert_eq!(decode_users(&encode_users(&users)), Ok(users));
        }
        bytes[..4].copy_from_slice(b"CPM1");
        if let Ok(members) = decode_members(&order, &bytes) {
            prop_assert!(members.is_sorted());
        }
        let mut good = encode_users(&contoso().users);
        let at = at.index(good.len());
        good[at] ^= flip;
        if let Ok(users) = decode_users(&good) {
            prop_assert!(users.len() <= good.len() / 19);
        }
    }
}

#[test]
fn a_count_that_lies_reserves_nothing() {
    let mut bytes = b"CPU1".to_vec();
    bytes.extend([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]);
    assert!(decode_users(&bytes).is_err());
    let order = [id(1)];
    let other = encode_members(&[id(1), id(2)], &[id(2)]);
    assert!(decode_members(&order, &other).is_err(), "of another reading of users");
}

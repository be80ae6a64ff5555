//! The people of a tenant: replaced as a whole, topped up, and only in their own workspace.

use std::collections::{BTreeMap, BTreeSet};

use crate::support::*;
use domain::id::*;
use domain::people::{Gap, People, PersonFacts};
use domain::signin::UserKind;
use sea_orm::ConnectionTrait;
use store::{PeopleSummary, StoreError};
use uuid::Uuid;

on_both!(people_are_replaced_as_a_whole, groups_are_added_to_a_reading, damage_is_an_error);

fn number(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

fn people(seconds: i64) -> People {
    let person = |name: &str, kind| PersonFacts {
        kind,
        enabled: Some(true),
        name: name.to_owned(),
        principal_name: format!("{name}@contoso.example"),
        ..PersonFacts::default()
    };
    People {
        as_of: at(seconds),
        users: BTreeMap::from([
            (number(1), person("ann", Some(UserKind::Member))),
            (number(2), person("bob", Some(UserKind::B2bCollaborationGuest))),
            (number(3), person("Zoë", None)),
        ]),
        groups: BTreeMap::from([(number(10), [number(1), number(3), number(77)].into()), (number(11), [].into())]),
        roles: BTreeMap::from([(number(20), [number(2)].into())]),
        unread: BTreeSet::from([number(12)]),
        gaps: BTreeSet::from([Gap::Groups]),
    }
}

async fn people_are_replaced_as_a_whole(place: &Place) {
    let World { store, workspace, tenant, .. } = World::new(place).await;
    let reader = store.reader();
    assert_eq!(reader.people(workspace.id, tenant.id).await.unwrap(), None);
    assert_eq!(reader.people_summary(workspace.id, tenant.id).await.unwrap(), None);

    let first = people(0);
    let tx = store.write().await.unwrap();
    tx.replace_people(workspace.id, tenant.id, &first).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(reader.people(workspace.id, tenant.id).await.unwrap(), Some(first.clone()));
    let summary = PeopleSummary { as_of: at(0), users: 3, guests: 1, groups: 2, gaps: vec![Gap::Groups] };
    assert_eq!(reader.people_summary(workspace.id, tenant.id).await.unwrap(), Some(summary));
    assert_eq!(reader.groups_asked(workspace.id, tenant.id).await.unwrap(), [number(10), number(11), number(12)]);

    let second = People { users: BTreeMap::new(), groups: BTreeMap::new(), ..people(5) };
    let tx = store.write().await.unwrap();
    tx.replace_people(workspace.id, tenant.id, &second).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(reader.people(workspace.id, tenant.id).await.unwrap(), Some(second));

    let other = WorkspaceId(id());
    assert_eq!(reader.people(other, tenant.id).await.unwrap(), None);
    assert_eq!(reader.people_summary(other, tenant.id).await.unwrap(), None);
    assert!(reader.groups_asked(other, tenant.id).await.unwrap().is_empty());
}

async fn groups_are_added_to_a_reading(place: &Place) {
    let World { store, workspace, tenant, .. } = World::new(place).await;
    let known = people(0);
    let tx = store.write().await.unwrap();
    tx.replace_people(workspace.id, tenant.id, &known).await.unwrap();
    tx.commit().await.unwrap();

    let more = People {
        groups: BTreeMap::from([(number(12), [number(2)].into()), (number(13), [number(1), number(2)].into())]),
        unread: BTreeSet::from([number(14)]),
        ..People::default()
    };
    let tx = store.write().await.unwrap();
    tx.add_groups(workspace.id, tenant.id, &known, &more).await.unwrap();
    tx.commit().await.unwrap();
    let mut expected = known.clone();
    expected.groups.extend(more.groups.clone());
    expected.unread = BTreeSet::from([number(14)]);
    assert_eq!(store.reader().people(workspace.id, tenant.id).await.unwrap(), Some(expected));
    assert_eq!(store.reader().people_summary(workspace.id, tenant.id).await.unwrap().unwrap().groups, 4);

    // Another reading took its place meanwhile: its users are others.
    let tx = store.write().await.unwrap();
    tx.replace_people(workspace.id, tenant.id, &people(9)).await.unwrap();
    tx.commit().await.unwrap();
    let tx = store.write().await.unwrap();
    assert!(matches!(tx.add_groups(workspace.id, tenant.id, &known, &more).await, Err(StoreError::Conflict)));
}

async fn damage_is_an_error(place: &Place) {
    let World { store, workspace, tenant, .. } = World::new(place).await;
    let tx = store.write().await.unwrap();
    tx.replace_people(workspace.id, tenant.id, &people(0)).await.unwrap();
    tx.commit().await.unwrap();
    let empty = if place.url.starts_with("sqlite") { "x''" } else { "''::bytea" };
    place.raw().await.execute_unprepared(&format!("UPDATE group_members SET members = {empty} WHERE kind = 'ROLE'")).await.unwrap();
    let error = store.reader().people(workspace.id, tenant.id).await.unwrap_err();
    assert!(matches!(error, StoreError::Corrupt { .. }), "{error:?}");
}

//! Members who leave and come back, and API keys.

use chrono::TimeDelta;
use domain::api_key::{API_KEY_ISSUER, ApiKey, USE_NOTED_EVERY};
use domain::id::{MemberId, WorkspaceId};
use domain::workspace::{Member, Role};
use store::{PageRequest, StoreError};

use crate::support::{World, at, hash, id, member, on_both, tenant, workspace};

on_both!(
    a_member_changes_by_version,
    who_was_removed_is_known_by_name_only,
    members_are_paged_without_keys,
    a_key_comes_back_as_it_went,
    keys_are_paged_newest_first,
    a_use_is_noted_once_a_minute,
    decisions_of_one_workspace_wait_for_each_other,
);

fn key(world: &World, seconds: i64) -> ApiKey {
    let id = MemberId(id());
    ApiKey {
        member: Member {
            id,
            issuer: API_KEY_ISSUER.to_owned(),
            subject: id.to_string(),
            role: Role::Viewer,
            tenant_scope: Some([world.tenant.id].into()),
            owned_by: Some(world.member.id),
            created_at: at(seconds),
            ..member(world.workspace.id, "key")
        },
        last_four: "wxyz".to_owned(),
        expires_at: at(1_000),
        last_used_at: None,
    }
}

async fn insert(world: &World, key: &ApiKey, secret: &str) {
    let tx = world.store.write().await.unwrap();
    tx.insert_api_key(key, &hash(secret).0).await.unwrap();
    tx.commit().await.unwrap();
}

async fn update(world: &World, changed: &Member) -> store::Result<Member> {
    let tx = world.store.write().await.unwrap();
    let saved = tx.update_member(changed).await?;
    tx.commit().await.unwrap();
    Ok(saved)
}

async fn a_member_changes_by_version(place: &crate::support::Place) {
    let world = World::new(place).await;
    let other = tenant(world.workspace.id, "Other");
    let changed = Member {
        display_name: "Ada L".to_owned(),
        role: Role::Approver,
        tenant_scope: Some([world.tenant.id, other.id].into()),
        ..world.member.clone()
    };
    let saved = update(&world, &changed).await.unwrap();
    assert_eq!(saved, Member { version: 2, ..changed });
    assert_eq!(world.store.reader().member(world.workspace.id, saved.id).await.unwrap(), Some(saved.clone()));
    assert!(matches!(update(&world, &world.member).await, Err(StoreError::Conflict)), "it was read before the change");
    let foreign = Member { workspace_id: WorkspaceId(id()), ..saved.clone() };
    assert!(matches!(update(&world, &foreign).await, Err(StoreError::Conflict)), "another workspace's");
    let unlimited = update(&world, &Member { tenant_scope: None, ..saved }).await.unwrap();
    assert_eq!(world.store.reader().members(world.workspace.id).await.unwrap(), [unlimited]);
}

async fn who_was_removed_is_known_by_name_only(place: &crate::support::Place) {
    let world = World::new(place).await;
    let (home, ada) = (world.workspace.id, world.member.clone());
    let gone = update(&world, &Member { removed_at: Some(at(9)), ..ada.clone() }).await.unwrap();
    let reader = world.store.reader();
    assert_eq!(reader.member(home, ada.id).await.unwrap(), None);
    assert!(reader.members(home).await.unwrap().is_empty());
    assert!(reader.members_of_principal(&ada.issuer, &ada.subject).await.unwrap().is_empty());
    assert_eq!(reader.count_members(home).await.unwrap(), 0);
    assert_eq!(reader.members_by_ids(home, &[ada.id]).await.unwrap(), [gone.clone()], "the audit log still names it");
    assert_eq!(reader.ever_members_of_principal(&ada.issuer, &ada.subject).await.unwrap(), [gone.clone()]);
    let back = update(&world, &Member { removed_at: None, ..gone }).await.unwrap();
    assert_eq!(reader.members_of_principal(&ada.issuer, &ada.subject).await.unwrap(), [back]);
}

async fn members_are_paged_without_keys(place: &crate::support::Place) {
    let world = World::new(place).await;
    insert(&world, &key(&world, 3), "a").await;
    let tx = world.store.write().await.unwrap();
    let elsewhere = workspace("Elsewhere");
    tx.insert_workspace(&elsewhere).await.unwrap();
    tx.insert_member(&member(elsewhere.id, "stranger")).await.unwrap();
    let mut expected = vec![world.member.clone()];
    for n in 1..5 {
        let new = Member { created_at: at(n), ..member(world.workspace.id, &format!("m{n}")) };
        tx.insert_member(&new).await.unwrap();
        expected.push(new);
    }
    tx.commit().await.unwrap();
    let reader = world.store.reader();
    let (mut seen, mut page) = (Vec::new(), PageRequest::first(2));
    loop {
        let found = reader.member_page(world.workspace.id, &page).await.unwrap();
        let last = found.items.last().map(|(cursor, _)| cursor.clone());
        seen.extend(found.items.into_iter().map(|(_, member)| member));
        match last.filter(|_| found.has_next) {
            Some(cursor) => page = PageRequest::first_after(2, cursor),
            None => break,
        }
    }
    assert_eq!(seen, expected);
    assert_eq!(reader.count_members(world.workspace.id).await.unwrap(), 5);
    assert_eq!(reader.members(world.workspace.id).await.unwrap().len(), 6, "rules count keys in");
}

async fn a_key_comes_back_as_it_went(place: &crate::support::Place) {
    let world = World::new(place).await;
    let key = key(&world, 3);
    insert(&world, &key, "secret").await;
    let reader = world.store.reader();
    let home = world.workspace.id;
    assert_eq!(reader.api_key(home, key.member.id).await.unwrap(), Some(key.clone()));
    assert_eq!(reader.api_key_by_hash(&hash("secret").0).await.unwrap(), Some(key.clone()));
    assert_eq!(reader.api_key_by_hash(&hash("other").0).await.unwrap(), None);
    assert_eq!(reader.api_key(WorkspaceId(id()), key.member.id).await.unwrap(), None);
    assert_eq!(reader.api_key(home, world.member.id).await.unwrap(), None, "a member is no key");
    assert_eq!(reader.keys_owned_by(home, world.member.id).await.unwrap(), [key.member.clone()]);

    let revoked = update(&world, &Member { removed_at: Some(at(4)), ..key.member.clone() }).await.unwrap();
    let found = reader.api_key_by_hash(&hash("secret").0).await.unwrap().unwrap();
    assert_eq!(found.member, revoked);
    assert!(!found.works_at(at(5)));
    assert!(reader.keys_owned_by(home, world.member.id).await.unwrap().is_empty());

    let twin = ApiKey { member: Member { id: MemberId(id()), subject: "twin".to_owned(), ..key.member.clone() }, ..key };
    let tx = world.store.write().await.unwrap();
    let error = tx.insert_api_key(&twin, &hash("secret").0).await.unwrap_err();
    assert!(matches!(error, StoreError::Unique { .. }), "{error:?}");
}

async fn keys_are_paged_newest_first(place: &crate::support::Place) {
    let world = World::new(place).await;
    let keys: Vec<ApiKey> = (1..=3).map(|n| key(&world, n)).collect();
    for (n, key) in keys.iter().enumerate() {
        insert(&world, key, &n.to_string()).await;
    }
    let reader = world.store.reader();
    let first = reader.api_key_page(world.workspace.id, &PageRequest::first(2)).await.unwrap();
    let shown: Vec<&ApiKey> = first.items.iter().map(|(_, key)| key).collect();
    assert_eq!(shown, [&keys[2], &keys[1]]);
    assert!(first.has_next);
    let after = first.items[1].0.clone();
    let rest = reader.api_key_page(world.workspace.id, &PageRequest::first_after(2, after)).await.unwrap();
    assert_eq!(rest.items.len(), 1);
    assert_eq!(rest.items[0].1, keys[0]);
    assert_eq!(reader.count_api_keys(world.workspace.id).await.unwrap(), 3);
    assert!(reader.api_key_page(WorkspaceId(id()), &PageRequest::first(2)).await.unwrap().items.is_empty());
}

async fn a_use_is_noted_once_a_minute(place: &crate::support::Place) {
    let world = World::new(place).await;
    let key = key(&world, 1);
    insert(&world, &key, "secret").await;
    let (home, id) = (world.workspace.id, key.member.id);
    let noted = async |at| {
        world.store.note_api_key_use(home, id, at).await.unwrap();
        world.store.reader().api_key(home, id).await.unwrap().unwrap().last_used_at
    };
    assert_eq!(noted(at(10)).await, Some(at(10)));
    let soon = at(10) + USE_NOTED_EVERY - TimeDelta::microseconds(1);
    assert_eq!(noted(soon).await, Some(at(10)), "too soon to write again");
    assert_eq!(noted(at(10) + USE_NOTED_EVERY).await, Some(at(10) + USE_NOTED_EVERY));
    assert_eq!(noted(at(20)).await, Some(at(10) + USE_NOTED_EVERY), "time does not go back");
}

async fn decisions_of_one_workspace_wait_for_each_other(place: &crate::support::Place) {
    let world = World::new(place).await;
    let home = world.workspace.id;
    let first = world.store.write().await.unwrap();
    first.lock_workspace(home).await.unwrap();
    let store = world.store.clone();
    let second = tokio::spawn(async move {
        let tx = store.write().await.unwrap();
        tx.lock_workspace(home).await.unwrap();
        tx.members(home).await.unwrap().len()
    });
    // Long enough for the second to come to the lock; were it not held, it would read one member.
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    first.insert_member(&member(home, "new")).await.unwrap();
    first.commit().await.unwrap();
    assert_eq!(second.await.unwrap(), 2, "the second decides on what the first did");
    let tx = world.store.write().await.unwrap();
    assert!(matches!(tx.lock_workspace(WorkspaceId(id())).await, Err(StoreError::Conflict)), "no such workspace");
}

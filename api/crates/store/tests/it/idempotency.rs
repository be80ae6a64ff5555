//! One key, one operation (P10, P11).

use crate::support::*;
use store::*;

on_both!(twins_run_once, a_key_is_its_members_own_and_lasts_until_retention);

fn record(world: &World, key: &str, result: &str) -> IdempotencyRecord {
    IdempotencyRecord {
        workspace_id: world.workspace.id,
        member_id: world.member.id,
        key: key.to_owned(),
        operation: "createChange".to_owned(),
        input_hash: "i".repeat(64),
        result: result.to_owned(),
        created_at: at(1),
    }
}

async fn twins_run_once(place: &Place) {
    let world = World::new(place).await;
    let mut twins = Vec::new();
    for n in 0..20 {
        let (store, record) = (world.store.clone(), record(&world, "key", &format!("twin {n}")));
        let change = change(&world.policy, world.member.id, n);
        twins.push(tokio::spawn(async move {
            let tx = store.write().await.unwrap();
            match tx.put_idempotency(&record).await.unwrap() {
                Some(first) => first.result,
                None => {
                    tx.insert_change(&change).await.unwrap();
                    tx.commit().await.unwrap();
                    record.result
                }
            }
        }));
    }
    let mut results = std::collections::BTreeSet::new();
    for twin in twins {
        results.insert(twin.await.unwrap());
    }
    assert_eq!(results.len(), 1, "all twins answer what the first did: {results:?}");
    assert_eq!(world.store.reader().count_changes(world.workspace.id, &ChangeFilter::default()).await.unwrap(), 1);
}

async fn a_key_is_its_members_own_and_lasts_until_retention(place: &Place) {
    let world = World::new(place).await;
    let other = member(world.workspace.id, "grace");
    let first = record(&world, "key", "one");
    let late = IdempotencyRecord { created_at: at(9), ..record(&world, "late", "three") };
    let tx = world.store.write().await.unwrap();
    tx.insert_member(&other).await.unwrap();
    assert_eq!(tx.put_idempotency(&first).await.unwrap(), None);
    assert_eq!(tx.put_idempotency(&IdempotencyRecord { member_id: other.id, ..first.clone() }).await.unwrap(), None);
    assert_eq!(tx.put_idempotency(&late).await.unwrap(), None);
    assert_eq!(tx.put_idempotency(&record(&world, "key", "two")).await.unwrap(), Some(first.clone()));
    tx.commit().await.unwrap();
    // It survives a restart.
    world.store.close().await.unwrap();
    let store = place.store().await;
    assert_eq!(store.reader().idempotency(world.workspace.id, world.member.id, "key").await.unwrap(), Some(first));
    let tx = store.write().await.unwrap();
    assert_eq!(tx.delete_idempotency_before(at(5), 1).await.unwrap(), 1);
    assert_eq!(tx.delete_idempotency_before(at(5), 10).await.unwrap(), 1);
    tx.commit().await.unwrap();
    assert_eq!(store.reader().idempotency(world.workspace.id, world.member.id, "key").await.unwrap(), None);
    assert_eq!(store.reader().idempotency(world.workspace.id, world.member.id, "late").await.unwrap(), Some(late));
}

//! A worker that lost its lease can't write any more (P17).

use crate::support::*;
use chrono::TimeDelta;
use store::*;

on_both!(a_stale_fence_is_refused_everywhere, a_lease_that_is_kept_alive_is_not_claimed, the_fence_holds_until_the_transaction_ends);

async fn claimed(world: &World, seconds: i64) -> Option<Job> {
    world.store.claim_job(&["apply"], "w", at(seconds), TimeDelta::seconds(30)).await.unwrap()
}

async fn enqueued(place: &Place) -> World {
    let world = World::new(place).await;
    let tx = world.store.write().await.unwrap();
    tx.enqueue_job(&NewJob { serial_key: Some("t".to_owned()), ..job(&world, "apply") }).await.unwrap();
    tx.commit().await.unwrap();
    world
}

async fn a_stale_fence_is_refused_everywhere(place: &Place) {
    let world = enqueued(place).await;
    let paused = claimed(&world, 1).await.unwrap();
    assert_eq!(claimed(&world, 30).await, None, "the lease still runs");
    let second = claimed(&world, 31).await.unwrap();
    assert_eq!((second.id, second.fence, second.attempts), (paused.id, 2, 2));

    let stale = paused.lease();
    let refused = |result: Result<()>| assert!(matches!(result, Err(StoreError::StaleFence)), "{result:?}");
    refused(world.store.heartbeat_job(stale, at(90)).await);
    let tx = world.store.write().await.unwrap();
    refused(tx.assert_fence(stale).await);
    refused(tx.complete_job(stale, at(32)).await);
    refused(tx.retry_job(stale, at(32), "x").await);
    refused(tx.fail_job(stale, at(32), "x").await);
    tx.assert_fence(second.lease()).await.unwrap();
    tx.complete_job(second.lease(), at(33)).await.unwrap();
    refused(tx.assert_fence(second.lease()).await);
    tx.commit().await.unwrap();
    assert_eq!(claimed(&world, 1_000).await, None);
}

async fn a_lease_that_is_kept_alive_is_not_claimed(place: &Place) {
    let world = enqueued(place).await;
    let job = claimed(&world, 1).await.unwrap();
    world.store.heartbeat_job(job.lease(), at(100)).await.unwrap();
    assert_eq!(claimed(&world, 99).await, None);
    assert_eq!(claimed(&world, 100).await.map(|job| job.fence), Some(2));
}

/// Between the check of the fence and the commit of `write_started` nobody else may get the job.
async fn the_fence_holds_until_the_transaction_ends(place: &Place) {
    let world = enqueued(place).await;
    let job = claimed(&world, 1).await.unwrap();
    let tx = world.store.write().await.unwrap();
    tx.assert_fence(job.lease()).await.unwrap();
    let store = world.store.clone();
    let thief = tokio::spawn(async move { store.claim_job(&["apply"], "thief", at(500), TimeDelta::seconds(30)).await });
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert!(!thief.is_finished(), "the thief must wait for the transaction");
    tx.complete_job(job.lease(), at(2)).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(thief.await.unwrap().unwrap(), None, "and finds the job done");
}

//! Wake-ups: who absorbs a waiting job does its work too, and whatever is committed later has a job of its own. Nothing is ever missed.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::support::*;
use chrono::TimeDelta;
use serde_json::json;
use store::*;
use tokio::time::sleep;

on_both!(only_waiting_jobs_of_the_kind_and_key_are_absorbed, every_outcome_is_seen_by_a_look_that_begins_after_it);

const OUTCOMES: usize = 60;

fn lease() -> TimeDelta {
    TimeDelta::seconds(30)
}

fn wake(world: &World, key: &str, number: usize) -> NewJob {
    NewJob { serial_key: Some(key.to_owned()), dedup_key: None, payload: json!({ "number": number }), ..job(world, "wake") }
}

async fn only_waiting_jobs_of_the_kind_and_key_are_absorbed(place: &Place) {
    let world = World::new(place).await;
    let tx = world.store.write().await.unwrap();
    tx.enqueue_job(&wake(&world, "one", 0)).await.unwrap();
    tx.commit().await.unwrap();
    let holder = world.store.claim_job(&["wake"], "worker", at(1), lease()).await.unwrap().unwrap();
    let tx = world.store.write().await.unwrap();
    tx.enqueue_job(&wake(&world, "one", 1)).await.unwrap();
    tx.enqueue_job(&wake(&world, "one", 2)).await.unwrap();
    tx.enqueue_job(&wake(&world, "other", 3)).await.unwrap();
    tx.enqueue_job(&NewJob { kind: "other".to_owned(), ..wake(&world, "one", 4) }).await.unwrap();
    tx.commit().await.unwrap();

    let tx = world.store.write().await.unwrap();
    let mut absorbed: Vec<_> = tx.absorb_jobs(&holder, at(2)).await.unwrap().iter().map(|payload| payload["number"].clone()).collect();
    absorbed.sort_by_key(serde_json::Value::as_u64);
    assert_eq!(absorbed, [json!(1), json!(2)]);
    assert!(tx.absorb_jobs(&holder, at(2)).await.unwrap().is_empty());
    tx.complete_job(holder.lease(), at(2)).await.unwrap();
    tx.commit().await.unwrap();
    let left = world.store.claim_job(&["wake"], "worker", at(3), lease()).await.unwrap().unwrap();
    assert_eq!(left.payload, json!({ "number": 3 }));
    assert!(world.store.claim_job(&["other"], "worker", at(3), lease()).await.unwrap().is_some());
}

/// Outcomes are committed while workers look: each outcome is a row, with a wake-up in the same transaction. When no wake-up is left, the
/// looks have seen every row.
async fn every_outcome_is_seen_by_a_look_that_begins_after_it(place: &Place) {
    let world = World::new(place).await;
    let (seen, looks) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let mut tasks = Vec::new();
    for number in 0..OUTCOMES {
        let store = world.store.clone();
        let (fact, wake) = (job(&world, "fact"), wake(&world, "bulk", number));
        tasks.push(tokio::spawn(async move {
            sleep(Duration::from_millis(number as u64 * 3)).await;
            let tx = store.write().await.unwrap();
            tx.enqueue_job(&fact).await.unwrap();
            tx.enqueue_job(&wake).await.unwrap();
            // Long enough for looks to begin and end before it is committed.
            sleep(Duration::from_millis(number as u64 % 7)).await;
            tx.commit().await.unwrap();
        }));
    }
    let outcomes = tokio::spawn(async move {
        for task in tasks {
            task.await.unwrap();
        }
    });
    let mut workers = Vec::new();
    for worker in 0..3 {
        let (store, seen, looks) = (world.store.clone(), Arc::clone(&seen), Arc::clone(&looks));
        workers.push(tokio::spawn(async move {
            let mut idle = 0;
            while idle < 100 {
                let Some(holder) = store.claim_job(&["wake"], &format!("worker {worker}"), at(1), lease()).await.unwrap() else {
                    idle += 1;
                    sleep(Duration::from_millis(5)).await;
                    continue;
                };
                idle = 0;
                let tx = store.write().await.unwrap();
                tx.assert_fence(holder.lease()).await.unwrap();
                tx.absorb_jobs(&holder, at(2)).await.unwrap();
                let facts = tx.job_counts().await.unwrap().into_iter().find(|(kind, _, _)| kind == "fact").map_or(0, |(_, _, count)| count);
                tx.commit().await.unwrap();
                seen.fetch_max(facts as usize, Ordering::SeqCst);
                looks.fetch_add(1, Ordering::SeqCst);
                // A job that has looked and is not done yet must not swallow what comes now.
                sleep(Duration::from_millis(4)).await;
                let tx = store.write().await.unwrap();
                tx.complete_job(holder.lease(), at(2)).await.unwrap();
                tx.commit().await.unwrap();
            }
        }));
    }
    outcomes.await.unwrap();
    for worker in workers {
        worker.await.unwrap();
    }
    assert_eq!(seen.load(Ordering::SeqCst), OUTCOMES);
    let looks = looks.load(Ordering::SeqCst);
    assert!(looks < OUTCOMES, "{looks} looks: nothing was absorbed, and the test proves nothing");
}

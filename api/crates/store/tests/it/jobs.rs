//! The queue: each job exactly once, fair, serial where asked, deduplicated.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::support::*;
use chrono::TimeDelta;
use domain::id::*;
use store::*;

on_both!(
    eight_workers_claim_two_hundred_jobs_once_each,
    jobs_with_one_serial_key_never_overlap,
    a_due_job_of_a_wanted_kind_in_order,
    tenants_take_turns,
    a_second_job_with_the_same_key_is_not_taken,
    jobs_end_in_their_states,
    finished_jobs_are_deleted_after_a_while,
);

fn lease() -> TimeDelta {
    TimeDelta::seconds(30)
}

async fn enqueue(store: &Store, jobs: impl IntoIterator<Item = NewJob>) {
    let tx = store.write().await.unwrap();
    for job in jobs {
        assert_eq!(tx.enqueue_job(&job).await.unwrap(), Enqueued::New);
    }
    tx.commit().await.unwrap();
}

async fn complete(store: &Store, job: &Job) {
    let tx = store.write().await.unwrap();
    tx.complete_job(job.lease(), at(2)).await.unwrap();
    tx.commit().await.unwrap();
}

async fn eight_workers_claim_two_hundred_jobs_once_each(place: &Place) {
    let world = World::new(place).await;
    let jobs: Vec<_> = (0..200).map(|_| job(&world, "sync")).collect();
    let expected: BTreeSet<_> = jobs.iter().map(|job| job.id).collect();
    enqueue(&world.store, jobs).await;
    let mut workers = Vec::new();
    for worker in 0..8 {
        let store = world.store.clone();
        workers.push(tokio::spawn(async move {
            let mut claimed = Vec::new();
            while let Some(job) = store.claim_job(&["sync"], &format!("worker {worker}"), at(1), lease()).await.unwrap() {
                assert_eq!((job.fence, job.attempts, job.state), (1, 1, JobState::Running));
                assert_eq!(job.lease_until, Some(at(31)));
                claimed.push(job);
            }
            claimed
        }));
    }
    let (mut seen, mut busy) = (Vec::new(), 0);
    for worker in workers {
        let claimed = worker.await.unwrap();
        busy += usize::from(!claimed.is_empty());
        seen.extend(claimed.iter().map(|job| job.id));
    }
    assert_eq!(seen.len(), 200, "a job was claimed twice or never");
    assert_eq!(seen.into_iter().collect::<BTreeSet<_>>(), expected);
    assert!(busy > 1, "one worker took everything: the test proves nothing");
}

async fn jobs_with_one_serial_key_never_overlap(place: &Place) {
    let world = World::new(place).await;
    let keyed = |n: usize| NewJob { serial_key: Some(format!("tenant {}", n % 3)), ..job(&world, "apply") };
    enqueue(&world.store, (0..45).map(keyed)).await;
    let running: Arc<BTreeMap<String, AtomicUsize>> = Arc::new((0..3).map(|n| (format!("tenant {n}"), AtomicUsize::new(0))).collect());
    let done = Arc::new(AtomicUsize::new(0));
    let mut workers = Vec::new();
    for worker in 0..8 {
        let (store, running, done) = (world.store.clone(), running.clone(), done.clone());
        workers.push(tokio::spawn(async move {
            while done.load(Ordering::SeqCst) < 45 {
                let Some(job) = store.claim_job(&["apply"], &format!("worker {worker}"), at(1), lease()).await.unwrap() else {
                    tokio::time::sleep(std::time::Duration::from_millis(2)).await;
                    continue;
                };
                let own = &running[job.serial_key.as_deref().unwrap()];
                assert_eq!(own.fetch_add(1, Ordering::SeqCst), 0, "two jobs of one key at once");
                tokio::time::sleep(std::time::Duration::from_millis(1)).await;
                own.fetch_sub(1, Ordering::SeqCst);
                complete(&store, &job).await;
                done.fetch_add(1, Ordering::SeqCst);
            }
        }));
    }
    for worker in workers {
        tokio::time::timeout(std::time::Duration::from_secs(60), worker).await.expect("the queue must drain").unwrap();
    }
}

async fn a_due_job_of_a_wanted_kind_in_order(place: &Place) {
    let world = World::new(place).await;
    let later = NewJob { run_at: at(50), ..job(&world, "sync") };
    let second = NewJob { run_at: at(2), ..job(&world, "sync") };
    let first = NewJob { run_at: at(1), ..job(&world, "sync") };
    let urgent = NewJob { run_at: at(3), priority: -1, ..job(&world, "apply") };
    enqueue(&world.store, [later.clone(), second.clone(), first.clone(), urgent.clone()]).await;
    let claim = async |kinds: &[&str]| world.store.claim_job(kinds, "w", at(10), lease()).await.unwrap().map(|job| job.id);
    assert_eq!(claim(&[]).await, None);
    assert_eq!(claim(&["other"]).await, None);
    assert_eq!(world.store.reader().next_job_at(&["sync"]).await.unwrap(), Some(at(1)));
    assert_eq!(claim(&["sync", "apply"]).await, Some(urgent.id));
    assert_eq!(claim(&["sync", "apply"]).await, Some(first.id));
    assert_eq!(claim(&["sync", "apply"]).await, Some(second.id));
    assert_eq!(claim(&["sync", "apply"]).await, None);
    assert_eq!(world.store.reader().next_job_at(&["sync"]).await.unwrap(), Some(at(50)));
    assert_eq!(world.store.reader().next_job_at(&["apply"]).await.unwrap(), None);
}

async fn tenants_take_turns(place: &Place) {
    let world = World::new(place).await;
    let quiet = tenant(world.workspace.id, "Quiet");
    let tx = world.store.write().await.unwrap();
    tx.insert_tenant(&quiet, b"x").await.unwrap();
    tx.commit().await.unwrap();
    enqueue(&world.store, (0..20).map(|_| job(&world, "sync"))).await;
    enqueue(&world.store, (0..2).map(|_| NewJob { tenant_id: Some(quiet.id), run_at: at(1), ..job(&world, "sync") })).await;
    let mut turns = Vec::new();
    for _ in 0..6 {
        let job = world.store.claim_job(&["sync"], "w", at(5), lease()).await.unwrap().unwrap();
        turns.push(job.tenant_id == Some(quiet.id));
    }
    assert_eq!(turns, [false, true, false, true, false, false], "the tenant with twenty jobs does not keep the other waiting");
}

async fn a_second_job_with_the_same_key_is_not_taken(place: &Place) {
    let world = World::new(place).await;
    let keyed = || NewJob { dedup_key: Some("sync:adatum".to_owned()), ..job(&world, "sync") };
    let first = keyed();
    enqueue(&world.store, [first.clone()]).await;
    let twin = async || {
        let tx = world.store.write().await.unwrap();
        let result = tx.enqueue_job(&keyed()).await.unwrap();
        tx.commit().await.unwrap();
        result
    };
    assert_eq!(twin().await, Enqueued::Duplicate(first.id));
    let claimed = world.store.claim_job(&["sync"], "w", at(1), lease()).await.unwrap().unwrap();
    assert_eq!(twin().await, Enqueued::Duplicate(first.id), "running counts too");
    assert_eq!(world.store.reader().active_job(world.workspace.id, "sync:adatum").await.unwrap(), Some(claimed.clone()));
    complete(&world.store, &claimed).await;
    assert_eq!(world.store.reader().active_job(world.workspace.id, "sync:adatum").await.unwrap(), None);
    assert_eq!(twin().await, Enqueued::New);
}

async fn jobs_end_in_their_states(place: &Place) {
    let world = World::new(place).await;
    let (one, two, three) = (job(&world, "a"), job(&world, "a"), job(&world, "b"));
    enqueue(&world.store, [one.clone(), two.clone(), three.clone()]).await;
    let first = world.store.claim_job(&["a"], "w", at(1), lease()).await.unwrap().unwrap();
    let second = world.store.claim_job(&["a"], "w", at(1), lease()).await.unwrap().unwrap();
    let tx = world.store.write().await.unwrap();
    tx.retry_job(first.lease(), at(60), "throttled").await.unwrap();
    tx.fail_job(second.lease(), at(2), "gave up").await.unwrap();
    assert!(tx.cancel_job(world.workspace.id, three.id, at(2)).await.unwrap());
    assert!(!tx.cancel_job(world.workspace.id, three.id, at(2)).await.unwrap());
    assert!(!tx.cancel_job(world.workspace.id, second.id, at(2)).await.unwrap());
    assert!(!tx.cancel_job(WorkspaceId(id()), first.id, at(2)).await.unwrap());
    tx.commit().await.unwrap();
    let reader = world.store.reader();
    let retried = reader.job(world.workspace.id, first.id).await.unwrap().unwrap();
    assert_eq!((retried.state, retried.run_at, retried.last_error.as_deref()), (JobState::Ready, at(60), Some("throttled")));
    assert_eq!((retried.lease_owner, retried.lease_until), (None, None));
    let failed = reader.job(world.workspace.id, second.id).await.unwrap().unwrap();
    assert_eq!((failed.state, failed.last_error.as_deref()), (JobState::Failed, Some("gave up")));
    assert_eq!(failed.payload, serde_json::json!({"n": 1}));
    let mut counts = reader.job_counts().await.unwrap();
    counts.sort();
    let expected = [("a", JobState::Ready, 1), ("a", JobState::Failed, 1), ("b", JobState::Cancelled, 1)];
    assert_eq!(counts, expected.map(|(kind, state, count)| (kind.to_owned(), state, count)));

    assert_eq!(world.store.claim_job(&["a"], "w", at(59), lease()).await.unwrap(), None);
    let mut again = world.store.claim_job(&["a"], "w", at(60), lease()).await.unwrap().unwrap();
    assert_eq!((again.attempts, again.fence, again.exhausted()), (2, 2, false));
    again.attempts = 4;
    assert!(again.exhausted());
}

async fn finished_jobs_are_deleted_after_a_while(place: &Place) {
    let world = World::new(place).await;
    enqueue(&world.store, (0..4).map(|_| job(&world, "a"))).await;
    for _ in 0..3 {
        let claimed = world.store.claim_job(&["a"], "w", at(1), lease()).await.unwrap().unwrap();
        complete(&world.store, &claimed).await;
    }
    let delete = async |before, limit| {
        let tx = world.store.write().await.unwrap();
        let deleted = tx.delete_finished_jobs(at(before), limit).await.unwrap();
        tx.commit().await.unwrap();
        deleted
    };
    assert_eq!(delete(2, 10).await, 0, "they finished at that instant");
    assert_eq!((delete(3, 2).await, delete(3, 2).await, delete(3, 2).await), (2, 1, 0));
    let counts = world.store.reader().job_counts().await.unwrap();
    assert_eq!(counts, [("a".to_owned(), JobState::Ready, 1)], "what waits stays");
}

//! A caller that goes away while its transaction begins leaves nothing behind: no transaction that nobody ends, which would swallow what others
//! write through its connection.

use std::time::Duration;

use chrono::TimeDelta;
use store::{JobState, Store, StoreConfig};

use crate::support::{Place, World, at, job, on_both};

on_both!(what_is_written_after_cancelled_begins_is_kept);

const CANCELLED: u64 = 400;

async fn what_is_written_after_cancelled_begins_is_kept(place: &Place) {
    let world = World::new(place).await;
    let tx = world.store.write().await.unwrap();
    for _ in 0..CANCELLED / 8 {
        tx.enqueue_job(&job(&world, "sync")).await.unwrap();
    }
    tx.commit().await.unwrap();
    for n in 0..CANCELLED {
        // From "before it was sent" to "about to be answered".
        let _ = tokio::time::timeout(Duration::from_micros(n * 5), world.store.write()).await;
        if n.is_multiple_of(8) {
            let claimed = world.store.claim_job(&["sync"], "w", at(1), TimeDelta::hours(1)).await.unwrap();
            assert!(claimed.is_some(), "job {n}");
        }
    }
    // Another store sees what is committed, and only that.
    let other = Store::connect(&StoreConfig::new(&place.url)).await.unwrap();
    let counts = other.reader().job_counts().await.unwrap();
    let running: u64 = counts.iter().filter(|(_, state, _)| *state == JobState::Running).map(|(_, _, count)| count).sum();
    assert_eq!(running, CANCELLED / 8);
}

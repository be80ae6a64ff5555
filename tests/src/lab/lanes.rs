//! Lanes side by side, each on a thread and a runtime of its own: what one lane waits for never delays another one's timers.

use std::future::Future;

use tokio::runtime::Builder;
use tokio::task::{JoinSet, spawn_blocking};

/// Runs `work` once for each lane number from 0 and returns what the lanes made, in their order.
///
/// # Panics
/// When a lane does.
pub async fn side_by_side<T, F>(lanes: usize, work: impl Fn(usize) -> F + Clone + Send + 'static) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T>,
{
    let mut running = JoinSet::new();
    for lane in 0..lanes {
        let work = work.clone();
        running.spawn(async move {
            let made = spawn_blocking(move || Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(work(lane)));
            (lane, made.await.expect("a lane comes to its end"))
        });
    }
    let mut made = running.join_all().await;
    made.sort_by_key(|(lane, _)| *lane);
    made.into_iter().map(|(_, made)| made).collect()
}

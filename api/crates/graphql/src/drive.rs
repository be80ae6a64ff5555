//! Runs an operation and the batches of its loaders in one task.
//!
//! Batches start when the operation can't go on without them: by then every sibling has queued its key, so that a level of the
//! selection is one batch, always. Spawned onto the runtime instead, a batch races with those who still queue, and a page of a
//! thousand objects is fetched in a few statements or in a hundred, as the scheduler pleases. It also ends with the operation:
//! nothing is left running for a caller that has gone.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use async_graphql::runtime::Timer;
use futures_util::future::{BoxFuture, FutureExt, ready};
use futures_util::stream::{BoxStream, FuturesUnordered, Stream, StreamExt};
use futures_util::task::{FutureObj, Spawn, SpawnError};

/// Batches that wait to be started.
#[derive(Clone, Default)]
pub struct Batches(Arc<Mutex<Vec<FutureObj<'static, ()>>>>);

impl Spawn for Batches {
    fn spawn_obj(&self, batch: FutureObj<'static, ()>) -> Result<(), SpawnError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(batch);
        Ok(())
    }
}

impl Batches {
    fn take(&self) -> Vec<FutureObj<'static, ()>> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Runs an operation with its batches.
    pub async fn drive<T: Send>(self, operation: impl Future<Output = T> + Send) -> T {
        let mut running: FuturesUnordered<BoxFuture<'_, Option<T>>> = FuturesUnordered::new();
        running.push(operation.map(Some).boxed());
        std::future::poll_fn(move |context| {
            loop {
                let step = running.poll_next_unpin(context);
                let started = self.take();
                let waiting = started.is_empty();
                running.extend(started.into_iter().map(|batch| batch.map(|()| None).boxed()));
                match step {
                    Poll::Ready(Some(Some(result))) => return Poll::Ready(result),
                    Poll::Ready(_) => {}
                    Poll::Pending if waiting => return Poll::Pending,
                    Poll::Pending => {}
                }
            }
        })
        .await
    }

    /// Runs a subscription with the batches of its items.
    pub fn drive_stream<T: Send + 'static>(self, items: BoxStream<'static, T>) -> BoxStream<'static, T> {
        Driven { items, batches: self, running: FuturesUnordered::new() }.boxed()
    }
}

/// See [`Batches::drive_stream`].
struct Driven<T> {
    items: BoxStream<'static, T>,
    batches: Batches,
    running: FuturesUnordered<FutureObj<'static, ()>>,
}

impl<T> Stream for Driven<T> {
    type Item = T;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        loop {
            if let Poll::Ready(item) = self.items.poll_next_unpin(context) {
                return Poll::Ready(item);
            }
            let started = self.batches.take();
            self.running.extend(started);
            match self.running.poll_next_unpin(context) {
                Poll::Ready(Some(())) => {}
                Poll::Ready(None) | Poll::Pending => return Poll::Pending,
            }
        }
    }
}

/// No wait: a batch is started late enough as it is.
pub struct AtOnce;

impl Timer for AtOnce {
    fn delay(&self, _: std::time::Duration) -> BoxFuture<'static, ()> {
        ready(()).boxed()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use async_graphql::dataloader::{DataLoader, Loader};
    use futures_util::future::join_all;

    use super::*;

    struct Squares(Arc<AtomicUsize>);

    impl Loader<u64> for Squares {
        type Value = u64;
        type Error = String;

        async fn load(&self, keys: &[u64]) -> Result<HashMap<u64, u64>, String> {
            self.0.fetch_add(1, Ordering::SeqCst);
            tokio::task::yield_now().await;
            Ok(keys.iter().map(|key| (*key, key * key)).collect())
        }
    }

    async fn levels(loader: &DataLoader<Squares>) -> u64 {
        let roots = join_all((0..500).map(async |key| {
            let square = loader.load_one(key).await.unwrap().unwrap();
            loader.load_one(square).await.unwrap().unwrap()
        }));
        roots.await.into_iter().sum()
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_level_is_one_batch_always() {
        for _ in 0..50 {
            let (batches, calls) = (Batches::default(), Arc::new(AtomicUsize::new(0)));
            let loader = DataLoader::new(Squares(calls.clone()), batches.clone(), AtOnce);
            let sum = batches.drive(levels(&loader)).await;
            assert_eq!(sum, (0..500_u64).map(|key| key.pow(4)).sum::<u64>());
            assert_eq!(calls.load(Ordering::SeqCst), 2);
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn items_of_a_stream_are_driven_too() {
        let (batches, calls) = (Batches::default(), Arc::new(AtomicUsize::new(0)));
        let loader = Arc::new(DataLoader::new(Squares(calls.clone()), batches.clone(), AtOnce));
        let items = futures_util::stream::iter(0..3).then(move |_| {
            let loader = loader.clone();
            async move { levels(&loader).await }
        });
        let sums: Vec<u64> = batches.drive_stream(items.boxed()).collect().await;
        assert_eq!(sums.len(), 3);
        assert_eq!(calls.load(Ordering::SeqCst), 6);
    }
}

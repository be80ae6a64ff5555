//! Coverage and overlaps: computed when they are asked for, from what is stored, on a thread of their own; the last few answers are kept.

mod basis;
mod measure;
mod overlaps;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::id::{ContentHash, SnapshotId, TenantId};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::App;
use crate::error::{AppError, AppResult};

pub(crate) use basis::Basis;
pub use measure::TenantCoverage;
pub use overlaps::{PolicyOverlap, TenantOverlaps};

/// Answers that are kept.
const KEPT: usize = 32;
/// Computations that run at a time.
const AT_A_TIME: usize = 2;
/// How long a computation waits for its turn.
const TURN: Duration = Duration::from_secs(20);

/// Why nothing can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotMeasurable {
    /// The tenant has no snapshot yet.
    NotImported,
    /// Its people were never read.
    NoPeople,
}

impl NotMeasurable {
    /// For a person.
    pub fn sentence(self) -> &'static str {
        match self {
            NotMeasurable::NotImported => "the tenant is not imported yet",
            NotMeasurable::NoPeople => "who is in the tenant has not been read yet: a reading follows the next sync",
        }
    }
}

/// The last few answers of one kind, and how many may be computed at a time.
pub(crate) struct Answers<T> {
    kept: Mutex<VecDeque<(Key, Arc<T>)>>,
}

/// What an answer was computed from: whatever differs here may change it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    tenant: TenantId,
    snapshot: Option<SnapshotId>,
    /// Over the documents of all policies: an apply changes one without a snapshot of the whole tenant.
    policies: ContentHash,
    /// Raised by every change of the tenant, its emergency access among them.
    tenant_version: i64,
    people: Option<(DateTime<Utc>, i64)>,
    sign_ins: Option<i64>,
    days: u32,
    today: chrono::NaiveDate,
}

impl<T> Default for Answers<T> {
    fn default() -> Self {
        Answers { kept: Mutex::new(VecDeque::new()) }
    }
}

impl<T> Answers<T> {
    fn find(&self, key: &Key) -> Option<Arc<T>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(|(known, _)| known == key).map(|(_, answer)| Arc::clone(answer))
    }

    fn keep(&self, key: Key, answer: &Arc<T>) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        // One answer for each tenant and window: an older one is of no use any more.
        kept.retain(|(known, _)| (known.tenant, known.days) != (key.tenant, key.days));
        kept.truncate(KEPT - 1);
        kept.push_front((key, Arc::clone(answer)));
    }
}

/// What the use cases of this module share.
pub(crate) struct Computations {
    coverage: Answers<TenantCoverage>,
    overlaps: Answers<TenantOverlaps>,
    turns: Arc<Semaphore>,
}

impl Default for Computations {
    fn default() -> Self {
        Computations { coverage: Answers::default(), overlaps: Answers::default(), turns: Arc::new(Semaphore::new(AT_A_TIME)) }
    }
}

impl App {
    /// A turn to compute; busy where none comes up in time.
    pub(crate) async fn turn(&self) -> AppResult<OwnedSemaphorePermit> {
        let turns = Arc::clone(&self.computations().turns);
        match timeout(TURN, turns.acquire_owned()).await {
            Ok(Ok(turn)) => Ok(turn),
            _ => Err(AppError::Unavailable(store::StoreError::Timeout)),
        }
    }
}

/// Runs what takes long on a thread that may.
pub(crate) async fn on_a_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> AppResult<T> {
    tokio::task::spawn_blocking(work).await.map_err(|cause| AppError::Internal(cause.into()))
}

//! Background workers: claim a job under a lease, keep the lease alive, run it, record how it ended.
//!
//! A worker that loses its lease stops at the next step and can commit nothing: each of its transactions checks the job's fence.

mod agents;
mod expiry;
pub(crate) mod jobs;
mod lane;
mod rollouts;
mod schedule;
mod sign_ins;
mod webhooks;
mod worker;

use std::sync::Arc;
use std::time::Duration;

use graph::GraphError;
use serde::de::DeserializeOwned;
use store::{Job, StoreError};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::App;
use crate::error::AppError;

/// How many workers run in this process, and under which name.
pub struct Workers {
    /// Workers for syncs, impact and whatever else is not named here; 1 to 64.
    pub count: usize,
    /// Applies at a time; 1 to 64. They wait for Graph nearly all of their time.
    pub applies: usize,
    /// Unique per process: shown in the job table.
    pub owner: String,
}

/// Starts the workers and the sync schedule. They end after `stop` is cancelled, each at the end of its present step at the latest.
pub fn start(app: &App, workers: &Workers, stop: &CancellationToken) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    for lane in lane::lanes(workers) {
        for number in 1..=lane.workers {
            tasks.spawn(worker::run(app.clone(), Arc::clone(&lane), lane.worker(&workers.owner, number), stop.clone()));
        }
    }
    tasks.spawn(schedule::run(app.clone(), stop.clone()));
    tasks.spawn(sign_ins::run(app.clone(), stop.clone()));
    tasks.spawn(expiry::run(app.clone(), stop.clone()));
    tasks.spawn(rollouts::run(app.clone(), stop.clone()));
    tasks.spawn(agents::run(app.clone(), stop.clone()));
    tasks.spawn(webhooks::run(app.clone(), stop.clone()));
    tasks
}

/// How a job ended, short of an error.
pub(crate) enum JobEnd {
    /// It is done.
    Done,
    /// It has to wait; nothing is open.
    RetryIn { pause: Duration, reason: String },
}

/// Why a job could not go on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum JobError {
    /// Storage refused or failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A use case refused.
    #[error(transparent)]
    App(AppError),
    /// The job's data make no sense; trying again cannot help.
    #[error("{0}")]
    Broken(String),
}

/// Why a reading of a tenant stopped.
pub(crate) enum ReadError {
    /// Graph.
    Graph(GraphError),
    /// Our own side.
    Job(JobError),
}

impl From<GraphError> for ReadError {
    fn from(error: GraphError) -> Self {
        ReadError::Graph(error)
    }
}

impl From<JobError> for ReadError {
    fn from(error: JobError) -> Self {
        ReadError::Job(error)
    }
}

impl JobError {
    pub(crate) fn broken(what: &str) -> Self {
        JobError::Broken(what.to_owned())
    }

    pub(crate) fn app(error: AppError) -> Self {
        JobError::App(error)
    }

    /// The job's payload.
    pub(crate) fn decode<T: DeserializeOwned>(job: &Job) -> Result<T, Self> {
        serde_json::from_value(job.payload.clone()).map_err(|cause| JobError::Broken(format!("payload of job {}: {cause}", job.id)))
    }

    /// The credential or the tenant's consent is what stopped it.
    pub(crate) fn disconnected(&self) -> bool {
        matches!(self, JobError::App(AppError::ConnectionRefused { .. }))
    }

    /// What a person may read: an expected refusal as it is, and never the text of a fault, which can hold SQL.
    pub(crate) fn for_people(&self) -> String {
        match self {
            JobError::App(error) if error.expected() => error.to_string(),
            _ => "an internal error stopped the work: the server's log has the cause".to_owned(),
        }
    }

    /// Another worker owns the job by now.
    fn lost(&self) -> bool {
        matches!(self, JobError::Store(StoreError::StaleFence))
    }

    /// Whether it passes by itself, or another worker goes on: nothing is wrong with what was worked on.
    pub(crate) fn passing(&self) -> bool {
        self.lost() || self.retryable()
    }

    /// Whether trying again can help.
    fn retryable(&self) -> bool {
        match self {
            JobError::Store(error) => error.retryable() || matches!(error, StoreError::Conflict),
            JobError::App(error) => matches!(error, AppError::Unavailable(_) | AppError::Concurrent),
            JobError::Broken(_) => false,
        }
    }
}

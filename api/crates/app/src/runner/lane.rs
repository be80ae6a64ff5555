//! Lanes: kinds of job that share a number of workers, so that one kind of work never waits for another's end.
//!
//! An apply waits for Graph nearly all of its time, and its worker with it: a worker is a task, and a task that waits costs some kilobytes.
//! So there are many for applies, and a tenant that hangs or throttles holds one of them, not one of the few that do everything else.
//! What steers many applies (a bulk change's next wave, a schedule that fires) asks nothing of Graph and never waits behind what does.

use std::sync::Arc;

use store::Job;
use tokio::sync::Mutex;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::jobs::JobKind;
use super::worker::PAUSE_AFTER_ERROR;
use super::{Workers, worker};
use crate::App;

/// Workers that steer: what they do only touches the database.
const STEERING: usize = 4;

/// Workers that look at rollouts: each waits for two answers of Graph, and a guard must never wait behind other work.
const WATCHING: usize = 8;

/// Workers that deliver webhooks' messages: each waits for the answer of somebody else's server, which may hang.
const DELIVERING: usize = 16;

/// Kinds of job, and how many of them run at a time in this process.
pub(super) struct Lane {
    name: &'static str,
    kinds: Vec<&'static str>,
    pub(super) workers: usize,
    /// Held by the one idle worker that looks for jobs: a wake-up makes one look, not one of every worker.
    looking: Mutex<()>,
}

/// The lanes of a process; every kind of job is in one.
pub(super) fn lanes(workers: &Workers) -> Vec<Arc<Lane>> {
    let lane = |name: &'static str, workers: usize| {
        let kinds = JobKind::ALL.iter().filter(|kind| lane_of(**kind) == name).map(|kind| kind.as_str()).collect();
        Arc::new(Lane { name, kinds, workers, looking: Mutex::new(()) })
    };
    vec![
        lane(APPLY, workers.applies.clamp(1, 64)),
        lane(STEER, STEERING),
        lane(WATCH, WATCHING),
        lane(DELIVER, DELIVERING),
        lane(WORK, workers.count.clamp(1, 64)),
    ]
}

const APPLY: &str = "apply";
const STEER: &str = "steer";
const WORK: &str = "work";
const WATCH: &str = "watch";
const DELIVER: &str = "deliver";

fn lane_of(kind: JobKind) -> &'static str {
    match kind {
        JobKind::Apply => APPLY,
        JobKind::Fire | JobKind::BulkDryRun | JobKind::BulkAdvance | JobKind::BulkFire | JobKind::BulkImpact => STEER,
        // These ask Graph: for names of groups, and for both policies of a tenant that starts. What holds a tenant is asked at its own looks.
        JobKind::BulkRolloutPlan | JobKind::BulkRolloutWave => WORK,
        JobKind::RolloutTick => WATCH,
        JobKind::Webhook => DELIVER,
        JobKind::Sync | JobKind::People | JobKind::Impact | JobKind::Ingest | JobKind::Agent => WORK,
    }
}

impl Lane {
    /// The name of one of its workers.
    pub(super) fn worker(&self, process: &str, number: usize) -> String {
        format!("{process}/{}-{number}", self.name)
    }

    /// The next job; `None` when the process is to stop.
    pub(super) async fn next(&self, app: &App, owner: &str, stop: &CancellationToken) -> Option<Job> {
        let _looking = tokio::select! {
            () = stop.cancelled() => return None,
            looking = self.looking.lock() => looking,
        };
        let mut wake = app.hub().jobs();
        while !stop.is_cancelled() {
            wake.mark_unchanged();
            match app.store().claim_job(&self.kinds, owner, app.now(), worker::lease(app)).await {
                Ok(Some(job)) => return Some(job),
                Ok(None) => {
                    tokio::select! {
                        () = stop.cancelled() => {}
                        _ = timeout(app.settings().idle_poll, wake.changed()) => {}
                    }
                }
                Err(error) => {
                    tracing::warn!(%owner, %error, "a worker could not look for jobs");
                    tokio::select! { () = stop.cancelled() => {} () = sleep(PAUSE_AFTER_ERROR) => {} }
                }
            }
        }
        None
    }
}

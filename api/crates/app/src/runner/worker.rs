//! One worker.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use futures_util::FutureExt;
use store::Job;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::jobs::JobKind;
use super::lane::Lane;
use super::{JobEnd, JobError};
use crate::App;

/// Between two looks for jobs where the first found no database.
pub(crate) const PAUSE_AFTER_ERROR: Duration = Duration::from_secs(2);

/// Works until stopped.
pub(super) async fn run(app: App, lane: Arc<Lane>, owner: String, stop: CancellationToken) {
    while let Some(job) = lane.next(&app, &owner, &stop).await {
        work(&app, &job, &stop).await;
    }
}

/// How long a claimed job is ours without a heartbeat.
pub(super) fn lease(app: &App) -> TimeDelta {
    TimeDelta::from_std(app.settings().lease).unwrap_or(TimeDelta::seconds(30))
}

/// Runs one job beside its heartbeat; whichever ends first ends both.
async fn work(app: &App, job: &Job, stop: &CancellationToken) {
    let result = tokio::select! {
        result = AssertUnwindSafe(perform(app, job)).catch_unwind() => result,
        () = heartbeat(app, job) => {
            tracing::warn!(job = %job.id, kind = %job.kind, "the lease was lost; another worker goes on");
            return;
        }
        () = stop.cancelled() => {
            tracing::info!(job = %job.id, kind = %job.kind, "stopped in the middle; the job goes on when its lease has run out, or at once when released");
            release(app, job).await;
            return;
        }
    };
    let result = result.unwrap_or_else(|_| Err(JobError::broken("the job panicked")));
    match settle(app, job, result).await {
        Ok(()) => {}
        // Perhaps only what the job worked on was ended, such as an apply by `stopChange`: then the job is still ours to give back, and
        // the tenant's next one need not wait for its lease.
        Err(error) if error.lost() => release(app, job).await,
        Err(error) => {
            tracing::error!(job = %job.id, kind = %job.kind, %error, "how a job ended could not be recorded; its lease will run out and it is tried again");
        }
    }
}

async fn perform(app: &App, job: &Job) -> Result<JobEnd, JobError> {
    match job.kind.parse::<JobKind>() {
        Ok(JobKind::Apply) => crate::saga::run(app, job).await,
        Ok(JobKind::Sync) => crate::sync::run(app, job).await,
        Ok(JobKind::Fire) => crate::schedules::fire::run(app, job).await,
        Ok(JobKind::People) => crate::people::run(app, job).await,
        Ok(JobKind::Impact) => crate::impact::job::run(app, job).await,
        Ok(JobKind::Ingest) => crate::ingest::run(app, job).await,
        Ok(JobKind::BulkDryRun) => crate::bulk::dry_run::run(app, job).await,
        Ok(JobKind::BulkAdvance) => crate::bulk::advance::run(app, job).await,
        Ok(JobKind::BulkFire) => crate::bulk::schedule::run(app, job).await,
        Ok(JobKind::BulkImpact) => crate::bulk::impact::run(app, job).await,
        Ok(JobKind::RolloutTick) => crate::rollouts::tick::run(app, job).await,
        Ok(JobKind::BulkRolloutPlan) => crate::bulk_rollouts::plan::run(app, job).await,
        Ok(JobKind::BulkRolloutWave) => crate::bulk_rollouts::wave::run(app, job).await,
        Ok(JobKind::Agent) => crate::agent::job::run(app, job).await,
        Ok(JobKind::Webhook) => crate::webhooks::deliver::run(app, job).await,
        Err(unknown) => Err(JobError::Broken(unknown.to_string())),
    }
}

/// Renews the lease at a third of its length; returns when it is lost.
async fn heartbeat(app: &App, job: &Job) {
    loop {
        sleep(app.settings().lease / 3).await;
        match app.store().heartbeat_job(job.lease(), app.now() + lease(app)).await {
            Ok(()) => {}
            Err(store::StoreError::StaleFence) => return,
            Err(error) => tracing::warn!(job = %job.id, %error, "a heartbeat failed"),
        }
    }
}

/// Gives a job back that was stopped in the middle, so that a worker goes on with it at once.
async fn release(app: &App, job: &Job) {
    let given_back = async {
        let tx = app.store().write().await?;
        tx.retry_job(job.lease(), app.now(), "given back").await?;
        tx.commit().await
    };
    if let Err(error) = given_back.await {
        tracing::warn!(job = %job.id, %error, "a job could not be given back; its lease will run out");
    }
}

async fn settle(app: &App, job: &Job, result: Result<JobEnd, JobError>) -> Result<(), JobError> {
    let now = app.now();
    match result {
        Ok(JobEnd::Done) => {
            let tx = app.store().write().await?;
            tx.complete_job(job.lease(), now).await?;
            tx.commit().await?;
        }
        Ok(JobEnd::RetryIn { pause, reason }) => retry(app, job, pause, &reason).await?,
        Err(error) if error.lost() => return Err(error),
        Err(error) if error.retryable() && !job.exhausted() => retry(app, job, backoff(job), &error.to_string()).await?,
        Err(error) => give_up(app, job, &error).await?,
    }
    app.hub().poke();
    Ok(())
}

async fn retry(app: &App, job: &Job, pause: Duration, reason: &str) -> Result<(), JobError> {
    tracing::info!(job = %job.id, kind = %job.kind, attempts = job.attempts, pause_ms = pause.as_millis(), reason, "a job is tried again later");
    let run_at = app.now() + TimeDelta::from_std(pause).unwrap_or(TimeDelta::minutes(1));
    let tx = app.store().write().await?;
    tx.retry_job(job.lease(), run_at, reason).await?;
    tx.commit().await?;
    Ok(())
}

async fn give_up(app: &App, job: &Job, error: &JobError) -> Result<(), JobError> {
    tracing::error!(job = %job.id, kind = %job.kind, %error, cause = ?std::error::Error::source(error), "a job failed for good");
    let reason = error.to_string();
    match job.kind.parse::<JobKind>() {
        Ok(JobKind::Apply) => crate::saga::abandon(app, job, error).await?,
        Ok(JobKind::Sync) => crate::sync::gave_up(app, job, &error.for_people()).await?,
        Ok(JobKind::Fire) => crate::schedules::fire::gave_up(app, job, error).await?,
        Ok(JobKind::People) => crate::people::gave_up(app, job, &error.for_people()).await?,
        Ok(JobKind::Impact) => crate::impact::job::gave_up(app, job, &error.for_people()).await?,
        Ok(JobKind::Ingest) => crate::ingest::gave_up(app, job).await?,
        Ok(JobKind::BulkAdvance) => crate::bulk::advance::gave_up(app, job, error).await?,
        Ok(JobKind::BulkFire) => crate::bulk::schedule::gave_up(app, job, error).await?,
        Ok(JobKind::Agent) => crate::agent::job::gave_up(app, job, error).await?,
        Ok(JobKind::BulkDryRun | JobKind::BulkImpact) => {}
        Ok(JobKind::Webhook) => crate::webhooks::deliver::gave_up(app, job).await?,
        // The next look is due by the row, whatever became of this one.
        Ok(JobKind::RolloutTick) => {}
        // Asking for plans puts in another; so does every move of a tenant's rollout.
        Ok(JobKind::BulkRolloutPlan | JobKind::BulkRolloutWave) => {}
        Err(_) => {}
    }
    let tx = app.store().write().await?;
    tx.fail_job(job.lease(), app.now(), &reason).await?;
    tx.commit().await?;
    Ok(())
}

fn backoff(job: &Job) -> Duration {
    Duration::from_secs(1 << job.attempts.clamp(0, 5))
}

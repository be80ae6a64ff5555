//! Looks at every phased rollout that is due: enqueues one job for each.

use domain::id::JobId;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::jobs::due_rollout_job;
use crate::App;

/// Rollouts that one look takes; the next one takes the rest.
const AT_ONCE: u64 = 200;

/// Looks again and again until stopped.
pub(super) async fn run(app: App, stop: CancellationToken) {
    while !stop.is_cancelled() {
        if let Err(error) = enqueue_due(&app).await {
            tracing::warn!(%error, "it could not be told which rollouts are due");
        }
        tokio::select! { () = stop.cancelled() => {} () = sleep(app.settings().rollouts.poll) => {} }
    }
}

async fn enqueue_due(app: &App) -> Result<(), store::StoreError> {
    let now = app.now();
    let due = app.store().reader().due_rollouts(now, AT_ONCE).await?;
    if due.is_empty() {
        return Ok(());
    }
    let tx = app.store().write().await?;
    for (workspace, rollout, at) in due {
        tx.enqueue_job(&due_rollout_job(JobId(app.ids().uuid()), workspace, rollout, at, now)).await?;
    }
    tx.commit().await?;
    app.hub().poke();
    Ok(())
}

//! Runs the optimization agent of every tenant whose run is due.

use std::time::Duration;

use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::App;
use crate::error::AppError;

const TICK: Duration = Duration::from_secs(5);

/// Looks every few seconds until stopped; the look is one statement over an index that holds agents that are on.
pub(super) async fn run(app: App, stop: CancellationToken) {
    while !stop.is_cancelled() {
        if let Err(error) = enqueue_due(&app).await {
            tracing::warn!(%error, "the schedule of the agents could not be looked at");
        }
        tokio::select! { () = stop.cancelled() => {} () = sleep(TICK) => {} }
    }
}

async fn enqueue_due(app: &App) -> Result<(), AppError> {
    for agent in app.store().reader().agents_due(app.now()).await? {
        match app.run_due_agent(&agent).await {
            // Another process was faster.
            Ok(()) | Err(AppError::Concurrent) => {}
            Err(error) => tracing::warn!(tenant = %agent.tenant_id, %error, "a run of the agent could not be put in"),
        }
    }
    Ok(())
}

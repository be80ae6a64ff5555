//! Keeps every tenant's snapshot young: enqueues a sync where the last one is older than the interval.

use chrono::TimeDelta;
use domain::id::JobId;
use domain::snapshot::SnapshotKind;
use domain::tenant::ConnectionState;
use std::time::Duration;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::jobs::sync_job;
use crate::App;

const TICK: Duration = Duration::from_secs(30);

/// Looks at every tenant each half minute until stopped.
pub(super) async fn run(app: App, stop: CancellationToken) {
    let Some(interval) = app.settings().sync_interval.and_then(|interval| TimeDelta::from_std(interval).ok()) else {
        return;
    };
    while !stop.is_cancelled() {
        if let Err(error) = enqueue_due(&app, interval).await {
            tracing::warn!(%error, "the sync schedule could not be looked at");
        }
        tokio::select! { () = stop.cancelled() => {} () = sleep(TICK) => {} }
    }
}

async fn enqueue_due(app: &App, interval: TimeDelta) -> Result<(), store::StoreError> {
    let reader = app.store().reader();
    for (workspace, id) in reader.all_tenant_ids().await? {
        let Some(tenant) = reader.tenant(workspace, id).await? else { continue };
        let due = tenant.last_sync_at.is_none_or(|last| app.now() - last >= interval);
        if !due || tenant.connection == ConnectionState::Disconnected {
            continue;
        }
        let kind = if tenant.imported_at.is_some() { SnapshotKind::Resync } else { SnapshotKind::Import };
        let tx = app.store().write().await?;
        tx.enqueue_job(&sync_job(JobId(app.ids().uuid()), workspace, id, kind, app.now())).await?;
        tx.commit().await?;
    }
    Ok(())
}

//! Keeps every tenant's summaries of sign-ins young: enqueues a reading where the last one is older than the interval.

use std::time::Duration;

use chrono::TimeDelta;
use domain::id::JobId;
use domain::summary::log::{SignInLog, SignInLogState};
use domain::tenant::ConnectionState;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::jobs::ingest_job;
use crate::App;

const TICK: Duration = Duration::from_secs(30);
/// Tenants that are looked at with one statement.
const AT_ONCE: usize = 500;
/// How long a log rests that somebody has to do something about, such as buying a licence.
const REST: TimeDelta = TimeDelta::hours(6);

/// Looks at every tenant each half minute until stopped.
pub(super) async fn run(app: App, stop: CancellationToken) {
    let Some(interval) = app.settings().sign_ins.interval.and_then(|interval| TimeDelta::from_std(interval).ok()) else {
        return;
    };
    while !stop.is_cancelled() {
        if let Err(error) = enqueue_due(&app, interval).await {
            tracing::warn!(%error, "the schedule of sign-in readings could not be looked at");
        }
        tokio::select! { () = stop.cancelled() => {} () = sleep(TICK) => {} }
    }
}

async fn enqueue_due(app: &App, interval: TimeDelta) -> Result<(), store::StoreError> {
    let reader = app.store().reader();
    let all = reader.all_tenant_ids().await?;
    for same in all.chunk_by(|one, other| one.0 == other.0).flat_map(|same| same.chunks(AT_ONCE)) {
        let Some((workspace, _)) = same.first().copied() else { continue };
        let ids: Vec<_> = same.iter().map(|(_, tenant)| *tenant).collect();
        let logs = reader.sign_in_logs(workspace, &ids).await?;
        for id in ids {
            if !due(logs.iter().find(|log| log.tenant_id == id), app.now(), interval) {
                continue;
            }
            let Some(tenant) = reader.tenant(workspace, id).await? else { continue };
            if tenant.connection == ConnectionState::Disconnected {
                continue;
            }
            let tx = app.store().write().await?;
            tx.enqueue_job(&ingest_job(JobId(app.ids().uuid()), workspace, id, app.now())).await?;
            tx.commit().await?;
        }
    }
    app.hub().poke();
    Ok(())
}

fn due(log: Option<&SignInLog>, now: chrono::DateTime<chrono::Utc>, interval: TimeDelta) -> bool {
    log.is_none_or(|log| {
        let rest = if log.state == SignInLogState::NotReadable { interval.max(REST) } else { interval };
        now - log.updated_at >= rest
    })
}

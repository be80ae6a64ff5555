//! Keeps every tenant's summaries of sign-ins young: enqueues a reading where the last one is older than the interval. Tenants with a rollout
//! under way are read as often as rollouts are looked at, whatever the interval is: a verdict is as young as what was read.

use std::time::Duration;

use chrono::TimeDelta;
use domain::id::{JobId, TenantId, WorkspaceId};
use domain::summary::log::{SignInLog, SignInLogState};
use domain::tenant::ConnectionState;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::jobs::ingest_job;
use crate::App;

const TICK: Duration = Duration::from_secs(30);
/// Tenants that are looked at with one statement.
const AT_ONCE: usize = 500;
/// How long a log rests that somebody has to do something about, such as buying a licence.
const REST: TimeDelta = TimeDelta::hours(6);

/// Looks at every tenant each half minute until stopped, and as often as rollouts are asked about at those with one.
pub(super) async fn run(app: App, stop: CancellationToken) {
    let usual = app.settings().sign_ins.interval.and_then(|interval| TimeDelta::from_std(interval).ok());
    let watched = TimeDelta::from_std(app.settings().rollouts.look).unwrap_or(TimeDelta::minutes(5));
    let watched = usual.map_or(watched, |usual| usual.min(watched));
    let tick = TICK.min(app.settings().rollouts.poll);
    let mut all_at = Instant::now();
    while !stop.is_cancelled() {
        let looked = look(&app, usual.filter(|_| all_at <= Instant::now()), watched).await;
        if all_at <= Instant::now() {
            all_at = Instant::now() + TICK;
        }
        if let Err(error) = looked {
            tracing::warn!(%error, "the schedule of sign-in readings could not be looked at");
        }
        tokio::select! { () = stop.cancelled() => {} () = sleep(tick) => {} }
    }
}

/// One look: at every tenant with `usual`, always at those with a rollout.
async fn look(app: &App, usual: Option<TimeDelta>, watched: TimeDelta) -> Result<(), store::StoreError> {
    let reader = app.store().reader();
    enqueue_due(app, &reader.watched_tenants().await?, watched).await?;
    if let Some(usual) = usual {
        enqueue_due(app, &reader.all_tenant_ids().await?, usual).await?;
    }
    Ok(())
}

/// Enqueues a reading for each of these, by workspace, whose last one is as old as the interval.
async fn enqueue_due(app: &App, tenants: &[(WorkspaceId, TenantId)], interval: TimeDelta) -> Result<(), store::StoreError> {
    let reader = app.store().reader();
    let mut enqueued = false;
    for same in tenants.chunk_by(|one, other| one.0 == other.0).flat_map(|same| same.chunks(AT_ONCE)) {
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
            enqueued = true;
        }
    }
    if enqueued {
        app.hub().poke();
    }
    Ok(())
}

fn due(log: Option<&SignInLog>, now: chrono::DateTime<chrono::Utc>, interval: TimeDelta) -> bool {
    log.is_none_or(|log| {
        let rest = if log.state == SignInLogState::NotReadable { interval.max(REST) } else { interval };
        now - log.updated_at >= rest
    })
}

//! Looks for webhooks that are behind the log: enqueues one job for each. In every process; the job's key makes one of all their looks.

use std::time::Duration;

use domain::id::JobId;
use domain::webhook::Webhook;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::jobs::{webhook_job, webhook_key};
use super::worker::PAUSE_AFTER_ERROR;
use crate::App;
use crate::webhooks::deliver::waiting;

/// Webhooks that are read at a time.
const AT_ONCE: u64 = 200;

/// Between two looks: what is committed meanwhile is seen by one of them.
const PACE: Duration = Duration::from_millis(100);

/// How far a webhook may stay behind when nothing that it carries happens, before its place is written.
const BEHIND: i64 = 500;

/// Looks whenever events are committed, and now and then without.
pub(super) async fn run(app: App, stop: CancellationToken) {
    let mut wake = app.hub().events();
    while !stop.is_cancelled() {
        wake.mark_unchanged();
        let pause = match enqueue_due(&app).await {
            Ok(()) => PACE,
            Err(error) => {
                tracing::warn!(%error, "it could not be told which webhooks are behind");
                PAUSE_AFTER_ERROR
            }
        };
        tokio::select! {
            () = stop.cancelled() => {}
            () = async {
                sleep(pause).await;
                let _ = timeout(app.settings().stream_poll, wake.changed()).await;
            } => {}
        }
    }
}

async fn enqueue_due(app: &App) -> Result<(), store::StoreError> {
    let mut last = None;
    loop {
        let due = app.store().reader().due_webhooks(app.now(), last, AT_ONCE).await?;
        enqueue(app, &due).await?;
        last = due.last().map(|webhook| webhook.id);
        if due.len() < AT_ONCE as usize {
            return Ok(());
        }
    }
}

async fn enqueue(app: &App, due: &[Webhook]) -> Result<(), store::StoreError> {
    let mut jobs = Vec::new();
    for webhook in due {
        match has_work(app, webhook).await {
            Ok(true) => jobs.push(webhook_job(JobId(app.ids().uuid()), webhook, app.now())),
            Ok(false) => {}
            // What can't be read of one webhook's events holds up no other's.
            Err(error) => tracing::warn!(webhook = %webhook.id, %error, "it could not be told what waits for a webhook"),
        }
    }
    if jobs.is_empty() {
        return Ok(());
    }
    let tx = app.store().write().await?;
    for job in &jobs {
        tx.enqueue_job(job).await?;
    }
    tx.commit().await?;
    app.hub().poke_workers();
    Ok(())
}

async fn has_work(app: &App, webhook: &Webhook) -> Result<bool, store::StoreError> {
    let reader = app.store().reader();
    if reader.active_job(webhook.workspace_id, &webhook_key(webhook.id)).await?.is_some() {
        return Ok(false);
    }
    let behind = reader.event_head(webhook.workspace_id).await? - webhook.place.cursor;
    Ok(behind > BEHIND || !waiting(app, webhook, 1).await?.is_empty())
}

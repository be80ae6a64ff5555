//! Looks for webhooks that are behind the log: enqueues one job for each. In every process; the job's key makes one of all their looks.

use std::collections::HashMap;
use std::time::Duration;

use domain::id::{JobId, WebhookId, WorkspaceId};
use domain::webhook::Webhook;
use store::StoreError;
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

/// Up to where nothing of what a webhook carries happened, as the version of it chooses that was looked at: what was looked through once is not looked
/// through again.
type Quiet = HashMap<WebhookId, (i64, i64)>;

/// Looks whenever events are committed, and now and then without.
pub(super) async fn run(app: App, stop: CancellationToken) {
    let mut wake = app.hub().events();
    let mut quiet = Quiet::new();
    while !stop.is_cancelled() {
        wake.mark_unchanged();
        let pause = match enqueue_due(&app, &mut quiet).await {
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

async fn enqueue_due(app: &App, quiet: &mut Quiet) -> Result<(), StoreError> {
    let reader = app.store().reader();
    // The heads first: what is read after them holds everything up to there.
    let heads: HashMap<WorkspaceId, i64> = reader.event_heads().await?.into_iter().collect();
    let (mut last, mut still) = (None, Quiet::new());
    loop {
        let due = reader.due_webhooks(app.now(), last, AT_ONCE).await?;
        for webhook in reader.webhooks_to_deliver(&due).await? {
            // What can't be read of one webhook or of its events holds up no other's.
            if let Err(error) = look_at(app, webhook, &heads, quiet, &mut still).await {
                tracing::warn!(%error, "it could not be told what waits for a webhook");
            }
        }
        last = due.last().copied();
        if due.len() < AT_ONCE as usize {
            *quiet = still;
            return Ok(());
        }
    }
}

async fn look_at(
    app: &App,
    webhook: Result<Webhook, StoreError>,
    heads: &HashMap<WorkspaceId, i64>,
    quiet: &Quiet,
    still: &mut Quiet,
) -> Result<(), StoreError> {
    let mut webhook = webhook?;
    let head = heads.get(&webhook.workspace_id).copied().unwrap_or_default();
    if head - webhook.place.cursor <= BEHIND {
        let known = quiet.get(&webhook.id).filter(|(version, _)| *version == webhook.version).map_or(0, |(_, through)| *through);
        webhook.place.cursor = webhook.place.cursor.max(known);
        if webhook.place.cursor >= head || waiting(app, &webhook, 1).await?.is_empty() {
            still.insert(webhook.id, (webhook.version, webhook.place.cursor.max(head)));
            return Ok(());
        }
    }
    if app.store().reader().active_job(webhook.workspace_id, &webhook_key(webhook.id)).await?.is_some() {
        return Ok(());
    }
    let tx = app.store().write().await?;
    match tx.enqueue_job(&webhook_job(JobId(app.ids().uuid()), &webhook, app.now())).await {
        Ok(_) => tx.commit().await?,
        // Its job ended at this moment: the next look sees whether anything is left.
        Err(StoreError::Retry) => return Ok(()),
        Err(error) => return Err(error),
    }
    app.hub().poke_workers();
    Ok(())
}

//! Ends requests for approval that nobody answered within seven days, so that no list shows what nobody can decide any more; and deletes jobs that
//! finished long ago.

use std::time::Duration;

use chrono::TimeDelta;
use domain::audit::{AuditOutcome, NewAuditEntry};
use domain::change::status::ChangeStatus;
use domain::change::transition::{ChangeCommand, transition};
use domain::event::SubjectKind;
use domain::id::{AuditId, ChangeId, WorkspaceId};
use serde_json::json;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::App;
use crate::error::{AppError, AppResult};

const TICK: Duration = Duration::from_secs(30);
/// The most requests that one look ends; the next look takes the rest.
const MOST: u64 = 200;

/// How long a finished job is kept, for whoever looks into what happened.
const JOBS_KEPT: TimeDelta = TimeDelta::days(7);
/// The most finished jobs that one look deletes: short transactions.
const MOST_JOBS: u64 = 2_000;

/// Looks each half minute until stopped.
pub(super) async fn run(app: App, stop: CancellationToken) {
    while !stop.is_cancelled() {
        if let Err(error) = delete_finished(&app).await {
            tracing::warn!(%error, "finished jobs could not be deleted");
        }
        if let Err(error) = expire_lapsed(&app).await {
            tracing::warn!(%error, "lapsed requests for approval could not be looked for");
        }
        tokio::select! { () = stop.cancelled() => {} () = sleep(TICK) => {} }
    }
}

async fn delete_finished(app: &App) -> Result<(), store::StoreError> {
    let tx = app.store().write().await?;
    let deleted = tx.delete_finished_jobs(app.now() - JOBS_KEPT, MOST_JOBS).await?;
    tx.commit().await?;
    if deleted > 0 {
        tracing::debug!(deleted, "finished jobs were deleted");
    }
    Ok(())
}

/// Ends what has lapsed, each change in its own transaction; returns how many.
pub(crate) async fn expire_lapsed(app: &App) -> AppResult<usize> {
    let lapsed = app.store().reader().lapsed_approvals(app.now(), MOST).await?;
    let mut ended = 0;
    for (workspace, change) in lapsed {
        match expire(app, workspace, change).await {
            Ok(true) => ended += 1,
            Ok(false) => {}
            // Somebody else took a step on it at this moment; the next look sees what is left.
            Err(AppError::Concurrent) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(ended)
}

async fn expire(app: &App, workspace: WorkspaceId, id: ChangeId) -> AppResult<bool> {
    let now = app.now();
    let tx = app.store().write().await?;
    let Some(change) = tx.change(workspace, id).await? else { return Ok(false) };
    let due = change.pending_approval().is_some_and(|approval| now >= approval.expires_at);
    if change.status != ChangeStatus::AwaitingApproval || !due {
        return Ok(false);
    }
    let expired = transition(change, ChangeCommand::ExpireApproval, None, now)?;
    tx.update_change(&expired.change).await?;
    tx.append_events(workspace, now, expired.events).await?;
    let entry = NewAuditEntry {
        actor: None,
        action: "system.expireApproval".to_owned(),
        tenant_id: Some(expired.change.tenant_id),
        subject_kind: SubjectKind::ChangeRequest,
        subject_id: id.0,
        outcome: AuditOutcome::Done,
        detail: json!({ "from": ChangeStatus::AwaitingApproval, "to": expired.change.status }),
    };
    tx.append_audit(workspace, AuditId(app.ids().uuid()), now, entry).await?;
    app.revoke_schedule(&tx, &expired.change, None).await?;
    tx.commit().await?;
    app.hub().poke();
    Ok(true)
}

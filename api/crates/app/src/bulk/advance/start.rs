//! One item's turn: its change goes through the gate, or the item says why not.

use domain::access::Operation;
use domain::bulk::{BulkChange, BulkItem, BulkRun, ItemFailure, RunKind};
use domain::change::refusal::Refusal;
use domain::change::status::ChangeStatus;
use domain::change::transition::{ChangeCommand, transition};
use domain::id::ChangeId;
use domain::workspace::Actor;
use serde_json::json;
use store::{BulkItemFacts, Job, WriteTx};

use super::record::refuse;
use super::{AdvancePayload, held, waits};
use crate::App;
use crate::authorize::{authorize, in_scope};
use crate::error::{AppError, AppResult};
use crate::runner::JobError;
use crate::schedules::fire::deputy;

/// Starts one item in a transaction of its own. What refuses it is recorded on the item; only what can pass by itself is an error.
pub(super) async fn start(app: &App, job: &Job, run: &BulkRun, of: &BulkItemFacts) -> Result<(), JobError> {
    let payload: AdvancePayload = JobError::decode(job)?;
    let tx = app.store().write().await?;
    let Some(bulk) = held(&tx, job, payload.bulk_id, run).await? else { return Ok(()) };
    let items = tx.bulk_items_of_tenant(bulk.workspace_id, bulk.id, of.tenant_id).await?;
    // Stopped or cancelled since the look.
    let Some(item) = items.iter().find(|item| item.step == of.step && waits(run, item)) else { return Ok(()) };
    let turn = match run.kind {
        RunKind::Apply => forwards(app, &tx, &bulk, run, item).await,
        RunKind::Rollback => back(app, &tx, &bulk, run, item).await,
    };
    match turn {
        Ok(()) => {
            tx.commit().await?;
            app.hub().poke();
            Ok(())
        }
        Err(error @ (AppError::Unavailable(_) | AppError::Concurrent)) => Err(JobError::app(error)),
        Err(error) => {
            // What was begun goes with its transaction; only the refusal is kept.
            drop(tx);
            let code = error.code().to_owned();
            tracing::info!(bulk = %bulk.id, tenant = %of.tenant_id, step = of.step, code, %error, "an item of a bulk change could not start");
            let failure = ItemFailure { code, message: JobError::app(error).for_people(), at: app.now() };
            refuse(app, job, run, of, failure).await
        }
    }
}

/// The member who asked for the run, as that member is now.
async fn entitled(app: &App, tx: &WriteTx, bulk: &BulkChange, run: &BulkRun, item: &BulkItem) -> AppResult<Actor> {
    let actor = deputy(app, tx, bulk.workspace_id, run.by).await?;
    authorize(
        &actor,
        match run.kind {
            RunKind::Apply => Operation::ApplyBulkChange,
            RunKind::Rollback => Operation::RollbackBulk,
        },
    )?;
    in_scope(&actor, item.tenant_id)?;
    Ok(actor)
}

/// Through the gate, like any change. Does not commit.
async fn forwards(app: &App, tx: &WriteTx, bulk: &BulkChange, run: &BulkRun, item: &BulkItem) -> AppResult<()> {
    let actor = entitled(app, tx, bulk, run, item).await?;
    let id = item.change_id.ok_or(AppError::Refused(Refusal::DryRunRequired))?;
    let change = tx.change(bulk.workspace_id, id).await?.ok_or(AppError::NotFound)?;
    let from = change.status;
    let applying = app.start_apply(tx, &actor, change).await?;
    let detail = json!({ "from": from, "to": applying.change.status, "bulkChange": bulk.id });
    app.save(tx, &actor, Operation::ApplyChange, applying, detail).await?;
    Ok(())
}

/// The inverse of what was applied, drafted, planned and started. One that would need another approval, or that something blocks, is left to
/// a person, who rolls that change back by itself. Does not commit.
async fn back(app: &App, tx: &WriteTx, bulk: &BulkChange, run: &BulkRun, item: &BulkItem) -> AppResult<()> {
    let actor = entitled(app, tx, bulk, run, item).await?;
    let id = item.change_id.ok_or(AppError::NotFound)?;
    give_up_earlier(app, tx, &actor, bulk, item).await?;
    let original = tx.change(bulk.workspace_id, id).await?.ok_or(AppError::NotFound)?;
    if let Some(by) = original.rolled_back_by {
        return Err(Refusal::RollbackExists(by).into());
    }
    let inverse = app.start_rollback(tx, &actor, original, ChangeId(app.ids().uuid()), Some(bulk.id)).await?;
    if inverse.status != ChangeStatus::Applying {
        let blocking = inverse.dry_run.iter().flat_map(|dry_run| &dry_run.warnings).filter(|warning| warning.blocks()).cloned().collect();
        return Err(match inverse.status {
            ChangeStatus::DryRunBlocked => Refusal::BlockedByWarning(blocking),
            _ => Refusal::NotApproved,
        }
        .into());
    }
    let mut item = item.clone();
    item.rollback_change_id = Some(inverse.id);
    tx.put_bulk_items(&[item]).await?;
    Ok(())
}

/// An earlier inverse that failed makes room for a new one.
async fn give_up_earlier(app: &App, tx: &WriteTx, actor: &Actor, bulk: &BulkChange, item: &BulkItem) -> AppResult<()> {
    let Some(earlier) = item.rollback_change_id else { return Ok(()) };
    let Some(earlier) = tx.change(bulk.workspace_id, earlier).await? else { return Ok(()) };
    if earlier.status != ChangeStatus::Failed {
        return Ok(());
    }
    let cancelled = transition(earlier, ChangeCommand::Cancel, Some(actor.member_id), app.now())?;
    app.free_original(tx, &cancelled.change).await?;
    let detail = json!({ "to": cancelled.change.status, "bulkChange": bulk.id });
    app.save(tx, actor, Operation::CancelChange, cancelled, detail).await?;
    Ok(())
}

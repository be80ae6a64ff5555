//! The last resort: an apply that a defect of ours keeps from going on must still end with a true account.

use domain::audit::{AuditOutcome, NewAuditEntry};
use domain::change::failure::{ChangeFailure, FailureCode, FailureStage};
use domain::change::status::ChangeStatus;
use domain::change::transition::{ChangeCommand, transition};
use domain::event::SubjectKind;
use domain::id::AuditId;
use serde_json::json;
use store::{IntentStage, Job};

use crate::App;
use crate::runner::JobError;
use crate::runner::jobs::ApplyPayload;

/// Ends the apply as `failed`. The outcome is unknown if a write had been started.
pub(crate) async fn abandon(app: &App, job: &Job, error: &JobError) -> Result<(), JobError> {
    let payload: ApplyPayload = JobError::decode(job)?;
    let now = app.now();
    let tx = app.store().write().await?;
    tx.assert_fence(job.lease()).await?;
    let Some(change) = tx.change(job.workspace_id, payload.change_id).await? else { return Ok(()) };
    if change.status != ChangeStatus::Applying {
        return Ok(());
    }
    let mut intent = tx.take_over_intent(job.workspace_id, change.id, job.lease()).await?;
    let started = matches!(intent.stage, IntentStage::WriteStarted | IntentStage::WriteAnswered | IntentStage::Verified);
    let failure = ChangeFailure {
        stage: if started { FailureStage::Write } else { FailureStage::Resolve },
        code: match (started, error.disconnected()) {
            (true, _) => FailureCode::OutcomeUnknown,
            (false, true) => FailureCode::TenantDisconnected,
            (false, false) => FailureCode::Internal,
        },
        message: error.for_people(),
        graph_status: None,
        graph_code: None,
        graph_request_id: None,
        retryable: !started,
        outcome_unknown: started,
        live_diff: Vec::new(),
    };
    let entry = NewAuditEntry {
        actor: change.applied_by,
        action: "system.applyChange".to_owned(),
        tenant_id: Some(change.tenant_id),
        subject_kind: SubjectKind::ChangeRequest,
        subject_id: change.id.0,
        outcome: AuditOutcome::Failed,
        detail: json!({ "stage": failure.stage, "code": failure.code, "outcomeUnknown": started }),
    };
    let workspace = change.workspace_id;
    let write_performed = if started { None } else { Some(false) };
    let outcome = ChangeCommand::OutcomeFailed { failure, pre: intent.pre_snapshot_id, write_performed };
    let failed = transition(change, outcome, None, now).map_err(|refusal| JobError::broken(&refusal.to_string()))?;
    intent.stage = IntentStage::Finished;
    intent.finished_at = Some(now);
    tx.advance_intent(&intent).await?;
    tx.update_change(&failed.change).await?;
    app.wake_bulk(&tx, &failed.change).await?;
    app.wake_rollout(&tx, &failed.change).await?;
    tx.append_events(workspace, now, failed.events).await?;
    tx.append_audit(workspace, AuditId(app.ids().uuid()), now, entry).await?;
    tx.commit().await?;
    app.hub().poke();
    Ok(())
}

//! A change of a rollout came to its end, or never began: what that makes of the rollout.

use std::collections::BTreeSet;

use domain::change::request::ChangeRequest;
use domain::change::status::ChangeStatus;
use domain::document::{Canonical, PolicyDocument, canonical_text, text_hash};
use domain::id::{ContentHash, PolicyId};
use domain::policy::{Policy, PolicyState};
use domain::rollout::{ManagedRollout, Mark, RolloutStep, StepOutcome, StepStanding, StepUnderWay};
use store::{IntentStage, Job, Reader, WatchedPolicy, WriteTx};

use super::take::Refused;
use super::told::protection_reduced;
use crate::App;
use crate::error::{AppError, AppResult};
use crate::runner::JobError;

/// The change under way, where it stands elsewhere than the rollout says.
pub(super) async fn ended(tx: &Reader, rollout: &ManagedRollout) -> Result<Option<ChangeRequest>, JobError> {
    let (Some(step), Some(id)) = (&rollout.state.step, rollout.step_change_id) else { return Ok(None) };
    let Some(change) = tx.change(rollout.workspace_id, id).await? else { return Err(JobError::broken("a rollout's change is gone")) };
    let standing = standing(tx, &change).await?;
    Ok((standing != Some(step.standing)).then_some(change))
}

/// Where a change stands as a step; `None` once it was applied.
async fn standing(tx: &Reader, change: &ChangeRequest) -> Result<Option<StepStanding>, JobError> {
    Ok(match change.status {
        ChangeStatus::Applied | ChangeStatus::RolledBack => None,
        ChangeStatus::Failed if change.failure.as_ref().is_some_and(|failure| failure.outcome_unknown) => Some(StepStanding::Unknown),
        ChangeStatus::Failed | ChangeStatus::Cancelled => Some(StepStanding::Failed),
        ChangeStatus::Applying => {
            let intent = tx.intent(change.workspace_id, change.id).await?;
            let planned = intent.is_some_and(|intent| intent.stage == IntentStage::Planned && intent.finished_at.is_none());
            Some(if planned { StepStanding::Waiting } else { StepStanding::InFlight })
        }
        _ => Some(StepStanding::Waiting),
    })
}

/// Takes over where the change stands now; what was applied is in the marks from here on. Does not save the rollout.
pub(super) async fn take_over(app: &App, tx: &WriteTx, rollout: &mut ManagedRollout, change: &ChangeRequest) -> AppResult<()> {
    let Some(under_way) = rollout.state.step.clone() else { return Ok(()) };
    let now = app.now();
    match standing(tx, change).await.map_err(|error| AppError::Internal(error.into()))? {
        None => {
            let enabled = |mark: &Mark| mark.state == PolicyState::Enabled;
            let twin_on = rollout.state.twin.as_ref().is_some_and(|twin| enabled(&twin.mark));
            let original_on = enabled(&rollout.state.original);
            let mark = written(app, tx, rollout, under_way.step, change).await?;
            rollout.state = rollout.state.step_ended(&StepOutcome::Applied(mark), now);
            rollout.step_change_id = None;
            rollout.step_failure = None;
            let was_on = if under_way.step == RolloutStep::RestoreOriginal { original_on } else { twin_on };
            if let Some(told) = protection_reduced(rollout, under_way.step, was_on, original_on) {
                tx.append_events(rollout.workspace_id, now, vec![told]).await?;
            }
        }
        Some(StepStanding::InFlight) => rollout.state = rollout.state.step_sent(now),
        Some(StepStanding::Waiting) => rollout.state.step = Some(StepUnderWay { standing: StepStanding::Waiting, ..under_way }),
        Some(standing @ (StepStanding::Failed | StepStanding::Unknown)) => {
            let outcome = if standing == StepStanding::Failed { StepOutcome::Failed } else { StepOutcome::Unknown };
            rollout.state = rollout.state.step_ended(&outcome, now);
            rollout.step_failure = change.failure.as_ref().map(|failure| failure.message.clone());
        }
    }
    Ok(())
}

/// The policy that an applied step wrote, as it was read back; `None` where it deleted it. A twin that was just created is watched from now on.
async fn written(
    app: &App,
    tx: &WriteTx,
    rollout: &mut ManagedRollout,
    step: RolloutStep,
    change: &ChangeRequest,
) -> AppResult<Option<Mark>> {
    let gone = || AppError::Internal(format!("change {} of a rollout names no policy", change.id).into());
    let policy = match step {
        RolloutStep::DeleteTwin => return Ok(None),
        RolloutStep::EnableOriginal | RolloutStep::RestoreOriginal => rollout.policy_id,
        RolloutStep::Create => change.policy_id.ok_or_else(gone)?,
        _ => rollout.twin_policy_id.ok_or_else(gone)?,
    };
    let (policy, document) = stored(tx, rollout, policy).await?;
    if step == RolloutStep::Create {
        rollout.twin_policy_id = Some(policy.id);
        rollout.twin_graph_id = Some(policy.graph_id);
        let watched = WatchedPolicy {
            workspace_id: rollout.workspace_id,
            tenant_id: rollout.tenant_id,
            rollout_id: rollout.id,
            twin: policy.graph_id,
            original: rollout.original_graph_id,
            since: app.now(),
            until: None,
        };
        tx.watch_policy(&watched).await?;
    }
    Ok(Some(mark(&policy, &document)))
}

/// The gate, or the plan, refused a change: nothing of it was kept. The rollout says why.
pub(super) async fn refused(app: &App, job: &Job, seen: &ManagedRollout, refused: Refused) -> Result<(), JobError> {
    let tx = app.store().write().await?;
    tx.assert_fence(job.lease()).await?;
    let Some(mut rollout) = tx.hold_rollout(job.workspace_id, seen.id).await? else { return Ok(()) };
    if rollout.version != seen.version {
        return Ok(());
    }
    tracing::info!(rollout = %rollout.id, step = %refused.step, code = refused.code, message = refused.message, "a rollout's change was refused");
    rollout.state.step =
        Some(StepUnderWay { step: refused.step, groups: BTreeSet::new(), standing: StepStanding::Failed, since: app.now() });
    rollout.step_change_id = None;
    rollout.step_failure = Some(refused.message);
    rollout.version += 1;
    rollout.updated_at = app.now();
    tx.update_rollout(&rollout).await?;
    tx.commit().await?;
    app.hub().poke();
    Ok(())
}

/// A policy's row with its document.
pub(crate) async fn stored(tx: &Reader, rollout: &ManagedRollout, id: PolicyId) -> AppResult<(Policy, PolicyDocument)> {
    let policy = tx.policy(rollout.workspace_id, id).await?.ok_or(AppError::NotFound)?;
    let text = tx.document(rollout.workspace_id, &policy.document_hash).await?;
    let text = text.ok_or_else(|| AppError::Internal(format!("the document of policy {id} is missing").into()))?;
    let document = PolicyDocument::parse(&text).map_err(|cause| AppError::Internal(cause.into()))?;
    Ok((policy, document))
}

/// What a rollout remembers of a policy.
pub(crate) fn mark(policy: &Policy, document: &PolicyDocument) -> Mark {
    let canonical = document.canonical();
    Mark { state: document.state().unwrap_or(PolicyState::Disabled), grants: grants(&canonical), canonical: policy.content_hash.clone() }
}

/// The hash of the grant controls alone.
pub(crate) fn grants(canonical: &Canonical) -> ContentHash {
    text_hash(&canonical.at(&["grantControls"]).map(canonical_text).unwrap_or_default())
}

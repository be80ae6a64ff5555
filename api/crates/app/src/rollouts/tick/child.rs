//! The change requests of a rollout: each is an ordinary one, made, planned and put through the gate in one transaction.

use domain::access::Operation;
use domain::audit::{AuditOutcome, NewAuditEntry};
use domain::change::approval_rules::ApprovalRules;
use domain::change::kind::ChangePayload;
use domain::change::payload::{AssignmentChange, DeletePolicy, SetDelta};
use domain::change::request::{Approval, ChangeRequest, Draft};
use domain::change::transition::{ChangeCommand, transition};
use domain::event::{EventKind, NewEvent, SubjectKind};
use domain::id::{ApprovalId, AuditId, ChangeId, JobId, MemberId, PolicyId};
use domain::policy::PolicyState;
use domain::rollout::{Fetched, Goal, GoalKind, ManagedRollout, RolloutStep, StepStanding, StepUnderWay};
use domain::snapshot::SnapshotKind;
use serde_json::json;
use store::WriteTx;
use uuid::Uuid;

use super::outcome::stored;
use super::signals::Gathered;
use super::take::{Refused, TakeError};
use crate::App;
use crate::authorize::{authorize, in_scope};
use crate::changes::plan::Impact;
use crate::changes::target;
use crate::error::{AppError, AppResult};
use crate::rollouts::twin::create_twin;
use crate::runner::JobError;
use crate::runner::jobs::sync_job;
use crate::schedules::fire::deputy;

/// What a change is about.
struct Aim {
    policy: Option<PolicyId>,
    graph_id: Option<Uuid>,
    payload: ChangePayload,
}

/// Makes the step's change and starts it. Does not save the rollout, and commits nothing.
pub(super) async fn make(
    app: &App,
    tx: &WriteTx,
    rollout: &mut ManagedRollout,
    step: RolloutStep,
    gathered: &Gathered,
) -> Result<(), TakeError> {
    match started(app, tx, rollout, step, gathered).await {
        Ok(change) => {
            rollout.step_change_id = Some(change);
            rollout.step_failure = None;
            Ok(())
        }
        Err(error) if !error.expected() || matches!(error, AppError::Concurrent) => Err(TakeError::Job(JobError::app(error))),
        Err(error) => Err(TakeError::StepRefused(Refused { step, code: error.code(), message: in_words(&error) })),
    }
}

async fn started(app: &App, tx: &WriteTx, rollout: &ManagedRollout, step: RolloutStep, gathered: &Gathered) -> AppResult<ChangeId> {
    let by = acting(app, tx, rollout, step).await?;
    let aim = aim(tx, rollout, step, gathered).await?;
    let now = app.now();
    let forward = step.forward();
    let draft = Draft {
        id: ChangeId(app.ids().uuid()),
        workspace_id: rollout.workspace_id,
        tenant_id: rollout.tenant_id,
        policy_id: aim.policy,
        target_graph_id: aim.graph_id.map(|id| id.to_string()),
        payload: aim.payload,
        created_by: rollout.created_by,
        note: Some(format!("{step} of a phased rollout")),
        // What takes back never waits for a person.
        approval_rules: if forward { rollout.approval_rules.clone() } else { ApprovalRules::default() },
        rollback_of: None,
        bulk_change_id: None,
        rollout_id: Some(rollout.id),
    };
    let change = ChangeRequest { editors: rollout.editors.clone(), ..ChangeRequest::draft(draft, now) };
    tx.insert_change(&change).await?;
    tx.append_events(change.workspace_id, now, vec![created(rollout, &change, by)]).await?;

    let workspace = tx.workspace(change.workspace_id).await?.ok_or(AppError::NotFound)?;
    let seen = target::load(tx, &change, &gathered.tenant).await?;
    let plan = app.plan_against(tx, by, &change, &gathered.tenant, &seen, Impact::Cached).await?;
    let dry_run = app.dry_run_of(&change, plan, seen.policy.as_ref(), workspace.dry_run_ttl_s, 0);
    let mut planned = transition(change, ChangeCommand::DryRun(dry_run), by, now)?;
    if planned.change.requires_approval && forward {
        planned.change.approvals.extend(inherited(app, rollout, &planned.change));
    }
    tx.update_change(&planned.change).await?;
    tx.append_events(rollout.workspace_id, now, planned.events).await?;
    let applying = app.start_apply_as(tx, by, planned.change).await?;
    tx.update_change(&applying.change).await?;
    tx.append_events(rollout.workspace_id, now, applying.events).await?;
    let entry = NewAuditEntry {
        actor: by,
        action: "system.rolloutStep".to_owned(),
        tenant_id: Some(rollout.tenant_id),
        subject_kind: SubjectKind::ChangeRequest,
        subject_id: applying.change.id.0,
        outcome: AuditOutcome::Done,
        detail: json!({ "rollout": rollout.id, "step": step, "phase": rollout.state.phase, "payload": applying.change.payload }),
    };
    tx.append_audit(rollout.workspace_id, AuditId(app.ids().uuid()), now, entry).await?;
    Ok(applying.change.id)
}

/// In whose name. A step forward needs the member whose command moves the rollout, entitled still; one that takes back needs nobody.
async fn acting(app: &App, tx: &WriteTx, rollout: &ManagedRollout, step: RolloutStep) -> AppResult<Option<MemberId>> {
    if !step.forward() {
        return Ok(rollout.acting);
    }
    let by = rollout.acting.unwrap_or(rollout.created_by);
    let actor = deputy(app, tx, rollout.workspace_id, by).await?;
    authorize(&actor, Operation::AdvanceRollout)?;
    in_scope(&actor, rollout.tenant_id)?;
    Ok(Some(by))
}

async fn aim(tx: &WriteTx, rollout: &ManagedRollout, step: RolloutStep, gathered: &Gathered) -> AppResult<Aim> {
    let state = |to| ChangePayload::StateChange { to };
    let goal = rollout.state.goal.unwrap_or(Goal::new(GoalKind::Pause, rollout.state.phase));
    let moved: Vec<String> = rollout.state.step_groups(step, goal).iter().map(Uuid::to_string).collect();
    let groups = |delta: SetDelta| ChangePayload::AssignmentChange(AssignmentChange { include_groups: delta, ..Default::default() });
    let payload = match step {
        RolloutStep::Create => {
            let (policy, document) = stored(tx, rollout, rollout.policy_id).await?;
            let create = create_twin(&policy, &document, &moved, &gathered.tenant.emergency_access)?;
            return Ok(Aim { policy: None, graph_id: None, payload: ChangePayload::Create(create) });
        }
        RolloutStep::Enable | RolloutStep::EnableOriginal => state(PolicyState::Enabled),
        RolloutStep::ReportOnly | RolloutStep::RestoreOriginal => state(PolicyState::ReportOnly),
        RolloutStep::DisableTwin => state(PolicyState::Disabled),
        RolloutStep::AddGroups => groups(SetDelta { add: moved, remove: Vec::new() }),
        RolloutStep::RemoveGroups => groups(SetDelta { add: Vec::new(), remove: moved }),
        RolloutStep::DeleteTwin => {
            let twin = rollout.twin_policy_id.ok_or(AppError::NotFound)?;
            let (policy, _) = stored(tx, rollout, twin).await?;
            ChangePayload::Delete(DeletePolicy { confirm_display_name: policy.display_name })
        }
    };
    match about(step) {
        About::Original => Ok(Aim { policy: Some(rollout.policy_id), graph_id: Some(rollout.original_graph_id), payload }),
        About::Twin => Ok(Aim { policy: rollout.twin_policy_id, graph_id: rollout.twin_graph_id, payload }),
    }
}

enum About {
    Original,
    Twin,
}

fn about(step: RolloutStep) -> About {
    match step {
        RolloutStep::Create | RolloutStep::EnableOriginal | RolloutStep::RestoreOriginal => About::Original,
        _ => About::Twin,
    }
}

/// The plan's approval as the change's own, so that the gate asks of it what it asks of any change.
fn inherited(app: &App, rollout: &ManagedRollout, change: &ChangeRequest) -> Option<Approval> {
    let granted = rollout.granted_approval(app.now())?;
    let digest = change.dry_run.as_ref()?.digest.clone();
    // What was approved is being carried out: it holds until the rollout's end.
    let expires_at = app.now() + domain::change::approvals::APPROVAL_LIFETIME;
    Some(Approval { id: ApprovalId(app.ids().uuid()), digest, expires_at, ..granted.clone() })
}

/// Whether the stored copy of the policy that a step is about is not the live one.
pub(super) async fn stale(tx: &WriteTx, rollout: &ManagedRollout, step: RolloutStep, gathered: &Gathered) -> AppResult<bool> {
    let (id, live) = match about(step) {
        About::Original => (Some(rollout.policy_id), &gathered.signals.original),
        About::Twin => (rollout.twin_policy_id, &gathered.signals.twin),
    };
    let (Some(id), Fetched::Known(live)) = (id, live) else { return Ok(false) };
    let Some(policy) = tx.policy(rollout.workspace_id, id).await? else { return Ok(false) };
    Ok(match live {
        Some(live) => policy.deleted_at.is_some() || policy.content_hash != live.canonical,
        None => policy.deleted_at.is_none(),
    })
}

/// Asks for a sync of the tenant; one that waits or runs already absorbs it.
pub(super) async fn ask_for_sync(app: &App, tx: &WriteTx, rollout: &ManagedRollout) -> Result<(), JobError> {
    let job = sync_job(JobId(app.ids().uuid()), rollout.workspace_id, rollout.tenant_id, SnapshotKind::Resync, app.now());
    tx.enqueue_job(&job).await?;
    Ok(())
}

/// Takes back the change under way where its write has not started; one that has is waited for. Does not save the rollout.
pub(super) async fn stop(app: &App, tx: &WriteTx, rollout: &mut ManagedRollout) -> Result<(), JobError> {
    let (Some(step), Some(id)) = (rollout.state.step.clone(), rollout.step_change_id) else { return Ok(()) };
    let now = app.now();
    let Some(stopped) = tx.stop_intent(rollout.workspace_id, id, now).await? else {
        // The write began a moment ago.
        rollout.state.step = Some(StepUnderWay { standing: StepStanding::InFlight, ..step });
        return Ok(());
    };
    tx.cancel_job(rollout.workspace_id, stopped.job_id, now).await?;
    let change = tx.change(rollout.workspace_id, id).await?.ok_or_else(|| JobError::broken("a rollout's change is gone"))?;
    let refused = |refusal: domain::change::refusal::Refusal| JobError::broken(&refusal.to_string());
    let stop = ChangeCommand::Stop { pre: stopped.pre_snapshot_id };
    let stopped = transition(change, stop, rollout.acting, now).map_err(refused)?;
    tx.update_change(&stopped.change).await?;
    let cancelled = transition(stopped.change, ChangeCommand::Cancel, rollout.acting, now).map_err(refused)?;
    tx.update_change(&cancelled.change).await?;
    tx.append_events(rollout.workspace_id, now, stopped.events.into_iter().chain(cancelled.events).collect()).await?;
    rollout.state.step = None;
    rollout.step_change_id = None;
    Ok(())
}

fn created(rollout: &ManagedRollout, change: &ChangeRequest, by: Option<MemberId>) -> NewEvent {
    NewEvent {
        kind: EventKind::ChangeCreated,
        actor: by,
        tenant_id: Some(change.tenant_id),
        subject_kind: SubjectKind::ChangeRequest,
        subject_id: change.id.0,
        data: json!({ "to": change.status, "kind": change.payload.kind(), "rollout": rollout.id }),
    }
}

/// Why it was refused, with the warnings themselves where these were it.
fn in_words(error: &AppError) -> String {
    match error {
        AppError::Refused(domain::change::refusal::Refusal::BlockedByWarning(warnings)) => {
            warnings.iter().map(|warning| warning.message.as_str()).collect::<Vec<_>>().join("; ")
        }
        other => other.to_string(),
    }
}

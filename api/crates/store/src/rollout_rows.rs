//! Between a rollout and its row: what is queried has columns, everything else is in two JSON texts.

use chrono::{DateTime, Utc};
use domain::bulk_rollout::ChildRollout;
use domain::change::approval_rules::ApprovalRules;
use domain::change::request::Approval;
use domain::id::{BulkRolloutId, ChangeId, MemberId, PolicyId, RolloutId, RolloutVerdictId, TenantId, WorkspaceId};
use domain::rollout::{EndReason, Goal, Guard, ManagedRollout, Mark, Outlook, Pause, Rollout, StepUnderWay, Twin};
use entity::rollout::{ActiveModel, Model};
use sea_orm::ActiveValue::{NotSet, Set};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::convert::{json, text, to_json};
use crate::error::Result;

/// Column `facts`.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Facts {
    guard: Guard,
    awaiting_approval: bool,
    original_graph_id: Uuid,
    twin_graph_id: Option<Uuid>,
    original: Mark,
    twin: Option<Twin>,
    goal: Option<Goal>,
    step: Option<StepUnderWay>,
    step_change_id: Option<ChangeId>,
    step_failure: Option<String>,
    phase_started_at: Option<DateTime<Utc>>,
    effective_from: Option<DateTime<Utc>>,
    pause: Option<Pause>,
    last_verdict: Option<RolloutVerdictId>,
    forecast_confirmed: Option<u8>,
    end: Option<EndReason>,
    approval_rules: ApprovalRules,
    approvals: Vec<Approval>,
    editors: Vec<MemberId>,
    acting: Option<MemberId>,
    outlook: Outlook,
    started_at: Option<DateTime<Utc>>,
}

/// The columns of a new rollout.
pub(crate) fn to_new(new: &ManagedRollout) -> Result<ActiveModel> {
    Ok(ActiveModel {
        id: Set(new.id.0),
        workspace_id: Set(new.workspace_id.0),
        tenant_id: Set(new.tenant_id.0),
        policy_id: Set(new.policy_id.0),
        bulk_rollout_id: Set(new.bulk_rollout_id.map(|id| id.0)),
        created_by: Set(new.created_by.0),
        created_at: Set(new.created_at),
        ..to_columns(new)?
    })
}

/// The columns that a write changes.
pub(crate) fn to_columns(rollout: &ManagedRollout) -> Result<ActiveModel> {
    let state = rollout.state.clone();
    let facts = Facts {
        guard: state.guard,
        awaiting_approval: state.awaiting_approval,
        original_graph_id: rollout.original_graph_id,
        twin_graph_id: rollout.twin_graph_id,
        original: state.original,
        twin: state.twin,
        goal: state.goal,
        step: state.step,
        step_change_id: rollout.step_change_id,
        step_failure: rollout.step_failure.clone(),
        phase_started_at: state.phase_started_at,
        effective_from: state.effective_from,
        pause: state.pause,
        last_verdict: state.last_verdict,
        forecast_confirmed: state.forecast_confirmed,
        end: state.end,
        approval_rules: rollout.approval_rules.clone(),
        approvals: rollout.approvals.clone(),
        editors: rollout.editors.clone(),
        acting: rollout.acting,
        outlook: rollout.outlook.clone(),
        started_at: rollout.started_at,
    };
    Ok(ActiveModel {
        id: NotSet,
        workspace_id: NotSet,
        tenant_id: NotSet,
        policy_id: NotSet,
        twin_policy_id: Set(rollout.twin_policy_id.map(|id| id.0)),
        status: Set(state.status.as_str().to_owned()),
        mode: Set(state.mode.as_str().to_owned()),
        phase: Set(i32::from(state.phase)),
        plan: Set(to_json("rollout.plan", &state.plan)?),
        facts: Set(to_json("rollout.facts", &facts)?),
        created_by: NotSet,
        revision: Set(rollout.revision),
        version: Set(rollout.version),
        next_look_at: Set(rollout.next_look_at),
        created_at: NotSet,
        updated_at: Set(rollout.updated_at),
        ended_at: Set(state.ended_at),
        bulk_rollout_id: NotSet,
    })
}

/// A row as the rollout that it stands for.
pub(crate) fn to_rollout(row: Model) -> Result<ManagedRollout> {
    let facts: Facts = json("rollout.facts", &row.facts)?;
    let state = Rollout {
        status: text("rollout.status", &row.status)?,
        mode: text("rollout.mode", &row.mode)?,
        phase: u8::try_from(row.phase).unwrap_or_default(),
        plan: json("rollout.plan", &row.plan)?,
        guard: facts.guard,
        awaiting_approval: facts.awaiting_approval,
        original: facts.original,
        twin: facts.twin,
        goal: facts.goal,
        step: facts.step,
        phase_started_at: facts.phase_started_at,
        effective_from: facts.effective_from,
        pause: facts.pause,
        last_verdict: facts.last_verdict,
        forecast_confirmed: facts.forecast_confirmed,
        end: facts.end,
        ended_at: row.ended_at,
    };
    Ok(ManagedRollout {
        id: RolloutId(row.id),
        workspace_id: WorkspaceId(row.workspace_id),
        tenant_id: TenantId(row.tenant_id),
        policy_id: PolicyId(row.policy_id),
        bulk_rollout_id: row.bulk_rollout_id.map(BulkRolloutId),
        original_graph_id: facts.original_graph_id,
        twin_policy_id: row.twin_policy_id.map(PolicyId),
        twin_graph_id: facts.twin_graph_id,
        state,
        step_change_id: facts.step_change_id,
        step_failure: facts.step_failure,
        approval_rules: facts.approval_rules,
        approvals: facts.approvals,
        created_by: MemberId(row.created_by),
        editors: facts.editors,
        acting: facts.acting,
        outlook: facts.outlook,
        next_look_at: row.next_look_at,
        revision: row.revision,
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
        started_at: facts.started_at,
    })
}

/// What is asked of a rollout that is a part of one across tenants, from three of its columns.
pub(crate) fn to_child(status: &str, phase: i32, facts: &str) -> Result<ChildRollout> {
    let facts: Facts = json("rollout.facts", facts)?;
    Ok(ChildRollout {
        status: text("rollout.status", status)?,
        pause: facts.pause.map(|pause| pause.reason),
        awaiting_approval: facts.awaiting_approval,
        phase: u8::try_from(phase).unwrap_or_default(),
    })
}

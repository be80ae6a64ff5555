//! `editRollout`: phases that were not started, who moves it on, and its limits.

use domain::access::{Operation, allowed};
use domain::event::EventKind;
use domain::policy::Criticality;
use domain::rollout::approval::void;
use domain::rollout::{ManagedRollout, PhaseChoice, Plan};
use domain::workspace::Actor;
use serde_json::json;

use super::command::EditRollout;
use super::step::{RolloutAsked, RolloutTaken};
use super::tick::told::event;
use super::view::RolloutView;
use crate::App;
use crate::error::{AppError, AppResult};

impl App {
    /// Edits a rollout that has not ended. Another plan voids its approval; the editor cannot approve it.
    pub async fn edit_rollout(&self, actor: &Actor, asked: EditRollout) -> AppResult<RolloutView> {
        if let Some(guard) = &asked.guard {
            guard.validate().map_err(|error| AppError::invalid(&["input", "guard", error.field], error.to_string()))?;
        }
        let plan = self.edited_plan(actor, &asked).await?;
        let step = RolloutAsked {
            operation: Operation::EditRollout,
            id: asked.id,
            expected_revision: Some(asked.expected_revision),
            idempotency_key: &asked.idempotency_key,
            input: &asked,
        };
        self.rollout_step(actor, step, async |tx, mut rollout| {
            let choices: Vec<PhaseChoice> = match &plan {
                Some(plan) => choices(plan),
                None => choices(&rollout.state.plan),
            };
            rollout.state.may_edit(&choices).map_err(|fault| AppError::invalid(&["input", "phases"], fault.to_string()))?;
            let before = rollout.state.plan.digest();
            if let Some(plan) = plan {
                rollout.state.plan = kept(plan, &rollout);
            }
            rollout.state.mode = asked.mode.unwrap_or(rollout.state.mode);
            if let Some(guard) = asked.guard.clone() {
                rollout.state.guard = guard;
            }
            if rollout.state.plan.digest() != before {
                let policy = tx.policy(rollout.workspace_id, rollout.policy_id).await?;
                let critical = policy.is_some_and(|policy| policy.metadata.criticality == Some(Criticality::Critical));
                let demanded = ManagedRollout::approval_demanded(&rollout.approval_rules, critical);
                void(&mut rollout, demanded);
                rollout.state.forecast_confirmed = None;
                if actor.member_id != rollout.created_by && !rollout.editors.contains(&actor.member_id) {
                    rollout.editors.push(actor.member_id);
                }
            }
            let data = json!({ "revision": rollout.revision + 1, "digest": rollout.state.plan.digest(), "mode": rollout.state.mode });
            let told = event(&rollout, Some(actor.member_id), EventKind::RolloutEdited, data.clone());
            Ok(RolloutTaken { rollout, detail: data, events: vec![told] })
        })
        .await
    }

    /// The plan with the phases asked for, measured anew; `None` where the phases stay.
    async fn edited_plan(&self, actor: &Actor, asked: &EditRollout) -> AppResult<Option<Plan>> {
        let Some(phases) = &asked.phases else { return Ok(None) };
        let rollout = self.store().reader().rollout(actor.workspace_id, asked.id).await?;
        // Refused and audited with the step itself.
        let Some(rollout) = rollout.filter(|rollout| actor.sees(rollout.tenant_id) && allowed(actor.role, Operation::EditRollout)) else {
            return Ok(None);
        };
        let material = self.rollout_material(actor, rollout.policy_id, phases).await?;
        material.chosen(self, phases, asked.mode.unwrap_or(rollout.state.mode)).await.map(Some)
    }
}

/// What a plan chooses.
pub(super) fn choices(plan: &Plan) -> Vec<PhaseChoice> {
    plan.phases.iter().map(|phase| PhaseChoice { groups: phase.groups.clone(), min_bake_seconds: phase.min_bake_seconds }).collect()
}

/// The new plan with the phases that were started as they were: what was measured of them then is what was reviewed.
fn kept(mut plan: Plan, rollout: &ManagedRollout) -> Plan {
    let started = usize::from(rollout.state.started_phases());
    for (new, old) in plan.phases.iter_mut().zip(&rollout.state.plan.phases).take(started) {
        *new = old.clone();
    }
    plan
}

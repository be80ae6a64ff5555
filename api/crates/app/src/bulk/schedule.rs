//! `scheduleBulkChange` and `revokeBulkSchedule`: a later instant at which a bulk change is applied. What fires is in `fire`.

mod fire;

use chrono::{DateTime, Utc};
use domain::access::Operation;
use domain::bulk::{BulkChange, BulkItemState, BulkSchedule};
use domain::change::refusal::Refusal;
use domain::change::request::ChangeRequest;
use domain::id::JobId;
use domain::schedule::{ScheduleMode, ScheduleState, Times, Void};
use domain::workspace::Actor;
use serde_json::json;

pub(crate) use fire::{gave_up, run};

use super::apply::{check_digest, check_ready, ready_tenants};
use super::command::{BulkStep, ScheduleBulkChange};
use super::step::{BulkAsked, BulkTaken};
use super::view::BulkView;
use crate::App;
use crate::error::{AppError, AppResult};
use crate::freeze::none_frozen_at;
use crate::runner::jobs::{JobKind, bulk_job};

impl App {
    /// Arms a bulk change. What applying will need is asked for now as far as it can be known, and everything again when it fires.
    pub async fn schedule_bulk_change(&self, actor: &Actor, command: ScheduleBulkChange) -> AppResult<BulkView> {
        let asked = BulkAsked {
            operation: Operation::ScheduleBulkChange,
            id: command.id,
            expected_revision: Some(command.expected_revision),
            idempotency_key: &command.idempotency_key,
            input: &command,
        };
        self.bulk_step(actor, asked, async |tx, mut bulk| {
            let times = self.times(command.mode, command.fire_at, command.latest_at)?;
            if bulk.schedule.as_ref().is_some_and(|schedule| schedule.state.active()) {
                return Err(Refusal::ScheduleExists.into());
            }
            let facts = tx.bulk_item_facts(bulk.workspace_id, bulk.id).await?;
            check_digest(&bulk, &facts, &command.digest)?;
            check_ready(&bulk, &facts)?;
            none_frozen_at(tx, bulk.workspace_id, &ready_tenants(&facts), times.fire_at).await?;
            let ready: Vec<i64> =
                facts.iter().filter(|item| item.facts.state() == BulkItemState::Ready).map(|item| item.position).collect();
            let items = tx.bulk_items_at(bulk.workspace_id, bulk.id, &ready).await?;
            for change in tx.changes_of_items(bulk.workspace_id, &items).await?.values() {
                lives_until(change, command.mode, &times)?;
            }
            let now = self.now();
            let schedule = BulkSchedule {
                mode: command.mode,
                state: ScheduleState::Armed,
                fire_at: times.fire_at,
                latest_at: times.latest_at,
                digest: command.digest.clone(),
                armed_by: actor.member_id,
                armed_at: now,
                job_id: JobId(self.ids().uuid()),
                firing_at: None,
                finished_at: None,
                detail: None,
            };
            tx.enqueue_job(&bulk_job(schedule.job_id, JobKind::BulkFire, &bulk, None, schedule.fire_at, now)).await?;
            bulk.schedule = Some(schedule);
            let detail = json!({ "digest": command.digest, "mode": command.mode, "fireAt": times.fire_at, "latestAt": times.latest_at });
            Ok(BulkTaken { bulk, detail, events: Vec::new() })
        })
        .await
    }

    /// Takes a schedule back; the bulk change stays as it is.
    pub async fn revoke_bulk_schedule(&self, actor: &Actor, command: BulkStep) -> AppResult<BulkView> {
        let asked = BulkAsked {
            operation: Operation::RevokeBulkSchedule,
            id: command.id,
            expected_revision: command.expected_revision,
            idempotency_key: &command.idempotency_key,
            input: &command,
        };
        self.bulk_step(actor, asked, async |_, mut bulk| {
            let state = bulk.schedule.as_ref().map(|schedule| schedule.state).ok_or(AppError::NotFound)?;
            if !end_schedule(&mut bulk, Void::Cancelled, self.now()) {
                return Err(Refusal::ScheduleNotArmed { state }.into());
            }
            Ok(BulkTaken { bulk, detail: json!({ "from": state }), events: Vec::new() })
        })
        .await
    }
}

/// Ends a schedule that is armed or fires; whether there was one. Its job finds that, and ends.
pub(super) fn end_schedule(bulk: &mut BulkChange, void: Void, now: DateTime<Utc>) -> bool {
    let Some(schedule) = bulk.schedule.as_mut().filter(|schedule| schedule.state.active()) else { return false };
    schedule.state = ScheduleState::Revoked;
    schedule.finished_at = Some(now);
    schedule.detail = Some(void.detail());
    true
}

/// Refuses where the dry-run, or the approval, ends before the schedule fires.
fn lives_until(change: &ChangeRequest, mode: ScheduleMode, times: &Times) -> Result<(), Refusal> {
    let dry_run = change.dry_run.as_ref().ok_or(Refusal::DryRunRequired)?;
    if mode == ScheduleMode::WithinDryRun && times.fire_at >= dry_run.expires_at {
        return Err(Refusal::DryRunEndsBefore { expires_at: dry_run.expires_at });
    }
    if change.requires_approval {
        let approval = change.granted_approval().ok_or(Refusal::NotApproved)?;
        if times.fire_at >= approval.expires_at {
            return Err(Refusal::ApprovalEndsBefore { expires_at: approval.expires_at });
        }
    }
    Ok(())
}

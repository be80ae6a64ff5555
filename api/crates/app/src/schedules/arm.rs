//! `scheduleChange`: arms a change to fire later.

use chrono::{DateTime, Utc};
use domain::access::Operation;
use domain::change::refusal::Refusal;
use domain::change::request::ChangeRequest;
use domain::event::SubjectKind;
use domain::id::{ChangeId, JobId, ScheduleId};
use domain::schedule::{Arming, Schedule, ScheduleMode, Times, may_arm, times};
use domain::workspace::Actor;
use serde::Serialize;
use serde_json::json;
use store::WriteTx;

use super::record::Record;
use crate::App;
use crate::audited::Subject;
use crate::authorize::authorize;
use crate::changes::gate_facts::GateFacts;
use crate::changes::step::load_change;
use crate::command::IdempotencyKey;
use crate::error::{AppError, AppResult};
use crate::idempotency::{Claim, Once};
use crate::runner::jobs::fire_job;

/// `scheduleChange`.
#[derive(Clone, Debug, Serialize)]
pub struct ScheduleChange {
    /// The change.
    pub id: ChangeId,
    /// The revision the caller read.
    pub expected_revision: i64,
    /// The digest of the dry-run that the caller saw.
    pub digest: String,
    /// What is looked at again when it fires.
    pub mode: ScheduleMode,
    /// When it fires.
    pub fire_at: DateTime<Utc>,
    /// The last instant at which it may fire; five minutes after `fire_at` unless given.
    pub latest_at: Option<DateTime<Utc>>,
    /// See [`IdempotencyKey`].
    #[serde(skip)]
    pub idempotency_key: IdempotencyKey,
}

impl App {
    /// Arms a change. Everything that applying will need is asked for now, as far as it can be known; all of it is asked again when it fires.
    pub async fn schedule_change(&self, actor: &Actor, command: ScheduleChange) -> AppResult<Schedule> {
        let subject = Subject::new(SubjectKind::ChangeRequest, command.id.0, None);
        self.audited(actor, Operation::ScheduleChange, subject, self.try_schedule(actor, &command)).await
    }

    async fn try_schedule(&self, actor: &Actor, command: &ScheduleChange) -> AppResult<Schedule> {
        authorize(actor, Operation::ScheduleChange)?;
        let once = Once::new(Operation::ScheduleChange, &command.idempotency_key, command)?;
        let tx = self.store().write().await?;
        let change = load_change(&tx, actor, command.id).await?;
        let id = ScheduleId(self.ids().uuid());
        if let Claim::Replay(first) = self.claim(&tx, actor, &once, id.0).await? {
            return tx.schedule(actor.workspace_id, ScheduleId(first)).await?.ok_or(AppError::NotFound);
        }
        if change.revision != command.expected_revision {
            return Err(AppError::StaleRevision { expected: command.expected_revision, current: change.revision });
        }
        if let Some(bulk) = change.bulk_change_id {
            return Err(Refusal::PartOfBulk(bulk).into());
        }
        if let Some(rollout) = change.rollout_id {
            return Err(Refusal::PartOfRollout(rollout).into());
        }
        let asked = self.times(command.mode, command.fire_at, command.latest_at)?;
        tx.hold_change(change.workspace_id, change.id, change.revision).await?;
        if tx.active_schedule(change.workspace_id, change.id).await?.is_some() {
            return Err(Refusal::ScheduleExists.into());
        }
        self.check_arming(&tx, actor, &change, command.mode, &command.digest, asked.fire_at).await?;
        let arming = Arming {
            id,
            workspace_id: change.workspace_id,
            tenant_id: change.tenant_id,
            change_id: change.id,
            mode: command.mode,
            times: asked,
            digest: command.digest.clone(),
            by: actor.member_id,
            job_id: JobId(self.ids().uuid()),
        };
        let armed = Schedule::arm(arming, self.now());
        tx.enqueue_job(&fire_job(&armed.schedule, self.now())).await?;
        tx.insert_schedule(&armed.schedule).await?;
        let record = Record { action: Operation::ScheduleChange.as_str(), by: Some(actor.member_id) };
        let schedule = self.record_schedule(&tx, armed, record, json!({ "digest": command.digest })).await?;
        tx.commit().await?;
        self.hub().poke();
        Ok(schedule)
    }

    /// The times asked for, or `INVALID_INPUT` at the field that is wrong.
    pub(crate) fn times(&self, mode: ScheduleMode, fire_at: DateTime<Utc>, latest_at: Option<DateTime<Utc>>) -> AppResult<Times> {
        times(mode, fire_at, latest_at, self.now()).map_err(|error| AppError::invalid(&["input", error.field()], error.to_string()))
    }

    /// Refuses unless the gate would open at `fire_at`, as far as can be known now.
    pub(super) async fn check_arming(
        &self,
        tx: &WriteTx,
        actor: &Actor,
        change: &ChangeRequest,
        mode: ScheduleMode,
        digest: &str,
        fire_at: DateTime<Utc>,
    ) -> AppResult<()> {
        let tenant = tx.tenant(change.workspace_id, change.tenant_id).await?.ok_or(AppError::NotFound)?;
        let facts = GateFacts::load(tx, change, &tenant, fire_at).await?;
        may_arm(change, facts.context(&tenant), mode, digest, fire_at, self.now())?;
        if mode == ScheduleMode::RevalidateAtFire {
            // The dry-run at the fire time is this member's, and some of its warnings are about who acts: it must come out as reviewed now.
            let again = self.plan_change(tx, actor, change).await?;
            if again.digest != digest {
                return Err(Refusal::StaleReview { current: again.digest }.into());
            }
        }
        Ok(())
    }
}

//! `rescheduleChange`: another instant for an armed schedule.

use chrono::{DateTime, Utc};
use domain::access::Operation;
use domain::change::refusal::Refusal;
use domain::event::SubjectKind;
use domain::id::{JobId, ScheduleId};
use domain::schedule::{Schedule, ScheduleCommand, ScheduleState};
use domain::workspace::Actor;
use serde::Serialize;

use super::record::Record;
use crate::App;
use crate::audited::Subject;
use crate::authorize::authorize;
use crate::changes::step::load_change;
use crate::command::IdempotencyKey;
use crate::error::{AppError, AppResult};
use crate::idempotency::{Claim, Once};
use crate::runner::jobs::fire_job;

/// `rescheduleChange`.
#[derive(Clone, Debug, Serialize)]
pub struct RescheduleChange {
    /// The schedule.
    pub id: ScheduleId,
    /// The schedule's revision that the caller read.
    pub expected_revision: i64,
    /// When it fires.
    pub fire_at: DateTime<Utc>,
    /// The last instant at which it may fire; five minutes after `fire_at` unless given.
    pub latest_at: Option<DateTime<Utc>>,
    /// See [`IdempotencyKey`].
    #[serde(skip)]
    pub idempotency_key: IdempotencyKey,
}

impl App {
    /// Moves an armed schedule. The same is asked as when it was armed, and it fires as this member from now on.
    pub async fn reschedule_change(&self, actor: &Actor, command: RescheduleChange) -> AppResult<Schedule> {
        let subject = Subject::new(SubjectKind::ChangeRequest, command.id.0, None);
        let work = async {
            authorize(actor, Operation::RescheduleChange)?;
            let once = Once::new(Operation::RescheduleChange, &command.idempotency_key, &command)?;
            let tx = self.store().write().await?;
            let schedule = tx.schedule(actor.workspace_id, command.id).await?.ok_or(AppError::NotFound)?;
            let change = load_change(&tx, actor, schedule.change_id).await?;
            if let Claim::Replay(_) = self.claim(&tx, actor, &once, schedule.id.0).await? {
                return Ok(schedule);
            }
            if schedule.state != ScheduleState::Armed {
                return Err(Refusal::ScheduleNotArmed { state: schedule.state }.into());
            }
            if schedule.revision != command.expected_revision {
                return Err(AppError::StaleRevision { expected: command.expected_revision, current: schedule.revision });
            }
            let times = self.times(schedule.mode, command.fire_at, command.latest_at)?;
            tx.hold_change(change.workspace_id, change.id, change.revision).await?;
            self.check_arming(&tx, actor, &change, schedule.mode, &schedule.digest, times.fire_at).await?;
            tx.cancel_job(schedule.workspace_id, schedule.job_id, self.now()).await?;
            let command = ScheduleCommand::Reschedule { times, by: actor.member_id, job_id: JobId(self.ids().uuid()) };
            let record = Record { action: Operation::RescheduleChange.as_str(), by: Some(actor.member_id) };
            let moved = self.step_schedule(&tx, schedule, command, record).await?;
            tx.enqueue_job(&fire_job(&moved, self.now())).await?;
            tx.commit().await?;
            self.hub().poke();
            Ok(moved)
        };
        self.audited(actor, Operation::RescheduleChange, subject, work).await
    }
}

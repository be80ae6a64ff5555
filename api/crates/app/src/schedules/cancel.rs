//! `cancelSchedule`: takes a schedule back and leaves its change as it is.

use domain::access::Operation;
use domain::event::SubjectKind;
use domain::id::ScheduleId;
use domain::schedule::{Schedule, ScheduleCommand, Void};
use domain::workspace::Actor;
use serde::Serialize;

use super::record::Record;
use crate::App;
use crate::audited::Subject;
use crate::authorize::{authorize, in_scope};
use crate::command::IdempotencyKey;
use crate::error::{AppError, AppResult};
use crate::idempotency::{Claim, Once};

/// `cancelSchedule`.
#[derive(Clone, Debug, Serialize)]
pub struct CancelSchedule {
    /// The schedule.
    pub id: ScheduleId,
    /// The schedule's revision that the caller read.
    pub expected_revision: i64,
    /// See [`IdempotencyKey`].
    #[serde(skip)]
    pub idempotency_key: IdempotencyKey,
}

impl App {
    /// Revokes a schedule that has not fired yet. Stop beats go: while it is still finding out whether it may apply, this stops it.
    pub async fn cancel_schedule(&self, actor: &Actor, command: CancelSchedule) -> AppResult<Schedule> {
        let subject = Subject::new(SubjectKind::ChangeRequest, command.id.0, None);
        let work = async {
            authorize(actor, Operation::CancelSchedule)?;
            let once = Once::new(Operation::CancelSchedule, &command.idempotency_key, &command)?;
            let tx = self.store().write().await?;
            let schedule = tx.schedule(actor.workspace_id, command.id).await?.ok_or(AppError::NotFound)?;
            in_scope(actor, schedule.tenant_id)?;
            if let Claim::Replay(_) = self.claim(&tx, actor, &once, schedule.id.0).await? {
                return Ok(schedule);
            }
            if schedule.revision != command.expected_revision {
                return Err(AppError::StaleRevision { expected: command.expected_revision, current: schedule.revision });
            }
            tx.cancel_job(schedule.workspace_id, schedule.job_id, self.now()).await?;
            let record = Record { action: Operation::CancelSchedule.as_str(), by: Some(actor.member_id) };
            let revoked = self.step_schedule(&tx, schedule, ScheduleCommand::Revoke(Void::Cancelled.detail()), record).await?;
            tx.commit().await?;
            self.hub().poke();
            Ok(revoked)
        };
        self.audited(actor, Operation::CancelSchedule, subject, work).await
    }
}

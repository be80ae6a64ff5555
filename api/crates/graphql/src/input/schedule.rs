//! Inputs of mutations on schedules.

use app::schedules::{CancelSchedule, RescheduleChange, ScheduleChange};
use async_graphql::{ID, InputObject};
use domain::id::{ChangeId, ScheduleId};

use crate::enums::ScheduleMode;
use crate::ids::Kind;
use crate::scalars::DateTime;
use crate::scope::Scope;
use crate::user_error::{Refused, bad_id};

/// A change to apply later, as the caller saw it.
#[derive(InputObject)]
pub struct ScheduleChangeInput {
    /// The change request.
    id: ID,
    /// Its revision that the caller read.
    expected_revision: i64,
    /// The digest that the caller saw: of its dry-run.
    digest: String,
    /// What is looked at again when it fires.
    mode: ScheduleMode,
    /// When it fires: within the dry-run's lifetime, or at most 30 days ahead, as the mode says.
    fire_at: DateTime,
    /// The last instant at which it may fire: five minutes after `fireAt` unless given, which is also the most of `WITHIN_DRY_RUN`; at
    /// most 24 hours after it in `REVALIDATE_AT_FIRE`.
    latest_at: Option<DateTime>,
    /// Makes a repeated call return the first one's result: 1 to 128 printable characters, kept for 24 hours at least.
    idempotency_key: Option<String>,
}

impl ScheduleChangeInput {
    /// As a command.
    pub fn command(self, scope: &Scope) -> Result<ScheduleChange, Refused> {
        Ok(ScheduleChange {
            id: scope.ids.key(&self.id, Kind::Change).map(ChangeId).map_err(|error| bad_id(error, "id"))?,
            expected_revision: self.expected_revision,
            digest: self.digest,
            mode: self.mode.into(),
            fire_at: self.fire_at.0,
            latest_at: self.latest_at.map(|latest| latest.0),
            idempotency_key: self.idempotency_key,
        })
    }
}

/// Another instant for an armed schedule.
#[derive(InputObject)]
pub struct RescheduleChangeInput {
    /// The schedule.
    schedule_id: ID,
    /// The schedule's revision that the caller read.
    expected_revision: i64,
    /// When it fires.
    fire_at: DateTime,
    /// The last instant at which it may fire, as in `scheduleChange`.
    latest_at: Option<DateTime>,
    /// Makes a repeated call return the first one's result: 1 to 128 printable characters, kept for 24 hours at least.
    idempotency_key: Option<String>,
}

impl RescheduleChangeInput {
    /// As a command.
    pub fn command(self, scope: &Scope) -> Result<RescheduleChange, Refused> {
        Ok(RescheduleChange {
            id: schedule(scope, &self.schedule_id)?,
            expected_revision: self.expected_revision,
            fire_at: self.fire_at.0,
            latest_at: self.latest_at.map(|latest| latest.0),
            idempotency_key: self.idempotency_key,
        })
    }
}

/// A schedule to take back.
#[derive(InputObject)]
pub struct CancelScheduleInput {
    /// The schedule.
    schedule_id: ID,
    /// The schedule's revision that the caller read.
    expected_revision: i64,
    /// Makes a repeated call return the first one's result: 1 to 128 printable characters, kept for 24 hours at least.
    idempotency_key: Option<String>,
}

impl CancelScheduleInput {
    /// As a command.
    pub fn command(self, scope: &Scope) -> Result<CancelSchedule, Refused> {
        Ok(CancelSchedule {
            id: schedule(scope, &self.schedule_id)?,
            expected_revision: self.expected_revision,
            idempotency_key: self.idempotency_key,
        })
    }
}

fn schedule(scope: &Scope, id: &ID) -> Result<ScheduleId, Refused> {
    scope.ids.key(id, Kind::Schedule).map(ScheduleId).map_err(|error| bad_id(error, "scheduleId"))
}

//! Schedules of changes: arming, moving and cancelling them, and what happens when one fires.

mod arm;
mod cancel;
pub(crate) mod fire;
mod query;
mod record;
mod reschedule;
mod revoke;

pub use arm::ScheduleChange;
pub use cancel::CancelSchedule;
pub use reschedule::RescheduleChange;

//! Schedules: a later instant at which an approved change fires (domain.md section 4).

mod arming;
mod record;
mod standing;
mod state;

pub use arming::{FIRE_WITHIN, LATEST_AFTER, LONGEST_LATEST_AFTER, Times, TimesError, may_arm, times};
pub use record::{Arming, Schedule, ScheduleCommand, ScheduleDetail, ScheduleMode, ScheduleTransition};
pub use standing::{Void, still_stands};
pub use state::{ScheduleEventKind, ScheduleState, next_state};

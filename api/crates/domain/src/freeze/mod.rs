//! Freeze windows: when changes must not be applied (domain.md section 4).
//!
//! A window says when it is open on the wall clock of a place: a first occurrence, and a rule by which it recurs. What is deliberately
//! absent: zones of its own making. Zones are IANA's (`chrono-tz`), recurrences are RFC 5545's (`rrule`).

mod calendar;
mod frozen;
mod recurrence;
mod window;
mod zone;

pub use calendar::{Calendar, Occurrence};
pub use frozen::{Freeze, frozen};
pub use window::{FreezeKind, FreezeWindow, MAX_WINDOWS, WindowError, WindowTimes};

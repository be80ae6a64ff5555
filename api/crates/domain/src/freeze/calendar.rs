//! When a window is open, as instants.

use chrono::{DateTime, Datelike, NaiveDateTime, TimeDelta, Utc};
use chrono_tz::Tz;

use super::recurrence::Recurrence;
use super::window::{FreezeKind, FreezeWindow, WindowError, WindowTimes};
use super::zone::{Twice, instant, wall};

const LONGEST: TimeDelta = TimeDelta::days(366);
/// More than any wall clock was ever away from a steady one within a day.
const SLACK: TimeDelta = TimeDelta::days(2);

/// One time that a window is open: from `starts_at`, up to `ends_at` without it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Occurrence {
    /// The first instant at which it is open.
    pub starts_at: DateTime<Utc>,
    /// The first instant at which it is closed again.
    pub ends_at: DateTime<Utc>,
}

impl Occurrence {
    /// Whether it is open at an instant.
    pub fn contains(&self, at: DateTime<Utc>) -> bool {
        self.starts_at <= at && at < self.ends_at
    }
}

/// The occurrences of one window.
///
/// A window follows the wall clock of its zone: one from 22:00 to 06:00 does so on the nights in which the clocks are changed too, which makes
/// it an hour longer or shorter. A time that the clocks skip is the instant of the change. A time that they show twice is, of the two, the one
/// that keeps changes frozen longer.
#[derive(Clone, Debug)]
pub struct Calendar {
    zone: Tz,
    starts_at: NaiveDateTime,
    length: TimeDelta,
    recurrence: Option<Recurrence>,
    start_shown_twice: Twice,
    end_shown_twice: Twice,
}

impl Calendar {
    /// The calendar of a stored window.
    pub fn of(window: &FreezeWindow) -> Result<Self, WindowError> {
        Calendar::new(window.kind, &window.times)
    }

    /// Reads and checks the times of a window.
    pub fn new(kind: FreezeKind, times: &WindowTimes) -> Result<Self, WindowError> {
        let zone: Tz = times.time_zone.parse().map_err(|_| WindowError::UnknownZone(times.time_zone.clone()))?;
        if !(2000..=2100).contains(&times.starts_at.year()) {
            return Err(WindowError::OutOfRange);
        }
        if times.ends_at <= times.starts_at {
            return Err(WindowError::EndsBeforeStart);
        }
        let length = times.ends_at - times.starts_at;
        if length > LONGEST {
            return Err(WindowError::TooLong);
        }
        let recurrence = times.rule.as_deref().map(|rule| Recurrence::parse(rule, zone)).transpose()?;
        if let Some(recurrence) = &recurrence {
            recurrence.in_sync(times.starts_at)?;
        }
        let (start_shown_twice, end_shown_twice) = match kind {
            FreezeKind::Deny => (Twice::First, Twice::Second),
            FreezeKind::Allow => (Twice::Second, Twice::First),
        };
        Ok(Calendar { zone, starts_at: times.starts_at, length, recurrence, start_shown_twice, end_shown_twice })
    }

    /// The occurrence that is open at an instant; of several, the one that closes last.
    pub fn open_at(&self, at: DateTime<Utc>) -> Option<Occurrence> {
        let latest = wall(self.zone, at) + SLACK;
        let candidates = self.local_starts(at).take_while(|start| *start <= latest);
        candidates.map(|start| self.occurrence(start)).filter(|occurrence| occurrence.contains(at)).max_by_key(|open| open.ends_at)
    }

    /// The next `most` occurrences that are open at `at` or open later, soonest first.
    pub fn next(&self, at: DateTime<Utc>, most: usize) -> Vec<Occurrence> {
        let occurrences = self.local_starts(at).map(|start| self.occurrence(start));
        // One that falls whole into a skipped hour never opens.
        occurrences.filter(|occurrence| occurrence.ends_at > at && occurrence.starts_at < occurrence.ends_at).take(most).collect()
    }

    /// Starts on the wall clock, from the first whose occurrence may still be open at `at`.
    fn local_starts(&self, at: DateTime<Utc>) -> Box<dyn Iterator<Item = NaiveDateTime> + '_> {
        let from = wall(self.zone, at) - self.length - SLACK;
        match &self.recurrence {
            Some(recurrence) => Box::new(recurrence.starts(self.starts_at, from)),
            None => Box::new(std::iter::once(self.starts_at).filter(move |start| *start >= from)),
        }
    }

    fn occurrence(&self, start: NaiveDateTime) -> Occurrence {
        Occurrence {
            starts_at: instant(self.zone, start, self.start_shown_twice),
            ends_at: instant(self.zone, start + self.length, self.end_shown_twice),
        }
    }
}

//! From a wall clock to an instant, where the clocks are changed too.

use chrono::{DateTime, LocalResult, NaiveDateTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

/// Which of two instants a wall clock that was set back means when it shows a time twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Twice {
    /// The first time it shows it.
    First,
    /// The second time.
    Second,
}

/// Wider than any change of a clock: zones that crossed the date line skipped a day.
const WIDEST_CHANGE: TimeDelta = TimeDelta::hours(26);

/// What the wall clock shows at an instant.
pub(super) fn wall(zone: Tz, instant: DateTime<Utc>) -> NaiveDateTime {
    instant.with_timezone(&zone).naive_local()
}

/// The instant at which the wall clock shows `local`. Where the clocks skip it: the instant of the change, which is the first at which the
/// wall clock is past it.
pub(super) fn instant(zone: Tz, local: NaiveDateTime, twice: Twice) -> DateTime<Utc> {
    match zone.from_local_datetime(&local) {
        LocalResult::Single(one) => one.to_utc(),
        LocalResult::Ambiguous(first, second) => match twice {
            Twice::First => first.to_utc(),
            Twice::Second => second.to_utc(),
        },
        LocalResult::None => end_of_gap(zone, local),
    }
}

/// The first instant, to the second, at which the wall clock shows `local` or later.
fn end_of_gap(zone: Tz, local: NaiveDateTime) -> DateTime<Utc> {
    let (mut before, mut after) = (local.and_utc() - WIDEST_CHANGE, local.and_utc() + WIDEST_CHANGE);
    while after - before > TimeDelta::seconds(1) {
        let middle = before + TimeDelta::seconds((after - before).num_seconds() / 2);
        if wall(zone, middle) >= local { after = middle } else { before = middle }
    }
    after
}

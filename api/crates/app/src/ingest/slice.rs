//! Which stretch of the log comes next.

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use domain::summary::log::{SignInLog, Slice};

use crate::settings::SignInSettings;

/// The next slice, and from where on the data have no gap; `None` when everything is read that had settled when the reading was asked for. Not
/// when the slice before ended: the present moves on while its last hour is read again, and a reading that follows it never ends.
///
/// A slice begins where late rows may still come, and ends at most one slice length after what was read before. Instants are whole
/// seconds, because Graph's filter is no finer than its clients' texts.
pub(super) fn next(
    log: &SignInLog,
    asked_at: DateTime<Utc>,
    now: DateTime<Utc>,
    settings: &SignInSettings,
) -> Option<(Slice, DateTime<Utc>)> {
    let end = (asked_at - delta(settings.settle)).trunc_subsecs(0);
    let horizon = horizon(now, settings);
    let through = log.data_through.map_or(horizon, |through| through.max(horizon));
    if through >= end {
        return None;
    }
    let from = log.settled_through.map_or(horizon, |settled| settled.max(horizon)).min(through);
    let to = (through + delta(settings.slice)).min(end);
    // After a pause longer than the retention nothing before the horizon can be had any more.
    let gap = log.data_through.is_none_or(|through| through < horizon);
    let data_from = if gap { horizon } else { log.data_from.unwrap_or(horizon) };
    Some((Slice { from, to, begun_at: now, link: None, entries: 0 }, data_from))
}

/// Sign-ins before it are neither read nor kept: the beginning of a day, in UTC.
pub(super) fn horizon(now: DateTime<Utc>, settings: &SignInSettings) -> DateTime<Utc> {
    let day = (now - TimeDelta::days(i64::from(settings.retention_days))).date_naive();
    day.and_time(chrono::NaiveTime::MIN).and_utc()
}

/// Up to where no late rows are expected once the slice is read.
pub(super) fn settled(slice: &Slice, settings: &SignInSettings) -> DateTime<Utc> {
    slice.to.min((slice.begun_at - delta(settings.overlap)).trunc_subsecs(0)).max(slice.from)
}

fn delta(duration: std::time::Duration) -> TimeDelta {
    TimeDelta::from_std(duration).unwrap_or(TimeDelta::days(1))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use domain::id::{TenantId, WorkspaceId};
    use uuid::Uuid;

    use super::*;

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_790_000_000, 0).unwrap().date_naive().and_time(chrono::NaiveTime::MIN).and_utc()
            + TimeDelta::minutes(minutes)
    }

    fn settings() -> SignInSettings {
        SignInSettings {
            slice: Duration::from_secs(6 * 3_600),
            overlap: Duration::from_secs(3_600),
            settle: Duration::from_secs(120),
            retention_days: 2,
            ..SignInSettings::default()
        }
    }

    /// Reads everything there is at `asked_at`, three minutes a slice; the slices as minutes.
    fn read(log: &mut SignInLog, asked_at: DateTime<Utc>) -> Vec<(i64, i64)> {
        let settings = settings();
        let mut slices = Vec::new();
        while let Some((slice, data_from)) = next(log, asked_at, asked_at + TimeDelta::minutes(3 * slices.len() as i64), &settings) {
            assert!(slices.len() < 100, "a reading that follows the present never ends");
            slices.push(((slice.from - at(0)).num_minutes(), (slice.to - at(0)).num_minutes()));
            log.settled_through = Some(settled(&slice, &settings).max(log.settled_through.unwrap_or(slice.from)));
            log.data_through = Some(slice.to);
            log.data_from = Some(data_from);
        }
        slices
    }

    #[test]
    fn the_first_run_reads_the_whole_retention_and_the_next_only_what_is_new_or_late() {
        let mut log = SignInLog::new(WorkspaceId(Uuid::nil()), TenantId(Uuid::nil()), at(0));
        let day = 24 * 60;
        let first = read(&mut log, at(90));
        assert_eq!(first.first(), Some(&(-2 * day, -2 * day + 360)));
        assert!(first.windows(2).all(|pair| pair[0].1 == pair[1].0), "nothing is read twice, nothing left out: {first:?}");
        assert_eq!(first.last().map(|last| last.1), Some(88), "all that has settled");
        assert_eq!(log.data_from, Some(at(-2 * day)));
        assert_eq!(read(&mut log, at(90)), []);
        assert_eq!(read(&mut log, at(105)), [(54, 103)], "an hour before its last slice was begun on: rows may be late");
        assert_eq!(read(&mut log, at(130)), [(54, 128)]);
        assert_eq!(read(&mut log, at(150)), [(70, 148)]);
    }

    #[test]
    fn a_long_pause_is_made_up_for_as_far_as_the_log_goes_back() {
        let mut log = SignInLog::new(WorkspaceId(Uuid::nil()), TenantId(Uuid::nil()), at(0));
        read(&mut log, at(60));
        let day = 24 * 60;
        let late = read(&mut log, at(day + 60));
        assert_eq!(late.first(), Some(&(24, 58 + 360)), "from where late rows may have come");
        let far = read(&mut log, at(9 * day));
        assert_eq!(far.first(), Some(&(7 * day, 7 * day + 360)));
        assert_eq!(log.data_from, Some(at(7 * day)), "what is between was never read");
    }
}

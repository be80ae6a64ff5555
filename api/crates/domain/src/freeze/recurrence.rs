//! RFC 5545 recurrence on a wall clock.
//!
//! `rrule` expands the rule in UTC, which stands for the wall clock: its own handling of zones repeats and skips occurrences where clocks are
//! changed (its issue 115), and the rule that decides those cases is ours (`zone`). Frequencies and parts are limited to what days are made
//! of, so that one occurrence after the other is found in a bounded number of steps.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use chrono_tz::Tz;
use rrule::{RRule, RRuleSet, Unvalidated};

use super::window::WindowError;
use super::zone::wall;

const LONGEST_RULE: usize = 256;
const LARGEST_INTERVAL: u32 = 100;
const LARGEST_COUNT: u32 = 10_000;
/// The most occurrences that one search looks at: a hundred years of days.
const MOST_STEPS: usize = 36_600;

const FREQUENCIES: &str = "use DAILY, WEEKLY, MONTHLY or YEARLY";

/// A rule that recurs on a wall clock.
#[derive(Clone, Debug)]
pub(super) struct Recurrence {
    rule: RRule<Unvalidated>,
    /// The length of one period in days, where the start may be moved by whole periods without changing what follows.
    period: Option<TimeDelta>,
    until: Option<NaiveDateTime>,
}

impl Recurrence {
    /// Reads a rule whose `UNTIL` is either an instant in UTC or a time of the zone's wall clock, the end included.
    pub(super) fn parse(text: &str, zone: Tz) -> Result<Self, WindowError> {
        if text.chars().count() > LONGEST_RULE {
            return Err(WindowError::RuleTooLong { max: LONGEST_RULE });
        }
        let mut parts = split(text)?;
        let until = parts.remove("UNTIL").map(|until| read_until(&until, zone)).transpose()?;
        check(&parts, until.is_some())?;
        let written: Vec<String> = parts.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut rule: RRule<Unvalidated> = written.join(";").parse().map_err(invalid)?;
        if let Some(until) = until {
            rule = rule.until(floating(until));
        }
        let days = match parts.get("FREQ").map(String::as_str) {
            Some("DAILY") => 1,
            Some("WEEKLY") => 7,
            _ => 0,
        };
        let movable = days > 0 && !parts.contains_key("COUNT");
        let period = movable.then(|| TimeDelta::days(days * i64::from(rule.get_interval().max(1))));
        Ok(Recurrence { rule, period, until })
    }

    /// Refuses a first occurrence that the rule does not produce.
    pub(super) fn in_sync(&self, starts_at: NaiveDateTime) -> Result<(), WindowError> {
        let first = self.set(starts_at)?.limit().into_iter().next().map(|first| first.naive_utc());
        if first == Some(starts_at) { Ok(()) } else { Err(WindowError::NotInSync { first }) }
    }

    /// The occurrences at or after `from`, in order, for a first occurrence at `starts_at`. Bounded.
    pub(super) fn starts(&self, starts_at: NaiveDateTime, from: NaiveDateTime) -> impl Iterator<Item = NaiveDateTime> {
        let anchor = self.anchor(starts_at, from);
        let over = self.until.is_some_and(|until| until < anchor);
        // It was validated when it was created; one that is not valid any more recurs no more.
        let set = if over { None } else { self.set(anchor).ok() };
        set.into_iter()
            .flat_map(|set| set.limit().into_iter())
            .take(MOST_STEPS)
            .map(|start| start.naive_utc())
            .skip_while(move |start| *start < from)
    }

    /// The start moved forward by whole periods to `from` at the latest: a daily window of ten years ago is not counted through.
    fn anchor(&self, starts_at: NaiveDateTime, from: NaiveDateTime) -> NaiveDateTime {
        let Some(period) = self.period else { return starts_at };
        let periods = ((from - starts_at).num_days() / period.num_days()).max(0);
        i32::try_from(periods).ok().and_then(|periods| period.checked_mul(periods)).map_or(starts_at, |by| starts_at + by)
    }

    fn set(&self, starts_at: NaiveDateTime) -> Result<RRuleSet, WindowError> {
        self.rule.clone().build(floating(starts_at)).map_err(invalid)
    }
}

/// A wall clock's time in the form that `rrule` takes.
fn floating(local: NaiveDateTime) -> DateTime<rrule::Tz> {
    local.and_utc().with_timezone(&rrule::Tz::UTC)
}

fn invalid(error: rrule::RRuleError) -> WindowError {
    WindowError::Invalid(error.to_string())
}

fn split(text: &str) -> Result<BTreeMap<String, String>, WindowError> {
    let mut parts = BTreeMap::new();
    for part in text.split(';') {
        let malformed = || WindowError::MalformedPart(part.to_owned());
        let (name, value) = part.split_once('=').ok_or_else(malformed)?;
        let (name, value) = (name.trim().to_ascii_uppercase(), value.trim().to_ascii_uppercase());
        let plain = |text: &str| !text.is_empty() && text.chars().all(|letter| letter.is_ascii_alphanumeric() || ",+-".contains(letter));
        if !plain(&name) || !plain(&value) || parts.insert(name, value).is_some() {
            return Err(malformed());
        }
    }
    Ok(parts)
}

/// Which parts a frequency takes. Parts of the day are not among them: a window opens at the time of day of its first occurrence.
fn check(parts: &BTreeMap<String, String>, has_until: bool) -> Result<(), WindowError> {
    let unsupported = |name: &str, value: &str, hint| WindowError::Unsupported { part: format!("{name}={value}"), hint };
    let (allowed, hint): (&[&str], _) = match parts.get("FREQ").map(String::as_str) {
        Some("DAILY" | "WEEKLY") => (&["BYDAY", "BYMONTH"], "DAILY and WEEKLY take INTERVAL, COUNT or UNTIL, WKST, BYDAY and BYMONTH"),
        Some("MONTHLY" | "YEARLY") => (
            &["BYDAY", "BYMONTH", "BYMONTHDAY", "BYSETPOS"],
            "MONTHLY and YEARLY take INTERVAL, COUNT or UNTIL, WKST, BYDAY, BYMONTH, BYMONTHDAY and BYSETPOS",
        ),
        Some(other) => return Err(unsupported("FREQ", other, FREQUENCIES)),
        None => return Err(WindowError::Invalid(format!("FREQ is missing: {FREQUENCIES}"))),
    };
    for (name, value) in parts {
        if !["FREQ", "INTERVAL", "COUNT", "WKST"].contains(&name.as_str()) && !allowed.contains(&name.as_str()) {
            return Err(unsupported(name, value, hint));
        }
    }
    if has_until && parts.contains_key("COUNT") {
        return Err(WindowError::UntilAndCount);
    }
    within(parts, "INTERVAL", LARGEST_INTERVAL)?;
    within(parts, "COUNT", LARGEST_COUNT)
}

fn within(parts: &BTreeMap<String, String>, part: &'static str, max: u32) -> Result<(), WindowError> {
    let Some(value) = parts.get(part) else { return Ok(()) };
    let fits = value.parse::<u32>().is_ok_and(|number| (1..=max).contains(&number));
    if fits { Ok(()) } else { Err(WindowError::NumberOutOfRange { part, max }) }
}

/// `20261231T225959Z` is an instant, `20261231T235959` a time of the wall clock, `20261231` the whole of that day.
fn read_until(text: &str, zone: Tz) -> Result<NaiveDateTime, WindowError> {
    let time = |text: &str| NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%M%S").ok();
    let read = match text.strip_suffix('Z') {
        Some(utc) => time(utc).map(|utc| wall(zone, utc.and_utc())),
        None => time(text).or_else(|| {
            let last = NaiveTime::from_hms_opt(23, 59, 59)?;
            (text.len() == 8).then(|| NaiveDate::parse_from_str(text, "%Y%m%d").ok()).flatten().map(|day| day.and_time(last))
        }),
    };
    read.ok_or_else(|| WindowError::Invalid(format!("UNTIL={text} is neither 20261231T225959Z nor 20261231T235959 nor 20261231")))
}

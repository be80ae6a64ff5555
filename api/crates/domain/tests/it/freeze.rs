//! Freeze windows on the wall clock: boundaries, recurrences, and the nights in which clocks are changed.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use domain::freeze::{Calendar, Freeze, FreezeKind, FreezeWindow, Occurrence, WindowError, WindowTimes, frozen};
use domain::id::{FreezeWindowId, MemberId, TenantId, WorkspaceId};
use uuid::Uuid;

const TENANT: TenantId = TenantId(Uuid::from_u128(7));

fn local(text: &str) -> NaiveDateTime {
    NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M").unwrap()
}

fn at(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

fn times(zone: &str, starts_at: &str, ends_at: &str, rule: Option<&str>) -> WindowTimes {
    WindowTimes { time_zone: zone.into(), starts_at: local(starts_at), ends_at: local(ends_at), rule: rule.map(str::to_owned) }
}

fn calendar(kind: FreezeKind, zone: &str, starts_at: &str, ends_at: &str, rule: Option<&str>) -> Calendar {
    Calendar::new(kind, &times(zone, starts_at, ends_at, rule)).unwrap()
}

fn error(zone: &str, starts_at: &str, ends_at: &str, rule: Option<&str>) -> WindowError {
    Calendar::new(FreezeKind::Deny, &times(zone, starts_at, ends_at, rule)).unwrap_err()
}

fn window(kind: FreezeKind, name: &str, times: WindowTimes) -> FreezeWindow {
    FreezeWindow {
        id: FreezeWindowId(Uuid::from_u128(1)),
        workspace_id: WorkspaceId(Uuid::from_u128(2)),
        kind,
        name: name.into(),
        times,
        tenant_ids: None,
        created_by: MemberId(Uuid::from_u128(3)),
        created_at: at("2026-01-01T00:00:00Z"),
        updated_at: at("2026-01-01T00:00:00Z"),
        version: 1,
    }
}

fn starts(calendar: &Calendar, from: &str, most: usize) -> Vec<String> {
    calendar.next(at(from), most).iter().map(|next| next.starts_at.format("%Y-%m-%dT%H:%MZ").to_string()).collect()
}

fn hours(occurrence: &Occurrence) -> i64 {
    (occurrence.ends_at - occurrence.starts_at).num_hours()
}

#[test]
fn a_window_includes_its_start_and_not_its_end() {
    let once = calendar(FreezeKind::Deny, "UTC", "2026-12-20T18:00", "2026-12-21T06:00", None);
    let tick = TimeDelta::nanoseconds(1);
    for (instant, open) in [
        (at("2026-12-20T18:00:00Z") - tick, false),
        (at("2026-12-20T18:00:00Z"), true),
        (at("2026-12-21T06:00:00Z") - tick, true),
        (at("2026-12-21T06:00:00Z"), false),
    ] {
        assert_eq!(once.open_at(instant).is_some(), open, "{instant}");
    }
    assert_eq!(once.next(at("2026-12-21T06:00:00Z"), 10), vec![]);
}

#[test]
fn a_nightly_window_follows_the_wall_clock_through_both_changes() {
    let nightly = calendar(FreezeKind::Deny, "Europe/Berlin", "2026-01-01T22:00", "2026-01-02T06:00", Some("FREQ=DAILY"));
    let open = |instant: &str| nightly.open_at(at(instant)).unwrap();
    let (spring, autumn, plain) = (open("2026-03-29T00:30:00Z"), open("2026-10-25T00:30:00Z"), open("2026-06-01T00:30:00Z"));
    assert_eq!((spring.starts_at, spring.ends_at), (at("2026-03-28T21:00:00Z"), at("2026-03-29T04:00:00Z")));
    assert_eq!((autumn.starts_at, autumn.ends_at), (at("2026-10-24T20:00:00Z"), at("2026-10-25T05:00:00Z")));
    assert_eq!((hours(&spring), hours(&autumn), hours(&plain)), (7, 9, 8));
}

#[test]
fn a_skipped_time_is_the_instant_of_the_change() {
    // 02:00 to 03:00 does not exist in Berlin on 29 March 2026: at 01:00Z the clock goes from 01:59:59 to 03:00.
    for kind in [FreezeKind::Deny, FreezeKind::Allow] {
        let from_gap = calendar(kind, "Europe/Berlin", "2026-03-29T02:30", "2026-03-29T05:00", None);
        assert_eq!(from_gap.next(at("2026-03-01T00:00:00Z"), 1)[0].starts_at, at("2026-03-29T01:00:00Z"));
        let into_gap = calendar(kind, "Europe/Berlin", "2026-03-29T00:30", "2026-03-29T02:30", None);
        assert_eq!(into_gap.next(at("2026-03-01T00:00:00Z"), 1)[0].ends_at, at("2026-03-29T01:00:00Z"));
    }
    let inside = calendar(FreezeKind::Deny, "Europe/Berlin", "2026-03-28T02:10", "2026-03-28T02:50", Some("FREQ=DAILY"));
    assert_eq!(
        starts(&inside, "2026-03-28T12:00:00Z", 1),
        ["2026-03-30T00:10Z"],
        "a window inside the skipped hour does not open that night"
    );
    // New York, 8 March 2026, 07:00Z.
    let york = calendar(FreezeKind::Deny, "America/New_York", "2026-03-08T02:15", "2026-03-08T04:00", None);
    assert_eq!(york.next(at("2026-03-01T00:00:00Z"), 1)[0].starts_at, at("2026-03-08T07:00:00Z"));
}

#[test]
fn a_time_shown_twice_keeps_changes_frozen_longer() {
    // 02:00 to 03:00 is there twice in Berlin on 25 October 2026: from 00:00Z in summer time, from 01:00Z in winter time.
    let next = |kind, starts_at, ends_at| calendar(kind, "Europe/Berlin", starts_at, ends_at, None).next(at("2026-10-01T00:00:00Z"), 1);
    let deny = next(FreezeKind::Deny, "2026-10-25T02:30", "2026-10-25T02:45");
    assert_eq!((deny[0].starts_at, deny[0].ends_at), (at("2026-10-25T00:30:00Z"), at("2026-10-25T01:45:00Z")));
    let allow = next(FreezeKind::Allow, "2026-10-25T02:30", "2026-10-25T05:00");
    assert_eq!(allow[0].starts_at, at("2026-10-25T01:30:00Z"));
    let allow = next(FreezeKind::Allow, "2026-10-24T22:00", "2026-10-25T02:30");
    assert_eq!(allow[0].ends_at, at("2026-10-25T00:30:00Z"));
    assert_eq!(next(FreezeKind::Allow, "2026-10-25T02:30", "2026-10-25T02:45"), vec![], "in doubt, frozen");
    // New York, 1 November 2026: 01:30 is 05:30Z and 06:30Z.
    let york = calendar(FreezeKind::Deny, "America/New_York", "2026-11-01T00:30", "2026-11-01T01:30", None);
    assert_eq!(york.next(at("2026-10-01T00:00:00Z"), 1)[0].ends_at, at("2026-11-01T06:30:00Z"));
}

#[test]
fn a_zone_without_daylight_saving_has_nights_of_one_length() {
    let nightly = calendar(FreezeKind::Deny, "Asia/Kolkata", "2026-01-01T22:00", "2026-01-02T06:00", Some("FREQ=DAILY"));
    let nights = nightly.next(at("2026-01-01T00:00:00Z"), 400);
    assert_eq!(nights.len(), 400);
    assert!(nights.iter().all(|night| hours(night) == 8));
    assert_eq!(nights[0].starts_at, at("2026-01-01T16:30:00Z"));
}

#[test]
fn a_day_that_a_zone_skipped_is_no_trouble() {
    // Samoa went over the date line: 30 December 2011 is not there.
    let daily = calendar(FreezeKind::Deny, "Pacific/Apia", "2011-12-28T10:00", "2011-12-28T12:00", Some("FREQ=DAILY"));
    assert_eq!(starts(&daily, "2011-12-28T00:00:00Z", 3), ["2011-12-28T20:00Z", "2011-12-29T20:00Z", "2011-12-30T20:00Z"]);
}

#[test]
fn recurrences_end_where_they_say() {
    let zone = "Europe/Berlin";
    let deny = |rule| calendar(FreezeKind::Deny, zone, "2026-10-23T18:00", "2026-10-24T06:00", Some(rule));
    assert_eq!(starts(&deny("FREQ=WEEKLY;COUNT=2"), "2026-10-01T00:00:00Z", 9), ["2026-10-23T16:00Z", "2026-10-30T17:00Z"]);
    // UNTIL as an instant in UTC, to the second of the last start; a second less and it is not there.
    assert_eq!(starts(&deny("FREQ=WEEKLY;UNTIL=20261030T170000Z"), "2026-10-01T00:00:00Z", 9).len(), 2);
    assert_eq!(starts(&deny("FREQ=WEEKLY;UNTIL=20261030T165959Z"), "2026-10-01T00:00:00Z", 9).len(), 1);
    // The same on the wall clock, and for a whole day.
    assert_eq!(starts(&deny("FREQ=WEEKLY;UNTIL=20261030T180000"), "2026-10-01T00:00:00Z", 9).len(), 2);
    assert_eq!(starts(&deny("FREQ=WEEKLY;UNTIL=20261030T175959"), "2026-10-01T00:00:00Z", 9).len(), 1);
    assert_eq!(starts(&deny("freq=weekly;until=20261030"), "2026-10-01T00:00:00Z", 9).len(), 2);
    assert_eq!(deny("FREQ=WEEKLY;UNTIL=20261030").open_at(at("2026-11-06T20:00:00Z")), None);
}

#[test]
fn recurrences_take_days_of_the_week_and_of_the_month() {
    let weekend = calendar(FreezeKind::Deny, "UTC", "2026-11-21T00:00", "2026-11-22T00:00", Some("FREQ=WEEKLY;BYDAY=SA,SU"));
    assert_eq!(
        starts(&weekend, "2026-11-21T00:00:00Z", 4),
        ["2026-11-21T00:00Z", "2026-11-22T00:00Z", "2026-11-28T00:00Z", "2026-11-29T00:00Z"]
    );
    let patch_tuesday = calendar(FreezeKind::Deny, "UTC", "2026-11-10T09:00", "2026-11-10T17:00", Some("FREQ=MONTHLY;BYDAY=2TU"));
    assert_eq!(starts(&patch_tuesday, "2026-11-11T00:00:00Z", 2), ["2026-12-08T09:00Z", "2027-01-12T09:00Z"]);
    let month_end = calendar(FreezeKind::Deny, "UTC", "2026-01-31T00:00", "2026-02-01T00:00", Some("FREQ=MONTHLY;BYMONTHDAY=-1"));
    assert_eq!(starts(&month_end, "2026-02-01T00:00:00Z", 3), ["2026-02-28T00:00Z", "2026-03-31T00:00Z", "2026-04-30T00:00Z"]);
    let last_workday =
        calendar(FreezeKind::Deny, "UTC", "2026-10-30T00:00", "2026-10-31T00:00", Some("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1"));
    assert_eq!(starts(&last_workday, "2026-11-01T00:00:00Z", 2), ["2026-11-30T00:00Z", "2026-12-31T00:00Z"]);
    let year_end = calendar(FreezeKind::Deny, "Europe/Berlin", "2026-12-15T00:00", "2027-01-06T00:00", Some("FREQ=YEARLY"));
    assert!(year_end.open_at(at("2030-01-05T22:59:59Z")).is_some());
    assert!(year_end.open_at(at("2030-01-05T23:00:00Z")).is_none());
}

#[test]
fn what_began_long_ago_is_found_where_it_would_be_by_counting() {
    let rules = ["FREQ=DAILY;INTERVAL=3", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH", "FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR", "FREQ=WEEKLY;BYMONTH=6"];
    for rule in rules {
        let whole = calendar(FreezeKind::Deny, "UTC", "2003-06-02T22:00", "2003-06-04T02:00", Some(rule));
        let counted = whole.next(at("2003-06-02T00:00:00Z"), 9_000);
        for instant in ["2011-03-01T12:00:00Z", "2019-07-04T23:59:59Z", "2026-11-21T00:00:00Z"] {
            let open = counted.iter().filter(|occurrence| occurrence.contains(at(instant))).max_by_key(|open| open.ends_at).copied();
            assert_eq!(whole.open_at(at(instant)), open, "{rule} at {instant}");
            let next: Vec<_> = counted.iter().filter(|occurrence| occurrence.ends_at > at(instant)).take(5).copied().collect();
            assert_eq!(whole.next(at(instant), 5)[..next.len()], next[..], "{rule} after {instant}");
        }
    }
}

#[test]
fn a_window_longer_than_its_period_stays_open() {
    let week = calendar(FreezeKind::Deny, "UTC", "2026-01-01T00:00", "2026-01-08T00:00", Some("FREQ=DAILY"));
    let open = week.open_at(at("2026-05-05T12:00:00Z")).unwrap();
    assert_eq!(open.ends_at, at("2026-05-12T00:00:00Z"), "of those open, the one that closes last");
}

#[test]
fn what_makes_no_sense_is_refused_with_the_field_it_is_in() {
    let (from, to) = ("2026-11-20T18:00", "2026-11-21T06:00");
    for (refused, field) in [
        (error("Europe/Atlantis", from, to, None), "timeZone"),
        (error("UTC", to, from, None), "endsAt"),
        (error("UTC", from, from, None), "endsAt"),
        (error("UTC", "2026-01-01T00:00", "2027-01-03T00:00", None), "endsAt"),
        (error("UTC", "1999-12-31T23:59", "2000-01-01T01:00", None), "startsAt"),
        (error("UTC", from, to, Some("FREQ=HOURLY")), "recurrenceRule"),
    ] {
        assert_eq!(refused.field(), field, "{refused}");
    }
    for rule in [
        "",
        "FREQ",
        "FREQ=",
        "INTERVAL=2",
        "FREQ=HOURLY",
        "FREQ=SECONDLY",
        "FREQ=DAILY;BYHOUR=1,2",
        "FREQ=DAILY;BYMONTHDAY=31",
        "FREQ=DAILY;FREQ=DAILY",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;INTERVAL=101",
        "FREQ=DAILY;COUNT=0",
        "FREQ=DAILY;COUNT=10001",
        "FREQ=DAILY;COUNT=2;UNTIL=20270101T000000Z",
        "FREQ=DAILY;UNTIL=tomorrow",
        "FREQ=DAILY;UNTIL=20261332",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=MONTHLY;BYMONTHDAY=32",
        "FREQ=YEARLY;BYEASTER=0",
        "FREQ=DAILY\nRRULE:FREQ=DAILY",
        "RRULE:FREQ=DAILY",
    ] {
        assert_eq!(error("UTC", from, to, Some(rule)).field(), "recurrenceRule", "{rule}");
    }
    assert_eq!(error("UTC", from, to, Some(&format!("FREQ=DAILY;BYDAY={}", "MO,".repeat(200)))), WindowError::RuleTooLong { max: 256 });
    // 20 November 2026 is a Friday.
    assert_eq!(error("UTC", from, to, Some("FREQ=WEEKLY;BYDAY=SA")), WindowError::NotInSync { first: Some(local("2026-11-21T18:00")) });
    assert_eq!(error("UTC", from, to, Some("FREQ=DAILY;UNTIL=20261119")).field(), "recurrenceRule");
}

#[test]
fn deny_outweighs_allow_and_allow_closes_everything_else() {
    let deny = window(FreezeKind::Deny, "Year end", times("UTC", "2026-12-15T00:00", "2027-01-06T00:00", None));
    let allow = window(FreezeKind::Allow, "Nights", times("UTC", "2026-11-01T22:00", "2026-11-02T04:00", Some("FREQ=DAILY")));
    let why = |windows: &[FreezeWindow], instant| frozen(windows, TENANT, at(instant));
    assert_eq!(why(&[], "2026-12-20T00:00:00Z"), None);
    assert_eq!(why(std::slice::from_ref(&deny), "2026-12-14T23:59:59Z"), None);
    let denied = Some(Freeze::Denied { name: "Year end".into(), until: at("2027-01-06T00:00:00Z") });
    assert_eq!(why(std::slice::from_ref(&deny), "2026-12-20T00:00:00Z"), denied);
    assert_eq!(why(std::slice::from_ref(&allow), "2026-11-20T23:00:00Z"), None);
    let outside = Some(Freeze::OutsideAllowed { next: Some(("Nights".into(), at("2026-11-20T22:00:00Z"))) });
    assert_eq!(why(std::slice::from_ref(&allow), "2026-11-20T12:00:00Z"), outside);
    assert_eq!(
        why(&[allow.clone(), deny.clone()], "2026-12-20T23:00:00Z"),
        denied,
        "an open window that allows opens nothing that is denied"
    );
    let past = window(FreezeKind::Allow, "Past", times("UTC", "2025-01-01T00:00", "2025-01-02T00:00", None));
    assert_eq!(why(std::slice::from_ref(&past), "2026-11-20T12:00:00Z"), Some(Freeze::OutsideAllowed { next: None }));
    assert_eq!(why(&[past, allow], "2026-11-20T23:00:00Z"), None, "one that is open is enough");
}

#[test]
fn a_window_limited_to_tenants_says_nothing_about_others() {
    let mut deny = window(FreezeKind::Deny, "Year end", times("UTC", "2026-12-15T00:00", "2027-01-06T00:00", None));
    let mut allow = window(FreezeKind::Allow, "Nights", times("UTC", "2026-11-01T22:00", "2026-11-02T04:00", Some("FREQ=DAILY")));
    let others = Some(BTreeSet::from([TenantId(Uuid::from_u128(8))]));
    (deny.tenant_ids, allow.tenant_ids) = (others.clone(), others);
    let windows = [deny, allow];
    assert_eq!(frozen(&windows, TENANT, at("2026-12-20T12:00:00Z")), None);
    assert!(frozen(&windows, TenantId(Uuid::from_u128(8)), at("2026-11-20T12:00:00Z")).is_some());
}

#[test]
fn a_stored_window_that_cannot_be_read_freezes() {
    let broken = window(FreezeKind::Deny, "Old", times("Europe/Atlantis", "2026-12-15T00:00", "2027-01-06T00:00", None));
    assert_eq!(frozen(&[broken], TENANT, at("2026-01-01T00:00:00Z")), Some(Freeze::Unreadable { name: "Old".into() }));
}

//! Windows, and what cannot be measured.

use chrono::{DateTime, Utc};
use domain::impact::{Figures, ImpactWindow, Tally};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

#[test]
fn a_window_is_whole_days_up_to_the_watermark() {
    let table = [
        (ImpactWindow::Day, "2026-11-21T10:57:00Z", "2026-11-21", "2026-11-21"),
        (ImpactWindow::Week, "2026-11-21T10:57:00Z", "2026-11-15", "2026-11-21"),
        (ImpactWindow::Fortnight, "2026-11-21T00:00:01Z", "2026-11-08", "2026-11-21"),
        (ImpactWindow::Month, "2026-11-21T23:59:59Z", "2026-10-23", "2026-11-21"),
        // A watermark at midnight has read nothing of the day that begins there.
        (ImpactWindow::Day, "2026-11-21T00:00:00Z", "2026-11-20", "2026-11-20"),
        (ImpactWindow::Week, "2026-03-01T00:00:00Z", "2026-02-22", "2026-02-28"),
    ];
    for (window, through, first, last) in table {
        let (from, to) = window.dates(at(through));
        assert_eq!((from.to_string().as_str(), to.to_string().as_str()), (first, last), "{window} {through}");
        assert_eq!((to - from).num_days() as u64 + 1, window.days());
        assert_eq!(window.from(at(through)), at(&format!("{first}T00:00:00Z")));
        assert_eq!(ImpactWindow::of_days(window.days()), Some(window));
    }
    assert_eq!(ImpactWindow::of_days(2), None);
}

#[test]
fn nothing_is_measured_only_where_all_that_may_apply_is_unknown() {
    let some = Tally { sign_ins: 4, users: 2 };
    let none = Tally::default();
    for (satisfied, blocked, unknown, unmeasurable) in [
        (none, none, none, false),
        (none, none, some, true),
        (some, none, some, false),
        (none, some, some, false),
        (none, some, none, false),
    ] {
        let figures = Figures { satisfied, would_block: blocked, unknown, ..Figures::default() };
        assert_eq!(figures.unmeasurable(), unmeasurable, "{figures:?}");
    }
}

//! The verdict, rule by rule, and its bounds against the table of rollout-engine.md A4.

use domain::rollout::wilson::{lower, proven_above, proven_below, rate, upper};
use domain::rollout::{Counts, Forecast, Guard, Verdict, VerdictOutcome, VerdictRule, VerdictWhy, verdict};
use proptest::prelude::*;

use super::given::{counts, id, minute};

const TEN: u32 = 1_000;

#[test]
fn the_smallest_cohorts_that_are_proven_below_ten_percent() {
    for (blocked, users) in [(0, 25), (1, 42), (2, 58), (3, 72), (4, 86), (5, 100)] {
        assert!(proven_below(blocked, users, TEN), "{blocked} of {users}");
        assert!(!proven_below(blocked, users - 1, TEN), "{blocked} of {}", users - 1);
    }
}

#[test]
fn the_largest_cohorts_in_which_more_than_ten_percent_are_proven() {
    for (blocked, users) in [(1, 2), (2, 6), (3, 12), (4, 18), (5, 25), (6, 32), (8, 46)] {
        assert!(proven_above(blocked, users, TEN), "{blocked} of {users}");
        assert!(!proven_above(blocked, users + 1, TEN), "{blocked} of {}", users + 1);
    }
}

/// Wilson's formula as textbooks print it, in floating point: the integers must agree with it.
fn textbook(k: u64, n: u64) -> (f64, f64) {
    let (z, k, n) = (1.644_853_626_951_472_2_f64, k as f64, n as f64);
    let middle = (k + z * z / 2.0) / (n + z * z);
    let half = z / (n + z * z) * (k * (n - k) / n + z * z / 4.0).sqrt();
    (middle - half, middle + half)
}

proptest! {
    #[test]
    fn the_bounds_are_those_of_the_textbook(n in 1u64..2_000_000, part in 0.0f64..=1.0) {
        let k = ((n as f64) * part) as u64;
        let (low, high) = textbook(k, n);
        prop_assert!((f64::from(lower(k, n)) - low * 10_000.0).abs() < 1.001, "{} {}", lower(k, n), low);
        prop_assert!((f64::from(upper(k, n)) - high * 10_000.0).abs() < 1.001);
        prop_assert!(lower(k, n) <= rate(k, n) && rate(k, n) <= upper(k, n));
    }

    #[test]
    fn more_blocked_never_makes_a_phase_healthier(users in 1u64..400, blocked in 0u64..400, bake in any::<bool>()) {
        let of = |blocked| verdict(&counts(blocked, users), &Guard::default(), bake);
        let (blocked, more) = (blocked.min(users), (blocked + 1).min(users));
        let (before, after) = (of(blocked), of(more));
        prop_assert!(after.outcome != VerdictOutcome::Healthy || before.outcome == VerdictOutcome::Healthy);
        prop_assert!(before.outcome != VerdictOutcome::Breach || after.outcome == VerdictOutcome::Breach);
    }

    #[test]
    fn what_is_stored_with_a_verdict_gives_it_again(
        figures in proptest::array::uniform8(0u64..3_000), emergency in 0u8..4, literal in any::<bool>(), bake in any::<bool>(), limit in 1u8..=50
    ) {
        let [a, b, c, d, e, f, g, h] = figures;
        let counts = Counts {
            sign_ins: a + b, blocked_sign_ins: a, attempts: c + d, blocked_attempts: c, attempt_users: e + f + g, users: e + f, blocked_users: e,
            pairs: h, emergency_blocked: if emergency == 0 { vec![id(1)] } else { Vec::new() }, ..Counts::none(minute(0), minute(9))
        };
        let rule = if literal { VerdictRule::SourceLiteral } else { VerdictRule::Clustered };
        let made = verdict(&counts, &Guard { rule, max_blocked_percent: limit, ..Guard::default() }, bake);
        let stored = serde_json::to_string(&made).unwrap();
        let read: Verdict = serde_json::from_str(&stored).unwrap();
        prop_assert_eq!(read.recomputed(), made);
    }
}

#[test]
fn bounds_hold_at_the_ends_and_for_absurd_figures() {
    assert_eq!((lower(0, 0), upper(0, 0), rate(0, 0)), (0, 10_000, 0));
    assert_eq!((lower(0, 10), upper(10, 10)), (0, 10_000));
    assert_eq!((lower(u64::MAX, u64::MAX), upper(0, u64::MAX)), (9_999, 1));
    assert!(!proven_above(0, 0, TEN) && !proven_below(0, 0, TEN));
}

fn judged(counts: &Counts, bake_elapsed: bool) -> (VerdictOutcome, VerdictWhy, bool) {
    let verdict = verdict(counts, &Guard::default(), bake_elapsed);
    (verdict.outcome, verdict.why, verdict.hard_stop)
}

#[test]
fn each_rule_holds_and_the_first_that_matches_counts() {
    use VerdictOutcome as O;
    use VerdictWhy as W;
    let large = |blocked, attempts| Counts { attempts, blocked_attempts: blocked, attempt_users: 40, ..counts(1, 40) };
    let table: Vec<(&str, Counts, (O, W, bool))> = vec![
        ("an emergency account", Counts { emergency_blocked: vec![id(1)], ..counts(0, 0) }, (O::Breach, W::EmergencyAccount, true)),
        ("three of six", counts(3, 6), (O::Breach, W::HalfOfUsers, true)),
        ("three of seven: no half, yet proven", counts(3, 7), (O::Breach, W::UserBound, false)),
        ("two of two: too few for a hard stop, yet proven", counts(2, 2), (O::Breach, W::UserBound, false)),
        ("25 of very many", counts(25, 100_000), (O::Breach, W::TooManyUsers, true)),
        ("24 of very many", counts(24, 100_000), (O::Healthy, W::Proven, false)),
        ("more than a tenth of 50 attempts", large(6, 50), (O::Breach, W::Attempts, false)),
        ("exactly a tenth", large(5, 50), (O::Inconclusive, W::NotProven, false)),
        ("more than a tenth of 49 attempts", large(6, 49), (O::Inconclusive, W::NotProven, false)),
        ("nobody", counts(0, 0), (O::NoData, W::NoUsers, false)),
        ("24 users", counts(0, 24), (O::Inconclusive, W::TooFewUsers, false)),
        ("25 users", counts(0, 25), (O::Healthy, W::Proven, false)),
        ("one of 41", counts(1, 41), (O::Inconclusive, W::NotProven, false)),
        ("one of 42", counts(1, 42), (O::Healthy, W::Proven, false)),
    ];
    for (what, counts, expected) in table {
        assert_eq!(judged(&counts, true), expected, "{what}");
    }
    assert_eq!(judged(&counts(0, 25), false), (O::Inconclusive, W::Baking, false));
    assert_eq!(judged(&counts(3, 6), false).0, O::Breach, "a breach waits for no bake");
}

#[test]
fn attempts_of_fewer_than_ten_users_trip_nothing() {
    let retries = |users| Counts { attempts: 100, blocked_attempts: 20, attempt_users: users, ..counts(0, users) };
    assert_eq!(judged(&retries(9), true).1, VerdictWhy::TooFewUsers);
    assert_eq!(judged(&retries(10), true).1, VerdictWhy::Attempts);
}

#[test]
fn the_sources_own_rule_counts_rows_and_needs_no_minimum() {
    let guard = Guard { rule: VerdictRule::SourceLiteral, ..Guard::default() };
    let of = |blocked, all, bake| {
        let rows = Counts { sign_ins: all, blocked_sign_ins: blocked, ..counts(0, 1) };
        let verdict = verdict(&rows, &guard, bake);
        (verdict.outcome, verdict.why)
    };
    assert_eq!(of(1, 9, false), (VerdictOutcome::Breach, VerdictWhy::SignIns));
    assert_eq!(of(1, 10, true), (VerdictOutcome::Healthy, VerdictWhy::BelowLimit), "exactly 10 % blocked is exactly 90 % success");
    assert_eq!(of(101, 1_000, true).0, VerdictOutcome::Breach);
    assert_eq!(of(0, 5, false), (VerdictOutcome::Inconclusive, VerdictWhy::Baking));
    assert_eq!(of(0, 0, true), (VerdictOutcome::NoData, VerdictWhy::NoUsers));
    let emergency = Counts { emergency_blocked: vec![id(1)], ..counts(0, 100) };
    assert_eq!(verdict(&emergency, &guard, true).why, VerdictWhy::EmergencyAccount, "no setting leaves emergency accounts locked out");
}

#[test]
fn a_verdict_shows_the_raw_rate_beside_those_that_it_is_made_by() {
    let retried = Counts { sign_ins: 200, blocked_sign_ins: 30, attempts: 100, blocked_attempts: 4, ..counts(2, 100) };
    let verdict = verdict(&retried, &Guard::default(), true);
    assert_eq!((verdict.raw_rate, verdict.attempt_rate, verdict.user_rate), (1_500, 400, 200));
    assert_eq!(verdict.outcome, VerdictOutcome::Healthy);
}

#[test]
fn a_guard_out_of_range_names_the_field_and_its_range() {
    assert_eq!(Guard::default().validate(), Ok(()));
    let refused = |guard: Guard| guard.validate().unwrap_err().to_string();
    assert_eq!(refused(Guard { max_blocked_percent: 0, ..Guard::default() }), "maxBlockedPercent is 1 to 50, not 0");
    assert_eq!(refused(Guard { min_attempts: 0, ..Guard::default() }), "minAttempts is 1 to 100000, not 0");
    assert_eq!(refused(Guard { max_growth_percent: 101, ..Guard::default() }), "maxGrowthPercent is 0 to 100, not 101");
}

#[test]
fn a_forecast_whose_upper_bound_exceeds_the_limit_needs_a_person() {
    let of = |blocked, users| Forecast::measured(1_000, users, blocked, 0, minute(0), 7).needs_confirmation(&Guard::default());
    assert_eq!(of(0, 25), None);
    assert_eq!(of(1, 42), None);
    assert!(of(1, 41).unwrap().starts_with("1 of 41 users would have been blocked in the last 7 days; up to 10."));
    assert!(of(0, 3).is_some(), "too few users to foretell anything");
    let unknown = Forecast::unmeasured("the policy asks for a fact that sign-ins lack", None, 7);
    assert!(unknown.needs_confirmation(&Guard::default()).unwrap().ends_with("the policy asks for a fact that sign-ins lack"));
}

//! From sign-ins to counts (rollout-engine.md A4).

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use domain::rollout::EvaluatedOutcome::{Failure, Success};
use domain::rollout::{Counter, Counts, EvaluatedSignIn, MAX_REASONS, OutOfOrder, ReportOnlyResult, SignInFacts, count};
use proptest::collection::vec;
use proptest::prelude::*;

use super::given::{id, minute, row};

/// The phase is in effect from minute 0 on, and sign-ins were read up to minute 600.
fn counted(rows: &[EvaluatedSignIn]) -> Counts {
    count(rows, minute(0), minute(600), &BTreeSet::from([id(999)]))
}

#[test]
fn a_prompt_and_its_answer_are_one_attempt_that_succeeded() {
    let mut prompt = row(1, minute(10), 1, Failure);
    prompt.facts.error_code = 50_074;
    let counts = counted(&[prompt, row(2, minute(11), 1, Success)]);
    assert_eq!((counts.sign_ins, counts.blocked_sign_ins), (2, 1));
    assert_eq!((counts.attempts, counts.blocked_attempts, counts.users, counts.blocked_users), (1, 0, 1, 0));
}

#[test]
fn retries_within_thirty_minutes_count_once_and_their_last_outcome_counts() {
    let rows: Vec<_> = (0..=30).map(|at| row(at as u64, minute(at), 1, Failure)).collect();
    assert_eq!(counted(&rows).attempts, 1, "the thirtieth minute is within");
    let later = [rows, vec![row(31, minute(30) + TimeDelta::seconds(1), 1, Failure)]].concat();
    let counts = counted(&later);
    assert_eq!((counts.sign_ins, counts.attempts, counts.blocked_attempts, counts.blocked_users), (32, 2, 2, 1));
}

#[test]
fn another_application_or_resource_is_another_attempt() {
    let mut rows = [row(1, minute(1), 1, Success), row(2, minute(2), 1, Success), row(3, minute(3), 1, Success)];
    rows[1].app = "other".to_owned();
    rows[2].resource = "other".to_owned();
    assert_eq!((counted(&rows).attempts, counted(&rows).users), (3, 1));
}

#[test]
fn a_user_who_got_in_since_is_not_blocked_and_one_who_failed_last_is() {
    let counts = counted(&[row(1, minute(1), 1, Failure), row(2, minute(100), 1, Success)]);
    assert_eq!((counts.blocked_attempts, counts.blocked_users), (1, 0));
    let counts = counted(&[row(1, minute(1), 1, Success), row(2, minute(100), 1, Failure)]);
    assert_eq!((counts.blocked_attempts, counts.blocked_users), (1, 1));
    // Two applications at a time: the last row decides, not the attempt that began last.
    let mut rows = [row(1, minute(1), 1, Failure), row(2, minute(2), 1, Success), row(3, minute(3), 1, Failure)];
    rows[1].app = "other".to_owned();
    assert_eq!(counted(&rows).blocked_users, 1);
}

#[test]
fn early_successes_prove_nothing_and_early_blocks_count_at_once() {
    let early = |outcome| count(&[row(1, minute(1), 1, outcome)], minute(15), minute(600), &BTreeSet::new());
    let healthy = early(Success);
    assert_eq!((healthy.sign_ins, healthy.attempts, healthy.users), (0, 0, 0));
    let blocked = early(Failure);
    assert_eq!((blocked.sign_ins, blocked.blocked_attempts, blocked.users, blocked.blocked_users), (1, 1, 1, 1));
    assert_eq!(blocked.early_blocked_sign_ins, 1);
    let both = [row(1, minute(1), 1, Failure), row(2, minute(2), 1, Success)];
    let both = count(&both, minute(15), minute(600), &BTreeSet::new());
    assert_eq!((both.sign_ins, both.attempts, both.users), (0, 0, 0), "answered before the phase was in effect");
    let mended = [row(1, minute(1), 1, Failure), row(2, minute(40), 1, Success)];
    let mended = count(&mended, minute(15), minute(600), &BTreeSet::new());
    assert_eq!((mended.blocked_attempts, mended.attempts, mended.users, mended.blocked_users), (1, 2, 1, 0));
}

#[test]
fn nothing_at_or_beyond_the_watermark_is_counted() {
    let rows = [row(1, minute(599), 1, Success), row(2, minute(600), 2, Failure), row(3, minute(700), 3, Failure)];
    assert_eq!((counted(&rows).sign_ins, counted(&rows).blocked_users), (1, 0));
}

#[test]
fn a_prompt_shown_just_before_the_watermark_may_still_be_answered() {
    let prompt = |at: i64| {
        let mut row = row(1, minute(at), 1, Failure);
        row.facts.error_code = 50_076;
        counted(&[row])
    };
    assert_eq!((prompt(591).open_attempts, prompt(591).attempts, prompt(591).users), (1, 0, 0));
    assert_eq!((prompt(590).open_attempts, prompt(590).blocked_users), (0, 1), "after ten minutes it is given up");
    let refused = counted(&[row(1, minute(599), 1, Failure)]);
    assert_eq!((refused.open_attempts, refused.blocked_users), (0, 1), "a refusal is no prompt");
}

#[test]
fn an_emergency_account_that_failed_once_is_named_whatever_came_after() {
    let counts = counted(&[row(1, minute(1), 999, Failure), row(2, minute(2), 999, Success)]);
    assert_eq!((counts.emergency_blocked, counts.blocked_users), (vec![id(999)], 0));
    assert!(counted(&[row(1, minute(1), 999, Success)]).emergency_blocked.is_empty());
}

#[test]
fn twin_and_original_are_compared_on_every_sign_in_that_shows_both() {
    use ReportOnlyResult as O;
    let table = [
        (Success, Some(O::Success), (1, 0)),
        (Failure, Some(O::Failure), (1, 0)),
        (Failure, Some(O::Interrupted), (1, 0)),
        (Success, Some(O::Failure), (1, 1)),
        (Failure, Some(O::Success), (1, 1)),
        (Success, Some(O::NotApplied), (1, 1)),
        (Failure, Some(O::NotApplied), (1, 1)),
        (Success, Some(O::Interrupted), (0, 0)),
        (Success, None, (0, 0)),
        (Failure, None, (0, 0)),
    ];
    for (outcome, original, expected) in table {
        let row = EvaluatedSignIn { original, ..row(1, minute(1), 1, outcome) };
        let counts = counted(&[row]);
        assert_eq!((counts.pairs, counts.disagreeing_pairs), expected, "{outcome} with {original:?}");
    }
}

#[test]
fn reasons_are_few_and_those_of_most_users_come_first() {
    let mut rows = Vec::new();
    for app in 0..30_u128 {
        for user in 0..=app {
            let mut row = row(rows.len() as u64, minute(1), user, Failure);
            row.app = format!("app {app:02}");
            row.facts = SignInFacts {
                error_code: 53_003,
                app_name: Some("Name".to_owned()),
                client: Some(if user % 3 == 0 { "browser" } else { "other" }.to_owned()),
                platform: Some("windows".to_owned()),
                country: Some(["DE", "FR", "PL", "IT"][user as usize % 4].to_owned()),
            };
            rows.push(row);
        }
    }
    let reasons = counted(&rows).reasons;
    assert_eq!(reasons.len(), MAX_REASONS);
    let first = &reasons[0];
    assert_eq!((first.app.as_str(), first.users, first.attempts, first.error_code), ("app 29", 30, 30, 53_003));
    assert_eq!((first.clients.as_slice(), first.countries.len()), (["other".to_owned(), "browser".to_owned()].as_slice(), 3));
    assert!(reasons.windows(2).all(|pair| pair[0].users >= pair[1].users));
}

#[test]
fn a_counter_refuses_what_comes_too_late_and_passes_over_what_it_just_had() {
    let mut counter = Counter::new(minute(0), minute(600), BTreeSet::new());
    let (one, two) = (row(1, minute(5), 1, Success), row(2, minute(5), 2, Success));
    assert_eq!(counter.add(&two), Ok(()));
    assert_eq!(counter.add(&two), Ok(()));
    assert_eq!(counter.add(&one), Err(OutOfOrder));
    assert_eq!(counter.finish().sign_ins, 1);
}

prop_compose! {
    fn some_row()(at in -40i64..640, user in 0u128..8, app in 0u8..2, blocked in any::<bool>(), prompt in any::<bool>(), original in 0u8..4)
        -> (i64, u128, u8, bool, bool, u8) {
        (at, user, app, blocked, prompt, original)
    }
}

fn rows_of(some: &[(i64, u128, u8, bool, bool, u8)]) -> Vec<EvaluatedSignIn> {
    let made = some.iter().enumerate().map(|(number, (at, user, app, blocked, prompt, original))| {
        let mut row = row(number as u64, minute(*at), *user, if *blocked { Failure } else { Success });
        row.app = format!("app {app}");
        row.original = [None, Some(ReportOnlyResult::Success), Some(ReportOnlyResult::Failure), None][usize::from(*original)];
        if *blocked && *prompt {
            row.facts.error_code = 50_074;
        }
        row
    });
    made.collect()
}

/// What is blocked by the definitions alone, without any state: the last row of each user that is not in an attempt which is still open.
fn blocked_users(rows: &[EvaluatedSignIn], through: DateTime<Utc>) -> BTreeSet<uuid::Uuid> {
    let mut rows: Vec<&EvaluatedSignIn> = rows.iter().filter(|row| row.at < through).collect();
    rows.sort_by_key(|row| (row.at, row.id.clone()));
    let mut attempts: Vec<Vec<&EvaluatedSignIn>> = Vec::new();
    for row in rows {
        let same = |attempt: &&mut Vec<&EvaluatedSignIn>| {
            let first = attempt[0];
            (first.user, &first.app, &first.resource) == (row.user, &row.app, &row.resource) && row.at - first.at <= TimeDelta::minutes(30)
        };
        match attempts.iter_mut().find(same) {
            Some(attempt) => attempt.push(row),
            None => attempts.push(vec![row]),
        }
    }
    let lasts = attempts.iter().map(|attempt| *attempt.last().unwrap());
    let over: Vec<_> = lasts
        .filter(|last| !(last.outcome == Failure && last.facts.error_code == 50_074 && last.at > through - TimeDelta::minutes(10)))
        .collect();
    let users: BTreeSet<_> = over.iter().map(|last| last.user).collect();
    let last_of = |user| over.iter().filter(|last| last.user == user).max_by_key(|last| (last.at, last.id.clone())).unwrap();
    users.into_iter().filter(|user| last_of(*user).outcome == Failure).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_the_rows_and_repeats_change_nothing(some in vec(some_row(), 0..60), shuffled in any::<u64>()) {
        let rows = rows_of(&some);
        let expected = counted(&rows);
        let mut other = [rows.clone(), rows.iter().step_by(3).cloned().collect()].concat();
        let mut seed = shuffled;
        for last in (1..other.len()).rev() {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            other.swap(last, (seed >> 33) as usize % (last + 1));
        }
        prop_assert_eq!(counted(&other), expected);
    }

    #[test]
    fn counts_add_up_and_agree_with_the_definitions(some in vec(some_row(), 0..60)) {
        let rows = rows_of(&some);
        let counts = counted(&rows);
        prop_assert!(counts.blocked_sign_ins <= counts.sign_ins && counts.blocked_attempts <= counts.attempts);
        prop_assert!(counts.attempts <= counts.sign_ins && counts.blocked_users <= counts.users);
        prop_assert!(counts.users <= counts.attempt_users && counts.disagreeing_pairs <= counts.pairs);
        prop_assert_eq!(counts.blocked_users, blocked_users(&rows, minute(600)).len() as u64);
    }

    #[test]
    fn one_more_success_never_blocks_and_one_more_refusal_never_heals(some in vec(some_row(), 0..40), user in 0u128..8, at in 0i64..600) {
        let rows = rows_of(&some);
        let before = counted(&rows);
        let with = |outcome| counted(&[rows.clone(), vec![row(9_999_999, minute(at), user, outcome)]].concat());
        prop_assert!(with(Success).blocked_users <= before.blocked_users);
        prop_assert!(with(Failure).blocked_users >= before.blocked_users);
    }
}

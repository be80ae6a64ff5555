//! Promise P21: the status of a bulk change is a pure function of its items, and agrees with a model that is written otherwise.

use std::collections::BTreeSet;

use domain::bulk::{BulkCounts, BulkItemState, BulkStatus, status};
use proptest::prelude::*;

/// The model: the set of states alone, by what a reader would say of it.
fn model(states: &[BulkItemState], asked: bool) -> BulkStatus {
    use BulkItemState as S;
    let all: BTreeSet<S> = states.iter().copied().filter(|state| *state != S::Excluded).collect();
    let has = |state: S| all.contains(&state);
    let only = |allowed: &[S]| all.iter().all(|state| allowed.contains(state));
    let moving = has(S::Queued) || has(S::Applying) || has(S::RollingBack);
    match () {
        () if moving => BulkStatus::Applying,
        () if has(S::Pending) && asked => BulkStatus::DryRunning,
        () if has(S::Pending) => BulkStatus::Draft,
        () if has(S::Blocked) => BulkStatus::DryRunBlocked,
        () if has(S::AwaitingApproval) => BulkStatus::AwaitingApproval,
        () if has(S::Ready) => BulkStatus::DryRunComplete,
        () if all.is_empty() => BulkStatus::Cancelled,
        () if only(&[S::Satisfied]) => BulkStatus::Applied,
        () if only(&[S::Cancelled, S::Satisfied]) => BulkStatus::Cancelled,
        () if only(&[S::Applied, S::Unchanged, S::Satisfied]) => BulkStatus::Applied,
        () if has(S::Applied) => BulkStatus::AppliedPartial,
        () if has(S::RolledBack) => BulkStatus::RolledBack,
        () if has(S::Unchanged) => BulkStatus::AppliedPartial,
        () => BulkStatus::Failed,
    }
}

fn counts(states: &[BulkItemState]) -> BulkCounts {
    states.iter().copied().collect()
}

/// Every set of states there is: the status knows none of the numbers, only what there is some of.
#[test]
fn the_status_of_every_set_of_states_is_the_models() {
    for bits in 0..1_u32 << BulkItemState::ALL.len() {
        let states: Vec<BulkItemState> =
            BulkItemState::ALL.iter().enumerate().filter(|(place, _)| bits >> place & 1 == 1).map(|(_, state)| *state).collect();
        for asked in [false, true] {
            assert_eq!(status(&counts(&states), asked), model(&states, asked), "{states:?}");
        }
    }
}

proptest! {
    #[test]
    fn numbers_and_order_change_nothing(states in prop::collection::vec(prop::sample::select(BulkItemState::ALL), 0..60), asked: bool) {
        let mut reversed = states.clone();
        reversed.reverse();
        let twice: Vec<_> = states.iter().chain(&states).copied().collect();
        prop_assert_eq!(status(&counts(&states), asked), model(&states, asked));
        prop_assert_eq!(status(&counts(&reversed), asked), status(&counts(&states), asked));
        prop_assert_eq!(status(&counts(&twice), asked), status(&counts(&states), asked));
    }

    #[test]
    fn a_tenant_that_is_left_out_never_counts(states in prop::collection::vec(prop::sample::select(BulkItemState::ALL), 0..20), left_out in 0..5_u32) {
        let mut with = counts(&states);
        with.add(BulkItemState::Excluded, left_out);
        prop_assert_eq!(status(&with, true), status(&counts(&states), true));
    }
}

#[test]
fn some_applied_and_some_failed_is_partial() {
    use BulkItemState as S;
    let cases = [
        (vec![S::Applied, S::Failed], BulkStatus::AppliedPartial),
        (vec![S::Applied, S::NotStarted], BulkStatus::AppliedPartial),
        (vec![S::Applied, S::OutcomeUnknown], BulkStatus::AppliedPartial),
        (vec![S::RolledBack, S::Unchanged], BulkStatus::RolledBack),
        (vec![S::Failed, S::NotStarted], BulkStatus::Failed),
        (vec![S::Satisfied, S::Failed], BulkStatus::Failed),
        (vec![S::Satisfied, S::Applied], BulkStatus::Applied),
        (vec![S::Applied, S::Ready], BulkStatus::DryRunComplete),
    ];
    for (states, expected) in cases {
        assert_eq!(status(&counts(&states), true), expected, "{states:?}");
    }
}

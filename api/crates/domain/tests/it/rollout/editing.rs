//! Phases made or edited by hand.

use std::collections::BTreeSet;

use domain::rollout::{Goal, GoalKind, PhaseChoice, PhaseFault, RolloutMode, RolloutStatus, validate_phases};
use uuid::Uuid;

use super::given::{DAY, id, planned, running};

fn choice(groups: &[u128]) -> PhaseChoice {
    PhaseChoice { groups: groups.iter().map(|group| id(*group)).collect(), min_bake_seconds: DAY }
}

fn usable() -> BTreeSet<Uuid> {
    (1..=2_000).map(id).collect()
}

fn checked(phases: &[PhaseChoice], mode: RolloutMode) -> Result<(), PhaseFault> {
    validate_phases(phases, &usable(), mode, 7_200)
}

#[test]
fn one_to_ten_phases_are_possible_with_one_to_a_hundred_groups_each() {
    let manual = |phases: &[PhaseChoice]| checked(phases, RolloutMode::Manual);
    let many = |count: u128| (1..=count).map(|group| choice(&[group])).collect::<Vec<_>>();
    assert_eq!(manual(&many(1)), Ok(()));
    assert_eq!(manual(&many(10)), Ok(()));
    assert_eq!(manual(&many(0)), Err(PhaseFault::Count(0)));
    assert_eq!(manual(&many(11)), Err(PhaseFault::Count(11)));
    let hundred: Vec<u128> = (1..=101).collect();
    assert_eq!(manual(&[choice(&hundred[..100])]), Ok(()));
    assert_eq!(manual(&[choice(&hundred)]), Err(PhaseFault::Groups { phase: 1, groups: 101 }));
    assert_eq!(manual(&[choice(&[1]), choice(&[])]), Err(PhaseFault::Groups { phase: 2, groups: 0 }));
    assert_eq!(manual(&[choice(&[1]), choice(&[2, 1])]), Err(PhaseFault::Repeated { group: id(1), phase: 2 }));
    assert_eq!(manual(&[choice(&[3_000])]), Err(PhaseFault::Unusable { group: id(3_000), phase: 1 }));
}

#[test]
fn the_engine_never_hurries_a_phase_and_a_person_may() {
    let of = |seconds| [PhaseChoice { min_bake_seconds: seconds, ..choice(&[1]) }];
    assert_eq!(checked(&of(7_199), RolloutMode::Automatic), Err(PhaseFault::Bake { phase: 1, seconds: 7_199, least: 7_200 }));
    assert_eq!(checked(&of(7_200), RolloutMode::Automatic), Ok(()));
    assert_eq!(checked(&of(0), RolloutMode::Manual), Ok(()));
    assert_eq!(checked(&of(2_592_001), RolloutMode::Manual), Err(PhaseFault::Bake { phase: 1, seconds: 2_592_001, least: 0 }));
}

#[test]
fn started_phases_are_frozen_and_the_others_are_not() {
    let five: Vec<PhaseChoice> = (1..=5).map(|group| choice(&[group])).collect();
    let mut later = five.clone();
    later[3] = choice(&[4, 44]);
    later.truncate(4);
    let mut second = five.clone();
    second[1].min_bake_seconds += 1;
    assert_eq!(planned().may_edit(&second), Ok(()));
    assert_eq!(running(2).may_edit(&later), Ok(()));
    assert_eq!(running(2).may_edit(&second), Err(PhaseFault::Started(2)));
    assert_eq!(running(2).may_edit(&five[..1]), Err(PhaseFault::Started(2)));
    assert_eq!(running(1).may_edit(&second), Ok(()));
    let mut going = running(1);
    (going.status, going.goal) = (RolloutStatus::Advancing, Some(Goal::new(GoalKind::Run, 2)));
    assert_eq!(going.may_edit(&second), Err(PhaseFault::Started(2)), "one that is being started counts");
    let mut ended = running(2);
    ended.status = RolloutStatus::Completed;
    assert_eq!(ended.may_edit(&five), Err(PhaseFault::Ended));
}

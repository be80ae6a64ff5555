//! Whole rollouts, from plan to end.

use chrono::TimeDelta;
use domain::policy::PolicyState;
use domain::rollout::RolloutStep as T;
use domain::rollout::{
    Command, EndReason, Fetched, Forward, GoalKind, PauseReason, Rollout, RolloutMode, RolloutRefusal, RolloutStatus as S, RolloutStep,
    Unavailable,
};

use super::given::{hash, id, planned};
use super::model::World;

fn automatic() -> World {
    World::new(Rollout { mode: RolloutMode::Automatic, ..planned() })
}

fn start(world: &mut World) {
    world.command(&Command::Start { confirm_forecast: false }).unwrap();
    world.settle();
    assert_eq!((world.rollout.status, world.rollout.phase), (S::Running, 1));
}

/// So many hours pass, looked at every quarter of an hour.
fn pass(world: &mut World, hours: i64) {
    for _ in 0..hours * 4 {
        world.now += TimeDelta::minutes(15);
        world.settle();
    }
}

fn advance(world: &mut World) -> Result<(), RolloutRefusal> {
    let done = world.command(&Command::Advance(Forward::default()));
    world.settle();
    done
}

fn twin_state(world: &World) -> Option<PolicyState> {
    world.twin.as_ref().map(|twin| twin.mark.state)
}

fn original_state(world: &World) -> PolicyState {
    world.original.as_ref().unwrap().state
}

#[test]
fn an_automatic_rollout_of_a_harmless_policy_completes_by_itself() {
    let mut world = automatic();
    start(&mut world);
    assert_eq!(world.twin.as_ref().unwrap().groups, [id(1)].into());
    assert_eq!(original_state(&world), PolicyState::ReportOnly, "the original stays as it is");
    pass(&mut world, 23);
    assert_eq!(world.rollout.phase, 1, "not before the bake is over");
    pass(&mut world, 3 * 24 + 16);
    assert_eq!((world.rollout.status, world.rollout.phase), (S::Running, 5));
    assert_eq!(world.twin.as_ref().unwrap().groups.len(), 5);
    assert_eq!(original_state(&world), PolicyState::ReportOnly, "not before the last phase is baked");
    pass(&mut world, 26);
    assert_eq!(
        (world.rollout.status, original_state(&world), twin_state(&world)),
        (S::Completed, PolicyState::Enabled, Some(PolicyState::Disabled))
    );
    let expected = [T::Create, T::Enable, T::AddGroups, T::AddGroups, T::AddGroups, T::AddGroups, T::EnableOriginal, T::DisableTwin];
    assert_eq!(world.applied, expected, "the original is enabled before the twin is let go");
    pass(&mut world, 7 * 24);
    assert_eq!((world.applied.last(), twin_state(&world)), (Some(&T::DeleteTwin), None));
}

#[test]
fn a_manual_rollout_waits_for_a_person_at_each_phase() {
    let mut world = World::planned();
    start(&mut world);
    assert_eq!(advance(&mut world).unwrap_err().code(), "NOT_HEALTHY");
    pass(&mut world, 80);
    assert_eq!(world.rollout.phase, 1);
    advance(&mut world).unwrap();
    assert_eq!(world.rollout.phase, 2);
}

#[test]
fn a_breach_in_phase_three_ends_paused_with_the_twin_in_report_only() {
    let mut world = automatic();
    start(&mut world);
    pass(&mut world, 52);
    assert_eq!(world.rollout.phase, 3);
    world.traffic = (12, 60);
    pass(&mut world, 1);
    let pause = world.rollout.pause.clone().unwrap();
    assert_eq!(
        (world.rollout.status, pause.reason, twin_state(&world)),
        (S::Paused, PauseReason::GuardTripped, Some(PolicyState::ReportOnly))
    );
    assert_eq!(pause.text, "12 of 60 attempts are blocked (20.00 %), and the limit is 10 %");
    assert_eq!(original_state(&world), PolicyState::ReportOnly);
    pass(&mut world, 48);
    assert_eq!(world.rollout.status, S::Paused, "it goes on by nobody but a person");
    world.traffic = (0, 100);
    world.command(&Command::Resume { reason: "the cause is found".to_owned() }).unwrap();
    world.settle();
    assert_eq!((world.rollout.status, world.rollout.phase, twin_state(&world)), (S::Running, 3, Some(PolicyState::Enabled)));
    assert_eq!(world.rollout.phase_started_at, Some(world.now), "the clocks start anew");
}

#[test]
fn an_edit_of_the_grant_controls_in_the_portal_cancels_and_loosens() {
    for original in [false, true] {
        let mut world = automatic();
        start(&mut world);
        let mark = if original { world.original.as_mut().unwrap() } else { &mut world.twin.as_mut().unwrap().mark };
        (mark.grants, mark.canonical) = (hash("portal"), hash("portal"));
        pass(&mut world, 1);
        assert_eq!((world.rollout.status, world.rollout.end), (S::Cancelled, Some(EndReason::GrantControlsEdited)));
        assert_eq!((twin_state(&world), original_state(&world)), (Some(PolicyState::ReportOnly), PolicyState::ReportOnly));
    }
}

#[test]
fn without_traffic_it_holds_for_as_long_as_it_takes() {
    let mut world = automatic();
    start(&mut world);
    world.traffic = (0, 0);
    pass(&mut world, 240);
    assert_eq!((world.rollout.status, world.rollout.phase), (S::Running, 1));
    world.traffic = (0, 100);
    pass(&mut world, 1);
    assert_eq!(world.rollout.phase, 2, "and goes on by itself when there is some again");
}

#[test]
fn rolling_back_to_the_previous_phase_removes_exactly_that_phases_groups() {
    let mut world = World::planned();
    start(&mut world);
    pass(&mut world, 26);
    advance(&mut world).unwrap();
    world.command(&Command::RevertPhase { reason: "too many calls".to_owned() }).unwrap();
    world.settle();
    assert_eq!((world.rollout.status, world.rollout.phase), (S::Paused, 1));
    assert_eq!(world.twin.as_ref().unwrap().groups, [id(1)].into());
    assert_eq!(twin_state(&world), Some(PolicyState::Enabled));
    world.command(&Command::RevertPhase { reason: "still".to_owned() }).unwrap();
    world.settle();
    assert_eq!((world.rollout.status, world.rollout.phase, twin_state(&world)), (S::Paused, 0, Some(PolicyState::ReportOnly)));
    world.command(&Command::Resume { reason: "solved".to_owned() }).unwrap();
    start(&mut world);
    assert_eq!(world.applied.iter().filter(|step| **step == RolloutStep::Create).count(), 1, "the twin is used again");
}

#[test]
fn completing_in_phase_two_gives_everybody_the_original() {
    let mut world = World::planned();
    start(&mut world);
    pass(&mut world, 26);
    advance(&mut world).unwrap();
    pass(&mut world, 1);
    let forward = Forward { override_verdict: world.rollout.last_verdict, reason: Some("agreed".to_owned()), confirm_forecast: false };
    world.command(&Command::Complete(forward)).unwrap();
    world.settle();
    assert_eq!((world.rollout.status, world.rollout.phase), (S::Completed, 2));
    assert_eq!((original_state(&world), twin_state(&world)), (PolicyState::Enabled, Some(PolicyState::Disabled)));
}

#[test]
fn a_stop_while_completing_gives_the_original_back_to_report_only_and_never_opens_a_gap() {
    for landed in 1..=2 {
        let mut world = World::planned();
        start(&mut world);
        pass(&mut world, 26);
        let forward = Forward { override_verdict: world.rollout.last_verdict, reason: Some("agreed".to_owned()), confirm_forecast: false };
        world.command(&Command::Complete(forward)).unwrap();
        for _ in 0..landed {
            world.look();
            world.send();
            world.land(true, true);
        }
        assert_eq!((world.rollout.status, original_state(&world)), (S::Advancing, PolicyState::Enabled));
        world.command(&Command::Pause { reason: "wait".to_owned(), report_only: false }).unwrap();
        world.settle();
        assert_eq!((world.rollout.status, original_state(&world)), (S::Paused, PolicyState::ReportOnly));
        assert_eq!(twin_state(&world), Some(PolicyState::Enabled));
        let undone: &[T] = if landed == 1 { &[T::RestoreOriginal] } else { &[T::DisableTwin, T::Enable, T::RestoreOriginal] };
        assert!(world.applied.ends_with(undone), "{:?}", world.applied);
    }
}

#[test]
fn a_stop_that_meets_a_change_in_flight_waits_for_it_and_undoes_it() {
    let mut world = World::planned();
    start(&mut world);
    pass(&mut world, 26);
    world.command(&Command::Advance(Forward::default())).unwrap();
    world.look();
    world.send();
    world.command(&Command::RollBack { reason: "no".to_owned() }).unwrap();
    assert_eq!((world.rollout.status, world.rollout.goal.unwrap().kind), (S::Reverting, GoalKind::RollBack));
    world.look();
    assert_eq!(world.applied, [T::Create, T::Enable], "it waits for what is in flight");
    world.land(true, true);
    world.settle();
    assert_eq!(
        (world.rollout.status, world.rollout.end, twin_state(&world)),
        (S::RolledBack, Some(EndReason::Asked), Some(PolicyState::Disabled))
    );
}

#[test]
fn a_write_that_nobody_knows_the_outcome_of_is_undone() {
    let mut world = World::planned();
    start(&mut world);
    pass(&mut world, 26);
    world.command(&Command::Advance(Forward::default())).unwrap();
    world.look();
    world.send();
    world.land(true, false);
    world.settle();
    assert_eq!((world.rollout.status, world.rollout.phase), (S::Paused, 1));
    assert_eq!(world.rollout.pause.as_ref().unwrap().reason, PauseReason::StepFailed);
    assert_eq!(world.twin.as_ref().unwrap().groups, [id(1)].into());
}

#[test]
fn a_twin_that_somebody_enables_behind_a_tripped_guard_goes_back_to_report_only() {
    let mut world = automatic();
    start(&mut world);
    world.traffic = (12, 60);
    pass(&mut world, 1);
    assert_eq!(twin_state(&world), Some(PolicyState::ReportOnly));
    world.twin.as_mut().unwrap().mark.state = PolicyState::Enabled;
    pass(&mut world, 1);
    assert_eq!((world.rollout.status, twin_state(&world)), (S::Paused, Some(PolicyState::ReportOnly)));
}

#[test]
fn a_failed_create_can_be_started_again_and_nothing_is_left() {
    let mut world = World::planned();
    world.command(&Command::Start { confirm_forecast: false }).unwrap();
    world.look();
    world.send();
    world.land(false, true);
    world.settle();
    assert_eq!((world.rollout.status, world.rollout.phase), (S::Paused, 0));
    assert!(world.twin.is_none());
    world.command(&Command::Resume { reason: "the limit was raised".to_owned() }).unwrap();
    assert_eq!(world.rollout.status, S::Planned);
    start(&mut world);
    assert!(
        matches!(world.signals().counts, Fetched::Known(_)) && !matches!(world.signals().twin, Fetched::Unavailable(Unavailable::NotYet))
    );
}

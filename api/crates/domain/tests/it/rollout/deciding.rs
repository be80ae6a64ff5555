//! The decision table of rollout-engine.md A3, line by line.

use chrono::{DateTime, TimeDelta, Utc};
use domain::bulk_rollout::WaveSignal;
use domain::policy::PolicyState;
use domain::rollout::{
    Counts, Decision, EndReason, Fetched, Forecast, Goal, GoalKind, Guard, Guidance, HoldReason, OnTrip, Pace, PauseReason, Rollout,
    RolloutMode, RolloutStatus, RolloutStep, Signals, StepStanding, StepUnderWay, Tick, Unavailable, VerdictRule, tick,
};

use super::given::{counts, hash, id, minute, planned, quiet, running};

/// Two days and a quarter after the phase began: baked, by what was read.
fn baked() -> DateTime<Utc> {
    minute(15) + TimeDelta::days(2)
}

fn automatic(phase: u8) -> Rollout {
    Rollout { mode: RolloutMode::Automatic, ..running(phase) }
}

fn at(rollout: &Rollout, signals: &Signals) -> Tick {
    tick(rollout, baked(), signals, &Pace::default())
}

fn hold(tick: &Tick) -> HoldReason {
    match &tick.decision {
        Decision::Hold { why, .. } => *why,
        other => panic!("{other:?}"),
    }
}

fn pause(tick: &Tick) -> (PauseReason, Goal) {
    match &tick.decision {
        Decision::Pause { reason, goal, .. } => (*reason, *goal),
        other => panic!("{other:?}"),
    }
}

const fn goal(kind: GoalKind, phase: u8) -> Goal {
    Goal::new(kind, phase)
}

fn healthy() -> Counts {
    counts(0, 100)
}

#[test]
fn a_healthy_phase_advances_by_itself_in_automatic_mode_only() {
    let auto = automatic(2);
    assert_eq!(at(&auto, &quiet(&auto, healthy())).decision, Decision::Advance { goal: goal(GoalKind::Run, 3) });
    let manual = running(2);
    let waiting = at(&manual, &quiet(&manual, healthy()));
    assert_eq!((hold(&waiting), waiting.guidance), (HoldReason::AwaitingHuman, Guidance::SuggestAdvance));
}

#[test]
fn the_last_phase_is_baked_before_the_rollout_completes() {
    let last = automatic(5);
    let fresh = Counts { data_through: minute(15) + TimeDelta::hours(23), ..healthy() };
    assert_eq!(hold(&tick(&last, fresh.data_through, &quiet(&last, fresh.clone()), &Pace::default())), HoldReason::Baking);
    assert_eq!(at(&last, &quiet(&last, healthy())).decision, Decision::Advance { goal: goal(GoalKind::Complete, 5) });
}

#[test]
fn the_bake_counts_from_when_the_phase_took_effect_and_by_what_was_read() {
    let auto = automatic(1);
    let day = TimeDelta::days(1);
    let of = |through: DateTime<Utc>, now| hold_or_advance(&auto, Counts { data_through: through, ..healthy() }, now);
    assert!(!of(minute(14) + day, minute(60) + day), "a day since the start, and not since it took effect");
    assert!(of(minute(15) + day, minute(60) + day));
    assert!(!of(minute(14) + day, minute(100) + day), "time that nobody has read is none");
}

fn hold_or_advance(rollout: &Rollout, counts: Counts, now: DateTime<Utc>) -> bool {
    matches!(tick(rollout, now, &quiet(rollout, counts), &Pace::default()).decision, Decision::Advance { .. })
}

#[test]
fn no_traffic_and_no_proof_hold_and_ask_for_a_person_after_the_bake() {
    for rollout in [automatic(2), running(2)] {
        let nobody = at(&rollout, &quiet(&rollout, counts(0, 0)));
        assert_eq!((hold(&nobody), nobody.guidance), (HoldReason::NoTraffic, Guidance::AwaitingHuman));
        let few = at(&rollout, &quiet(&rollout, counts(0, 24)));
        assert_eq!((hold(&few), few.guidance), (HoldReason::Inconclusive, Guidance::AwaitingHuman));
    }
    let early = automatic(2);
    let now = minute(60);
    let nobody = tick(&early, now, &quiet(&early, Counts { data_through: now, ..counts(0, 0) }), &Pace::default());
    assert_eq!((hold(&nobody), nobody.guidance), (HoldReason::NoTraffic, Guidance::NoActionNeeded));
    let Decision::Hold { look_again_at, .. } = nobody.decision else { panic!() };
    assert_eq!(look_again_at, Some(now + TimeDelta::minutes(5)));
}

#[test]
fn a_breach_pauses_and_loosens_unless_the_rollout_only_pauses() {
    let trip = quiet(&automatic(3), counts(9, 40));
    assert_eq!(pause(&at(&automatic(3), &trip)), (PauseReason::GuardTripped, goal(GoalKind::ReportOnly, 3)));
    let only = Rollout { guard: Guard { on_trip: OnTrip::PauseOnly, ..Guard::default() }, ..running(3) };
    assert_eq!(pause(&at(&only, &trip)), (PauseReason::GuardTripped, goal(GoalKind::Pause, 3)));
    let emergency = quiet(&only, Counts { emergency_blocked: vec![id(9)], ..healthy() });
    let stopped = at(&only, &emergency);
    assert_eq!(pause(&stopped), (PauseReason::EmergencyAccessBlocked, goal(GoalKind::ReportOnly, 3)));
    assert_eq!(stopped.guidance, Guidance::SuggestRollBack);
}

#[test]
fn a_breach_among_those_whom_the_phase_added_is_not_hidden_by_the_many_before_them() {
    let rollout = automatic(3);
    let few = Counts { newcomers_only: true, ..counts(9, 20) };
    let hidden = Signals { newcomers: Some(few.clone()), ..quiet(&rollout, counts(9, 2_000)) };
    assert!(matches!(at(&rollout, &quiet(&rollout, counts(9, 2_000))).decision, Decision::Advance { .. }), "among all it is no breach");
    let stopped = at(&rollout, &hidden);
    assert_eq!(pause(&stopped), (PauseReason::GuardTripped, goal(GoalKind::ReportOnly, 3)));
    let verdict = stopped.verdict.unwrap();
    assert!(verdict.counts.newcomers_only);
    assert_eq!(verdict.recomputed(), verdict);
    let Decision::Pause { text, .. } = stopped.decision else { panic!() };
    assert!(text.starts_with("of the people whom this phase added, "), "{text}");

    let well = Signals { newcomers: Some(Counts { newcomers_only: true, ..counts(0, 5) }), ..hidden.clone() };
    assert!(matches!(at(&rollout, &well).decision, Decision::Advance { .. }), "too few to prove anything, and nothing speaks against them");
    let literal = Rollout { guard: Guard { rule: VerdictRule::SourceLiteral, ..Guard::default() }, ..automatic(3) };
    assert!(matches!(at(&literal, &hidden).decision, Decision::Advance { .. }), "the source's rule knows all sign-ins only");
    let earlier = Counts { effective_from: few.effective_from - TimeDelta::days(1), ..few };
    let stale = Signals { newcomers: Some(earlier), ..hidden };
    assert!(matches!(at(&rollout, &stale).decision, Decision::Advance { .. }), "counted from an earlier clock");
}

#[test]
fn guards_run_while_the_rollout_is_paused_advancing_or_frozen() {
    let paused = Rollout { status: RolloutStatus::Paused, ..running(3) };
    let trip = quiet(&paused, counts(9, 40));
    assert_eq!(pause(&at(&paused, &trip)).1, goal(GoalKind::ReportOnly, 3));
    let advancing = Rollout { status: RolloutStatus::Advancing, goal: Some(goal(GoalKind::Run, 4)), ..running(3) };
    assert_eq!(pause(&at(&advancing, &trip)).1, goal(GoalKind::ReportOnly, 3));
    let frozen = Signals { frozen: Some("the year's end".to_owned()), ..trip };
    assert_eq!(pause(&at(&automatic(3), &frozen)).1, goal(GoalKind::ReportOnly, 3));
}

#[test]
fn a_missing_signal_never_advances_and_never_blinds_the_guard() {
    let auto = automatic(2);
    let all = quiet(&auto, healthy());
    let gone = Unavailable::GraphUnavailable;
    let missing = [
        Signals { counts: Fetched::Unavailable(Unavailable::SignInsNotRead), ..all.clone() },
        Signals { twin: Fetched::Unavailable(gone), ..all.clone() },
        Signals { original: Fetched::Unavailable(gone), ..all.clone() },
        Signals { groups: Fetched::Unavailable(Unavailable::GroupsNotRead), ..all.clone() },
        Signals { counts: Fetched::Known(Counts { effective_from: minute(-100), ..healthy() }), ..all.clone() },
        Signals { counts: Fetched::Known(Counts { data_through: minute(15) + TimeDelta::hours(45), ..healthy() }), ..all.clone() },
    ];
    for signals in missing {
        assert_eq!(hold(&at(&auto, &signals)), HoldReason::SignalMissing);
    }
    let trip = Signals { twin: Fetched::Unavailable(gone), ..quiet(&auto, counts(9, 40)) };
    assert_eq!(pause(&at(&auto, &trip)).0, PauseReason::GuardTripped);
    let cut = Signals { tenant_connected: false, ..all };
    assert_eq!(pause(&at(&auto, &cut)), (PauseReason::TenantUnavailable, goal(GoalKind::Pause, 2)));
}

#[test]
fn a_move_that_is_on_its_way_waits_for_its_signals_too() {
    let advancing = Rollout { status: RolloutStatus::Advancing, goal: Some(goal(GoalKind::Run, 3)), ..running(2) };
    let all = quiet(&advancing, healthy());
    assert_eq!(at(&advancing, &all).decision, Decision::Step(RolloutStep::AddGroups));
    let gone = Unavailable::GraphUnavailable;
    let missing = [
        Signals { counts: Fetched::Unavailable(gone), ..all.clone() },
        Signals { twin: Fetched::Unavailable(gone), ..all.clone() },
        Signals { original: Fetched::Unavailable(gone), ..all },
    ];
    for signals in missing {
        assert_eq!(hold(&at(&advancing, &signals)), HoldReason::SignalMissing);
    }
}

#[test]
fn the_twin_is_let_go_only_when_the_original_is_seen_to_protect() {
    let mut completing = Rollout { status: RolloutStatus::Advancing, goal: Some(goal(GoalKind::Complete, 5)), ..running(5) };
    assert_eq!(at(&completing, &quiet(&completing, healthy())).decision, Decision::Step(RolloutStep::EnableOriginal));
    let before = quiet(&completing, healthy());
    completing.original.state = PolicyState::Enabled;
    assert_eq!(hold(&at(&completing, &before)), HoldReason::SignalMissing, "written, and not seen yet");
    assert_eq!(at(&completing, &quiet(&completing, healthy())).decision, Decision::Step(RolloutStep::DisableTwin));
}

#[test]
fn an_edit_of_the_grant_controls_or_the_end_of_a_policy_cancels() {
    let auto = automatic(2);
    let all = quiet(&auto, healthy());
    let edited = |seen: &Fetched<Option<domain::rollout::PolicySeen>>| {
        let mut seen = seen.known().unwrap().clone().unwrap();
        (seen.grants, seen.canonical) = (hash("other"), hash("other"));
        Fetched::Known(Some(seen))
    };
    let table = [
        (Signals { twin: edited(&all.twin), ..all.clone() }, EndReason::GrantControlsEdited),
        (Signals { original: edited(&all.original), ..all.clone() }, EndReason::GrantControlsEdited),
        (Signals { twin: Fetched::Known(None), ..all.clone() }, EndReason::TwinDeleted),
        (Signals { original: Fetched::Known(None), ..all.clone() }, EndReason::OriginalDeleted),
    ];
    for (signals, expected) in table {
        for status in [RolloutStatus::Running, RolloutStatus::Paused] {
            let rollout = Rollout { status, ..auto.clone() };
            let Decision::Cancel { reason, goal } = at(&rollout, &signals).decision else { panic!("{expected}") };
            assert_eq!((reason, goal), (expected, Goal::end(GoalKind::Cancel, 2, expected)));
            let going = rollout.decided(&Decision::Cancel { reason, goal }, baked(), &Pace::default());
            assert_eq!(going.status, RolloutStatus::Reverting);
            assert!(!matches!(at(&going, &signals).decision, Decision::Cancel { .. }), "decided once");
        }
    }
}

#[test]
fn any_other_foreign_edit_pauses_once_our_own_write_has_settled() {
    let auto = automatic(2);
    let mut signals = quiet(&auto, Counts { data_through: minute(16), ..counts(0, 0) });
    let Fetched::Known(Some(twin)) = &mut signals.twin else { panic!() };
    twin.canonical = hash("other");
    assert_eq!(hold(&tick(&auto, minute(14), &signals, &Pace::default())), HoldReason::NoTraffic);
    let stopped = tick(&auto, minute(16), &signals, &Pace::default());
    assert_eq!((pause(&stopped), stopped.guidance), ((PauseReason::ForeignEdit, goal(GoalKind::Pause, 2)), Guidance::AwaitingHuman));
    let paused = auto.decided(&stopped.decision, minute(16), &Pace::default());
    assert_eq!(paused.status, RolloutStatus::Paused, "nothing has to be written");
    assert_eq!(hold(&tick(&paused, minute(17), &signals, &Pace::default())), HoldReason::Paused);
}

#[test]
fn a_twin_that_does_not_exclude_the_emergency_accounts_goes_to_report_only() {
    let auto = automatic(2);
    let mut signals = quiet(&auto, healthy());
    let Fetched::Known(Some(twin)) = &mut signals.twin else { panic!() };
    (twin.emergency_excluded, twin.canonical) = (false, hash("other"));
    assert_eq!(pause(&at(&auto, &signals)), (PauseReason::EmergencyAccessBlocked, goal(GoalKind::ReportOnly, 2)));
}

#[test]
fn a_twin_that_does_other_than_the_original_said_is_drift() {
    let of = |disagreeing, pairs| {
        let counts = Counts { pairs, disagreeing_pairs: disagreeing, ..healthy() };
        at(&automatic(2), &quiet(&automatic(2), counts))
    };
    assert_eq!(pause(&of(6, 100)), (PauseReason::Drift, goal(GoalKind::Pause, 2)));
    assert!(matches!(of(5, 100).decision, Decision::Advance { .. }), "exactly 5 % is no drift");
    assert!(matches!(of(10, 19).decision, Decision::Advance { .. }), "19 pairs are too few to tell");
}

#[test]
fn groups_that_are_gone_empty_or_grown_stop_the_phase_that_needs_them() {
    let mut auto = automatic(2);
    let member = |group: u128, members| domain::rollout::GroupReasoning {
        group: id(group),
        name: format!("Group {group}"),
        members,
        sign_ins: 0,
        blocked: 0,
        interrupted: 0,
        affected_by_others: 0,
        used_in: Vec::new(),
        overlap: 0,
        score: 0,
        text: String::new(),
    };
    auto.plan.groups = (1..=5).map(|group| member(group, 10)).collect();
    let with = |members: Option<u64>| {
        let mut signals = quiet(&auto, healthy());
        let Fetched::Known(groups) = &mut signals.groups else { panic!() };
        match members {
            Some(members) => groups.insert(id(3), members),
            None => groups.remove(&id(3)),
        };
        at(&auto, &signals)
    };
    assert_eq!(pause(&with(None)).0, PauseReason::GroupsChanged);
    assert_eq!(pause(&with(Some(0))).0, PauseReason::GroupsChanged);
    assert_eq!(pause(&with(Some(13))).0, PauseReason::Drift);
    assert!(matches!(with(Some(12)).decision, Decision::Advance { .. }), "exactly 20 % is no drift");
}

#[test]
fn a_forecast_beyond_the_limit_waits_for_a_person() {
    let mut auto = automatic(2);
    for forecast in [Some(Forecast::measured(100, 20, 3, 0, minute(0), 7)), None] {
        auto.plan.phases[2].forecast = forecast;
        let waiting = at(&auto, &quiet(&auto, healthy()));
        assert_eq!((hold(&waiting), waiting.guidance), (HoldReason::ForecastNotConfirmed, Guidance::AwaitingHuman));
        let confirmed = Rollout { forecast_confirmed: Some(3), ..auto.clone() };
        assert!(matches!(at(&confirmed, &quiet(&auto, healthy())).decision, Decision::Advance { .. }));
    }
}

#[test]
fn a_freeze_holds_what_goes_forward_and_nothing_that_goes_back() {
    let frozen = |rollout: &Rollout| Signals { frozen: Some("the year's end".to_owned()), ..quiet(rollout, healthy()) };
    assert_eq!(hold(&at(&automatic(2), &frozen(&automatic(2)))), HoldReason::Frozen);
    let advancing = Rollout { status: RolloutStatus::Advancing, goal: Some(goal(GoalKind::Run, 3)), ..running(2) };
    assert_eq!(hold(&at(&advancing, &frozen(&advancing))), HoldReason::Frozen);
    let reverting = Rollout { status: RolloutStatus::Reverting, goal: Some(goal(GoalKind::ReportOnly, 2)), ..running(2) };
    assert_eq!(at(&reverting, &frozen(&reverting)).decision, Decision::Step(RolloutStep::ReportOnly));
    // Other tenants hold it in the same way.
    let elsewhere = WaveSignal { held: Some("a breach elsewhere".to_owned()), released: None };
    let held = |rollout: &Rollout, wave: &WaveSignal| Signals { wave: Some(wave.clone()), ..quiet(rollout, healthy()) };
    assert_eq!(hold(&at(&automatic(2), &held(&automatic(2), &elsewhere))), HoldReason::WaveHeld);
    assert_eq!(hold(&at(&advancing, &held(&advancing, &elsewhere))), HoldReason::WaveHeld);
    assert_eq!(at(&reverting, &held(&reverting, &elsewhere)).decision, Decision::Step(RolloutStep::ReportOnly));
    let released = |phase| WaveSignal { held: None, released: Some(phase) };
    assert_eq!(hold(&at(&automatic(2), &held(&automatic(2), &released(2)))), HoldReason::WaveHeld);
    assert!(matches!(at(&automatic(2), &held(&automatic(2), &released(3))).decision, Decision::Advance { .. }));
}

#[test]
fn a_stop_takes_back_a_change_that_was_not_sent_and_waits_for_one_that_was() {
    let step = |standing| StepUnderWay { step: RolloutStep::AddGroups, groups: [id(3)].into(), standing, since: baked() };
    let stopped = |standing| Rollout {
        status: RolloutStatus::Reverting,
        goal: Some(goal(GoalKind::Pause, 2)),
        step: Some(step(standing)),
        ..running(2)
    };
    let of = |rollout: &Rollout| at(rollout, &quiet(rollout, healthy())).decision;
    assert_eq!(of(&stopped(StepStanding::Waiting)), Decision::StopStep);
    let in_flight = stopped(StepStanding::InFlight);
    assert!(matches!(of(&in_flight), Decision::Hold { why: HoldReason::StepUnderWay, .. }));
    let landed = in_flight.step_ended(&domain::rollout::StepOutcome::Applied(None), baked());
    assert_eq!(of(&landed), Decision::Step(RolloutStep::RemoveGroups), "and then undone");
    assert_eq!(landed.step_groups(RolloutStep::RemoveGroups, goal(GoalKind::Pause, 2)), [id(3)].into());
}

#[test]
fn a_change_that_fails_pauses_on_the_way_forward_and_is_tried_again_on_the_way_back() {
    let failed = |step, status, goal| Rollout {
        status,
        goal: Some(goal),
        step: Some(StepUnderWay { step, groups: Default::default(), standing: StepStanding::Failed, since: baked() }),
        ..running(2)
    };
    let forward = failed(RolloutStep::AddGroups, RolloutStatus::Advancing, goal(GoalKind::Run, 3));
    let stopped = at(&forward, &quiet(&forward, healthy()));
    assert_eq!(pause(&stopped), (PauseReason::StepFailed, goal(GoalKind::Pause, 2)));
    let paused = forward.decided(&stopped.decision, baked(), &Pace::default());
    assert_eq!((paused.status, paused.step), (RolloutStatus::Paused, None));
    let back = failed(RolloutStep::ReportOnly, RolloutStatus::Reverting, goal(GoalKind::ReportOnly, 2));
    assert_eq!(hold(&at(&back, &quiet(&back, healthy()))), HoldReason::StepUnderWay);
    let later = tick(&back, baked() + TimeDelta::minutes(5), &quiet(&back, healthy()), &Pace::default());
    assert_eq!(later.decision, Decision::Step(RolloutStep::ReportOnly));
}

#[test]
fn a_plan_waits_for_its_approval_and_for_a_person() {
    let mut plan = planned();
    let of = |plan: &Rollout| hold(&at(plan, &quiet(plan, counts(0, 0))));
    assert_eq!(of(&plan), HoldReason::NotStarted);
    plan.awaiting_approval = true;
    assert_eq!(of(&plan), HoldReason::AwaitingApproval);
}

#[test]
fn the_twin_of_an_ended_rollout_is_deleted_when_its_time_is_up_and_nobody_has_taken_it_up() {
    let mut ended = Rollout { status: RolloutStatus::Completed, ended_at: Some(minute(0)), ..running(5) };
    ended.twin.as_mut().unwrap().mark.state = PolicyState::Disabled;
    let signals = quiet(&ended, healthy());
    let of = |signals: &Signals, now| tick(&ended, now, signals, &Pace::default()).decision;
    assert!(matches!(of(&signals, minute(0) + TimeDelta::days(6)), Decision::Hold { why: HoldReason::Ended, look_again_at: Some(_), .. }));
    assert_eq!(of(&signals, minute(0) + TimeDelta::days(7)), Decision::Step(RolloutStep::DeleteTwin));
    let mut taken = signals.clone();
    let Fetched::Known(Some(twin)) = &mut taken.twin else { panic!() };
    twin.state = Some(PolicyState::Enabled);
    assert!(matches!(of(&taken, minute(0) + TimeDelta::days(9)), Decision::Hold { .. }));
    let gone = Signals { twin: Fetched::Known(None), ..signals };
    assert!(matches!(of(&gone, minute(0) + TimeDelta::days(9)), Decision::Hold { look_again_at: None, .. }));
}

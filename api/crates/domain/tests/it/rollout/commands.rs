//! Every status with every command, and what each command asks for.

use domain::bulk_rollout::WaveSignal;
use domain::id::RolloutVerdictId;
use domain::policy::PolicyState;
use domain::rollout::{
    Command, CommandKind as C, Counts, EndReason, Fetched, Forecast, Forward, Goal, GoalKind, Pace, Pause, PauseReason, Rollout,
    RolloutRefusal, RolloutStatus as S, Signals, Transition, Unavailable, allowed, command,
};

use super::given::{counts, hash, id, minute, planned, quiet, running};

fn asked(kind: C) -> Command {
    let reason = || "because".to_owned();
    match kind {
        C::Start => Command::Start { confirm_forecast: false },
        C::Pause => Command::Pause { reason: reason(), report_only: false },
        C::Resume => Command::Resume { reason: reason() },
        C::Advance => Command::Advance(Forward::default()),
        C::RevertPhase => Command::RevertPhase { reason: reason() },
        C::Complete => Command::Complete(Forward { reason: Some(reason()), override_verdict: Some(verdict(1)), ..Forward::default() }),
        C::Cancel => Command::Cancel { reason: reason(), end: EndReason::Asked },
        C::RollBack => Command::RollBack { reason: reason() },
    }
}

fn verdict(number: u128) -> RolloutVerdictId {
    RolloutVerdictId(id(number))
}

fn paused(phase: u8) -> Rollout {
    let pause = Pause { reason: PauseReason::Asked, text: "look".to_owned(), at: minute(30), verdict: None };
    Rollout { status: S::Paused, pause: Some(pause), last_verdict: Some(verdict(1)), ..running(phase) }
}

fn at(status: S) -> Rollout {
    match status {
        S::Planned => planned(),
        S::Advancing => Rollout { status, goal: Some(Goal::new(GoalKind::Run, 3)), ..running(2) },
        S::Running => Rollout { last_verdict: Some(verdict(1)), ..running(2) },
        S::Paused => paused(2),
        S::Reverting => Rollout { status, goal: Some(Goal::new(GoalKind::ReportOnly, 2)), ..running(2) },
        S::Completed | S::Cancelled | S::RolledBack => Rollout { status, ended_at: Some(minute(9)), ..running(5) },
    }
}

fn taken(rollout: &Rollout, command_: &Command, signals: &Signals) -> Result<Transition, RolloutRefusal> {
    command(rollout, command_, minute(15) + chrono::TimeDelta::days(2), signals, &Pace::default())
}

fn good(rollout: &Rollout) -> Signals {
    quiet(rollout, counts(0, 100))
}

/// The table: what each status takes.
fn table(status: S) -> &'static [C] {
    match status {
        S::Planned => &[C::Start, C::Pause, C::Cancel, C::RollBack],
        S::Advancing | S::Reverting => &[C::Pause, C::Cancel, C::RollBack],
        S::Running => &[C::Pause, C::Advance, C::RevertPhase, C::Complete, C::Cancel, C::RollBack],
        S::Paused => &[C::Pause, C::Resume, C::RevertPhase, C::Complete, C::Cancel, C::RollBack],
        S::Completed | S::Cancelled | S::RolledBack => &[],
    }
}

#[test]
fn every_status_takes_its_commands_and_refuses_all_others_saying_what_it_takes() {
    for status in S::ALL.iter().copied() {
        let rollout = at(status);
        for kind in C::ALL.iter().copied() {
            let answer = taken(&rollout, &asked(kind), &good(&rollout));
            if table(status).contains(&kind) {
                assert!(answer.is_ok(), "{status} {kind}: {answer:?}");
            } else {
                let refusal = answer.unwrap_err();
                let expected = RolloutRefusal::IllegalTransition { status, command: kind, allowed: table(status).to_vec() };
                assert_eq!((refusal.code(), &refusal), ("ILLEGAL_TRANSITION", &expected), "{status} {kind}");
                assert!(
                    refusal.to_string().contains(if status.terminal() { "it has ended" } else { "it takes PAUSE" }) || status == S::Planned
                );
            }
        }
        assert_eq!(allowed(&rollout), table(status));
    }
}

#[test]
fn a_stop_is_taken_in_every_status_that_is_not_terminal_whatever_is_missing() {
    let gone = Unavailable::NotConnected;
    for status in S::ALL.iter().copied().filter(|status| !status.terminal()) {
        let rollout = at(status);
        let blind = Signals {
            newcomers: None,
            counts: Fetched::Unavailable(gone),
            twin: Fetched::Unavailable(gone),
            original: Fetched::Unavailable(gone),
            groups: Fetched::Unavailable(gone),
            frozen: Some("the year's end".to_owned()),
            wave: Some(WaveSignal { held: Some("a breach elsewhere".to_owned()), released: Some(0) }),
            tenant_connected: false,
        };
        for kind in [C::Pause, C::Cancel, C::RollBack] {
            assert!(taken(&rollout, &asked(kind), &blind).is_ok(), "{status} {kind}");
        }
    }
}

#[test]
fn what_a_command_leads_to() {
    let to = |rollout: &Rollout, kind| {
        let transition = taken(rollout, &asked(kind), &good(rollout)).unwrap();
        (transition.status, transition.goal.map(|goal| (goal.kind, goal.phase)))
    };
    use GoalKind as G;
    assert_eq!(to(&planned(), C::Start), (S::Advancing, Some((G::Run, 1))));
    assert_eq!(to(&planned(), C::Cancel), (S::Cancelled, Some((G::Cancel, 0))), "nothing was written, so it ends at once");
    assert_eq!(to(&planned(), C::Pause).0, S::Paused);
    assert_eq!(to(&running(2), C::Pause), (S::Paused, Some((G::Pause, 2))));
    assert_eq!(to(&running(2), C::Advance), (S::Advancing, Some((G::Run, 3))));
    assert_eq!(to(&running(2), C::RevertPhase), (S::Reverting, Some((G::Pause, 1))));
    assert_eq!(to(&running(1), C::RevertPhase), (S::Reverting, Some((G::ReportOnly, 0))), "taking back the first phase is report-only");
    assert_eq!(to(&running(5), C::Complete), (S::Advancing, Some((G::Complete, 5))));
    assert_eq!(to(&running(2), C::Cancel), (S::Reverting, Some((G::Cancel, 2))));
    assert_eq!(to(&running(2), C::RollBack), (S::Reverting, Some((G::RollBack, 2))));
    assert_eq!(to(&at(S::Advancing), C::Pause), (S::Paused, Some((G::Pause, 2))), "nothing of phase 3 was written yet");
    assert_eq!(to(&paused(2), C::Resume), (S::Advancing, Some((G::Run, 2))));
}

#[test]
fn the_stronger_of_two_stops_counts() {
    let of = |before, kind| {
        let rollout = Rollout { status: S::Reverting, goal: Some(Goal::new(before, 2)), ..running(2) };
        taken(&rollout, &asked(kind), &good(&rollout)).unwrap().goal.unwrap().kind
    };
    assert_eq!(of(GoalKind::Cancel, C::Pause), GoalKind::Cancel);
    assert_eq!(of(GoalKind::RollBack, C::Cancel), GoalKind::RollBack);
    assert_eq!(of(GoalKind::ReportOnly, C::Pause), GoalKind::ReportOnly);
    assert_eq!(of(GoalKind::Pause, C::RollBack), GoalKind::RollBack);
}

fn code(answer: Result<Transition, RolloutRefusal>) -> &'static str {
    answer.map_or_else(|refusal| refusal.code(), |_| "")
}

#[test]
fn starting_asks_for_approval_an_untouched_original_and_groups_that_are_there() {
    let start = |rollout: &Rollout, signals: &Signals| code(taken(rollout, &asked(C::Start), signals));
    let plan = planned();
    let all = quiet(&plan, counts(0, 0));
    assert_eq!(start(&plan, &all), "");
    assert_eq!(start(&Rollout { awaiting_approval: true, ..planned() }, &all), "NOT_APPROVED");
    assert_eq!(start(&plan, &Signals { tenant_connected: false, ..all.clone() }), "TENANT_DISCONNECTED");
    assert_eq!(start(&plan, &Signals { frozen: Some("year's end".to_owned()), ..all.clone() }), "FROZEN");
    let unreleased = Some(WaveSignal { held: None, released: Some(0) });
    assert_eq!(start(&plan, &Signals { wave: unreleased, ..all.clone() }), "WAVE_HELD");
    let missing = Fetched::Unavailable(Unavailable::GraphUnavailable);
    assert_eq!(start(&plan, &Signals { original: missing, ..all.clone() }), "SIGNAL_MISSING");
    assert_eq!(start(&plan, &Signals { original: Fetched::Known(None), ..all.clone() }), "POLICY_CHANGED");
    assert_eq!(start(&plan, &Signals { groups: Fetched::Known(Default::default()), ..all.clone() }), "PHASE_NOT_STARTABLE");
    let mut edited = all.clone();
    let Fetched::Known(Some(original)) = &mut edited.original else { panic!() };
    original.canonical = hash("other");
    assert_eq!(start(&plan, &edited), "POLICY_CHANGED");
    let mut harmful = planned();
    harmful.plan.phases[0].forecast = Some(Forecast::measured(10, 10, 5, 0, minute(0), 7));
    assert_eq!(start(&harmful, &all), "FORECAST_NOT_CONFIRMED");
    assert_eq!(code(taken(&harmful, &Command::Start { confirm_forecast: true }, &all)), "");
}

#[test]
fn an_override_names_the_newest_verdict_with_a_reason_and_never_a_breach() {
    let rollout = at(S::Running);
    let doubtful = quiet(&rollout, counts(0, 10));
    let advance = |named: Option<u128>, reason: Option<&str>, signals: &Signals| {
        let forward = Forward { override_verdict: named.map(verdict), reason: reason.map(str::to_owned), confirm_forecast: false };
        taken(&rollout, &Command::Advance(forward), signals)
    };
    let expected =
        RolloutRefusal::NotHealthy { text: "the sign-ins do not prove that the phase is healthy".to_owned(), verdict: Some(verdict(1)) };
    assert_eq!(advance(None, None, &doubtful), Err(expected));
    assert_eq!(code(advance(Some(2), Some("it is Sunday"), &doubtful)), "STALE_VERDICT");
    assert_eq!(code(advance(Some(1), Some("  "), &doubtful)), "REASON_MISSING");
    let moved = advance(Some(1), Some("it is Sunday"), &doubtful).unwrap();
    assert_eq!(moved.goal, Some(Goal::new(GoalKind::Run, 3)), "exactly one step");
    assert_eq!(code(advance(Some(1), Some("never mind"), &quiet(&rollout, counts(9, 40)))), "GUARD_TRIPPED");
    let blind = Signals { counts: Fetched::Unavailable(Unavailable::SignInsNotRead), ..doubtful };
    assert_eq!(code(advance(Some(1), Some("never mind"), &blind)), "SIGNAL_MISSING");
    let early = quiet(&rollout, Counts { data_through: minute(60), ..counts(0, 100) });
    assert_eq!(code(advance(None, None, &early)), "NOT_HEALTHY");
}

#[test]
fn a_forecast_beyond_the_limit_needs_confirmation_with_a_reason() {
    let mut rollout = at(S::Running);
    rollout.plan.phases[2].forecast = Some(Forecast::measured(10, 10, 5, 0, minute(0), 7));
    let advance = |confirm_forecast, reason: Option<&str>| {
        let forward = Forward { override_verdict: None, reason: reason.map(str::to_owned), confirm_forecast };
        taken(&rollout, &Command::Advance(forward), &good(&rollout))
    };
    assert_eq!(code(advance(false, None)), "FORECAST_NOT_CONFIRMED");
    assert_eq!(code(advance(true, None)), "REASON_MISSING");
    assert_eq!(advance(true, Some("they were told")).unwrap().forecast_confirmed, Some(3));
}

#[test]
fn completing_is_possible_at_any_time_and_before_the_last_phase_takes_an_override() {
    let complete = |rollout: &Rollout, named: Option<u128>| {
        let forward = Forward { override_verdict: named.map(verdict), reason: Some("they were told".to_owned()), confirm_forecast: false };
        code(taken(rollout, &Command::Complete(forward), &good(rollout)))
    };
    let last = Rollout { last_verdict: Some(verdict(1)), ..running(5) };
    assert_eq!(complete(&last, None), "");
    for early in [at(S::Running), paused(3)] {
        assert_eq!(complete(&early, None), "NOT_HEALTHY");
        assert_eq!(complete(&early, Some(1)), "");
    }
    assert_eq!(code(taken(&last, &Command::Advance(Forward::default()), &good(&last))), "LAST_PHASE");
}

#[test]
fn resuming_accepts_foreign_edits_but_no_grant_edit_and_no_missing_emergency_exclusion() {
    let rollout = paused(2);
    let resume = |signals: &Signals| taken(&rollout, &asked(C::Resume), signals);
    let with = |change: fn(&mut domain::rollout::PolicySeen)| {
        let mut signals = good(&rollout);
        let Fetched::Known(Some(twin)) = &mut signals.twin else { panic!() };
        change(twin);
        signals
    };
    assert_eq!(resume(&good(&rollout)).unwrap().twin, None);
    let renamed = with(|twin| twin.canonical = hash("renamed"));
    assert_eq!(resume(&renamed).unwrap().twin.unwrap().canonical, hash("renamed"));
    assert_eq!(code(resume(&with(|twin| twin.grants = hash("other")))), "POLICY_CHANGED");
    assert_eq!(code(resume(&with(|twin| twin.emergency_excluded = false))), "POLICY_CHANGED");
    let mut enabled = good(&rollout);
    let Fetched::Known(Some(original)) = &mut enabled.original else { panic!() };
    original.state = Some(PolicyState::Enabled);
    assert_eq!(code(resume(&enabled)), "POLICY_CHANGED");
    assert_eq!(code(taken(&rollout, &Command::Resume { reason: String::new() }, &good(&rollout))), "REASON_MISSING");
    let before_the_first = Rollout { phase: 0, twin: None, ..paused(1) };
    assert_eq!(resume_of(&before_the_first).status, S::Planned, "starting asks again for all that a start needs");
}

fn resume_of(rollout: &Rollout) -> Transition {
    taken(rollout, &asked(C::Resume), &good(rollout)).unwrap()
}

#[test]
fn a_pause_keeps_the_reason_that_the_engine_found() {
    let mut rollout = paused(2);
    rollout.pause.as_mut().unwrap().reason = PauseReason::GuardTripped;
    let transition = taken(&rollout, &Command::Pause { reason: "me too".to_owned(), report_only: true }, &good(&rollout)).unwrap();
    assert_eq!(transition.pause.unwrap().reason, PauseReason::GuardTripped);
    assert_eq!((transition.status, transition.goal.unwrap().kind), (S::Reverting, GoalKind::ReportOnly));
}

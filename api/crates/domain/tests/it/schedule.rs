//! Schedules: every state with every event, what may be armed, and what ends one.

use chrono::TimeDelta;
use domain::change::gate::GateContext;
use domain::change::refusal::Refusal;
use domain::change::request::{ApprovalState, ChangeRequest};
use domain::change::status::ChangeStatus;
use domain::change::warning::{Severity, WarningCode};
use domain::id::{JobId, ScheduleId};
use domain::schedule::{
    Arming, Schedule, ScheduleCommand, ScheduleDetail, ScheduleEventKind, ScheduleMode, ScheduleState, Times, TimesError, Void, may_arm,
    next_state, still_stands, times,
};
use uuid::Uuid;

use crate::fixtures::{APPROVER, approval, change, dry_run, now, open_gate, tenant, warning};

const MODES: [ScheduleMode; 2] = [ScheduleMode::WithinDryRun, ScheduleMode::RevalidateAtFire];

fn detail() -> ScheduleDetail {
    ScheduleDetail { code: "CODE".into(), message: "why".into() }
}

fn in_minutes(minutes: i64) -> chrono::DateTime<chrono::Utc> {
    now() + TimeDelta::minutes(minutes)
}

fn armed() -> Schedule {
    let change = complete();
    let arming = Arming {
        id: ScheduleId(Uuid::from_u128(70)),
        workspace_id: change.workspace_id,
        tenant_id: change.tenant_id,
        change_id: change.id,
        mode: ScheduleMode::WithinDryRun,
        times: Times { fire_at: in_minutes(10), latest_at: in_minutes(15) },
        digest: "reviewed".into(),
        by: APPROVER,
        job_id: JobId(Uuid::from_u128(71)),
    };
    Schedule::arm(arming, now()).schedule
}

fn complete() -> ChangeRequest {
    change(ChangeStatus::DryRunComplete)
}

fn approved() -> ChangeRequest {
    ChangeRequest { requires_approval: true, approvals: vec![approval(ApprovalState::Approved)], ..complete() }
}

fn command(event: ScheduleEventKind) -> ScheduleCommand {
    match event {
        ScheduleEventKind::Reschedule => ScheduleCommand::Reschedule {
            times: Times { fire_at: in_minutes(20), latest_at: in_minutes(21) },
            by: APPROVER,
            job_id: JobId(Uuid::from_u128(72)),
        },
        ScheduleEventKind::Fire => ScheduleCommand::Fire { sync_job_id: None },
        ScheduleEventKind::Start => ScheduleCommand::Start,
        ScheduleEventKind::Miss => ScheduleCommand::Miss(detail()),
        ScheduleEventKind::Revoke => ScheduleCommand::Revoke(detail()),
        ScheduleEventKind::Block => ScheduleCommand::Block { detail: detail(), diff: Vec::new() },
    }
}

/// The table, written down a second time: a row an event, a column a state.
const TABLE: [(ScheduleEventKind, [Option<ScheduleState>; 6]); 6] = {
    use ScheduleEventKind as E;
    use ScheduleState as S;
    // armed, firing, fired, missed, revoked, blocked
    [
        (E::Reschedule, [Some(S::Armed), None, None, None, None, None]),
        (E::Fire, [Some(S::Firing), None, None, None, None, None]),
        (E::Start, [None, Some(S::Fired), None, None, None, None]),
        (E::Miss, [Some(S::Missed), Some(S::Missed), None, None, None, None]),
        (E::Revoke, [Some(S::Revoked), Some(S::Revoked), None, None, None, None]),
        (E::Block, [None, Some(S::Blocked), None, None, None, None]),
    ]
};

#[test]
fn every_state_takes_what_the_table_says_and_nothing_else() {
    assert_eq!(TABLE.map(|(event, _)| event).to_vec(), ScheduleEventKind::ALL);
    for (event, row) in TABLE {
        for (from, to) in ScheduleState::ALL.iter().copied().zip(row) {
            assert_eq!(next_state(from, event), to, "{event} in {from}");
            let schedule = Schedule { state: from, ..armed() };
            match (schedule.clone().step(command(event), Some(APPROVER), in_minutes(1)), to) {
                (Ok(step), Some(to)) => {
                    assert_eq!(step.schedule.state, to);
                    assert_eq!(step.schedule.revision, schedule.revision + 1);
                    assert_eq!(step.schedule.finished_at, (!to.active()).then_some(in_minutes(1)), "{event} in {from}");
                    assert_eq!((&step.event.data["from"], &step.event.data["to"]), (&from.as_str().into(), &to.as_str().into()));
                    assert_eq!(step.event.subject_id, schedule.change_id.0);
                }
                (Err(refusal), None) => assert_eq!(refusal, Refusal::ScheduleNotArmed { state: from }),
                (answer, to) => panic!("{event} in {from} gave {answer:?}, not {to:?}"),
            }
        }
    }
}

#[test]
fn rescheduling_moves_the_times_the_member_and_the_job() {
    let moved = armed().step(command(ScheduleEventKind::Reschedule), Some(APPROVER), in_minutes(1)).unwrap().schedule;
    assert_eq!((moved.fire_at, moved.latest_at, moved.armed_at), (in_minutes(20), in_minutes(21), in_minutes(1)));
    assert_eq!((moved.armed_by, moved.job_id), (APPROVER, JobId(Uuid::from_u128(72))));
}

#[test]
fn times_are_in_the_future_and_bounded() {
    let days = |days| now() + TimeDelta::days(days);
    let tick = TimeDelta::microseconds(1);
    for mode in MODES {
        assert_eq!(times(mode, now(), None, now()), Err(TimesError::NotInFuture));
        assert_eq!(times(mode, now() + tick, None, now()).unwrap().latest_at, now() + tick + TimeDelta::minutes(5));
        assert!(times(mode, days(30), None, now()).is_ok());
        assert_eq!(times(mode, days(30) + tick, None, now()), Err(TimesError::TooFar));
        assert_eq!(times(mode, days(1), Some(days(1) - tick), now()), Err(TimesError::LatestBeforeFire));
        assert_eq!(times(mode, days(1), Some(days(1)), now()).unwrap(), Times { fire_at: days(1), latest_at: days(1) });
    }
    let fire = in_minutes(10);
    assert!(times(ScheduleMode::WithinDryRun, fire, Some(fire + TimeDelta::minutes(5)), now()).is_ok());
    let late = times(ScheduleMode::WithinDryRun, fire, Some(fire + TimeDelta::minutes(5) + tick), now());
    assert_eq!(late, Err(TimesError::LatestTooLate { minutes: 5 }));
    assert!(times(ScheduleMode::RevalidateAtFire, fire, Some(fire + TimeDelta::hours(24)), now()).is_ok());
    let late = times(ScheduleMode::RevalidateAtFire, fire, Some(fire + TimeDelta::hours(24) + tick), now());
    assert_eq!(late, Err(TimesError::LatestTooLate { minutes: 24 * 60 }));
}

fn arm(change: &ChangeRequest, mode: ScheduleMode, minutes: i64) -> Result<(), Refusal> {
    let tenant = tenant();
    may_arm(change, open_gate(&tenant), mode, "reviewed", in_minutes(minutes), now())
}

#[test]
fn arming_within_the_dry_run_needs_it_to_be_fresh_when_it_fires() {
    let mode = ScheduleMode::WithinDryRun;
    let expires_at = in_minutes(30);
    assert_eq!(arm(&complete(), mode, 29), Ok(()));
    assert_eq!(arm(&complete(), mode, 30), Err(Refusal::DryRunEndsBefore { expires_at }));
    assert_eq!(arm(&complete(), ScheduleMode::RevalidateAtFire, 30), Ok(()));
    assert_eq!(arm(&complete(), ScheduleMode::RevalidateAtFire, 30 * 24 * 60), Ok(()));
}

#[test]
fn arming_needs_what_applying_needs_now() {
    for mode in MODES {
        for status in ChangeStatus::ALL.iter().copied().filter(|status| *status != ChangeStatus::DryRunComplete) {
            assert!(arm(&change(status), mode, 10).is_err(), "{status}");
        }
        let mut stale = complete();
        stale.dry_run.as_mut().unwrap().expires_at = now();
        assert_eq!(
            arm(&stale, mode, 10),
            Err(Refusal::DryRunExpired { expired_at: now() }),
            "a dry-run that is stale now is made again first"
        );
        let mut other = complete();
        other.dry_run = Some(dry_run("another", Vec::new()));
        assert_eq!(arm(&other, mode, 10), Err(Refusal::StaleReview { current: "another".into() }));
        let unapproved = ChangeRequest { requires_approval: true, ..complete() };
        assert_eq!(arm(&unapproved, mode, 10), Err(Refusal::NotApproved));
        assert_eq!(arm(&approved(), mode, 10), Ok(()));
        let critical = ChangeRequest { dry_run: Some(dry_run("reviewed", vec![warning(Severity::Critical)])), ..complete() };
        assert!(matches!(arm(&critical, mode, 10), Err(Refusal::BlockedByWarning(_))));
    }
}

#[test]
fn arming_says_when_the_approval_ends_before() {
    for mode in MODES {
        let mut change = approved();
        let expires_at = in_minutes(10);
        change.approvals[0].expires_at = expires_at;
        assert_eq!(arm(&change, mode, 9), Ok(()));
        assert_eq!(arm(&change, mode, 10), Err(Refusal::ApprovalEndsBefore { expires_at }));
    }
}

#[test]
fn arming_is_refused_by_a_freeze_at_the_fire_time() {
    let tenant = tenant();
    for mode in MODES {
        let context = GateContext { frozen: Some("year end".into()), ..open_gate(&tenant) };
        let answer = may_arm(&complete(), context, mode, "reviewed", in_minutes(10), now());
        assert_eq!(answer, Err(Refusal::Frozen("year end".into())));
    }
}

#[test]
fn what_is_made_again_does_not_start_from_an_old_snapshot() {
    let mut old = warning(Severity::Warning);
    old.code = WarningCode::SnapshotStale;
    let change = ChangeRequest { dry_run: Some(dry_run("reviewed", vec![old])), ..complete() };
    assert_eq!(arm(&change, ScheduleMode::RevalidateAtFire, 10), Err(Refusal::SnapshotStale));
    assert_eq!(arm(&change, ScheduleMode::WithinDryRun, 10), Ok(()));
}

#[test]
fn a_schedule_stands_as_long_as_its_change_is_what_was_reviewed() {
    let schedule = armed();
    assert_eq!(still_stands(&schedule, &complete()), None);
    assert_eq!(still_stands(&schedule, &approved()), None);
    for (status, void) in [
        (ChangeStatus::Draft, Void::DryRunVoid),
        (ChangeStatus::DryRunBlocked, Void::DryRunChanged),
        (ChangeStatus::AwaitingApproval, Void::ApprovalVoid),
        (ChangeStatus::Applying, Void::AppliedBefore),
        (ChangeStatus::Applied, Void::AppliedBefore),
        (ChangeStatus::Failed, Void::AppliedBefore),
        (ChangeStatus::RolledBack, Void::AppliedBefore),
        (ChangeStatus::Cancelled, Void::ChangeCancelled),
    ] {
        assert_eq!(still_stands(&schedule, &change(status)), Some(void), "{status}");
        assert_eq!(void.detail().code, void.as_str());
    }
    let mut other = complete();
    other.dry_run = Some(dry_run("another", Vec::new()));
    assert_eq!(still_stands(&schedule, &other), Some(Void::DryRunChanged));
    let mut voided = approved();
    voided.approvals[0].state = ApprovalState::Voided;
    assert_eq!(still_stands(&schedule, &voided), Some(Void::ApprovalVoid));
}

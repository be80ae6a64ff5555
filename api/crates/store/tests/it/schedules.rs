//! Schedules and freeze windows: read back equal, one active schedule of a change, what ended is not rewritten.

use std::collections::BTreeSet;

use crate::support::*;
use chrono::{NaiveDateTime, TimeDelta};
use domain::change::dry_run::{DiffOp, FieldDiff, Risk};
use domain::change::request::ChangeRequest;
use domain::freeze::{FreezeKind, FreezeWindow, WindowTimes};
use domain::id::*;
use domain::schedule::{Arming, Schedule, ScheduleCommand, ScheduleDetail, ScheduleMode, ScheduleState, Times};
use sea_orm::ConnectionTrait;
use store::{StoreError, constraint};

on_both!(
    schedules_are_read_back_and_saved_by_revision,
    a_change_has_one_active_schedule,
    the_newest_schedule_of_each_change_is_found_at_once,
    what_ended_is_not_rewritten,
    a_held_change_is_at_the_revision_that_was_read,
    freeze_windows_are_read_back_saved_and_deleted_by_version,
    another_workspace_sees_none_of_them,
);

fn schedule(change: &ChangeRequest, by: MemberId, seconds: i64) -> Schedule {
    let arming = Arming {
        id: ScheduleId(id()),
        workspace_id: change.workspace_id,
        tenant_id: change.tenant_id,
        change_id: change.id,
        mode: ScheduleMode::RevalidateAtFire,
        times: Times { fire_at: at(seconds + 60), latest_at: at(seconds + 90) },
        digest: "digest".to_owned(),
        by,
        job_id: JobId(id()),
    };
    Schedule::arm(arming, at(seconds)).schedule
}

fn step(schedule: &Schedule, command: ScheduleCommand, seconds: i64) -> Schedule {
    schedule.clone().step(command, None, at(seconds)).unwrap().schedule
}

fn detail() -> ScheduleDetail {
    ScheduleDetail { code: "TOO_LATE".to_owned(), message: "why".to_owned() }
}

fn window(world: &World, name: &str, seconds: i64) -> FreezeWindow {
    let local = |text| NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S").unwrap();
    FreezeWindow {
        id: FreezeWindowId(id()),
        workspace_id: world.workspace.id,
        kind: FreezeKind::Deny,
        name: name.to_owned(),
        times: WindowTimes {
            time_zone: "Europe/Berlin".to_owned(),
            starts_at: local("2026-12-20T18:00:01"),
            ends_at: local("2027-01-06T06:00:00"),
            rule: Some("FREQ=YEARLY".to_owned()),
        },
        tenant_ids: Some(BTreeSet::from([world.tenant.id, TenantId(id())])),
        created_by: world.member.id,
        created_at: at(seconds),
        updated_at: at(seconds),
        version: 1,
    }
}

async fn changed(world: &World, seconds: i64) -> ChangeRequest {
    let change = change(&world.policy, world.member.id, seconds);
    let tx = world.store.write().await.unwrap();
    tx.insert_change(&change).await.unwrap();
    tx.commit().await.unwrap();
    change
}

async fn schedules_are_read_back_and_saved_by_revision(place: &Place) {
    let world = World::new(place).await;
    let change = changed(&world, 1).await;
    let armed = schedule(&change, world.member.id, 2);
    let reader = world.store.reader();
    let tx = world.store.write().await.unwrap();
    tx.insert_schedule(&armed).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(reader.schedule(world.workspace.id, armed.id).await.unwrap(), Some(armed.clone()));
    assert_eq!(reader.schedules_by_ids(world.workspace.id, &[armed.id, ScheduleId(id())]).await.unwrap(), [armed.clone()]);
    assert_eq!(reader.active_schedule(world.workspace.id, change.id).await.unwrap(), Some(armed.clone()));

    let firing = step(&armed, ScheduleCommand::Fire { sync_job_id: Some(JobId(id())) }, 62);
    let diff = FieldDiff {
        path: "state".to_owned(),
        op: DiffOp::Replace,
        before: Some("enabled".into()),
        after: Some("disabled".into()),
        added: Vec::new(),
        removed: Vec::new(),
        risk: Risk::Loosens,
        label: "State".to_owned(),
    };
    let blocked = step(&firing, ScheduleCommand::Block { detail: detail(), diff: vec![diff] }, 63);
    let tx = world.store.write().await.unwrap();
    tx.update_schedule(&firing).await.unwrap();
    assert!(matches!(tx.update_schedule(&firing).await, Err(StoreError::Conflict)));
    tx.update_schedule(&blocked).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(reader.schedule(world.workspace.id, armed.id).await.unwrap(), Some(blocked));
    assert_eq!(reader.active_schedule(world.workspace.id, change.id).await.unwrap(), None);
}

async fn a_change_has_one_active_schedule(place: &Place) {
    let world = World::new(place).await;
    let change = changed(&world, 1).await;
    let first = schedule(&change, world.member.id, 2);
    let tx = world.store.write().await.unwrap();
    tx.insert_schedule(&first).await.unwrap();
    tx.commit().await.unwrap();
    for state in [ScheduleState::Armed, ScheduleState::Firing] {
        let tx = world.store.write().await.unwrap();
        let second = Schedule { state, ..schedule(&change, world.member.id, 3) };
        let error = tx.insert_schedule(&second).await.unwrap_err();
        assert!(error.violates(constraint::SCHEDULE_ACTIVE), "{error:?}");
    }
    let tx = world.store.write().await.unwrap();
    tx.update_schedule(&step(&first, ScheduleCommand::Revoke(detail()), 3)).await.unwrap();
    tx.insert_schedule(&schedule(&change, world.member.id, 4)).await.unwrap();
    tx.commit().await.unwrap();
}

async fn the_newest_schedule_of_each_change_is_found_at_once(place: &Place) {
    let world = World::new(place).await;
    let (twice, once, never) = (changed(&world, 1).await, changed(&world, 2).await, changed(&world, 3).await);
    let old = schedule(&twice, world.member.id, 4);
    let new = schedule(&twice, world.member.id, 5);
    let only = schedule(&once, world.member.id, 4);
    let tx = world.store.write().await.unwrap();
    tx.insert_schedule(&old).await.unwrap();
    tx.update_schedule(&step(&old, ScheduleCommand::Revoke(detail()), 5)).await.unwrap();
    tx.insert_schedule(&new).await.unwrap();
    tx.insert_schedule(&only).await.unwrap();
    tx.commit().await.unwrap();
    let before = world.store.statements();
    let mut found = world.store.reader().newest_schedules(world.workspace.id, &[twice.id, once.id, never.id]).await.unwrap();
    assert_eq!(world.store.statements() - before, 1);
    found.sort_by_key(|schedule| schedule.armed_at);
    assert_eq!(found, [only, new]);
}

async fn what_ended_is_not_rewritten(place: &Place) {
    let world = World::new(place).await;
    let change = changed(&world, 1).await;
    let armed = schedule(&change, world.member.id, 2);
    let missed = step(&armed, ScheduleCommand::Miss(detail()), 99);
    let tx = world.store.write().await.unwrap();
    tx.insert_schedule(&armed).await.unwrap();
    tx.update_schedule(&missed).await.unwrap();
    tx.commit().await.unwrap();
    let tx = world.store.write().await.unwrap();
    let again = Schedule { state: ScheduleState::Armed, revision: missed.revision + 1, ..missed.clone() };
    let error = tx.update_schedule(&again).await.unwrap_err();
    assert!(matches!(error, StoreError::Immutable(_)), "{error:?}");
    drop(tx);
    let error = place.raw().await.execute_unprepared("DELETE FROM schedule").await.unwrap_err().to_string();
    assert!(error.contains("immutable"), "{error}");
}

async fn a_held_change_is_at_the_revision_that_was_read(place: &Place) {
    let world = World::new(place).await;
    let change = changed(&world, 1).await;
    let tx = world.store.write().await.unwrap();
    tx.hold_change(world.workspace.id, change.id, change.revision).await.unwrap();
    assert!(matches!(tx.hold_change(world.workspace.id, change.id, change.revision + 1).await, Err(StoreError::Conflict)));
    tx.commit().await.unwrap();
    assert_eq!(world.store.reader().change(world.workspace.id, change.id).await.unwrap(), Some(change), "holding changes nothing");
}

async fn freeze_windows_are_read_back_saved_and_deleted_by_version(place: &Place) {
    let world = World::new(place).await;
    let reader = world.store.reader();
    let first = window(&world, "Year end", 1);
    let second = FreezeWindow {
        kind: FreezeKind::Allow,
        tenant_ids: None,
        times: WindowTimes { rule: None, ..first.times.clone() },
        ..window(&world, "Once", 2)
    };
    let tx = world.store.write().await.unwrap();
    tx.insert_freeze_window(&second).await.unwrap();
    tx.insert_freeze_window(&first).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(reader.freeze_windows(world.workspace.id).await.unwrap(), [first.clone(), second.clone()]);
    assert_eq!(reader.freeze_window(world.workspace.id, second.id).await.unwrap(), Some(second));

    let renamed =
        FreezeWindow { name: "New year".to_owned(), tenant_ids: None, updated_at: first.updated_at + TimeDelta::days(1), ..first.clone() };
    let tx = world.store.write().await.unwrap();
    let saved = tx.update_freeze_window(&renamed).await.unwrap();
    assert_eq!(saved, FreezeWindow { version: 2, ..renamed });
    assert!(matches!(tx.update_freeze_window(&first).await, Err(StoreError::Conflict)));
    assert!(matches!(tx.delete_freeze_window(&first).await, Err(StoreError::Conflict)));
    tx.commit().await.unwrap();
    assert_eq!(reader.freeze_window(world.workspace.id, first.id).await.unwrap(), Some(saved.clone()));
    let tx = world.store.write().await.unwrap();
    tx.delete_freeze_window(&saved).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(reader.freeze_window(world.workspace.id, first.id).await.unwrap(), None);
}

async fn another_workspace_sees_none_of_them(place: &Place) {
    let world = World::new(place).await;
    let change = changed(&world, 1).await;
    let (armed, frozen) = (schedule(&change, world.member.id, 2), window(&world, "Year end", 1));
    let other = workspace("Fabrikam");
    let tx = world.store.write().await.unwrap();
    tx.insert_workspace(&other).await.unwrap();
    tx.insert_schedule(&armed).await.unwrap();
    tx.insert_freeze_window(&frozen).await.unwrap();
    assert!(matches!(tx.hold_change(other.id, change.id, change.revision).await, Err(StoreError::Conflict)));
    let foreign = FreezeWindow { workspace_id: other.id, ..frozen.clone() };
    assert!(matches!(tx.delete_freeze_window(&foreign).await, Err(StoreError::Conflict)));
    tx.commit().await.unwrap();
    let reader = world.store.reader();
    assert_eq!(reader.schedule(other.id, armed.id).await.unwrap(), None);
    assert_eq!(reader.schedules_by_ids(other.id, &[armed.id]).await.unwrap(), []);
    assert_eq!(reader.newest_schedules(other.id, &[change.id]).await.unwrap(), []);
    assert_eq!(reader.active_schedule(other.id, change.id).await.unwrap(), None);
    assert_eq!(reader.freeze_windows(other.id).await.unwrap(), []);
    assert_eq!(reader.freeze_window(other.id, frozen.id).await.unwrap(), None);
}

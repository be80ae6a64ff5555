//! Summaries of sign-ins and how far they are read: versions, parts, totals, days, and what was counted already.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use domain::id::WorkspaceId;
use domain::signin::{Place, Target, Traits};
use domain::summary::log::{SignInLog, SignInLogState, SignInTotals, Slice};
use domain::summary::record::Record;
use domain::summary::{AccessStatus, Asked, Chunk, Outcome, Person, fold};
use futures_util::TryStreamExt;
use store::{EncodedChunk, StoreError};
use uuid::Uuid;

use crate::support::{Place as Database, World, at, id, on_both};

on_both!(
    the_log_keeps_what_was_written,
    parts_add_up_and_become_one,
    days_end,
    what_was_counted_is_remembered,
    other_workspaces_see_nothing
);

fn record(person: u128, at: DateTime<Utc>) -> Record {
    Record {
        id: id(),
        at,
        person: Person { id: Uuid::from_u128(person), workload: false, name: format!("user{person}"), kind: None, home_tenant: None },
        asked: Asked { target: Target::Resource("app".into()), name: "App".into(), client_id: "client".into() },
        client_name: "Client".into(),
        place: Place::default(),
        device: None,
        traits: Traits::default(),
        outcome: Outcome { error_code: 0, status: AccessStatus::Success, told: true, results: Vec::new() },
    }
}

fn chunk(people: &[u128], at: DateTime<Utc>) -> Chunk {
    let mut fold = fold::Fold::new();
    people.iter().for_each(|person| fold.add(record(*person, at)));
    fold.finish().remove(0)
}

async fn the_log_keeps_what_was_written(place: &Database) {
    let world = World::new(place).await;
    let (workspace, tenant) = (world.workspace.id, world.tenant.id);
    assert_eq!(world.store.reader().sign_in_log(workspace, tenant).await.unwrap(), None);
    let tx = world.store.write().await.unwrap();
    let first = SignInLog::new(workspace, tenant, at(0));
    tx.insert_sign_in_log(&first).await.unwrap();
    let changed = SignInLog {
        state: SignInLogState::Reading,
        data_from: Some(at(1)),
        slice: Some(Slice { from: at(1), to: at(3), begun_at: at(4), link: Some("https://graph.example/next".into()), entries: 7 }),
        sign_ins: 5,
        next_part: 3,
        ..first.clone()
    };
    let written = tx.update_sign_in_log(&changed).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(written.version, 2);
    assert_eq!(world.store.reader().sign_in_log(workspace, tenant).await.unwrap(), Some(written.clone()));
    assert_eq!(world.store.reader().sign_in_logs(workspace, &[tenant]).await.unwrap(), [written]);
    let tx = world.store.write().await.unwrap();
    assert!(matches!(tx.update_sign_in_log(&first).await, Err(StoreError::Conflict)), "written since");
}

async fn parts_add_up_and_become_one(place: &Database) {
    let world = World::new(place).await;
    let (workspace, tenant) = (world.workspace.id, world.tenant.id);
    let (one, two) = (chunk(&[1, 1, 2], at(0)), chunk(&[2, 3], at(0)));
    let tx = world.store.write().await.unwrap();
    for (part, chunk) in [(1, &one), (2, &two)] {
        tx.insert_sign_in_chunk(workspace, tenant, part, &EncodedChunk::new(chunk).unwrap(), at(9)).await.unwrap();
    }
    tx.commit().await.unwrap();
    let reader = world.store.reader();
    let days = one.day..=one.day;
    let totals = reader.sign_in_totals(workspace, tenant).await.unwrap();
    assert_eq!((totals.sign_ins, totals.rows, totals.days), (5, 4, 1));
    let read: Vec<Chunk> = reader.sign_in_chunks(workspace, tenant, days.clone()).try_collect().await.unwrap();
    assert_eq!(read, [one.clone(), two.clone()]);

    let whole = fold::merge(read).unwrap();
    let encoded = EncodedChunk::new(&whole).unwrap();
    let tx = world.store.write().await.unwrap();
    tx.replace_sign_in_parts(workspace, tenant, &[1, 2], (3, &encoded), at(10)).await.unwrap();
    tx.commit().await.unwrap();
    let parts = reader.sign_in_parts(workspace, tenant, &days).await.unwrap();
    assert_eq!(parts.iter().map(|part| (part.part, part.rows, part.sign_ins)).collect::<Vec<_>>(), [(3, 3, 5)]);
    assert_eq!(reader.sign_in_part(workspace, tenant, whole.day, 3).await.unwrap(), Some(whole));
    assert_eq!(reader.sign_in_part(workspace, tenant, one.day, 1).await.unwrap(), None);
    let tx = world.store.write().await.unwrap();
    let again = tx.replace_sign_in_parts(workspace, tenant, &[1, 2], (4, &encoded), at(11)).await;
    assert!(matches!(again, Err(StoreError::Conflict)), "gone already");
}

async fn days_end(place: &Database) {
    let world = World::new(place).await;
    let (workspace, tenant) = (world.workspace.id, world.tenant.id);
    let tx = world.store.write().await.unwrap();
    for day in 0..4 {
        let chunk = chunk(&[1], at(0) + TimeDelta::days(day));
        tx.insert_sign_in_chunk(workspace, tenant, day, &EncodedChunk::new(&chunk).unwrap(), at(9)).await.unwrap();
    }
    tx.commit().await.unwrap();
    let tx = world.store.write().await.unwrap();
    assert_eq!(tx.delete_sign_in_days(workspace, tenant, at(0).date_naive() + TimeDelta::days(2)).await.unwrap(), 2);
    tx.commit().await.unwrap();
    let days =
        world.store.reader().sign_in_days(workspace, tenant, &(NaiveDate::MIN..=at(0).date_naive() + TimeDelta::days(99))).await.unwrap();
    assert_eq!(days, [at(0).date_naive() + TimeDelta::days(2), at(0).date_naive() + TimeDelta::days(3)]);
}

async fn what_was_counted_is_remembered(place: &Database) {
    let world = World::new(place).await;
    let (workspace, tenant) = (world.workspace.id, world.tenant.id);
    let (early, late) = ([id(), id()], [id()]);
    let tx = world.store.write().await.unwrap();
    tx.remember_sign_ins(workspace, tenant, 1, (at(0), at(10)), &early).await.unwrap();
    tx.remember_sign_ins(workspace, tenant, 2, (at(20), at(30)), &late).await.unwrap();
    tx.commit().await.unwrap();
    let reader = world.store.reader();
    let seen = async |from, to| reader.seen_sign_ins(workspace, tenant, at(from), at(to)).await.unwrap();
    assert_eq!(seen(10, 19).await, early.into());
    assert_eq!(seen(11, 19).await, [].into());
    assert_eq!(seen(5, 25).await.len(), 3);
    let tx = world.store.write().await.unwrap();
    tx.forget_sign_ins(workspace, tenant, at(11)).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(seen(0, 99).await, late.into());
}

async fn other_workspaces_see_nothing(place: &Database) {
    let world = World::new(place).await;
    let (workspace, tenant) = (world.workspace.id, world.tenant.id);
    let chunk = chunk(&[1], at(0));
    let tx = world.store.write().await.unwrap();
    tx.insert_sign_in_log(&SignInLog::new(workspace, tenant, at(0))).await.unwrap();
    tx.insert_sign_in_chunk(workspace, tenant, 1, &EncodedChunk::new(&chunk).unwrap(), at(9)).await.unwrap();
    tx.remember_sign_ins(workspace, tenant, 1, (at(0), at(10)), &[id()]).await.unwrap();
    tx.commit().await.unwrap();
    let (reader, other) = (world.store.reader(), WorkspaceId(id()));
    assert_eq!(reader.sign_in_log(other, tenant).await.unwrap(), None);
    assert_eq!(reader.sign_in_totals(other, tenant).await.unwrap(), SignInTotals::default());
    assert!(reader.sign_in_bodies(other, tenant, chunk.day).await.unwrap().is_empty());
    assert!(reader.seen_sign_ins(other, tenant, at(0), at(10)).await.unwrap().is_empty());
}

//! The event log and the audit log: dense, ordered, chained, whoever writes (P25).

use std::collections::BTreeSet;

use crate::support::*;
use domain::audit::{AuditEntry, AuditOutcome, NewAuditEntry};
use domain::event::{Event, EventKind, NewEvent, SubjectKind};
use domain::id::*;
use sea_orm::{ConnectionTrait, Statement};
use store::*;

on_both!(
    events_come_back_filtered,
    a_tail_by_cursor_sees_every_event_once_under_eight_writers,
    a_rolled_back_writer_leaves_no_gap,
    old_events_are_deleted_from_the_start_only,
    the_audit_chain_is_dense_and_linked_under_eight_writers,
    audit_pages_and_filters,
);

async fn append(store: &Store, workspace: WorkspaceId, seconds: i64, events: Vec<NewEvent>) -> Vec<Event> {
    let tx = store.write().await.unwrap();
    let appended = tx.append_events(workspace, at(seconds), events).await.unwrap();
    tx.commit().await.unwrap();
    appended
}

async fn events_come_back_filtered(place: &Place) {
    let World { store, workspace, tenant, member, .. } = World::new(place).await;
    let reader = store.reader();
    assert_eq!((reader.event_head(workspace.id).await.unwrap(), reader.event_oldest(workspace.id).await.unwrap()), (0, 0));
    let (one, two) = (id(), id());
    let written = append(
        &store,
        workspace.id,
        1,
        vec![
            NewEvent { actor: Some(member.id), ..event(Some(tenant.id), one) },
            NewEvent { kind: EventKind::SyncStarted, subject_kind: SubjectKind::Tenant, ..event(Some(tenant.id), two) },
            event(None, one),
        ],
    )
    .await;
    assert_eq!(written.iter().map(|event| event.seq).collect::<Vec<_>>(), [1, 2, 3]);
    assert!(append(&store, workspace.id, 1, Vec::new()).await.is_empty());
    let after = async |seq, filter: EventFilter| reader.events_after(workspace.id, seq, 1_000, &filter).await.unwrap();
    let all = EventFilter::default;
    assert_eq!(after(0, all()).await, written);
    assert_eq!(after(2, all()).await, written[2..]);
    assert_eq!(after(0, EventFilter { subjects: Some(vec![one]), ..all() }).await, [written[0].clone(), written[2].clone()]);
    assert_eq!(after(0, EventFilter { subjects: Some(vec![one, two]), ..all() }).await, written);
    assert!(after(0, EventFilter { subjects: Some(Vec::new()), ..all() }).await.is_empty());
    let scope = EventFilter { tenant_scope: Some(BTreeSet::from([tenant.id])), ..all() };
    assert_eq!(after(0, scope).await, written[..2], "without a tenant it is not for a tenant-limited member");
    assert_eq!(after(0, EventFilter { kinds: vec![EventKind::SyncStarted], ..all() }).await, written[1..2]);
    assert_eq!(reader.events_after(workspace.id, 0, 2, &all()).await.unwrap(), written[..2]);
    assert!(reader.events_after(WorkspaceId(id()), 0, 10, &all()).await.unwrap().is_empty());
    assert_eq!((reader.event_head(workspace.id).await.unwrap(), reader.event_oldest(workspace.id).await.unwrap()), (3, 1));
    assert_eq!(reader.event_heads().await.unwrap(), [(workspace.id, 3)]);

    let page = reader.events_page(workspace.id, &all(), &PageRequest { first: 2, after: None, backwards: true }).await.unwrap();
    assert_eq!(page.items.iter().map(|(_, event)| event.seq).collect::<Vec<_>>(), [2, 3]);
    assert!(page.has_previous && !page.has_next);
    let before = PageRequest { first: 2, after: Some(page.items[0].0.clone()), backwards: true };
    let page = reader.events_page(workspace.id, &all(), &before).await.unwrap();
    assert_eq!(page.items.iter().map(|(_, event)| event.seq).collect::<Vec<_>>(), [1]);
}

/// The reader tails while the writers write: a number taken before another but committed after it would be missed here.
async fn a_tail_by_cursor_sees_every_event_once_under_eight_writers(place: &Place) {
    let World { store, workspace, tenant, .. } = World::new(place).await;
    let mut writers = Vec::new();
    for writer in 0..8_u64 {
        let (store, workspace, tenant) = (store.clone(), workspace.id, tenant.id);
        writers.push(tokio::spawn(async move {
            for n in 0..25_u64 {
                let tx = store.write().await.unwrap();
                let count = 1 + ((writer + n) % 3) as usize;
                let events = tx.append_events(workspace, at(1), vec![event(Some(tenant), id()); count]).await.unwrap();
                assert_eq!(events.len(), count);
                // Hold the number for a while, so that a scheme that hands out numbers without holding them would reorder.
                tokio::time::sleep(std::time::Duration::from_millis((writer * 7 + n * 3) % 4)).await;
                if (writer + n) % 5 == 0 { drop(tx) } else { tx.commit().await.unwrap() }
            }
        }));
    }
    let tail = tokio::spawn({
        let (store, workspace) = (store.clone(), workspace.id);
        async move {
            let mut seen: Vec<i64> = Vec::new();
            let mut idle = 0;
            while idle < 40 {
                let cursor = seen.last().copied().unwrap_or(0);
                let events = store.reader().events_after(workspace, cursor, 1_000, &EventFilter::default()).await.unwrap();
                idle = if events.is_empty() { idle + 1 } else { 0 };
                seen.extend(events.iter().map(|event| event.seq));
                tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            }
            seen
        }
    });
    for writer in writers {
        writer.await.unwrap();
    }
    let seen = tail.await.unwrap();
    let head = store.reader().event_head(workspace.id).await.unwrap();
    assert!(head > 200, "{head}");
    assert_eq!(seen, (1..=head).collect::<Vec<_>>());
}

async fn a_rolled_back_writer_leaves_no_gap(place: &Place) {
    let World { store, workspace, .. } = World::new(place).await;
    append(&store, workspace.id, 1, vec![event(None, id())]).await;
    let tx = store.write().await.unwrap();
    tx.append_events(workspace.id, at(2), vec![event(None, id()); 5]).await.unwrap();
    drop(tx);
    let next = append(&store, workspace.id, 3, vec![event(None, id())]).await;
    assert_eq!(next[0].seq, 2);
    let tx = store.write().await.unwrap();
    assert!(matches!(tx.append_events(WorkspaceId(id()), at(1), vec![event(None, id())]).await, Err(StoreError::Conflict)));
}

async fn old_events_are_deleted_from_the_start_only(place: &Place) {
    let World { store, workspace, .. } = World::new(place).await;
    // The fourth was written by a clock that had gone back.
    for seconds in [1, 2, 5, 1, 6] {
        append(&store, workspace.id, seconds, vec![event(None, id())]).await;
    }
    let tx = store.write().await.unwrap();
    assert_eq!(tx.delete_events_before(workspace.id, at(5), 1).await.unwrap(), 1);
    assert_eq!(tx.delete_events_before(workspace.id, at(5), 10).await.unwrap(), 1);
    assert_eq!(tx.delete_events_before(workspace.id, at(5), 10).await.unwrap(), 0);
    tx.commit().await.unwrap();
    let reader = store.reader();
    assert_eq!((reader.event_oldest(workspace.id).await.unwrap(), reader.event_head(workspace.id).await.unwrap()), (3, 5));
    let tx = store.write().await.unwrap();
    assert_eq!(tx.delete_events_before(workspace.id, at(100), 10).await.unwrap(), 3);
    tx.commit().await.unwrap();
    assert_eq!((reader.event_oldest(workspace.id).await.unwrap(), reader.event_head(workspace.id).await.unwrap()), (0, 5));
}

fn entry(subject: uuid::Uuid) -> NewAuditEntry {
    NewAuditEntry {
        actor: None,
        action: "applyChange".to_owned(),
        tenant_id: None,
        subject_kind: SubjectKind::ChangeRequest,
        subject_id: subject,
        outcome: AuditOutcome::Done,
        detail: serde_json::json!({"b": [1, 2.5, null], "a": "ü"}),
    }
}

async fn the_audit_chain_is_dense_and_linked_under_eight_writers(place: &Place) {
    let World { store, workspace, .. } = World::new(place).await;
    let mut writers = Vec::new();
    for _ in 0..8 {
        let (store, workspace) = (store.clone(), workspace.id);
        writers.push(tokio::spawn(async move {
            for n in 0..10 {
                let tx = store.write().await.unwrap();
                tx.append_audit(workspace, AuditId(id()), at(n), entry(id())).await.unwrap();
                if n % 4 == 3 { drop(tx) } else { tx.commit().await.unwrap() }
            }
        }));
    }
    for writer in writers {
        writer.await.unwrap();
    }
    let chain = store.reader().audit_chain(workspace.id, 0, 1_000).await.unwrap();
    assert_eq!(chain.len(), 64);
    domain::audit::verify(domain::audit::GENESIS, &chain).unwrap();

    // Somebody with all rights on the database takes the trigger away and edits one entry: the chain shows it.
    let raw = place.raw().await;
    let drop_trigger = if place.url.starts_with("sqlite") {
        "DROP TRIGGER audit_entry_no_update"
    } else {
        "DROP TRIGGER audit_entry_no_update ON audit_entry"
    };
    raw.execute_unprepared(drop_trigger).await.unwrap();
    raw.execute_unprepared("UPDATE audit_entry SET outcome = 'REFUSED' WHERE seq = 30").await.unwrap();
    let chain = store.reader().audit_chain(workspace.id, 0, 1_000).await.unwrap();
    assert!(domain::audit::verify(domain::audit::GENESIS, &chain).is_err());
    let count =
        raw.query_one_raw(Statement::from_string(raw.get_database_backend(), "SELECT audit_seq FROM workspace")).await.unwrap().unwrap();
    assert_eq!(count.try_get_by_index::<i64>(0).unwrap(), 64);
}

async fn audit_pages_and_filters(place: &Place) {
    let World { store, workspace, tenant, member, .. } = World::new(place).await;
    let subject = id();
    let tx = store.write().await.unwrap();
    let mut written: Vec<AuditEntry> = Vec::new();
    for new in [
        NewAuditEntry { actor: Some(member.id), tenant_id: Some(tenant.id), ..entry(subject) },
        NewAuditEntry { action: "connectTenant".to_owned(), outcome: AuditOutcome::Refused, ..entry(id()) },
    ] {
        written.push(tx.append_audit(workspace.id, AuditId(id()), at(1), new).await.unwrap());
    }
    tx.commit().await.unwrap();
    written.reverse();
    let reader = store.reader();
    let ask = async |filter: AuditFilter| {
        let page = reader.audit_page(workspace.id, &filter, &PageRequest::first(10)).await.unwrap();
        assert_eq!(reader.count_audit(workspace.id, &filter).await.unwrap(), page.items.len() as u64);
        page.items.into_iter().map(|(_, entry)| entry).collect::<Vec<_>>()
    };
    let all = AuditFilter::default;
    assert_eq!(ask(all()).await, written);
    assert_eq!(ask(AuditFilter { subject: Some(subject), ..all() }).await, written[1..]);
    assert_eq!(ask(AuditFilter { actor: Some(member.id), ..all() }).await, written[1..]);
    assert_eq!(ask(AuditFilter { tenant_scope: Some(BTreeSet::from([tenant.id])), ..all() }).await, written[1..]);
    assert_eq!(ask(AuditFilter { actions: vec!["connectTenant".to_owned()], ..all() }).await, written[..1]);
    let chain = reader.audit_chain(workspace.id, 1, 1).await.unwrap();
    assert_eq!(chain, written[..1]);
}

//! Webhooks: what is due, whose write counts, and which attempts are kept.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use domain::event::{EventKind, EventSeverity, EventTopic, NewEvent, SubjectKind};
use domain::id::WebhookId;
use domain::webhook::{EventChoice, KEPT_ATTEMPTS, SealedSecrets, Webhook, WebhookAttempt, WebhookOff, WebhookPlace};
use serde_json::json;
use store::{EventFilter, StoreError};

use crate::support::{Place, World, at, id, on_both};

on_both!(
    a_webhook_comes_back_as_it_was_put,
    due_is_what_is_on_behind_and_not_waiting,
    a_delivery_never_overwrites_a_member,
    the_newest_attempts_are_kept,
    events_are_found_by_severity
);

async fn a_webhook_comes_back_as_it_was_put(place: &Place) {
    let world = World::new(place).await;
    let mut whole = webhook(&world);
    whole.choice = EventChoice {
        topics: BTreeSet::from([EventTopic::Rollout, EventTopic::Drift]),
        min_severity: EventSeverity::Warning,
        tenant_ids: Some(BTreeSet::from([world.tenant.id])),
    };
    whole.secrets.previous = Some((vec![3, 4], at(9)));
    whole.place = WebhookPlace {
        cursor: 7,
        attempts: 12,
        failures: 3,
        failing_since: Some(at(1)),
        next_try_at: Some(at(2)),
        delivered_at: Some(at(3)),
    };
    whole.off = Some(WebhookOff::Gone);
    let bare = webhook(&world);
    put(&world, &[&whole, &bare]).await;
    let reader = world.store.reader();
    assert_eq!(reader.webhook(world.workspace.id, whole.id).await.unwrap(), Some(whole.clone()));
    assert_eq!(reader.webhook(world.workspace.id, bare.id).await.unwrap(), Some(bare.clone()));
    assert_eq!(reader.webhooks(world.workspace.id).await.unwrap().len(), 2);
    assert_eq!(reader.webhook(domain::id::WorkspaceId(id()), whole.id).await.unwrap(), None, "of another workspace");
    let tx = world.store.write().await.unwrap();
    tx.delete_webhook(&whole).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(reader.webhooks(world.workspace.id).await.unwrap(), [bare]);
}

async fn due_is_what_is_on_behind_and_not_waiting(place: &Place) {
    let world = World::new(place).await;
    let with = |change: fn(&mut Webhook)| {
        let mut webhook = webhook(&world);
        change(&mut webhook);
        webhook
    };
    let behind = with(|_| {});
    let off = with(|webhook| webhook.off = Some(WebhookOff::Asked));
    let done = with(|webhook| webhook.place.cursor = 1);
    let waits = with(|webhook| webhook.place.next_try_at = Some(at(5)));
    put(&world, &[&behind, &off, &done, &waits]).await;
    let due = async |seconds| {
        let due = world.store.reader().due_webhooks(at(seconds), None, 10).await.unwrap();
        due.into_iter().collect::<BTreeSet<_>>()
    };
    assert!(due(4).await.is_empty(), "nothing has happened yet");
    append(&world, EventKind::SyncStarted).await;
    assert_eq!(due(4).await, BTreeSet::from([behind.id]));
    assert_eq!(due(5).await, BTreeSet::from([behind.id, waits.id]));
    append(&world, EventKind::SyncStarted).await;
    assert_eq!(due(4).await, BTreeSet::from([behind.id, done.id]));
    let mut paged = Vec::new();
    while let [next] = world.store.reader().due_webhooks(at(5), paged.last().copied(), 1).await.unwrap().as_slice() {
        paged.push(*next);
    }
    let read = world.store.reader().webhooks_to_deliver(&paged).await.unwrap();
    assert_eq!(read.into_iter().map(|webhook| webhook.unwrap().id).collect::<BTreeSet<_>>(), paged.iter().copied().collect());
    assert_eq!(paged, BTreeSet::from([behind.id, done.id, waits.id]).into_iter().collect::<Vec<_>>());
}

async fn a_delivery_never_overwrites_a_member(place: &Place) {
    let world = World::new(place).await;
    let read = webhook(&world);
    put(&world, &[&read]).await;
    let tx = world.store.write().await.unwrap();
    tx.put_webhook_place(&read, &WebhookPlace::at(4)).await.unwrap();
    tx.commit().await.unwrap();
    let seen = world.store.reader().webhook(world.workspace.id, read.id).await.unwrap().unwrap();
    assert_eq!((seen.place.cursor, seen.version), (4, 1), "a delivery leaves the version alone");
    let tx = world.store.write().await.unwrap();
    let moved = tx.update_webhook(&Webhook { place: WebhookPlace::at(2), ..seen.clone() }).await.unwrap();
    assert_eq!(moved.version, 2);
    assert!(matches!(tx.put_webhook_place(&seen, &WebhookPlace::at(5)).await, Err(StoreError::Conflict)));
    assert!(matches!(tx.update_webhook(&seen).await, Err(StoreError::Conflict)));
    assert!(matches!(tx.delete_webhook(&seen).await, Err(StoreError::Conflict)));
    tx.put_webhook_place(&moved, &WebhookPlace::at(3)).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(world.store.reader().webhook(world.workspace.id, read.id).await.unwrap().unwrap().place.cursor, 3);
}

async fn the_newest_attempts_are_kept(place: &Place) {
    let world = World::new(place).await;
    let (one, other) = (webhook(&world), webhook(&world));
    put(&world, &[&one, &other]).await;
    let tx = world.store.write().await.unwrap();
    tx.insert_webhook_attempt(world.workspace.id, &attempt(&other, 1)).await.unwrap();
    for number in 1..=KEPT_ATTEMPTS + 5 {
        tx.insert_webhook_attempt(world.workspace.id, &attempt(&one, number)).await.unwrap();
    }
    tx.commit().await.unwrap();
    let reader = world.store.reader();
    let kept = reader.webhook_attempts(world.workspace.id, one.id, 1_000).await.unwrap();
    assert_eq!((kept.len() as i64, kept[0].number, kept.last().unwrap().number), (KEPT_ATTEMPTS, KEPT_ATTEMPTS + 5, 6));
    assert_eq!(kept[0], attempt(&one, KEPT_ATTEMPTS + 5));
    assert_eq!(reader.webhook_attempts(world.workspace.id, other.id, 10).await.unwrap(), [attempt(&other, 1)]);
    assert_eq!(reader.webhook_attempts(world.workspace.id, one.id, 3).await.unwrap().len(), 3);
}

async fn events_are_found_by_severity(place: &Place) {
    let world = World::new(place).await;
    for kind in [EventKind::SyncStarted, EventKind::RolloutStarted, EventKind::RolloutPaused, EventKind::RolloutGuardTripped] {
        append(&world, kind).await;
    }
    let from = async |min_severity| {
        let filter = EventFilter { min_severity, ..EventFilter::default() };
        let events = world.store.reader().events_after(world.workspace.id, 0, 10, &filter).await.unwrap();
        events.iter().map(|event| event.seq).collect::<Vec<_>>()
    };
    assert_eq!(from(None).await, [1, 2, 3, 4]);
    assert_eq!(from(Some(EventSeverity::Routine)).await, [1, 2, 3, 4]);
    assert_eq!(from(Some(EventSeverity::Info)).await, [2, 3, 4]);
    assert_eq!(from(Some(EventSeverity::Warning)).await, [3, 4]);
    assert_eq!(from(Some(EventSeverity::Critical)).await, [4]);
}

fn webhook(world: &World) -> Webhook {
    Webhook {
        id: WebhookId(id()),
        workspace_id: world.workspace.id,
        display_name: "Relay".to_owned(),
        url: "https://hooks.example.com/a".to_owned(),
        choice: EventChoice { topics: BTreeSet::new(), min_severity: EventSeverity::Info, tenant_ids: None },
        off: None,
        secrets: SealedSecrets { current: vec![1, 2], previous: None },
        place: WebhookPlace::at(0),
        created_by: world.member.id,
        created_at: at(0),
        updated_at: at(0),
        version: 1,
    }
}

fn attempt(webhook: &Webhook, number: i64) -> WebhookAttempt {
    WebhookAttempt {
        webhook_id: webhook.id,
        number,
        seq: number,
        event_type: "rollout.paused".to_owned(),
        attempt: 1,
        at: at(0) + TimeDelta::milliseconds(number),
        took_ms: 5,
        status: (number % 2 == 0).then_some(500),
        failure: (number % 2 == 0).then(|| "STATUS".to_owned()),
    }
}

async fn put(world: &World, webhooks: &[&Webhook]) {
    let tx = world.store.write().await.unwrap();
    for webhook in webhooks {
        tx.insert_webhook(webhook).await.unwrap();
    }
    tx.commit().await.unwrap();
}

async fn append(world: &World, kind: EventKind) {
    let event =
        NewEvent { kind, actor: None, tenant_id: None, subject_kind: SubjectKind::Tenant, subject_id: world.tenant.id.0, data: json!({}) };
    let tx = world.store.write().await.unwrap();
    tx.append_events(world.workspace.id, at(0), vec![event]).await.unwrap();
    tx.commit().await.unwrap();
}

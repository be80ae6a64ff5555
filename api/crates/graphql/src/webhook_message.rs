//! What webhooks say: events in the names and ids of this API. Envelope and type are those of Standard Webhooks.

use std::sync::Arc;

use app::{MessageWriter, WebhookMessage, WrittenMessage};
use chrono::{DateTime, SecondsFormat, Utc};
use domain::event::{Event, EventSeverity};
use domain::id::{MemberId, TenantId, WorkspaceId};
use serde_json::{Value, json};

use crate::ids::{IdCodec, Kind};
use crate::types::event::place_key;
use crate::types::event_data::public;
use crate::types::node::kind_of;

/// Writes messages under the key of the API's ids.
pub fn message_writer(id_key: &[u8; 32]) -> MessageWriter {
    let ids = IdCodec::new(id_key);
    Arc::new(move |message| written(&ids, message))
}

fn written(ids: &IdCodec, message: &WebhookMessage) -> WrittenMessage {
    match message {
        WebhookMessage::Event { event, tenant, actor } => event_message(ids, event, tenant.as_ref(), actor.as_ref()),
        WebhookMessage::Gap { workspace_id, oldest, at } => gap(ids, *workspace_id, *oldest, *at),
        WebhookMessage::Test { workspace_id, webhook_id, id, at } => {
            let workspace = *workspace_id;
            let data = json!({
                "workspace": ids.encode(Kind::Workspace, workspace, workspace.0),
                "webhook": ids.encode(Kind::Webhook, workspace, webhook_id.0),
                "text": "A test of this webhook. Nothing has happened.",
            });
            message_of(format!("test_{}", id.simple()), "webhook.test".to_owned(), *at, &data)
        }
    }
}

fn event_message(ids: &IdCodec, event: &Event, tenant: Option<&(TenantId, String)>, actor: Option<&(MemberId, String)>) -> WrittenMessage {
    let workspace = event.workspace_id;
    let id = ids.encode(Kind::Event, workspace, place_key(event.seq));
    let (kind, name) = kind_of(event.event.subject_kind);
    let named = |kind, key, name: &String| json!({ "id": ids.encode(kind, workspace, key), "displayName": name });
    let data = json!({
        "id": id,
        "cursor": ids.cursor(workspace, event.seq),
        "severity": event.event.severity(),
        "topic": event.event.kind.topic(),
        "workspace": ids.encode(Kind::Workspace, workspace, workspace.0),
        "tenant": tenant.map(|(id, name)| named(Kind::Tenant, id.0, name)),
        "actor": actor.map(|(id, name)| named(Kind::Member, id.0, name)),
        "subject": { "type": name, "id": ids.encode(kind, workspace, event.event.subject_id) },
        "details": public(&event.event, &|kind, key| ids.encode(kind, workspace, key).0),
    });
    message_of(id.0, event.event.kind.wire_type(), event.at, &data)
}

/// As `EventGap` in the subscriptions.
fn gap(ids: &IdCodec, workspace: WorkspaceId, oldest: i64, at: DateTime<Utc>) -> WrittenMessage {
    let id = ids.encode(Kind::Event, workspace, place_key(oldest - 1));
    let data = json!({
        "id": id,
        "cursor": ids.cursor(workspace, oldest - 1),
        "severity": EventSeverity::Warning,
        "workspace": ids.encode(Kind::Workspace, workspace, workspace.0),
        "oldestAvailable": ids.cursor(workspace, oldest),
        "text": "Events before this place are not kept any more, and were not delivered: read the present state again.",
    });
    message_of(format!("gap_{}", id.0), "webhook.gap".to_owned(), at, &data)
}

fn message_of(id: String, event_type: String, at: DateTime<Utc>, data: &Value) -> WrittenMessage {
    let body = json!({ "type": event_type, "timestamp": at.to_rfc3339_opts(SecondsFormat::Micros, true), "data": data });
    WrittenMessage { id, event_type, body: body.to_string().into_bytes() }
}

#[cfg(test)]
mod tests {
    use domain::event::{EventKind, NewEvent, SubjectKind};
    use domain::id::WebhookId;
    use uuid::Uuid;

    use super::*;

    const WORKSPACE: WorkspaceId = WorkspaceId(Uuid::from_u128(1));

    fn body(message: &WrittenMessage) -> Value {
        serde_json::from_slice(&message.body).unwrap()
    }

    #[test]
    fn an_event_speaks_in_the_apis_ids() {
        let (tenant, rollout, change) = (TenantId(Uuid::from_u128(2)), Uuid::from_u128(3), Uuid::from_u128(4));
        let event = Event {
            workspace_id: WORKSPACE,
            seq: 7,
            at: DateTime::UNIX_EPOCH,
            event: NewEvent {
                kind: EventKind::RolloutPaused,
                actor: None,
                tenant_id: Some(tenant),
                subject_kind: SubjectKind::Rollout,
                subject_id: rollout,
                data: json!({ "reason": "GUARD_TRIPPED", "changeId": change, "phase": 3 }),
            },
        };
        let write = message_writer(&[1; 32]);
        let message = write(&WebhookMessage::Event { event: event.clone(), tenant: Some((tenant, "Larkspur".to_owned())), actor: None });
        let body = body(&message);
        assert_eq!((message.event_type.as_str(), &body["type"]), ("rollout.paused", &json!("rollout.paused")));
        assert_eq!(body["timestamp"], "1970-01-01T00:00:00.000000Z");
        let (ids, data) = (IdCodec::new(&[1; 32]), &body["data"]);
        let id = |kind, key| json!(ids.encode(kind, WORKSPACE, key));
        assert_eq!(data["subject"], json!({ "type": "Rollout", "id": id(Kind::Rollout, rollout) }));
        assert_eq!(data["details"], json!({ "reason": "GUARD_TRIPPED", "changeId": id(Kind::Change, change), "phase": 3 }));
        assert_eq!(data["tenant"], json!({ "id": id(Kind::Tenant, tenant.0), "displayName": "Larkspur" }));
        assert_eq!((&data["actor"], &data["severity"], &data["topic"]), (&Value::Null, &json!("WARNING"), &json!("ROLLOUT")));
        assert_eq!(ids.place(data["cursor"].as_str().unwrap(), WORKSPACE), Some(7));
        assert!(!String::from_utf8(message.body.clone()).unwrap().contains("00000000-0000"), "no id of the inside goes out");
        let again = write(&WebhookMessage::Event { event, tenant: None, actor: None });
        assert_eq!(again.id, message.id, "the same event has the same id, whatever is called what by then");
    }

    #[test]
    fn gaps_and_tests_say_what_they_are() {
        let write = message_writer(&[1; 32]);
        let gap = write(&WebhookMessage::Gap { workspace_id: WORKSPACE, oldest: 9, at: DateTime::UNIX_EPOCH });
        assert_eq!((gap.event_type.as_str(), &body(&gap)["data"]["severity"]), ("webhook.gap", &json!("WARNING")));
        let test = WebhookMessage::Test {
            workspace_id: WORKSPACE,
            webhook_id: WebhookId(Uuid::from_u128(5)),
            id: Uuid::from_u128(6),
            at: DateTime::UNIX_EPOCH,
        };
        let test = write(&test);
        assert_eq!((test.event_type.as_str(), test.id.as_str()), ("webhook.test", "test_00000000000000000000000000000006"));
    }
}

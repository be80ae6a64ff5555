//! Events of drift.

use domain::drift::Drift;
use domain::event::{EventKind, NewEvent, SubjectKind};
use domain::id::MemberId;
use serde_json::{Value, json};

/// An event about an item; `more` are further facts.
pub(crate) fn event(drift: &Drift, kind: EventKind, actor: Option<MemberId>, more: Value) -> NewEvent {
    let mut data = json!({
        "status": drift.status,
        "kind": drift.kind,
        "source": drift.source,
        "severity": drift.severity,
        "objectKind": drift.object_kind,
        "objectId": drift.object_id,
        "displayName": drift.display_name,
    });
    if let (Value::Object(data), Value::Object(more)) = (&mut data, more) {
        data.extend(more);
    }
    NewEvent { kind, actor, tenant_id: Some(drift.tenant_id), subject_kind: SubjectKind::Drift, subject_id: drift.id.0, data }
}

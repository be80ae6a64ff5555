//! The facts of an event as they leave the server: our ids in them become the API's.

use domain::event::{EventKind, NewEvent};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::ids::Kind;

/// Members that hold one of our ids, or a list of them, wherever they stand; other values of theirs stay. Others that end alike hold Entra's own.
const IDS: [(&str, Kind); 17] = [
    ("bulkChange", Kind::BulkChange),
    ("changeId", Kind::Change),
    ("changes", Kind::Change),
    ("driftId", Kind::Drift),
    // Where an assignment of a baseline came from and went to; elsewhere these are statuses.
    ("from", Kind::Baseline),
    ("policyId", Kind::Policy),
    ("rollbackOf", Kind::Change),
    ("rollout", Kind::Rollout),
    ("rolloutId", Kind::Rollout),
    ("runId", Kind::AgentRun),
    ("scheduleId", Kind::Schedule),
    ("snapshotId", Kind::Snapshot),
    ("suggestionId", Kind::Suggestion),
    ("tenantId", Kind::Tenant),
    ("tenantIds", Kind::Tenant),
    ("to", Kind::Baseline),
    ("verdictId", Kind::RolloutVerdict),
];

/// The facts of an event with the API's ids, made by `id`.
pub fn public(event: &NewEvent, id: &impl Fn(Kind, Uuid) -> String) -> Value {
    let mut data = encoded_members(&event.data, id);
    if let Value::Object(members) = &mut data {
        // The id of an approval is made of its change's, too; the change shows it.
        members.remove("approvalId");
        if event.kind == EventKind::BaselineChanged
            && let Some(policy) = event.data.get("policyId")
        {
            members.insert("policyId".to_owned(), encoded(policy, Kind::BaselinePolicy, id));
        }
    }
    data
}

fn encoded_members(data: &Value, id: &impl Fn(Kind, Uuid) -> String) -> Value {
    match data {
        Value::Object(members) => {
            let member = |(name, value): (&String, &Value)| match IDS.iter().find(|(known, _)| known == name) {
                Some((_, kind)) => (name.clone(), encoded(value, *kind, id)),
                None => (name.clone(), encoded_members(value, id)),
            };
            Value::Object(members.iter().map(member).collect::<Map<_, _>>())
        }
        Value::Array(items) => items.iter().map(|item| encoded_members(item, id)).collect(),
        other => other.clone(),
    }
}

fn encoded(value: &Value, kind: Kind, id: &impl Fn(Kind, Uuid) -> String) -> Value {
    match value {
        Value::String(text) => Uuid::parse_str(text).map_or_else(|_| value.clone(), |key| Value::String(id(kind, key))),
        Value::Array(items) => items.iter().map(|item| encoded(item, kind, id)).collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use domain::event::SubjectKind;
    use serde_json::json;

    use super::*;

    fn shown(kind: EventKind, data: Value) -> Value {
        let event = NewEvent { kind, actor: None, tenant_id: None, subject_kind: SubjectKind::Policy, subject_id: Uuid::nil(), data };
        public(&event, &|kind: Kind, key: Uuid| format!("{kind:?}-{}", key.as_u128()))
    }

    #[test]
    fn our_ids_are_encoded_wherever_they_are_and_entras_stay() {
        let key = Uuid::from_u128(7);
        let data =
            json!({ "tenantIds": [key], "moved": [{ "changeId": key, "to": "APPLIED" }], "objectId": key, "policyId": null, "n": 1 });
        let expected = json!({ "tenantIds": ["Tenant-7"], "moved": [{ "changeId": "Change-7", "to": "APPLIED" }], "objectId": key, "policyId": null, "n": 1 });
        assert_eq!(shown(EventKind::BulkProgress, data), expected);
        assert_eq!(shown(EventKind::DriftRevertDrafted, json!({ "changes": [key] })), json!({ "changes": ["Change-7"] }));
        assert_eq!(
            shown(EventKind::ChangeStatusChanged, json!({ "from": "draft", "to": "applied" })),
            json!({ "from": "draft", "to": "applied" })
        );
        assert_eq!(shown(EventKind::BaselineAssigned, json!({ "from": null, "to": key })), json!({ "from": null, "to": "Baseline-7" }));
        assert_eq!(shown(EventKind::BaselineChanged, json!({ "policyId": key })), json!({ "policyId": "BaselinePolicy-7" }));
        assert_eq!(shown(EventKind::ApprovalChanged, json!({ "approvalId": key, "state": "PENDING" })), json!({ "state": "PENDING" }));
    }
}

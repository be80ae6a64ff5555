//! The facts of an event as they leave the server: our ids in them become the API's.

use serde_json::{Map, Value};
use uuid::Uuid;

use crate::ids::Kind;

/// Members that hold one of our ids, or a list of them. Others that end alike hold Entra's own.
const IDS: [(&str, Kind); 11] = [
    ("changeId", Kind::Change),
    ("driftId", Kind::Drift),
    ("policyId", Kind::Policy),
    ("rolloutId", Kind::Rollout),
    ("runId", Kind::AgentRun),
    ("scheduleId", Kind::Schedule),
    ("snapshotId", Kind::Snapshot),
    ("suggestionId", Kind::Suggestion),
    ("tenantId", Kind::Tenant),
    ("tenantIds", Kind::Tenant),
    ("verdictId", Kind::RolloutVerdict),
];

/// The same facts with the API's ids, made by `id`.
pub fn public(data: &Value, id: &impl Fn(Kind, Uuid) -> String) -> Value {
    match data {
        Value::Object(members) => {
            let member = |(name, value): (&String, &Value)| match IDS.iter().find(|(known, _)| known == name) {
                Some((_, kind)) => (name.clone(), encoded(value, *kind, id)),
                None => (name.clone(), public(value, id)),
            };
            Value::Object(members.iter().map(member).collect::<Map<_, _>>())
        }
        Value::Array(items) => items.iter().map(|item| public(item, id)).collect(),
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
    use serde_json::json;

    use super::*;

    #[test]
    fn our_ids_are_encoded_wherever_they_are_and_entras_stay() {
        let key = Uuid::from_u128(7);
        let data =
            json!({ "tenantIds": [key], "moved": [{ "changeId": key, "to": "APPLIED" }], "objectId": key, "policyId": null, "n": 1 });
        let id = |kind: Kind, key: Uuid| format!("{kind:?}-{}", key.as_u128());
        let expected = json!({ "tenantIds": ["Tenant-7"], "moved": [{ "changeId": "Change-7", "to": "APPLIED" }], "objectId": key, "policyId": null, "n": 1 });
        assert_eq!(public(&data, &id), expected);
    }
}

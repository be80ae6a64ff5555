//! Graph's PATCH.

use serde_json::{Map, Value};

/// Objects merge member by member, everything else is replaced; null stays as an explicit null.
pub(super) fn merge(into: &mut Map<String, Value>, patch: &Value) {
    let Value::Object(patch) = patch else { return };
    for (name, value) in patch {
        match (into.get_mut(name), value) {
            (Some(Value::Object(members)), Value::Object(_)) => merge(members, value),
            _ => {
                into.insert(name.clone(), value.clone());
            }
        }
    }
}

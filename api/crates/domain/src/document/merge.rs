//! Graph's PATCH (ca-semantics.md section 13).

use serde_json::{Map, Value};

/// Members that name another object or are of more than one type: sending one replaces it.
const WHOLE: [&str; 2] = ["authenticationStrength", "externalTenants"];

/// Objects merge member by member, everything else is replaced; null stays as an explicit null.
pub(super) fn merge(into: &mut Map<String, Value>, patch: &Map<String, Value>) {
    for (name, value) in patch {
        match (into.get_mut(name), value) {
            (Some(Value::Object(members)), Value::Object(patch)) if !WHOLE.contains(&name.as_str()) => merge(members, patch),
            _ => {
                into.insert(name.clone(), value.clone());
            }
        }
    }
}

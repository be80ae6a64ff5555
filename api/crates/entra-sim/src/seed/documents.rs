//! From a published policy file to the body of a POST.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

/// What stands in for the placeholders of a set: by list and placeholder.
pub(super) type Placeholders = BTreeMap<(&'static str, &'static str), String>;

/// The request a person would send to bring this file into a tenant: without read-only parts, placeholders filled in, two habits of old exports repaired.
///
/// Repaired are an empty `clientAppTypes` (meant "all" before 2020-08; 1064 today) and `transferMethods` as a list (a flags string in Graph).
pub(super) fn request(file: &Value, placeholders: &Placeholders) -> Value {
    let mut body = filled_in(file, "", placeholders);
    if let Some(members) = body.as_object_mut() {
        members
            .retain(|name, _| !matches!(name.as_str(), "id" | "templateId" | "createdDateTime" | "modifiedDateTime" | "deletedDateTime"));
    }
    if let Some(id) = body.pointer("/grantControls/authenticationStrength/id").cloned() {
        body["grantControls"]["authenticationStrength"] = json!({ "id": id });
    }
    if body.pointer("/conditions/clientAppTypes").is_some_and(|types| types == &json!([])) {
        body["conditions"]["clientAppTypes"] = Value::Null;
    }
    if let Some(methods) = body.pointer("/conditions/authenticationFlows/transferMethods").and_then(Value::as_array) {
        let joined = methods.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(",");
        body["conditions"]["authenticationFlows"]["transferMethods"] = Value::from(joined);
    }
    body
}

fn filled_in(value: &Value, list: &str, placeholders: &Placeholders) -> Value {
    match value {
        Value::String(text) => {
            let stand_in = placeholders.iter().find(|((place, placeholder), _)| *place == list && placeholder == text);
            stand_in.map_or_else(|| value.clone(), |(_, id)| Value::from(id.as_str()))
        }
        Value::Array(items) => items.iter().map(|item| filled_in(item, list, placeholders)).collect(),
        Value::Object(members) => {
            let filled = members.iter().map(|(name, value)| (name.clone(), filled_in(value, name, placeholders)));
            Value::Object(filled.collect::<Map<_, _>>())
        }
        scalar => scalar.clone(),
    }
}

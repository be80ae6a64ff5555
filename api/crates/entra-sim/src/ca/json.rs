//! Reading JSON without noise: an absent member reads as null, a non-list as an empty list.

use serde_json::Value;

static NULL: Value = Value::Null;

/// The member at a path; null where any step is missing.
pub(crate) fn at<'a>(value: &'a Value, path: &[&str]) -> &'a Value {
    path.iter().try_fold(value, |value, step| value.get(step)).unwrap_or(&NULL)
}

/// The string items of the list at a path.
pub(crate) fn texts<'a>(value: &'a Value, path: &[&str]) -> Vec<&'a str> {
    at(value, path).as_array().map(|items| items.iter().filter_map(Value::as_str).collect()).unwrap_or_default()
}

/// The string at a path, if there is one.
pub(crate) fn text<'a>(value: &'a Value, path: &[&str]) -> Option<&'a str> {
    at(value, path).as_str()
}

/// A list with at least one item.
pub(crate) fn filled(value: &Value, path: &[&str]) -> bool {
    at(value, path).as_array().is_some_and(|items| !items.is_empty())
}

/// Null, an empty list, an empty string, or an object that holds only such values.
pub(crate) fn is_void(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::String(text) => text.is_empty(),
        Value::Object(members) => members.iter().all(|(name, value)| name.contains('@') || is_void(value)),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Whether the list at a path has an item that satisfies the test.
pub(crate) fn any(value: &Value, path: &[&str], test: impl Fn(&str) -> bool) -> bool {
    at(value, path).as_array().is_some_and(|items| items.iter().filter_map(Value::as_str).any(test))
}

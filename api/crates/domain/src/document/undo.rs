//! Taking back one edit and nothing else: three-way, on the canonical form.

use serde_json::{Map, Value};

use super::diff::{NameTable, diff};
use super::fields::{is_flags, is_set};
use super::{PolicyDocument, canonical_text};

/// A document without one edit.
#[derive(Clone, Debug, PartialEq)]
pub struct Undone {
    /// The document that is wanted.
    pub document: PolicyDocument,
    /// Fields that were changed again since, and so stay as they are. In the order of the diff.
    pub conflicts: Vec<String>,
}

/// `current` without the edit that led from `before` to `after`. Of a set only the elements that the edit touched are taken back; another
/// field goes back when it still is what the edit made it.
pub fn undone(before: &PolicyDocument, after: &PolicyDocument, current: &PolicyDocument) -> Undone {
    let now = current.canonical();
    let mut document = current.value().clone();
    let mut conflicts = Vec::new();
    for field in diff(&before.canonical(), &after.canonical(), &NameTable::default()) {
        let path: Vec<&str> = field.path.split('.').collect();
        let name = path.last().copied().unwrap_or_default();
        let live = now.at(&path);
        let wanted = match live {
            live if live == field.before.as_ref() => continue,
            live if live == field.after.as_ref() => field.before.clone(),
            live if is_set(name) => Some(set_without(live, field.before.as_ref(), field.after.as_ref())),
            _ => {
                conflicts.push(field.path);
                continue;
            }
        };
        put(&mut document, &path, wanted.map_or(Value::Null, |value| as_graph_writes(name, value)));
    }
    Undone { document: PolicyDocument(document), conflicts }
}

/// The live set without what the edit added and with what it removed.
fn set_without(live: Option<&Value>, before: Option<&Value>, after: Option<&Value>) -> Value {
    let items = |value: Option<&Value>| value.and_then(Value::as_array).cloned().unwrap_or_default();
    let (before, after) = (items(before), items(after));
    let mut wanted: Vec<Value> = items(live).into_iter().filter(|item| before.contains(item) || !after.contains(item)).collect();
    wanted.extend(before.into_iter().filter(|item| !after.contains(item)));
    wanted.sort_by_cached_key(canonical_text);
    wanted.dedup();
    Value::Array(wanted)
}

/// The canonical form keeps flags as a list, Graph as one text.
fn as_graph_writes(name: &str, value: Value) -> Value {
    match &value {
        Value::Array(items) if is_flags(name) => Value::from(items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(",")),
        _ => value,
    }
}

fn put(document: &mut Value, path: &[&str], value: Value) {
    let Some((name, rest)) = path.split_first() else { return };
    if !document.is_object() {
        *document = Value::Object(Map::new());
    }
    let Value::Object(members) = document else { return };
    let member = members.entry((*name).to_owned()).or_insert(Value::Null);
    if rest.is_empty() {
        *member = value;
    } else {
        put(member, rest, value);
    }
}

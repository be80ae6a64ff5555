//! What lies between two canonical forms, field by field, with names beside ids.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::references::kind_at;
use super::{Canonical, canonical_text};
use crate::change::dry_run::{DiffOp, FieldDiff, NamedRef, Risk};
use crate::tenant::{DirectoryKind, DirectoryObject};

/// Names of a tenant's objects.
#[derive(Clone, Debug, Default)]
pub struct NameTable(HashMap<(DirectoryKind, String), DirectoryObject>);

impl NameTable {
    /// A table over a tenant's object cache.
    pub fn new(objects: impl IntoIterator<Item = DirectoryObject>) -> Self {
        NameTable(objects.into_iter().map(|object| ((object.kind, object.object_id.to_lowercase()), object)).collect())
    }

    /// The name of an object; `None` when the cache has none.
    pub fn name(&self, kind: DirectoryKind, id: &str) -> Option<&str> {
        self.find(kind, id).map(|object| object.display_name.as_str())
    }

    /// An object; `None` when the cache has none.
    pub fn find(&self, kind: DirectoryKind, id: &str) -> Option<&DirectoryObject> {
        self.0.get(&(kind, id.to_lowercase()))
    }
}

/// Members that come first in a diff, as they do for a reader; the others follow by name.
const FIRST: [&str; 6] = ["displayName", "description", "state", "conditions", "grantControls", "sessionControls"];

/// Every field that differs. Empty exactly when the forms are equal.
pub fn diff(before: &Canonical, after: &Canonical, names: &NameTable) -> Vec<FieldDiff> {
    let mut found = Vec::new();
    objects("", before.value().as_object(), after.value().as_object(), names, &mut found);
    found
}

fn objects(
    path: &str,
    before: Option<&Map<String, Value>>,
    after: Option<&Map<String, Value>>,
    names: &NameTable,
    found: &mut Vec<FieldDiff>,
) {
    let mut members: Vec<&String> = before.into_iter().chain(after).flat_map(Map::keys).collect();
    members.sort_unstable_by_key(|name| (FIRST.iter().position(|first| first == name).unwrap_or(FIRST.len()), *name));
    members.dedup();
    for name in members {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        values(&path, before.and_then(|members| members.get(name)), after.and_then(|members| members.get(name)), names, found);
    }
}

fn values(path: &str, before: Option<&Value>, after: Option<&Value>, names: &NameTable, found: &mut Vec<FieldDiff>) {
    match (before, after) {
        (before, after) if before == after => {}
        (Some(Value::Object(before)), Some(Value::Object(after))) => objects(path, Some(before), Some(after), names, found),
        (None, Some(Value::Object(after))) => objects(path, None, Some(after), names, found),
        (Some(Value::Object(before)), None) => objects(path, Some(before), None, names, found),
        (before, after) => found.push(field(path, before, after, names)),
    }
}

fn field(path: &str, before: Option<&Value>, after: Option<&Value>, names: &NameTable) -> FieldDiff {
    let op = match (before, after) {
        (None, _) => DiffOp::Add,
        (_, None) => DiffOp::Remove,
        _ => DiffOp::Replace,
    };
    let added = missing(path, after, before, names);
    let removed = missing(path, before, after, names);
    FieldDiff { path: path.to_owned(), op, before: before.cloned(), after: after.cloned(), added, removed, risk: Risk::Neutral, label: String::new() }
}

/// Elements of `value` that `other` lacks: of lists, and of the single references that have names.
fn missing(path: &str, value: Option<&Value>, other: Option<&Value>, names: &NameTable) -> Vec<NamedRef> {
    let kind = kind_at(path);
    let elements = |value: Option<&Value>| -> Vec<Value> {
        match value {
            Some(Value::Array(items)) => items.clone(),
            Some(single) if kind.is_some() => vec![single.clone()],
            _ => Vec::new(),
        }
    };
    let other = elements(other);
    let named = |item: &Value| {
        let id = item.as_str().map_or_else(|| canonical_text(item), str::to_owned);
        let display_name = kind.and_then(|kind| names.name(kind, &id)).map(str::to_owned);
        NamedRef { id, display_name }
    };
    elements(value).iter().filter(|item| !other.contains(item)).map(named).collect()
}

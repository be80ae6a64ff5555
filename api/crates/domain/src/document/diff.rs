//! What lies between two canonical forms, field by field, with names beside ids.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::Canonical;
use super::references::kind_at;
use crate::change::dry_run::{DiffOp, FieldDiff, NamedRef};
use crate::tenant::{DirectoryKind, DirectoryObject};

/// Names of a tenant's objects.
#[derive(Clone, Debug, Default)]
pub struct NameTable(HashMap<(DirectoryKind, String), String>);

impl NameTable {
    /// A table over a tenant's object cache.
    pub fn new(objects: impl IntoIterator<Item = DirectoryObject>) -> Self {
        NameTable(objects.into_iter().map(|object| ((object.kind, object.object_id.to_lowercase()), object.display_name)).collect())
    }

    /// The name of an object; `None` when the cache has none.
    pub fn name(&self, kind: DirectoryKind, id: &str) -> Option<&str> {
        self.0.get(&(kind, id.to_lowercase())).map(String::as_str)
    }
}

/// Every field that differs, in alphabetical order of paths. Empty exactly when the forms are equal.
pub fn diff(before: &Canonical, after: &Canonical, names: &NameTable) -> Vec<FieldDiff> {
    let mut found = Vec::new();
    objects("", before.value().as_object(), after.value().as_object(), names, &mut found);
    found
}

fn objects(path: &str, before: Option<&Map<String, Value>>, after: Option<&Map<String, Value>>, names: &NameTable, found: &mut Vec<FieldDiff>) {
    let mut members: Vec<&String> = before.into_iter().chain(after).flat_map(Map::keys).collect();
    members.sort();
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
    let (added, removed) = match (before, after) {
        (Some(Value::Array(_)) | None, Some(Value::Array(_)) | None) => (missing(path, after, before, names), missing(path, before, after, names)),
        _ => (Vec::new(), Vec::new()),
    };
    FieldDiff { path: path.to_owned(), op, before: before.cloned(), after: after.cloned(), added, removed }
}

/// Elements of `list` that `other` lacks.
fn missing(path: &str, list: Option<&Value>, other: Option<&Value>, names: &NameTable) -> Vec<NamedRef> {
    let items = |value: Option<&Value>| value.and_then(Value::as_array).cloned().unwrap_or_default();
    let other = items(other);
    let kind = kind_at(path);
    items(list)
        .into_iter()
        .filter(|item| !other.contains(item))
        .map(|item| {
            let id = item.as_str().map_or_else(|| item.to_string(), str::to_owned);
            let display_name = kind.and_then(|kind| names.name(kind, &id)).map(str::to_owned);
            NamedRef { id, display_name }
        })
        .collect()
}

//! What lies between two canonical forms, field by field, with names beside ids.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::references::kind_at;
use super::{Canonical, canonical_text};
use crate::change::dry_run::{DiffOp, FieldDiff, NamedRef, Risk};
use crate::tenant::{DirectoryKind, DirectoryObject};

/// Names of a tenant's objects.
#[derive(Clone, Debug, Default)]
pub struct NameTable {
    by_id: HashMap<(DirectoryKind, String), DirectoryObject>,
    /// Names that the cache does not hold beside an object, such as user principal names, by their lower-case form.
    also: HashMap<(DirectoryKind, String), Vec<String>>,
    /// The one object that a member keeps a name for, by the name's lower-case form.
    kept: HashMap<(DirectoryKind, String), String>,
}

impl NameTable {
    /// A table over a tenant's object cache.
    pub fn new(objects: impl IntoIterator<Item = DirectoryObject>) -> Self {
        let by_id = objects.into_iter().map(|object| ((object.kind, object.object_id.to_lowercase()), object)).collect();
        NameTable { by_id, also: HashMap::new(), kept: HashMap::new() }
    }

    /// Adds an object that was found under a name which need not be its display name, such as a user principal name.
    pub fn add_named(&mut self, name: &str, object: DirectoryObject) {
        let id = object.object_id.to_lowercase();
        let ids = self.also.entry((object.kind, name.to_lowercase())).or_default();
        if !ids.contains(&id) {
            ids.push(id.clone());
        }
        self.by_id.insert((object.kind, id), object);
    }

    /// Makes a name stand for one object, whatever else goes by it. While the cache does not hold the object, the name stands for nothing.
    pub fn keep(&mut self, kind: DirectoryKind, name: &str, object_id: &str) {
        self.kept.insert((kind, name.to_lowercase()), object_id.to_lowercase());
    }

    /// The id of the object that a member keeps the name for.
    pub fn kept(&self, kind: DirectoryKind, name: &str) -> Option<&str> {
        self.kept.get(&(kind, name.trim().to_lowercase())).map(String::as_str)
    }

    /// Whether members say what the name stands for.
    pub fn has_alias(&self, kind: DirectoryKind, name: &str) -> bool {
        self.kept(kind, name).is_some()
    }

    /// The name of an object; `None` when the cache has none.
    pub fn name(&self, kind: DirectoryKind, id: &str) -> Option<&str> {
        self.find(kind, id).map(|object| object.display_name.as_str())
    }

    /// An object; `None` when the cache has none.
    pub fn find(&self, kind: DirectoryKind, id: &str) -> Option<&DirectoryObject> {
        self.by_id.get(&(kind, id.to_lowercase()))
    }

    /// Every object of the kind that goes by the name, ignoring case, in the order of their ids; at most `limit`. A kept name stands for its
    /// object alone.
    pub fn called(&self, kind: DirectoryKind, name: &str, limit: usize) -> Vec<&DirectoryObject> {
        if let Some(id) = self.kept(kind, name) {
            return self.find(kind, id).into_iter().collect();
        }
        let wanted = name.to_lowercase();
        let also = self.also.get(&(kind, wanted.clone())).map_or(&[][..], Vec::as_slice);
        let goes_by_it = |id: &String, object: &DirectoryObject| also.contains(id) || object.display_name.to_lowercase() == wanted;
        let of_kind = self.by_id.iter().filter(|((of, _), _)| *of == kind);
        let mut found: Vec<_> = of_kind.filter(|((_, id), object)| goes_by_it(id, object)).map(|(_, object)| object).collect();
        found.sort_unstable_by(|a, b| a.object_id.cmp(&b.object_id));
        found.truncate(limit);
        found
    }

    /// Whether the cache holds anything of the kind: where it holds nothing, an unknown id tells nothing.
    pub fn holds(&self, kind: DirectoryKind) -> bool {
        self.by_id.keys().any(|(of, _)| *of == kind)
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
    FieldDiff {
        path: path.to_owned(),
        op,
        before: before.cloned(),
        after: after.cloned(),
        added,
        removed,
        risk: Risk::Neutral,
        label: String::new(),
    }
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

//! Reading members of a canonical document.

use std::collections::HashSet;

use serde_json::{Map, Value};
use uuid::Uuid;

/// A member as an object; `None` when it is absent. In the canonical form an object always says something.
pub(super) fn object<'v>(parent: &'v Value, name: &str) -> Option<&'v Map<String, Value>> {
    parent.get(name)?.as_object()
}

/// The texts of a list member.
pub(super) fn texts<'v>(parent: &'v Map<String, Value>, name: &str) -> impl Iterator<Item = &'v str> + use<'v> {
    parent.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

/// A list of ids; what is no id goes to `others`.
pub(super) fn ids(parent: &Map<String, Value>, name: &str, mut others: impl FnMut(&str)) -> HashSet<Uuid> {
    let mut ids = HashSet::new();
    for text in texts(parent, name) {
        match Uuid::parse_str(text) {
            Ok(id) => {
                ids.insert(id);
            }
            Err(_) => others(text),
        }
    }
    ids
}

/// Members of an object that this version doesn't know, with the path of each.
pub(super) fn strange(parent: &Map<String, Value>, path: &str, known: &[&str]) -> Vec<String> {
    parent.keys().filter(|name| !known.contains(&name.as_str())).map(|name| format!("{path}.{name}")).collect()
}

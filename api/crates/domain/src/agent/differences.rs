//! How much two policies differ, as Microsoft counts it: by conditions and controls.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::document::Canonical;

/// Conditions and controls in which two policies differ, in Graph's names, sorted: each condition (`users`, `applications`, `locations` ...), the
/// grant controls, and each session control counts for one. Names, descriptions and states are neither.
pub fn differences(a: &Canonical, b: &Canonical) -> Vec<String> {
    let members = |form: &Canonical, name: &str| form.at(&[name]).and_then(Value::as_object).cloned().unwrap_or_default();
    let mut differ = BTreeSet::new();
    for part in ["conditions", "sessionControls"] {
        let (first, second) = (members(a, part), members(b, part));
        let names: BTreeSet<&String> = first.keys().chain(second.keys()).collect();
        differ.extend(names.into_iter().filter(|name| first.get(*name) != second.get(*name)).cloned());
    }
    if a.at(&["grantControls"]) != b.at(&["grantControls"]) {
        differ.insert("grantControls".to_owned());
    }
    differ.into_iter().collect()
}

//! A line of a diff in words.

use serde_json::Value;
use uuid::Uuid;

use super::fields::field_at;
use crate::change::dry_run::{FieldDiff, NamedRef};
use crate::change::wording::{cut, listed, shown};
use crate::document::canonical_text;
use crate::policy::PolicyState;

/// The longest label.
const LABEL_CHARS: usize = 300;

/// The line: "Excluded groups: adds Contractors, removes 1f0c8a11…".
pub(super) fn label(field: &FieldDiff) -> String {
    let words = words(&field.path);
    let says = if field.added.is_empty() && field.removed.is_empty() {
        values(field)
    } else {
        elements(field, LABEL_CHARS - words.chars().count())
    };
    cut(&format!("{words}: {says}"), LABEL_CHARS)
}

/// What the path is called: "Sign-in frequency (value)". A field that is not known has its path for a name.
fn words(path: &str) -> String {
    match field_at(path) {
        Some(field) if field.path.ends_with('.') => match &path[field.path.len()..] {
            "isEnabled" => field.words.to_owned(),
            member => format!("{} ({})", field.words, shown(member)),
        },
        Some(field) => field.words.to_owned(),
        None => cut(&shown_path(path), LABEL_CHARS / 3),
    }
}

fn shown_path(path: &str) -> String {
    path.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn elements(field: &FieldDiff, chars: usize) -> String {
    let names = |side: &[NamedRef]| -> Vec<String> { side.iter().map(name).collect() };
    let (added, removed) = (names(&field.added), names(&field.removed));
    match (added.is_empty(), removed.is_empty()) {
        (false, true) => format!("adds {}", listed(&added, chars - 8)),
        (true, false) => format!("removes {}", listed(&removed, chars - 11)),
        _ => {
            let half = chars / 2 - 10;
            format!("adds {}, removes {}", listed(&added, half), listed(&removed, half))
        }
    }
}

/// The name where there is one; of an id without one, as much as tells it from others.
fn name(item: &NamedRef) -> String {
    match (&item.display_name, item.id.parse::<Uuid>()) {
        (Some(name), _) => shown(name),
        (None, Ok(_)) => strength_name(&item.id).map_or_else(|| format!("{}…", &item.id[..8]), str::to_owned),
        // A range of a named location is an object of one text.
        (None, Err(_)) => shown(range(&item.id).as_deref().unwrap_or(&item.id)),
    }
}

fn range(text: &str) -> Option<String> {
    let value: Value = serde_json::from_str(text).ok()?;
    value.get("cidrAddress")?.as_str().map(str::to_owned)
}

/// The built-in strengths, which every tenant has (ca-semantics.md section 7).
pub(in crate::change) fn strength_name(id: &str) -> Option<&'static str> {
    match id {
        "00000000-0000-0000-0000-000000000002" => Some("Multifactor authentication"),
        "00000000-0000-0000-0000-000000000003" => Some("Passwordless MFA"),
        "00000000-0000-0000-0000-000000000004" => Some("Phishing-resistant MFA"),
        _ => None,
    }
}

fn values(field: &FieldDiff) -> String {
    match (&field.before, &field.after) {
        (Some(before), Some(after)) => format!("from {} to {}", value(&field.path, before), value(&field.path, after)),
        (None, Some(after)) => value(&field.path, after),
        (Some(before), None) => format!("no longer {}", value(&field.path, before)),
        (None, None) => "unchanged".to_owned(),
    }
}

fn value(path: &str, value: &Value) -> String {
    match value {
        Value::String(text) if path == "state" => {
            text.parse::<PolicyState>().map_or_else(|_| shown(text), |state| state_word(state).to_owned())
        }
        Value::String(text) if path == "displayName" || path == "description" => format!("'{}'", shown(text)),
        Value::String(text) => shown(text),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        other => shown(&canonical_text(other)),
    }
}

/// A state as it is said.
pub(in crate::change) fn state_word(state: PolicyState) -> &'static str {
    match state {
        PolicyState::Enabled => "on",
        PolicyState::Disabled => "off",
        PolicyState::ReportOnly => "report-only",
    }
}

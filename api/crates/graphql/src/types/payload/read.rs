//! Reading Graph's shapes. What a payload holds was checked when the change was created, so what is missing here is simply absent.

use serde_json::Value;

use crate::enums::Word;

/// A nullable member of a payload: `None` untouched, `Some(None)` cleared.
pub(super) type Nullable<T> = Option<Option<T>>;

/// The value of a nullable member, where it has one.
pub(super) fn set<T>(member: &Nullable<T>) -> Option<&T> {
    member.as_ref().and_then(Option::as_ref)
}

/// The names of those members that a payload clears.
pub(super) fn cleared<const N: usize>(members: [(&str, bool); N]) -> Vec<String> {
    members.into_iter().filter(|(_, cleared)| *cleared).map(|(name, _)| name.to_owned()).collect()
}

/// Whether a payload clears a member.
pub(super) fn clears<T>(member: &Nullable<T>) -> bool {
    matches!(member, Some(None))
}

/// A text.
pub(super) fn text(value: &Value, name: &str) -> Option<String> {
    value.get(name)?.as_str().map(str::to_owned)
}

/// The texts of a list.
pub(super) fn texts(value: &Value, name: &str) -> Vec<String> {
    value.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// A keyword.
pub(super) fn word<W: Word>(value: &Value, name: &str) -> Option<W> {
    value.get(name)?.as_str().map(W::read)
}

/// The keywords of a list, or of one comma-joined text, as Graph writes flags.
pub(super) fn words<W: Word>(value: &Value, name: &str) -> Vec<W> {
    match value.get(name) {
        Some(Value::String(flags)) => flags.split(',').map(|flag| W::read(flag.trim())).collect(),
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).map(W::read).collect(),
        _ => Vec::new(),
    }
}

/// A list of keywords that a payload replaces.
pub(super) fn list<W: Word>(words: &Option<Vec<String>>) -> Option<Vec<W>> {
    words.as_ref().map(|words| words.iter().map(|word| W::read(word)).collect())
}

/// Whether a switch is on: Graph's `isEnabled`, which is on where it is left out.
pub(super) fn enabled(value: &Value) -> bool {
    value.get("isEnabled").and_then(Value::as_bool).unwrap_or(true)
}

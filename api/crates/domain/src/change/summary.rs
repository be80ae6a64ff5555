//! A change in one sentence.

mod scope;

use serde_json::Value;

use crate::change::dry_run::FieldDiff;
use crate::change::kind::ChangePayload;
use crate::change::patch::Outcome;
use crate::change::plan::PlanInput;
use crate::change::risk::state_word;
use crate::change::wording::{counted, cut, shown};
use crate::document::{Canonical, PolicyDocument};
use crate::policy::PolicyState;

/// The longest sentence.
const SENTENCE_CHARS: usize = 240;

/// The plan is told of no more policies that refer to a location.
const REFERRING_MAX: usize = 20;

/// The sentence, of at most 240 characters.
pub(super) fn sentence(input: &PlanInput<'_>, outcome: &Outcome, diff: &[FieldDiff], changed: bool) -> String {
    let said = if changed { says(input, outcome, diff) } else { nothing(input.payload, outcome) };
    cut(&said, SENTENCE_CHARS)
}

fn says(input: &PlanInput<'_>, outcome: &Outcome, diff: &[FieldDiff]) -> String {
    let (before, after) = (quoted(&outcome.base), quoted(&outcome.desired));
    match input.payload {
        ChangePayload::StateChange { to } => {
            let from = outcome.before.as_ref().and_then(PolicyDocument::state).map(|from| format!(" from {}", state_word(from)));
            let scope = scope::whom(&outcome.desired, input.names);
            format!("Turns {before}{} to {} for {scope}", from.unwrap_or_default(), state_word(*to))
        }
        ChangePayload::Rename { .. } => format!("Renames {before} to {after}"),
        ChangePayload::Create(_) => {
            let demands = scope::demands(&outcome.desired, input.names);
            format!("Creates {after} {} for {}: {demands}", in_state(outcome.after.as_ref()), scope::whom(&outcome.desired, input.names))
        }
        ChangePayload::Delete(_) => {
            let state = outcome.before.as_ref().and_then(PolicyDocument::state).map_or("in a state of its own", state_word);
            format!("Deletes {before}, which is {state}; it can be restored for 30 days")
        }
        ChangePayload::Restore {} => format!("Restores {after} {} from the recycle bin", in_state(outcome.after.as_ref())),
        ChangePayload::LocationCreate(_) => format!("Creates the named location {after} of {}", places(&outcome.desired)),
        ChangePayload::LocationDelete(_) => format!("Deletes the named location {before} of {}", places(&outcome.base)),
        ChangePayload::LocationUpdate(_) => {
            let used = input.referring.len();
            let used = if used == 0 { String::new() } else { format!(", which {}", counted_policies(used)) };
            format!("Changes the named location {before}{used}: {}", lines(diff))
        }
        _ => {
            let state = outcome.before.as_ref().and_then(PolicyDocument::state).map(|state| format!(" ({})", state_word(state)));
            format!("Changes {before}{}: {}", state.unwrap_or_default(), lines(diff))
        }
    }
}

fn nothing(payload: &ChangePayload, outcome: &Outcome) -> String {
    let name = quoted(&outcome.base);
    match payload {
        ChangePayload::StateChange { to } => format!("Nothing changes: {name} is {} already", state_word(*to)),
        ChangePayload::Rename { .. } => format!("Nothing changes: {name} has this name already"),
        _ => format!("Nothing changes: {name} is already as proposed"),
    }
}

fn quoted(form: &Canonical) -> String {
    format!("'{}'", shown(form.at(&["displayName"]).and_then(Value::as_str).unwrap_or_default()))
}

/// "on", "off" or "in report-only".
fn in_state(policy: Option<&PolicyDocument>) -> &'static str {
    match policy.and_then(PolicyDocument::state) {
        Some(PolicyState::Enabled) => "enforced",
        Some(PolicyState::Disabled) => "switched off",
        Some(PolicyState::ReportOnly) => "in report-only",
        None => "in a state of its own",
    }
}

/// As many lines as are worth a sentence.
fn lines(diff: &[FieldDiff]) -> String {
    let mut text = String::new();
    for (index, field) in diff.iter().enumerate() {
        let line = decapitalised(&field.label);
        if index > 0 && text.chars().count() + line.chars().count() > SENTENCE_CHARS / 2 {
            return format!("{text}; and {}", counted(diff.len() - index, "more field"));
        }
        let separator = if index > 0 { "; " } else { "" };
        text = format!("{text}{separator}{}", cut(&line, SENTENCE_CHARS / 2));
    }
    text
}

fn decapitalised(line: &str) -> String {
    let mut chars = line.chars();
    chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
}

fn places(location: &Canonical) -> String {
    let count = |list: &str| location.at(&[list]).and_then(Value::as_array).map_or(0, Vec::len);
    let trusted = if location.at(&["isTrusted"]) == Some(&Value::Bool(true)) { ", trusted" } else { "" };
    match (count("ipRanges"), count("countriesAndRegions")) {
        (ranges, 0) => format!("{}{trusted}", counted(ranges, "range")),
        (_, 1) => "1 country".to_owned(),
        (_, countries) => format!("{countries} countries"),
    }
}

fn counted_policies(count: usize) -> String {
    match count {
        1 => "1 policy refers to".to_owned(),
        REFERRING_MAX.. => format!("{REFERRING_MAX} or more policies refer to"),
        _ => format!("{count} policies refer to"),
    }
}

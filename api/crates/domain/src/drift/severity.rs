//! How much an item of drift matters.

use serde_json::Value;

use crate::change::dry_run::{FieldDiff, Risk};
use crate::change::edit::{object_edit, policy_edit};
use crate::change::warning::Severity;
use crate::document::diff::NameTable;
use crate::document::{PolicyDocument, canonical_location};
use crate::policy::PolicyState;

/// Fields that people read and Entra doesn't evaluate.
const NAMES: [&str; 2] = ["displayName", "description"];

/// Of a policy: critical when an enforced policy was loosened, switched off or removed; a warning for any other edit; info when only
/// names changed. An edit whose effect can't be told counts as loosening: a missed alarm costs more than a false one.
pub fn of_policy(before: Option<&PolicyDocument>, after: Option<&PolicyDocument>) -> Severity {
    let enforced = before.is_some_and(|document| document.state() == Some(PolicyState::Enabled));
    let lines = policy_edit(before, after, &NameTable::default());
    match (before, after) {
        (Some(_), None) if enforced => Severity::Critical,
        (Some(_), Some(_)) if only_names(&lines) => Severity::Info,
        (Some(_), Some(_)) if enforced && lines.iter().any(may_loosen) => Severity::Critical,
        _ => Severity::Warning,
    }
}

/// Of a named location: a warning when policies may now reach other sign-ins, info for a new location or another name.
pub fn of_location(before: Option<&Value>, after: Option<&Value>) -> Severity {
    match (before, after) {
        (Some(before), Some(after)) => {
            let lines = object_edit(canonical_location(before), canonical_location(after), &NameTable::default());
            if only_names(&lines) { Severity::Info } else { Severity::Warning }
        }
        (Some(_), None) => Severity::Warning,
        (None, _) => Severity::Info,
    }
}

/// A line that says nothing by itself may be one whose meaning can't be told, such as a group in another one's place. The operator's can.
fn may_loosen(line: &FieldDiff) -> bool {
    let told = is_name(line) || line.path == "grantControls.operator";
    line.risk == Risk::Loosens || line.risk == Risk::Neutral && !told
}

fn only_names(lines: &[FieldDiff]) -> bool {
    lines.iter().all(is_name)
}

fn is_name(line: &FieldDiff) -> bool {
    NAMES.contains(&line.path.as_str())
}

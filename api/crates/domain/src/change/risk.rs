//! What each line of a diff means for security, and how it reads.
//!
//! Conditional Access allows what no policy demands something of. So a line tightens when more sign-ins are covered or more is demanded
//! of them, blocked or granted alike, and loosens in the other direction. The whole of a policy that comes or goes is judged by its state
//! alone, and of a policy that is off before and after nothing but its texts changes for anybody.

mod controls;
mod fields;
mod label;
mod sets;

use serde_json::Value;

use self::fields::{Meaning, field_at};
pub(super) use self::label::{state_word, strength_name};
use crate::change::dry_run::{FieldDiff, Risk};
use crate::change::patch::Outcome;
use crate::document::diff::{NameTable, diff};
use crate::document::{Canonical, PolicyDocument};
use crate::policy::PolicyState;

/// Two states of one policy, and what lies between them.
struct Between<'a> {
    before: Option<&'a PolicyDocument>,
    after: Option<&'a PolicyDocument>,
    base: &'a Canonical,
    desired: &'a Canonical,
}

/// Every field in which two states of a policy differ, with risk and label on each line. `None` is that there is no policy.
pub fn explained(before: Option<&PolicyDocument>, after: Option<&PolicyDocument>, names: &NameTable) -> Vec<FieldDiff> {
    let form = |policy: Option<&PolicyDocument>| policy.map_or_else(Canonical::absent, PolicyDocument::canonical);
    let (base, desired) = (form(before), form(after));
    let fields = diff(&base, &desired, names);
    Between { before, after, base: &base, desired: &desired }.on(fields)
}

/// The diff with risk and label on each line. The names are in it already.
pub(super) fn labelled(diff: Vec<FieldDiff>, outcome: &Outcome, _names: &NameTable) -> Vec<FieldDiff> {
    let (before, after) = (outcome.before.as_ref(), outcome.after.as_ref());
    Between { before, after, base: &outcome.base, desired: &outcome.desired }.on(diff)
}

impl Between<'_> {
    fn on(&self, diff: Vec<FieldDiff>) -> Vec<FieldDiff> {
        diff.into_iter().map(|field| FieldDiff { risk: risk(&field, self), label: label::label(&field), ..field }).collect()
    }
}

fn risk(field: &FieldDiff, between: &Between<'_>) -> Risk {
    let meaning = field_at(&field.path).map_or(Meaning::Neutral, |known| known.meaning);
    if let Meaning::State = meaning {
        return state(field);
    }
    let (Some(before), Some(after)) = (between.before, between.after) else { return Risk::Neutral };
    if [before, after].map(PolicyDocument::state) == [Some(PolicyState::Disabled); 2] {
        return Risk::Neutral;
    }
    let (base, desired) = (between.base, between.desired);
    match meaning {
        Meaning::Neutral | Meaning::State => Risk::Neutral,
        Meaning::Include { all } => sets::included(field, all),
        Meaning::Exclude => sets::excluded(field),
        Meaning::Condition { all } => sets::condition(field, all),
        Meaning::Tenants { included } => sets::tenants(field, included),
        Meaning::Filter { path } => sets::filter(base.at(path), desired.at(path)),
        Meaning::Grant => controls::grant(field, base, desired),
        Meaning::Operator => controls::operator(base, desired),
        Meaning::Strength => controls::strength(field, base, desired),
        Meaning::Session(control) => controls::session(control, base, desired),
    }
}

/// Enforced or not: between report-only and off nothing is demanded either way.
fn state(field: &FieldDiff) -> Risk {
    let enforced = |state: &Option<Value>| state.as_ref().and_then(Value::as_str) == Some(PolicyState::Enabled.as_str());
    by_order(enforced(&field.before).cmp(&enforced(&field.after)))
}

/// From how the strictness before compares with the strictness after.
fn by_order(before_to_after: std::cmp::Ordering) -> Risk {
    match before_to_after {
        std::cmp::Ordering::Less => Risk::Tightens,
        std::cmp::Ordering::Greater => Risk::Loosens,
        std::cmp::Ordering::Equal => Risk::Neutral,
    }
}

fn opposite(risk: Risk) -> Risk {
    match risk {
        Risk::Tightens => Risk::Loosens,
        Risk::Loosens => Risk::Tightens,
        Risk::Neutral => Risk::Neutral,
    }
}

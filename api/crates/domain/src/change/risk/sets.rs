//! Whom a policy covers: sets, compared as sets.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use serde_json::Value;

use super::{by_order, opposite};
use crate::change::dry_run::{FieldDiff, Risk};

/// What a list covers.
enum Cover<'v> {
    Everything,
    These(BTreeSet<&'v str>),
}

pub(super) fn included(field: &FieldDiff, all: &str) -> Risk {
    compared(&cover(field.before.as_ref(), all), &cover(field.after.as_ref(), all))
}

/// No keyword excludes everybody, so an element is an element.
pub(super) fn excluded(field: &FieldDiff) -> Risk {
    opposite(included(field, ""))
}

pub(super) fn condition(field: &FieldDiff, all: &str) -> Risk {
    let anything = |value: Option<&Value>| value.is_none() || texts(value).any(|item| item == all);
    match (anything(field.before.as_ref()), anything(field.after.as_ref())) {
        (true, true) => Risk::Neutral,
        (true, false) => Risk::Loosens,
        (false, true) => Risk::Tightens,
        (false, false) => included(field, ""),
    }
}

/// All tenants are more than some of them; a line that comes or goes is judged by the guest types beside it.
pub(super) fn tenants(field: &FieldDiff, included: bool) -> Risk {
    let (Some(before), Some(after)) = (&field.before, &field.after) else { return Risk::Neutral };
    let risk = by_order((before == "all").cmp(&(after == "all")));
    if included { risk } else { opposite(risk) }
}

pub(super) fn filter(before: Option<&Value>, after: Option<&Value>) -> Risk {
    by_order(before.is_none().cmp(&after.is_none()))
}

fn texts(value: Option<&Value>) -> impl Iterator<Item = &str> {
    value.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

fn cover<'v>(value: Option<&'v Value>, all: &str) -> Cover<'v> {
    if texts(value).any(|item| item == all) {
        return Cover::Everything;
    }
    Cover::These(texts(value).filter(|item| *item != "None").collect())
}

fn compared(before: &Cover<'_>, after: &Cover<'_>) -> Risk {
    match (before, after) {
        (Cover::Everything, Cover::Everything) => Risk::Neutral,
        (Cover::These(_), Cover::Everything) => Risk::Tightens,
        (Cover::Everything, Cover::These(_)) => Risk::Loosens,
        (Cover::These(before), Cover::These(after)) => match (before.is_subset(after), after.is_subset(before)) {
            (true, false) => by_order(Ordering::Less),
            (false, true) => by_order(Ordering::Greater),
            _ => Risk::Neutral,
        },
    }
}

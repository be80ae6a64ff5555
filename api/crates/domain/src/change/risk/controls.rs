//! Grant and session controls: how much is demanded.

use std::cmp::Ordering;

use serde_json::Value;

use super::by_order;
use crate::change::checks::control_count;
use crate::change::dry_run::{FieldDiff, Risk};
use crate::document::Canonical;

const BUILT_IN: [&str; 2] = ["grantControls", "builtInControls"];
const STRENGTH: [&str; 3] = ["grantControls", "authenticationStrength", "id"];

/// The built-in strengths, weakest first (ca-semantics.md section 7).
const STRENGTHS: [&str; 3] =
    ["00000000-0000-0000-0000-000000000002", "00000000-0000-0000-0000-000000000003", "00000000-0000-0000-0000-000000000004"];

pub(super) fn grant(field: &FieldDiff, before: &Canonical, after: &Canonical) -> Risk {
    let named = |side: &[crate::change::dry_run::NamedRef], control: &str| side.iter().any(|item| item.id == control);
    if named(&field.added, "block") {
        return Risk::Tightens;
    }
    if named(&field.removed, "block") {
        return Risk::Loosens;
    }
    // A strength in the place of mfa, or mfa in the place of a strength, is judged on the strength's line.
    let swapped = |side: &[crate::change::dry_run::NamedRef]| side.len() == 1 && named(side, "mfa");
    if (swapped(&field.removed) && field.added.is_empty() && after.at(&STRENGTH).is_some() && before.at(&STRENGTH).is_none())
        || (swapped(&field.added) && field.removed.is_empty() && before.at(&STRENGTH).is_some() && after.at(&STRENGTH).is_none())
    {
        return Risk::Neutral;
    }
    match (field.added.is_empty(), field.removed.is_empty()) {
        (false, true) => came(before, after),
        (true, false) => went(before, after),
        _ => Risk::Neutral,
    }
}

/// A control more: by OR another way in, unless there was none before.
fn came(before: &Canonical, after: &Canonical) -> Risk {
    if control_count(before) > 0 && one_is_enough(after) { Risk::Loosens } else { Risk::Tightens }
}

/// A control less: by OR a way in that is closed, unless it was the last.
fn went(before: &Canonical, after: &Canonical) -> Risk {
    if control_count(after) > 0 && one_is_enough(before) { Risk::Tightens } else { Risk::Loosens }
}

fn one_is_enough(policy: &Canonical) -> bool {
    control_count(policy) > 1 && policy.at(&["grantControls", "operator"]).is_some_and(|operator| operator == "OR")
}

pub(super) fn operator(before: &Canonical, after: &Canonical) -> Risk {
    if control_count(before) < 2 || control_count(after) < 2 {
        // With fewer controls than two the operator means nothing.
        return Risk::Neutral;
    }
    by_order(one_is_enough(after).cmp(&one_is_enough(before)))
}

pub(super) fn strength(field: &FieldDiff, before: &Canonical, after: &Canonical) -> Risk {
    let rank =
        |value: &Option<Value>| value.as_ref().and_then(Value::as_str).and_then(|id| STRENGTHS.iter().position(|known| *known == id));
    let mfa = |policy: &Canonical| policy.texts(&BUILT_IN).any(|control| control == "mfa");
    match (&field.before, &field.after) {
        (None, _) if mfa(before) && !mfa(after) => Risk::Tightens,
        (None, _) => came(before, after),
        (_, None) if mfa(after) && !mfa(before) => Risk::Loosens,
        (_, None) => went(before, after),
        _ => match (rank(&field.before), rank(&field.after)) {
            (Some(before), Some(after)) => by_order(before.cmp(&after)),
            _ => Risk::Neutral,
        },
    }
}

/// How strict a session control is; `None` when it cannot be told. Without the control it is 0.
pub(super) fn session(control: &str, before: &Canonical, after: &Canonical) -> Risk {
    let strictness = |policy: &Canonical| policy.at(&["sessionControls", control]).map_or(Some(0), |value| strictness(control, value));
    match (strictness(before), strictness(after)) {
        (Some(before), Some(after)) => by_order(before.cmp(&after)),
        // Any setting of one that only restricts is more than none.
        (None, Some(0)) => by_order(Ordering::Greater),
        (Some(0), None) => by_order(Ordering::Less),
        _ => Risk::Neutral,
    }
}

fn strictness(control: &str, value: &Value) -> Option<i64> {
    let text = |member: &str| value.get(member).and_then(Value::as_str).unwrap_or_default();
    match control {
        "signInFrequency" => {
            let primary = i64::from(text("authenticationType") != "secondaryAuthentication");
            if text("frequencyInterval") == "everyTime" {
                return Some(i64::MAX - 1 + primary);
            }
            let hours = value.get("value").and_then(Value::as_i64)?.checked_mul(if text("type") == "days" { 24 } else { 1 })?;
            // Shorter is stricter; always more than no frequency at all.
            Some((i64::from(u32::MAX) - hours).max(1) * 2 + primary)
        }
        "persistentBrowser" => match text("mode") {
            "never" => Some(1),
            "always" => Some(-1),
            _ => None,
        },
        "cloudAppSecurity" => match text("cloudAppSecurityType") {
            "monitorOnly" => Some(1),
            "blockDownloads" => Some(2),
            // A policy of its own, that we don't see.
            _ => None,
        },
        "continuousAccessEvaluation" => Some(if text("mode") == "disabled" { -1 } else { 1 }),
        _ => Some(1),
    }
}

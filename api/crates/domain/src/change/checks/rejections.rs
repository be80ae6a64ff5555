//! `graph_would_reject`: what Graph refuses of a policy (ca-semantics.md sections 1, 4 to 9, 14 and 15), judged on the whole document
//! after the write.
//!
//! Only a rule that the change breaks newly is said: what Graph holds already it has taken, under rules of its day.

mod grants;
mod preview;
mod sessions;
mod targets;

use super::Checked;
use super::found::Found;
use crate::change::kind::ChangePayload;
use crate::change::plan::name_fault;
use crate::change::warning::{Severity, WarningCode};
use crate::document::{Canonical, PolicyDocument};

/// A rule that is broken: where, and what to do about it.
pub(super) struct Fault {
    path: &'static str,
    message: &'static str,
}

type Rule = fn(&Canonical) -> Option<Fault>;

const RULES: [&[Rule]; 4] = [&grants::RULES, &preview::RULES, &sessions::RULES, &targets::RULES];

pub(super) fn check(checked: &Checked<'_>, found: &mut Found) {
    managed(checked, found);
    name(checked, found);
    // What comes out of the recycle bin was a policy before, and what goes into it is one.
    if !checked.stays() || matches!(checked.input.payload, ChangePayload::Restore {}) {
        return;
    }
    if checked.outcome.write.pointer("/conditions/clientAppTypes").is_some_and(|types| types.as_array().is_some_and(Vec::is_empty)) {
        let message = "Graph refuses an empty list of client app types (1064): write all, or the ones that are meant";
        reject(found, "conditions.clientAppTypes", message);
    }
    for rule in RULES.iter().copied().flatten() {
        if let Some(fault) = rule(checked.desired())
            && (!checked.edits() || rule(checked.base()).is_none())
        {
            reject(found, fault.path, fault.message);
        }
    }
}

/// Of a Microsoft-managed policy only the state and the exclusions may change, and it cannot be deleted (ca-semantics.md section 14).
fn managed(checked: &Checked<'_>, found: &mut Found) {
    if !checked.outcome.before.as_ref().is_some_and(PolicyDocument::microsoft_managed) {
        return;
    }
    if !checked.stays() {
        reject(found, "templateId", "Microsoft manages this policy and it cannot be deleted (1186): disable it instead");
    } else if without_own(checked.base()) != without_own(checked.desired()) {
        let message = "Microsoft manages this policy: only its state and its exclusions can be changed; make a copy and change that";
        reject(found, "templateId", message);
    }
}

/// The form without what its administrators may change of a managed policy.
fn without_own(form: &Canonical) -> serde_json::Value {
    let mut value = form.value().clone();
    if let Some(members) = value.as_object_mut() {
        members.remove("state");
    }
    if let Some(users) = value.pointer_mut("/conditions/users").and_then(serde_json::Value::as_object_mut) {
        users.retain(|name, _| !name.starts_with("exclude"));
    }
    value
}

fn name(checked: &Checked<'_>, found: &mut Found) {
    let named = matches!(checked.input.payload, ChangePayload::Rename { .. } | ChangePayload::Create(_));
    let name = checked.outcome.after.as_ref().map(PolicyDocument::display_name);
    if let Some(fault) = name.filter(|_| named).and_then(name_fault) {
        reject(found, "displayName", fault);
    }
}

pub(super) fn reject(found: &mut Found, path: &str, message: impl Into<String>) {
    found.add(WarningCode::GraphWouldReject, Severity::Critical, Some(path), message);
}

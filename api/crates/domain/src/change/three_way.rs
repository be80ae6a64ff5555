//! Three-way undo of an update: what the change did is taken back, what others did since stays.

use serde_json::Value;

use crate::change::kind::{ChangeKind, ChangePayload, TargetObject};
use crate::change::narrow::{Narrow, at, texts};
use crate::change::refusal::Refusal;
use crate::change::rollback::ThreeWayField;
use crate::change::touched::{lies_in, owned_paths};
use crate::change::towards::operator;
use crate::document::Canonical;
use crate::document::canonical_text;
use crate::document::diff::{NameTable, diff};
use crate::document::fields::is_set;

/// The object's canonical form at three moments.
pub(super) struct Forms<'a> {
    /// Before the change.
    pub(super) pre: &'a Canonical,
    /// After it.
    pub(super) post: &'a Canonical,
    /// Now.
    pub(super) live: &'a Canonical,
}

const OPERATOR: &str = "grantControls.operator";

/// Lists in which a keyword stands for everything or nothing, so that elements of two edits don't add up.
const WITH_KEYWORD: [&str; 3] = ["all", "All", "None"];

/// The payload of the same kind that undoes the change.
pub(super) fn undo(kind: ChangeKind, location_id: &str, forms: &Forms<'_>) -> Result<ChangePayload, Refusal> {
    let owned = owned_paths(kind);
    beyond(kind, owned, forms)?;
    let (mut conflicts, mut touched, mut target) = (Vec::new(), Vec::new(), forms.live.clone());
    for path in owned.iter().copied().filter(|path| *path != OPERATOR && at(forms.pre, path) != at(forms.post, path)) {
        touched.push(path);
        match wanted(kind, path, forms) {
            Ok(value) => target = target.with(&path.split('.').collect::<Vec<_>>(), value),
            Err(conflict) => conflicts.push(conflict),
        }
    }
    let operator = match wanted_operator(owned, forms) {
        Ok(operator) => operator,
        Err(conflict) => {
            conflicts.push(conflict);
            None
        }
    };
    if !conflicts.is_empty() {
        return Err(Refusal::RollbackConflict(conflicts));
    }
    if touched.is_empty() && operator.is_none() {
        return Err(Refusal::RollbackNotPossible("the change left everything as it was, so there is nothing to undo".to_owned()));
    }
    if kind.target() == TargetObject::Policy {
        target = target.settled();
    }
    // A delta takes back what the change did, whatever else is in the set by now.
    let narrow = if kind.is_delta() {
        Narrow { paths: &touched, from: forms.post, to: forms.pre, operator }
    } else {
        Narrow { paths: &touched, from: forms.live, to: &target, operator }
    };
    let payload = narrow
        .payload(kind, location_id)
        .ok_or_else(|| Refusal::RollbackNotPossible("what was there before the change is not something that we can write".to_owned()))?;
    Ok(without_none(payload, forms))
}

/// A change that brought more than it wrote cannot be undone by its own kind: risk remediation sets the sign-in frequency as well.
fn beyond(kind: ChangeKind, owned: &[&str], forms: &Forms<'_>) -> Result<(), Refusal> {
    let brought = diff(forms.pre, forms.post, &NameTable::default());
    match brought.iter().find(|field| kind == ChangeKind::PolicyGrantChange && !lies_in(&field.path, owned)) {
        Some(field) => Err(Refusal::RollbackNotPossible(format!(
            "the change brought another {} with it, which a change of grant controls cannot undo: draft changes by hand",
            field.path
        ))),
        None => Ok(()),
    }
}

/// What the path is to hold: of a set, live without what came by the change and with what went by it.
fn wanted(kind: ChangeKind, path: &'static str, forms: &Forms<'_>) -> Result<Option<Value>, ThreeWayField> {
    let (pre, post, live) = (at(forms.pre, path), at(forms.post, path), at(forms.live, path));
    if live == post || live == pre {
        return Ok(pre.cloned());
    }
    let conflict = || ThreeWayField { path: path.to_owned(), before: pre.cloned(), after: post.cloned(), live: live.cloned() };
    let name = path.rsplit('.').next().unwrap_or_default();
    let lists = [pre, post, live].into_iter().flatten().all(Value::is_array);
    if !is_set(name) || !lists {
        return Err(conflict());
    }
    let items = |value: Option<&Value>| value.and_then(Value::as_array).cloned().unwrap_or_default();
    let (before, after) = (items(pre), items(post));
    let mut left: Vec<Value> = items(live).into_iter().filter(|item| before.contains(item) || !after.contains(item)).collect();
    for item in before.into_iter().filter(|item| !after.contains(item)) {
        if !left.contains(&item) {
            left.push(item);
        }
    }
    left.sort_by_cached_key(canonical_text);
    // Deltas have a rule for these (`patch::sets`); in a list that is written whole they would contradict each other.
    let contradicts = left.len() > 1 && left.iter().filter_map(Value::as_str).any(|text| WITH_KEYWORD.contains(&text));
    if contradicts && !kind.is_delta() { Err(conflict()) } else { Ok((!left.is_empty()).then(|| left.into())) }
}

/// The operator counts beside several controls only: there the change may have touched it, also by leaving one control.
fn wanted_operator(owned: &[&str], forms: &Forms<'_>) -> Result<Option<crate::change::payload::GrantOperator>, ThreeWayField> {
    if !owned.contains(&OPERATOR) {
        return Ok(None);
    }
    let [pre, post, live] = [forms.pre, forms.post, forms.live].map(operator);
    let value = |operator: Option<crate::change::payload::GrantOperator>| operator.map(|operator| operator.as_str().into());
    match pre {
        Some(_) if pre != post && live.is_some() && live != post && live != pre => {
            Err(ThreeWayField { path: OPERATOR.to_owned(), before: value(pre), after: value(post), live: value(live) })
        }
        Some(_) if pre != post => Ok(pre),
        _ => Ok(None),
    }
}

/// `None` comes back only where nobody included anything else since: that stays.
fn without_none(mut payload: ChangePayload, forms: &Forms<'_>) -> ChangePayload {
    let others = |path: &str, removed: &[String]| {
        let before = texts(forms.pre, path);
        texts(forms.live, path).iter().any(|text| text != "None" && !removed.contains(text) && !before.contains(text))
    };
    match &mut payload {
        ChangePayload::AssignmentChange(change) => {
            let guests = "conditions.users.includeGuestsOrExternalUsers";
            let somebody = others("conditions.users.includeUsers", &change.include_users.remove)
                || others("conditions.users.includeGroups", &change.include_groups.remove)
                || others("conditions.users.includeRoles", &change.include_roles.remove)
                || (at(forms.live, guests).is_some()
                    && at(forms.live, guests) != at(forms.pre, guests)
                    && change.include_guests_or_external_users.is_none());
            if somebody {
                change.include_users.add.retain(|text| text != "None");
            }
        }
        ChangePayload::ApplicationChange(change) => {
            let something = others("conditions.applications.includeApplications", &change.include_applications.remove)
                || others("conditions.applications.includeUserActions", &change.include_user_actions.remove)
                || others("conditions.applications.includeAuthenticationContextClassReferences", &[]);
            if something {
                change.include_applications.add.retain(|text| text != "None");
            }
        }
        _ => {}
    }
    payload
}

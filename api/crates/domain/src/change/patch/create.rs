//! `policy.create`: the document, without what the service sets and what says nothing, with ids where it gives names.

use serde_json::{Map, Value, json};

use super::{Outcome, assignment, references, resolve, session};
use crate::change::kind::ChangePayload;
use crate::change::payload::CreatePolicy;
use crate::change::plan::PlanInput;
use crate::document::canonical::control_count;
use crate::document::fields::{READ_ONLY, is_annotation, is_flags};
use crate::document::{Canonical, PolicyDocument};

/// What the service sets beside the read-only members.
const STRATEGY: &str = "partialEnablementStrategy";

/// Session controls that Graph knows by these members; others are sent as they are.
const SWITCHES: [&str; 2] = ["applicationEnforcedRestrictions", "secureSignInSession"];

pub(super) fn outcome(input: &PlanInput<'_>) -> Outcome {
    let mut write = match input.payload {
        ChangePayload::Create(create) => body(create),
        _ => json!({}),
    };
    let mut references = resolve::document(&mut write, input.names);
    let after = PolicyDocument::from_value(write.clone()).ok();
    references.extend(after.iter().flat_map(|after| references::unknown(None, after, input.names)));
    let (base, desired) = (Canonical::absent(), after.as_ref().map_or_else(Canonical::absent, PolicyDocument::canonical));
    Outcome { base_hash: base.hash(), desired_hash: desired.hash(), before: None, after, base, desired, write, references }
}

/// The POST body; references by name stay as they are. Nulls and empty collections say no more than their absence, and v1.0 refuses some of
/// the members that exports fill with them, so they go.
pub(super) fn body(create: &CreatePolicy) -> Value {
    let mut members = create.document.as_object().cloned().unwrap_or_default();
    members.retain(|name, _| !READ_ONLY.contains(&name.as_str()) && name != STRATEGY);
    guests(&mut members);
    grant(&mut members);
    controls(&mut members);
    let mut body = stripped(&members);
    body.insert("state".to_owned(), create.state.as_str().into());
    // Required, even of a document that says nothing there.
    body.entry("conditions").or_insert_with(|| json!({}));
    body.into()
}

fn guests(members: &mut Map<String, Value>) {
    let users = members.get_mut("conditions").and_then(|conditions| conditions.get_mut("users")).and_then(Value::as_object_mut);
    for (name, value) in users.into_iter().flatten().filter(|(name, value)| name.ends_with("GuestsOrExternalUsers") && value.is_object()) {
        *value = assignment::whole_guests(name, value);
    }
}

/// Sending the expanded strength is refused (ca-semantics.md section 13). One that a template names stands as that name until it is looked up.
fn grant(members: &mut Map<String, Value>) {
    let Some(Value::Object(grant)) = members.get_mut("grantControls") else { return };
    if let Some(strength @ Value::Object(_)) = grant.get_mut("authenticationStrength") {
        let id = ["id", "displayName"].into_iter().find_map(|member| strength.get(member).filter(|id| id.is_string()).cloned());
        *strength = id.map_or(Value::Null, |id| json!({ "id": id }));
    }
    match control_count(grant) {
        0 => {
            members.remove("grantControls");
        }
        // It means nothing there, but Graph wants one.
        1 if !grant.get("operator").is_some_and(Value::is_string) => {
            grant.insert("operator".to_owned(), "OR".into());
        }
        _ => {}
    }
}

/// Controls that are off are not sent.
fn controls(members: &mut Map<String, Value>) {
    let Some(Value::Object(session)) = members.get_mut("sessionControls") else { return };
    for (name, control) in session.iter_mut() {
        let known = SWITCHES.contains(&name.as_str()) || session::MEMBERS.iter().any(|(known, _)| known == name);
        if known && control.is_object() {
            *control = session::whole(name, control);
        } else if name == "disableResilienceDefaults" && *control == false {
            *control = Value::Null;
        }
    }
}

fn stripped(members: &Map<String, Value>) -> Map<String, Value> {
    members.iter().filter_map(|(name, value)| Some((name.clone(), kept(name, value)?))).collect()
}

fn kept(name: &str, value: &Value) -> Option<Value> {
    if is_annotation(name) {
        return None;
    }
    match value {
        Value::Null => None,
        Value::Array(items) if items.is_empty() => None,
        // Some exports write flags as a list; Graph takes one text.
        Value::Array(items) if is_flags(name) && items.iter().all(Value::is_string) => {
            Some(items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(",").into())
        }
        Value::Object(members) => {
            let mut left = stripped(members);
            // The type is the one annotation that Graph needs: it tells all external tenants from some.
            if let ("externalTenants", Some(of)) = (name, members.get("@odata.type")) {
                left.insert("@odata.type".to_owned(), of.clone());
            }
            (!left.is_empty()).then_some(left.into())
        }
        other => Some(other.clone()),
    }
}

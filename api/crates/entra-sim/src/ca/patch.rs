//! PATCH: complex members merge, arrays are replaced, null clears.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::json::{at, text};
use super::schema::{Verb, conform_policy};
use super::{CaError, DirectoryView, graph_time, normalise, rules};

/// Members that never go through a merge: Graph sets them.
const READ_ONLY: &[&str] = &["id", "templateId", "createdDateTime", "modifiedDateTime", "deletedDateTime", "partialEnablementStrategy"];

/// Applies a PATCH body to a stored policy and returns the policy as stored afterwards.
///
/// A Microsoft-managed policy (template id set) takes only a new state and new exclusions (decision: the refusal is worded as 1186).
///
/// # Errors
/// The Graph error of the first broken rule.
pub fn patch_policy(stored: &Value, body: &Value, dir: &dyn DirectoryView, now: DateTime<Utc>) -> Result<Value, CaError> {
    let mut body = conform_policy(body, Verb::Patch)?;
    ignore_frequency_switch_off(&mut body);
    let before = normalise::policy(&writable(stored));
    let after = normalise::policy(&merge(&writable(stored), &body));
    check_managed(stored, &before, &after)?;
    rules::check(&after, dir, Some(stored), Verb::Patch)?;
    let envelope = normalise::Envelope {
        id: text(stored, &["id"]).unwrap_or_default().to_owned(),
        template_id: at(stored, &["templateId"]).clone(),
        created: at(stored, &["createdDateTime"]).clone(),
        modified: Value::from(graph_time(now)),
    };
    Ok(keep_strength(normalise::stored_policy(after, dir, &envelope), stored))
}

/// Graph's merge: objects member by member, anything else replaced, null included.
#[must_use]
pub fn merge(stored: &Value, patch: &Value) -> Value {
    let (Value::Object(stored), Value::Object(patch)) = (stored, patch) else { return patch.clone() };
    let mut merged = stored.clone();
    for (name, value) in patch {
        let value = merged.get(name).map_or_else(|| value.clone(), |old| merge(old, value));
        merged.insert(name.clone(), value);
    }
    Value::Object(merged)
}

/// The stored policy in the form a client would send it: no envelope, no annotations, the strength as `{id}`.
fn writable(stored: &Value) -> Value {
    let mut bare = stored.clone();
    if let Some(members) = bare.as_object_mut() {
        members.retain(|name, _| !READ_ONLY.contains(&name.as_str()));
    }
    if let Some(grant) = bare.get_mut("grantControls").and_then(Value::as_object_mut) {
        grant.remove("authenticationStrength@odata.context");
        if let Some(id) = grant.get("authenticationStrength").and_then(|strength| strength.get("id")).cloned() {
            grant.insert("authenticationStrength".into(), json!({ "id": id }));
        }
    }
    bare
}

/// Switching sign-in frequency off by `isEnabled: false` has no effect on Graph; only null clears it (decision between "rejected" and "ignored").
fn ignore_frequency_switch_off(body: &mut Value) {
    let Some(session) = body.get_mut("sessionControls").and_then(Value::as_object_mut) else { return };
    if session.get("signInFrequency").is_some_and(|frequency| at(frequency, &["isEnabled"]) == &Value::Bool(false)) {
        session.remove("signInFrequency");
    }
}

/// A strength that was deleted since keeps the copy the policy holds.
fn keep_strength(mut policy: Value, stored: &Value) -> Value {
    let held = at(stored, &["grantControls", "authenticationStrength"]);
    let id = text(&policy, &["grantControls", "authenticationStrength", "id"]).map(str::to_owned);
    let bare = at(&policy, &["grantControls", "authenticationStrength"]).as_object().is_some_and(|members| members.len() == 1);
    if bare && id.as_deref() == text(held, &["id"]) {
        policy["grantControls"]["authenticationStrength"] = held.clone();
    }
    policy
}

fn check_managed(stored: &Value, before: &Value, after: &Value) -> Result<(), CaError> {
    let Some(template) = text(stored, &["templateId"]) else { return Ok(()) };
    let fixed = |policy: &Value| {
        let mut policy = policy.clone();
        policy["state"] = Value::Null;
        for list in ["excludeUsers", "excludeGroups", "excludeRoles", "excludeGuestsOrExternalUsers"] {
            policy["conditions"]["users"][list] = Value::Null;
        }
        policy
    };
    if fixed(before) == fixed(after) {
        return Ok(());
    }
    Err(CaError::rule(
        1186,
        format!(
            "Microsoft-managed policy with template ID:'{template}' cannot be updated. Only its state and its excluded identities can be changed."
        ),
    ))
}

//! `policy.session_change`: `sessionControls`.

use serde_json::{Map, Value, json};

use crate::change::payload::SessionChange;
use crate::document::PolicyDocument;
use crate::document::canonical::controls_session;

/// The members of the controls that have more than a switch.
pub(super) const MEMBERS: [(&str, &[&str]); 3] = [
    ("cloudAppSecurity", &["cloudAppSecurityType"]),
    ("persistentBrowser", &["mode"]),
    ("signInFrequency", &["value", "type", "authenticationType", "frequencyInterval"]),
];

/// The body; without any effective control left, `sessionControls` is null.
pub(super) fn body(change: &SessionChange, document: &PolicyDocument) -> Value {
    let mut members = Map::new();
    for (name, control) in [
        ("signInFrequency", &change.sign_in_frequency),
        ("persistentBrowser", &change.persistent_browser),
        ("applicationEnforcedRestrictions", &change.application_enforced_restrictions),
        ("cloudAppSecurity", &change.cloud_app_security),
        ("secureSignInSession", &change.secure_sign_in_session),
        ("continuousAccessEvaluation", &change.continuous_access_evaluation),
    ] {
        if let Some(control) = control {
            members.insert(name.to_owned(), control.as_ref().map_or(Value::Null, |control| whole(name, control)));
        }
    }
    if let Some(disabled) = change.disable_resilience_defaults {
        members.insert("disableResilienceDefaults".to_owned(), disabled.map_or(Value::Null, Value::from));
    }
    let mut after = document.at(&["sessionControls"]).and_then(Value::as_object).cloned().unwrap_or_default();
    after.extend(members.clone());
    json!({ "sessionControls": if controls_session(&after) { members.into() } else { Value::Null } })
}

/// The control with every member said, so that nothing of the old one stays behind. Off is null: Graph ignores or refuses
/// `isEnabled: false` (ca-semantics.md section 13).
pub(super) fn whole(name: &str, control: &Value) -> Value {
    let Value::Object(given) = control else { return Value::Null };
    let off = given.get("isEnabled").is_some_and(|enabled| *enabled != true);
    if off || given.is_empty() {
        return Value::Null;
    }
    let known = MEMBERS.iter().find(|(control, _)| *control == name).map_or(&[][..], |(_, members)| members);
    let mut whole: Map<String, Value> = known.iter().map(|member| ((*member).to_owned(), Value::Null)).collect();
    whole.extend(given.iter().filter(|(member, _)| !member.contains('@')).map(|(member, value)| (member.clone(), value.clone())));
    if name != "continuousAccessEvaluation" {
        whole.insert("isEnabled".to_owned(), true.into());
    }
    if name == "signInFrequency" {
        for (member, default) in [("authenticationType", "primaryAndSecondaryAuthentication"), ("frequencyInterval", "timeBased")] {
            if whole.get(member).is_none_or(Value::is_null) {
                whole.insert(member.to_owned(), default.into());
            }
        }
    }
    whole.into()
}

//! State, name, grant and session controls.

use domain::change::kind::ChangeKind;
use serde_json::{Value, json};

use super::{Case, Expected, Needs, Scene, other, put, texts, toggled, with};
use crate::lab::entra::directory;

pub(super) fn cases() -> Vec<Case> {
    let patch = |kind, payload, expected| Case { kind, needs: Needs::Policy, method: "PATCH", payload, expected };
    vec![
        patch(
            ChangeKind::PolicyStateChange,
            |scene| json!({ "kind": "policy.state_change", "to": state(scene) }),
            |scene| with(scene, "/state", state(scene)),
        ),
        patch(
            ChangeKind::PolicyRename,
            |scene| json!({ "kind": "policy.rename", "displayName": name(scene) }),
            |scene| with(scene, "/displayName", name(scene).into()),
        ),
        patch(
            ChangeKind::PolicyGrantChange,
            |scene| json!({ "kind": "policy.grant_change", "operator": "OR", "builtInControls": controls(scene) }),
            granted,
        ),
        patch(
            ChangeKind::PolicyTermsOfUseChange,
            |scene| json!({ "kind": "policy.terms_of_use_change", "termsOfUse": terms(scene) }),
            agreed,
        ),
        patch(
            ChangeKind::PolicySessionChange,
            |scene| json!({ "kind": "policy.session_change", "signInFrequency": frequency(scene) }),
            |scene| with(scene, "/sessionControls/signInFrequency", frequency(scene)),
        ),
    ]
}

fn state(scene: &Scene) -> Value {
    other(&scene.before, "/state", [json!("disabled"), json!("enabledForReportingButNotEnforced")])
}

fn name(scene: &Scene) -> String {
    format!("Renamed {}", scene.number)
}

/// A compliant device as an alternative, or no longer.
fn controls(scene: &Scene) -> Vec<String> {
    toggled(&scene.before, "/grantControls/builtInControls", "compliantDevice")
}

fn granted(scene: &Scene) -> Expected {
    let mut after = scene.before.clone();
    put(&mut after, "/grantControls/builtInControls", controls(scene).into());
    put(&mut after, "/grantControls/operator", "OR".into());
    Expected::Object(after)
}

/// Terms beside the one control that was alone until now are demanded with it, not instead of it: whoever adds terms means to tighten.
fn agreed(scene: &Scene) -> Expected {
    let mut after = scene.before.clone();
    let alone = texts(&after, "/grantControls/builtInControls").len() == 1 && texts(&after, "/grantControls/termsOfUse").is_empty();
    put(&mut after, "/grantControls/termsOfUse", terms(scene).into());
    if alone {
        put(&mut after, "/grantControls/operator", "AND".into());
    }
    Expected::Object(after)
}

/// Always one that isn't asked for yet.
fn terms(scene: &Scene) -> Vec<String> {
    let old = texts(&scene.before, "/grantControls/termsOfUse");
    vec![if old == [directory::terms(0)] { directory::terms(1) } else { directory::terms(0) }]
}

fn frequency(scene: &Scene) -> Value {
    let hours = 1 + scene.number % 20;
    let old = scene.before.pointer("/sessionControls/signInFrequency/value").and_then(Value::as_u64);
    let value = if old == Some(hours) { hours + 1 } else { hours };
    json!({
        "value": value, "type": "hours", "authenticationType": "primaryAndSecondaryAuthentication", "frequencyInterval": "timeBased", "isEnabled": true
    })
}

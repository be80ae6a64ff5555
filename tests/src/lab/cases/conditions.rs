//! Whom and what a policy applies to.

use domain::change::kind::ChangeKind;
use serde_json::{Value, json};

use super::{Case, Needs, Scene, other, texts, toggled, with};
use crate::lab::entra::{OBJECTS, directory};

pub(super) fn cases() -> Vec<Case> {
    let patch = |kind, payload, expected| Case { kind, needs: Needs::Policy, method: "PATCH", payload, expected };
    vec![
        patch(
            ChangeKind::PolicyAssignmentChange,
            |scene| delta("policy.assignment_change", "excludeUsers", EXCLUDED, scene, &user(scene)),
            |scene| with(scene, EXCLUDED, toggled(&scene.before, EXCLUDED, &user(scene)).into()),
        ),
        patch(
            ChangeKind::PolicyApplicationChange,
            |scene| delta("policy.application_change", "excludeApplications", APPLICATIONS, scene, &app(scene)),
            |scene| with(scene, APPLICATIONS, toggled(&scene.before, APPLICATIONS, &app(scene)).into()),
        ),
        patch(
            ChangeKind::PolicyConditionChange,
            |scene| json!({ "kind": "policy.condition_change", "locations": locations(scene) }),
            |scene| with(scene, "/conditions/locations", locations(scene)),
        ),
        patch(
            ChangeKind::PolicyRiskConditionChange,
            |scene| json!({ "kind": "policy.risk_condition_change", "signInRiskLevels": risks(scene) }),
            |scene| with(scene, RISKS, risks(scene)),
        ),
        patch(
            ChangeKind::PolicyDeviceFilterChange,
            |scene| json!({ "kind": "policy.device_filter_change", "deviceFilter": filter(scene) }),
            |scene| with(scene, "/conditions/devices/deviceFilter", filter(scene)),
        ),
        Case {
            kind: ChangeKind::PolicyAuthContextChange,
            needs: Needs::ContextPolicy,
            method: "PATCH",
            payload: |scene| json!({ "kind": "policy.auth_context_change", "includeAuthenticationContextClassReferences": contexts(scene) }),
            expected: |scene| with(scene, CONTEXTS, contexts(scene)),
        },
    ]
}

const EXCLUDED: &str = "/conditions/users/excludeUsers";
const APPLICATIONS: &str = "/conditions/applications/excludeApplications";
const RISKS: &str = "/conditions/signInRiskLevels";
const CONTEXTS: &str = "/conditions/applications/includeAuthenticationContextClassReferences";

fn user(scene: &Scene) -> String {
    directory::user(scene.number % OBJECTS)
}

fn app(scene: &Scene) -> String {
    directory::app(scene.number % OBJECTS)
}

/// Adds what is not there, removes what is.
fn delta(kind: &str, member: &str, pointer: &str, scene: &Scene, id: &str) -> Value {
    let there = texts(&scene.before, pointer).iter().any(|known| known == id);
    let verb = if there { "remove" } else { "add" };
    json!({ "kind": kind, member: { verb: [id] } })
}

fn locations(scene: &Scene) -> Value {
    let number = scene.number % (OBJECTS - 1);
    let excluded = |number: u64| json!({ "includeLocations": ["All"], "excludeLocations": [directory::location(number)] });
    let old = texts(&scene.before, "/conditions/locations/excludeLocations");
    excluded(if old == [directory::location(number)] { number + 1 } else { number })
}

fn risks(scene: &Scene) -> Value {
    let old = texts(&scene.before, RISKS);
    if old == ["high"] { json!(["high", "medium"]) } else { json!(["high"]) }
}

fn filter(scene: &Scene) -> Value {
    json!({ "mode": "exclude", "rule": format!("device.extensionAttribute1 -eq \"lab {}\"", scene.number) })
}

fn contexts(scene: &Scene) -> Value {
    other(&scene.before, CONTEXTS, [json!(["c1"]), json!(["c2"])])
}

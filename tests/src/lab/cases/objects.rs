//! Kinds that make an object, take it away or bring it back, and named locations.

use domain::change::kind::ChangeKind;
use serde_json::{Value, json};

use super::{Case, Expected, Needs, Scene, policy, with};

pub(super) fn cases() -> Vec<Case> {
    let case = |kind, needs, method, payload, expected| Case { kind, needs, method, payload, expected };
    vec![
        case(
            ChangeKind::PolicyCreate,
            Needs::Nothing,
            "POST",
            |scene| json!({ "kind": "policy.create", "document": policy(&new_name(scene)) }),
            |scene| Expected::Created(policy(&new_name(scene))),
        ),
        case(
            ChangeKind::PolicyDelete,
            Needs::SparePolicy,
            "DELETE",
            |scene| json!({ "kind": "policy.delete", "confirmDisplayName": scene.before["displayName"] }),
            |_| Expected::Deleted,
        ),
        case(
            ChangeKind::PolicyRestore,
            Needs::DeletedPolicy,
            "POST",
            |_| json!({ "kind": "policy.restore" }),
            |scene| Expected::Object(scene.before.clone()),
        ),
        case(
            ChangeKind::LocationCreate,
            Needs::Nothing,
            "POST",
            |scene| json!({ "kind": "location.create", "displayName": new_name(scene), "location": { "ip": { "ipRanges": [range(scene)], "isTrusted": false } } }),
            |scene| Expected::Created(location(&new_name(scene), &range(scene))),
        ),
        case(
            ChangeKind::LocationUpdate,
            Needs::Location,
            "PATCH",
            |scene| json!({ "kind": "location.update", "locationId": scene.id, "ipRanges": [range(scene)] }),
            |scene| with(scene, "/ipRanges", ranges(&range(scene))),
        ),
        case(
            ChangeKind::LocationDelete,
            Needs::SpareLocation,
            "DELETE",
            |scene| json!({ "kind": "location.delete", "locationId": scene.id, "confirmDisplayName": scene.before["displayName"] }),
            |_| Expected::Deleted,
        ),
    ]
}

fn new_name(scene: &Scene) -> String {
    format!("Created {}", scene.number)
}

/// Different in every run of a lane.
fn range(scene: &Scene) -> String {
    format!("203.{}.{}.0/24", scene.number / 256 % 256, scene.number % 256)
}

fn ranges(range: &str) -> Value {
    json!([{ "@odata.type": "#microsoft.graph.iPv4CidrRange", "cidrAddress": range }])
}

/// A named location as Graph takes and shows it.
pub(in crate::lab) fn location(name: &str, range: &str) -> Value {
    json!({ "@odata.type": "#microsoft.graph.ipNamedLocation", "displayName": name, "isTrusted": false, "ipRanges": ranges(range) })
}

//! One case per kind of change: what has to be there, what is asked for, and how the tenant must look when it was done.
//!
//! What is expected is written down by hand from Graph's documentation. It is not made by the code that plans changes.

mod conditions;
mod controls;
pub(super) mod objects;

use domain::change::kind::ChangeKind;
use domain::document::{PolicyDocument, canonical_location};
use serde_json::{Value, json};

/// What a run starts from.
pub struct Scene {
    /// Different in every run of a lane: names and choices are made from it.
    pub number: u64,
    /// Graph's id of the object that the change is about; `None` for a create.
    pub id: Option<String>,
    /// The object before, as Graph showed it; null when there is none.
    pub before: Value,
}

/// What must be there before the change is drafted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Needs {
    /// Nothing: the change creates.
    Nothing,
    /// A policy for all resources of a few applications; it may be used again.
    Policy,
    /// A policy for an authentication context; it may be used again.
    ContextPolicy,
    /// A policy that is gone afterwards.
    SparePolicy,
    /// A policy in the recycle bin.
    DeletedPolicy,
    /// A named location that may be used again.
    Location,
    /// A named location that is gone afterwards.
    SpareLocation,
}

/// How the tenant must look when the change was done.
#[derive(Clone, Debug)]
pub enum Expected {
    /// The object reads like this.
    Object(Value),
    /// There is exactly one new object with this display name, and it reads like this.
    Created(Value),
    /// The object is not there, and is in the recycle bin.
    Deleted,
}

/// One kind of change.
pub struct Case {
    /// Its kind.
    pub kind: ChangeKind,
    /// What it needs.
    pub needs: Needs,
    /// The method of its one write.
    pub method: &'static str,
    /// The payload, in the JSON form that integrators write.
    pub payload: fn(&Scene) -> Value,
    /// What must be the effect.
    pub expected: fn(&Scene) -> Expected,
}

impl Case {
    /// Graph's collection.
    pub fn collection(&self) -> &'static str {
        match self.needs {
            Needs::Location | Needs::SpareLocation => "namedLocations",
            Needs::Nothing if self.kind.as_str().starts_with("location") => "namedLocations",
            _ => "policies",
        }
    }

    /// Whether two readings of an object say the same.
    pub fn same(&self, one: &Value, other: &Value) -> bool {
        form(self.collection(), one) == form(self.collection(), other)
    }
}

/// A reading without what the service adds.
pub fn form(collection: &str, object: &Value) -> Value {
    match (collection, PolicyDocument::from_value(object.clone())) {
        ("policies", Ok(policy)) => policy.canonical().value().clone(),
        _ => canonical_location(object).value().clone(),
    }
}

/// Every kind, in the order of the source document's table.
pub fn cases() -> Vec<Case> {
    let mut cases = controls::cases();
    cases.extend(conditions::cases());
    cases.extend(objects::cases());
    cases.sort_by_key(|case| case.kind);
    cases
}

/// A policy in report-only that every narrow kind can work on.
pub fn policy(name: &str) -> Value {
    json!({
        "displayName": name, "state": "enabledForReportingButNotEnforced",
        "conditions": {
            "clientAppTypes": ["all"],
            "applications": { "includeApplications": ["Office365"] },
            "users": { "includeUsers": ["All"], "excludeGroups": [super::entra::directory::group(0)] }
        },
        "grantControls": { "operator": "OR", "builtInControls": ["mfa"] }
    })
}

/// The same for an authentication context.
pub fn context_policy(name: &str) -> Value {
    let mut policy = policy(name);
    policy["conditions"]["applications"] = json!({ "includeAuthenticationContextClassReferences": ["c1"] });
    policy
}

/// The object before, with one member replaced.
fn with(scene: &Scene, pointer: &str, value: Value) -> Expected {
    let mut after = scene.before.clone();
    put(&mut after, pointer, value);
    Expected::Object(after)
}

/// Sets the member at a pointer, making the objects on the way that are absent or null.
fn put(object: &mut Value, pointer: &str, value: Value) {
    let mut at = object;
    for name in pointer.trim_start_matches('/').split('/') {
        if at.is_null() {
            *at = json!({});
        }
        at = &mut at[name];
    }
    *at = value;
}

/// The texts of a list.
fn texts(object: &Value, pointer: &str) -> Vec<String> {
    let list = object.pointer(pointer).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(|text| text.as_str().map(str::to_owned)).collect()
}

/// The list with one text more, or without it where it was there.
fn toggled(object: &Value, pointer: &str, text: &str) -> Vec<String> {
    let mut list = texts(object, pointer);
    match list.iter().position(|known| known == text) {
        Some(at) => drop(list.remove(at)),
        None => list.push(text.to_owned()),
    }
    list
}

/// The first of these values that isn't what the object has.
fn other(object: &Value, pointer: &str, values: [Value; 2]) -> Value {
    let [one, two] = values;
    if object.pointer(pointer) == Some(&one) { two } else { one }
}

//! Table tests of the rules: one row a rule, named by Graph's number.

mod create;
mod directory;
mod locations;
mod normalisation;
mod patching;
mod stability;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use self::directory::Directory;
use super::{CaError, create_policy};

const ID: Uuid = Uuid::from_u128(0x5eed);

fn now() -> DateTime<Utc> {
    "2026-03-04T05:06:07.123456700Z".parse().unwrap()
}

fn minimal() -> Value {
    json!({
        "displayName": "x",
        "state": "disabled",
        "conditions": { "clientAppTypes": ["all"], "applications": { "includeApplications": ["All"] }, "users": { "includeUsers": ["All"] } },
        "grantControls": { "operator": "OR", "builtInControls": ["mfa"] },
    })
}

/// Sets a value at a JSON pointer, creating objects on the way.
fn set(body: &mut Value, pointer: &str, value: Value) {
    let mut place = body;
    for step in pointer.trim_start_matches('/').split('/') {
        if !place.is_object() {
            *place = json!({});
        }
        place = &mut place[step];
    }
    *place = value;
}

fn with(changes: &[(&str, Value)]) -> Value {
    let mut body = minimal();
    for (pointer, value) in changes {
        set(&mut body, pointer, value.clone());
    }
    body
}

fn create(body: &Value) -> Result<Value, CaError> {
    create_policy(body, &Directory::default(), ID, now())
}

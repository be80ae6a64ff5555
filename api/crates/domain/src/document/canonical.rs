//! The canonical form: one for diff, hash, drift and conflict check (domain.md section 2; ca-semantics.md section 12).

use serde_json::{Map, Value};

use super::text_hash;
use crate::id::ContentHash;

/// A document without what Graph adds or leaves open: read-only and `@odata` members dropped, null and empty dropped, sets sorted.
///
/// Members that we don't know are kept: somebody else's edit of one is still a difference.
#[derive(Clone, Debug, PartialEq)]
pub struct Canonical(Value);

/// Set by the service, never by a caller.
const READ_ONLY: [&str; 6] = ["id", "createdDateTime", "modifiedDateTime", "deletedDateTime", "templateId", "partialEnablementStrategy"];

impl Canonical {
    pub(super) fn of_policy(members: &Map<String, Value>) -> Self {
        let mut members = members.clone();
        members.retain(|name, _| !READ_ONLY.contains(&name.as_str()));
        let mut value = Value::Object(members);
        normalise_grant(&mut value);
        normalise_client_apps(&mut value);
        Canonical(prune(value).unwrap_or_else(empty))
    }

    /// The form itself.
    pub fn value(&self) -> &Value {
        &self.0
    }

    /// SHA-256 of its text; members are in alphabetical order.
    pub fn hash(&self) -> ContentHash {
        text_hash(&self.0.to_string())
    }
}

/// The canonical form of a named location, a group or any other object.
pub fn canonical_location(value: &Value) -> Canonical {
    let mut value = value.clone();
    if let Value::Object(members) = &mut value {
        members.retain(|name, _| !READ_ONLY.contains(&name.as_str()));
    }
    Canonical(prune(value).unwrap_or_else(empty))
}

/// An operator means nothing beside one control: Graph answers `OR` whatever was sent. An expanded strength is its id.
fn normalise_grant(document: &mut Value) {
    let Some(Value::Object(grant)) = document.get_mut("grantControls") else { return };
    if let Some(Value::Object(strength)) = grant.get_mut("authenticationStrength") {
        strength.retain(|name, _| name == "id");
    }
    let listed = |name: &str| grant.get(name).and_then(Value::as_array).map_or(0, Vec::len);
    let strength = usize::from(grant.get("authenticationStrength").is_some_and(|strength| !strength.is_null()));
    let controls = listed("builtInControls") + listed("customAuthenticationFactors") + listed("termsOfUse") + strength;
    match controls {
        0 => {
            grant.remove("operator");
        }
        1 => {
            grant.insert("operator".to_owned(), Value::from("OR"));
        }
        _ => {}
    }
}

/// Graph fills an omitted `clientAppTypes` in as `["all"]`.
fn normalise_client_apps(document: &mut Value) {
    let Some(Value::Object(conditions)) = document.get_mut("conditions") else { return };
    let missing = conditions.get("clientAppTypes").is_none_or(|types| types.is_null() || types.as_array().is_some_and(Vec::is_empty));
    if missing {
        conditions.insert("clientAppTypes".to_owned(), Value::from(vec!["all"]));
    }
}

/// Drops `@odata` members, nulls and empties, sorts sets, lowers GUIDs; `None` when nothing is left.
fn prune(value: Value) -> Option<Value> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(Value::String(guid_lowered(text))),
        Value::Array(items) => {
            let mut items: Vec<Value> = items.into_iter().filter_map(prune).collect();
            // Every list in a policy is a set: ids, keywords, control names, ranges.
            items.sort_by_cached_key(Value::to_string);
            items.dedup();
            (!items.is_empty()).then_some(Value::Array(items))
        }
        Value::Object(members) => {
            // Sorted here, because a map's own order is a build feature that some dependency may switch.
            let mut members: Vec<(String, Value)> = members.into_iter().filter(|(name, _)| !name.contains('@')).collect();
            members.sort_by(|(a, _), (b, _)| a.cmp(b));
            let members: Map<String, Value> = members
                .into_iter()
                .filter_map(|(name, value)| {
                    let value = if FLAGS.contains(&name.as_str()) { flags(value) } else { value };
                    prune(value).map(|value| (name, value))
                })
                .collect();
            (!members.is_empty()).then_some(Value::Object(members))
        }
        scalar => Some(scalar),
    }
}

/// Members that Graph writes as one comma-joined text: a set all the same.
const FLAGS: [&str; 4] = ["guestOrExternalUserTypes", "transferMethods", "insiderRiskLevels", "agentIdRiskLevels"];

fn flags(value: Value) -> Value {
    let Value::String(text) = &value else { return value };
    Value::Array(text.split(',').map(str::trim).filter(|flag| !flag.is_empty()).map(|flag| Value::from(camel(flag))).collect())
}

/// Graph answers `b2bCollaborationGuest` to `B2bCollaborationGuest`.
fn camel(flag: &str) -> String {
    let mut letters = flag.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

fn guid_lowered(text: String) -> String {
    if text.len() == 36 && uuid::Uuid::parse_str(&text).is_ok() { text.to_lowercase() } else { text }
}

fn empty() -> Value {
    Value::Object(Map::new())
}

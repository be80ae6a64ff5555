//! The canonical form: one for diff, hash, drift and conflict check (domain.md section 2; ca-semantics.md section 12).

use serde_json::{Map, Value, json};

use super::fields::{READ_ONLY, is_annotation, is_flags, is_set, spelled};
use super::guest_choice::say_guests_once;
use super::text::{canonical_text, text_hash};
use crate::id::ContentHash;

/// A document without what Graph adds or leaves open: read-only members and annotations dropped, null and empty dropped, sets sorted.
///
/// Members that we don't know are kept: somebody else's edit of one is still a difference.
#[derive(Clone, Debug, PartialEq)]
pub struct Canonical(Value);

impl Canonical {
    pub(super) fn of_policy(members: &Map<String, Value>) -> Self {
        let mut members = cleaned_root(members);
        complete_remediation(&mut members);
        normalise_grant(&mut members);
        normalise_session(&mut members);
        if let Some(Value::Object(users)) = members.get_mut("conditions").and_then(|conditions| conditions.get_mut("users")) {
            say_guests_once(users);
        }
        // Graph fills an omitted `clientAppTypes` in as `["all"]`.
        if let Value::Object(conditions) = members.entry("conditions").or_insert_with(|| json!({})) {
            conditions.entry("clientAppTypes").or_insert_with(|| json!(["all"]));
        }
        Canonical(Value::Object(members))
    }

    /// The form of an object that isn't there.
    pub fn absent() -> Self {
        Canonical(Value::Object(Map::new()))
    }

    /// Whether it is the form of an object that isn't there.
    pub fn is_absent(&self) -> bool {
        self.0.as_object().is_none_or(Map::is_empty)
    }

    /// The form itself.
    pub fn value(&self) -> &Value {
        &self.0
    }

    /// SHA-256 of its text, in which members stand in the order of their names.
    pub fn hash(&self) -> ContentHash {
        text_hash(&canonical_text(&self.0))
    }

    /// The form with another value at a path of names; `None` takes the member away.
    pub(crate) fn with(&self, path: &[&str], value: Option<Value>) -> Self {
        let mut root = self.0.clone();
        put(&mut root, path, value.unwrap_or(Value::Null));
        Canonical(root)
    }

    /// The canonical form of this form as a policy, after members were put into it.
    pub(crate) fn settled(&self) -> Self {
        self.0.as_object().map_or_else(Canonical::absent, Canonical::of_policy)
    }

    /// A member by its path of names.
    pub fn at(&self, path: &[&str]) -> Option<&Value> {
        path.iter().try_fold(&self.0, |value, name| value.get(name))
    }

    /// The texts of a list by its path of names; nothing when there is no such list.
    pub fn texts<'c>(&'c self, path: &[&str]) -> impl Iterator<Item = &'c str> + use<'c> {
        self.at(path).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
    }
}

/// The canonical form of a named location, a group or any other object.
pub fn canonical_location(value: &Value) -> Canonical {
    Canonical(Value::Object(value.as_object().map(cleaned_root).unwrap_or_default()))
}

/// Whether a member's value says more than its absence would.
pub(crate) fn says_something(name: &str, value: &Value) -> bool {
    cleaned(name, value).is_some()
}

/// How many controls grant controls count for, an operator left out and members that we don't know included.
pub(crate) fn control_count(grant: &Map<String, Value>) -> usize {
    let controls = grant.iter().filter(|(name, _)| *name != "operator").filter_map(|(name, value)| cleaned_member(name, value));
    controls.map(|(_, value)| weight(&value)).sum()
}

/// Whether session controls have any effect.
pub(crate) fn controls_session(session: &Map<String, Value>) -> bool {
    session.iter().filter_map(|(name, value)| cleaned_member(name, value)).any(|(name, value)| switched_on(&name, &value))
}

/// A canonical value as Graph writes it: sets of flags as one text.
pub(crate) fn graph_form(name: &str, value: &Value) -> Value {
    match value {
        Value::Array(items) if is_flags(name) => Value::from(items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(",")),
        Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), graph_form(name, value))).collect(),
        other => other.clone(),
    }
}

fn put(into: &mut Value, path: &[&str], value: Value) {
    let Some((name, rest)) = path.split_first() else { return };
    if !into.is_object() {
        *into = Value::Object(Map::new());
    }
    let Value::Object(members) = into else { return };
    if rest.is_empty() {
        members.insert((*name).to_owned(), value);
    } else {
        put(members.entry((*name).to_owned()).or_insert(Value::Null), rest, value);
    }
}

fn cleaned_root(members: &Map<String, Value>) -> Map<String, Value> {
    let kept = members.iter().filter(|(name, _)| !READ_ONLY.contains(&name.as_str()));
    kept.filter_map(|(name, value)| cleaned_member(name, value)).collect()
}

fn cleaned_member(name: &str, value: &Value) -> Option<(String, Value)> {
    if is_annotation(name) {
        return None;
    }
    cleaned(name, value).map(|value| (name.to_owned(), value))
}

/// What is left of a member's value; `None` when it says no more than its absence would.
fn cleaned(name: &str, value: &Value) -> Option<Value> {
    match value {
        Value::Null => None,
        Value::String(text) if is_flags(name) => set(text.split(',').map(|flag| Value::from(spelled(name, flag.trim())))),
        Value::String(text) => Some(Value::from(spelled(name, text))),
        Value::Array(items) if is_set(name) => set(items.iter().filter_map(|item| cleaned(name, item)).flat_map(|item| match item {
            // A flags text inside a list: some exports write `["deviceCodeFlow,authenticationTransfer"]`.
            Value::Array(flags) => flags,
            item => vec![item],
        })),
        Value::Array(items) => {
            let items: Vec<Value> = items.iter().map(|item| cleaned(name, item).unwrap_or_else(|| item.clone())).collect();
            (!items.is_empty()).then_some(Value::Array(items))
        }
        Value::Object(members) => {
            let mut left: Map<String, Value> = members.iter().filter_map(|(name, value)| cleaned_member(name, value)).collect();
            if name == "externalTenants" {
                name_membership_kind(members, &mut left);
            }
            if name.ends_with("GuestsOrExternalUsers") {
                normalise_guests(&mut left);
            }
            if name == "authenticationFlows" && left.get("transferMethods").is_some_and(is_none) {
                left.remove("transferMethods");
            }
            if name == "signInFrequency" {
                complete_frequency(&mut left);
            }
            (!left.is_empty()).then_some(Value::Object(left))
        }
        scalar => Some(scalar.clone()),
    }
}

/// Sorted, without repeats; `None` when empty.
fn set(items: impl Iterator<Item = Value>) -> Option<Value> {
    let mut items: Vec<Value> = items.filter(|item| item != "").collect();
    items.sort_by_cached_key(canonical_text);
    items.dedup();
    (!items.is_empty()).then_some(Value::Array(items))
}

/// The one annotation with a meaning of its own: the type of `externalTenants`, where `membershipKind` was left out.
fn name_membership_kind(members: &Map<String, Value>, left: &mut Map<String, Value>) {
    let kind = match members.get("@odata.type").and_then(Value::as_str) {
        Some(name) if name.ends_with("conditionalAccessAllExternalTenants") => "all",
        Some(name) if name.ends_with("conditionalAccessEnumeratedExternalTenants") => "enumerated",
        _ => return,
    };
    left.entry("membershipKind").or_insert_with(|| kind.into());
}

/// No type of guest is nobody. Without a choice of tenants Graph means all of them; a guest with a local account has none.
fn normalise_guests(left: &mut Map<String, Value>) {
    match left.get("guestOrExternalUserTypes") {
        Some(types) if is_none(types) => left.clear(),
        Some(types) if *types == json!(["internalGuest"]) => {
            left.retain(|name, value| name != "externalTenants" || *value != json!({ "membershipKind": "all" }));
        }
        Some(_) => {
            left.entry("externalTenants").or_insert_with(|| json!({ "membershipKind": "all" }));
        }
        None => {}
    }
}

fn is_none(flags: &Value) -> bool {
    *flags == json!(["none"])
}

/// What Graph fills in (ca-semantics.md section 9; both are in every answer since they exist).
fn complete_frequency(left: &mut Map<String, Value>) {
    if left.is_empty() || left.get("isEnabled") == Some(&Value::Bool(false)) {
        return;
    }
    left.entry("authenticationType").or_insert_with(|| "primaryAndSecondaryAuthentication".into());
    left.entry("frequencyInterval").or_insert_with(|| "timeBased".into());
}

/// Risk remediation brings MFA strength and a sign-in every time along by itself (ca-semantics.md section 7).
fn complete_remediation(members: &mut Map<String, Value>) {
    let Some(Value::Object(grant)) = members.get_mut("grantControls") else { return };
    let built_in = grant.get("builtInControls").and_then(Value::as_array);
    if !built_in.is_some_and(|controls| controls.iter().any(|control| control == "riskRemediation")) {
        return;
    }
    grant.entry("authenticationStrength").or_insert_with(|| json!({ "id": MFA_STRENGTH }));
    grant.insert("operator".to_owned(), "AND".into());
    let session = members.entry("sessionControls").or_insert_with(|| json!({}));
    if let Value::Object(session) = session {
        let every_time = json!({
            "authenticationType": "primaryAndSecondaryAuthentication", "frequencyInterval": "everyTime", "isEnabled": true,
        });
        session.insert("signInFrequency".to_owned(), every_time);
    }
}

/// The built-in strength "Multifactor authentication".
const MFA_STRENGTH: &str = "00000000-0000-0000-0000-000000000002";

/// An operator means nothing beside one control: Graph answers `OR` whatever was sent. An expanded strength is its id.
fn normalise_grant(members: &mut Map<String, Value>) {
    let Some(Value::Object(grant)) = members.get_mut("grantControls") else { return };
    if let Some(Value::Object(strength)) = grant.get_mut("authenticationStrength")
        && strength.contains_key("id")
    {
        strength.retain(|name, _| name == "id");
    }
    let controls: usize = grant.iter().filter(|(name, _)| *name != "operator").map(|(_, value)| weight(value)).sum();
    match controls {
        0 => {
            members.remove("grantControls");
        }
        1 => {
            grant.insert("operator".to_owned(), "OR".into());
        }
        _ => {}
    }
}

/// How many controls a member of the grant controls counts for, members that we don't know included.
fn weight(value: &Value) -> usize {
    value.as_array().map_or(1, Vec::len)
}

/// A session control that is switched off is none; without any, Graph stores null.
fn normalise_session(members: &mut Map<String, Value>) {
    let Some(Value::Object(session)) = members.get_mut("sessionControls") else { return };
    session.retain(|name, control| switched_on(name, control));
    if session.is_empty() {
        members.remove("sessionControls");
    }
}

fn switched_on(name: &str, control: &Value) -> bool {
    control.get("isEnabled") != Some(&Value::Bool(false)) && !(name == "disableResilienceDefaults" && *control == false)
}

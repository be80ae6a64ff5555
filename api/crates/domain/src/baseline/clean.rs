//! A document from outside, made ready to be sent to Graph: what the service sets goes, and the oddities of exports are mended with a note.
//!
//! Mending never changes what a policy means. What can't be mended without guessing is refused with a sentence.

use serde_json::{Map, Value, json};

use super::mend;
use crate::document::PolicyDocument;
use crate::document::fields::{READ_ONLY, is_annotation};

/// The longest text of a document, in bytes.
pub const MAX_DOCUMENT_BYTES: usize = 256 * 1024;

/// The most notes that are kept of one document.
pub const MAX_NOTES: usize = 50;

/// A document that can be sent, with what was done to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Cleaned {
    /// Only members that a caller sets, without nulls and empty collections.
    pub document: PolicyDocument,
    /// One sentence for each oddity that was mended, in document order; at most [`MAX_NOTES`].
    pub notes: Vec<String>,
}

/// Why a document can't be used, as one sentence for a person.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unusable(pub String);

/// Cleans one policy document.
pub fn clean(value: &Value) -> Result<Cleaned, Unusable> {
    let Value::Object(members) = value else { return Err(Unusable("it is not a JSON object".to_owned())) };
    let mut notes = Notes::default();
    let mut members = stripped(members);
    mend::names(&mut members, &mut notes);
    members.retain(|name, _| !READ_ONLY.contains(&name.as_str()));
    if members.get("partialEnablementStrategy").is_some_and(Value::is_null) {
        members.remove("partialEnablementStrategy");
    }
    whole(&members)?;
    strength(&mut members, &mut notes)?;
    mend::shapes(&mut members, &mut notes)?;
    mend::switched_off(&mut members, &mut notes);
    let members = compact(members);
    if !members.get("conditions").is_some_and(Value::is_object) {
        return Err(Unusable("it has no conditions".to_owned()));
    }
    if members.get("grantControls").is_none() && members.get("sessionControls").is_none() {
        return Err(Unusable("it has neither grant nor session controls, and Graph refuses such a policy".to_owned()));
    }
    let document = PolicyDocument::from_value(Value::Object(members)).map_err(|error| Unusable(error.to_string()))?;
    if document.to_text().len() > MAX_DOCUMENT_BYTES {
        return Err(Unusable("it is longer than 256 KiB".to_owned()));
    }
    Ok(Cleaned { document, notes: notes.into_list() })
}

/// Notes in the order of their making, each once.
#[derive(Debug, Default)]
pub(super) struct Notes(Vec<String>);

impl Notes {
    pub(super) fn add(&mut self, note: impl Into<String>) {
        let note = note.into();
        if !self.0.contains(&note) {
            self.0.push(note);
        }
    }

    fn into_list(mut self) -> Vec<String> {
        if self.0.len() > MAX_NOTES {
            let more = self.0.len() - (MAX_NOTES - 1);
            self.0.truncate(MAX_NOTES - 1);
            self.0.push(format!("and {more} more"));
        }
        self.0
    }
}

/// Without annotations at any depth, but for the type of `externalTenants`, which has a meaning of its own.
fn stripped(members: &Map<String, Value>) -> Map<String, Value> {
    let kept = members.iter().filter(|(name, _)| !is_annotation(name));
    let mut stripped: Map<String, Value> = kept.map(|(name, value)| (name.clone(), strip(value))).collect();
    let tenants = members.get("@odata.type").and_then(Value::as_str).filter(|kind| kind.ends_with("ExternalTenants"));
    if let Some(kind) = tenants {
        stripped.insert("@odata.type".to_owned(), kind.into());
    }
    stripped
}

fn strip(value: &Value) -> Value {
    match value {
        Value::Object(members) => Value::Object(stripped(members)),
        Value::Array(items) => Value::Array(items.iter().map(strip).collect()),
        scalar => scalar.clone(),
    }
}

fn whole(members: &Map<String, Value>) -> Result<(), Unusable> {
    match members.get("displayName") {
        Some(Value::String(name)) if !name.trim().is_empty() => {}
        _ => return Err(Unusable("it has no displayName, so it is not a Conditional Access policy".to_owned())),
    }
    match members.get("conditions") {
        Some(Value::Object(_)) => Ok(()),
        _ => Err(Unusable("it has no conditions, so it is not a Conditional Access policy".to_owned())),
    }
}

/// Graph expands a strength when it answers, and takes only its id.
fn strength(members: &mut Map<String, Value>, notes: &mut Notes) -> Result<(), Unusable> {
    let Some(Value::Object(grant)) = members.get_mut("grantControls") else { return Ok(()) };
    let Some(Value::Object(strength)) = grant.get("authenticationStrength") else { return Ok(()) };
    let text = |name: &str| strength.get(name).and_then(Value::as_str).filter(|text| !text.trim().is_empty());
    let reference = match (text("id"), text("displayName")) {
        (Some(id), _) => id.to_owned(),
        (None, Some(name)) => {
            notes.add(format!("the authentication strength is given by its name, {name}: it is looked up in the tenant"));
            name.to_owned()
        }
        (None, None) if strength.is_empty() => return Ok(()),
        (None, None) => return Err(Unusable("grantControls.authenticationStrength has neither an id nor a name".to_owned())),
    };
    grant.insert("authenticationStrength".to_owned(), json!({ "id": reference }));
    Ok(())
}

/// Without nulls and empty collections: absent says the same to Graph, and beta members that are null don't disturb.
fn compact(members: Map<String, Value>) -> Map<String, Value> {
    members.into_iter().filter_map(|(name, value)| compacted(value).map(|value| (name, value))).collect()
}

fn compacted(value: Value) -> Option<Value> {
    match value {
        Value::Null => None,
        Value::Object(members) => {
            let members = compact(members);
            (!members.is_empty()).then_some(Value::Object(members))
        }
        Value::Array(items) if items.is_empty() => None,
        other => Some(other),
    }
}

//! Policy documents: lossless as Graph gave them, canonical for every comparison.

pub mod canonical;
pub mod diff;
mod merge;
mod references;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::id::ContentHash;
use crate::policy::PolicyState;

pub use canonical::{Canonical, canonical_location};
pub use references::Reference;

/// A Conditional Access policy exactly as Graph gave it: members that we don't know survive reading, diffing and writing.
#[derive(Clone, Debug, PartialEq)]
pub struct PolicyDocument(Map<String, Value>);

/// A text that is no policy document.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// Not JSON.
    #[error("not JSON: {0}")]
    NotJson(#[from] serde_json::Error),
    /// JSON, but not an object.
    #[error("a policy document is a JSON object")]
    NotAnObject,
}

impl PolicyDocument {
    /// Reads a stored text.
    pub fn parse(text: &str) -> Result<Self, DocumentError> {
        PolicyDocument::from_value(serde_json::from_str(text)?)
    }

    /// Takes over what Graph answered.
    pub fn from_value(value: Value) -> Result<Self, DocumentError> {
        match value {
            Value::Object(members) => Ok(PolicyDocument(members)),
            _ => Err(DocumentError::NotAnObject),
        }
    }

    /// All of it.
    pub fn value(&self) -> Value {
        Value::Object(self.0.clone())
    }

    /// Compact JSON text, as it is stored.
    pub fn to_text(&self) -> String {
        serde_json::to_string(&self.0).expect("a JSON map with text keys always serialises")
    }

    /// Graph's id.
    pub fn graph_id(&self) -> Option<Uuid> {
        self.text("id").and_then(|id| Uuid::parse_str(id).ok())
    }

    /// Display name; empty when absent.
    pub fn display_name(&self) -> &str {
        self.text("displayName").unwrap_or_default()
    }

    /// State; `None` when absent or a value that we don't know.
    pub fn state(&self) -> Option<PolicyState> {
        self.text("state").and_then(|state| state.parse().ok())
    }

    /// Graph's `modifiedDateTime`.
    pub fn modified_at(&self) -> Option<DateTime<Utc>> {
        let modified = DateTime::parse_from_rfc3339(self.text("modifiedDateTime")?).ok()?;
        DateTime::from_timestamp_micros(modified.timestamp_micros())
    }

    /// The template of a Microsoft-managed policy.
    pub fn template_id(&self) -> Option<&str> {
        self.text("templateId")
    }

    /// Compact JSON text of `conditions`; `{}` when absent.
    pub fn conditions_text(&self) -> String {
        match self.0.get("conditions") {
            Some(conditions @ Value::Object(_)) => conditions.to_string(),
            _ => "{}".to_owned(),
        }
    }

    /// The canonical form.
    pub fn canonical(&self) -> Canonical {
        Canonical::of_policy(&self.0)
    }

    /// Every object that the document names, keywords such as `All` left out.
    pub fn references(&self) -> std::collections::BTreeSet<Reference> {
        references::references(&self.0)
    }

    /// The document after a PATCH: objects merge, arrays are replaced, null clears (ca-semantics.md section 13).
    pub fn merged(&self, patch: &Value) -> PolicyDocument {
        let mut members = self.0.clone();
        merge::merge(&mut members, patch);
        PolicyDocument(members)
    }

    /// A member by its path of names.
    pub fn at(&self, path: &[&str]) -> Option<&Value> {
        let (first, rest) = path.split_first()?;
        rest.iter().try_fold(self.0.get(*first)?, |value, name| value.get(name))
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str()
    }
}

/// SHA-256 of a text's bytes: the key under which verbatim texts are stored.
pub fn text_hash(text: &str) -> ContentHash {
    ContentHash(hex(&Sha256::digest(text.as_bytes())))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        use std::fmt::Write;
        let _ = write!(text, "{byte:02x}");
        text
    })
}

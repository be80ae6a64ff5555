//! Policy documents: lossless as Graph gave them, canonical for every comparison.

pub mod canonical;
pub mod diff;
pub(crate) mod fields;
pub(crate) mod guest_choice;
mod merge;
pub(crate) mod references;
mod text;
pub mod undo;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::policy::PolicyState;

use diff::NameTable;

pub use canonical::{Canonical, canonical_location};
pub use references::{Reference, is_id};
pub use text::{canonical_text, text_hash};

/// A Conditional Access policy exactly as Graph gave it: members that we don't know survive reading, diffing and writing.
#[derive(Clone, Debug, PartialEq)]
pub struct PolicyDocument(Value);

/// The templates of managed policies seen so far begin like this (policies of a real tenant, 2024).
const MANAGED_TEMPLATES: &str = "4200930c-0da2-4e33-ca01-";

/// A managed policy that Graph named in a refusal (CIPP#4497).
const MANAGED_TEMPLATE: &str = "7fee76a4-03cd-4cfd-9949-dfe65d1f373a";

/// How Microsoft names them; nobody can rename them.
const MANAGED_NAMES: &str = "Microsoft-managed:";

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
        if value.is_object() { Ok(PolicyDocument(value)) } else { Err(DocumentError::NotAnObject) }
    }

    /// All of it.
    pub fn value(&self) -> &Value {
        &self.0
    }

    /// Compact JSON text, as it is stored.
    pub fn to_text(&self) -> String {
        self.0.to_string()
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

    /// The template that the policy was made from: one of the portal's gallery, or one of Microsoft's managed policies.
    pub fn template_id(&self) -> Option<&str> {
        self.text("templateId")
    }

    /// Whether Microsoft manages the policy (ca-semantics.md section 14): then only its state and its exclusions may change.
    ///
    /// A template id alone does not tell: policies made from the portal's template gallery have one too, and may be renamed.
    pub fn microsoft_managed(&self) -> bool {
        self.template_id().is_some_and(|template| {
            let template = template.to_lowercase();
            template.starts_with(MANAGED_TEMPLATES) || template == MANAGED_TEMPLATE || self.display_name().starts_with(MANAGED_NAMES)
        })
    }

    /// Compact JSON text of `conditions`; `{}` when absent.
    pub fn conditions_text(&self) -> String {
        match self.0.get("conditions") {
            Some(conditions @ Value::Object(_)) => conditions.to_string(),
            _ => "{}".to_owned(),
        }
    }

    /// A member by its path of names.
    pub fn at(&self, path: &[&str]) -> Option<&Value> {
        path.iter().try_fold(&self.0, |value, name| value.get(name))
    }

    /// The canonical form.
    pub fn canonical(&self) -> Canonical {
        Canonical::of_policy(self.members())
    }

    /// Every object that the document names, keywords such as `All` left out.
    pub fn references(&self) -> BTreeSet<Reference> {
        references::references(self.members())
    }

    /// The document with the names of objects where their ids were, for another tenant.
    pub fn named(&self, names: &NameTable) -> Value {
        references::named(self.members(), names)
    }

    /// The document after a PATCH: objects merge, arrays are replaced, null clears (ca-semantics.md section 13). A patch that is no
    /// object changes nothing.
    pub fn merged(&self, patch: &Value) -> PolicyDocument {
        let mut members = self.members().clone();
        if let Value::Object(patch) = patch {
            merge::merge(&mut members, patch);
        }
        PolicyDocument(Value::Object(members))
    }

    fn members(&self) -> &Map<String, Value> {
        self.0.as_object().expect("checked where the document was made")
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str()
    }
}

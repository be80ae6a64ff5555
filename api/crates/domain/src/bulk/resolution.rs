//! What the names of a bulk payload stand for in one tenant.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::change::dry_run::NamedRef;
use crate::document::text_hash;
use crate::id::{BulkChangeId, PolicyId, TenantId};
use crate::tenant::DirectoryKind;
use crate::text_enum;

text_enum! {
    /// How a reference was settled.
    ReferenceSource {
        /// By the tenant's alias table, which members keep.
        Alias = "ALIAS",
        /// By the object's name.
        Name = "NAME",
        /// It means the same in every tenant: a built-in strength, a role, an application.
        BuiltIn = "BUILT_IN",
        /// By an earlier step of the bulk change, which creates the object.
        Prerequisite = "PREREQUISITE",
        /// Not at all: nothing goes by the name, or more than one object does.
        Unresolved = "UNRESOLVED",
    }
}

/// One reference in one tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ItemReference {
    /// Path in the document, such as `conditions.users.excludeGroups`.
    pub path: String,
    /// Kind of object.
    pub kind: DirectoryKind,
    /// As it is given in the payload.
    pub given: String,
    /// How it was settled.
    pub source: ReferenceSource,
    /// Graph's id; `None` while unresolved. Of what a prerequisite creates, a stand-in until that is applied.
    pub object_id: Option<String>,
    /// The object's name in the tenant.
    pub display_name: Option<String>,
    /// What else goes by the name, where that is why it is unresolved; at most ten.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub candidates: Vec<NamedRef>,
}

/// What one item was resolved to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Resolution {
    /// The policy that matched the target.
    pub policy_id: Option<PolicyId>,
    /// Its name then.
    pub policy_name: Option<String>,
    /// The references, in document order; at most one for each text of the payload.
    pub references: Vec<ItemReference>,
}

impl Resolution {
    /// Stand-ins for what earlier steps create, with the step's place in the payload's names.
    pub fn placeholders(&self) -> impl Iterator<Item = &ItemReference> {
        self.references.iter().filter(|reference| reference.source == ReferenceSource::Prerequisite)
    }
}

/// The stand-in for the id of what a step creates: the same whenever it is asked for, and the id of nothing in any tenant (a version-8 UUID,
/// which Graph does not make).
pub fn placeholder(bulk: BulkChangeId, tenant: TenantId, step: u16) -> Uuid {
    let hash = text_hash(&format!("placeholder {bulk} {tenant} {step}")).0;
    let number = hash.get(..32).and_then(|hex| u128::from_str_radix(hex, 16).ok()).unwrap_or_default();
    uuid::Builder::from_custom_bytes(number.to_be_bytes()).into_uuid()
}

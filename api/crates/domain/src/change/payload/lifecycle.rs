//! Creating and deleting policies.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::policy::PolicyState;
use crate::text_enum;

text_enum! {
    /// Where a new policy's document comes from.
    CreateSource {
        /// A policy of the workspace's baseline library.
        Baseline = "BASELINE",
        /// Another policy, of this or of another tenant.
        Copy = "COPY",
        /// A document that the caller gave.
        Document = "DOCUMENT",
        /// A deleted policy that Entra's recycle bin does not hold any more.
        Deleted = "DELETED",
    }
}

/// `policy.create`. The document is fixed when the change is created, so that what is reviewed doesn't move with its source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreatePolicy {
    /// Graph's document. Members that the service sets are dropped. A reference may be a name instead of an id: it is looked up in the tenant.
    pub document: Value,
    /// The state wanted; report-only unless asked otherwise. The document's own state does not count.
    #[serde(default = "report_only")]
    pub state: PolicyState,
    /// Where the document comes from.
    #[serde(default = "from_document")]
    pub source: CreateSource,
    /// Our id of the baseline policy, or of the policy that was copied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_id: Option<Uuid>,
}

/// `policy.delete`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeletePolicy {
    /// The policy's display name, as a person has to type it.
    pub confirm_display_name: String,
}

fn report_only() -> PolicyState {
    PolicyState::ReportOnly
}

fn from_document() -> CreateSource {
    CreateSource::Document
}

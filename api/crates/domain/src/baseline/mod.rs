//! Baselines: named sets of policy documents that a workspace keeps, creates policies from, and measures tenants against.

mod clean;
pub mod compare;
mod import;
mod mend;
mod text;

use chrono::{DateTime, Utc};

use crate::change::warning::Severity;
use crate::id::{BaselineId, BaselinePolicyId, ContentHash, WorkspaceId};

pub use clean::{Cleaned, MAX_DOCUMENT_BYTES, MAX_NOTES, Unusable, clean};
pub use import::{FileFate, Imported, Refused, code_of, import_file};
pub use text::{MAX_POLICIES_IN_FILE, decode, policies};

/// The most baselines of a workspace.
pub const MAX_BASELINES: usize = 50;

/// The most policies of one baseline: more than a tenant can have, and enough for every public set.
pub const MAX_BASELINE_POLICIES: usize = 1_000;

/// A named set of policy documents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Baseline {
    /// Our id.
    pub id: BaselineId,
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// Name: 1 to 256 characters, unique in the workspace ignoring case.
    pub name: String,
    /// What it is for; at most 2,000 characters.
    pub description: Option<String>,
    /// Policies in it.
    pub policy_count: i64,
    /// Creation instant.
    pub created_at: DateTime<Utc>,
    /// The last import or removal.
    pub updated_at: DateTime<Utc>,
    /// Row version, raised by every update.
    pub version: i64,
}

/// One policy document of a baseline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaselinePolicy {
    /// Our id. It stays when a later import brings the same policy again.
    pub id: BaselinePolicyId,
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// The baseline.
    pub baseline_id: BaselineId,
    /// Code such as `CA001`, from the name; what policies of tenants are matched by first.
    pub code: Option<String>,
    /// The document's display name.
    pub display_name: String,
    /// How much it matters when a tenant lacks it.
    pub severity: Severity,
    /// Tags, sorted: the folders of its path. At most 20 of 1 to 64 characters.
    pub tags: Vec<String>,
    /// The cleaned document, by the hash of its text.
    pub document_hash: ContentHash,
    /// Hash of its canonical form.
    pub content_hash: ContentHash,
    /// The file that it came from.
    pub path: String,
    /// What was mended at the import; at most [`MAX_NOTES`].
    pub notes: Vec<String>,
    /// When it was first imported.
    pub created_at: DateTime<Utc>,
    /// When it was last imported.
    pub updated_at: DateTime<Utc>,
}

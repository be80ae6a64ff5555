//! The digest: what a reviewer saw, in 64 characters.

use serde_json::json;

use crate::change::dry_run::FieldDiff;
use crate::change::kind::{ChangeKind, ChangePayload};
use crate::change::warning::Warning;
use crate::document::{canonical_text, text_hash};
use crate::id::{ContentHash, PolicyId, TenantId};

/// What the digest covers (domain.md section 2).
#[derive(Debug)]
pub struct DigestInput<'a> {
    /// Kind.
    pub kind: ChangeKind,
    /// Tenant.
    pub tenant: TenantId,
    /// The policy.
    pub target: Option<PolicyId>,
    /// Resolved payload.
    pub payload: &'a ChangePayload,
    /// Diff.
    pub diff: &'a [FieldDiff],
    /// Warnings, of which codes, severities, fields and waivers count, not their texts.
    pub warnings: &'a [Warning],
    /// Hash of the document it was made against.
    pub base_hash: &'a ContentHash,
}

/// SHA-256, lower-case hex. Names of objects are left out, and with them labels, risks and the summary, which follow from the rest: a
/// renamed group does not void an approval.
pub fn digest(input: &DigestInput<'_>) -> String {
    let warnings: Vec<_> = input.warnings.iter().map(|warning| (warning.code, warning.severity, &warning.path, warning.waived)).collect();
    let diff: Vec<_> = input.diff.iter().map(|field| (&field.path, &field.before, &field.after)).collect();
    let covered = json!([input.kind, input.tenant, input.target, input.payload, diff, warnings, input.base_hash]);
    text_hash(&canonical_text(&covered)).0
}

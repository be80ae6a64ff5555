//! The audit chain's hash, until crate `domain` has it.

use chrono::{DateTime, SecondsFormat, Utc};
use domain::audit::NewAuditEntry;
use domain::id::WorkspaceId;
use sha2::{Digest, Sha256};

/// What stands before the first entry.
pub(crate) const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// SHA-256 over the hash before and the entry's canonical text.
pub(crate) fn seal(prev_hash: &str, workspace: WorkspaceId, seq: i64, at: DateTime<Utc>, entry: &NewAuditEntry) -> String {
    let text = serde_json::json!([
        prev_hash,
        workspace,
        seq,
        at.to_rfc3339_opts(SecondsFormat::Micros, true),
        entry.actor,
        entry.action,
        entry.tenant_id,
        entry.subject_kind,
        entry.subject_id,
        entry.outcome,
        entry.detail,
    ])
    .to_string();
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

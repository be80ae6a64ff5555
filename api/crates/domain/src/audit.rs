//! Who did what, when, to what, with which outcome; append-only and hash-chained per workspace.

use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

use crate::event::SubjectKind;
use crate::id::{AuditId, MemberId, TenantId, WorkspaceId};
use crate::text_enum;

text_enum! {
    /// How an attempt ended.
    AuditOutcome {
        /// It took effect.
        Done = "DONE",
        /// It was refused; `detail.code` says why.
        Refused = "REFUSED",
        /// It was tried and failed.
        Failed = "FAILED",
    }
}

/// An audit entry before it has its place in the chain.
#[derive(Clone, Debug, PartialEq)]
pub struct NewAuditEntry {
    /// Who; `None` is Causeway itself.
    pub actor: Option<MemberId>,
    /// The operation's name, as in the API (`applyChange`), or `system.*`.
    pub action: String,
    /// The tenant concerned.
    pub tenant_id: Option<TenantId>,
    /// What it was done to.
    pub subject_kind: SubjectKind,
    /// Its id.
    pub subject_id: Uuid,
    /// How it ended.
    pub outcome: AuditOutcome,
    /// Facts for a reader; never a secret.
    pub detail: Value,
}

/// An audit entry in the chain.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditEntry {
    /// Our id.
    pub id: AuditId,
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// Place in the chain, dense, from 1.
    pub seq: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// What was recorded.
    pub entry: NewAuditEntry,
    /// Hash of the entry before; 64 zeros for the first.
    pub prev_hash: String,
    /// SHA-256 over `prev_hash` and the entry's canonical text, lower-case hex.
    pub hash: String,
}

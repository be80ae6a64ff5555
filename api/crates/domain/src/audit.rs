//! Who did what, when, to what, with which outcome; append-only and hash-chained per workspace.

use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

use crate::document::{canonical_text, text_hash};
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

/// What stands before the first entry.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// The hash of an entry: SHA-256 over the hash before and the entry's canonical text (members in alphabetical order, instants in
/// microseconds), so that nothing can be changed, dropped, added or moved unseen.
pub fn seal(prev_hash: &str, workspace: WorkspaceId, seq: i64, at: DateTime<Utc>, entry: &NewAuditEntry) -> String {
    let text = serde_json::json!({
        "action": entry.action,
        "actor": entry.actor,
        "at": at.timestamp_micros(),
        "detail": entry.detail,
        "outcome": entry.outcome,
        "prev": prev_hash,
        "seq": seq,
        "subject": entry.subject_id,
        "subjectKind": entry.subject_kind,
        "tenant": entry.tenant_id,
        "workspace": workspace,
    });
    text_hash(&canonical_text(&text)).0
}

impl AuditEntry {
    /// The entry as one line of JSON without its end: what it was sealed over (members of [`seal`]) beside `id`, `hash` and a readable
    /// `time`, so that anybody can compute the chain again.
    pub fn to_json_line(&self) -> String {
        let entry = &self.entry;
        canonical_text(&serde_json::json!({
            "action": entry.action,
            "actor": entry.actor,
            "at": self.at.timestamp_micros(),
            "detail": entry.detail,
            "hash": self.hash,
            "id": self.id,
            "outcome": entry.outcome,
            "prev": self.prev_hash,
            "seq": self.seq,
            "subject": entry.subject_id,
            "subjectKind": entry.subject_kind,
            "tenant": entry.tenant_id,
            "time": self.at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true),
            "workspace": self.workspace_id,
        }))
    }
}

/// Where a chain is broken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the audit chain is broken at entry {seq}: {what}")]
pub struct BrokenLink {
    /// The first entry that does not fit.
    pub seq: i64,
    /// What does not fit.
    pub what: &'static str,
}

/// Checks a stretch of one workspace's chain that begins after `prev_hash` ([`GENESIS`] for the first entry), oldest first.
pub fn verify(prev_hash: &str, entries: &[AuditEntry]) -> Result<(), BrokenLink> {
    let mut prev = prev_hash;
    let mut before: Option<&AuditEntry> = None;
    for entry in entries {
        check(prev, before, entry).map_err(|what| BrokenLink { seq: entry.seq, what })?;
        prev = &entry.hash;
        before = Some(entry);
    }
    Ok(())
}

fn check(prev_hash: &str, before: Option<&AuditEntry>, entry: &AuditEntry) -> Result<(), &'static str> {
    if before.is_some_and(|before| before.workspace_id != entry.workspace_id) {
        return Err("it belongs to another workspace");
    }
    // The first entry of all, and no other, follows the genesis.
    let dense = before.map_or((entry.seq == 1) == (prev_hash == GENESIS), |before| before.seq + 1 == entry.seq);
    if !dense {
        return Err("an entry is missing or out of order");
    }
    if entry.prev_hash != prev_hash {
        return Err("it does not follow the entry before it");
    }
    if entry.hash != seal(prev_hash, entry.workspace_id, entry.seq, entry.at, &entry.entry) {
        return Err("its content was changed");
    }
    Ok(())
}

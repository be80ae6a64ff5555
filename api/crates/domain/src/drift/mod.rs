//! Drift: how a tenant differs from what Causeway left there, or from its baseline (domain.md section 11).

pub mod accept;
pub mod severity;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::change::warning::Severity;
use crate::id::{ChangeId, ContentHash, DriftId, MemberId, PolicyId, SnapshotId, TenantId, WorkspaceId};
use crate::snapshot::{ItemChangeKind, ItemKind};
use crate::text_enum;

text_enum! {
    /// What an item of drift was measured against.
    DriftSource {
        /// The last snapshot: somebody edited the tenant outside Causeway.
        PortalEdit = "PORTAL_EDIT",
        /// The tenant's baseline.
        Baseline = "BASELINE",
    }
}

text_enum! {
    /// What is different.
    DriftKind {
        /// It appeared since the last snapshot.
        Added = "ADDED",
        /// It disappeared since the last snapshot.
        Removed = "REMOVED",
        /// Its content is another one.
        Modified = "MODIFIED",
        /// The baseline has it, the tenant has not.
        Missing = "MISSING",
        /// The tenant has it, the baseline has not.
        Extra = "EXTRA",
    }
}

impl From<ItemChangeKind> for DriftKind {
    fn from(change: ItemChangeKind) -> Self {
        match change {
            ItemChangeKind::Added => DriftKind::Added,
            ItemChangeKind::Removed => DriftKind::Removed,
            ItemChangeKind::Modified => DriftKind::Modified,
        }
    }
}

text_enum! {
    /// What became of an item of drift.
    DriftStatus {
        /// Nobody decided yet, or the acceptance has ended.
        Open = "OPEN",
        /// A member accepted it until a date.
        Accepted = "ACCEPTED",
        /// A change that was drafted to revert it took the object back.
        Reverted = "REVERTED",
        /// The object is as it was before, by whomever.
        Resolved = "RESOLVED",
    }
}

text_enum! {
    /// Where the name of who did it comes from.
    ActorSource {
        /// Entra's directory audit.
        DirectoryAudit = "DIRECTORY_AUDIT",
        /// Nowhere: the audit can't be read, or has no entry (yet).
        Unknown = "UNKNOWN",
    }
}

/// How many syncs look for the audit entry of an edit: the one that found it and the next two, because entries come late.
pub const ACTOR_LOOKUPS: i32 = 3;

/// The most drafts that one revert makes: one for each kind of change.
pub const MAX_REVERTS: usize = 17;

/// One object that is not as it should be.
#[derive(Clone, Debug, PartialEq)]
pub struct Drift {
    /// Our id.
    pub id: DriftId,
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// The tenant.
    pub tenant_id: TenantId,
    /// What it was measured against.
    pub source: DriftSource,
    /// What is different.
    pub kind: DriftKind,
    /// What the object is.
    pub object_kind: ItemKind,
    /// Graph's id of the object; for a missing one, the baseline's id of it.
    pub object_id: String,
    /// The object's name: the later one where both have one.
    pub display_name: String,
    /// The policy, where the object is one that we know.
    pub policy_id: Option<PolicyId>,
    /// The baseline's policy, for drift against a baseline.
    pub baseline_policy_id: Option<Uuid>,
    /// How much it matters.
    pub severity: Severity,
    /// The object as it should be; `None` when there should be none.
    pub before: Option<Version>,
    /// The object as it was found; `None` when it is gone.
    pub after: Option<Version>,
    /// The snapshot before.
    pub before_snapshot_id: Option<SnapshotId>,
    /// The snapshot that found it.
    pub after_snapshot_id: Option<SnapshotId>,
    /// When the object was last seen as it should be: the edit came after it.
    pub changed_after: Option<DateTime<Utc>>,
    /// When it was found.
    pub detected_at: DateTime<Utc>,
    /// Who did it.
    pub actor: DriftActor,
    /// What became of it; see [`Drift::status_at`].
    pub status: DriftStatus,
    /// The last acceptance; it stays when it has ended.
    pub acceptance: Option<Acceptance>,
    /// The drafts that were made to take it back, at most [`MAX_REVERTS`]; a later revert replaces them.
    pub reverts: Vec<ChangeId>,
    /// When it became `REVERTED` or `RESOLVED`.
    pub closed_at: Option<DateTime<Utc>>,
    /// Row version, raised by every update.
    pub version: i64,
}

impl Drift {
    /// The status at an instant: an acceptance that has ended leaves the item open.
    pub fn status_at(&self, now: DateTime<Utc>) -> DriftStatus {
        let ended = self.acceptance.as_ref().is_none_or(|acceptance| acceptance.until <= now);
        if self.status == DriftStatus::Accepted && ended { DriftStatus::Open } else { self.status }
    }

    /// Whether it is over: reverted or resolved.
    pub fn closed(&self) -> bool {
        matches!(self.status, DriftStatus::Reverted | DriftStatus::Resolved)
    }

    /// Closes the item: the object is as it should be.
    pub fn close(&mut self, to: DriftStatus, now: DateTime<Utc>) {
        self.status = to;
        self.closed_at = Some(now);
    }
}

/// One content of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// Hash of the verbatim text, the key it is stored under.
    pub document_hash: ContentHash,
    /// Hash of the canonical form, what is compared.
    pub content_hash: ContentHash,
}

/// Who edited the object, as far as Entra's directory audit says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DriftActor {
    /// Where this comes from.
    pub source: ActorSource,
    /// Entra's object id of the user or service principal.
    pub object_id: Option<String>,
    /// User principal name or name of the application.
    pub name: Option<String>,
    /// The application's (client) id, when an application did it.
    pub app_id: Option<String>,
    /// When Entra says it was done.
    pub at: Option<DateTime<Utc>>,
    /// How many syncs have looked for it.
    pub lookups: i32,
}

impl DriftActor {
    /// Nobody knows, after so many look-ups.
    pub fn unknown(lookups: i32) -> Self {
        DriftActor { source: ActorSource::Unknown, object_id: None, name: None, app_id: None, at: None, lookups }
    }

    /// Whether another look-up can still help.
    pub fn wanted(&self) -> bool {
        self.source == ActorSource::Unknown && self.lookups < ACTOR_LOOKUPS
    }
}

/// A deviation that somebody takes responsibility for, until a date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acceptance {
    /// Who.
    pub by: MemberId,
    /// When.
    pub at: DateTime<Utc>,
    /// Why.
    pub reason: String,
    /// Until when; then the item is open again.
    pub until: DateTime<Utc>,
}

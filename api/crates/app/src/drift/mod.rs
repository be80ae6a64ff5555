//! Drift (domain.md section 11): what a sync finds that Causeway did not write, who did it, and what a member does about it.
//!
//! A sync reads ([`clues`]) outside any transaction and records ([`record`]) in its own: items, their events, and the changes whose review
//! the edit voids (P9).

mod accept;
pub(crate) mod adopted;
mod attribute;
pub(crate) mod clues;
pub(crate) mod events;
mod own;
mod query;
pub(crate) mod record;
mod revert;
mod takeback;
mod void;

pub use accept::AcceptDrift;
pub use query::DriftFilter;
pub use revert::{DriftReverts, RevertDrift};

use domain::snapshot::{ItemChange, ItemKind, Manifest, Snapshot, manifest_diff};
use domain::tenant::Tenant;
use store::Reader;

use crate::error::{AppError, AppResult};

/// The tenant as it was last recorded: by a sync, or by a change of ours.
pub(crate) struct Previous {
    pub(crate) snapshot: Snapshot,
    pub(crate) manifest: Manifest,
}

impl Previous {
    /// `None` before the first import.
    pub(crate) async fn load(tx: &Reader, tenant: &Tenant) -> AppResult<Option<Self>> {
        let Some(id) = tenant.latest_snapshot_id else { return Ok(None) };
        let missing = |what: &str| AppError::Internal(format!("{what} of the latest snapshot {id} is missing").into());
        let snapshot = tx.snapshot(tenant.workspace_id, id).await?.ok_or_else(|| missing("the row"))?;
        let text = tx.document(tenant.workspace_id, &snapshot.content_hash).await?.ok_or_else(|| missing("the manifest"))?;
        let manifest = Manifest::parse(&text).map_err(|cause| AppError::Internal(cause.into()))?;
        Ok(Some(Previous { snapshot, manifest }))
    }

    /// Policies and named locations that differ now. Groups are the directory's business.
    fn differences(&self, now: &Manifest) -> Vec<ItemChange> {
        let mut changes = manifest_diff(&self.manifest, now);
        changes.retain(|change| matches!(change.kind, ItemKind::Policy | ItemKind::NamedLocation));
        changes
    }
}

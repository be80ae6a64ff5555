//! What Causeway itself wrote is never drift, also where it doesn't know the outcome of its write.

use chrono::{DateTime, TimeDelta, Utc};
use domain::change::kind::{TargetObject, WriteOperation};
use domain::change::request::ChangeRequest;
use domain::document::{Canonical, PolicyDocument, canonical_location};
use domain::id::{ContentHash, PolicyId};
use domain::snapshot::{ItemChange, ItemKind, ManifestItem};
use domain::tenant::Tenant;
use serde_json::Value;
use store::Reader;

use crate::error::{AppError, AppResult};

/// How long after a failed apply its write may still turn up.
const LATE: TimeDelta = TimeDelta::hours(24);

/// Writes of ours whose result no snapshot shows yet: applies between two attempts, and failed ones that did or may have written.
pub(super) struct OwnWrites(Vec<OwnWrite>);

struct OwnWrite {
    change: ChangeRequest,
    desired: ContentHash,
    /// The body of the write; `None` when there was no attempt.
    write: Option<Value>,
}

impl OwnWrites {
    /// The tenant's, newest first.
    pub(super) async fn load(tx: &Reader, tenant: &Tenant, now: DateTime<Utc>) -> AppResult<Self> {
        let mut writes = Vec::new();
        for change in tx.unsettled_changes(tenant.workspace_id, tenant.id, now - LATE).await? {
            let intent = tx.intent(tenant.workspace_id, change.id).await?;
            let planned = change.dry_run.as_ref().map(|dry_run| dry_run.desired_hash.clone());
            // The plan of a delta is made at apply: the intent knows better than the dry-run.
            let Some(desired) = intent.as_ref().map(|intent| intent.desired_hash.clone()).or(planned) else { continue };
            writes.push(OwnWrite { change, desired, write: intent.map(|intent| intent.write) });
        }
        Ok(OwnWrites(writes))
    }

    /// Whether what the sync found is exactly what a change of ours intended.
    pub(super) fn made(&self, found: &ItemChange, policy: Option<PolicyId>) -> bool {
        let now = found.after.as_ref().map_or_else(|| Canonical::absent().hash(), |item| item.content_hash.clone());
        self.about(found, policy).any(|own| own.desired == now)
    }

    /// Whether a change of ours may have written to the object.
    pub(super) fn touches(&self, found: &ItemChange, policy: Option<PolicyId>) -> bool {
        self.about(found, policy).next().is_some()
    }

    /// What an update of ours left, where somebody else's edit came on top of it: the edit is measured against that. `None` where our write
    /// did not happen, as far as can be told.
    pub(super) fn beneath(
        &self,
        found: &ItemChange,
        policy: Option<PolicyId>,
        before: &Value,
        after: &Value,
    ) -> AppResult<Option<(ManifestItem, String)>> {
        for own in self.about(found, policy).filter(|own| own.change.payload.kind().operation() == WriteOperation::Update) {
            let (Some(write), Some(item)) = (&own.write, &found.before) else { continue };
            let document = PolicyDocument::from_value(before.clone()).map_err(|cause| AppError::Internal(cause.into()))?.merged(write);
            let intended = canonical(found.kind, document.value());
            if intended.hash() != own.desired {
                continue;
            }
            let shows =
                own.change.write_performed == Some(true) || shows(&canonical(found.kind, before), &intended, &canonical(found.kind, after));
            if shows {
                let text = document.to_text();
                let document_hash = domain::document::text_hash(&text);
                return Ok(Some((ManifestItem { content_hash: own.desired.clone(), document_hash, ..item.clone() }, text)));
            }
        }
        Ok(None)
    }

    fn about<'o>(&'o self, found: &'o ItemChange, policy: Option<PolicyId>) -> impl Iterator<Item = &'o OwnWrite> + 'o {
        self.0.iter().filter(move |own| {
            let change = &own.change;
            let target = match change.payload.kind().target() {
                TargetObject::Policy => ItemKind::Policy,
                TargetObject::NamedLocation => ItemKind::NamedLocation,
            };
            let named = change.target_graph_id.as_deref().or(change.payload.location_id());
            let same = named.is_some_and(|id| id.eq_ignore_ascii_case(&found.object_id))
                || (policy.is_some() && change.policy_id == policy)
                // A creation whose answer was lost does not know its object: only the content tells.
                || (named.is_none() && change.payload.kind().operation() == WriteOperation::Create && found.before.is_none());
            target == found.kind && same
        })
    }
}

/// Whether every field of our write is in the live object.
fn shows(before: &Canonical, intended: &Canonical, live: &Canonical) -> bool {
    let fields = domain::document::diff::diff(before, intended, &domain::document::diff::NameTable::default());
    !fields.is_empty() && fields.iter().all(|field| live.at(&field.path.split('.').collect::<Vec<_>>()) == field.after.as_ref())
}

/// The canonical form of an object of a snapshot.
fn canonical(kind: ItemKind, value: &Value) -> Canonical {
    match (kind, PolicyDocument::from_value(value.clone())) {
        (ItemKind::Policy, Ok(document)) => document.canonical(),
        _ => canonical_location(value),
    }
}

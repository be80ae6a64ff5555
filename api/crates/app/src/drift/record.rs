//! The saving half: what is drift, what is over, and what an edit voids; in the sync's transaction.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use domain::audit::{AuditOutcome, NewAuditEntry};
use domain::change::status::ChangeStatus;
use domain::document::PolicyDocument;
use domain::drift::{ACTOR_LOOKUPS, Drift, DriftActor, DriftSource, DriftStatus, Version, severity};
use domain::event::{EventKind, NewEvent, SubjectKind};
use domain::id::{AuditId, ChangeId, ContentHash, DriftId, PolicyId, SnapshotId};
use domain::snapshot::{ItemChange, ItemKind, Manifest, ManifestItem};
use domain::tenant::Tenant;
use serde_json::{Value, json};
use store::WriteTx;
use uuid::Uuid;

use super::Previous;
use super::attribute::attribute;
use super::clues::Clues;
use super::events::event;
use super::own::OwnWrites;
use super::void::void_reviews;
use crate::App;
use crate::error::{AppError, AppResult};

/// One sync, as far as drift is concerned.
pub(crate) struct Sighting<'a> {
    /// The tenant, as it was before this sync.
    pub(crate) tenant: &'a Tenant,
    /// The last record of it; `None` at the first import, which finds no drift.
    pub(crate) previous: Option<Previous>,
    /// This sync's snapshot.
    pub(crate) snapshot: SnapshotId,
    /// What it holds.
    pub(crate) manifest: &'a Manifest,
    /// What the directory audit says.
    pub(crate) clues: &'a Clues,
    /// When.
    pub(crate) now: DateTime<Utc>,
}

/// Records everything; the rows of the policies must be up to date. Returns the events to append.
pub(crate) async fn record(tx: &WriteTx, app: &App, seen: &Sighting<'_>) -> AppResult<Vec<NewEvent>> {
    let Some(previous) = &seen.previous else { return Ok(Vec::new()) };
    let tenant = seen.tenant;
    let mut book = Book::open(tx, seen).await?;
    book.reopen(seen.now);
    let reverted = applied_reverts(tx, tenant, &book).await?;
    let back = book.close_what_is_back(seen, &reverted);

    let differences = previous.differences(seen.manifest);
    let policies = policies_of(tx, tenant, &differences).await?;
    let writes = OwnWrites::load(tx, tenant, seen.now).await?;
    let texts = Texts::load(tx, tenant, &differences).await?;
    let mut voided = Vec::new();
    for found in &differences {
        let policy = policies.get(&found.object_id.to_lowercase()).copied();
        if writes.made(found, policy) {
            continue;
        }
        let drift = if back.contains(&key(found.kind, &found.object_id)) {
            None
        } else {
            let mut item = new_item(tx, app, seen, previous, found, policy, &writes, &texts).await?;
            item.actor = attribute(&item, &seen.clues.activities, &tenant.client_id, writes.touches(found, policy));
            let id = item.id;
            book.add(item);
            Some(id)
        };
        if let (ItemKind::Policy, Some(policy)) = (found.kind, policy) {
            let now_hash = found.after.as_ref().map(|item| &item.content_hash);
            voided.extend(void_reviews(tx, app, tenant, policy, now_hash, drift).await?);
        }
    }
    book.attribute(seen, &writes);
    let mut events = book.close(tx, app, seen).await?;
    events.extend(voided);
    Ok(events)
}

/// The item for one object that differs.
#[expect(clippy::too_many_arguments, reason = "what one sync knows about one object")]
async fn new_item(
    tx: &WriteTx,
    app: &App,
    seen: &Sighting<'_>,
    previous: &Previous,
    found: &ItemChange,
    policy: Option<PolicyId>,
    writes: &OwnWrites,
    texts: &Texts,
) -> AppResult<Drift> {
    let mut before = found.before.clone();
    let (mut old, new) = (texts.of(found.before.as_ref())?, texts.of(found.after.as_ref())?);
    if let (Some(value), Some(live)) = (&old, &new)
        && let Some((item, text)) = writes.beneath(found, policy, value, live)?
    {
        tx.put_documents(seen.tenant.workspace_id, &[(item.document_hash.clone(), text.clone())]).await?;
        old = Some(parse(&text)?);
        before = Some(item);
    }
    let version = |item: &ManifestItem| Version { document_hash: item.document_hash.clone(), content_hash: item.content_hash.clone() };
    let severity = match found.kind {
        ItemKind::Policy => {
            let document = |value: Option<Value>| value.and_then(|value| PolicyDocument::from_value(value).ok());
            severity::of_policy(document(old).as_ref(), document(new).as_ref())
        }
        ItemKind::NamedLocation | ItemKind::Group => severity::of_location(old.as_ref(), new.as_ref()),
    };
    Ok(Drift {
        id: DriftId(app.ids().uuid()),
        workspace_id: seen.tenant.workspace_id,
        tenant_id: seen.tenant.id,
        source: DriftSource::PortalEdit,
        kind: found.change.into(),
        object_kind: found.kind,
        object_id: found.object_id.clone(),
        display_name: found.display_name.clone(),
        policy_id: policy,
        baseline_policy_id: None,
        severity,
        before: before.as_ref().map(version),
        after: found.after.as_ref().map(version),
        before_snapshot_id: Some(previous.snapshot.id),
        after_snapshot_id: Some(seen.snapshot),
        changed_after: Some(previous.snapshot.taken_at),
        detected_at: seen.now,
        actor: DriftActor::unknown(0),
        status: DriftStatus::Open,
        acceptance: None,
        reverts: Vec::new(),
        closed_at: None,
        version: 1,
    })
}

type Key = (ItemKind, String);

fn key(kind: ItemKind, object_id: &str) -> Key {
    (kind, object_id.to_lowercase())
}

/// The items that this sync touches, each saved once at the end.
struct Book {
    /// Items that are not over, oldest first.
    unsettled: Vec<Entry>,
    /// Items that are over, and whose author is still looked for.
    over: Vec<Entry>,
    new: Vec<Drift>,
}

struct Entry {
    drift: Drift,
    happened: Vec<EventKind>,
    dirty: bool,
}

impl Entry {
    fn new(drift: Drift) -> Self {
        Entry { drift, happened: Vec::new(), dirty: false }
    }

    fn did(&mut self, event: EventKind) {
        self.happened.push(event);
        self.dirty = true;
    }
}

impl Book {
    async fn open(tx: &WriteTx, seen: &Sighting<'_>) -> AppResult<Self> {
        let tenant = seen.tenant;
        let unsettled = tx.unsettled_drift(tenant.workspace_id, tenant.id, DriftSource::PortalEdit).await?;
        let waiting = tx.unattributed_drift(tenant.workspace_id, tenant.id, ACTOR_LOOKUPS).await?;
        let over = waiting.into_iter().filter(Drift::closed);
        Ok(Book { over: over.map(Entry::new).collect(), unsettled: unsettled.into_iter().map(Entry::new).collect(), new: Vec::new() })
    }

    fn add(&mut self, item: Drift) {
        self.new.push(item);
    }

    /// Acceptances that have ended.
    fn reopen(&mut self, now: DateTime<Utc>) {
        for entry in &mut self.unsettled {
            if entry.drift.status != entry.drift.status_at(now) {
                entry.drift.status = DriftStatus::Open;
                entry.did(EventKind::DriftReopened);
            }
        }
    }

    /// Closes items whose object is as it was before them, and with each the later ones of the object, which built on it. Returns the
    /// objects.
    fn close_what_is_back(&mut self, seen: &Sighting<'_>, reverted: &BTreeSet<ChangeId>) -> BTreeSet<Key> {
        let mut back = BTreeSet::new();
        for entry in &mut self.unsettled {
            let key = key(entry.drift.object_kind, &entry.drift.object_id);
            let live = seen.manifest.find(entry.drift.object_kind, &entry.drift.object_id).map(|item| &item.content_hash);
            let wanted = entry.drift.before.as_ref().map(|version| &version.content_hash);
            if !back.contains(&key) && live != wanted {
                continue;
            }
            back.insert(key);
            let ours = entry.drift.reverts.iter().any(|change| reverted.contains(change));
            let (to, event) = match ours {
                true => (DriftStatus::Reverted, EventKind::DriftReverted),
                false => (DriftStatus::Resolved, EventKind::DriftResolved),
            };
            entry.drift.close(to, seen.now);
            entry.did(event);
        }
        back
    }

    /// Looks once more for the authors of earlier edits.
    fn attribute(&mut self, seen: &Sighting<'_>, writes: &OwnWrites) {
        for entry in self.unsettled.iter_mut().chain(&mut self.over).filter(|entry| entry.drift.actor.wanted()) {
            let ours_too = writes.touches(&as_found(&entry.drift), entry.drift.policy_id);
            entry.drift.actor = attribute(&entry.drift, &seen.clues.activities, &seen.tenant.client_id, ours_too);
            entry.dirty = true;
            if entry.drift.actor.at.is_some() {
                entry.did(EventKind::DriftAttributed);
            }
        }
    }

    /// Saves everything with one audit entry; returns the events.
    async fn close(self, tx: &WriteTx, app: &App, seen: &Sighting<'_>) -> AppResult<Vec<NewEvent>> {
        tx.insert_drift(&self.new).await?;
        let mut events = Vec::new();
        let mut counts: BTreeMap<&'static str, usize> = BTreeMap::new();
        for entry in self.unsettled.into_iter().chain(self.over).filter(|entry| entry.dirty) {
            tx.update_drift(&entry.drift).await?;
            for kind in entry.happened {
                *counts.entry(kind.as_str()).or_default() += 1;
                events.push(event(&entry.drift, kind, None, json!({ "actor": entry.drift.actor.name })));
            }
        }
        for item in &self.new {
            *counts.entry(EventKind::DriftDetected.as_str()).or_default() += 1;
            events.push(event(item, EventKind::DriftDetected, None, json!({ "actor": item.actor.name })));
        }
        if !events.is_empty() {
            let entry = NewAuditEntry {
                actor: None,
                action: "system.recordDrift".to_owned(),
                tenant_id: Some(seen.tenant.id),
                subject_kind: SubjectKind::Tenant,
                subject_id: seen.tenant.id.0,
                outcome: AuditOutcome::Done,
                detail: json!({ "snapshotId": seen.snapshot, "counts": counts }),
            };
            tx.append_audit(seen.tenant.workspace_id, AuditId(app.ids().uuid()), seen.now, entry).await?;
        }
        Ok(events)
    }
}

fn as_found(drift: &Drift) -> ItemChange {
    let item = |version: &Version| ManifestItem {
        kind: drift.object_kind,
        object_id: drift.object_id.clone(),
        display_name: drift.display_name.clone(),
        content_hash: version.content_hash.clone(),
        document_hash: version.document_hash.clone(),
    };
    ItemChange {
        kind: drift.object_kind,
        object_id: drift.object_id.clone(),
        display_name: drift.display_name.clone(),
        change: domain::snapshot::ItemChangeKind::Modified,
        before: drift.before.as_ref().map(item),
        after: drift.after.as_ref().map(item),
    }
}

/// The drafted reverts that were applied.
async fn applied_reverts(tx: &WriteTx, tenant: &Tenant, book: &Book) -> AppResult<BTreeSet<ChangeId>> {
    let drafted: Vec<ChangeId> = book.unsettled.iter().flat_map(|entry| entry.drift.reverts.iter().copied()).collect();
    if drafted.is_empty() {
        return Ok(BTreeSet::new());
    }
    let changes = tx.changes_by_ids(tenant.workspace_id, &drafted).await?;
    Ok(changes.into_iter().filter(|change| change.status == ChangeStatus::Applied).map(|change| change.id).collect())
}

/// Our ids of the policies among the differences, by Graph's id in lower case.
async fn policies_of(tx: &WriteTx, tenant: &Tenant, differences: &[ItemChange]) -> AppResult<HashMap<String, PolicyId>> {
    let ids: Vec<Uuid> = differences
        .iter()
        .filter(|found| found.kind == ItemKind::Policy)
        .filter_map(|found| Uuid::parse_str(&found.object_id).ok())
        .collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = tx.policies_by_graph_ids(tenant.workspace_id, tenant.id, &ids).await?;
    Ok(rows.into_iter().map(|policy| (policy.graph_id.to_string(), policy.id)).collect())
}

/// The documents on both sides of the differences.
struct Texts(HashMap<ContentHash, String>);

impl Texts {
    async fn load(tx: &WriteTx, tenant: &Tenant, differences: &[ItemChange]) -> AppResult<Self> {
        let items = differences.iter().flat_map(|found| [&found.before, &found.after]).flatten();
        let hashes: Vec<ContentHash> = items.map(|item| item.document_hash.clone()).collect();
        Ok(Texts(tx.documents(tenant.workspace_id, &hashes).await?))
    }

    fn of(&self, item: Option<&ManifestItem>) -> AppResult<Option<Value>> {
        let Some(item) = item else { return Ok(None) };
        let missing = || AppError::Internal(format!("document {} of {} is missing", item.document_hash, item.object_id).into());
        parse(self.0.get(&item.document_hash).ok_or_else(missing)?).map(Some)
    }
}

fn parse(text: &str) -> AppResult<Value> {
    serde_json::from_str(text).map_err(|cause| AppError::Internal(cause.into()))
}

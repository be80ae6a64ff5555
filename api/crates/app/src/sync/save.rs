//! The saving half of a sync: one transaction, guarded by the job's fence.

use std::collections::{BTreeMap, HashMap, HashSet};

use domain::document::{PolicyDocument, canonical_location, text_hash};
use domain::event::EventKind;
use domain::id::{ContentHash, PolicyId, SnapshotId};
use domain::policy::Policy;
use domain::snapshot::{ItemKind, Manifest, ManifestItem, SnapshotKind};
use domain::tenant::{ConnectionState, EmergencyAccess, Tenant};
use serde_json::{Value, json};
use store::{Job, WriteTx};
use uuid::Uuid;

use super::bin;
use super::event;
use super::read::Reading;
use super::record::{PolicySeen, insert_snapshot, policy_item, record_known};
use crate::App;
use crate::baselines;
use crate::drift::clues::Clues;
use crate::drift::record::Sighting;
use crate::drift::{self, Previous};
use crate::error::AppResult;
use crate::people;
use crate::runner::JobError;

/// Saves the reading as a snapshot and brings rows and names up to date.
pub(super) async fn save(
    app: &App,
    job: &Job,
    tenant: &Tenant,
    kind: SnapshotKind,
    reading: Reading,
    found: Found,
) -> Result<(), JobError> {
    let now = app.now();
    let tx = app.store().write().await?;
    tx.assert_fence(job.lease()).await?;
    let Some(mut tenant) = tx.tenant(tenant.workspace_id, tenant.id).await? else { return Ok(()) };
    let snapshot = SnapshotId(app.ids().uuid());
    let Found { manifest, texts, clues } = found;
    let previous = Previous::load(&tx, &tenant).await.map_err(JobError::app)?;
    if previous.as_ref().is_some_and(|previous| crate::impact::evaluates_otherwise(&previous.manifest, &manifest)) {
        tx.outdate_impact(tenant.workspace_id, tenant.id).await?;
    }
    tx.put_documents(tenant.workspace_id, &texts).await?;
    insert_snapshot(&tx, &tenant, snapshot, kind, None, &manifest, now).await.map_err(JobError::app)?;

    let seen = PolicySeen { snapshot, change: None, at: now };
    let changed = record_all(&tx, app, &tenant, &reading, &seen).await.map_err(JobError::app)?;
    tx.replace_directory(tenant.workspace_id, tenant.id, &reading.directory).await?;
    tx.upsert_directory(tenant.workspace_id, tenant.id, &reading.also.objects).await?;
    tx.set_directory_aliases(tenant.workspace_id, tenant.id, &reading.also.aliases).await?;

    let sighting = Sighting { tenant: &tenant, previous, snapshot, manifest: &manifest, clues: &clues, now };
    let drift = drift::record::record(&tx, app, &sighting).await.map_err(JobError::app)?;

    let deviations = baselines::drift::record(&tx, app, &tenant, snapshot, now).await.map_err(JobError::app)?;

    let from = tenant.connection;
    tenant.display_name = if tenant.display_name.is_empty() { reading.display_name.clone() } else { tenant.display_name };
    tenant.licences = reading.licences;
    tenant.security_defaults = reading.security_defaults;
    tenant.connection = ConnectionState::Connected;
    tenant.connection_detail = None;
    tenant.imported_at = tenant.imported_at.or(Some(now));
    tenant.last_sync_at = Some(now);
    tenant.latest_snapshot_id = Some(snapshot);
    tenant.emergency_access = refreshed(&tenant.emergency_access, &reading, now);
    tx.update_tenant(&tenant).await?;
    people::enqueue_if_due(&tx, app, &tenant, &reading.policies).await.map_err(JobError::app)?;

    let mut events = Vec::new();
    if from != ConnectionState::Connected {
        events.push(event(&tenant, EventKind::TenantConnectionChanged, json!({ "from": from, "to": ConnectionState::Connected })));
    }
    let facts = json!({ "kind": kind, "snapshotId": snapshot, "policies": reading.policies.len(), "changed": changed });
    events.push(event(&tenant, EventKind::SyncCompleted, facts));
    events.extend(drift);
    events.extend(deviations);
    tx.append_events(tenant.workspace_id, now, events).await?;
    tx.commit().await?;
    app.hub().poke();
    Ok(())
}

/// A reading put together: what the snapshot will hold, and what the directory audit says about what changed.
pub(super) struct Found {
    pub(super) manifest: Manifest,
    pub(super) texts: Vec<(ContentHash, String)>,
    pub(super) clues: Clues,
}

/// Every document, and the manifest that names them.
pub(super) fn put_together(reading: &Reading) -> (Manifest, Vec<(ContentHash, String)>) {
    let mut items = Vec::new();
    let mut texts = Vec::new();
    for policy in &reading.policies {
        if let Some(graph_id) = policy.graph_id() {
            let (item, text) = policy_item(policy, graph_id);
            items.push(item);
            texts.push(text);
        }
    }
    let referenced: Vec<Value> = reading
        .directory
        .iter()
        .filter(|object| object.kind == domain::tenant::DirectoryKind::Group)
        .map(|group| json!({ "id": group.object_id, "displayName": group.display_name, "memberCount": group.member_count }))
        .collect();
    let others = reading.locations.iter().map(|value| (ItemKind::NamedLocation, value));
    for (kind, value) in others.chain(referenced.iter().map(|value| (ItemKind::Group, value))) {
        let text = value.to_string();
        let document_hash = text_hash(&text);
        let field = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        items.push(ManifestItem {
            kind,
            object_id: field("id"),
            display_name: field("displayName"),
            content_hash: canonical_location(value).hash(),
            document_hash: document_hash.clone(),
        });
        texts.push((document_hash, text));
    }
    (Manifest::sorted(items), texts)
}

/// Brings every policy row up to date; returns how many differ from what we had.
async fn record_all(tx: &WriteTx, app: &App, tenant: &Tenant, reading: &Reading, seen: &PolicySeen) -> AppResult<usize> {
    let mut known: BTreeMap<Uuid, Policy> =
        tx.policies_of_tenant(tenant.workspace_id, tenant.id).await?.into_iter().map(|policy| (policy.graph_id, policy)).collect();
    let listed: HashSet<Uuid> = known.keys().copied().collect();
    let mut changed = 0;
    for document in &reading.policies {
        let Some(graph_id) = document.graph_id() else { continue };
        let was = known.remove(&graph_id);
        let id = was.as_ref().map_or_else(|| PolicyId(app.ids().uuid()), |was| was.id);
        changed += usize::from(record_known(tx, tenant, document, graph_id, was, id, seen).await?);
    }
    let in_bin: HashMap<Uuid, &PolicyDocument> =
        reading.deleted.iter().filter_map(|document| document.graph_id().map(|graph_id| (graph_id, document))).collect();
    for (graph_id, mut policy) in known {
        if policy.deleted_at.is_none() {
            let bin = in_bin.get(&graph_id);
            policy.deleted_at = bin.and_then(|document| bin::deleted_at(document)).or(Some(seen.at));
            tx.update_policy(&policy, None).await?;
            tracing::info!(tenant = %tenant.id, policy = %policy.id, in_recycle_bin = bin.is_some(), "a policy is gone");
            changed += 1;
        }
    }
    bin::record_unknown(tx, app, tenant, &reading.deleted, &listed, seen).await?;
    Ok(changed)
}

/// The emergency principals that are configured now, with what the reading found out about them.
fn refreshed(configured: &EmergencyAccess, reading: &Reading, now: chrono::DateTime<chrono::Utc>) -> EmergencyAccess {
    let principals = configured
        .principals
        .iter()
        .map(|principal| reading.emergency.iter().find(|found| found.object_id == principal.object_id).unwrap_or(principal).clone())
        .collect();
    EmergencyAccess { principals, verified_at: Some(now) }
}

//! Drift against the baseline: what a sync finds missing, extra or modified; in the sync's transaction, after the policies' rows are up to
//! date.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use domain::audit::{AuditOutcome, NewAuditEntry};
use domain::baseline::BaselinePolicy;
use domain::baseline::compare::{Finding, Live, Wanted, compare};
use domain::change::status::ChangeStatus;
use domain::document::{PolicyDocument, text_hash};
use domain::drift::{Drift, DriftActor, DriftKind, DriftSource, DriftStatus, Version};
use domain::event::{EventKind, NewEvent, SubjectKind};
use domain::id::{AuditId, ChangeId, ContentHash, DriftId, SnapshotId};
use domain::policy::Policy;
use domain::snapshot::ItemKind;
use domain::tenant::Tenant;
use serde_json::json;
use store::{Reader, WriteTx};
use uuid::Uuid;

use crate::App;
use crate::changes::look_up;
use crate::drift::events::event;
use crate::error::{AppError, AppResult};

/// The documents of the baseline that a tenant is measured against, with their rows; none without a baseline.
pub(crate) async fn documents_of(tx: &Reader, tenant: &Tenant) -> AppResult<Vec<(BaselinePolicy, PolicyDocument)>> {
    let Some(baseline) = tx.baseline_of_tenant(tenant.workspace_id, tenant.id).await? else { return Ok(Vec::new()) };
    let policies = tx.baseline_policies(tenant.workspace_id, baseline).await?;
    let hashes: Vec<ContentHash> = policies.iter().map(|policy| policy.document_hash.clone()).collect();
    let texts = Texts(tx.documents(tenant.workspace_id, &hashes).await?);
    policies
        .into_iter()
        .map(|policy| Ok((texts.parse(&policy.document_hash)?, policy)))
        .map(|pair| pair.map(|(document, policy)| (policy, document)))
        .collect()
}

/// Records what differs from the baseline at this snapshot, and closes what does not any more. Returns the events to append.
pub(crate) async fn record(tx: &WriteTx, app: &App, tenant: &Tenant, snapshot: SnapshotId, now: DateTime<Utc>) -> AppResult<Vec<NewEvent>> {
    let known = tx.unsettled_drift(tenant.workspace_id, tenant.id, DriftSource::Baseline).await?;
    let wanted = documents_of(tx, tenant).await?;
    let assigned = tx.baseline_of_tenant(tenant.workspace_id, tenant.id).await?.is_some();
    if !assigned && known.is_empty() {
        return Ok(Vec::new());
    }
    let mut rows = tx.policies_of_tenant(tenant.workspace_id, tenant.id).await?;
    rows.retain(|policy| policy.deleted_at.is_none());
    let hashes: Vec<ContentHash> = rows.iter().map(|policy| policy.document_hash.clone()).collect();
    let texts = Texts(tx.documents(tenant.workspace_id, &hashes).await?);
    let live = rows.into_iter().map(|policy| Ok((texts.parse(&policy.document_hash)?, policy))).collect::<AppResult<Vec<_>>>()?;
    let names = look_up::names(tx, tenant.workspace_id, tenant.id).await?;
    let wanted: Vec<Wanted<'_>> = wanted.iter().map(|(policy, document)| Wanted { policy, document }).collect();
    let live: Vec<Live<'_>> = live.iter().map(|(document, policy)| Live { policy, document }).collect();
    let findings = if assigned { compare(&wanted, &live, &names) } else { Vec::new() };

    let mut ledger = Ledger { tenant, snapshot, now, events: Vec::new() };
    ledger.close(tx, &known, &findings).await?;
    ledger.open(tx, app, &known, &findings).await?;
    ledger.finish(tx, app).await
}

struct Texts(HashMap<ContentHash, String>);

impl Texts {
    fn parse(&self, hash: &ContentHash) -> AppResult<PolicyDocument> {
        let text = self.0.get(hash).ok_or_else(|| AppError::Internal(format!("document {hash} is missing").into()))?;
        PolicyDocument::parse(text).map_err(|cause| AppError::Internal(cause.into()))
    }
}

struct Ledger<'a> {
    tenant: &'a Tenant,
    snapshot: SnapshotId,
    now: DateTime<Utc>,
    events: Vec<NewEvent>,
}

impl Ledger<'_> {
    /// Closes items that no finding continues; an acceptance that has ended opens its item again.
    async fn close(&mut self, tx: &WriteTx, known: &[Drift], findings: &[Finding<'_>]) -> AppResult<()> {
        let still: HashSet<Key> = findings.iter().map(key_of_finding).collect();
        let reverted = applied_reverts(tx, self.tenant, known).await?;
        for item in known {
            let mut item = item.clone();
            let kind = if !still.contains(&key_of_drift(&item)) {
                let ours = item.reverts.iter().any(|change| reverted.contains(change));
                item.close(if ours { DriftStatus::Reverted } else { DriftStatus::Resolved }, self.now);
                if ours { EventKind::DriftReverted } else { EventKind::DriftResolved }
            } else if item.status != item.status_at(self.now) {
                item.status = DriftStatus::Open;
                EventKind::DriftReopened
            } else {
                continue;
            };
            let saved = tx.update_drift(&item).await?;
            self.events.push(event(&saved, kind, None, json!({})));
        }
        Ok(())
    }

    /// Adds items for findings that none continues.
    async fn open(&mut self, tx: &WriteTx, app: &App, known: &[Drift], findings: &[Finding<'_>]) -> AppResult<()> {
        let there: HashSet<Key> = known.iter().map(key_of_drift).collect();
        let (mut items, mut texts) = (Vec::new(), Vec::new());
        for finding in findings.iter().filter(|finding| !there.contains(&key_of_finding(finding))) {
            texts.extend(finding.expected.as_ref().map(|document| document.to_text()).map(|text| (text_hash(&text), text)));
            let item = self.item(app, finding);
            self.events.push(event(&item, EventKind::DriftDetected, None, json!({ "ambiguous": finding.ambiguous })));
            items.push(item);
        }
        tx.put_documents(self.tenant.workspace_id, &texts).await?;
        tx.insert_drift(&items).await?;
        Ok(())
    }

    async fn finish(self, tx: &WriteTx, app: &App) -> AppResult<Vec<NewEvent>> {
        if !self.events.is_empty() {
            let entry = NewAuditEntry {
                actor: None,
                action: "system.compareBaseline".to_owned(),
                tenant_id: Some(self.tenant.id),
                subject_kind: SubjectKind::Tenant,
                subject_id: self.tenant.id.0,
                outcome: AuditOutcome::Done,
                detail: json!({ "snapshotId": self.snapshot, "events": self.events.len() }),
            };
            tx.append_audit(self.tenant.workspace_id, AuditId(app.ids().uuid()), self.now, entry).await?;
        }
        Ok(self.events)
    }

    fn item(&self, app: &App, finding: &Finding<'_>) -> Drift {
        let name = finding.live.map(|live| &live.display_name).or(finding.wanted.map(|wanted| &wanted.display_name));
        Drift {
            id: DriftId(app.ids().uuid()),
            workspace_id: self.tenant.workspace_id,
            tenant_id: self.tenant.id,
            source: DriftSource::Baseline,
            kind: finding.kind,
            object_kind: ItemKind::Policy,
            object_id: object_id(finding),
            display_name: name.cloned().unwrap_or_default(),
            policy_id: finding.live.map(|live| live.id),
            baseline_policy_id: finding.wanted.map(|wanted| wanted.id.0),
            severity: finding.severity,
            before: finding.expected.as_ref().map(version),
            after: finding.live.map(live_version),
            before_snapshot_id: None,
            after_snapshot_id: Some(self.snapshot),
            changed_after: None,
            detected_at: self.now,
            actor: DriftActor::unknown(domain::drift::ACTOR_LOOKUPS),
            status: DriftStatus::Open,
            acceptance: None,
            reverts: Vec::new(),
            closed_at: None,
            version: 1,
        }
    }
}

/// What makes a finding the same one at the next sync: which policies, and both contents. A deviation that changes is another one, so that
/// an acceptance covers what was accepted.
type Key = (DriftKind, Option<Uuid>, String, Option<ContentHash>, Option<ContentHash>);

fn key_of_drift(drift: &Drift) -> Key {
    let content = |version: &Option<Version>| version.as_ref().map(|version| version.content_hash.clone());
    (drift.kind, drift.baseline_policy_id, drift.object_id.clone(), content(&drift.before), content(&drift.after))
}

fn key_of_finding(finding: &Finding<'_>) -> Key {
    let before = finding.expected.as_ref().map(|document| document.canonical().hash());
    let after = finding.live.map(|live| live.content_hash.clone());
    (finding.kind, finding.wanted.map(|wanted| wanted.id.0), object_id(finding), before, after)
}

/// Graph's id; for a missing policy, ours of the baseline's.
fn object_id(finding: &Finding<'_>) -> String {
    match (finding.live, finding.wanted) {
        (Some(live), _) => live.graph_id.to_string(),
        (None, Some(wanted)) => wanted.id.to_string(),
        (None, None) => String::new(),
    }
}

fn version(document: &PolicyDocument) -> Version {
    Version { document_hash: text_hash(&document.to_text()), content_hash: document.canonical().hash() }
}

fn live_version(policy: &Policy) -> Version {
    Version { document_hash: policy.document_hash.clone(), content_hash: policy.content_hash.clone() }
}

/// The drafted reverts that were applied.
async fn applied_reverts(tx: &WriteTx, tenant: &Tenant, known: &[Drift]) -> AppResult<HashSet<ChangeId>> {
    let drafted: Vec<ChangeId> = known.iter().flat_map(|item| item.reverts.iter().copied()).collect();
    if drafted.is_empty() {
        return Ok(HashSet::new());
    }
    let changes = tx.changes_by_ids(tenant.workspace_id, &drafted).await?;
    Ok(changes.into_iter().filter(|change| change.status == ChangeStatus::Applied).map(|change| change.id).collect())
}

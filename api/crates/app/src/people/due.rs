//! When people are read, and which groups.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use domain::document::PolicyDocument;
use domain::id::{ContentHash, JobId};
use domain::tenant::{DirectoryKind, Tenant};
use store::WriteTx;
use uuid::Uuid;

use crate::App;
use crate::error::AppResult;
use crate::runner::jobs::people_job;
use crate::sync::of_open_changes;

/// The most earlier documents that are looked through for groups: the newest ones.
const MAX_DOCUMENTS: u64 = 5_000;
/// Documents loaded at a time.
const BATCH: usize = 200;

/// In a sync's transaction: puts a reading in where the last one is older than the interval, or where a policy names a group that was not asked
/// about yet. Nothing where people are read only when asked.
pub(crate) async fn enqueue_if_due(tx: &WriteTx, app: &App, tenant: &Tenant, policies: &[PolicyDocument]) -> AppResult<()> {
    let Some(interval) = app.settings().people_interval.and_then(|interval| TimeDelta::from_std(interval).ok()) else {
        return Ok(());
    };
    let now = app.now();
    let last = tx.people_summary(tenant.workspace_id, tenant.id).await?;
    let missing = match last {
        Some(last) if now - last.as_of < interval => {
            let asked: BTreeSet<Uuid> = tx.groups_asked(tenant.workspace_id, tenant.id).await?.into_iter().collect();
            let missing: BTreeSet<Uuid> = groups_of(policies).difference(&asked).copied().collect();
            if missing.is_empty() {
                return Ok(());
            }
            missing
        }
        _ => BTreeSet::new(),
    };
    tx.enqueue_job(&people_job(JobId(app.ids().uuid()), tenant, &missing, now)).await?;
    Ok(())
}

/// The groups whose members a reading of this tenant asks for: those that a policy names or named, that are for emergencies, and that open
/// changes name.
pub(super) async fn wanted_groups(app: &App, tenant: &Tenant) -> AppResult<BTreeSet<Uuid>> {
    let reader = app.store().reader();
    let mut wanted = BTreeSet::new();
    let hashes = reader.policy_documents_ever(tenant.workspace_id, tenant.id, MAX_DOCUMENTS).await?;
    for batch in hashes.chunks(BATCH) {
        let texts = reader.documents(tenant.workspace_id, batch).await?;
        let documents: Vec<PolicyDocument> = texts.iter().filter_map(|(hash, text)| parse(hash, text)).collect();
        wanted.extend(groups_of(&documents));
    }
    let emergency = tenant.emergency_access.principals.iter().filter(|principal| principal.kind == DirectoryKind::Group);
    wanted.extend(emergency.map(|principal| principal.object_id));
    let open = of_open_changes(&reader, tenant).await?;
    let groups = open.iter().filter(|(kind, _)| *kind == DirectoryKind::Group);
    wanted.extend(groups.filter_map(|(_, id)| Uuid::try_parse(id).ok()));
    Ok(wanted)
}

fn groups_of(documents: &[PolicyDocument]) -> BTreeSet<Uuid> {
    let references = documents.iter().flat_map(PolicyDocument::references);
    references.filter(|found| found.kind == DirectoryKind::Group).filter_map(|found| Uuid::try_parse(&found.id).ok()).collect()
}

/// A document that can't be read names no groups; it is said, because one of ours always can.
fn parse(hash: &ContentHash, text: &str) -> Option<PolicyDocument> {
    PolicyDocument::parse(text).inspect_err(|error| tracing::warn!(hash = %hash.0, %error, "a stored policy can't be read")).ok()
}

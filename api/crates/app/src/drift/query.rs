//! Reading drift.

use std::collections::HashMap;

use domain::change::dry_run::FieldDiff;
use domain::change::edit::{object_edit, policy_edit};
use domain::document::diff::NameTable;
use domain::document::{Canonical, PolicyDocument, canonical_location};
use domain::drift::{Drift, DriftSource, DriftStatus, Version};
use domain::id::{ContentHash, DriftId, PolicyId, TenantId};
use domain::snapshot::ItemKind;
use domain::workspace::Actor;

use crate::App;
use crate::authorize::in_scope;
use crate::error::{AppError, AppResult};
use crate::page::{Page, PageRequest};

/// The most open items of one policy that are shown beside it.
const OPEN_OF_POLICY: usize = 20;

/// Which items of a tenant a list shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DriftFilter {
    /// The tenant.
    pub tenant_id: TenantId,
    /// In one of these statuses; empty is all.
    pub statuses: Vec<DriftStatus>,
    /// Measured against this; `None` is both.
    pub source: Option<DriftSource>,
}

impl App {
    /// A page of a tenant's items, newest first.
    pub async fn drift(&self, actor: &Actor, filter: &DriftFilter, page: &PageRequest) -> AppResult<Page<Drift>> {
        in_scope(actor, filter.tenant_id)?;
        Ok(self.store().reader().drift_page(actor.workspace_id, &self.in_store(filter), page).await?)
    }

    /// How many items the filter finds.
    pub async fn count_drift(&self, actor: &Actor, filter: &DriftFilter) -> AppResult<u64> {
        in_scope(actor, filter.tenant_id)?;
        Ok(self.store().reader().count_drift(actor.workspace_id, &self.in_store(filter)).await?)
    }

    /// Items by id; those the actor doesn't see are absent.
    pub async fn drift_by_ids(&self, actor: &Actor, ids: &[DriftId]) -> AppResult<HashMap<DriftId, Drift>> {
        let items = self.store().reader().drift_by_ids(actor.workspace_id, ids).await?;
        Ok(items.into_iter().filter(|drift| actor.sees(drift.tenant_id)).map(|drift| (drift.id, drift)).collect())
    }

    /// The open items of each policy, newest first, at most 20 of one; policies without one are absent.
    pub async fn open_drift_of_policies(&self, actor: &Actor, policies: &[PolicyId]) -> AppResult<HashMap<PolicyId, Vec<Drift>>> {
        let reader = self.store().reader();
        let mut found = reader.open_drift_of_policies(actor.workspace_id, policies, self.now(), OPEN_OF_POLICY).await?;
        found.retain(|_, items| items.iter().all(|drift| actor.sees(drift.tenant_id)));
        Ok(found)
    }

    /// Field by field from what it should be to what was found; against nothing where one side is absent.
    pub async fn drift_diff(&self, actor: &Actor, drift: &Drift, names: &NameTable) -> AppResult<Vec<FieldDiff>> {
        in_scope(actor, drift.tenant_id)?;
        let versions = [&drift.before, &drift.after];
        let hashes: Vec<ContentHash> = versions.into_iter().flatten().map(|version| version.document_hash.clone()).collect();
        let texts = self.documents(actor, &hashes).await?;
        let (before, after) = (parse(drift.before.as_ref(), &texts)?, parse(drift.after.as_ref(), &texts)?);
        let form =
            |document: Option<PolicyDocument>| document.map_or_else(Canonical::absent, |document| canonical_location(document.value()));
        Ok(match drift.object_kind {
            ItemKind::Policy => policy_edit(before.as_ref(), after.as_ref(), names),
            ItemKind::NamedLocation | ItemKind::Group => object_edit(form(before), form(after), names),
        })
    }

    fn in_store(&self, filter: &DriftFilter) -> store::DriftFilter {
        store::DriftFilter { tenant_id: filter.tenant_id, statuses: filter.statuses.clone(), source: filter.source, now: self.now() }
    }
}

fn parse(version: Option<&Version>, texts: &HashMap<ContentHash, String>) -> AppResult<Option<PolicyDocument>> {
    let Some(version) = version else { return Ok(None) };
    let text = texts
        .get(&version.document_hash)
        .ok_or_else(|| AppError::Internal(format!("document {} of an item of drift is missing", version.document_hash).into()))?;
    PolicyDocument::parse(text).map(Some).map_err(|cause| AppError::Internal(cause.into()))
}

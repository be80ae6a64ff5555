//! What the policies of a tenant refer to, from its latest snapshot. Graph is not asked for anything.

use std::collections::HashMap;

use domain::document::PolicyDocument;
use domain::evaluate::{Location, Surroundings};
use domain::id::ContentHash;
use domain::policy::Policy;
use domain::snapshot::ItemKind;
use domain::tenant::Tenant;
use serde_json::Value;
use store::Reader;

use crate::error::{AppError, AppResult};
use crate::sync::record::manifest;

/// Stands for the "MFA trusted IPs" of the legacy portal (ca-semantics.md section 5).
const MFA_TRUSTED_IPS: &str = "00000000-0000-0000-0000-000000000000";

/// A tenant's live policies and what they refer to.
#[derive(Debug, Default)]
pub(crate) struct TenantPolicies {
    /// Rows and documents, by name. Graph allows a tenant a few hundred.
    pub(crate) policies: Vec<(Policy, PolicyDocument)>,
    /// What they refer to.
    pub(crate) surroundings: Surroundings,
}

/// The tenant's live policies with their documents, and their surroundings.
pub(crate) async fn tenant_policies(reader: &Reader, tenant: &Tenant) -> AppResult<TenantPolicies> {
    let rows = reader.policies_of_tenant(tenant.workspace_id, tenant.id).await?;
    of_policies(reader, tenant, rows.into_iter().filter(|policy| policy.deleted_at.is_none()).collect()).await
}

/// These policies of the tenant with their documents, and their surroundings.
pub(crate) async fn of_policies(reader: &Reader, tenant: &Tenant, rows: Vec<Policy>) -> AppResult<TenantPolicies> {
    let hashes: Vec<ContentHash> = rows.iter().map(|policy| policy.document_hash.clone()).collect();
    let texts = reader.documents(tenant.workspace_id, &hashes).await?;
    let mut policies = Vec::with_capacity(rows.len());
    for row in rows {
        let text = texts
            .get(&row.document_hash)
            .ok_or_else(|| AppError::Internal(format!("document {} of policy {} is missing", row.document_hash, row.id).into()))?;
        let document = PolicyDocument::parse(text).map_err(|cause| AppError::Internal(cause.into()))?;
        policies.push((row, document));
    }
    let documents = policies.iter().map(|(_, document)| document);
    let surroundings = of_documents(documents, locations(reader, tenant).await?);
    Ok(TenantPolicies { policies, surroundings })
}

/// Strengths stand expanded in the policies that ask for them. Nobody reads attributes of applications and cross-tenant settings: they are unknown.
fn of_documents<'d>(documents: impl Iterator<Item = &'d PolicyDocument> + Clone, locations: HashMap<String, Location>) -> Surroundings {
    let names_trusted_ips = documents.clone().any(|document| {
        let lists = ["includeLocations", "excludeLocations"].map(|list| document.at(&["conditions", "locations", list]));
        lists.into_iter().flatten().filter_map(Value::as_array).flatten().any(|id| id == MFA_TRUSTED_IPS)
    });
    Surroundings {
        locations,
        // Graph never shows them. Where no policy names them, the tenant is taken to have none.
        mfa_trusted_ips: (!names_trusted_ips).then(Vec::new),
        strengths: Surroundings::strengths_of_graph(documents.map(PolicyDocument::value)),
        app_attributes: None,
        trusts_guest_devices: None,
    }
}

/// The named locations of the latest snapshot; none before the first.
async fn locations(reader: &Reader, tenant: &Tenant) -> AppResult<HashMap<String, Location>> {
    let Some(snapshot) = tenant.latest_snapshot_id else { return Ok(HashMap::new()) };
    let manifest = manifest(reader, tenant, snapshot).await?;
    let hashes: Vec<ContentHash> =
        manifest.items.iter().filter(|item| item.kind == ItemKind::NamedLocation).map(|item| item.document_hash.clone()).collect();
    let texts = reader.documents(tenant.workspace_id, &hashes).await?;
    let locations: Result<Vec<Value>, _> = texts.values().map(|text| serde_json::from_str(text)).collect();
    Ok(Surroundings::locations_of_graph(&locations.map_err(|cause| AppError::Internal(cause.into()))?))
}

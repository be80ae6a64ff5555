//! The tenants of a new bulk change, or of a new rollout across tenants.

use std::collections::{BTreeMap, BTreeSet};

use domain::bulk::{BulkTarget, MAX_TENANTS};
use domain::id::{PolicyId, TenantId};
use domain::tenant::Tenant;
use domain::workspace::Actor;
use store::Reader;

use crate::authorize::in_scope;
use crate::error::{AppError, AppResult};

/// Tenants that a refusal names.
const NAMED: usize = 5;

/// The tenants asked for by name, each once: those given, or those whose policies are given. All must be imported.
pub(crate) async fn tenants_of(reader: &Reader, actor: &Actor, given: &[TenantId], target: Option<&BulkTarget>) -> AppResult<Vec<Tenant>> {
    let mut ids: BTreeSet<TenantId> = given.iter().copied().collect();
    match target {
        Some(BulkTarget::Policies(policies)) => {
            let theirs = tenants_of_policies(reader, actor, policies).await?;
            if ids.is_empty() {
                ids = theirs;
            } else if !theirs.is_subset(&ids) {
                return Err(AppError::invalid(&["input", "target", "policyIds"], "a policy is of a tenant that is not among the tenants"));
            }
        }
        Some(BulkTarget::Baseline(id)) => {
            reader.baseline_policy(actor.workspace_id, *id).await?.ok_or(AppError::NotFound)?;
        }
        Some(BulkTarget::Code(_) | BulkTarget::DisplayName(_)) | None => {}
    }
    if !(1..=MAX_TENANTS).contains(&ids.len()) {
        return Err(AppError::invalid(&["input", "tenantIds"], format!("name 1 to {MAX_TENANTS} tenants")));
    }
    for id in &ids {
        in_scope(actor, *id)?;
    }
    let mut tenants = reader.tenants_by_ids(actor.workspace_id, &ids.iter().copied().collect::<Vec<_>>()).await?;
    if tenants.len() != ids.len() {
        return Err(AppError::NotFound);
    }
    let missing: Vec<&str> =
        tenants.iter().filter(|tenant| tenant.imported_at.is_none()).map(|tenant| tenant.display_name.as_str()).collect();
    if !missing.is_empty() {
        let some = missing.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
        let more = if missing.len() > NAMED { format!(" and {} more", missing.len() - NAMED) } else { String::new() };
        return Err(AppError::invalid(&["input", "tenantIds"], format!("not imported yet: {some}{more}; wait for their first sync")));
    }
    tenants.sort_by_cached_key(|tenant| (tenant.display_name.to_lowercase(), tenant.id));
    Ok(tenants)
}

async fn tenants_of_policies(reader: &Reader, actor: &Actor, policies: &[PolicyId]) -> AppResult<BTreeSet<TenantId>> {
    const AT: [&str; 3] = ["input", "target", "policyIds"];
    let ids: BTreeSet<PolicyId> = policies.iter().copied().collect();
    if !(1..=MAX_TENANTS).contains(&ids.len()) {
        return Err(AppError::invalid(&AT, format!("name 1 to {MAX_TENANTS} policies")));
    }
    let found = reader.policies_by_ids(actor.workspace_id, &ids.iter().copied().collect::<Vec<_>>()).await?;
    if found.len() != ids.len() || found.iter().any(|policy| policy.deleted_at.is_some() || !actor.sees(policy.tenant_id)) {
        return Err(AppError::NotFound);
    }
    let mut tenants: BTreeMap<TenantId, &str> = BTreeMap::new();
    for policy in &found {
        if let Some(other) = tenants.insert(policy.tenant_id, &policy.display_name) {
            let message = format!("{other} and {} are of one tenant: name one policy of each", policy.display_name);
            return Err(AppError::invalid(&AT, message));
        }
    }
    Ok(tenants.into_keys().collect())
}

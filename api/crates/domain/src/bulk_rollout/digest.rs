//! What the reviewers of a rollout across tenants saw, in 64 characters.

use serde_json::json;

use super::record::BulkRollout;
use crate::bulk::BulkStrategy;
use crate::document::{canonical_text, text_hash};
use crate::id::TenantId;

/// The plan of one tenant that is not left out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PlanPart {
    /// The tenant.
    pub tenant: TenantId,
    /// The digest of its plan; `None`: it has none.
    pub digest: Option<String>,
}

/// SHA-256 over strategy, mode, guard and every tenant's plan, lower-case hex, whatever their order; `None` while one of them has no plan, or
/// without any.
pub fn bulk_rollout_digest(bulk: &BulkRollout, mut parts: Vec<PlanPart>) -> Option<String> {
    if parts.is_empty() {
        return None;
    }
    parts.sort_unstable();
    let mut canaries = bulk.strategy.canary_tenants.clone();
    canaries.sort_unstable();
    let strategy = BulkStrategy { canary_tenants: canaries, ..bulk.strategy.clone() };
    let parts = parts.into_iter().map(|part| Some((part.tenant, part.digest?))).collect::<Option<Vec<_>>>()?;
    Some(text_hash(&canonical_text(&json!([strategy, bulk.mode, bulk.guard, parts]))).0)
}

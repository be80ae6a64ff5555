//! The digest of a bulk change: what its reviewers saw, in 64 characters.

use serde_json::json;

use super::strategy::BulkStrategy;
use crate::document::{canonical_text, text_hash};
use crate::id::TenantId;

/// What one included item contributes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DigestPart {
    /// The tenant.
    pub tenant: TenantId,
    /// The step.
    pub step: u16,
    /// The digest of its change's dry-run, or what makes it needless; `None`: it is not planned.
    pub digest: Option<String>,
}

/// SHA-256 over the strategy and every included item, lower-case hex, whatever their order; `None` while one of them is not planned, or
/// without any. Every child's own digest covers its tenant, target, payload, diff and warnings.
pub fn bulk_digest(strategy: &BulkStrategy, mut parts: Vec<DigestPart>) -> Option<String> {
    if parts.is_empty() {
        return None;
    }
    parts.sort_unstable();
    let mut canaries = strategy.canary_tenants.clone();
    canaries.sort_unstable();
    let strategy = BulkStrategy { canary_tenants: canaries, ..strategy.clone() };
    let parts = parts.into_iter().map(|part| Some((part.tenant, part.step, part.digest?))).collect::<Option<Vec<_>>>()?;
    Some(text_hash(&canonical_text(&json!([strategy, parts]))).0)
}

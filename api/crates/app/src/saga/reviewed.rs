//! What the dry-run was made against.

use domain::change::kind::{TargetObject, WriteOperation};
use domain::change::request::ChangeRequest;
use domain::document::{Canonical, PolicyDocument, canonical_location};
use domain::policy::Policy;
use domain::tenant::Tenant;
use serde_json::Value;
use store::{ApplyIntent, Reader};

use crate::changes::plan::load_document;
use crate::changes::target;
use crate::error::{AppError, AppResult};

/// The policy's row, and the object as it was when the dry-run was made.
pub(super) struct Reviewed {
    pub(super) policy: Option<Policy>,
    pub(super) base_value: Option<Value>,
    pub(super) base: Canonical,
    pub(super) in_bin: Canonical,
}

impl Reviewed {
    /// A sync may have brought the row further since: conflicts are shown against what was reviewed.
    pub(super) async fn load(tx: &Reader, change: &ChangeRequest, tenant: &Tenant, intent: &ApplyIntent) -> AppResult<Self> {
        let kind = change.payload.kind();
        let policy = match change.policy_id {
            Some(id) => Some(tx.policy(change.workspace_id, id).await?.ok_or(AppError::NotFound)?),
            None => None,
        };
        let mut reviewed = Reviewed { policy: None, base_value: None, base: Canonical::absent(), in_bin: Canonical::absent() };
        match (&policy, kind.operation()) {
            (_, WriteOperation::Create) => {}
            (Some(policy), WriteOperation::Restore) => {
                reviewed.in_bin = load_document(tx, change, &policy.document_hash).await?.canonical();
            }
            (Some(policy), _) => {
                let version = tx.policy_version_with(change.workspace_id, policy.id, &intent.base_hash).await?;
                let hash = version.map_or_else(|| policy.document_hash.clone(), |version| version.document_hash);
                let document: PolicyDocument = load_document(tx, change, &hash).await?;
                reviewed.base = document.canonical();
                reviewed.base_value = Some(document.value().clone());
            }
            (None, _) if kind.target() == TargetObject::NamedLocation => {
                reviewed.base_value = target::load(tx, change, tenant).await?.location;
                reviewed.base = reviewed.base_value.as_ref().map_or_else(Canonical::absent, canonical_location);
            }
            (None, _) => return Err(AppError::Internal("the change names no policy".into())),
        }
        Ok(Reviewed { policy, ..reviewed })
    }
}

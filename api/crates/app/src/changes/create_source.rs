//! From what a caller intends to a payload: the document of a new policy is fixed here, so that what is reviewed doesn't move with its
//! source.

use std::pin::Pin;

use domain::baseline::clean;
use domain::change::kind::ChangePayload;
use domain::change::payload::{CreatePolicy, CreateSource};
use domain::document::PolicyDocument;
use domain::document::diff::NameTable;
use domain::id::{BaselinePolicyId, PolicyId, TenantId};
use domain::workspace::Actor;
use serde_json::Value;

use super::intent::{Intent, NewPolicy, NewPolicySource};
use crate::App;
use crate::authorize::in_scope;
use crate::error::{AppError, AppResult};

impl App {
    /// The payload that an intent stands for in a tenant. Reads only; a source that the caller may not see is not found.
    ///
    /// Boxed: inside another use case its own type is more than the compiler can prove `Send` for.
    pub fn payload_of<'a>(
        &'a self,
        actor: &'a Actor,
        tenant: TenantId,
        intent: &'a Intent,
    ) -> Pin<Box<dyn Future<Output = AppResult<ChangePayload>> + Send + 'a>> {
        Box::pin(async move {
            match intent {
                Intent::Payload(payload) => Ok(payload.clone()),
                Intent::Create(new) => self.new_policy(actor, tenant, new).await.map(ChangePayload::Create),
            }
        })
    }

    async fn new_policy(&self, actor: &Actor, tenant: TenantId, new: &NewPolicy) -> AppResult<CreatePolicy> {
        let (document, source, source_id) = match &new.source {
            NewPolicySource::Baseline(id) => (self.document_of_baseline(actor, *id).await?, CreateSource::Baseline, Some(id.0)),
            NewPolicySource::Document(document) => (document.clone(), CreateSource::Document, None),
            NewPolicySource::Copy(policy) => (self.copied(actor, tenant, *policy).await?, CreateSource::Copy, Some(policy.0)),
        };
        let mut document = clean(&document)
            .map_err(|unusable| {
                AppError::invalid(&["input", "payload", "create", "source"], format!("the document can't be used: {unusable}"))
            })?
            .document
            .value()
            .clone();
        document["state"] = new.state.as_str().into();
        if let Some(name) = &new.display_name {
            document["displayName"] = name.trim().into();
        }
        Ok(CreatePolicy { document, state: new.state, source, source_id })
    }

    async fn document_of_baseline(&self, actor: &Actor, id: BaselinePolicyId) -> AppResult<Value> {
        let reader = self.store().reader();
        let policy = reader.baseline_policy(actor.workspace_id, id).await?.ok_or(AppError::NotFound)?;
        let text = reader.document(actor.workspace_id, &policy.document_hash).await?;
        let text = text.ok_or_else(|| AppError::Internal(format!("the document of baseline policy {id} is missing").into()))?;
        serde_json::from_str(&text).map_err(|cause| AppError::Internal(cause.into()))
    }

    /// A policy as the newest snapshot has it, for another place: in another tenant its objects go by their names.
    async fn copied(&self, actor: &Actor, to: TenantId, policy: PolicyId) -> AppResult<Value> {
        let reader = self.store().reader();
        let policy = reader.policy(actor.workspace_id, policy).await?.ok_or(AppError::NotFound)?;
        in_scope(actor, policy.tenant_id)?;
        let text = reader
            .document(actor.workspace_id, &policy.document_hash)
            .await?
            .ok_or_else(|| AppError::Internal(format!("document {} of policy {} is missing", policy.document_hash, policy.id).into()))?;
        let document = PolicyDocument::parse(&text).map_err(|cause| AppError::Internal(cause.into()))?;
        if policy.tenant_id == to {
            return Ok(document.value().clone());
        }
        let names = NameTable::new(reader.directory(actor.workspace_id, policy.tenant_id).await?);
        Ok(document.named(&names))
    }
}

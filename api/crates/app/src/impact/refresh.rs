//! `refreshImpact`: reports for some policies and changes, in the background.

use std::collections::{BTreeMap, BTreeSet};

use domain::access::Operation;
use domain::change::request::ChangeRequest;
use domain::document::text_hash;
use domain::event::SubjectKind;
use domain::id::{AuditId, ChangeId, ContentHash, JobId, PolicyId, TenantId};
use domain::impact::{CachedImpact, ImpactSource, ImpactStatus, ImpactWindow};
use domain::policy::{Policy, PolicyState};
use domain::workspace::Actor;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{Enqueued, ImpactDocument, ImpactKey, WriteTx};
use uuid::Uuid;

use crate::App;
use crate::audited::Subject;
use crate::authorize::{authorize, in_scope};
use crate::changes::plan::Impact;
use crate::changes::target;
use crate::command::IdempotencyKey;
use crate::error::{AppError, AppResult};
use crate::idempotency::{Claim, Once};
use crate::impact::job::{ImpactPayload, impact_job};

/// The most policies and changes of one call.
pub const MAX_REFRESHED: usize = 50;

/// Documents of one job: each keeps sums for every user while it is computed.
const DOCUMENTS_OF_A_JOB: usize = 8;

/// `refreshImpact`.
#[derive(Clone, Debug, Serialize)]
pub struct RefreshImpact {
    /// Policies as they are.
    pub policy_ids: Vec<PolicyId>,
    /// Changes, for the policies as they would make them.
    pub change_ids: Vec<ChangeId>,
    /// How far back.
    pub window: ImpactWindow,
    /// See [`IdempotencyKey`].
    #[serde(skip)]
    pub idempotency_key: IdempotencyKey,
}

/// What was asked for, as it is now.
#[derive(Clone, Debug, Default)]
pub struct Refreshed {
    /// The policies.
    pub policies: Vec<PolicyId>,
    /// The changes.
    pub changes: Vec<ChangeId>,
}

/// A document that a job measures.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Measured {
    /// Canonical hash.
    pub(crate) document_hash: ContentHash,
    /// Hash of the text, the key it is stored under.
    pub(crate) text_hash: ContentHash,
    /// Graph's id of the policy where Entra evaluates this document: then its own results are counted too.
    pub(crate) observed_as: Option<Uuid>,
}

impl App {
    /// Enqueues what is not fresh in the cache and not under way. Follow it by the events of the tenants.
    pub async fn refresh_impact(&self, actor: &Actor, command: RefreshImpact) -> AppResult<Refreshed> {
        let subject = Subject::new(SubjectKind::Workspace, actor.workspace_id.0, None);
        let work = async {
            authorize(actor, Operation::RefreshImpact)?;
            let asked = command.policy_ids.len() + command.change_ids.len();
            if !(1..=MAX_REFRESHED).contains(&asked) {
                return Err(AppError::invalid(&["input"], format!("name 1 to {MAX_REFRESHED} policies and changes together")));
            }
            let once = Once::new(Operation::RefreshImpact, &command.idempotency_key, &command)?;
            let tx = self.store().write().await?;
            let refreshed = Refreshed { policies: command.policy_ids.clone(), changes: command.change_ids.clone() };
            let wanted = self.measured(&tx, actor, &command).await?;
            if let Claim::Replay(_) = self.claim(&tx, actor, &once, actor.workspace_id.0).await? {
                return Ok(refreshed);
            }
            for (tenant, documents) in wanted {
                self.refresh_documents(&tx, actor, tenant, documents, command.window, Operation::RefreshImpact).await?;
            }
            tx.commit().await?;
            self.hub().poke();
            Ok(refreshed)
        };
        self.audited(actor, Operation::RefreshImpact, subject, work).await
    }

    /// Enqueues those documents of a tenant that are not fresh; does not commit.
    pub(crate) async fn refresh_documents(
        &self,
        tx: &WriteTx,
        actor: &Actor,
        tenant: TenantId,
        documents: Vec<Measured>,
        window: ImpactWindow,
        operation: Operation,
    ) -> AppResult<()> {
        let documents = not_fresh(tx, actor, tenant, documents, window).await?;
        for some in documents.chunks(DOCUMENTS_OF_A_JOB) {
            let payload = ImpactPayload { tenant_id: tenant, window, documents: some.to_vec() };
            self.enqueue_impact(tx, actor, payload, operation).await?;
        }
        Ok(())
    }

    /// The documents to be measured by tenant; `NOT_FOUND` if one of the objects is not there.
    async fn measured(&self, tx: &WriteTx, actor: &Actor, command: &RefreshImpact) -> AppResult<BTreeMap<TenantId, Vec<Measured>>> {
        let mut wanted: BTreeMap<TenantId, Vec<Measured>> = BTreeMap::new();
        for id in &command.policy_ids {
            let policy = tx.policy(actor.workspace_id, *id).await?.filter(|policy| policy.deleted_at.is_none());
            let policy = policy.ok_or(AppError::NotFound)?;
            in_scope(actor, policy.tenant_id)?;
            wanted.entry(policy.tenant_id).or_default().push(of_policy(&policy));
        }
        for id in &command.change_ids {
            let change = tx.change(actor.workspace_id, *id).await?.ok_or(AppError::NotFound)?;
            in_scope(actor, change.tenant_id)?;
            let documents = wanted.entry(change.tenant_id).or_default();
            documents.extend(self.of_change(tx, &change).await?);
        }
        for documents in wanted.values_mut() {
            documents.sort();
            documents.dedup();
        }
        Ok(wanted)
    }

    /// The document that a change intends, stored so that a job finds it; `None` where it leaves no policy.
    pub(crate) async fn of_change(&self, tx: &WriteTx, change: &ChangeRequest) -> AppResult<Option<Measured>> {
        let tenant = tx.tenant(change.workspace_id, change.tenant_id).await?.ok_or(AppError::NotFound)?;
        let stored = target::load(tx, change, &tenant).await?;
        let plan = self.plan_against(tx, None, change, &tenant, &stored, Impact::Given(None)).await?;
        let Some(after) = plan.after else { return Ok(None) };
        let text = after.to_text();
        let hash = text_hash(&text);
        tx.put_documents(change.workspace_id, &[(hash.clone(), text)]).await?;
        Ok(Some(Measured { document_hash: plan.desired_hash, text_hash: hash, observed_as: None }))
    }

    async fn enqueue_impact(&self, tx: &WriteTx, actor: &Actor, payload: ImpactPayload, operation: Operation) -> AppResult<()> {
        let now = self.now();
        let id = JobId(self.ids().uuid());
        let keys = keys(&payload);
        let job = impact_job(id, actor.workspace_id, &payload, now);
        // A twin that waits or runs measures the same documents, and the cache says so already.
        if tx.enqueue_job(&job).await? == Enqueued::New {
            tx.begin_impact(actor.workspace_id, &keys, id, now).await?;
            let subject = Subject::new(SubjectKind::Tenant, payload.tenant_id.0, Some(payload.tenant_id));
            let detail = json!({ "window": payload.window, "documents": payload.documents.len() });
            let entry = subject.done(actor, operation, detail);
            tx.append_audit(actor.workspace_id, AuditId(self.ids().uuid()), now, entry).await?;
        }
        Ok(())
    }
}

/// The places in the cache that a job fills, each once: documents that are alike share a simulation.
fn keys(payload: &ImpactPayload) -> Vec<ImpactKey> {
    let of = |document: &Measured, source, observed_as| ImpactKey {
        tenant_id: payload.tenant_id,
        document_hash: document.document_hash.clone(),
        window: payload.window,
        source,
        observed_as,
    };
    let simulated = payload.documents.iter().map(|document| of(document, ImpactSource::Simulated, None));
    let observed = payload.documents.iter().filter(|document| document.observed_as.is_some());
    let observed = observed.map(|document| of(document, ImpactSource::Observed, document.observed_as));
    simulated.chain(observed).collect::<BTreeSet<_>>().into_iter().collect()
}

fn of_policy(policy: &Policy) -> Measured {
    Measured {
        document_hash: policy.content_hash.clone(),
        text_hash: policy.document_hash.clone(),
        observed_as: (policy.state != PolicyState::Disabled).then_some(policy.graph_id),
    }
}

/// What is fresh, under way, or can't be measured for want of sign-ins, is left alone.
async fn not_fresh(
    tx: &WriteTx,
    actor: &Actor,
    tenant: TenantId,
    documents: Vec<Measured>,
    window: ImpactWindow,
) -> AppResult<Vec<Measured>> {
    let document =
        |measured: &Measured, observed_as| ImpactDocument { tenant_id: tenant, document_hash: measured.document_hash.clone(), observed_as };
    let simulated: Vec<_> = documents.iter().map(|measured| document(measured, None)).collect();
    let observed: Vec<_> = documents.iter().map(|measured| document(measured, measured.observed_as)).collect();
    let in_simulated = tx.impact_of_documents(actor.workspace_id, &simulated, window, ImpactSource::Simulated).await?;
    let in_observed = tx.impact_of_documents(actor.workspace_id, &observed, window, ImpactSource::Observed).await?;
    let old =
        |found: Option<&CachedImpact>| found.is_none_or(|cached| matches!(cached.status, ImpactStatus::NotComputed | ImpactStatus::Stale));
    let wanted = documents.into_iter().zip(simulated.iter().zip(&observed)).filter(|(measured, (simulated, observed))| {
        old(in_simulated.get(simulated)) || (measured.observed_as.is_some() && old(in_observed.get(observed)))
    });
    Ok(wanted.map(|(measured, _)| measured).collect())
}

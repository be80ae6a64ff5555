//! Reading reports. Nothing here causes work.

use std::collections::HashMap;

use domain::change::kind::{ChangePayload, TargetObject, WriteOperation};
use domain::id::{ContentHash, PolicyId, TenantId};
use domain::impact::{CachedImpact, ImpactReason, ImpactSource, ImpactStatus, ImpactWindow, PolicyImpact};
use domain::policy::PolicyState;
use domain::workspace::Actor;
use store::ImpactDocument;
use uuid::Uuid;

use crate::App;
use crate::error::AppResult;
use crate::page::{Page, PageRequest};
use crate::query::visible;

/// Whose report: a document of a tenant.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ImpactOf {
    /// The tenant.
    pub tenant_id: TenantId,
    /// Canonical hash of the document.
    pub document_hash: ContentHash,
    /// What has this document.
    pub subject: ImpactSubject,
    /// How far back.
    pub window: ImpactWindow,
    /// Where figures come from.
    pub source: ImpactSource,
}

/// What a document is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ImpactSubject {
    /// A policy that exists, by Graph's id and in this state.
    Policy(Uuid, PolicyState),
    /// A policy as a change would make it.
    Intended,
    /// A change that leaves no policy: a deletion, or a change of a named location.
    Nothing,
}

impl ImpactSubject {
    /// What a change leaves.
    pub fn of_change(payload: &ChangePayload) -> Self {
        let kind = payload.kind();
        match (kind.target(), kind.operation()) {
            (TargetObject::NamedLocation, _) | (_, WriteOperation::Delete) => ImpactSubject::Nothing,
            _ => ImpactSubject::Intended,
        }
    }
}

/// Which reports a list shows: one for each policy that is not deleted.
#[derive(Clone, Debug)]
pub struct ImpactList {
    /// Of these tenants; `None` is every tenant that the actor sees.
    pub tenant_ids: Option<Vec<TenantId>>,
    /// Of these policies.
    pub policy_ids: Option<Vec<PolicyId>>,
    /// How far back.
    pub window: ImpactWindow,
    /// Where figures come from.
    pub source: ImpactSource,
    /// In one of these statuses.
    pub statuses: Option<Vec<ImpactStatus>>,
}

impl App {
    /// What the cache holds for each of these documents; one statement for each window and source. Those out of scope are absent.
    pub async fn impact_of(&self, actor: &Actor, asked: &[ImpactOf]) -> AppResult<HashMap<ImpactOf, CachedImpact>> {
        let reader = self.store().reader();
        let mut groups: HashMap<(ImpactWindow, ImpactSource), Vec<&ImpactOf>> = HashMap::new();
        for key in asked.iter().filter(|key| actor.sees(key.tenant_id)) {
            groups.entry((key.window, key.source)).or_default().push(key);
        }
        let mut found = HashMap::with_capacity(asked.len());
        for ((window, source), keys) in groups {
            let documents: Vec<ImpactDocument> = keys.iter().map(|key| document(key)).collect();
            let cached = reader.impact_of_documents(actor.workspace_id, &documents, window, source).await?;
            for (key, document) in keys.into_iter().zip(&documents) {
                if let Some(cached) = cached.get(document) {
                    found.insert(key.clone(), judged(cached.clone(), key));
                }
            }
        }
        Ok(found)
    }

    /// A page of the policies of any number of tenants, by tenant and name, each with what the cache holds: from the database alone.
    pub async fn impact_reports(&self, actor: &Actor, list: &ImpactList, page: &PageRequest) -> AppResult<Page<PolicyImpact>> {
        let filter = store::ImpactFilter {
            tenants: visible(actor, list.tenant_ids.as_deref()),
            policies: list.policy_ids.as_ref().map(|ids| ids.iter().copied().collect()),
            window: list.window,
            source: list.source,
            statuses: list.statuses.clone().unwrap_or_default(),
        };
        Ok(self.store().reader().impact_page(actor.workspace_id, &filter, page).await?)
    }
}

/// A simulation depends on the document alone, what Entra logged on the policy too.
fn document(of: &ImpactOf) -> ImpactDocument {
    let observed_as = match (of.source, of.subject) {
        (ImpactSource::Observed, ImpactSubject::Policy(graph_id, _)) => Some(graph_id),
        _ => None,
    };
    ImpactDocument { tenant_id: of.tenant_id, document_hash: of.document_hash.clone(), observed_as }
}

/// Entra observes neither what is switched off nor what does not exist yet.
fn judged(cached: CachedImpact, key: &ImpactOf) -> CachedImpact {
    match (key.source, key.subject) {
        (_, ImpactSubject::Nothing) => cached.not_applicable(ImpactReason::NoPolicy),
        (ImpactSource::Observed, ImpactSubject::Intended) => cached.not_applicable(ImpactReason::NotObservable),
        (ImpactSource::Observed, ImpactSubject::Policy(_, PolicyState::Disabled)) => cached.not_applicable(ImpactReason::PolicyDisabled),
        _ => cached,
    }
}

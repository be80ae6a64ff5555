//! Reading the agent, its runs and its suggestions.

use std::collections::{BTreeSet, HashMap};

use domain::agent::{Agent, AgentRun, Suggestion, SuggestionKind, SuggestionStatus};
use domain::id::{AgentRunId, SuggestionId, TenantId};
use domain::workspace::Actor;

use crate::App;
use crate::authorize::in_scope;
use crate::error::AppResult;
use crate::page::{Page, PageRequest};

/// Which suggestions a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SuggestionFilter {
    /// Of one tenant; `None` is every tenant that the caller sees.
    pub tenant_id: Option<TenantId>,
    /// Of these statuses; empty is all.
    pub statuses: BTreeSet<SuggestionStatus>,
    /// Of these kinds; empty is all.
    pub kinds: BTreeSet<SuggestionKind>,
}

impl App {
    /// The agent of a tenant, as members set it; with revision 0 where nobody did.
    pub async fn agent(&self, actor: &Actor, tenant: TenantId) -> AppResult<Agent> {
        in_scope(actor, tenant)?;
        let agent = self.store().reader().agent(actor.workspace_id, tenant).await?;
        Ok(agent.unwrap_or_else(|| super::request::never_set(actor.workspace_id, tenant, self.now())))
    }

    /// A page of a tenant's runs, newest first.
    pub async fn agent_runs(&self, actor: &Actor, tenant: TenantId, page: &PageRequest) -> AppResult<Page<AgentRun>> {
        in_scope(actor, tenant)?;
        let filter = store::AgentRunFilter { tenant_id: tenant };
        Ok(self.store().reader().agent_runs_page(actor.workspace_id, &filter, page).await?)
    }

    /// How many runs a tenant has had.
    pub async fn count_agent_runs(&self, actor: &Actor, tenant: TenantId) -> AppResult<u64> {
        in_scope(actor, tenant)?;
        Ok(self.store().reader().count_agent_runs(actor.workspace_id, &store::AgentRunFilter { tenant_id: tenant }).await?)
    }

    /// Runs by id; those the actor doesn't see are absent.
    pub async fn agent_runs_by_ids(&self, actor: &Actor, ids: &[AgentRunId]) -> AppResult<HashMap<AgentRunId, AgentRun>> {
        let runs = self.store().reader().agent_runs_by_ids(actor.workspace_id, ids).await?;
        Ok(runs.into_iter().filter(|run| actor.sees(run.tenant_id)).map(|run| (run.id, run)).collect())
    }

    /// A page of suggestions, newest first.
    pub async fn suggestions(&self, actor: &Actor, filter: &SuggestionFilter, page: &PageRequest) -> AppResult<Page<Suggestion>> {
        Ok(self.store().reader().suggestions_page(actor.workspace_id, &seen(actor, filter), page).await?)
    }

    /// How many suggestions the filter finds.
    pub async fn count_suggestions(&self, actor: &Actor, filter: &SuggestionFilter) -> AppResult<u64> {
        Ok(self.store().reader().count_suggestions(actor.workspace_id, &seen(actor, filter)).await?)
    }

    /// Suggestions by id; those the actor doesn't see are absent.
    pub async fn suggestions_by_ids(&self, actor: &Actor, ids: &[SuggestionId]) -> AppResult<HashMap<SuggestionId, Suggestion>> {
        let found = self.store().reader().suggestions_by_ids(actor.workspace_id, ids).await?;
        Ok(found.into_iter().filter(|suggestion| actor.sees(suggestion.tenant_id)).map(|one| (one.id, one)).collect())
    }
}

fn seen(actor: &Actor, filter: &SuggestionFilter) -> store::SuggestionFilter {
    store::SuggestionFilter {
        scope: actor.tenant_scope.clone(),
        tenant_id: filter.tenant_id,
        statuses: filter.statuses.clone(),
        kinds: filter.kinds.clone(),
    }
}

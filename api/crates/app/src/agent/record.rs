//! What a run writes: suggestions, then its own end.

use std::collections::BTreeMap;

use domain::agent::{
    AgentInput, AgentRun, AgentRunStatus, Analysis, CarriedOut, Known, Outcome, Reconciled, Run, RunSummary, Suggestion, SuggestionStatus,
    reconcile,
};
use domain::document::text_hash;
use domain::event::{EventKind, NewEvent};
use domain::id::{ChangeId, RolloutId, SuggestionId};
use serde_json::json;
use store::{Job, Reader, StoreError};

use super::{run_event, suggestion_event};
use crate::App;
use crate::runner::JobError;

impl App {
    /// Reconciles the findings with the tenant's suggestions, in one transaction. A run that is taken up again finds its own suggestions and
    /// leaves them as they are.
    pub(super) async fn save_suggestions(&self, job: &Job, run: &AgentRun, analysis: Analysis) -> Result<Vec<Reconciled>, JobError> {
        let now = self.now();
        let tx = self.store().write().await?;
        tx.assert_fence(job.lease()).await?;
        let earlier = tx.suggestions_of_tenant(run.workspace_id, run.tenant_id).await?;
        let before: BTreeMap<SuggestionId, SuggestionStatus> = earlier.iter().map(|one| (one.id, one.status)).collect();
        let carried_out = carried_out(&tx, run, &earlier).await?;
        let of = Run { id: run.id, workspace_id: run.workspace_id, tenant_id: run.tenant_id, now };
        let reconciled = reconcile(&of, analysis.findings, &analysis.skipped, earlier, &carried_out, || SuggestionId(self.ids().uuid()));
        let mut events = Vec::new();
        for one in &reconciled {
            match one.outcome {
                Outcome::Created => tx.insert_suggestion(&one.suggestion).await?,
                Outcome::Unchanged => tx.update_suggestion(&one.suggestion, one.suggestion.revision).await?,
                _ => tx.update_suggestion(&one.suggestion, one.suggestion.revision - 1).await?,
            }
            events.extend(event(one, before.get(&one.suggestion.id).copied()));
        }
        tx.append_events(run.workspace_id, now, events).await?;
        tx.commit().await?;
        self.hub().poke();
        Ok(reconciled)
    }

    /// Ends a run: its input is stored under its hash, what it saw is known to the next one.
    pub(super) async fn complete_run(
        &self,
        job: &Job,
        run: AgentRun,
        input: &AgentInput,
        known: &Known,
        summary: RunSummary,
    ) -> Result<(), JobError> {
        let now = self.now();
        let text = json!(input).to_string();
        let hash = text_hash(&text);
        let data = json!({
            "found": summary.found, "created": summary.created, "updated": summary.updated, "reopened": summary.reopened,
            "superseded": summary.superseded, "skipped": summary.skipped.len(),
        });
        let run =
            AgentRun { status: AgentRunStatus::Completed, ended_at: Some(now), input: Some(hash.clone()), summary: Some(summary), ..run };
        let tx = self.store().write().await?;
        tx.assert_fence(job.lease()).await?;
        tx.put_documents(run.workspace_id, &[(hash, text)]).await?;
        tx.update_agent_run(&run).await?;
        tx.end_agent_run(run.workspace_id, run.tenant_id, run.id, known).await?;
        tx.append_events(run.workspace_id, now, vec![run_event(&run, EventKind::AgentRunCompleted, None, data)]).await?;
        tx.commit().await?;
        self.hub().poke();
        Ok(())
    }
}

async fn carried_out(reader: &Reader, run: &AgentRun, earlier: &[Suggestion]) -> Result<CarriedOut, StoreError> {
    let changes: Vec<ChangeId> = earlier.iter().filter_map(|suggestion| suggestion.change_id).collect();
    let rollouts: Vec<RolloutId> = earlier.iter().filter_map(|suggestion| suggestion.rollout_id).collect();
    let changes = reader.changes_by_ids(run.workspace_id, &changes).await?;
    let rollouts = reader.rollouts_by_ids(run.workspace_id, &rollouts).await?;
    Ok(CarriedOut {
        changes: changes.into_iter().map(|change| (change.id, change.status)).collect(),
        rollouts: rollouts.into_iter().map(|rollout| (rollout.id, rollout.state.status)).collect(),
    })
}

fn event(one: &Reconciled, before: Option<SuggestionStatus>) -> Option<NewEvent> {
    let suggestion = &one.suggestion;
    let finding = &suggestion.finding;
    let (kind, data) = match one.outcome {
        Outcome::Created => (EventKind::SuggestionCreated, json!({ "kind": finding.kind, "title": finding.title })),
        Outcome::Updated => (EventKind::SuggestionUpdated, json!({ "kind": finding.kind, "title": finding.title })),
        Outcome::Reopened | Outcome::Superseded => {
            (EventKind::SuggestionStatusChanged, json!({ "from": before, "to": suggestion.status, "reason": one.reason }))
        }
        Outcome::Unchanged => return None,
    };
    Some(suggestion_event(suggestion, kind, None, data))
}

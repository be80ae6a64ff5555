//! Suggestions that a phased rollout carries out: accepted, taken for accepted, done or open again.

use domain::access::Operation;
use domain::agent::{Decision, Suggestion, SuggestionKind, identity, policy_subject};
use domain::event::{EventKind, NewEvent, SubjectKind};
use domain::id::{AuditId, PolicyId, RolloutId};
use domain::rollout::{Guard, ManagedRollout, RolloutMode};
use domain::workspace::Actor;
use serde_json::json;
use store::{StoreError, WriteTx};

use super::accept::{AcceptSuggestion, AcceptedAs, AcceptedSuggestion};
use super::decide::{expect_revision, load_suggestion, not_decidable};
use super::suggestion_event;
use crate::App;
use crate::audited::Subject;
use crate::authorize::authorize;
use crate::error::{AppError, AppResult};
use crate::idempotency::{Claim, Once};
use crate::rollouts::{CreateRollout, RolloutView};

impl App {
    /// Plans the rollout that a suggestion proposes, as `createRollout` does without phases of the caller's own. Who accepts it has to be allowed
    /// that, too.
    pub(super) async fn accept_rollout(
        &self,
        actor: &Actor,
        asked: &AcceptSuggestion,
        once: &Once<'_>,
        policy: PolicyId,
    ) -> AppResult<AcceptedSuggestion> {
        authorize(actor, Operation::CreateRollout)?;
        let command =
            CreateRollout { policy_id: policy, phases: None, mode: RolloutMode::Manual, guard: Guard::default(), idempotency_key: None };
        // Before the transaction: a plan is measured for seconds. What stands against it is told below, where a repeated call is known.
        let prepared = self.prepare_rollout(actor, &command).await;
        let now = self.now();
        let tx = self.store().write().await?;
        let suggestion = load_suggestion(&tx, actor, asked.id).await?;
        if let Claim::Replay(_) = self.claim(&tx, actor, once, asked.id.0).await? {
            let rollout = suggestion.rollout_id.ok_or(AppError::NotFound)?;
            let rollout = tx.rollout(actor.workspace_id, rollout).await?.ok_or(AppError::NotFound)?;
            let view = RolloutView::load(&tx, rollout).await?;
            return Ok(accepted(suggestion, view));
        }
        expect_revision(&suggestion, asked.expected_revision)?;
        let (from, read) = (suggestion.status, suggestion.revision);
        let id = RolloutId(self.ids().uuid());
        let suggestion = suggestion.decided(&Decision::RollOut(id), actor.member_id, None, now).map_err(not_decidable)?;
        let prepared = prepared.map_err(|error| match error {
            AppError::NotFound => AppError::invalid(&["input", "id"], "the policy is gone: the next run will say what is left"),
            error => error,
        })?;
        // Held before the rollout's events, which everybody waits for: a run holds suggestions first, too.
        tx.update_suggestion(&suggestion, read).await?;
        let rollout = self.place_rollout(&tx, actor, id, prepared, &command).await?;
        let data = json!({ "from": from, "to": suggestion.status, "rolloutId": id });
        let event = suggestion_event(&suggestion, EventKind::SuggestionStatusChanged, Some(actor.member_id), data.clone());
        tx.append_events(actor.workspace_id, now, vec![event]).await?;
        let subject = Subject::new(SubjectKind::Suggestion, suggestion.id.0, Some(suggestion.tenant_id));
        tx.append_audit(actor.workspace_id, AuditId(self.ids().uuid()), now, subject.done(actor, Operation::AcceptSuggestion, data))
            .await?;
        tx.commit().await?;
        self.hub().poke();
        Ok(accepted(suggestion, RolloutView { rollout, verdict: None }))
    }

    /// Called by whatever creates a rollout, in its transaction and before its events. Where the agent suggests a rollout of this policy and nobody
    /// has dismissed it, the rollout carries that suggestion out, by whatever way it was created: a member who acts on a suggestion from the policy's
    /// own page finds it accepted, and not on the list beside its own rollout. Does not commit.
    pub(crate) async fn adopt_rollout(&self, tx: &WriteTx, actor: &Actor, rollout: &ManagedRollout) -> AppResult<()> {
        let identity = identity(SuggestionKind::PhasedRollout, &policy_subject(rollout.policy_id));
        let found = tx.suggestion_by_identity(rollout.workspace_id, rollout.tenant_id, &identity).await?;
        let Some(suggestion) = found.filter(Suggestion::adopts_rollouts) else { return Ok(()) };
        let (from, read) = (suggestion.status, suggestion.revision);
        let note = suggestion.note.clone();
        let adopted = suggestion.decided(&Decision::RollOut(rollout.id), actor.member_id, note, self.now()).map_err(not_decidable)?;
        tx.update_suggestion(&adopted, read).await?;
        let data = json!({ "from": from, "to": adopted.status, "rolloutId": rollout.id });
        let event = suggestion_event(&adopted, EventKind::SuggestionStatusChanged, Some(actor.member_id), data);
        tx.append_events(rollout.workspace_id, self.now(), vec![event]).await?;
        Ok(())
    }

    /// Called by whatever saves a rollout, in the transaction that saves it and before its events: once it is completed, the suggestion that it
    /// carries out is applied; where it was cancelled or rolled back, the suggestion is open again. Does not commit.
    pub(crate) async fn settle_suggested_rollout(&self, tx: &WriteTx, rollout: &ManagedRollout) -> Result<(), StoreError> {
        if let Some(event) = self.settled_suggestion(tx, rollout).await? {
            tx.append_events(rollout.workspace_id, self.now(), vec![event]).await?;
        }
        Ok(())
    }

    /// The same for whoever saves many rollouts before the first event: the event, which is not appended.
    pub(crate) async fn settled_suggestion(&self, tx: &WriteTx, rollout: &ManagedRollout) -> Result<Option<NewEvent>, StoreError> {
        let status = rollout.state.status;
        if !status.terminal() {
            return Ok(None);
        }
        let Some(suggestion) = tx.suggestion_of_rollout(rollout.workspace_id, rollout.id).await? else { return Ok(None) };
        let (from, read) = (suggestion.status, suggestion.revision);
        let settled = suggestion.rollout_ended(status, self.now());
        tx.update_suggestion(&settled, read).await?;
        let data = json!({ "from": from, "to": settled.status, "rolloutId": rollout.id });
        Ok(Some(suggestion_event(&settled, EventKind::SuggestionStatusChanged, rollout.acting, data)))
    }
}

fn accepted(suggestion: Suggestion, view: RolloutView) -> AcceptedSuggestion {
    AcceptedSuggestion { suggestion, way: AcceptedAs::Rollout(Box::new(view)) }
}

//! `acceptSuggestion`: a draft of the next change that it proposes, with its dry-run. Never a write: it goes the way of any change.

use domain::access::Operation;
use domain::agent::{Decision, Step, Suggestion};
use domain::change::request::{ChangeRequest, Draft};
use domain::change::transition::{ChangeCommand, transition};
use domain::event::{EventKind, SubjectKind};
use domain::id::{AuditId, ChangeId, SuggestionId};
use domain::workspace::Actor;
use serde_json::json;
use store::WriteTx;

use super::decide::{expect_revision, load_suggestion};
use super::suggestion_event;
use crate::App;
use crate::audited::Subject;
use crate::authorize::{authorize, in_scope};
use crate::changes::create::check_payload;
use crate::command::IdempotencyKey;
use crate::error::{AppError, AppResult};
use crate::idempotency::{Claim, Once};

impl App {
    /// Drafts the next change of a suggestion and plans it. Returns the suggestion as accepted, and the change.
    pub async fn accept_suggestion(
        &self,
        actor: &Actor,
        id: SuggestionId,
        expected_revision: i64,
        key: IdempotencyKey,
    ) -> AppResult<(Suggestion, ChangeRequest)> {
        let subject = Subject::new(SubjectKind::Suggestion, id.0, None);
        self.audited(actor, Operation::AcceptSuggestion, subject, self.try_accept(actor, id, expected_revision, &key)).await
    }

    async fn try_accept(
        &self,
        actor: &Actor,
        id: SuggestionId,
        expected_revision: i64,
        key: &IdempotencyKey,
    ) -> AppResult<(Suggestion, ChangeRequest)> {
        authorize(actor, Operation::AcceptSuggestion)?;
        let once = Once::new(Operation::AcceptSuggestion, key, &json!({ "id": id, "expectedRevision": expected_revision }))?;
        // Before the transaction: Graph may be asked for what the change refers to.
        if let Some(seen) = self.store().reader().suggestion(actor.workspace_id, id).await? {
            in_scope(actor, seen.tenant_id)?;
            if let Some(step) = seen.next_step() {
                self.look_up(actor, seen.tenant_id, step.policy_id, &step.payload).await;
            }
        }
        let now = self.now();
        let tx = self.store().write().await?;
        let suggestion = load_suggestion(&tx, actor, id).await?;
        if let Claim::Replay(_) = self.claim(&tx, actor, &once, id.0).await? {
            let change = suggestion.change_id.ok_or(AppError::NotFound)?;
            let change = tx.change(actor.workspace_id, change).await?.ok_or(AppError::NotFound)?;
            return Ok((suggestion, change));
        }
        expect_revision(&suggestion, expected_revision)?;
        let refused = |refused: domain::agent::NotDecidable| AppError::invalid(&["input", "id"], refused.to_string());
        let step = suggestion.acceptable().map_err(refused)?.clone();
        let (from, read) = (suggestion.status, suggestion.revision);
        // Held before the draft's events, which everybody waits for: a run holds suggestions first, too.
        tx.update_suggestion(&suggestion, read).await?;
        let change_id = ChangeId(self.ids().uuid());
        let accepted = suggestion.decided(&Decision::Accept(change_id), actor.member_id, None, now).map_err(refused)?;
        let change = self.draft_step(&tx, actor, &accepted, change_id, step).await?;
        tx.update_suggestion(&accepted, read).await?;
        let data = json!({ "from": from, "to": accepted.status, "changeId": change.id });
        let event = suggestion_event(&accepted, EventKind::SuggestionStatusChanged, Some(actor.member_id), data.clone());
        tx.append_events(actor.workspace_id, now, vec![event]).await?;
        let subject = Subject::new(SubjectKind::Suggestion, accepted.id.0, Some(accepted.tenant_id));
        tx.append_audit(actor.workspace_id, AuditId(self.ids().uuid()), now, subject.done(actor, Operation::AcceptSuggestion, data))
            .await?;
        tx.commit().await?;
        self.hub().poke();
        Ok((accepted, change))
    }

    async fn draft_step(&self, tx: &WriteTx, actor: &Actor, suggestion: &Suggestion, id: ChangeId, step: Step) -> AppResult<ChangeRequest> {
        let workspace = tx.workspace(actor.workspace_id).await?.ok_or(AppError::NotFound)?;
        let policy = match step.policy_id {
            Some(policy) => {
                let policy = tx.policy(actor.workspace_id, policy).await?.filter(|policy| policy.deleted_at.is_none());
                Some(policy.ok_or_else(|| AppError::invalid(&["input", "id"], "the policy is gone: the next run will say what is left"))?)
            }
            None => None,
        };
        let payload = step.payload.normalised();
        check_payload(&payload)?;
        let change = ChangeRequest::draft(
            Draft {
                id,
                workspace_id: actor.workspace_id,
                tenant_id: suggestion.tenant_id,
                target_graph_id: policy.as_ref().map(|policy| policy.graph_id.to_string()),
                policy_id: policy.map(|policy| policy.id),
                payload,
                created_by: actor.member_id,
                note: Some(format!("Suggested by the agent: {}. {}.", suggestion.finding.title, step.text)),
                approval_rules: workspace.approval_rules,
                rollback_of: None,
                bulk_change_id: None,
                rollout_id: None,
            },
            self.now(),
        );
        self.insert_change(tx, actor, Operation::AcceptSuggestion, &change).await?;
        let tenant = tx.tenant(actor.workspace_id, suggestion.tenant_id).await?.ok_or(AppError::NotFound)?;
        if tenant.imported_at.is_none() {
            return Ok(change);
        }
        let dry_run = self.plan_change(tx, actor, &change).await?;
        let planned = transition(change, ChangeCommand::DryRun(dry_run), Some(actor.member_id), self.now())?;
        let detail = json!({ "to": planned.change.status, "suggestionId": suggestion.id });
        self.save(tx, actor, Operation::RunDryRun, planned, detail).await
    }
}

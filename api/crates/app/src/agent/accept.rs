//! `acceptSuggestion`: a draft of the next change that it proposes, with its dry-run, or a planned rollout. Never a write: it goes the way of any change,
//! or of any rollout.

use domain::access::Operation;
use domain::agent::{Acceptable, Decision, Step, Suggestion};
use domain::change::request::{ChangeRequest, Draft};
use domain::change::transition::{ChangeCommand, transition};
use domain::event::{EventKind, SubjectKind};
use domain::id::{AuditId, ChangeId, SuggestionId};
use domain::workspace::Actor;
use serde::Serialize;
use serde_json::json;
use store::WriteTx;

use super::decide::{expect_revision, load_suggestion, not_decidable};
use super::suggestion_event;
use crate::App;
use crate::audited::Subject;
use crate::authorize::authorize;
use crate::changes::create::check_payload;
use crate::command::IdempotencyKey;
use crate::error::{AppError, AppResult};
use crate::idempotency::{Claim, Once};
use crate::rollouts::RolloutView;

/// `acceptSuggestion`.
#[derive(Clone, Debug, Serialize)]
pub struct AcceptSuggestion {
    /// The suggestion.
    pub id: SuggestionId,
    /// The revision that the caller read.
    pub expected_revision: i64,
    /// See [`IdempotencyKey`].
    #[serde(skip)]
    pub idempotency_key: IdempotencyKey,
}

/// A suggestion that was accepted, and what came of it.
#[derive(Clone, Debug)]
pub struct AcceptedSuggestion {
    /// The suggestion as accepted.
    pub suggestion: Suggestion,
    /// What carries it out.
    pub way: AcceptedAs,
}

/// What carries an accepted suggestion out.
#[derive(Clone, Debug)]
pub enum AcceptedAs {
    /// A draft of its next change, planned.
    Change(Box<ChangeRequest>),
    /// A planned rollout.
    Rollout(Box<RolloutView>),
}

impl App {
    /// Drafts the next change of a suggestion and plans it, or plans the rollout that it proposes.
    pub async fn accept_suggestion(&self, actor: &Actor, asked: AcceptSuggestion) -> AppResult<AcceptedSuggestion> {
        let subject = Subject::new(SubjectKind::Suggestion, asked.id.0, None);
        self.audited(actor, Operation::AcceptSuggestion, subject, self.try_accept(actor, &asked)).await
    }

    async fn try_accept(&self, actor: &Actor, asked: &AcceptSuggestion) -> AppResult<AcceptedSuggestion> {
        authorize(actor, Operation::AcceptSuggestion)?;
        let once = Once::new(Operation::AcceptSuggestion, &asked.idempotency_key, asked)?;
        let seen = self.store().reader().suggestion(actor.workspace_id, asked.id).await?;
        let Some(seen) = seen.filter(|seen| actor.sees(seen.tenant_id)) else { return Err(AppError::NotFound) };
        match seen.acceptable() {
            Ok(Acceptable::Rollout(policy)) => self.accept_rollout(actor, asked, &once, policy).await,
            Ok(Acceptable::Change(step)) => {
                // Before the transaction: Graph may be asked for what the change refers to.
                self.look_up(actor, seen.tenant_id, step.policy_id, &step.payload).await;
                self.accept_change(actor, asked, &once).await
            }
            Err(_) => self.accept_change(actor, asked, &once).await,
        }
    }

    async fn accept_change(&self, actor: &Actor, asked: &AcceptSuggestion, once: &Once<'_>) -> AppResult<AcceptedSuggestion> {
        let now = self.now();
        let tx = self.store().write().await?;
        let suggestion = load_suggestion(&tx, actor, asked.id).await?;
        if let Claim::Replay(_) = self.claim(&tx, actor, once, asked.id.0).await? {
            let change = suggestion.change_id.ok_or(AppError::NotFound)?;
            let change = tx.change(actor.workspace_id, change).await?.ok_or(AppError::NotFound)?;
            return Ok(AcceptedSuggestion { suggestion, way: AcceptedAs::Change(Box::new(change)) });
        }
        expect_revision(&suggestion, asked.expected_revision)?;
        let (from, read) = (suggestion.status, suggestion.revision);
        // Held before the draft's events, which everybody waits for: a run holds suggestions first, too.
        tx.update_suggestion(&suggestion, read).await?;
        let change_id = ChangeId(self.ids().uuid());
        let step = suggestion.next_step().cloned();
        let accepted = suggestion.decided(&Decision::Accept(change_id), actor.member_id, None, now).map_err(not_decidable)?;
        let step = step.ok_or(AppError::NotFound)?;
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
        Ok(AcceptedSuggestion { suggestion: accepted, way: AcceptedAs::Change(Box::new(change)) })
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

//! `requestBulkRolloutApproval` and `decideBulkRolloutApproval`: one word on the whole, which is written to every plan that waits for it.

use std::collections::BTreeSet;

use domain::access::Operation;
use domain::change::refusal::Refusal;
use domain::event::{EventKind, NewEvent};
use domain::id::{ApprovalId, MemberId};
use domain::person::Persons;
use domain::rollout::approval::{PlanDecision, approve, reject, request};
use domain::rollout::{Command, EndReason, ManagedRollout};
use domain::workspace::Actor;
use serde_json::json;
use store::WriteTx;

use super::command::{DecideBulkRolloutApproval, RequestBulkRolloutApproval};
use super::query::digest_over;
use super::step::{Asked, Stopped, Taken};
use super::view::BulkRolloutView;
use crate::App;
use crate::changes::approval::optional_text;
use crate::changes::gate_facts::with_owners;
use crate::command::Verdict;
use crate::error::{AppError, AppResult};
use crate::rollouts::rollout_event;

impl App {
    /// Asks for the approval of other persons, for exactly the plans that the caller saw.
    pub async fn request_bulk_rollout_approval(&self, actor: &Actor, asked: RequestBulkRolloutApproval) -> AppResult<BulkRolloutView> {
        let step = Asked {
            operation: Operation::RequestBulkRolloutApproval,
            id: asked.id,
            expected_revision: None,
            idempotency_key: &asked.idempotency_key,
            input: &asked,
        };
        self.bulk_rollout_step(actor, step, async |tx, bulk| {
            let mut events = Vec::new();
            for mut rollout in reviewed(tx, &bulk, &asked.digest).await? {
                let digest = rollout.state.plan.digest().0;
                match request(&mut rollout, ApprovalId(self.ids().uuid()), &digest, actor.member_id, self.now()) {
                    Ok(()) => events.push(self.keep(tx, actor, rollout).await?),
                    // It needs none, or waits for one already.
                    Err(Refusal::ApprovalNotNeeded) => {}
                    Err(refusal) => return Err(refusal.into()),
                }
            }
            if events.is_empty() {
                return Err(Refusal::ApprovalNotNeeded.into());
            }
            Ok(Taken { detail: json!({ "digest": asked.digest, "plans": events.len() }), events, audits: Vec::new(), bulk })
        })
        .await
    }

    /// Approves or rejects the whole as the approver saw it. Who made, edited or submitted it cannot decide. What is rejected is cancelled.
    pub async fn decide_bulk_rollout_approval(&self, actor: &Actor, asked: DecideBulkRolloutApproval) -> AppResult<BulkRolloutView> {
        let comment = optional_text(asked.comment.as_deref(), "comment")?;
        let step = Asked {
            operation: Operation::DecideBulkRolloutApproval,
            id: asked.id,
            expected_revision: None,
            idempotency_key: &asked.idempotency_key,
            input: &asked,
        };
        self.bulk_rollout_step(actor, step, async |tx, bulk| {
            if asked.approve == Verdict::Reject && comment.is_none() {
                return Err(AppError::invalid(&["input", "comment"], "say why when rejecting"));
            }
            let mut rollouts = reviewed(tx, &bulk, &asked.digest).await?;
            rollouts.retain(|rollout| rollout.pending_approval().is_some());
            if rollouts.is_empty() {
                return Err(Refusal::NotApproved.into());
            }
            let persons = persons_of(tx, actor, &rollouts).await?;
            let mut stopped = Stopped::default();
            let plans = rollouts.len();
            for mut rollout in rollouts {
                let digest = rollout.state.plan.digest().0;
                let decision =
                    PlanDecision { digest: &digest, by: actor.member_id, persons: &persons, at: self.now(), comment: comment.clone() };
                match asked.approve {
                    Verdict::Approve => {
                        approve(&mut rollout, &decision)?;
                        stopped.events.push(self.keep(tx, actor, rollout).await?);
                    }
                    Verdict::Reject => {
                        reject(&mut rollout, &decision)?;
                        let cancel = Command::Cancel { reason: comment.clone().unwrap_or_default(), end: EndReason::Rejected };
                        self.stop_child(tx, rollout, &cancel, Some(actor.member_id), &mut stopped).await?;
                    }
                }
            }
            let detail = json!({ "digest": asked.digest, "plans": plans, "comment": comment });
            Ok(Taken { bulk, detail, events: stopped.events, audits: stopped.audits })
        })
        .await
    }

    /// Saves a plan that was reviewed; its event.
    async fn keep(&self, tx: &WriteTx, actor: &Actor, mut rollout: ManagedRollout) -> AppResult<NewEvent> {
        rollout.revision += 1;
        rollout.version += 1;
        rollout.updated_at = self.now();
        tx.update_rollout(&rollout).await?;
        let last = rollout.approvals.last();
        let data = json!({
            "state": last.map(|approval| approval.state),
            "digest": rollout.state.plan.digest(),
            "approved": last.map(|approval| approval.decisions.len()),
            "quorum": last.map(|approval| approval.quorum),
        });
        Ok(rollout_event(&rollout, Some(actor.member_id), EventKind::RolloutApproved, data))
    }
}

/// The tenants' rollouts, held, where the whole is what the caller saw.
async fn reviewed(tx: &WriteTx, bulk: &domain::bulk_rollout::BulkRollout, digest: &str) -> AppResult<Vec<ManagedRollout>> {
    let rollouts = tx.hold_bulk_rollout_rollouts(bulk.workspace_id, bulk.id).await?;
    let items = tx.bulk_rollout_items(bulk.workspace_id, bulk.id).await?;
    match digest_over(bulk, &items, &rollouts) {
        Some(current) if current == digest => Ok(rollouts),
        Some(current) => Err(Refusal::StaleReview { current }.into()),
        None => {
            let view = BulkRolloutView::load(tx, bulk.clone()).await?;
            Err(super::start::not_ready(&view, "wait until every tenant has its plan, or leave out those that can have none"))
        }
    }
}

/// Which of the people behind the plans and the actor are one person.
async fn persons_of(tx: &WriteTx, actor: &Actor, rollouts: &[ManagedRollout]) -> AppResult<Persons> {
    let mut ids: BTreeSet<MemberId> = BTreeSet::from([actor.member_id]);
    for rollout in rollouts {
        ids.insert(rollout.created_by);
        ids.extend(rollout.editors.iter().copied());
        ids.extend(rollout.approvals.iter().map(|approval| approval.requested_by));
        ids.extend(rollout.approvals.iter().flat_map(|approval| approval.decisions.iter().map(|decision| decision.by)));
    }
    Ok(Persons::of(&with_owners(tx, actor.workspace_id, ids).await?))
}

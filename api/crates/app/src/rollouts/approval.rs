//! `requestRolloutApproval` and `decideRolloutApproval`: one approval of the plan for all of its steps.

use std::collections::BTreeSet;

use domain::access::Operation;
use domain::event::EventKind;
use domain::id::{ApprovalId, MemberId};
use domain::person::Persons;
use domain::rollout::approval::{PlanDecision, approve, reject, request};
use domain::rollout::{Command, EndReason, ManagedRollout, command};
use domain::workspace::Actor;
use serde_json::json;
use store::Reader;

use super::command::{DecideRolloutApproval, RequestRolloutApproval};
use super::step::{RolloutAsked, RolloutTaken};
use super::tick::pace;
use super::tick::signals::none_needed;
use super::tick::told::{event, settled};
use super::view::RolloutView;
use crate::App;
use crate::changes::approval::optional_text;
use crate::changes::gate_facts::with_owners;
use crate::command::Verdict;
use crate::error::{AppError, AppResult};

impl App {
    /// Asks for the approval of other persons, for exactly the plan that the caller saw.
    pub async fn request_rollout_approval(&self, actor: &Actor, asked: RequestRolloutApproval) -> AppResult<RolloutView> {
        let step = RolloutAsked {
            operation: Operation::RequestRolloutApproval,
            id: asked.id,
            expected_revision: None,
            idempotency_key: &asked.idempotency_key,
            input: &asked,
        };
        self.rollout_step(actor, step, async |_, mut rollout| {
            request(&mut rollout, ApprovalId(self.ids().uuid()), &asked.digest, actor.member_id, self.now())?;
            Ok(self.reviewed(actor, rollout, &asked.digest))
        })
        .await
    }

    /// Approves or rejects the plan as the approver saw it. Who made, edited or submitted it cannot decide. A rejected plan is cancelled.
    pub async fn decide_rollout_approval(&self, actor: &Actor, asked: DecideRolloutApproval) -> AppResult<RolloutView> {
        let comment = optional_text(asked.comment.as_deref(), "comment")?;
        let step = RolloutAsked {
            operation: Operation::DecideRolloutApproval,
            id: asked.id,
            expected_revision: None,
            idempotency_key: &asked.idempotency_key,
            input: &asked,
        };
        self.rollout_step(actor, step, async |tx, mut rollout| {
            if asked.approve == Verdict::Reject && comment.is_none() {
                return Err(AppError::invalid(&["input", "comment"], "say why when rejecting"));
            }
            let persons = persons_of(tx, actor, &rollout).await?;
            let decision =
                PlanDecision { digest: &asked.digest, by: actor.member_id, persons: &persons, at: self.now(), comment: comment.clone() };
            match asked.approve {
                Verdict::Approve => approve(&mut rollout, &decision)?,
                Verdict::Reject => reject(&mut rollout, &decision)?,
            }
            let before = rollout.state.clone();
            if asked.approve == Verdict::Reject {
                let cancel = Command::Cancel { reason: comment.clone().unwrap_or_default(), end: EndReason::Rejected };
                let (now, pace) = (self.now(), pace(self));
                let transition = command(&before, &cancel, now, &none_needed(), &pace)?;
                rollout.state = before.commanded(&transition, now, &pace);
            }
            let ended = settled(&before, &rollout, Some(actor.member_id), comment.as_deref());
            let mut taken = self.reviewed(actor, rollout, &asked.digest);
            taken.events.extend(ended);
            Ok(taken)
        })
        .await
    }

    fn reviewed(&self, actor: &Actor, rollout: ManagedRollout, digest: &str) -> RolloutTaken {
        let last = rollout.approvals.last();
        let data = json!({
            "state": last.map(|approval| approval.state),
            "digest": digest,
            "approved": last.map(|approval| approval.decisions.len()),
            "quorum": last.map(|approval| approval.quorum),
        });
        let events = vec![event(&rollout, Some(actor.member_id), EventKind::RolloutApproved, data.clone())];
        RolloutTaken { rollout, detail: data, events }
    }
}

/// Which of the people behind the plan and the actor are one person.
pub(super) async fn persons_of(tx: &Reader, actor: &Actor, rollout: &ManagedRollout) -> AppResult<Persons> {
    let asked = rollout.approvals.iter().map(|approval| approval.requested_by);
    let given = rollout.approvals.iter().flat_map(|approval| approval.decisions.iter().map(|decision| decision.by));
    let mut ids: BTreeSet<MemberId> = rollout.editors.iter().copied().chain(asked).chain(given).collect();
    ids.extend([actor.member_id, rollout.created_by]);
    Ok(Persons::of(&with_owners(tx, actor.workspace_id, ids).await?))
}

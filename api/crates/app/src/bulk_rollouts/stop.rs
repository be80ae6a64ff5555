//! `cancelBulkRollout` and `rollBackBulkRollout`: every tenant's rollout is stopped in one transaction, so that none is forgotten.

use domain::access::Operation;
use domain::bulk::NotStarted;
use domain::id::{AuditId, MemberId};
use domain::rollout::{Command, CommandKind, EndReason, ManagedRollout, allowed};
use domain::workspace::Actor;
use serde_json::json;
use store::WriteTx;

use super::command::ReasonedBulkRolloutStep;
use super::hold::step;
use super::start::not_ready;
use super::step::{Stopped, Taken, check_reason};
use super::view::BulkRolloutView;
use crate::App;
use crate::error::AppResult;
use crate::rollouts::{none_needed, rollout_look};

impl App {
    /// Gives it up in every tenant: twins that are on go into report-only mode. What is complete stays. Accepted whatever is going on.
    pub async fn cancel_bulk_rollout(&self, actor: &Actor, asked: ReasonedBulkRolloutStep) -> AppResult<BulkRolloutView> {
        let cancel = Command::Cancel { reason: asked.reason.clone(), end: EndReason::Asked };
        self.stop_all(actor, Operation::CancelBulkRollout, asked, cancel).await
    }

    /// Takes it back in every tenant that is on its way: twins are disabled. What is complete stays. Accepted whatever is going on.
    pub async fn roll_back_bulk_rollout(&self, actor: &Actor, asked: ReasonedBulkRolloutStep) -> AppResult<BulkRolloutView> {
        let back = Command::RollBack { reason: asked.reason.clone() };
        self.stop_all(actor, Operation::RollBackBulkRollout, asked, back).await
    }

    async fn stop_all(
        &self,
        actor: &Actor,
        operation: Operation,
        asked: ReasonedBulkRolloutStep,
        command: Command,
    ) -> AppResult<BulkRolloutView> {
        check_reason(&asked.reason)?;
        let left_out = Command::Cancel { reason: asked.reason.clone(), end: EndReason::Asked };
        self.bulk_rollout_step(actor, step(operation, &asked), async |tx, mut bulk| {
            let view = BulkRolloutView::load(tx, bulk.clone()).await?;
            if view.status.terminal() {
                return Err(not_ready(&view, "it is over: what is complete is rolled back policy by policy"));
            }
            let mut stopped = Stopped::default();
            for rollout in tx.hold_bulk_rollout_rollouts(bulk.workspace_id, bulk.id).await? {
                // Where there is nothing to take back, it is given up.
                let takes = allowed(&rollout.state);
                let how = [&command, &left_out].into_iter().find(|command| takes.contains(&command.kind()));
                let Some(how) = how.filter(|_| !rollout.state.status.terminal()) else { continue };
                self.stop_child(tx, rollout, how, Some(actor.member_id), &mut stopped).await?;
            }
            let mut rest = tx.bulk_rollout_items(bulk.workspace_id, bulk.id).await?;
            rest.retain(|item| item.rollout_id.is_none() && item.excluded.is_none() && item.not_started.is_none());
            rest.iter_mut().for_each(|item| item.not_started = Some(NotStarted::Cancelled));
            tx.put_bulk_rollout_items(&rest).await?;
            bulk.hold = None;
            let detail = json!({ "reason": asked.reason, "rollouts": stopped.audits.len() });
            Ok(Taken { bulk, detail, events: stopped.events, audits: stopped.audits })
        })
        .await
    }

    /// Stops one tenant's rollout and has it looked at. Appends nothing, and does not commit.
    pub(super) async fn stop_child(
        &self,
        tx: &WriteTx,
        rollout: ManagedRollout,
        command: &Command,
        by: Option<MemberId>,
        stopped: &mut Stopped,
    ) -> AppResult<()> {
        let now = self.now();
        let taken = self.moved(by, rollout, command, &none_needed())?;
        let mut rollout = taken.rollout;
        rollout.revision += 1;
        rollout.version += 1;
        rollout.updated_at = now;
        if rollout.state.status.terminal() {
            tx.unwatch_rollout(rollout.workspace_id, rollout.id, now).await?;
        }
        tx.update_rollout(&rollout).await?;
        let action = match command.kind() {
            CommandKind::RollBack => Operation::RollBackRollout,
            _ => Operation::CancelRollout,
        };
        tx.enqueue_job(&rollout_look(self, &rollout)).await?;
        stopped.audits.push((AuditId(self.ids().uuid()), super::wave::entry(by, action, &rollout, taken.detail)));
        stopped.events.extend(taken.events.into_iter().chain(self.settled_suggestion(tx, &rollout).await?));
        Ok(())
    }
}

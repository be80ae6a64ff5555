//! `applyChange`: through the gate, then to the worker.
//!
//! The transaction that makes the change `applying` also consumes its intent and enqueues the job, so that from its commit on
//! the change ends as `applied` or `failed` whatever happens to this process.

use domain::access::Operation;
use domain::change::gate::{ApplyPermit, may_apply};
use domain::change::refusal::Refusal;
use domain::change::request::ChangeRequest;
use domain::change::transition::{ChangeCommand, Transition, transition};
use domain::id::{JobId, MemberId};
use domain::tenant::Tenant;
use domain::workspace::Actor;
use store::{ApplyIntent, IntentStage, WriteTx};

use crate::App;
use crate::bulk::prerequisites::Planned;
use crate::changes::gate_facts::GateFacts;
use crate::changes::step::Step;
use crate::command::ApplyChange;
use crate::error::{AppError, AppResult};
use crate::runner::jobs::apply_job;

impl App {
    /// Starts the apply and returns the change as `applying`. Follow it through its events.
    pub async fn apply_change(&self, actor: &Actor, command: ApplyChange) -> AppResult<ChangeRequest> {
        let step = Step {
            operation: Operation::ApplyChange,
            id: command.id,
            expected_revision: Some(command.expected_revision),
            idempotency_key: &command.idempotency_key,
            input: &command,
        };
        self.step(actor, step, async |tx, change| {
            match &change.dry_run {
                Some(dry_run) if dry_run.digest != command.digest => {
                    return Err(Refusal::StaleReview { current: dry_run.digest.clone() }.into());
                }
                _ => {}
            }
            self.start_apply(tx, actor, change).await
        })
        .await
    }

    /// The one way into `applying`: gate, transition, intent, job. Does not commit.
    pub(crate) async fn start_apply(&self, tx: &WriteTx, actor: &Actor, change: ChangeRequest) -> AppResult<Transition> {
        self.start_apply_as(tx, Some(actor.member_id), change).await
    }

    /// The same in a member's name, or in nobody's: a rollout that takes its twin back asks nobody.
    pub(crate) async fn start_apply_as(&self, tx: &WriteTx, by: Option<MemberId>, change: ChangeRequest) -> AppResult<Transition> {
        let tenant = tx.tenant(change.workspace_id, change.tenant_id).await?.ok_or(AppError::NotFound)?;
        let permit = self.gate(tx, &change, &tenant).await?;
        let now = self.now();
        let applying = transition(change, ChangeCommand::Apply(permit), by, now)?;
        let change = &applying.change;
        let Some(dry_run) = &change.dry_run else { return Err(Refusal::DryRunRequired.into()) };
        let Planned { write, desired_hash } = self.with_prerequisites(tx, change, dry_run).await?;
        let job = apply_job(JobId(self.ids().uuid()), change, now);
        tx.enqueue_job(&job).await?;
        tx.begin_intent(&ApplyIntent {
            change_id: change.id,
            workspace_id: change.workspace_id,
            tenant_id: change.tenant_id,
            job_id: job.id,
            fence: 0,
            stage: IntentStage::Planned,
            base_hash: dry_run.base_hash.clone(),
            desired_hash,
            write,
            client_request_id: self.ids().uuid(),
            pre_snapshot_id: None,
            write_started_at: None,
            write_status: None,
            write_result: None,
            finished_at: None,
            known_ids: None,
            result_graph_id: None,
        })
        .await?;
        Ok(applying)
    }

    /// Asks `may_apply`, with approvers and freeze windows looked up again.
    async fn gate(&self, tx: &WriteTx, change: &ChangeRequest, tenant: &Tenant) -> AppResult<ApplyPermit> {
        let now = self.now();
        let facts = GateFacts::load(tx, change, tenant, now).await?.with_emergency(self, tx, change, tenant).await?;
        Ok(may_apply(change, &facts.context(tenant), now)?)
    }
}

//! What the saga writes to our own database: the intent's progress, snapshots, and the outcome in one transaction.

use domain::audit::{AuditOutcome, NewAuditEntry};
use domain::change::failure::ChangeFailure;
use domain::change::request::ChangeRequest;
use domain::change::transition::{ChangeCommand, transition};
use domain::event::{EventKind, NewEvent, SubjectKind};
use domain::id::{AuditId, SnapshotId};
use domain::snapshot::SnapshotKind;
use serde_json::{Value, json};
use store::{IntentStage, WriteTx};

use super::target::Live;
use super::{Apply, Next};
use crate::failpoint::ApplyStep;
use crate::runner::JobError;
use crate::sync::record::{ObjectSeen, SnapshotOf, snapshot_of_one};

impl Apply<'_> {
    /// Commits the intent as it stands; refused when another worker holds the job by now.
    pub(super) async fn save_intent(&mut self) -> Result<(), JobError> {
        let tx = self.app.store().write().await?;
        self.advance(&tx).await?;
        let event = self.event(EventKind::ApplyProgress, json!({ "stage": self.stage() }));
        tx.append_events(self.change.workspace_id, self.app.now(), vec![event]).await?;
        tx.commit().await?;
        self.app.hub().poke();
        Ok(())
    }

    /// The last look before Graph is called: a worker that was held up since its write-ahead record may have been succeeded (P17).
    pub(super) async fn still_ours(&self) -> Result<(), JobError> {
        let tx = self.app.store().write().await?;
        tx.assert_fence(self.job.lease()).await?;
        Ok(tx.commit().await?)
    }

    /// Records that Graph took the write, by its answer or by what was read.
    pub(super) async fn answered(&mut self, status: i32, request_id: Option<String>) -> Result<(), JobError> {
        self.intent.stage = IntentStage::WriteAnswered;
        self.intent.write_status = (status != 0).then_some(status);
        self.intent.write_result = Some(request_id.unwrap_or_else(|| "reconciled: written".to_owned()));
        self.save_intent().await
    }

    /// Stores the live object as the pre-change snapshot, once per attempt that may write.
    pub(super) async fn store_pre_snapshot(&mut self, live: &Live) -> Result<(), JobError> {
        if self.intent.pre_snapshot_id.is_some() {
            return Ok(());
        }
        let tx = self.app.store().write().await?;
        let id = SnapshotId(self.app.ids().uuid());
        self.snapshot(&tx, SnapshotOf { id, kind: SnapshotKind::PreChange }, live).await?;
        self.intent.pre_snapshot_id = Some(id);
        self.advance(&tx).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn snapshot(&self, tx: &WriteTx, new: SnapshotOf, live: &Live) -> Result<(), JobError> {
        let seen = ObjectSeen { kind: self.item_kind(), graph_id: self.object_id(), value: live.value.as_ref() };
        snapshot_of_one(tx, &self.tenant, new, self.change.id, &seen, self.app.now()).await.map_err(JobError::app)
    }

    /// The outcome `applied`: post-change snapshot, the object's row, change, event, audit and, for a rollback, the original, in one
    /// transaction.
    pub(super) async fn succeed(&mut self, live: &Live, write_performed: bool) -> Result<Next, JobError> {
        let now = self.app.now();
        let tx = self.app.store().write().await?;
        let post = SnapshotId(self.app.ids().uuid());
        self.snapshot(&tx, SnapshotOf { id: post, kind: SnapshotKind::PostChange }, live).await?;
        let mut change = self.change.clone();
        change.target_graph_id = self.object_id().map(|id| id.to_string());
        change.policy_id = self.record_object(&tx, post, live).await.map_err(JobError::app)?;
        if let Some(mut tenant) = tx.tenant(self.tenant.workspace_id, self.tenant.id).await? {
            tenant.latest_snapshot_id = Some(post);
            tx.update_tenant(&tenant).await?;
        }
        let outcome = ChangeCommand::OutcomeApplied { pre: self.intent.pre_snapshot_id, post: Some(post), write_performed };
        let applied = transition(change, outcome, None, now).map_err(|refusal| JobError::broken(&refusal.to_string()))?;
        if self.change.policy_id.is_none() {
            tx.make_newest_change(&applied.change).await?;
        }
        if let Some(original) = applied.change.rollback_of {
            self.mark_rolled_back(&tx, original, &applied.change).await?;
        }
        let detail = json!({ "writePerformed": write_performed, "graphStatus": self.intent.write_status, "preSnapshot": self.intent.pre_snapshot_id, "postSnapshot": post });
        self.commit_outcome(tx, applied, AuditOutcome::Done, detail).await
    }

    /// The outcome `failed`, in one transaction.
    pub(super) async fn fail(&mut self, failure: ChangeFailure, write_performed: Option<bool>) -> Result<Next, JobError> {
        let tx = self.app.store().write().await?;
        let detail = json!({ "stage": failure.stage, "code": failure.code, "graphStatus": failure.graph_status, "outcomeUnknown": failure.outcome_unknown });
        let outcome = ChangeCommand::OutcomeFailed { failure, pre: self.intent.pre_snapshot_id, write_performed };
        let failed =
            transition(self.change.clone(), outcome, None, self.app.now()).map_err(|refusal| JobError::broken(&refusal.to_string()))?;
        self.commit_outcome(tx, failed, AuditOutcome::Failed, detail).await
    }

    async fn commit_outcome(
        &mut self,
        tx: WriteTx,
        outcome: domain::change::transition::Transition,
        audit: AuditOutcome,
        detail: Value,
    ) -> Result<Next, JobError> {
        self.intent.stage = IntentStage::Finished;
        self.intent.finished_at = Some(self.app.now());
        self.advance(&tx).await?;
        tx.update_change(&outcome.change).await?;
        self.app.wake_bulk(&tx, &outcome.change).await?;
        self.app.wake_rollout(&tx, &outcome.change).await?;
        self.app.settle_suggestion(&tx, &outcome.change).await?;
        tx.append_events(self.change.workspace_id, self.app.now(), outcome.events).await?;
        self.audit(&tx, &outcome.change, audit, detail).await?;
        tx.commit().await?;
        self.app.hub().poke();
        self.app.failpoints().at(ApplyStep::Committed).await;
        Ok(Next::Done)
    }

    async fn mark_rolled_back(&self, tx: &WriteTx, original: domain::id::ChangeId, by: &ChangeRequest) -> Result<(), JobError> {
        let Some(original) = tx.change(self.change.workspace_id, original).await? else {
            return Err(JobError::broken("the change to be rolled back is gone"));
        };
        let done = transition(original, ChangeCommand::RolledBack { by: by.id }, by.applied_by, self.app.now())
            .map_err(|refusal| JobError::broken(&refusal.to_string()))?;
        tx.update_change(&done.change).await?;
        self.app.wake_bulk(tx, &done.change).await?;
        tx.append_events(self.change.workspace_id, self.app.now(), done.events).await?;
        self.audit(tx, &done.change, AuditOutcome::Done, json!({ "rolledBackBy": by.id })).await
    }

    async fn audit(&self, tx: &WriteTx, change: &ChangeRequest, outcome: AuditOutcome, detail: Value) -> Result<(), JobError> {
        let entry = NewAuditEntry {
            actor: change.applied_by,
            action: "system.applyChange".to_owned(),
            tenant_id: Some(change.tenant_id),
            subject_kind: SubjectKind::ChangeRequest,
            subject_id: change.id.0,
            outcome,
            detail,
        };
        tx.append_audit(change.workspace_id, AuditId(self.app.ids().uuid()), self.app.now(), entry).await?;
        Ok(())
    }

    /// Checks the fence and saves the intent: a worker whose lease ran out can commit nothing.
    async fn advance(&self, tx: &WriteTx) -> Result<(), JobError> {
        tx.assert_fence(self.job.lease()).await?;
        tx.advance_intent(&self.intent).await?;
        Ok(())
    }

    fn event(&self, kind: EventKind, data: Value) -> NewEvent {
        NewEvent {
            kind,
            actor: None,
            tenant_id: Some(self.change.tenant_id),
            subject_kind: SubjectKind::ChangeRequest,
            subject_id: self.change.id.0,
            data,
        }
    }
}

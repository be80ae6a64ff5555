//! Jobs of rollouts across tenants, and what puts them in.

use domain::id::{BulkRolloutId, JobId, WorkspaceId};
use domain::rollout::{ManagedRollout, Rollout};
use serde_json::json;
use store::{NewJob, WriteTx};

use crate::App;
use crate::runner::jobs::{BulkRolloutPayload, JobKind, rollout_job};

/// The job that takes the waves further. Whatever gives a reason puts in one of its own; they run one at a time, and one that begins does the work
/// of all that wait.
pub(super) fn wave_job(app: &App, workspace: WorkspaceId, bulk: BulkRolloutId) -> NewJob {
    job(app, JobKind::BulkRolloutWave, workspace, bulk)
}

/// The job that makes the tenants' plans.
pub(super) fn plan_job(app: &App, workspace: WorkspaceId, bulk: BulkRolloutId) -> NewJob {
    job(app, JobKind::BulkRolloutPlan, workspace, bulk)
}

fn job(app: &App, kind: JobKind, workspace: WorkspaceId, bulk: BulkRolloutId) -> NewJob {
    let now = app.now();
    NewJob {
        id: JobId(app.ids().uuid()),
        workspace_id: workspace,
        tenant_id: None,
        kind: kind.as_str().to_owned(),
        dedup_key: None,
        serial_key: Some(format!("{kind}:{bulk}")),
        payload: json!(BulkRolloutPayload { bulk_id: bulk }),
        priority: 0,
        run_at: now,
        max_attempts: i32::MAX,
        created_at: now,
    }
}

impl App {
    /// Called by whatever saves a rollout, in the transaction that saves it: where it has moved, and is a part of one across tenants, the waves of
    /// that are looked at. Does not commit.
    pub(crate) async fn wake_bulk_rollout(
        &self,
        tx: &WriteTx,
        before: &Rollout,
        rollout: &ManagedRollout,
    ) -> Result<(), store::StoreError> {
        let Some(bulk) = rollout.bulk_rollout_id else { return Ok(()) };
        let reason = |rollout: &Rollout| rollout.pause.as_ref().map(|pause| pause.reason);
        if before.status == rollout.state.status && reason(before) == reason(&rollout.state) {
            return Ok(());
        }
        tx.enqueue_job(&wave_job(self, rollout.workspace_id, bulk)).await?;
        Ok(())
    }

    /// Has the rollouts of a rollout across tenants looked at, those that have begun and not ended. Does not commit.
    pub(super) async fn wake_children(&self, tx: &WriteTx, workspace: WorkspaceId, bulk: BulkRolloutId) -> Result<(), store::StoreError> {
        for rollout in tx.bulk_rollout_rollouts(workspace, bulk).await? {
            let state = &rollout.state;
            if state.phase > 0 && !state.status.terminal() {
                tx.enqueue_job(&rollout_job(JobId(self.ids().uuid()), workspace, rollout.id, self.now())).await?;
            }
        }
        Ok(())
    }
}

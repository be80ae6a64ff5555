//! An outcome of a rollout's change wakes the rollout.

use domain::change::request::ChangeRequest;
use domain::change::status::ChangeStatus;
use domain::id::JobId;
use domain::rollout::ManagedRollout;
use store::{NewJob, WriteTx};

use crate::App;
use crate::runner::jobs::rollout_job;

/// The job that looks at a rollout now.
pub(crate) fn rollout_look(app: &App, rollout: &ManagedRollout) -> NewJob {
    rollout_job(JobId(app.ids().uuid()), rollout.workspace_id, rollout.id, app.now())
}

impl App {
    /// Called by whatever saves a change, in the transaction that saves it: where the change has just ended and is a step of a rollout, that is
    /// looked at. Does not commit.
    pub(crate) async fn wake_rollout(&self, tx: &WriteTx, change: &ChangeRequest) -> Result<(), store::StoreError> {
        if !matches!(change.status, ChangeStatus::Applied | ChangeStatus::Failed) {
            return Ok(());
        }
        let Some(rollout) = change.rollout_id else { return Ok(()) };
        tx.enqueue_job(&rollout_job(JobId(self.ids().uuid()), change.workspace_id, rollout, self.now())).await?;
        Ok(())
    }
}

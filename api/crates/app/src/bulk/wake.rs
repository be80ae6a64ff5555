//! An outcome of one change wakes the run that it is a part of.

use domain::change::request::ChangeRequest;
use domain::change::status::ChangeStatus;
use domain::id::JobId;
use store::WriteTx;

use crate::App;
use crate::runner::jobs::advance_job;

impl App {
    /// Called by whatever saves a change, in the transaction that saves it and before its events, which everybody waits for: where the change
    /// has just ended and is part of a bulk change, that goes on. Does not commit.
    pub(crate) async fn wake_bulk(&self, tx: &WriteTx, change: &ChangeRequest) -> Result<(), store::StoreError> {
        if !matches!(change.status, ChangeStatus::Applied | ChangeStatus::Failed | ChangeStatus::RolledBack) {
            return Ok(());
        }
        let Some(bulk) = change.bulk_change_id else { return Ok(()) };
        let job = advance_job(JobId(self.ids().uuid()), change.workspace_id, bulk, Some(change.id), self.now());
        tx.enqueue_job(&job).await?;
        Ok(())
    }
}

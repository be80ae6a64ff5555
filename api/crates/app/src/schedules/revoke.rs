//! A schedule ends with the change that it was armed for.

use domain::change::request::ChangeRequest;
use domain::id::MemberId;
use domain::schedule::{ScheduleCommand, still_stands};
use store::WriteTx;

use super::record::Record;
use crate::App;
use crate::error::AppResult;

impl App {
    /// Revokes the schedule of a change that was just saved, if it is not the change any more that was armed: cancelled, rejected, edited,
    /// another dry-run, no approval, applied by hand. Called by the one place that saves steps of changes; does not commit.
    pub(crate) async fn revoke_schedule(&self, tx: &WriteTx, change: &ChangeRequest, by: Option<MemberId>) -> AppResult<()> {
        let Some(schedule) = tx.active_schedule(change.workspace_id, change.id).await? else { return Ok(()) };
        let Some(void) = still_stands(&schedule, change) else { return Ok(()) };
        // Where its job is running already it finds the schedule revoked, and ends.
        tx.cancel_job(schedule.workspace_id, schedule.job_id, self.now()).await?;
        let record = Record { action: "system.revokeSchedule", by };
        self.step_schedule(tx, schedule, ScheduleCommand::Revoke(void.detail()), record).await?;
        Ok(())
    }
}

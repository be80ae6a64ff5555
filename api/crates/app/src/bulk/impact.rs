//! To be written.

use store::Job;

use crate::App;
use crate::runner::{JobEnd, JobError};

/// Runs the job.
pub(crate) async fn run(_app: &App, _job: &Job) -> Result<JobEnd, JobError> {
    Err(JobError::broken("not there yet"))
}

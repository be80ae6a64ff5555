//! Background jobs. A worker holds a job by a lease that ends by itself, and by a fence that every later claim raises: each of its writes states the
//! fence, so a worker that was paused past its lease can't write any more (P17). Instants come from the workers' clocks; if two clocks differ by more
//! than a lease, a job is claimed early, and the fence still keeps the writes apart.

mod claim;
mod finish;
mod queue;

use chrono::{DateTime, Utc};
use domain::id::{JobId, TenantId, WorkspaceId};
use domain::text_enum;
use entity::job;
use serde_json::Value;

use crate::convert::{json, text};

pub use queue::Enqueued;

text_enum! {
    /// Where a job stands.
    JobState {
        /// Waits for its instant or a worker.
        Ready = "READY",
        /// A worker holds it, or held it until the lease ran out.
        Running = "RUNNING",
        /// Did its work.
        Done = "DONE",
        /// Gave up; `last_error` says why.
        Failed = "FAILED",
        /// Was taken back before it ran.
        Cancelled = "CANCELLED",
    }
}

/// A job to be.
#[derive(Clone, Debug, PartialEq)]
pub struct NewJob {
    /// Our id.
    pub id: JobId,
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// The tenant, for fairness between tenants.
    pub tenant_id: Option<TenantId>,
    /// What to do; the runner's name for it.
    pub kind: String,
    /// While a job of the workspace with this key is waiting or running, a second one is not taken.
    pub dedup_key: Option<String>,
    /// Jobs of the workspace with this key run one at a time, such as all writes to one tenant.
    pub serial_key: Option<String>,
    /// What to do it to.
    pub payload: Value,
    /// Lower goes first.
    pub priority: i32,
    /// Not before this instant.
    pub run_at: DateTime<Utc>,
    /// After so many claims the runner should give up: see [`Job::exhausted`].
    pub max_attempts: i32,
    /// Creation instant.
    pub created_at: DateTime<Utc>,
}

/// A job.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    /// Our id.
    pub id: JobId,
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// The tenant.
    pub tenant_id: Option<TenantId>,
    /// What to do.
    pub kind: String,
    /// See [`NewJob::dedup_key`].
    pub dedup_key: Option<String>,
    /// See [`NewJob::serial_key`].
    pub serial_key: Option<String>,
    /// What to do it to.
    pub payload: Value,
    /// Lower goes first.
    pub priority: i32,
    /// Where it stands.
    pub state: JobState,
    /// Not before this instant.
    pub run_at: DateTime<Utc>,
    /// Claims so far, the present one included.
    pub attempts: i32,
    /// See [`NewJob::max_attempts`].
    pub max_attempts: i32,
    /// Who holds it.
    pub lease_owner: Option<String>,
    /// Until when.
    pub lease_until: Option<DateTime<Utc>>,
    /// Raised by every claim.
    pub fence: i64,
    /// What went wrong last.
    pub last_error: Option<String>,
    /// Creation instant.
    pub created_at: DateTime<Utc>,
}

/// Proof of a claim: what every write on the job's behalf states.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct JobLease {
    /// The job.
    pub id: JobId,
    /// The claim.
    pub fence: i64,
}

impl Job {
    /// The claim that this copy of the job stands for.
    pub fn lease(&self) -> JobLease {
        JobLease { id: self.id, fence: self.fence }
    }

    /// It was claimed more often than it may be. Claiming never gives up by itself, because only the runner knows what must be set right first.
    pub fn exhausted(&self) -> bool {
        self.attempts > self.max_attempts
    }
}

fn to_job(row: job::Model) -> crate::Result<Job> {
    Ok(Job {
        id: JobId(row.id),
        workspace_id: WorkspaceId(row.workspace_id),
        tenant_id: row.tenant_id.map(TenantId),
        kind: row.kind,
        dedup_key: row.dedup_key,
        serial_key: row.serial_key,
        payload: json("job.payload", &row.payload)?,
        priority: row.priority,
        state: text("job.state", &row.state)?,
        run_at: row.run_at,
        attempts: row.attempts,
        max_attempts: row.max_attempts,
        lease_owner: row.lease_owner,
        lease_until: row.lease_until,
        fence: row.fence,
        last_error: row.last_error,
        created_at: row.created_at,
    })
}

//! The apply saga: the only code that writes to Graph (ARCHITECTURE.md, invariant 2).
//!
//! `intent (committed with "applying") -> GET live, compare -> pre-change snapshot -> write-ahead record -> one write -> record the
//! answer -> read back -> outcome, post-change snapshot, event, audit (one transaction)`.
//!
//! Every step commits before the next one begins, and every step can be entered again: the intent's stage says which. Graph has no
//! idempotency key and no conditional write, so a write whose outcome is unknown is never sent again before two reads, a settle time
//! apart, agree that it did not happen.

mod abandon;
mod compare;
mod finish;
mod reconcile;
mod reviewed;
mod rows;
mod steps;
mod target;

pub(crate) use abandon::abandon;
use domain::change::failure::FailureStage;
use domain::change::request::ChangeRequest;
use domain::change::status::ChangeStatus;
use domain::document::Canonical;
use domain::document::diff::NameTable;
use domain::policy::Policy;
use domain::tenant::Tenant;
use graph::TenantGraph;
use reviewed::Reviewed;
use serde_json::Value;
use store::{ApplyIntent, IntentStage, Job};

use crate::App;
use crate::failpoint::ApplyStep;
use crate::runner::{JobEnd, JobError};

/// One apply in progress: what was loaded, and where it stands.
pub(crate) struct Apply<'a> {
    app: &'a App,
    job: &'a Job,
    graph: TenantGraph,
    tenant: Tenant,
    /// The policy's row; `None` for named locations, and for a creation.
    policy: Option<Policy>,
    change: ChangeRequest,
    intent: ApplyIntent,
    /// What the dry-run was made against, as our snapshot had it; for the live diff of a conflict.
    base: Canonical,
    /// The same, verbatim; `None` where there was no object.
    base_value: Option<Value>,
    /// For a restore: what the recycle bin held when it was last seen. Absent for every other kind.
    in_bin: Canonical,
    names: NameTable,
}

/// Where a step leaves the saga.
enum Next {
    /// Go on with the stage that the intent shows now.
    Continue,
    /// Ended: the outcome is committed.
    Done,
    /// Try again later: nothing is open.
    Later(JobEnd),
}

/// Runs the saga of one change from wherever it stands.
pub(crate) async fn run(app: &App, job: &Job) -> Result<JobEnd, JobError> {
    let Some(mut apply) = Apply::load(app, job).await? else {
        return Ok(JobEnd::Done);
    };
    app.failpoints().at(ApplyStep::Claimed).await;
    loop {
        let next = match apply.intent.stage {
            IntentStage::Planned => apply.prepare_and_write().await?,
            IntentStage::WriteStarted => apply.reconcile().await?,
            IntentStage::WriteAnswered | IntentStage::Verified => apply.verify().await?,
            IntentStage::Finished => Next::Done,
        };
        match next {
            Next::Continue => {}
            Next::Done => return Ok(JobEnd::Done),
            Next::Later(end) => return Ok(end),
        }
    }
}

impl<'a> Apply<'a> {
    /// Loads the change and takes over its intent; `None` when the change isn't `applying` any more.
    async fn load(app: &'a App, job: &'a Job) -> Result<Option<Self>, JobError> {
        let payload: crate::runner::jobs::ApplyPayload = JobError::decode(job)?;
        let tx = app.store().write().await?;
        let change = tx.change(job.workspace_id, payload.change_id).await?.ok_or_else(|| JobError::broken("the change is gone"))?;
        if change.status != ChangeStatus::Applying {
            return Ok(None);
        }
        let intent = tx.take_over_intent(job.workspace_id, change.id, job.lease()).await?;
        let tenant = tx.tenant(job.workspace_id, change.tenant_id).await?.ok_or_else(|| JobError::broken("the tenant is gone"))?;
        let Reviewed { policy, base_value, base, in_bin } = Reviewed::load(&tx, &change, &tenant, &intent).await.map_err(JobError::app)?;
        let names = NameTable::new(tx.directory(job.workspace_id, change.tenant_id).await?);
        tx.commit().await?;
        let graph = app.tenant_graph(&tenant).await.map_err(JobError::app)?;
        Ok(Some(Apply { app, job, graph, tenant, policy, change, intent, base, base_value, in_bin, names }))
    }

    /// The stage that a failure right now belongs to.
    fn stage(&self) -> FailureStage {
        match self.intent.stage {
            IntentStage::Planned if self.intent.pre_snapshot_id.is_none() => FailureStage::PreSnapshot,
            IntentStage::Planned | IntentStage::WriteStarted => FailureStage::Write,
            IntentStage::WriteAnswered => FailureStage::Verify,
            IntentStage::Verified | IntentStage::Finished => FailureStage::PostSnapshot,
        }
    }

    /// Whether the apply has used up its time, counted from the moment it was asked for.
    fn expired(&self) -> bool {
        let limit = chrono::TimeDelta::from_std(self.app.settings().apply_deadline).unwrap_or(chrono::TimeDelta::MAX);
        self.app.now() - self.change.updated_at >= limit
    }
}

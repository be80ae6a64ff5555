//! Reads a tenant's sign-in log over Graph and folds it into summaries (domain.md section 6). Raw sign-ins are not kept, but for those that a rollout's twin decided on.
//!
//! The log is read in slices of time, oldest slice first, each page by page, newest entry first, as Graph gives them. What several pages gave
//! is flushed in one transaction: chunks, the ids that were counted, and where to go on, under the job's fence. So a killed process, or one
//! that lost its lease, neither counts a sign-in twice nor leaves one out; and memory holds one flush, however long the window is.

mod batch;
mod fail;
mod keep;
mod read;
mod request;
mod slice;
mod watch;

use std::time::Duration;

use domain::event::EventKind;
use domain::summary::log::{SignInLog, SignInLogState};
use domain::tenant::Tenant;
use graph::TenantGraph;
use serde_json::json;
use store::Job;
use tokio::time::Instant;

use crate::App;
use crate::runner::jobs::IngestPayload;
use crate::runner::{JobEnd, JobError};
use crate::sync::event;
use batch::Batch;
use fail::Trouble;

pub(crate) use fail::gave_up;
pub use request::ReadSignIns;

/// The most pages of one flush: they may be empty.
const MAX_PAGES: usize = 100;

/// One run of a job, and what it works on.
pub(crate) struct Run<'a> {
    app: &'a App,
    job: &'a Job,
    tenant: &'a Tenant,
    log: SignInLog,
    begun: Instant,
    /// How often a page had expired, in this turn.
    restarts: u32,
}

/// Runs one job for a turn; a long reading goes on in the next, so that it doesn't keep a worker from other tenants' work.
pub(crate) async fn run(app: &App, job: &Job) -> Result<JobEnd, JobError> {
    let payload: IngestPayload = JobError::decode(job)?;
    let tenant =
        app.store().reader().tenant(job.workspace_id, payload.tenant_id).await?.ok_or_else(|| JobError::broken("the tenant is gone"))?;
    let mut run = Run { app, job, tenant: &tenant, log: log_of(app, job, &tenant).await?, begun: Instant::now(), restarts: 0 };
    let graph = match app.tenant_graph(&tenant).await {
        Ok(graph) => graph,
        Err(error) => return run.fail(Trouble::of_app(error)?).await,
    };
    run.set_state(SignInLogState::Reading).await?;
    match run.slices(&graph).await {
        Ok(Turn::Over) => {
            run.announce_progress().await?;
            Ok(JobEnd::RetryIn { pause: Duration::ZERO, reason: "the reading goes on".to_owned() })
        }
        Ok(Turn::UpToDate) => {
            run.keep().await?;
            run.finish().await?;
            Ok(JobEnd::Done)
        }
        Err(Trouble::Job(error)) => Err(error),
        Err(trouble) => run.fail(trouble).await,
    }
}

/// How a turn ended.
enum Turn {
    /// There is more to read.
    Over,
    /// Everything was read, up to the settle time.
    UpToDate,
}

impl Run<'_> {
    async fn slices(&mut self, graph: &TenantGraph) -> Result<Turn, Trouble> {
        let settings = self.app.settings().sign_ins.clone();
        loop {
            if self.log.slice.is_none() {
                let Some((slice, data_from)) = slice::next(&self.log, self.job.created_at, self.app.now(), &settings) else {
                    return Ok(Turn::UpToDate);
                };
                self.log.slice = Some(slice);
                self.log.data_from = Some(data_from);
            }
            if let Turn::Over = self.pages(graph).await? {
                return Ok(Turn::Over);
            }
            self.keep().await?;
        }
    }

    /// Reads the present slice to its end, or until the turn is over.
    async fn pages(&mut self, graph: &TenantGraph) -> Result<Turn, Trouble> {
        let settings = &self.app.settings().sign_ins;
        let (flush_rows, turn) = (settings.flush_rows, settings.turn);
        let mut batch = Batch::default();
        loop {
            let Some(slice) = self.log.slice.clone() else { return Ok(Turn::UpToDate) };
            let page = self.page(graph, &slice).await?;
            let last = page.next.is_none();
            let link = page.next.as_ref().map(|next| next.as_str().to_owned());
            batch.add(page, &slice);
            if let Some(slice) = &mut self.log.slice {
                slice.link = link;
            }
            if !last && batch.entries() < flush_rows && batch.pages() < MAX_PAGES {
                continue;
            }
            self.flush(std::mem::take(&mut batch), last).await?;
            if last {
                return Ok(Turn::UpToDate);
            }
            if self.begun.elapsed() >= turn {
                return Ok(Turn::Over);
            }
        }
    }

    /// How far it is, for those who follow the reading.
    async fn announce_progress(&self) -> Result<(), JobError> {
        let slice = self.log.slice.as_ref();
        let data = json!({
            "signIns": self.log.sign_ins, "dataThrough": self.log.data_through, "sliceFrom": slice.map(|slice| slice.from),
            "sliceTo": slice.map(|slice| slice.to),
        });
        crate::sync::announce(self.app, self.tenant, EventKind::SignInsProgress, data).await
    }

    /// Everything was read: the state and its event in one transaction.
    async fn finish(&mut self) -> Result<(), JobError> {
        let now = self.app.now();
        let data = json!({
            "signIns": self.log.sign_ins, "repeated": self.log.repeated, "unreadable": self.log.unreadable, "masked": self.log.masked,
            "dataFrom": self.log.data_from, "dataThrough": self.log.data_through,
        });
        let done =
            SignInLog { state: SignInLogState::Read, reason: None, detail: None, read_at: Some(now), updated_at: now, ..self.log.clone() };
        let tx = self.app.store().write().await?;
        tx.assert_fence(self.job.lease()).await?;
        self.log = tx.update_sign_in_log(&done).await?;
        tx.append_events(self.tenant.workspace_id, now, vec![event(self.tenant, EventKind::SignInsRead, data)]).await?;
        tx.commit().await?;
        self.app.hub().poke();
        Ok(())
    }

    async fn set_state(&mut self, state: SignInLogState) -> Result<(), JobError> {
        let changed = SignInLog { state, updated_at: self.app.now(), ..self.log.clone() };
        let tx = self.app.store().write().await?;
        tx.assert_fence(self.job.lease()).await?;
        self.log = tx.update_sign_in_log(&changed).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// The tenant's log, made where there is none.
async fn log_of(app: &App, job: &Job, tenant: &Tenant) -> Result<SignInLog, JobError> {
    let tx = app.store().write().await?;
    tx.assert_fence(job.lease()).await?;
    if let Some(log) = tx.sign_in_log(tenant.workspace_id, tenant.id).await? {
        return Ok(log);
    }
    let log = SignInLog::new(tenant.workspace_id, tenant.id, app.now());
    tx.insert_sign_in_log(&log).await?;
    tx.commit().await?;
    Ok(log)
}

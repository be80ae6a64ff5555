//! The job of one run: rights, facts, findings, suggestions.

use std::time::Duration;

use domain::access::Operation;
use domain::agent::{AgentRun, AgentRunStatus, RunFailure, RunSummary, suggest};
use domain::document::PolicyDocument;
use domain::event::EventKind;
use domain::id::JobId;
use domain::tenant::{DirectoryKind, Tenant};
use domain::workspace::Actor;
use serde_json::json;
use store::Job;
use uuid::Uuid;

use super::run_event;
use crate::App;
use crate::authorize::{authorize, in_scope};
use crate::coverage::NotMeasurable;
use crate::error::{AppError, AppResult};
use crate::evaluation::surroundings::tenant_policies;
use crate::runner::jobs::{AgentPayload, people_job};
use crate::runner::{JobEnd, JobError};
use crate::schedules::fire::deputy;

/// How often, and how long each time, a run waits for people and for the members of groups that nobody read.
const WAITS: i32 = 20;
const PAUSE: Duration = Duration::from_secs(3);

/// Runs one job.
pub(crate) async fn run(app: &App, job: &Job) -> Result<JobEnd, JobError> {
    let payload: AgentPayload = JobError::decode(job)?;
    let reader = app.store().reader();
    let run = reader.agent_run(job.workspace_id, payload.run_id).await?.ok_or_else(|| JobError::broken("the run is gone"))?;
    if run.status != AgentRunStatus::Running {
        return Ok(JobEnd::Done);
    }
    let actor = match app.whose_rights(&run).await {
        Ok(actor) => actor,
        Err(error) if error.expected() => return refuse(app, job, run, &error).await,
        Err(error) => return Err(JobError::app(error)),
    };
    let tenant = reader.tenant(job.workspace_id, run.tenant_id).await?.ok_or_else(|| JobError::broken("the tenant is gone"))?;
    if job.attempts <= WAITS && waits_for_groups(app, &tenant).await? {
        return Ok(JobEnd::RetryIn { pause: PAUSE, reason: "waits for the members of groups".to_owned() });
    }
    let agent = reader.agent(run.workspace_id, run.tenant_id).await?;
    let agent = agent.unwrap_or_else(|| super::request::never_set(run.workspace_id, run.tenant_id, app.now()));
    let (input, known) = match app.gather(&actor, &tenant, &agent).await.map_err(JobError::app)? {
        Ok(gathered) => gathered,
        Err(NotMeasurable::NoPeople) if job.attempts <= WAITS => {
            let tx = app.store().write().await?;
            tx.enqueue_job(&people_job(JobId(app.ids().uuid()), &tenant, &Default::default(), app.now())).await?;
            tx.commit().await?;
            app.hub().poke();
            return Ok(JobEnd::RetryIn { pause: PAUSE, reason: "waits for people to be read".to_owned() });
        }
        Err(why) => {
            let failure = RunFailure { code: "NOT_MEASURABLE".to_owned(), message: why.sentence().to_owned() };
            return fail(app, job, run, failure).await;
        }
    };
    let analysis = suggest(&input);
    let mut summary = RunSummary {
        policies: input.policies.len() as u64,
        users: input.users,
        sign_ins: input.sign_ins,
        new_users: input.arrivals.as_ref().map_or(0, |arrivals| arrivals.users),
        new_applications: input.arrivals.as_ref().map_or(0, |arrivals| arrivals.applications),
        pairs: input.pairs.len() as u64,
        found: analysis.findings.len() as u64,
        digest: analysis.digest(),
        skipped: analysis.skipped.clone(),
        ..RunSummary::default()
    };
    let reconciled = app.save_suggestions(job, &run, analysis).await?;
    summary.count(&reconciled);
    if agent.settings.may_create_report_only {
        summary.created_policies = app.create_report_only(&actor, &reconciled).await;
    }
    app.complete_run(job, run, &input, &known, summary).await?;
    Ok(JobEnd::Done)
}

/// A run that failed for good: it does not stand as running for ever.
pub(crate) async fn gave_up(app: &App, job: &Job, error: &JobError) -> Result<(), JobError> {
    let payload: AgentPayload = JobError::decode(job)?;
    let Some(run) = app.store().reader().agent_run(job.workspace_id, payload.run_id).await? else { return Ok(()) };
    if run.status == AgentRunStatus::Running {
        let failure = RunFailure { code: "INTERNAL".to_owned(), message: error.for_people() };
        fail(app, job, run, failure).await?;
    }
    Ok(())
}

impl App {
    /// The member whose rights the run has, with the role and the scope of today.
    async fn whose_rights(&self, run: &AgentRun) -> AppResult<Actor> {
        let tx = self.store().write().await?;
        let actor = deputy(self, &tx, run.workspace_id, run.as_member).await?;
        authorize(&actor, Operation::RunAgent)?;
        in_scope(&actor, run.tenant_id)?;
        Ok(actor)
    }
}

async fn waits_for_groups(app: &App, tenant: &Tenant) -> Result<bool, JobError> {
    let policies = tenant_policies(&app.store().reader(), tenant).await.map_err(JobError::app)?.policies;
    let groups = |document: &PolicyDocument| {
        let references = document.references().into_iter().filter(|found| found.kind == DirectoryKind::Group);
        references.filter_map(|found| Uuid::try_parse(&found.id).ok()).collect::<Vec<_>>()
    };
    let wanted = policies.iter().flat_map(|(_, document)| groups(document)).collect();
    app.read_groups_too(tenant, &wanted).await.map_err(JobError::app)
}

/// The member may not (any more): the run fails, and administrators are told by an event.
async fn refuse(app: &App, job: &Job, run: AgentRun, error: &AppError) -> Result<JobEnd, JobError> {
    let message = format!(
        "the member in whose name the agent runs may not run it any more ({error}): an administrator has to turn the agent off and on again"
    );
    fail(app, job, run, RunFailure { code: "MEMBER_NOT_ALLOWED".to_owned(), message }).await
}

async fn fail(app: &App, job: &Job, run: AgentRun, failure: RunFailure) -> Result<JobEnd, JobError> {
    let now = app.now();
    let data = json!({ "code": failure.code, "message": failure.message, "severity": "WARNING" });
    let run = AgentRun { status: AgentRunStatus::Failed, ended_at: Some(now), failure: Some(failure), ..run };
    let tx = app.store().write().await?;
    tx.assert_fence(job.lease()).await?;
    tx.update_agent_run(&run).await?;
    tx.append_events(run.workspace_id, now, vec![run_event(&run, EventKind::AgentRunFailed, None, data)]).await?;
    tx.commit().await?;
    app.hub().poke();
    Ok(JobEnd::Done)
}

//! The job that computes reports of one tenant.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use domain::document::{PolicyDocument, text_hash};
use domain::event::EventKind;
use domain::id::{JobId, TenantId, WorkspaceId};
use domain::impact::{ImpactReason, ImpactReport, ImpactSource, ImpactWindow};
use domain::tenant::{DirectoryKind, Tenant};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::{ComputedImpact, Job, NewJob};
use tokio::sync::mpsc;
use uuid::Uuid;

use super::compute::{Basis, Computed, compute};
use crate::App;
use crate::error::AppResult;
use crate::evaluation::surroundings::tenant_policies;
use crate::impact::Measured;
use crate::runner::jobs::JobKind;
use crate::runner::{JobEnd, JobError};
use crate::sync::{announce, event};

/// How often, and how long each time, a job waits for the members of groups that nobody read. After that they stay unknown.
const WAITS_FOR_PEOPLE: i32 = 20;
const PAUSE_FOR_PEOPLE: Duration = Duration::from_secs(3);

/// Days on their way from the database to the evaluator: the memory that a job takes beside its sums.
const DAYS_AHEAD: usize = 1;

/// Progress is told about so many times in a window.
const STEPS: usize = 5;

/// Reports that nobody computed or asked for since are forgotten, so many at the end of each job.
const KEPT: TimeDelta = TimeDelta::days(60);
const FORGOTTEN_AT_ONCE: u64 = 200;

/// What a job computes.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ImpactPayload {
    pub(crate) tenant_id: TenantId,
    pub(crate) window: ImpactWindow,
    pub(crate) documents: Vec<Measured>,
}

/// The job that computes reports. The same question waits or runs once; a tenant's jobs run one after the other, so that the memory they take
/// is one job's. They take no turn with writes: nothing is asked of Graph.
pub(crate) fn impact_job(id: JobId, workspace: WorkspaceId, payload: &ImpactPayload, now: DateTime<Utc>) -> NewJob {
    let asked = text_hash(&json!([payload.window, payload.documents]).to_string());
    NewJob {
        id,
        workspace_id: workspace,
        tenant_id: Some(payload.tenant_id),
        kind: JobKind::Impact.as_str().to_owned(),
        dedup_key: Some(format!("impact:{}:{asked}", payload.tenant_id)),
        serial_key: Some(format!("impact:{}", payload.tenant_id)),
        payload: json!(payload),
        priority: 30,
        run_at: now,
        // Waiting for people takes attempts.
        max_attempts: 40,
        created_at: now,
    }
}

/// Runs one job.
pub(crate) async fn run(app: &App, job: &Job) -> Result<JobEnd, JobError> {
    let payload: ImpactPayload = JobError::decode(job)?;
    let reader = app.store().reader();
    let tenant = reader.tenant(job.workspace_id, payload.tenant_id).await?.ok_or_else(|| JobError::broken("the tenant is gone"))?;
    let documents = documents(app, job, &payload).await?;
    if job.attempts <= WAITS_FOR_PEOPLE && app.read_groups_too(&tenant, &groups(&documents)).await.map_err(JobError::app)? {
        return Ok(JobEnd::RetryIn { pause: PAUSE_FOR_PEOPLE, reason: "waits for the members of groups".to_owned() });
    }
    let log = reader.sign_in_log(tenant.workspace_id, tenant.id).await?;
    let Some((log, data_through)) = log.and_then(|log| log.data_through.map(|through| (log, through))) else {
        return end_without(app, job, &tenant, &payload, ImpactReason::NoSignIns).await;
    };
    let people = reader.people(tenant.workspace_id, tenant.id).await?.unwrap_or_default();
    let people_as_of = reader.people_summary(tenant.workspace_id, tenant.id).await?.map(|summary| summary.as_of);
    let basis = Basis {
        surroundings: tenant_policies(&reader, &tenant).await.map_err(JobError::app)?.surroundings,
        names: app.group_names(&tenant, people.groups.keys()).await.map_err(JobError::app)?,
        people,
        documents: payload.documents.iter().zip(documents).map(|(measured, document)| (measured.observed_as, document)).collect(),
    };
    let computed = read_and_compute(app, &tenant, &payload, data_through, basis).await?;
    let from = payload.window.from(data_through);
    let moment = Moment { from: log.data_from.map_or(from, |read| read.max(from)), data_through, people_as_of, log_sign_ins: log.sign_ins };
    save(app, job, &tenant, &payload, computed, &moment).await?;
    Ok(JobEnd::Done)
}

/// A job that failed for good: no report is left saying that it is on its way.
pub(crate) async fn gave_up(app: &App, job: &Job, reason: &str) -> Result<(), JobError> {
    let payload: ImpactPayload = JobError::decode(job)?;
    let Some(tenant) = app.store().reader().tenant(job.workspace_id, payload.tenant_id).await? else { return Ok(()) };
    let tx = app.store().write().await?;
    tx.assert_fence(job.lease()).await?;
    tx.end_impact(job.workspace_id, job.id, Some(ImpactReason::Failed)).await?;
    let data = json!({ "window": payload.window, "code": "INTERNAL", "message": reason });
    tx.append_events(job.workspace_id, app.now(), vec![event(&tenant, EventKind::ImpactFailed, data)]).await?;
    tx.commit().await?;
    app.hub().poke();
    Ok(())
}

/// What was computed when, and from what.
struct Moment {
    from: DateTime<Utc>,
    data_through: DateTime<Utc>,
    people_as_of: Option<DateTime<Utc>>,
    log_sign_ins: i64,
}

/// The documents, in the order of the payload.
async fn documents(app: &App, job: &Job, payload: &ImpactPayload) -> Result<Vec<PolicyDocument>, JobError> {
    let hashes: Vec<_> = payload.documents.iter().map(|document| document.text_hash.clone()).collect();
    let texts = app.store().reader().documents(job.workspace_id, &hashes).await?;
    let parsed = hashes.iter().map(|hash| {
        let text = texts.get(hash).ok_or_else(|| JobError::Broken(format!("document {hash} is missing")))?;
        PolicyDocument::parse(text).map_err(|cause| JobError::Broken(format!("document {hash}: {cause}")))
    });
    parsed.collect()
}

/// The groups that documents name.
fn groups(documents: &[PolicyDocument]) -> BTreeSet<Uuid> {
    let references = documents.iter().flat_map(PolicyDocument::references);
    references.filter(|reference| reference.kind == DirectoryKind::Group).filter_map(|group| Uuid::parse_str(&group.id).ok()).collect()
}

/// Reads day by day, and evaluates beside that on a thread of its own: memory holds two days of compressed summaries and the sums.
async fn read_and_compute(
    app: &App,
    tenant: &Tenant,
    payload: &ImpactPayload,
    data_through: DateTime<Utc>,
    basis: Basis,
) -> Result<Vec<Computed>, JobError> {
    let (first, last) = payload.window.dates(data_through);
    let reader = app.store().reader();
    let days = reader.sign_in_days(tenant.workspace_id, tenant.id, &(first..=last)).await?;
    let (sender, receiver) = mpsc::channel(DAYS_AHEAD);
    let computing = tokio::task::spawn_blocking(move || compute(basis, receiver));
    let total = days.len();
    for (done, day) in days.into_iter().enumerate() {
        if done % total.div_ceil(STEPS).max(1) == 0 {
            let data = json!({ "window": payload.window, "done": done, "total": total });
            announce(app, tenant, EventKind::ImpactProgress, data).await?;
        }
        let bodies = reader.sign_in_bodies(tenant.workspace_id, tenant.id, day).await?;
        if sender.send(bodies).await.is_err() {
            // The evaluator ended: what it returns says why.
            break;
        }
    }
    drop(sender);
    let computed = computing.await.map_err(|cause| JobError::Broken(format!("the evaluation ended: {cause}")))?;
    Ok(computed?)
}

async fn save(
    app: &App,
    job: &Job,
    tenant: &Tenant,
    payload: &ImpactPayload,
    computed: Vec<Computed>,
    moment: &Moment,
) -> Result<(), JobError> {
    let now = app.now();
    // Documents that are alike share a simulation.
    let mut kept = HashSet::new();
    let reports = computed.into_iter().map(|computed| to_report(tenant, payload, computed, moment, now));
    let reports: Vec<ComputedImpact> = reports
        .filter(|computed| kept.insert((computed.report.document_hash.clone(), computed.report.source, computed.observed_as)))
        .collect();
    let tx = app.store().write().await?;
    tx.assert_fence(job.lease()).await?;
    tx.save_impact(tenant.workspace_id, &reports).await?;
    tx.end_impact(tenant.workspace_id, job.id, None).await?;
    tx.delete_impact_before(tenant.workspace_id, tenant.id, now - KEPT, FORGOTTEN_AT_ONCE).await?;
    let data = json!({ "window": payload.window, "reports": reports.len() });
    tx.append_events(tenant.workspace_id, now, vec![event(tenant, EventKind::ImpactComputed, data)]).await?;
    tx.commit().await?;
    app.hub().poke();
    Ok(())
}

fn to_report(tenant: &Tenant, payload: &ImpactPayload, computed: Computed, moment: &Moment, now: DateTime<Utc>) -> ComputedImpact {
    let measured = &payload.documents[computed.document];
    ComputedImpact {
        reason: computed.reason,
        log_sign_ins: moment.log_sign_ins,
        observed_as: measured.observed_as.filter(|_| computed.source == ImpactSource::Observed),
        report: ImpactReport {
            tenant_id: tenant.id,
            document_hash: measured.document_hash.clone(),
            window: payload.window,
            source: computed.source,
            from: moment.from,
            data_through: moment.data_through,
            people_as_of: moment.people_as_of,
            computed_at: now,
            figures: computed.figures,
        },
    }
}

async fn end_without(app: &App, job: &Job, tenant: &Tenant, payload: &ImpactPayload, reason: ImpactReason) -> Result<JobEnd, JobError> {
    let tx = app.store().write().await?;
    tx.assert_fence(job.lease()).await?;
    tx.end_impact(tenant.workspace_id, job.id, Some(reason)).await?;
    let data: Value = json!({ "window": payload.window, "code": reason, "message": "no sign-ins of the tenant were read so far" });
    tx.append_events(tenant.workspace_id, app.now(), vec![event(tenant, EventKind::ImpactFailed, data)]).await?;
    tx.commit().await?;
    app.hub().poke();
    Ok(JobEnd::Done)
}

impl App {
    /// Names of groups, as far as the object cache has them.
    async fn group_names(&self, tenant: &Tenant, groups: impl Iterator<Item = &Uuid>) -> AppResult<HashMap<Uuid, String>> {
        let ids: Vec<String> = groups.map(Uuid::to_string).collect();
        let objects = self.store().reader().directory_objects(tenant.workspace_id, tenant.id, &ids).await?;
        let groups = objects.into_iter().filter(|object| object.kind == DirectoryKind::Group);
        Ok(groups.filter_map(|group| Some((Uuid::parse_str(&group.object_id).ok()?, group.display_name))).collect())
    }
}

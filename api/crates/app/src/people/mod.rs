//! Who is in a tenant, in which groups and with which roles: read in the background, once a day or when a policy names a group that nobody
//! read yet, and stored as one reading. Coverage, overlaps and impact are computed from it.

mod due;
mod query;
mod read;

use std::collections::BTreeSet;

use chrono::TimeDelta;
use domain::event::EventKind;
use domain::people::People;
use domain::tenant::Tenant;
use graph::GraphError;
use serde_json::json;
use store::Job;
use uuid::Uuid;

use crate::App;
use crate::error::AppResult;
use crate::runner::jobs::{PeoplePayload, people_job};
use crate::runner::{JobEnd, JobError, ReadError};
use crate::sync::{announce, connection_after, event};

pub(crate) use due::enqueue_if_due;
pub use query::PeopleState;

impl App {
    /// Asks for the members of further groups, for what is about to be measured. Returns whether any of them was not read yet: then a job is on
    /// its way, and `PEOPLE_READ` will say that it ended.
    pub(crate) async fn read_groups_too(&self, tenant: &Tenant, groups: &BTreeSet<Uuid>) -> AppResult<bool> {
        let asked: BTreeSet<Uuid> = self.store().reader().groups_asked(tenant.workspace_id, tenant.id).await?.into_iter().collect();
        let missing: BTreeSet<Uuid> = groups.difference(&asked).copied().collect();
        if missing.is_empty() {
            return Ok(false);
        }
        let tx = self.store().write().await?;
        tx.enqueue_job(&people_job(domain::id::JobId(self.ids().uuid()), tenant, &missing, self.now())).await?;
        tx.commit().await?;
        self.hub().poke();
        Ok(true)
    }
}

/// Runs one reading.
pub(crate) async fn run(app: &App, job: &Job) -> Result<JobEnd, JobError> {
    let payload: PeoplePayload = JobError::decode(job)?;
    let reader = app.store().reader();
    let tenant = reader.tenant(job.workspace_id, payload.tenant_id).await?.ok_or_else(|| JobError::broken("the tenant is gone"))?;
    let graph = app.tenant_graph(&tenant).await.map_err(JobError::app)?;
    let known = if payload.groups.is_empty() { None } else { reader.people(tenant.workspace_id, tenant.id).await? };
    let read = match known {
        // Somebody asked for groups, and the users are young enough: only the groups are read.
        Some(known) if young(app, &known) => {
            let missing = payload.groups.into_iter().filter(|group| !known.groups.contains_key(group)).collect();
            read::groups(app, &graph, missing).await.map(|more| Reading::More { known, more })
        }
        _ => {
            let wanted = due::wanted_groups(app, &tenant).await.map_err(JobError::app)?.into_iter().chain(payload.groups).collect();
            read::people(app, &tenant, &graph, wanted).await.map(Reading::Whole)
        }
    };
    match read {
        Ok(reading) => save(app, job, &tenant, reading).await,
        Err(ReadError::Job(error)) => Err(error),
        Err(ReadError::Graph(error)) => failed(app, job, &tenant, &error).await,
    }
}

/// A reading that a defect of ours ended.
pub(crate) async fn gave_up(app: &App, job: &Job, reason: &str) -> Result<(), JobError> {
    let payload: PeoplePayload = JobError::decode(job)?;
    if let Some(tenant) = app.store().reader().tenant(job.workspace_id, payload.tenant_id).await? {
        announce(app, &tenant, EventKind::PeopleFailed, json!({ "code": "INTERNAL", "message": reason })).await?;
    }
    Ok(())
}

/// What one job read.
enum Reading {
    Whole(People),
    More { known: People, more: People },
}

/// Whether the last reading is younger than the interval; without an interval it never grows old.
fn young(app: &App, people: &People) -> bool {
    let interval = app.settings().people_interval.and_then(|interval| TimeDelta::from_std(interval).ok());
    interval.is_none_or(|interval| app.now() - people.as_of < interval)
}

/// One transaction, guarded by the job's fence.
async fn save(app: &App, job: &Job, tenant: &Tenant, reading: Reading) -> Result<JobEnd, JobError> {
    let tx = app.store().write().await?;
    tx.assert_fence(job.lease()).await?;
    match &reading {
        Reading::Whole(people) => tx.replace_people(tenant.workspace_id, tenant.id, people).await?,
        Reading::More { known, more } => tx.add_groups(tenant.workspace_id, tenant.id, known, more).await?,
    }
    let summary = tx.people_summary(tenant.workspace_id, tenant.id).await?.ok_or_else(|| JobError::broken("people were not stored"))?;
    let data = json!({ "users": summary.users, "guests": summary.guests, "groups": summary.groups, "gaps": summary.gaps });
    tx.append_events(tenant.workspace_id, app.now(), vec![event(tenant, EventKind::PeopleRead, data)]).await?;
    tx.commit().await?;
    app.hub().poke();
    Ok(JobEnd::Done)
}

/// Graph would not let us read: tried again where that can help, and said when it can't. The last reading stays.
async fn failed(app: &App, job: &Job, tenant: &Tenant, error: &GraphError) -> Result<JobEnd, JobError> {
    if error.retryable() && !job.exhausted() {
        let pause = error.retry_after().unwrap_or(std::time::Duration::from_secs(1 << job.attempts.clamp(0, 6)));
        return Ok(JobEnd::RetryIn { pause, reason: error.to_string() });
    }
    tracing::warn!(tenant = %tenant.id, %error, "the tenant's people could not be read");
    let (_, code, message) = connection_after(error);
    announce(app, tenant, EventKind::PeopleFailed, json!({ "code": code, "message": message })).await?;
    Ok(JobEnd::Done)
}

//! Reads one tenant over Graph and stores what it held: policies, named locations, the objects they refer to, and a snapshot.
//!
//! First everything is read, then one transaction saves it: a sync that fails in the middle leaves the last snapshot as it was.

mod also;
mod bin;
mod read;
pub(crate) mod record;
mod save;

use domain::event::{EventKind, NewEvent, SubjectKind};
use domain::tenant::{ConnectionState, Tenant};
use graph::GraphError;
use serde_json::{Value, json};
use store::Job;

use crate::App;
use crate::runner::jobs::SyncPayload;
use crate::runner::{JobEnd, JobError, ReadError};

pub(crate) use also::of_open_changes;

/// Runs one sync job.
pub(crate) async fn run(app: &App, job: &Job) -> Result<JobEnd, JobError> {
    let payload: SyncPayload = JobError::decode(job)?;
    let tenant =
        app.store().reader().tenant(job.workspace_id, payload.tenant_id).await?.ok_or_else(|| JobError::broken("the tenant is gone"))?;
    announce(app, &tenant, EventKind::SyncStarted, json!({ "kind": payload.kind })).await?;
    let graph = app.tenant_graph(&tenant).await.map_err(JobError::app)?;
    match read::read(app, &tenant, &graph).await {
        Ok(reading) => {
            let (manifest, texts) = save::put_together(&reading);
            let clues = crate::drift::clues::read(app, &tenant, &graph, &manifest).await.map_err(JobError::app)?;
            save::save(app, job, &tenant, payload.kind, reading, save::Found { manifest, texts, clues }).await?;
            Ok(JobEnd::Done)
        }
        Err(ReadError::Job(error)) => Err(error),
        Err(ReadError::Graph(error)) => failed(app, job, &tenant, &error).await,
    }
}

/// A sync that a defect of ours ended.
pub(crate) async fn gave_up(app: &App, job: &Job, reason: &str) -> Result<(), JobError> {
    let payload: SyncPayload = JobError::decode(job)?;
    if let Some(tenant) = app.store().reader().tenant(job.workspace_id, payload.tenant_id).await? {
        set_connection(app, &tenant, ConnectionState::Degraded, Some(reason.to_owned())).await?;
        announce(app, &tenant, EventKind::SyncFailed, json!({ "code": "INTERNAL", "message": "the sync failed: see the server's log" }))
            .await?;
    }
    Ok(())
}

/// Graph would not let us read: shown on the tenant, tried again where that can help.
async fn failed(app: &App, job: &Job, tenant: &Tenant, error: &GraphError) -> Result<JobEnd, JobError> {
    let (state, code, message) = connection_after(error);
    set_connection(app, tenant, state, Some(message.to_owned())).await?;
    announce(app, tenant, EventKind::SyncFailed, json!({ "code": code, "message": message })).await?;
    if error.retryable() && !job.exhausted() {
        let pause = error.retry_after().unwrap_or(std::time::Duration::from_secs(1 << job.attempts.clamp(0, 6)));
        return Ok(JobEnd::RetryIn { pause, reason: error.to_string() });
    }
    Ok(JobEnd::Done)
}

/// What an error says about the connection: its state, a code and a sentence for a person.
pub(crate) fn connection_after(error: &GraphError) -> (ConnectionState, &'static str, &'static str) {
    match error {
        GraphError::Unauthorized { .. } => (
            ConnectionState::Disconnected,
            "CREDENTIAL_REFUSED",
            "Entra refused the credential: is the client secret right, and not expired?",
        ),
        GraphError::ConsentRevoked { .. } => (
            ConnectionState::ConsentRevoked,
            "CONSENT_REVOKED",
            "the application is not consented to in this tenant: ask its administrator to grant consent",
        ),
        GraphError::Forbidden { .. } => (
            ConnectionState::Degraded,
            "PERMISSION_MISSING",
            "the application lacks a permission: it needs Policy.Read.All, Policy.ReadWrite.ConditionalAccess, Application.Read.All, GroupMember.Read.All, User.Read.All, RoleManagement.Read.Directory and Organization.Read.All",
        ),
        GraphError::Throttled { .. } => {
            (ConnectionState::Degraded, "GRAPH_THROTTLED", "Graph throttles this tenant; the sync goes on later")
        }
        GraphError::Protocol { .. } | GraphError::Config { .. } => (
            ConnectionState::Degraded,
            "GRAPH_UNTRUSTED",
            "Graph's answers could not be trusted or the configuration is wrong: see the server's log",
        ),
        _ => (ConnectionState::Degraded, "GRAPH_UNAVAILABLE", "Graph could not be reached or kept failing; the sync goes on later"),
    }
}

/// Sets the connection state, with an event when it changed.
async fn set_connection(app: &App, tenant: &Tenant, to: ConnectionState, detail: Option<String>) -> Result<(), JobError> {
    let tx = app.store().write().await?;
    let Some(mut now) = tx.tenant(tenant.workspace_id, tenant.id).await? else { return Ok(()) };
    let from = now.connection;
    if from == to && now.connection_detail == detail {
        return Ok(());
    }
    now.connection = to;
    now.connection_detail = detail;
    tx.update_tenant(&now).await?;
    if from != to {
        let event = event(tenant, EventKind::TenantConnectionChanged, json!({ "from": from, "to": to }));
        tx.append_events(tenant.workspace_id, app.now(), vec![event]).await?;
    }
    tx.commit().await?;
    app.hub().poke();
    Ok(())
}

/// One event about the tenant, in a transaction of its own.
pub(crate) async fn announce(app: &App, tenant: &Tenant, kind: EventKind, data: Value) -> Result<(), JobError> {
    let tx = app.store().write().await?;
    tx.append_events(tenant.workspace_id, app.now(), vec![event(tenant, kind, data)]).await?;
    tx.commit().await?;
    app.hub().poke();
    Ok(())
}

/// An event about a tenant that Causeway itself makes.
pub(crate) fn event(tenant: &Tenant, kind: EventKind, data: Value) -> NewEvent {
    NewEvent { kind, actor: None, tenant_id: Some(tenant.id), subject_kind: SubjectKind::Tenant, subject_id: tenant.id.0, data }
}

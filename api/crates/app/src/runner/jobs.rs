//! The kinds of background job and how each is enqueued.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use domain::agent::AgentRun;
use domain::bulk::BulkChange;
use domain::change::request::ChangeRequest;
use domain::document::text_hash;
use domain::id::{AgentRunId, BulkChangeId, BulkRolloutId, ChangeId, JobId, RolloutId, ScheduleId, TenantId, WebhookId, WorkspaceId};
use domain::schedule::Schedule;
use domain::snapshot::SnapshotKind;
use domain::tenant::Tenant;
use domain::text_enum;
use domain::webhook::Webhook;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::NewJob;
use uuid::Uuid;

text_enum! {
    /// Kinds of background job.
    JobKind {
        /// Runs the apply saga of one change.
        Apply = "apply",
        /// Reads one tenant and stores a snapshot.
        Sync = "sync",
        /// Fires one schedule.
        Fire = "fire",
        /// Reads who is in one tenant, in which groups and with which roles.
        People = "people",
        /// Computes impact reports of one tenant.
        Impact = "impact",
        /// Reads one tenant's sign-ins.
        Ingest = "ingest",
        /// Plans a bulk change in each of its tenants.
        BulkDryRun = "bulk_dry_run",
        /// Takes the run of a bulk change one step further.
        BulkAdvance = "bulk_advance",
        /// Fires the schedule of a bulk change.
        BulkFire = "bulk_fire",
        /// Has the impact reports of a bulk change computed.
        BulkImpact = "bulk_impact",
        /// Looks at a phased rollout and takes it one step further.
        RolloutTick = "rollout_tick",
        /// Makes the plans of a rollout across tenants.
        BulkRolloutPlan = "bulk_rollout_plan",
        /// Takes the waves of a rollout across tenants one look further.
        BulkRolloutWave = "bulk_rollout_wave",
        /// Runs the optimization agent of one tenant.
        Agent = "agent",
        /// Delivers the messages of one webhook.
        Webhook = "webhook",
    }
}

/// Payload of [`JobKind::Apply`].
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ApplyPayload {
    pub(crate) change_id: ChangeId,
}

/// Payload of [`JobKind::Sync`].
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct SyncPayload {
    pub(crate) tenant_id: TenantId,
    pub(crate) kind: SnapshotKind,
}

/// Payload of [`JobKind::Fire`].
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct FirePayload {
    pub(crate) schedule_id: ScheduleId,
}

/// Payload of [`JobKind::People`].
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct PeoplePayload {
    pub(crate) tenant_id: TenantId,
    /// Groups that somebody asks about; none: everything is read.
    pub(crate) groups: BTreeSet<Uuid>,
}

/// Payload of [`JobKind::Ingest`].
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct IngestPayload {
    pub(crate) tenant_id: TenantId,
}

/// Payload of the jobs of a bulk change.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct BulkPayload {
    pub(crate) bulk_id: BulkChangeId,
}

/// Payload of [`JobKind::BulkAdvance`].
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct AdvancePayload {
    pub(crate) bulk_id: BulkChangeId,
    /// The change whose outcome it is put in for; none at the start of a run.
    pub(crate) change_id: Option<ChangeId>,
}

/// Payload of the jobs of a rollout across tenants.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct BulkRolloutPayload {
    pub(crate) bulk_id: BulkRolloutId,
}

/// Payload of [`JobKind::Webhook`].
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct WebhookPayload {
    pub(crate) webhook_id: WebhookId,
}

/// Payload of [`JobKind::Agent`].
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct AgentPayload {
    pub(crate) run_id: AgentRunId,
}

/// Jobs with the same key never run at the same time: writes to one tenant are serial, and a sync never saves what it read before a write.
pub(crate) fn tenant_key(tenant: TenantId) -> String {
    format!("tenant:{tenant}")
}

/// The job that runs a change's apply saga. It gives up by its own deadline, not by a number of attempts.
pub(crate) fn apply_job(id: JobId, change: &ChangeRequest, now: DateTime<Utc>) -> NewJob {
    NewJob {
        id,
        workspace_id: change.workspace_id,
        tenant_id: Some(change.tenant_id),
        kind: JobKind::Apply.as_str().to_owned(),
        dedup_key: Some(format!("apply:{}", change.id)),
        serial_key: Some(tenant_key(change.tenant_id)),
        payload: json!(ApplyPayload { change_id: change.id }),
        priority: 0,
        run_at: now,
        max_attempts: i32::MAX,
        created_at: now,
    }
}

/// A sync job; one that is waiting or running already absorbs it.
pub(crate) fn sync_job(id: JobId, workspace: WorkspaceId, tenant: TenantId, kind: SnapshotKind, now: DateTime<Utc>) -> NewJob {
    NewJob {
        id,
        workspace_id: workspace,
        tenant_id: Some(tenant),
        kind: JobKind::Sync.as_str().to_owned(),
        dedup_key: Some(format!("sync:{tenant}")),
        serial_key: Some(tenant_key(tenant)),
        payload: json!(SyncPayload { tenant_id: tenant, kind }),
        priority: 10,
        run_at: now,
        max_attempts: 10,
        created_at: now,
    }
}

/// The job that reads a tenant's sign-ins; one that is waiting or running already absorbs it. It takes no turn among the tenant's other jobs,
/// because it neither writes to Graph nor touches what they save, and ends a turn by itself, so its attempts are not counted.
pub(crate) fn ingest_job(id: JobId, workspace: WorkspaceId, tenant: TenantId, now: DateTime<Utc>) -> NewJob {
    NewJob {
        id,
        workspace_id: workspace,
        tenant_id: Some(tenant),
        kind: JobKind::Ingest.as_str().to_owned(),
        dedup_key: Some(format!("ingest:{tenant}")),
        serial_key: Some(format!("ingest:{tenant}")),
        payload: json!(IngestPayload { tenant_id: tenant }),
        priority: 20,
        run_at: now,
        max_attempts: i32::MAX,
        created_at: now,
    }
}

/// The job that fires a schedule at its instant. It takes no turn among the tenant's own jobs: it writes nothing to Graph, and what it
/// starts does wait. It ends by the schedule's own limit, not by a number of attempts.
pub(crate) fn fire_job(schedule: &Schedule, now: DateTime<Utc>) -> NewJob {
    NewJob {
        id: schedule.job_id,
        workspace_id: schedule.workspace_id,
        tenant_id: Some(schedule.tenant_id),
        kind: JobKind::Fire.as_str().to_owned(),
        dedup_key: Some(format!("fire:{}:{}", schedule.id, schedule.revision)),
        serial_key: None,
        payload: json!(FirePayload { schedule_id: schedule.id }),
        priority: 0,
        run_at: schedule.fire_at,
        max_attempts: i32::MAX,
        created_at: now,
    }
}

/// A sync that a firing schedule waits for. Not the tenant's usual one, which may have read the tenant before the schedule fired.
pub(crate) fn fire_sync_job(id: JobId, schedule: &Schedule, now: DateTime<Utc>) -> NewJob {
    NewJob {
        dedup_key: Some(format!("fire-sync:{}:{}", schedule.id, schedule.revision)),
        priority: 0,
        ..sync_job(id, schedule.workspace_id, schedule.tenant_id, SnapshotKind::Resync, now)
    }
}

/// The job that reads a tenant's people, or only the members of these groups where the rest is young. Not serial with writes: it reads the
/// directory, which no change of ours touches.
pub(crate) fn people_job(id: JobId, tenant: &Tenant, groups: &BTreeSet<Uuid>, now: DateTime<Utc>) -> NewJob {
    let asked = text_hash(&json!(groups).to_string());
    NewJob {
        id,
        workspace_id: tenant.workspace_id,
        tenant_id: Some(tenant.id),
        kind: JobKind::People.as_str().to_owned(),
        // The same question once; another one waits its turn behind the serial key.
        dedup_key: Some(format!("people:{}:{}", tenant.id, asked.0)),
        serial_key: Some(format!("people:{}", tenant.id)),
        payload: json!(PeoplePayload { tenant_id: tenant.id, groups: groups.clone() }),
        priority: 20,
        run_at: now,
        max_attempts: 5,
        created_at: now,
    }
}

/// The job of one run of the agent. It takes no turn with writes: nothing is asked of Graph.
pub(crate) fn agent_job(id: JobId, run: &AgentRun, now: DateTime<Utc>) -> NewJob {
    NewJob {
        id,
        workspace_id: run.workspace_id,
        tenant_id: Some(run.tenant_id),
        kind: JobKind::Agent.as_str().to_owned(),
        dedup_key: Some(format!("agent:{}", run.id)),
        serial_key: Some(format!("agent:{}", run.tenant_id)),
        payload: json!(AgentPayload { run_id: run.id }),
        priority: 30,
        run_at: now,
        // Waiting for people takes attempts.
        max_attempts: 40,
        created_at: now,
    }
}

/// One webhook has one job at a time, whoever notices that it is behind.
pub(crate) fn webhook_key(webhook: WebhookId) -> String {
    format!("webhook:{webhook}")
}

/// The job that delivers a webhook's messages. When to try again is in the webhook's own row, so its attempts are not counted.
pub(crate) fn webhook_job(id: JobId, webhook: &Webhook, now: DateTime<Utc>) -> NewJob {
    NewJob {
        id,
        workspace_id: webhook.workspace_id,
        tenant_id: None,
        kind: JobKind::Webhook.as_str().to_owned(),
        dedup_key: Some(webhook_key(webhook.id)),
        serial_key: Some(webhook_key(webhook.id)),
        payload: json!(WebhookPayload { webhook_id: webhook.id }),
        priority: 0,
        run_at: now,
        max_attempts: i32::MAX,
        created_at: now,
    }
}

/// A job of a bulk change. `dedup` absorbs it into one that waits or runs already; jobs of the same kind and bulk change run one at a time.
pub(crate) fn bulk_job(
    id: JobId,
    kind: JobKind,
    bulk: &BulkChange,
    dedup: Option<String>,
    run_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> NewJob {
    NewJob {
        id,
        workspace_id: bulk.workspace_id,
        tenant_id: None,
        kind: kind.as_str().to_owned(),
        dedup_key: dedup,
        serial_key: Some(format!("{kind}:{}", bulk.id)),
        payload: json!(BulkPayload { bulk_id: bulk.id }),
        priority: 0,
        run_at,
        max_attempts: i32::MAX,
        created_at: now,
    }
}

/// The job that starts what is next in a bulk change's run. Every outcome puts in one of its own, in its own transaction, and none is ever
/// taken for the same as another: the one that runs may have looked before that outcome was committed. They run one at a time, and one
/// that begins does the work of all that wait ([`store::WriteTx::absorb_jobs`]), so there are few more of them than looks at the bulk.
pub(crate) fn advance_job(id: JobId, workspace: WorkspaceId, bulk: BulkChangeId, change: Option<ChangeId>, now: DateTime<Utc>) -> NewJob {
    NewJob {
        id,
        workspace_id: workspace,
        tenant_id: None,
        kind: JobKind::BulkAdvance.as_str().to_owned(),
        dedup_key: None,
        serial_key: Some(format!("{}:{bulk}", JobKind::BulkAdvance)),
        payload: json!(AdvancePayload { bulk_id: bulk, change_id: change }),
        priority: 0,
        run_at: now,
        max_attempts: i32::MAX,
        created_at: now,
    }
}

/// Payload of [`JobKind::RolloutTick`].
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct RolloutPayload {
    pub(crate) rollout_id: RolloutId,
}

/// The job that looks at a rollout. As with [`advance_job`], whatever gives a reason to look puts in one of its own; they run one at a time,
/// and one that begins does the work of all that wait.
pub(crate) fn rollout_job(id: JobId, workspace: WorkspaceId, rollout: RolloutId, now: DateTime<Utc>) -> NewJob {
    NewJob {
        id,
        workspace_id: workspace,
        tenant_id: None,
        kind: JobKind::RolloutTick.as_str().to_owned(),
        dedup_key: None,
        serial_key: Some(format!("{}:{rollout}", JobKind::RolloutTick)),
        payload: json!(RolloutPayload { rollout_id: rollout }),
        priority: 0,
        run_at: now,
        max_attempts: i32::MAX,
        created_at: now,
    }
}

/// The job by which a rollout is looked at because it is due. Any number of processes may find that at the same moment: one job is made.
pub(crate) fn due_rollout_job(id: JobId, workspace: WorkspaceId, rollout: RolloutId, due: DateTime<Utc>, now: DateTime<Utc>) -> NewJob {
    NewJob { dedup_key: Some(format!("rollout:{rollout}:{}", due.timestamp_micros())), ..rollout_job(id, workspace, rollout, now) }
}

//! One durable, ordered record of a transition: what subscriptions stream and webhooks carry (domain.md section 10).

mod severity;
mod topic;

use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

use crate::id::{MemberId, TenantId, WorkspaceId};
use crate::text_enum;

pub use severity::EventSeverity;
pub use topic::EventTopic;

text_enum! {
    /// What an event is about.
    SubjectKind {
        /// The workspace itself.
        Workspace = "WORKSPACE",
        /// A tenant.
        Tenant = "TENANT",
        /// A policy.
        Policy = "POLICY",
        /// A snapshot.
        Snapshot = "SNAPSHOT",
        /// A change request.
        ChangeRequest = "CHANGE_REQUEST",
        /// A member.
        Member = "MEMBER",
        /// A freeze window.
        FreezeWindow = "FREEZE_WINDOW",
        /// An item of drift.
        Drift = "DRIFT",
        /// A baseline.
        Baseline = "BASELINE",
        /// A bulk change.
        BulkChange = "BULK_CHANGE",
        /// A phased rollout.
        Rollout = "ROLLOUT",
        /// A rollout across tenants.
        BulkRollout = "BULK_ROLLOUT",
        /// A run of the optimization agent.
        AgentRun = "AGENT_RUN",
        /// A suggestion of the optimization agent.
        Suggestion = "SUGGESTION",
        /// A webhook.
        Webhook = "WEBHOOK",
    }
}

text_enum! {
    /// What happened.
    EventKind {
        /// A tenant was connected.
        TenantConnected = "TENANT_CONNECTED",
        /// A tenant's connection state changed; `data.from`, `data.to`.
        TenantConnectionChanged = "TENANT_CONNECTION_CHANGED",
        /// A sync began; `data.kind`.
        SyncStarted = "SYNC_STARTED",
        /// A sync moved on; `data.done`, `data.total`, `data.stage`.
        SyncProgress = "SYNC_PROGRESS",
        /// A sync ended with a snapshot; `data.snapshotId`, `data.changed`.
        SyncCompleted = "SYNC_COMPLETED",
        /// A sync gave up; `data.code`, `data.message`.
        SyncFailed = "SYNC_FAILED",
        /// A reading of a tenant's people moved on; `data.done`, `data.total`, `data.stage`.
        PeopleProgress = "PEOPLE_PROGRESS",
        /// A tenant's people were read; `data.users`, `data.guests`, `data.groups`, `data.gaps`.
        PeopleRead = "PEOPLE_READ",
        /// A tenant's people could not be read; `data.code`, `data.message`.
        PeopleFailed = "PEOPLE_FAILED",
        /// The computation of impact reports moved on; `data.done` of `data.total` days, `data.window`.
        ImpactProgress = "IMPACT_PROGRESS",
        /// Impact reports were computed; `data.window`, `data.reports`.
        ImpactComputed = "IMPACT_COMPUTED",
        /// Impact reports could not be computed; `data.window`, `data.code`, `data.message`.
        ImpactFailed = "IMPACT_FAILED",
        /// A reading of sign-ins goes on; `data.signIns`, `data.dataThrough`.
        SignInsProgress = "SIGN_INS_PROGRESS",
        /// Sign-ins were read up to `data.dataThrough`; `data.signIns`.
        SignInsRead = "SIGN_INS_READ",
        /// Sign-ins can't be read; `data.code`, `data.message`.
        SignInsFailed = "SIGN_INS_FAILED",
        /// Emergency access was configured.
        EmergencyAccessChanged = "EMERGENCY_ACCESS_CHANGED",
        /// The names that members keep for a tenant's objects were replaced; `data.aliases` is how many.
        TenantAliasesChanged = "TENANT_ALIASES_CHANGED",
        /// A policy's metadata was edited.
        PolicyMetadataChanged = "POLICY_METADATA_CHANGED",
        /// A change request was created (`data.to` is its status).
        ChangeCreated = "CHANGE_CREATED",
        /// A change request moved; `data.from`, `data.to`.
        ChangeStatusChanged = "CHANGE_STATUS_CHANGED",
        /// Approval was asked for, given, refused or voided; `data.state`.
        ApprovalChanged = "APPROVAL_CHANGED",
        /// What was loosened in an emergency was reviewed by another person.
        EmergencyReviewed = "EMERGENCY_REVIEWED",
        /// The apply saga moved; `data.stage`.
        ApplyProgress = "APPLY_PROGRESS",
        /// A change was scheduled, or its schedule moved; `data.scheduleId`, `data.from`, `data.to`.
        ScheduleChanged = "SCHEDULE_CHANGED",
        /// A freeze window was created, edited or deleted; `data.what`.
        FreezeWindowChanged = "FREEZE_WINDOW_CHANGED",
        /// A member was added, changed or removed, or an API key created or revoked; `data.what`.
        MemberChanged = "MEMBER_CHANGED",
        /// A baseline was created, imported into or lost a policy; `data.what`.
        BaselineChanged = "BASELINE_CHANGED",
        /// A tenant is measured against another baseline; `data.from`, `data.to`.
        BaselineAssigned = "BASELINE_ASSIGNED",
        /// A sync found what Causeway did not write; `data.kind`, `data.severity`.
        DriftDetected = "DRIFT_DETECTED",
        /// The directory audit says who did it; `data.actor`.
        DriftAttributed = "DRIFT_ATTRIBUTED",
        /// A member accepted the deviation; `data.until`.
        DriftAccepted = "DRIFT_ACCEPTED",
        /// The acceptance has ended.
        DriftReopened = "DRIFT_REOPENED",
        /// Changes were drafted that would take the object back; `data.changes`.
        DriftRevertDrafted = "DRIFT_REVERT_DRAFTED",
        /// Such a change took the object back.
        DriftReverted = "DRIFT_REVERTED",
        /// The object is as it should be, by whomever.
        DriftResolved = "DRIFT_RESOLVED",
        /// A bulk change was created; `data.kind`, `data.tenants`.
        BulkCreated = "BULK_CREATED",
        /// A member took a step on a bulk change; `data.what` is the operation, `data.detail`.
        BulkChanged = "BULK_CHANGED",
        /// Work on a bulk change moved on; `data.stage`, `data.counts` by state, `data.moved` with what moved.
        BulkProgress = "BULK_PROGRESS",
        /// A rollout was planned; `data.policyId`, `data.phases`, `data.mode`.
        RolloutCreated = "ROLLOUT_CREATED",
        /// A rollout was edited; `data.revision`, `data.digest`.
        RolloutEdited = "ROLLOUT_EDITED",
        /// A rollout asked for approval or got a decision; `data.state`, `data.digest`.
        RolloutApproved = "ROLLOUT_APPROVED",
        /// A rollout was started; `data.digest`.
        RolloutStarted = "ROLLOUT_STARTED",
        /// A rollout reached a phase; `data.phase`, `data.effectiveFrom`.
        RolloutPhaseStarted = "ROLLOUT_PHASE_STARTED",
        /// A rollout is judged otherwise than before; `data.phase`, `data.outcome`, `data.text`, `data.users`, `data.blockedUsers`.
        RolloutVerdict = "ROLLOUT_VERDICT",
        /// A rollout hurts people: the guard paused it; `data.severity`, `data.phase`, `data.text`, `data.reasons`.
        RolloutGuardTripped = "ROLLOUT_GUARD_TRIPPED",
        /// A rollout was paused; `data.reason`, `data.text`, `data.phase`.
        RolloutPaused = "ROLLOUT_PAUSED",
        /// A rollout goes on; `data.phase`.
        RolloutResumed = "ROLLOUT_RESUMED",
        /// A rollout went back by a phase; `data.phase` is the one it went back to.
        RolloutReverted = "ROLLOUT_REVERTED",
        /// A rollout is being cancelled or rolled back: what it did is taken back first; `data.goal`, `data.reason`, `data.text`, `data.phase`.
        RolloutStopping = "ROLLOUT_STOPPING",
        /// A rollout is complete: the original is on for all users.
        RolloutCompleted = "ROLLOUT_COMPLETED",
        /// A rollout was cancelled; `data.reason`, `data.text`.
        RolloutCancelled = "ROLLOUT_CANCELLED",
        /// A rollout was rolled back; `data.reason`.
        RolloutRolledBack = "ROLLOUT_ROLLED_BACK",
        /// A rollout took protection away from users; `data.severity`, `data.step`, `data.text`.
        RolloutProtectionReduced = "ROLLOUT_PROTECTION_REDUCED",
        /// A rollout across tenants was created; `data.tenants`, `data.mode`.
        BulkRolloutCreated = "BULK_ROLLOUT_CREATED",
        /// A member took a step on a rollout across tenants; `data.what` is the operation, `data.detail`.
        BulkRolloutChanged = "BULK_ROLLOUT_CHANGED",
        /// Work on a rollout across tenants moved on; `data.stage` is `PLAN` or `START`, `data.tenants`.
        BulkRolloutProgress = "BULK_ROLLOUT_PROGRESS",
        /// A breach in one tenant holds all others; `data.severity`, `data.tenants`, `data.text`.
        BulkRolloutHeld = "BULK_ROLLOUT_HELD",
        /// No breach holds it any more.
        BulkRolloutReleased = "BULK_ROLLOUT_RELEASED",
        /// A rollout across tenants is over; `data.status`.
        BulkRolloutEnded = "BULK_ROLLOUT_ENDED",
        /// The agent of a tenant was turned on or off, or set otherwise; `data.enabled`.
        AgentSettingsChanged = "AGENT_SETTINGS_CHANGED",
        /// A run of the agent was asked for; `data.trigger`.
        AgentRunStarted = "AGENT_RUN_STARTED",
        /// A run ended; `data.found`, `data.created`, `data.updated`, `data.reopened`, `data.superseded`.
        AgentRunCompleted = "AGENT_RUN_COMPLETED",
        /// A run gave up; `data.code`, `data.message`, `data.severity`.
        AgentRunFailed = "AGENT_RUN_FAILED",
        /// The agent suggests something; `data.kind`, `data.title`.
        SuggestionCreated = "SUGGESTION_CREATED",
        /// A run found it again with other evidence; `data.kind`.
        SuggestionUpdated = "SUGGESTION_UPDATED",
        /// A suggestion moved; `data.from`, `data.to`, `data.reason`, `data.changeId`.
        SuggestionStatusChanged = "SUGGESTION_STATUS_CHANGED",
        /// A webhook was created, edited, deleted or set to another place, or its secret replaced; `data.what`.
        WebhookChanged = "WEBHOOK_CHANGED",
        /// Messages of a webhook are not accepted any more, and it was turned off; `data.reason`, `data.text`.
        WebhookDisabled = "WEBHOOK_DISABLED",
    }
}

/// An event before it has its place in the log.
#[derive(Clone, Debug, PartialEq)]
pub struct NewEvent {
    /// What happened.
    pub kind: EventKind,
    /// Who did it; `None` is Causeway itself.
    pub actor: Option<MemberId>,
    /// The tenant concerned; what tenant-limited members are filtered by.
    pub tenant_id: Option<TenantId>,
    /// What it is about.
    pub subject_kind: SubjectKind,
    /// Its id.
    pub subject_id: Uuid,
    /// Further facts, a flat object.
    pub data: Value,
}

/// An event in the log: `seq` is dense and rising per workspace, and is the cursor.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// Place in the workspace's log, from 1.
    pub seq: i64,
    /// When its transaction wrote it.
    pub at: DateTime<Utc>,
    /// What happened.
    pub event: NewEvent,
}

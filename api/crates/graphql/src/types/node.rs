//! Refetching by id, and what events and audit entries are about.

use std::sync::Arc;

use async_graphql::{ID, Interface, Result};
use domain::event::SubjectKind;
use domain::id::{
    AgentRunId, AuditId, BaselineId, BaselinePolicyId, BulkChangeId, BulkRolloutId, ChangeId, DriftId, FreezeWindowId, MemberId, PolicyId,
    RolloutId, ScheduleId, SnapshotId, SuggestionId, TenantId, WebhookId,
};
use uuid::Uuid;

use crate::fault::{Nullable, found};
use crate::ids::Kind;
use crate::scope::Scope;
use crate::types::agent::{AgentRun, agent_run};
use crate::types::api_key::{ApiKey, api_key};
use crate::types::approval::Approval;
use crate::types::audit::{AuditEntry, audit_entry};
use crate::types::baseline::{Baseline, BaselinePolicy, baseline, baseline_policy};
use crate::types::bulk::{BulkChange, bulk_change};
use crate::types::bulk_rollout::{BulkRollout, bulk_rollout};
use crate::types::change::ChangeRequest;
use crate::types::drift::{Drift, drift};
use crate::types::dry_run::DryRun;
use crate::types::freeze_window::{FreezeWindow, freeze_window};
use crate::types::member::{Member, member};
use crate::types::policy::Policy;
use crate::types::rollout::{Rollout, rollout};
use crate::types::schedule::{Schedule, schedule};
use crate::types::snapshot::{Snapshot, snapshot_of};
use crate::types::suggestion::{Suggestion, suggestion};
use crate::types::tenant::{Tenant, tenant};
use crate::types::user::{User, user};
use crate::types::webhook::{Webhook, webhook};
use crate::types::workspace::Workspace;

/// An object with a global id, which `node` fetches again.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "Opaque, globally unique, stable. Clients never look into it."))]
pub enum Node {
    /// A workspace.
    Workspace(Workspace),
    /// A member.
    User(User),
    /// A tenant.
    Tenant(Tenant),
    /// A policy.
    Policy(Policy),
    /// A snapshot.
    Snapshot(Snapshot),
    /// A change request.
    ChangeRequest(ChangeRequest),
    /// A bulk change.
    BulkChange(BulkChange),
    /// A phased rollout.
    Rollout(Rollout),
    /// A rollout across tenants.
    BulkRollout(BulkRollout),
    /// A dry-run.
    DryRun(DryRun),
    /// An approval.
    Approval(Approval),
    /// An item of drift.
    Drift(Drift),
    /// A schedule.
    Schedule(Schedule),
    /// A freeze window.
    FreezeWindow(FreezeWindow),
    /// A baseline.
    Baseline(Baseline),
    /// A policy of a baseline.
    BaselinePolicy(BaselinePolicy),
    /// A membership.
    Member(Member),
    /// An API key.
    ApiKey(ApiKey),
    /// An audit entry.
    AuditEntry(AuditEntry),
    /// A run of the optimization agent.
    AgentRun(AgentRun),
    /// A suggestion of the optimization agent.
    Suggestion(Suggestion),
    /// A webhook.
    Webhook(Webhook),
}

/// The object that an id names; `null` for an id of nothing, of another workspace, or that is none.
pub async fn node(scope: &Scope, id: &ID) -> Nullable<Node> {
    let id = scope.ids.decode(id).ok()?;
    match id.kind {
        Kind::Workspace => workspace(scope, id.key).await,
        Kind::Member => some(user(scope, MemberId(id.key)).await, Node::User),
        Kind::Tenant => some(tenant(scope, TenantId(id.key)).await, Node::Tenant),
        Kind::Drift => some(drift(scope, DriftId(id.key)).await, Node::Drift),
        Kind::Policy => some(policy(scope, PolicyId(id.key)).await, Node::Policy),
        Kind::Snapshot => some(snapshot_of(scope, Some(SnapshotId(id.key))).await, Node::Snapshot),
        Kind::Change => some(change(scope, ChangeId(id.key)).await, |change| Node::ChangeRequest(ChangeRequest::full(change))),
        Kind::DryRun => part(change(scope, ChangeId(id.key)).await, |change| {
            DryRun::of(change).filter(|dry_run| dry_run.key().0 == id.part).map(Node::DryRun)
        }),
        Kind::BulkChange => some(bulk_change(scope, BulkChangeId(id.key)).await, Node::BulkChange),
        Kind::BulkRollout => some(bulk_rollout(scope, BulkRolloutId(id.key)).await, Node::BulkRollout),
        Kind::Rollout => some(rollout(scope, RolloutId(id.key)).await, Node::Rollout),
        Kind::Schedule => some(schedule(scope, ScheduleId(id.key)).await, Node::Schedule),
        Kind::FreezeWindow => some(freeze_window(scope, FreezeWindowId(id.key)).await, Node::FreezeWindow),
        Kind::Approval => part(change(scope, ChangeId(id.key)).await, |change| {
            let given = change.approvals.iter().find(|approval| approval.id.0 == id.part)?;
            Some(Node::Approval(Approval::new(change, given)))
        }),
        Kind::Baseline => some(baseline(scope, BaselineId(id.key)).await, Node::Baseline),
        Kind::BaselinePolicy => some(baseline_policy(scope, BaselinePolicyId(id.key)).await, Node::BaselinePolicy),
        Kind::Membership => some(member(scope, MemberId(id.key)).await, Node::Member),
        Kind::ApiKey => some(api_key(scope, MemberId(id.key)).await, Node::ApiKey),
        Kind::Audit => some(audit_entry(scope, AuditId(id.key)).await, Node::AuditEntry),
        Kind::Event | Kind::RolloutVerdict => None,
        Kind::AgentRun => some(agent_run(scope, AgentRunId(id.key)).await, Node::AgentRun),
        Kind::Suggestion => some(suggestion(scope, SuggestionId(id.key)).await, Node::Suggestion),
        Kind::Webhook => some(webhook(scope, WebhookId(id.key)).await, Node::Webhook),
    }
}

/// What an event or an audit entry is about.
pub async fn subject(scope: &Scope, kind: SubjectKind, id: Uuid) -> Nullable<Node> {
    match kind {
        SubjectKind::Workspace => workspace(scope, id).await,
        SubjectKind::Tenant => some(tenant(scope, TenantId(id)).await, Node::Tenant),
        SubjectKind::Drift => some(drift(scope, DriftId(id)).await, Node::Drift),
        SubjectKind::Policy => some(policy(scope, PolicyId(id)).await, Node::Policy),
        SubjectKind::Snapshot => some(snapshot_of(scope, Some(SnapshotId(id))).await, Node::Snapshot),
        SubjectKind::ChangeRequest => some(change(scope, ChangeId(id)).await, |change| Node::ChangeRequest(ChangeRequest::full(change))),
        SubjectKind::BulkChange => some(bulk_change(scope, BulkChangeId(id)).await, Node::BulkChange),
        SubjectKind::BulkRollout => some(bulk_rollout(scope, BulkRolloutId(id)).await, Node::BulkRollout),
        SubjectKind::Rollout => some(rollout(scope, RolloutId(id)).await, Node::Rollout),
        SubjectKind::Member => some(user(scope, MemberId(id)).await, Node::User),
        SubjectKind::Baseline => some(baseline(scope, BaselineId(id)).await, Node::Baseline),
        SubjectKind::FreezeWindow => some(freeze_window(scope, FreezeWindowId(id)).await, Node::FreezeWindow),
        SubjectKind::AgentRun => some(agent_run(scope, AgentRunId(id)).await, Node::AgentRun),
        SubjectKind::Suggestion => some(suggestion(scope, SuggestionId(id)).await, Node::Suggestion),
        SubjectKind::Webhook => some(webhook(scope, WebhookId(id)).await, Node::Webhook),
    }
}

/// The kind of id, and the type of [`Node`], of what an event is about.
pub fn kind_of(subject: SubjectKind) -> (Kind, &'static str) {
    match subject {
        SubjectKind::Workspace => (Kind::Workspace, "Workspace"),
        SubjectKind::Tenant => (Kind::Tenant, "Tenant"),
        SubjectKind::Drift => (Kind::Drift, "Drift"),
        SubjectKind::Policy => (Kind::Policy, "Policy"),
        SubjectKind::Snapshot => (Kind::Snapshot, "Snapshot"),
        SubjectKind::ChangeRequest => (Kind::Change, "ChangeRequest"),
        SubjectKind::BulkChange => (Kind::BulkChange, "BulkChange"),
        SubjectKind::BulkRollout => (Kind::BulkRollout, "BulkRollout"),
        SubjectKind::Rollout => (Kind::Rollout, "Rollout"),
        SubjectKind::Member => (Kind::Member, "User"),
        SubjectKind::Baseline => (Kind::Baseline, "Baseline"),
        SubjectKind::FreezeWindow => (Kind::FreezeWindow, "FreezeWindow"),
        SubjectKind::AgentRun => (Kind::AgentRun, "AgentRun"),
        SubjectKind::Suggestion => (Kind::Suggestion, "Suggestion"),
        SubjectKind::Webhook => (Kind::Webhook, "Webhook"),
    }
}

/// Loads a policy by id.
pub async fn policy(scope: &Scope, id: PolicyId) -> Nullable<Policy> {
    scope.loader.load_one(id).await.transpose().map(|found| found.map(Policy::new))
}

/// Loads a change by id.
pub async fn change(scope: &Scope, id: ChangeId) -> Nullable<Arc<domain::change::request::ChangeRequest>> {
    scope.loader.load_one(id).await.transpose()
}

async fn workspace(scope: &Scope, id: Uuid) -> Nullable<Node> {
    if id != scope.actor.workspace_id.0 {
        return None;
    }
    some(found(scope.app.workspace(&scope.actor).await), |workspace| Node::Workspace(Workspace(workspace)))
}

fn some<T>(found: Nullable<T>, node: impl FnOnce(T) -> Node) -> Nullable<Node> {
    found.map(|found: Result<T>| found.map(node))
}

fn part<T>(found: Nullable<T>, part: impl FnOnce(&T) -> Option<Node>) -> Nullable<Node> {
    match found? {
        Ok(owner) => part(&owner).map(Ok),
        Err(error) => Some(Err(error)),
    }
}

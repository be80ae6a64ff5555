//! One small world: a tenant, a policy in it, and a change of that policy.

use std::sync::LazyLock;

use chrono::{DateTime, TimeDelta, Utc};
use domain::change::approval_rules::ApprovalRules;
use domain::change::dry_run::DryRun;
use domain::change::failure::{ChangeFailure, FailureCode, FailureStage};
use domain::change::gate::{ApplyPermit, GateContext, may_apply};
use domain::change::kind::ChangePayload;
use domain::change::request::{Approval, ApprovalDecision, ApprovalState, ChangeRequest};
use domain::change::status::ChangeStatus;
use domain::change::warning::{Severity, Warning, WarningCode};
use domain::document::PolicyDocument;
use domain::id::{ApprovalId, ChangeId, ContentHash, DryRunId, MemberId, PolicyId, SnapshotId, TenantId, WorkspaceId};
use domain::person::Persons;
use domain::policy::{Policy, PolicyMetadata, PolicyState};
use domain::tenant::{Cloud, ConnectionState, DirectoryKind, EmergencyAccess, EmergencyPrincipal, Licences, Tenant};
use domain::workspace::{Member, Role};
use serde_json::{Value, json};
use uuid::Uuid;

pub const CREATOR: MemberId = MemberId(Uuid::from_u128(1));
pub const EDITOR: MemberId = MemberId(Uuid::from_u128(2));
pub const REQUESTER: MemberId = MemberId(Uuid::from_u128(3));
pub const APPROVER: MemberId = MemberId(Uuid::from_u128(4));
pub const BREAKGLASS: Uuid = Uuid::from_u128(0xb9);

pub fn now() -> DateTime<Utc> {
    "2026-06-01T12:00:00Z".parse().unwrap()
}

pub fn document(value: Value) -> PolicyDocument {
    PolicyDocument::from_value(value).unwrap()
}

/// A policy that demands MFA of everybody.
pub fn mfa_for_all(state: &str) -> Value {
    json!({
        "id": Uuid::from_u128(0x10),
        "displayName": "Require MFA",
        "state": state,
        "conditions": {
            "users": { "includeUsers": ["All"], "excludeUsers": [], "excludeGroups": [] },
            "applications": { "includeApplications": ["All"] },
            "clientAppTypes": ["all"],
        },
        "grantControls": { "operator": "OR", "builtInControls": ["mfa"] },
        "sessionControls": null,
    })
}

pub fn tenant() -> Tenant {
    Tenant {
        id: TenantId(Uuid::from_u128(20)),
        workspace_id: WorkspaceId(Uuid::from_u128(30)),
        entra_tenant_id: Uuid::from_u128(21),
        display_name: "Contoso".into(),
        cloud: Cloud::Global,
        client_id: Uuid::from_u128(22).to_string(),
        connection: ConnectionState::Connected,
        connection_detail: None,
        imported_at: Some(now()),
        last_sync_at: Some(now()),
        licences: Licences { p1: true, p2: true, intune: true },
        security_defaults: Some(false),
        emergency_access: EmergencyAccess { principals: Vec::new(), verified_at: Some(now()) },
        latest_snapshot_id: Some(SnapshotId(Uuid::from_u128(40))),
        created_at: now(),
        version: 1,
    }
}

pub fn breakglass() -> EmergencyPrincipal {
    EmergencyPrincipal {
        object_id: BREAKGLASS,
        kind: DirectoryKind::User,
        display_name: Some("Break glass 1".into()),
        member_of: Some(Vec::new()),
        roles: Some(Vec::new()),
    }
}

pub fn policy(document: &PolicyDocument) -> Policy {
    Policy {
        id: PolicyId(Uuid::from_u128(50)),
        workspace_id: tenant().workspace_id,
        tenant_id: tenant().id,
        graph_id: document.graph_id().unwrap_or_default(),
        display_name: document.display_name().to_owned(),
        state: document.state().unwrap_or(PolicyState::Disabled),
        content_hash: document.canonical().hash(),
        document_hash: ContentHash("0".repeat(64)),
        graph_modified_at: None,
        deleted_at: None,
        metadata: PolicyMetadata::default(),
        first_seen_at: now(),
        last_seen_at: now(),
        version: 1,
    }
}

pub fn warning(severity: Severity) -> Warning {
    Warning { code: WarningCode::GraphWouldReject, severity, message: "no".into(), path: None, waived: false }
}

/// A dry-run made now, with this digest and these warnings.
pub fn dry_run(digest: &str, warnings: Vec<Warning>) -> DryRun {
    DryRun {
        id: DryRunId(Uuid::from_u128(60)),
        ran_at: now(),
        expires_at: now() + TimeDelta::minutes(30),
        base_hash: ContentHash("base".into()),
        desired_hash: ContentHash("desired".into()),
        write: json!({ "displayName": "After" }),
        digest: digest.to_owned(),
        diff: Vec::new(),
        warnings,
        summary: String::new(),
        references: Vec::new(),
        approval_reasons: Vec::new(),
        impact: None,
    }
}

pub fn approval(state: ApprovalState) -> Approval {
    let decided = matches!(state, ApprovalState::Approved | ApprovalState::Rejected);
    Approval {
        id: ApprovalId(Uuid::from_u128(70)),
        state,
        requested_by: REQUESTER,
        requested_at: now(),
        digest: "reviewed".into(),
        expires_at: now() + TimeDelta::days(7),
        quorum: 1,
        decisions: if state == ApprovalState::Approved {
            vec![ApprovalDecision { by: APPROVER, at: now(), comment: None }]
        } else {
            Vec::new()
        },
        decided_by: decided.then_some(APPROVER),
        decided_at: decided.then_some(now()),
        comment: None,
    }
}

/// A change as it stands in this status, reached without an approval except where the status is about one.
pub fn change(status: ChangeStatus) -> ChangeRequest {
    use ChangeStatus::{Applied, Applying, AwaitingApproval, Cancelled, Draft, DryRunBlocked, DryRunComplete, Failed, RolledBack};
    let written = matches!(status, Applied | RolledBack);
    ChangeRequest {
        id: ChangeId(Uuid::from_u128(80)),
        workspace_id: tenant().workspace_id,
        tenant_id: tenant().id,
        policy_id: Some(PolicyId(Uuid::from_u128(50))),
        target_graph_id: Some(Uuid::from_u128(0x10).to_string()),
        payload: ChangePayload::Rename { display_name: "After".into() },
        status,
        revision: 7,
        created_by: CREATOR,
        editors: vec![EDITOR],
        note: None,
        requires_approval: status == AwaitingApproval,
        approval_rules: ApprovalRules { always: status == AwaitingApproval, ..ApprovalRules::default() },
        waivers: Vec::new(),
        emergency: None,
        rollback_of: None,
        bulk_change_id: None,
        rollout_id: None,
        rolled_back_by: (status == RolledBack).then_some(ChangeId(Uuid::from_u128(81))),
        dry_run: match status {
            Draft | Cancelled => None,
            DryRunBlocked => Some(dry_run("reviewed", vec![warning(Severity::Critical)])),
            DryRunComplete | AwaitingApproval | Applying | Applied | Failed | RolledBack => Some(dry_run("reviewed", Vec::new())),
        },
        approvals: if status == AwaitingApproval { vec![approval(ApprovalState::Pending)] } else { Vec::new() },
        applied_by: matches!(status, Applying | Applied | Failed | RolledBack).then_some(CREATOR),
        pre_snapshot_id: written.then_some(SnapshotId(Uuid::from_u128(41))),
        post_snapshot_id: written.then_some(SnapshotId(Uuid::from_u128(42))),
        write_performed: written.then_some(true),
        failure: (status == Failed).then(failure),
        resolution: None,
        close_reason: None,
        created_at: now(),
        updated_at: now(),
        applied_at: written.then_some(now()),
    }
}

pub fn failure() -> ChangeFailure {
    ChangeFailure {
        stage: FailureStage::Write,
        code: FailureCode::GraphRejected,
        message: "Graph refused it".into(),
        graph_status: Some(400),
        graph_code: Some("BadRequest".into()),
        graph_request_id: None,
        retryable: false,
        outcome_unknown: false,
        live_diff: Vec::new(),
    }
}

pub fn member(id: MemberId, role: Role) -> Member {
    Member {
        id,
        workspace_id: tenant().workspace_id,
        issuer: "https://id.example.com".into(),
        subject: id.to_string(),
        display_name: "Somebody".into(),
        role,
        tenant_scope: None,
        owned_by: None,
        created_at: now(),
        removed_at: None,
        version: 1,
    }
}

/// The people around a change, each another person.
pub static MEMBERS: LazyLock<Vec<Member>> = LazyLock::new(|| {
    vec![member(CREATOR, Role::Owner), member(EDITOR, Role::Operator), member(REQUESTER, Role::Admin), member(APPROVER, Role::Approver)]
});

/// Each member its own person.
pub fn persons() -> Persons {
    Persons::of(&MEMBERS)
}

/// A gate with nothing in the way.
pub fn open_gate(tenant: &Tenant) -> GateContext<'_> {
    GateContext { tenant, members: &MEMBERS, frozen: None, owned_by_rollout: false, takes_twin_back: false, unsafe_now: Vec::new() }
}

/// A permit for the change with the fixture's id and revision, from a twin that may be applied.
pub fn permit() -> ApplyPermit {
    may_apply(&change(ChangeStatus::DryRunComplete), &open_gate(&tenant()), now()).unwrap()
}

//! Approvals where two accounts are one person, and where nobody answers: in this process, with members and a clock of the test's own.

use std::time::Duration;

use app::App;
use app::command::{ChangeStep, CreateChange, DecideApproval, UpdateWorkspace, Verdict};
use app::members::AddMember;
use chrono::TimeDelta;
use domain::change::kind::ChangePayload;
use domain::change::payload::{IpLocation, LocationBody, LocationCreate};
use domain::change::request::{ApprovalState, ChangeRequest};
use domain::change::status::ChangeStatus;
use domain::env::Clock;
use domain::workspace::{Actor, Role};
use harness::Database;
use harness::lab::Lane;
use uuid::Uuid;

on_both_databases!(two_accounts_of_one_person, nobody_answers_for_seven_days);

async fn two_accounts_of_one_person(database: Database) {
    let lane = Lane::open(database).await;
    let app = &lane.worker.app;
    let owner = lane.owner().await;
    approvals(app, &owner).await;
    let (tenant, object) = (Uuid::from_u128(0xa1), Uuid::from_u128(0xb2));
    let old = format!("https://sts.windows.net/{tenant}/");
    let new = format!("https://login.microsoftonline.com/{tenant}/v2.0");
    let first = member(&lane, &owner, &old, &format!("{tenant}/{object}"), Role::Admin).await;
    let second = member(&lane, &owner, &new, &format!("{tenant}/{object}"), Role::Owner).await;
    let colleague = member(&lane, &owner, &new, &format!("{tenant}/{}", Uuid::from_u128(0xc3)), Role::Approver).await;

    let waiting = waiting(&lane, &first, "Made by one account").await;
    assert_eq!(approve(app, &first, &waiting).await.unwrap_err().code(), "CANNOT_SELF_APPROVE");
    assert_eq!(approve(app, &second, &waiting).await.unwrap_err().code(), "CANNOT_SELF_APPROVE", "the other account, an owner");
    let approved = approve(app, &colleague, &waiting).await.unwrap();
    assert_eq!(approved.status, ChangeStatus::DryRunComplete);
}

async fn nobody_answers_for_seven_days(database: Database) {
    let lane = Lane::open(database).await;
    let app = &lane.worker.app;
    let owner = lane.owner().await;
    approvals(app, &owner).await;
    let waiting = waiting(&lane, &owner, "Nobody answers").await;
    let other = member(&lane, &owner, "https://id.example.com", "somebody", Role::Approver).await;

    lane.parts.clock.advance(TimeDelta::days(7));
    let late = Actor { expires_at: lane.parts.clock.now() + TimeDelta::hours(1), ..other };
    assert_eq!(approve(app, &late, &waiting).await.unwrap_err().code(), "APPROVAL_EXPIRED", "at once, whoever looks");
    // A process that starts looks at once; one that runs, each half minute.
    let second = lane.parts.worker(1, "second");
    let expired = until(&second.app, &lane.owner().await, &waiting, ChangeStatus::DryRunComplete).await;
    assert_eq!(expired.approvals[0].state, ApprovalState::Expired);
    assert_eq!(expired.revision, waiting.revision + 1, "two processes, one event");
}

async fn approvals(app: &App, owner: &Actor) {
    let workspace = app.workspace(owner).await.unwrap();
    let command = UpdateWorkspace {
        require_approval: Some(true),
        approval_rules: Default::default(),
        dry_run_ttl_s: None,
        expected_revision: workspace.version,
        idempotency_key: None,
    };
    app.update_workspace(owner, command).await.unwrap();
}

async fn member(lane: &Lane, owner: &Actor, issuer: &str, subject: &str, role: Role) -> Actor {
    let command = AddMember {
        issuer: Some(issuer.to_owned()),
        subject: subject.to_owned(),
        display_name: format!("{subject} of {issuer}"),
        role,
        tenant_ids: None,
        idempotency_key: None,
    };
    let member = lane.worker.app.add_member(owner, command).await.unwrap();
    Actor {
        member_id: member.id,
        workspace_id: member.workspace_id,
        display_name: member.display_name,
        role: member.role,
        tenant_scope: None,
        expires_at: lane.parts.clock.now() + TimeDelta::hours(1),
    }
}

/// A named location that waits for approval.
async fn waiting(lane: &Lane, by: &Actor, name: &str) -> ChangeRequest {
    let app = &lane.worker.app;
    let location = LocationBody::Ip(IpLocation { ip_ranges: vec!["203.0.113.0/24".to_owned()], is_trusted: false });
    let payload = ChangePayload::LocationCreate(LocationCreate { display_name: name.to_owned(), location });
    let create = CreateChange { tenant_id: Some(lane.tenant), policy_id: None, payload: payload.into(), note: None, idempotency_key: None };
    let change = app.create_change(by, create).await.unwrap();
    let dry = app.run_dry_run(by, of(&change)).await.unwrap();
    assert_eq!(dry.status, ChangeStatus::DryRunComplete, "{:?}", dry.dry_run);
    app.request_approval(by, of(&dry)).await.unwrap()
}

fn of(change: &ChangeRequest) -> ChangeStep {
    ChangeStep { id: change.id, expected_revision: change.revision, idempotency_key: None }
}

async fn approve(app: &App, by: &Actor, change: &ChangeRequest) -> app::error::AppResult<ChangeRequest> {
    let digest = change.dry_run.as_ref().unwrap().digest.clone();
    let command = DecideApproval { id: change.id, digest, approve: Verdict::Approve, comment: None, idempotency_key: None };
    app.decide_approval(by, command).await
}

async fn until(app: &App, actor: &Actor, change: &ChangeRequest, status: ChangeStatus) -> ChangeRequest {
    for _ in 0..600 {
        let found = app.changes_by_ids(actor, &[change.id]).await.unwrap().remove(&change.id).unwrap();
        if found.status == status {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the change did not become {status}");
}

//! Changes: everything comes back, a stale revision is a conflict, the policy's copy of the newest change stays true.

use crate::support::*;
use domain::change::approval_rules::{ApprovalReason, ApprovalRules};
use domain::change::dry_run::{DiffOp, DryRun, FieldDiff, NamedRef, ResolvedReference, Risk};
use domain::change::failure::{ChangeFailure, FailureCode, FailureStage};
use domain::change::kind::ChangePayload;
use domain::change::plan::ImpactFacts;
use domain::change::request::{
    Approval, ApprovalDecision, ApprovalState, ChangeRequest, CloseReason, Emergency, OutcomeDecision, OutcomeResolution,
};
use domain::change::status::ChangeStatus;
use domain::change::warning::{Severity, Waiver, Warning, WarningCode};
use domain::id::*;
use domain::snapshot::{Snapshot, SnapshotKind};
use domain::tenant::DirectoryKind;
use store::{LatestChange, StoreError};

on_both!(
    everything_comes_back,
    a_stale_revision_is_a_conflict,
    of_eight_writers_one_wins_each_revision,
    the_newest_change_is_kept_on_the_policy
);

fn approval(member: MemberId, seconds: i64) -> Approval {
    Approval {
        id: ApprovalId(id()),
        state: ApprovalState::Pending,
        requested_by: member,
        requested_at: at(seconds),
        digest: "d".repeat(64),
        expires_at: at(seconds + 604_800),
        quorum: 2,
        decisions: vec![ApprovalDecision { by: member, at: at(seconds + 1), comment: Some("fine".to_owned()) }],
        decided_by: None,
        decided_at: None,
        comment: None,
    }
}

async fn everything_comes_back(place: &Place) {
    let world = World::new(place).await;
    let ids = (world.workspace.id, world.tenant.id);
    let snapshot = |kind| Snapshot {
        id: SnapshotId(id()),
        workspace_id: ids.0,
        tenant_id: ids.1,
        kind,
        taken_at: at(1),
        content_hash: hash("manifest"),
        policy_count: 1,
        change_id: None,
    };
    let (pre, post) = (snapshot(SnapshotKind::PreChange), snapshot(SnapshotKind::PostChange));
    let plain = change(&world.policy, world.member.id, 1);
    let full = ChangeRequest {
        payload: ChangePayload::Rename { display_name: "Ünïcode \"name\"".to_owned() },
        status: ChangeStatus::Failed,
        revision: 7,
        editors: vec![world.member.id],
        note: Some("please".to_owned()),
        approval_rules: ApprovalRules {
            always: true,
            severity: Some(Severity::Warning),
            would_block: Some(5),
            quorum: 2,
            ..Default::default()
        },
        waivers: vec![Waiver { code: WarningCode::NoOp, reason: "known".to_owned(), by: world.member.id, at: at(3) }],
        emergency: Some(Emergency {
            reason: "locked out".to_owned(),
            by: world.member.id,
            at: at(3),
            reviewed_by: Some(world.member.id),
            reviewed_at: Some(at(4)),
            review_comment: None,
        }),
        rollback_of: Some(plain.id),
        bulk_change_id: None,
        rollout_id: None,
        rolled_back_by: Some(plain.id),
        dry_run: Some(DryRun {
            id: DryRunId(id()),
            ran_at: at(2),
            expires_at: at(1_802),
            base_hash: hash("base"),
            desired_hash: hash("desired"),
            write: serde_json::json!({"displayName": "x", "nested": {"list": [1, null]}}),
            digest: "e".repeat(64),
            diff: vec![FieldDiff {
                path: "displayName".to_owned(),
                op: DiffOp::Replace,
                before: Some(serde_json::json!("a")),
                after: None,
                added: vec![NamedRef { id: "All".to_owned(), display_name: None }],
                removed: Vec::new(),
                risk: Risk::Loosens,
                label: "Name".to_owned(),
            }],
            warnings: vec![Warning {
                code: WarningCode::NoOp,
                severity: Severity::Info,
                message: "same".to_owned(),
                path: None,
                waived: true,
            }],
            summary: "Renames it.".to_owned(),
            references: vec![ResolvedReference {
                path: "conditions.users.excludeGroups".to_owned(),
                kind: DirectoryKind::Group,
                given: "Contractors".to_owned(),
                candidates: vec![NamedRef { id: "g".to_owned(), display_name: Some("Contractors".to_owned()) }],
            }],
            approval_reasons: vec![ApprovalReason::Always, ApprovalReason::Enforcing],
            impact: Some(ImpactFacts { would_block: 3, would_interrupt: 40 }),
        }),
        approvals: vec![approval(world.member.id, 3), approval(world.member.id, 4)],
        applied_by: Some(world.member.id),
        pre_snapshot_id: Some(pre.id),
        post_snapshot_id: Some(post.id),
        write_performed: Some(true),
        failure: Some(ChangeFailure {
            stage: FailureStage::Verify,
            code: FailureCode::VerifyMismatch,
            message: "look".to_owned(),
            graph_status: Some(204),
            graph_code: None,
            graph_request_id: Some("r".to_owned()),
            retryable: true,
            outcome_unknown: true,
            live_diff: Vec::new(),
        }),
        resolution: Some(OutcomeDecision {
            resolution: OutcomeResolution::DeclareNotApplied,
            reason: "looked".to_owned(),
            by: world.member.id,
            at: at(9),
        }),
        close_reason: Some(CloseReason::Rejected),
        updated_at: at(9),
        applied_at: Some(at(8)),
        ..change(&world.policy, world.member.id, 2)
    };
    let tx = world.store.write().await.unwrap();
    tx.insert_snapshot(&pre).await.unwrap();
    tx.insert_snapshot(&post).await.unwrap();
    tx.insert_change(&plain).await.unwrap();
    tx.insert_change(&full).await.unwrap();
    assert_eq!(tx.change(ids.0, full.id).await.unwrap(), Some(full.clone()));
    tx.commit().await.unwrap();
    let reader = world.store.reader();
    assert_eq!(reader.change(ids.0, plain.id).await.unwrap(), Some(plain.clone()));
    let mut both = reader.changes_by_ids(ids.0, &[full.id, plain.id, ChangeId(id())]).await.unwrap();
    both.sort_by_key(|change| change.revision);
    assert_eq!(both, [plain, full]);
}

async fn a_stale_revision_is_a_conflict(place: &Place) {
    let world = World::new(place).await;
    let first = change(&world.policy, world.member.id, 1);
    let tx = world.store.write().await.unwrap();
    tx.insert_change(&first).await.unwrap();
    tx.commit().await.unwrap();

    let asked = ChangeRequest { revision: 2, approvals: vec![approval(world.member.id, 2)], ..first.clone() };
    let tx = world.store.write().await.unwrap();
    tx.update_change(&asked).await.unwrap();
    tx.commit().await.unwrap();

    let tx = world.store.write().await.unwrap();
    let late = ChangeRequest { revision: 2, note: Some("late".to_owned()), ..first.clone() };
    assert!(matches!(tx.update_change(&late).await, Err(StoreError::Conflict)));
    drop(tx);

    let mut decided = ChangeRequest { revision: 3, ..asked };
    decided.approvals[0].state = ApprovalState::Rejected;
    decided.approvals[0].decided_by = Some(world.member.id);
    decided.approvals[0].decided_at = Some(at(3));
    decided.approvals[0].comment = Some("no".to_owned());
    let tx = world.store.write().await.unwrap();
    tx.update_change(&decided).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(world.store.reader().change(world.workspace.id, first.id).await.unwrap(), Some(decided));
}

async fn of_eight_writers_one_wins_each_revision(place: &Place) {
    let world = World::new(place).await;
    let first = change(&world.policy, world.member.id, 1);
    let tx = world.store.write().await.unwrap();
    tx.insert_change(&first).await.unwrap();
    tx.commit().await.unwrap();
    let mut writers = Vec::new();
    for writer in 0..8 {
        let (store, workspace, change) = (world.store.clone(), world.workspace.id, first.id);
        writers.push(tokio::spawn(async move {
            let (mut won, mut lost) = (0, 0);
            for _ in 0..20 {
                // Read outside the transaction, as a use case that was given an expected revision does.
                let read = store.reader().change(workspace, change).await.unwrap().unwrap();
                let next = ChangeRequest { revision: read.revision + 1, note: Some(format!("writer {writer}")), ..read };
                let tx = store.write().await.unwrap();
                match tx.update_change(&next).await {
                    Ok(()) => {
                        tx.commit().await.unwrap();
                        won += 1;
                    }
                    Err(StoreError::Conflict) => lost += 1,
                    Err(other) => panic!("{other:?}"),
                }
            }
            (won, lost)
        }));
    }
    let (mut won, mut lost) = (0, 0);
    for writer in writers {
        let (w, l) = writer.await.unwrap();
        won += w;
        lost += l;
    }
    assert_eq!(won + lost, 160);
    assert!(lost > 0, "the writers never met: the test proves nothing");
    let last = world.store.reader().change(world.workspace.id, first.id).await.unwrap().unwrap();
    assert_eq!(last.revision, 1 + won, "every revision was written by exactly one writer");
}

async fn the_newest_change_is_kept_on_the_policy(place: &Place) {
    let world = World::new(place).await;
    let older = change(&world.policy, world.member.id, 1);
    let newer = change(&world.policy, world.member.id, 2);
    let latest = async || {
        let found = world.store.reader().latest_changes_of(world.workspace.id, &[world.policy.id]).await.unwrap();
        found.get(&world.policy.id).copied()
    };
    let tx = world.store.write().await.unwrap();
    tx.insert_change(&older).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(latest().await, Some(LatestChange { id: older.id, status: ChangeStatus::Draft }));

    let tx = world.store.write().await.unwrap();
    tx.insert_change(&newer).await.unwrap();
    tx.update_change(&ChangeRequest { revision: 2, status: ChangeStatus::Cancelled, ..older }).await.unwrap();
    assert_eq!(latest().await.map(|latest| latest.status), Some(ChangeStatus::Draft));
    tx.commit().await.unwrap();
    assert_eq!(latest().await, Some(LatestChange { id: newer.id, status: ChangeStatus::Draft }));

    let tx = world.store.write().await.unwrap();
    tx.update_change(&ChangeRequest { revision: 2, status: ChangeStatus::Applying, ..newer.clone() }).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(latest().await, Some(LatestChange { id: newer.id, status: ChangeStatus::Applying }));
    // It is our copy: a member who edits the policy's metadata meets no conflict because of it.
    let tx = world.store.write().await.unwrap();
    tx.update_policy(&world.policy, None).await.unwrap();
    drop(tx);

    // Rolled back with its transaction.
    let tx = world.store.write().await.unwrap();
    tx.insert_change(&change(&world.policy, world.member.id, 3)).await.unwrap();
    drop(tx);
    assert_eq!(latest().await, Some(LatestChange { id: newer.id, status: ChangeStatus::Applying }));
}

//! What was recorded can't be rewritten, not even around the store (P27).

use crate::support::*;
use domain::audit::{AuditOutcome, NewAuditEntry};
use domain::change::request::ChangeRequest;
use domain::change::status::ChangeStatus;
use domain::event::SubjectKind;
use domain::id::*;
use domain::snapshot::{Snapshot, SnapshotKind};
use sea_orm::ConnectionTrait;
use store::StoreError;

on_both!(records_refuse_to_be_rewritten, an_applied_change_keeps_its_facts);

async fn records_refuse_to_be_rewritten(place: &Place) {
    let world = World::new(place).await;
    let snapshot = Snapshot {
        id: SnapshotId(id()),
        workspace_id: world.workspace.id,
        tenant_id: world.tenant.id,
        kind: SnapshotKind::Import,
        taken_at: at(1),
        content_hash: hash("manifest"),
        policy_count: 1,
        change_id: None,
    };
    let entry = NewAuditEntry {
        actor: None,
        action: "system.test".to_owned(),
        tenant_id: None,
        subject_kind: SubjectKind::Workspace,
        subject_id: world.workspace.id.0,
        outcome: AuditOutcome::Done,
        detail: serde_json::json!({}),
    };
    let tx = world.store.write().await.unwrap();
    tx.insert_snapshot(&snapshot).await.unwrap();
    tx.append_audit(world.workspace.id, AuditId(id()), at(1), entry).await.unwrap();
    tx.append_events(world.workspace.id, at(1), vec![event(None, id())]).await.unwrap();
    tx.insert_change(&change(&world.policy, world.member.id, 1)).await.unwrap();
    tx.commit().await.unwrap();
    let raw = place.raw().await;
    for statement in [
        "UPDATE audit_entry SET action = 'other'",
        "DELETE FROM audit_entry",
        "UPDATE event SET data = '{}'",
        "UPDATE snapshot SET policy_count = 0",
        "DELETE FROM snapshot",
        "UPDATE document SET content = 'x'",
        "DELETE FROM change_request",
    ] {
        let error = raw.execute_unprepared(statement).await.expect_err(statement).to_string();
        assert!(error.contains("immutable"), "{statement}: {error}");
    }
    raw.execute_unprepared("DELETE FROM event").await.expect("retention may delete events");
}

async fn an_applied_change_keeps_its_facts(place: &Place) {
    let world = World::new(place).await;
    let draft = change(&world.policy, world.member.id, 1);
    let undo = change(&world.policy, world.member.id, 2);
    let applied =
        ChangeRequest { status: ChangeStatus::Applied, revision: 2, write_performed: Some(true), applied_at: Some(at(3)), ..draft.clone() };
    let tx = world.store.write().await.unwrap();
    tx.insert_change(&draft).await.unwrap();
    tx.insert_change(&undo).await.unwrap();
    tx.update_change(&applied).await.unwrap();
    tx.commit().await.unwrap();

    for forged in [
        ChangeRequest { revision: 3, write_performed: Some(false), ..applied.clone() },
        ChangeRequest { revision: 3, applied_at: None, status: ChangeStatus::Draft, ..applied.clone() },
        ChangeRequest {
            revision: 3,
            payload: domain::change::kind::ChangePayload::Rename { display_name: "x".to_owned() },
            ..applied.clone()
        },
    ] {
        let tx = world.store.write().await.unwrap();
        let error = tx.update_change(&forged).await.unwrap_err();
        assert!(matches!(error, StoreError::Immutable(_)), "{error:?}");
    }
    let rolled_back = ChangeRequest { revision: 3, status: ChangeStatus::RolledBack, rolled_back_by: Some(undo.id), ..applied };
    let tx = world.store.write().await.unwrap();
    tx.update_change(&rolled_back).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(world.store.reader().change(world.workspace.id, draft.id).await.unwrap(), Some(rolled_back));
}

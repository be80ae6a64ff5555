//! What is written is read back equal, only in its own workspace, and only the version that was read is overwritten.

use std::collections::BTreeSet;

use crate::support::*;
use domain::change::approval_rules::ApprovalRules;
use domain::id::*;
use domain::policy::{Criticality, Policy, PolicyMetadata, PolicyState};
use domain::snapshot::{Snapshot, SnapshotKind};
use domain::tenant::*;
use domain::workspace::{Member, Role, Workspace};
use store::{StoreError, constraint};

on_both!(
    workspaces_and_members,
    tenants_and_credentials,
    the_directory_is_replaced_and_topped_up,
    policies,
    documents_are_stored_once,
    snapshots,
    another_workspace_sees_nothing,
);

async fn workspaces_and_members(place: &Place) {
    let World { store, workspace: first, member: ada, tenant, .. } = World::new(place).await;
    let reader = store.reader();
    assert_eq!(reader.workspace(first.id).await.unwrap(), Some(first.clone()));
    assert_eq!(reader.workspace(WorkspaceId(id())).await.unwrap(), None);

    let tx = store.write().await.unwrap();
    let approval_rules = ApprovalRules { always: true, enforcing: true, quorum: 3, ..ApprovalRules::default() };
    let changed = Workspace { name: "Contoso Ltd".to_owned(), require_approval: true, approval_rules, ..first.clone() };
    let next = tx.update_workspace(&changed).await.unwrap();
    assert_eq!(next.version, first.version + 1);
    assert!(matches!(tx.update_workspace(&first).await, Err(StoreError::Conflict)));
    let second = workspace("Fabrikam");
    tx.insert_workspace(&second).await.unwrap();
    let scoped = Member {
        workspace_id: second.id,
        role: Role::Viewer,
        tenant_scope: Some(BTreeSet::from([tenant.id, TenantId(id())])),
        created_at: at(5),
        ..member(second.id, "ada")
    };
    tx.insert_member(&scoped).await.unwrap();
    tx.commit().await.unwrap();

    assert_eq!(reader.workspaces().await.unwrap(), [next, second.clone()]);
    assert_eq!(reader.members_of_principal(&ada.issuer, "ada").await.unwrap(), [ada.clone(), scoped.clone()]);
    assert!(reader.members_of_principal("https://other.example", "ada").await.unwrap().is_empty());
    assert_eq!(reader.members(second.id).await.unwrap(), [scoped.clone()]);
    assert_eq!(reader.members_by_ids(first.id, &[ada.id, scoped.id]).await.unwrap(), [ada.clone()]);
    assert!(reader.members_by_ids(first.id, &[]).await.unwrap().is_empty());
    assert_eq!(reader.member(first.id, ada.id).await.unwrap(), Some(ada.clone()));

    let tx = store.write().await.unwrap();
    let error = tx.insert_member(&Member { id: MemberId(id()), ..ada }).await.unwrap_err();
    assert!(error.violates(constraint::MEMBER_PRINCIPAL), "{error:?}");
    drop(tx);
    let tx = store.write().await.unwrap();
    let error = tx.insert_member(&member(WorkspaceId(id()), "nowhere")).await.unwrap_err();
    assert!(matches!(error, StoreError::ForeignKey { .. }), "{error:?}");
}

async fn tenants_and_credentials(place: &Place) {
    let World { store, workspace, tenant: first, .. } = World::new(place).await;
    let reader = store.reader();
    assert_eq!(reader.tenant(workspace.id, first.id).await.unwrap(), Some(first.clone()));
    assert_eq!(reader.tenant_by_entra_id(workspace.id, first.entra_tenant_id).await.unwrap(), Some(first.clone()));
    assert_eq!(reader.sealed_credential(workspace.id, first.id).await.unwrap().as_deref(), Some(&b"sealed"[..]));

    let changed = Tenant {
        display_name: "Żubr".to_owned(),
        connection: ConnectionState::Degraded,
        connection_detail: Some("reads are stale".to_owned()),
        last_sync_at: Some(at(9)),
        security_defaults: None,
        latest_snapshot_id: Some(SnapshotId(id())),
        emergency_access: EmergencyAccess {
            principals: vec![EmergencyPrincipal {
                object_id: id(),
                kind: DirectoryKind::User,
                display_name: Some("Break glass".to_owned()),
                member_of: Some(vec![id()]),
                roles: None,
            }],
            verified_at: Some(at(3)),
        },
        ..first.clone()
    };
    let tx = store.write().await.unwrap();
    let next = tx.update_tenant(&changed).await.unwrap();
    assert!(matches!(tx.update_tenant(&changed).await, Err(StoreError::Conflict)));
    tx.set_sealed_credential(workspace.id, first.id, b"other\0bytes\xff").await.unwrap();
    assert!(matches!(tx.set_sealed_credential(WorkspaceId(id()), first.id, b"").await, Err(StoreError::Conflict)));
    tx.commit().await.unwrap();
    assert_eq!(next, Tenant { version: 2, ..changed });
    assert_eq!(reader.tenants_by_ids(workspace.id, &[first.id, TenantId(id())]).await.unwrap(), [next]);
    assert_eq!(reader.sealed_credential(workspace.id, first.id).await.unwrap().as_deref(), Some(&b"other\0bytes\xff"[..]));
    assert_eq!(reader.tenant_ids(workspace.id).await.unwrap(), [first.id]);
    assert_eq!(reader.all_tenant_ids().await.unwrap(), [(workspace.id, first.id)]);

    let tx = store.write().await.unwrap();
    let twin = Tenant { entra_tenant_id: first.entra_tenant_id, ..tenant(workspace.id, "Twin") };
    let error = tx.insert_tenant(&twin, b"x").await.unwrap_err();
    assert!(error.violates(constraint::TENANT_ENTRA), "{error:?}");
}

async fn the_directory_is_replaced_and_topped_up(place: &Place) {
    let World { store, workspace, tenant, .. } = World::new(place).await;
    let object = |kind, object_id: &str, name: &str, count| DirectoryObject {
        kind,
        object_id: object_id.to_owned(),
        display_name: name.to_owned(),
        member_count: count,
    };
    let context = object(DirectoryKind::AuthenticationContext, "c1", "Sensitive \"data\"", None);
    let group = object(DirectoryKind::Group, "g", "Staff", Some(12));
    let location = object(DirectoryKind::NamedLocation, "g", "Office", None);
    let tx = store.write().await.unwrap();
    tx.replace_directory(workspace.id, tenant.id, &[group.clone(), location.clone()]).await.unwrap();
    let grown = object(DirectoryKind::Group, "g", "Staff", Some(13));
    tx.upsert_directory(workspace.id, tenant.id, &[group, grown.clone(), context.clone()]).await.unwrap();
    tx.commit().await.unwrap();
    let reader = store.reader();
    assert_eq!(reader.directory(workspace.id, tenant.id).await.unwrap(), [context.clone(), grown.clone(), location.clone()]);
    let mut named = reader.directory_objects(workspace.id, tenant.id, &["g".to_owned(), "it's".to_owned()]).await.unwrap();
    named.sort_by_key(|object| object.kind);
    assert_eq!(named, [grown, location]);

    let many: Vec<_> = (0..2_500).map(|n| object(DirectoryKind::User, &format!("u{n}"), "User", None)).collect();
    let tx = store.write().await.unwrap();
    tx.replace_directory(workspace.id, tenant.id, &many).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(reader.directory(workspace.id, tenant.id).await.unwrap().len(), 2_500);
}

async fn policies(place: &Place) {
    let World { store, workspace, tenant, policy: first, .. } = World::new(place).await;
    let reader = store.reader();
    assert_eq!(reader.policy(workspace.id, first.id).await.unwrap(), Some(first.clone()));
    assert_eq!(reader.policies_by_graph_ids(workspace.id, tenant.id, &[first.graph_id, id()]).await.unwrap(), [first.clone()]);
    assert_eq!(reader.conditions_of(workspace.id, &[first.id]).await.unwrap()[&first.id], r#"{"users":{}}"#);
    assert!(reader.latest_changes_of(workspace.id, &[first.id]).await.unwrap().is_empty());

    let changed = Policy {
        display_name: "Block legacy".to_owned(),
        state: PolicyState::Enabled,
        deleted_at: Some(at(7)),
        graph_modified_at: Some(at(6)),
        metadata: PolicyMetadata {
            criticality: Some(Criticality::Critical),
            code: Some("CA001".to_owned()),
            tags: vec!["a".to_owned(), "b\"c".to_owned()],
        },
        last_seen_at: at(8),
        ..first.clone()
    };
    let tx = store.write().await.unwrap();
    let next = tx.update_policy(&changed, None).await.unwrap();
    assert!(matches!(tx.update_policy(&changed, None).await, Err(StoreError::Conflict)));
    let last = tx.update_policy(&next, Some("{}")).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(last, Policy { version: 3, ..changed });
    assert_eq!(reader.policies_by_ids(workspace.id, &[first.id]).await.unwrap(), [last.clone()]);
    assert_eq!(reader.policies_of_tenant(workspace.id, tenant.id).await.unwrap(), [last]);
    assert_eq!(reader.conditions_of(workspace.id, &[first.id]).await.unwrap()[&first.id], "{}");

    let tx = store.write().await.unwrap();
    let error = tx.insert_policy(&Policy { graph_id: first.graph_id, ..policy(&tenant, "Twin") }, "{}").await.unwrap_err();
    assert!(error.violates(constraint::POLICY_GRAPH), "{error:?}");
    drop(tx);
    let tx = store.write().await.unwrap();
    let error = tx.insert_policy(&Policy { document_hash: hash("missing"), ..policy(&tenant, "No document") }, "{}").await.unwrap_err();
    assert!(matches!(error, StoreError::ForeignKey { .. }), "{error:?}");
}

async fn documents_are_stored_once(place: &Place) {
    let World { store, workspace, .. } = World::new(place).await;
    let tx = store.write().await.unwrap();
    let many: Vec<_> = (0..450).map(|n| (hash(&n.to_string()), format!("{{\"n\":{n}}}"))).collect();
    tx.put_documents(workspace.id, &many).await.unwrap();
    tx.put_documents(workspace.id, &[(hash("1"), "another text".to_owned()), (hash("new"), "[]".to_owned())]).await.unwrap();
    tx.put_documents(workspace.id, &[(hash("1"), "another text".to_owned())]).await.unwrap();
    tx.put_documents(workspace.id, &[]).await.unwrap();
    tx.commit().await.unwrap();
    let reader = store.reader();
    assert_eq!(reader.document(workspace.id, &hash("1")).await.unwrap().as_deref(), Some("{\"n\":1}"));
    assert_eq!(reader.document(workspace.id, &hash("none")).await.unwrap(), None);
    let found = reader.documents(workspace.id, &[hash("449"), hash("new"), hash("none")]).await.unwrap();
    assert_eq!(found.len(), 2);
    assert_eq!(found[&hash("449")], "{\"n\":449}");
    assert!(reader.documents(workspace.id, &[]).await.unwrap().is_empty());
}

async fn snapshots(place: &Place) {
    let World { store, workspace, tenant, .. } = World::new(place).await;
    let snapshot = |kind, seconds| Snapshot {
        id: SnapshotId(id()),
        workspace_id: workspace.id,
        tenant_id: tenant.id,
        kind,
        taken_at: at(seconds),
        content_hash: hash("manifest"),
        policy_count: 3,
        change_id: None,
    };
    let import = snapshot(SnapshotKind::Import, 1);
    let before = Snapshot { change_id: Some(ChangeId(id())), ..snapshot(SnapshotKind::PreChange, 2) };
    let resync = snapshot(SnapshotKind::Resync, 2);
    let tx = store.write().await.unwrap();
    for one in [&import, &before, &resync] {
        tx.insert_snapshot(one).await.unwrap();
    }
    tx.commit().await.unwrap();
    let reader = store.reader();
    let whole = [SnapshotKind::Import, SnapshotKind::Resync];
    assert_eq!(reader.snapshot(workspace.id, before.id).await.unwrap(), Some(before.clone()));
    assert_eq!(reader.latest_snapshot(workspace.id, tenant.id, &whole).await.unwrap(), Some(resync.clone()));
    assert_eq!(reader.previous_snapshot(workspace.id, &resync, &whole).await.unwrap(), Some(import.clone()));
    assert_eq!(reader.previous_snapshot(workspace.id, &resync, &[]).await.unwrap(), Some(before.clone()));
    assert_eq!(reader.previous_snapshot(workspace.id, &import, &[]).await.unwrap(), None);
    assert_eq!(reader.count_snapshots(workspace.id, tenant.id, &whole).await.unwrap(), 2);
    assert_eq!(reader.snapshots_by_ids(workspace.id, &[import.id]).await.unwrap(), [import]);
    let tx = store.write().await.unwrap();
    let error = tx.insert_snapshot(&Snapshot { content_hash: hash("missing"), ..snapshot(SnapshotKind::Nightly, 3) }).await.unwrap_err();
    assert!(matches!(error, StoreError::ForeignKey { .. }), "{error:?}");
}

/// Invariant 13: ids of one workspace are nothing in another.
async fn another_workspace_sees_nothing(place: &Place) {
    let World { store, member: ada, tenant: one, policy, .. } = World::new(place).await;
    let other = workspace("Fabrikam");
    let tx = store.write().await.unwrap();
    tx.insert_workspace(&other).await.unwrap();
    let change = change(&policy, ada.id, 1);
    tx.insert_change(&change).await.unwrap();
    tx.commit().await.unwrap();
    let reader = store.reader();
    assert_eq!(reader.member(other.id, ada.id).await.unwrap(), None);
    assert_eq!(reader.tenant(other.id, one.id).await.unwrap(), None);
    assert!(reader.tenants_by_ids(other.id, &[one.id]).await.unwrap().is_empty());
    assert_eq!(reader.sealed_credential(other.id, one.id).await.unwrap(), None);
    assert_eq!(reader.tenant_by_entra_id(other.id, one.entra_tenant_id).await.unwrap(), None);
    assert_eq!(reader.policy(other.id, policy.id).await.unwrap(), None);
    assert!(reader.policies_of_tenant(other.id, one.id).await.unwrap().is_empty());
    assert!(reader.conditions_of(other.id, &[policy.id]).await.unwrap().is_empty());
    assert!(reader.latest_changes_of(other.id, &[policy.id]).await.unwrap().is_empty());
    assert_eq!(reader.document(other.id, &hash("document")).await.unwrap(), None);
    assert_eq!(reader.change(other.id, change.id).await.unwrap(), None);
    assert!(reader.changes_by_ids(other.id, &[change.id]).await.unwrap().is_empty());
    assert!(reader.directory(other.id, one.id).await.unwrap().is_empty());
    let tx = store.write().await.unwrap();
    assert!(matches!(tx.update_tenant(&Tenant { workspace_id: other.id, ..one }).await, Err(StoreError::Conflict)));
    assert!(matches!(tx.update_policy(&Policy { workspace_id: other.id, ..policy }, None).await, Err(StoreError::Conflict)));
}

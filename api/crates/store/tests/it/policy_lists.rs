//! Lists that are read for many parents at once say the same as the plain lists; and a policy's versions.

use std::collections::BTreeSet;

use crate::support::*;
use domain::change::request::{Approval, ApprovalState, ChangeRequest};
use domain::id::*;
use domain::policy::{Criticality, Policy, PolicyMetadata, PolicyState, PolicyVersion};
use domain::snapshot::{Snapshot, SnapshotKind};
use store::*;

on_both!(many_tenants_at_once_say_what_each_alone_says, a_policys_versions_are_numbered, changes_that_i_may_approve);

async fn many_tenants_at_once_say_what_each_alone_says(place: &Place) {
    let world = World::new(place).await;
    let (many, none) = (tenant(world.workspace.id, "Many"), tenant(world.workspace.id, "None"));
    let critical = PolicyMetadata { criticality: Some(Criticality::Critical), ..PolicyMetadata::default() };
    let tx = world.store.write().await.unwrap();
    tx.insert_tenant(&many, b"x").await.unwrap();
    tx.insert_tenant(&none, b"x").await.unwrap();
    for (n, name) in ["b", "A", "c", "a", "50%_off", "50 off"].into_iter().enumerate() {
        let state = if n % 2 == 0 { PolicyState::Enabled } else { PolicyState::Disabled };
        let metadata = if n == 2 { critical.clone() } else { PolicyMetadata::default() };
        tx.insert_policy(&Policy { state, metadata, ..policy(&many, name) }, &format!("{{\"of\":\"{name}\"}}")).await.unwrap();
    }
    tx.insert_policy(&Policy { deleted_at: Some(at(1)), ..policy(&many, "0 deleted") }, "{}").await.unwrap();
    tx.insert_change(&change(&world.policy, world.member.id, 1)).await.unwrap();
    tx.commit().await.unwrap();

    let reader = world.store.reader();
    let tenants = [world.tenant.id, many.id, none.id];
    let all = PolicyFilter::default;
    let whole = reader
        .policies_page(world.workspace.id, &PolicyFilter { scope: Some(BTreeSet::from([many.id])), ..all() }, &PageRequest::first(10))
        .await
        .unwrap();
    let middle = whole.items[2].0.clone();
    let filters = [
        all(),
        PolicyFilter { include_deleted: true, ..all() },
        PolicyFilter { states: vec![PolicyState::Enabled, PolicyState::ReportOnly], ..all() },
        PolicyFilter { criticalities: vec![Criticality::Critical], ..all() },
        PolicyFilter { search: Some("0%_O".to_owned()), ..all() },
        PolicyFilter { search: Some("' OR TRUE --".to_owned()), ..all() },
    ];
    for filter in &filters {
        for (first, after, backwards) in
            [(10, None, false), (2, None, false), (2, None, true), (2, Some(&middle), false), (2, Some(&middle), true)]
        {
            let request = PageRequest { first, after: after.cloned(), backwards };
            let before = world.store.statements();
            let pages = reader.policies_of_tenants(world.workspace.id, &tenants, filter, &request, true).await.unwrap();
            assert_eq!(world.store.statements() - before, 1);
            let counts = reader.count_policies_of_tenants(world.workspace.id, &tenants, filter).await.unwrap();
            for tenant in tenants {
                let alone = PolicyFilter { scope: Some(BTreeSet::from([tenant])), ..filter.clone() };
                let expected = reader.policies_page(world.workspace.id, &alone, &request).await.unwrap();
                let page = &pages[&tenant];
                let rows: Vec<_> = page.items.iter().map(|(cursor, item)| (cursor.clone(), item.policy.clone())).collect();
                assert_eq!(rows, expected.items, "{filter:?} {request:?}");
                assert_eq!((page.has_next, page.has_previous), (expected.has_next, expected.has_previous), "{filter:?} {request:?}");
                assert_eq!(counts[&tenant], reader.count_policies(world.workspace.id, &alone).await.unwrap(), "{filter:?}");
            }
        }
    }
    let request = PageRequest::first(10);
    let pages = reader.policies_of_tenants(world.workspace.id, &tenants, &all(), &request, true).await.unwrap();
    let own = &pages[&world.tenant.id].items[0].1;
    assert_eq!(own.conditions.as_deref(), Some(r#"{"users":{}}"#));
    assert!(own.latest_change.is_some() && pages[&many.id].items[0].1.latest_change.is_none());
    let pages = reader.policies_of_tenants(world.workspace.id, &tenants, &all(), &request, false).await.unwrap();
    assert_eq!(pages[&world.tenant.id].items[0].1.conditions, None);
    let elsewhere = reader.policies_of_tenants(WorkspaceId(id()), &tenants, &all(), &request, true).await.unwrap();
    assert!(elsewhere.values().all(|page| page.items.is_empty()));
    let bad = PageRequest::first_after(1, "AAAA");
    assert!(matches!(reader.policies_of_tenants(world.workspace.id, &tenants, &all(), &bad, true).await, Err(StoreError::BadCursor)));
}

async fn a_policys_versions_are_numbered(place: &Place) {
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
    let version = |content: &str, seconds| PolicyVersion {
        policy_id: world.policy.id,
        number: 0,
        seen_at: at(seconds),
        snapshot_id: snapshot.id,
        change_id: None,
        display_name: world.policy.display_name.clone(),
        state: PolicyState::Enabled,
        content_hash: hash(content),
        document_hash: hash("document"),
    };
    let tx = world.store.write().await.unwrap();
    tx.insert_snapshot(&snapshot).await.unwrap();
    for (content, seconds) in [("x", 1), ("y", 2), ("x", 3)] {
        tx.append_policy_version(world.workspace.id, &version(content, seconds)).await.unwrap();
    }
    tx.commit().await.unwrap();
    let reader = world.store.reader();
    let first = reader.policy_versions_page(world.workspace.id, world.policy.id, &PageRequest::first(2)).await.unwrap();
    assert_eq!(first.items.iter().map(|(_, version)| version.number).collect::<Vec<_>>(), [3, 2]);
    let after = PageRequest::first_after(2, &first.items[1].0);
    let rest = reader.policy_versions_page(world.workspace.id, world.policy.id, &after).await.unwrap();
    assert_eq!(rest.items[0].1, PolicyVersion { number: 1, ..version("x", 1) });
    let newest = reader.policy_version_with(world.workspace.id, world.policy.id, &hash("x")).await.unwrap();
    assert_eq!(newest, Some(PolicyVersion { number: 3, ..version("x", 3) }));
    assert_eq!(reader.policy_version_with(world.workspace.id, world.policy.id, &hash("z")).await.unwrap(), None);
    assert_eq!(reader.policy_version_with(WorkspaceId(id()), world.policy.id, &hash("x")).await.unwrap(), None);
}

async fn changes_that_i_may_approve(place: &Place) {
    let world = World::new(place).await;
    let me = member(world.workspace.id, "me");
    let theirs = change(&world.policy, world.member.id, 1);
    let mine = change(&world.policy, me.id, 2);
    let edited = ChangeRequest { editors: vec![world.member.id, me.id], ..change(&world.policy, world.member.id, 3) };
    let asked = Approval {
        id: ApprovalId(id()),
        state: ApprovalState::Pending,
        requested_by: me.id,
        requested_at: at(4),
        digest: "d".repeat(64),
        expires_at: at(5),
        quorum: 1,
        decisions: Vec::new(),
        decided_by: None,
        decided_at: None,
        comment: None,
    };
    let requested = ChangeRequest { approvals: vec![asked], ..change(&world.policy, world.member.id, 4) };
    let tx = world.store.write().await.unwrap();
    tx.insert_member(&me).await.unwrap();
    for change in [&theirs, &mine, &edited, &requested] {
        tx.insert_change(change).await.unwrap();
    }
    tx.commit().await.unwrap();
    let filter = ChangeFilter { not_by: vec![me.id], ..ChangeFilter::default() };
    let page = world.store.reader().changes_page(world.workspace.id, &filter, &PageRequest::first(10)).await.unwrap();
    assert_eq!(page.items.into_iter().map(|(_, change)| change.id).collect::<Vec<_>>(), [theirs.id]);
}

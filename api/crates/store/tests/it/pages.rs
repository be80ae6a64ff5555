//! Pages: total order, both directions, filters, cursors of another list.

use std::collections::BTreeSet;

use crate::support::*;
use domain::change::request::ChangeRequest;
use domain::change::status::ChangeStatus;
use domain::id::*;
use domain::policy::{Criticality, Policy, PolicyMetadata, PolicyState};
use domain::snapshot::{Snapshot, SnapshotKind};
use domain::tenant::{ConnectionState, Tenant};
use store::*;

on_both!(
    pages_joined_are_the_list,
    tenants_by_name_ignore_case_and_the_servers_locale,
    tenants_by_last_sync,
    tenant_filters,
    policy_filters,
    change_filters,
    snapshot_pages,
    foreign_cursors_are_refused,
);

async fn add_tenants(world: &World, tenants: &[Tenant]) {
    let tx = world.store.write().await.unwrap();
    for tenant in tenants {
        tx.insert_tenant(tenant, b"sealed").await.unwrap();
    }
    tx.commit().await.unwrap();
}

async fn names(world: &World, filter: &TenantFilter, order: TenantOrder, request: &PageRequest) -> Vec<String> {
    let page = world.store.reader().tenants_page(world.workspace.id, filter, order, request).await.unwrap();
    page.items.into_iter().map(|(_, tenant)| tenant.display_name).collect()
}

/// Walks a list in both directions with every page size, equal names included.
async fn pages_joined_are_the_list(place: &Place) {
    let world = World::new(place).await;
    let tenants: Vec<_> = (0..11).map(|n| tenant(world.workspace.id, ["Same", "same", "Beta"][n % 3])).collect();
    add_tenants(&world, &tenants).await;
    let reader = world.store.reader();
    for order in [TenantOrder::DisplayName, TenantOrder::LastSync] {
        let page = |request| {
            let reader = &reader;
            let workspace = world.workspace.id;
            async move { reader.tenants_page(workspace, &TenantFilter::default(), order, &request).await.unwrap() }
        };
        let whole: Vec<_> = page(PageRequest::first(100)).await.items.into_iter().map(|(_, tenant)| tenant.id).collect();
        assert_eq!(whole.len(), 12);
        for size in 1..=12 {
            let (mut walked, mut cursor) = (Vec::new(), None);
            loop {
                let next = page(PageRequest { first: size, after: cursor.clone(), backwards: false }).await;
                assert_eq!(next.has_previous, cursor.is_some());
                walked.extend(next.items.iter().map(|(_, tenant)| tenant.id));
                cursor = next.items.last().map(|(cursor, _)| cursor.clone());
                if !next.has_next {
                    break;
                }
            }
            assert_eq!(walked, whole, "forwards by {size}");
            let (mut walked, mut cursor) = (Vec::new(), None);
            loop {
                let previous = page(PageRequest { first: size, after: cursor.clone(), backwards: true }).await;
                assert_eq!(previous.has_next, cursor.is_some());
                walked.splice(0..0, previous.items.iter().map(|(_, tenant)| tenant.id));
                cursor = previous.items.first().map(|(cursor, _)| cursor.clone());
                if !previous.has_previous {
                    break;
                }
            }
            assert_eq!(walked, whole, "backwards by {size}");
        }
    }
}

async fn tenants_by_name_ignore_case_and_the_servers_locale(place: &Place) {
    let world = World::new(place).await;
    let tenants: Vec<_> = ["zeta", "Éclair", "Beta", "alpha 2", "Alpha-1"].map(|name| tenant(world.workspace.id, name)).into();
    add_tenants(&world, &tenants).await;
    let listed = names(&world, &TenantFilter::default(), TenantOrder::DisplayName, &PageRequest::first(10)).await;
    assert_eq!(listed, ["Adatum", "alpha 2", "Alpha-1", "Beta", "zeta", "Éclair"]);
}

async fn tenants_by_last_sync(place: &Place) {
    let world = World::new(place).await;
    let synced = |name, seconds| Tenant { last_sync_at: Some(at(seconds)), ..tenant(world.workspace.id, name) };
    add_tenants(&world, &[synced("old", 1), synced("new", 9), synced("middle", 5)]).await;
    let listed = names(&world, &TenantFilter::default(), TenantOrder::LastSync, &PageRequest::first(10)).await;
    assert_eq!(listed, ["new", "middle", "old", "Adatum"]);
}

async fn tenant_filters(place: &Place) {
    let world = World::new(place).await;
    let odd = Tenant { connection: ConnectionState::ConsentRevoked, ..tenant(world.workspace.id, "100%_\\done") };
    add_tenants(&world, &[odd.clone(), tenant(world.workspace.id, "100 done")]).await;
    let reader = world.store.reader();
    let ask = async |filter: TenantFilter| {
        let listed = names(&world, &filter, TenantOrder::DisplayName, &PageRequest::first(10)).await;
        assert_eq!(reader.count_tenants(world.workspace.id, &filter).await.unwrap(), listed.len() as u64);
        listed
    };
    let search = |text: &str| TenantFilter { search: Some(text.to_owned()), ..TenantFilter::default() };
    assert_eq!(ask(search("DONE")).await, ["100 done", "100%_\\done"]);
    assert_eq!(ask(search("0%")).await, ["100%_\\done"]);
    assert_eq!(ask(search("_\\D")).await, ["100%_\\done"]);
    assert_eq!(ask(search("' OR 1=1 --")).await, [] as [&str; 0]);
    assert_eq!(ask(search("")).await.len(), 3);
    let scope = |ids: &[TenantId]| TenantFilter { scope: Some(ids.iter().copied().collect()), ..TenantFilter::default() };
    assert_eq!(ask(scope(&[odd.id, TenantId(id())])).await, ["100%_\\done"]);
    assert_eq!(ask(scope(&[])).await, [] as [&str; 0]);
    let revoked = TenantFilter { connections: vec![ConnectionState::ConsentRevoked], ..TenantFilter::default() };
    assert_eq!(ask(revoked).await, ["100%_\\done"]);
}

async fn policy_filters(place: &Place) {
    let world = World::new(place).await;
    let other = tenant(world.workspace.id, "Other");
    add_tenants(&world, std::slice::from_ref(&other)).await;
    let enabled = Policy { state: PolicyState::Enabled, ..policy(&world.tenant, "Block legacy") };
    let critical = Policy {
        metadata: PolicyMetadata { criticality: Some(Criticality::Critical), ..PolicyMetadata::default() },
        ..policy(&other, "Critical one")
    };
    let gone = Policy { deleted_at: Some(at(3)), ..policy(&world.tenant, "Gone") };
    let tx = world.store.write().await.unwrap();
    for policy in [&enabled, &critical, &gone] {
        tx.insert_policy(policy, "{}").await.unwrap();
    }
    tx.commit().await.unwrap();
    let reader = world.store.reader();
    let ask = async |filter: PolicyFilter| {
        let page = reader.policies_page(world.workspace.id, &filter, &PageRequest::first(10)).await.unwrap();
        assert_eq!(reader.count_policies(world.workspace.id, &filter).await.unwrap(), page.items.len() as u64);
        page.items.into_iter().map(|(_, policy)| policy.display_name).collect::<Vec<_>>()
    };
    let all = PolicyFilter::default;
    assert_eq!(ask(all()).await, ["Block legacy", "Critical one", "Require MFA"]);
    assert_eq!(ask(PolicyFilter { include_deleted: true, ..all() }).await.len(), 4);
    assert_eq!(ask(PolicyFilter { scope: Some(BTreeSet::from([other.id])), ..all() }).await, ["Critical one"]);
    assert_eq!(ask(PolicyFilter { scope: Some(BTreeSet::from([other.id, world.tenant.id])), ..all() }).await.len(), 3);
    assert_eq!(ask(PolicyFilter { scope: Some(BTreeSet::new()), ..all() }).await.len(), 0);
    assert_eq!(ask(PolicyFilter { states: vec![PolicyState::Enabled], ..all() }).await, ["Block legacy"]);
    assert_eq!(ask(PolicyFilter { criticalities: vec![Criticality::Critical], ..all() }).await, ["Critical one"]);
    assert_eq!(ask(PolicyFilter { search: Some("mfa".to_owned()), ..all() }).await, ["Require MFA"]);
}

async fn change_filters(place: &Place) {
    let world = World::new(place).await;
    let other = tenant(world.workspace.id, "Other");
    add_tenants(&world, std::slice::from_ref(&other)).await;
    let second = policy(&other, "Second");
    let draft = change(&world.policy, world.member.id, 1);
    let applying = ChangeRequest { status: ChangeStatus::Applying, ..change(&world.policy, world.member.id, 2) };
    let applied = ChangeRequest { status: ChangeStatus::Applied, ..change(&second, world.member.id, 3) };
    let tx = world.store.write().await.unwrap();
    tx.insert_policy(&second, "{}").await.unwrap();
    for change in [&draft, &applying, &applied] {
        tx.insert_change(change).await.unwrap();
    }
    tx.commit().await.unwrap();
    let reader = world.store.reader();
    let ask = async |filter: ChangeFilter| {
        let page = reader.changes_page(world.workspace.id, &filter, &PageRequest::first(10)).await.unwrap();
        assert_eq!(reader.count_changes(world.workspace.id, &filter).await.unwrap(), page.items.len() as u64);
        page.items.into_iter().map(|(_, change)| change.id).collect::<Vec<_>>()
    };
    let all = ChangeFilter::default;
    assert_eq!(ask(all()).await, [applied.id, applying.id, draft.id]);
    assert_eq!(ask(ChangeFilter { scope: Some(BTreeSet::from([other.id])), ..all() }).await, [applied.id]);
    let nothing_in_common =
        ChangeFilter { scope: Some(BTreeSet::from([other.id])), tenant_ids: Some(BTreeSet::from([world.tenant.id])), ..all() };
    assert_eq!(ask(nothing_in_common).await, []);
    assert_eq!(ask(ChangeFilter { policy_id: Some(world.policy.id), ..all() }).await, [applying.id, draft.id]);
    assert_eq!(ask(ChangeFilter { statuses: vec![ChangeStatus::Draft, ChangeStatus::Applied], ..all() }).await, [applied.id, draft.id]);
    let open = reader.open_changes_of_policy(world.workspace.id, world.policy.id).await.unwrap();
    assert_eq!(open.iter().map(|change| change.id).collect::<Vec<_>>(), [draft.id, applying.id]);
    assert!(reader.open_changes_of_policy(world.workspace.id, second.id).await.unwrap().is_empty());
    assert_eq!(reader.stuck_changes(at(3), 10).await.unwrap(), [(world.workspace.id, applying.id)]);
    assert!(reader.stuck_changes(at(2), 10).await.unwrap().is_empty());
}

async fn snapshot_pages(place: &Place) {
    let world = World::new(place).await;
    let tx = world.store.write().await.unwrap();
    let mut newest_first = Vec::new();
    for n in 0..5 {
        let snapshot = Snapshot {
            id: SnapshotId(id()),
            workspace_id: world.workspace.id,
            tenant_id: world.tenant.id,
            kind: SnapshotKind::Nightly,
            taken_at: at(n / 2),
            content_hash: hash("manifest"),
            policy_count: 0,
            change_id: None,
        };
        tx.insert_snapshot(&snapshot).await.unwrap();
        newest_first.insert(0, snapshot.id);
    }
    tx.commit().await.unwrap();
    let reader = world.store.reader();
    let first = reader.snapshots_page(world.workspace.id, world.tenant.id, &[], &PageRequest::first(2)).await.unwrap();
    let request = PageRequest::first_after(10, &first.items[1].0);
    let rest = reader.snapshots_page(world.workspace.id, world.tenant.id, &[SnapshotKind::Nightly], &request).await.unwrap();
    let walked: Vec<_> = first.items.into_iter().chain(rest.items).map(|(_, snapshot)| snapshot.id).collect();
    assert_eq!(walked, newest_first);
}

async fn foreign_cursors_are_refused(place: &Place) {
    let world = World::new(place).await;
    let reader = world.store.reader();
    let by_name = TenantOrder::DisplayName;
    let page = reader.tenants_page(world.workspace.id, &TenantFilter::default(), by_name, &PageRequest::first(1)).await.unwrap();
    let cursor = page.items[0].0.clone();
    let request = PageRequest::first_after(1, cursor);
    let refused = reader.tenants_page(world.workspace.id, &TenantFilter::default(), TenantOrder::LastSync, &request).await;
    assert!(matches!(refused, Err(StoreError::BadCursor)));
    assert!(matches!(reader.policies_page(world.workspace.id, &PolicyFilter::default(), &request).await, Err(StoreError::BadCursor)));
    let garbage = PageRequest::first_after(1, "AAAA");
    assert!(matches!(reader.events_page(world.workspace.id, &EventFilter::default(), &garbage).await, Err(StoreError::BadCursor)));
}

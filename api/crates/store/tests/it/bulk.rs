//! Bulk changes, their items, and what is counted of them.

use std::collections::BTreeSet;

use domain::bulk::{Blocked, BulkChange, BulkItem, BulkItemState, BulkStrategy, Exclusion, ItemFacts, NotStarted};
use domain::change::request::{Approval, ApprovalState, ChangeRequest};
use domain::change::status::ChangeStatus;
use domain::id::*;
use domain::tenant::Tenant;
use store::{BulkChangeFilter, PageRequest, PolicyMatch, Store, StoreError};

use crate::support::{World, at, change, hash, id, on_both, policy, tenant};

fn bulk(world: &World, tenants: u32) -> BulkChange {
    BulkChange {
        id: BulkChangeId(id()),
        workspace_id: world.workspace.id,
        payload: change(&world.policy, world.member.id, 1).payload,
        prerequisites: Vec::new(),
        target: None,
        strategy: BulkStrategy::default(),
        note: Some("for review".to_owned()),
        approval_rules: Default::default(),
        tenant_count: tenants,
        created_by: world.member.id,
        revision: 1,
        dry_run_at: None,
        run: None,
        schedule: None,
        created_at: at(10),
        updated_at: at(10),
    }
}

fn item(bulk: &BulkChange, tenant: &Tenant, place: i64) -> BulkItem {
    BulkItem {
        bulk_id: bulk.id,
        workspace_id: bulk.workspace_id,
        tenant_id: tenant.id,
        step: 1,
        position: place,
        change_id: None,
        satisfied: None,
        blocked: None,
        excluded: None,
        resolution: None,
        planned_at: None,
        queued_at: None,
        not_started: None,
        apply_failure: None,
        rollback_change_id: None,
        rollback_queued_at: None,
        rollback_failure: None,
    }
}

/// Tenants, and a bulk change over them with one item each.
async fn with_items(world: &World, count: i64) -> (BulkChange, Vec<Tenant>, Vec<BulkItem>) {
    let bulk = bulk(world, u32::try_from(count).unwrap());
    let tenants: Vec<Tenant> = (0..count).map(|number| tenant(world.workspace.id, &format!("Tenant {number}"))).collect();
    let items: Vec<BulkItem> = tenants.iter().zip(1..).map(|(tenant, place)| item(&bulk, tenant, place)).collect();
    let tx = world.store.write().await.unwrap();
    for tenant in &tenants {
        tx.insert_tenant(tenant, b"sealed").await.unwrap();
    }
    tx.insert_bulk_change(&bulk).await.unwrap();
    tx.put_bulk_items(&items).await.unwrap();
    tx.commit().await.unwrap();
    (bulk, tenants, items)
}

/// A change of the bulk in the tenant's policy.
async fn child(world: &World, bulk: &BulkChange, tenant: &Tenant, status: ChangeStatus, written: Option<bool>) -> ChangeRequest {
    let policy = policy(tenant, "Require MFA");
    let new = ChangeRequest { bulk_change_id: Some(bulk.id), status, write_performed: written, ..change(&policy, world.member.id, 20) };
    let tx = world.store.write().await.unwrap();
    tx.insert_policy(&policy, r#"{"users":{}}"#).await.unwrap();
    tx.insert_change(&new).await.unwrap();
    tx.commit().await.unwrap();
    new
}

async fn put(store: &Store, items: &[BulkItem]) {
    let tx = store.write().await.unwrap();
    tx.put_bulk_items(items).await.unwrap();
    tx.commit().await.unwrap();
}

async fn rows_come_back_as_they_went(place: &crate::support::Place) {
    let world = World::new(place).await;
    let (bulk, _, mut items) = with_items(&world, 2).await;
    let (workspace, reader) = (world.workspace.id, world.store.reader());
    assert_eq!(reader.bulk_change(workspace, bulk.id).await.unwrap(), Some(bulk.clone()));
    assert_eq!(reader.bulk_items(workspace, bulk.id).await.unwrap(), items);
    items[0].blocked = Some(Blocked { code: "TARGET_NOT_FOUND".to_owned(), message: "none".to_owned() });
    items[0].planned_at = Some(at(30));
    items[1].excluded = Some(Exclusion { by: world.member.id, at: at(31), reason: "not ours".to_owned() });
    items[1].not_started = Some(NotStarted::Stopped);
    put(&world.store, &items).await;
    assert_eq!(reader.bulk_items(workspace, bulk.id).await.unwrap(), items);
    let stranger = WorkspaceId(id());
    assert_eq!(reader.bulk_change(stranger, bulk.id).await.unwrap(), None);
    assert_eq!(reader.bulk_items(stranger, bulk.id).await.unwrap(), []);
    assert_eq!(reader.bulk_counts(stranger, bulk.id).await.unwrap().total(), 0);
}

async fn a_step_states_the_revision_it_read(place: &crate::support::Place) {
    let world = World::new(place).await;
    let (bulk, _, _) = with_items(&world, 1).await;
    let changed = BulkChange { revision: 2, dry_run_at: Some(at(40)), updated_at: at(40), ..bulk.clone() };
    let tx = world.store.write().await.unwrap();
    assert_eq!(tx.hold_bulk_change(world.workspace.id, bulk.id).await.unwrap(), Some(bulk));
    tx.update_bulk_change(&changed).await.unwrap();
    assert!(matches!(tx.update_bulk_change(&changed).await, Err(StoreError::Conflict)));
    tx.commit().await.unwrap();
    assert_eq!(world.store.reader().bulk_change(world.workspace.id, changed.id).await.unwrap(), Some(changed));
}

/// The states that the database counts are those that the domain makes of the rows.
async fn counts_are_those_of_the_rows(place: &crate::support::Place) {
    let world = World::new(place).await;
    let (mut bulk, tenants, mut items) = with_items(&world, 9).await;
    let statuses = [
        (ChangeStatus::DryRunComplete, None),
        (ChangeStatus::AwaitingApproval, None),
        (ChangeStatus::Applying, None),
        (ChangeStatus::Applied, Some(true)),
        (ChangeStatus::Applied, Some(false)),
        (ChangeStatus::Failed, Some(false)),
        (ChangeStatus::DryRunBlocked, None),
    ];
    let mut changes = Vec::new();
    for ((item, tenant), (status, written)) in items.iter_mut().zip(&tenants).zip(statuses) {
        let new = child(&world, &bulk, tenant, status, written).await;
        item.change_id = Some(new.id);
        item.planned_at = Some(at(50));
        item.queued_at = (status == ChangeStatus::Failed).then(|| at(55));
        changes.push(new);
    }
    items[8].excluded = Some(Exclusion { by: world.member.id, at: at(31), reason: "not ours".to_owned() });
    put(&world.store, &items).await;
    bulk.dry_run_at = Some(at(45));
    bulk.revision += 1;
    let tx = world.store.write().await.unwrap();
    tx.update_bulk_change(&bulk).await.unwrap();
    tx.commit().await.unwrap();

    let reader = world.store.reader();
    let counts = reader.bulk_counts(world.workspace.id, bulk.id).await.unwrap();
    let facts = reader.bulk_item_facts(world.workspace.id, bulk.id).await.unwrap();
    let of_rows: Vec<BulkItemState> = items
        .iter()
        .map(|item| {
            let change = changes.iter().find(|change| Some(change.id) == item.change_id);
            ItemFacts::of(item, bulk.dry_run_at, change, None).state()
        })
        .collect();
    let of_facts: Vec<BulkItemState> = facts.iter().map(|item| item.facts.state()).collect();
    assert_eq!(of_facts, of_rows);
    assert_eq!(counts, of_rows.iter().copied().collect());
    use BulkItemState as S;
    let expected = [S::Ready, S::AwaitingApproval, S::Applying, S::Applied, S::Unchanged, S::Failed, S::Blocked, S::Pending, S::Excluded];
    assert_eq!(of_rows, expected);
}

async fn a_step_on_many_changes_is_all_or_nothing(place: &crate::support::Place) {
    let world = World::new(place).await;
    let (bulk, tenants, _) = with_items(&world, 3).await;
    let mut changes = Vec::new();
    for tenant in &tenants {
        changes.push(child(&world, &bulk, tenant, ChangeStatus::DryRunComplete, None).await);
    }
    for change in &mut changes {
        change.status = ChangeStatus::AwaitingApproval;
        change.revision += 1;
        change.updated_at = at(60);
        change.approvals = vec![Approval {
            id: ApprovalId(id()),
            state: ApprovalState::Pending,
            requested_by: world.member.id,
            requested_at: at(60),
            digest: hash("digest").0,
            expires_at: at(600),
            quorum: 1,
            decisions: Vec::new(),
            decided_by: None,
            decided_at: None,
            comment: None,
        }];
    }
    let tx = world.store.write().await.unwrap();
    tx.update_changes_stepped(&changes, at(60)).await.unwrap();
    tx.commit().await.unwrap();
    let ids: Vec<ChangeId> = changes.iter().map(|change| change.id).collect();
    let mut found = world.store.reader().changes_by_ids(world.workspace.id, &ids).await.unwrap();
    found.sort_by_key(|change| change.id);
    assert_eq!(found, changes);
    let copies = world.store.reader().latest_changes_of(world.workspace.id, &[changes[0].policy_id.unwrap()]).await.unwrap();
    assert_eq!(copies[&changes[0].policy_id.unwrap()].status, ChangeStatus::AwaitingApproval);

    for change in &mut changes {
        change.status = ChangeStatus::Cancelled;
        change.revision += 1;
    }
    changes[2].revision += 1;
    let tx = world.store.write().await.unwrap();
    assert!(matches!(tx.update_changes_stepped(&changes, at(61)).await, Err(StoreError::Conflict)));
    drop(tx);
    let still = world.store.reader().changes_by_ids(world.workspace.id, &ids).await.unwrap();
    assert!(still.iter().all(|change| change.status == ChangeStatus::AwaitingApproval));
}

async fn the_dry_run_finds_what_it_has_not_come_by(place: &crate::support::Place) {
    let world = World::new(place).await;
    let (bulk, tenants, mut items) = with_items(&world, 4).await;
    items[0].planned_at = Some(at(50));
    items[1].planned_at = Some(at(40));
    put(&world.store, &items).await;
    let reader = world.store.reader();
    let next = reader.unplanned_bulk_tenants(world.workspace.id, bulk.id, at(50), 2).await.unwrap();
    assert_eq!(next, [tenants[1].id, tenants[2].id]);
    let all = reader.unplanned_bulk_tenants(world.workspace.id, bulk.id, at(50), 20).await.unwrap();
    assert_eq!(all, [tenants[1].id, tenants[2].id, tenants[3].id]);
}

async fn whoever_is_limited_to_tenants_sees_only_whole_bulk_changes(place: &crate::support::Place) {
    let world = World::new(place).await;
    let (_, tenants, _) = with_items(&world, 2).await;
    let count = async |scope: Option<BTreeSet<TenantId>>| {
        world.store.reader().count_bulk_changes(world.workspace.id, &BulkChangeFilter { scope }).await.unwrap()
    };
    let of = |tenants: &[Tenant]| Some(tenants.iter().map(|tenant| tenant.id).collect());
    assert_eq!(count(None).await, 1);
    assert_eq!(count(of(&tenants)).await, 1);
    assert_eq!(count(of(&tenants[..1])).await, 0);
    assert_eq!(count(of(&[])).await, 0);
}

async fn items_are_paged_in_their_order(place: &crate::support::Place) {
    let world = World::new(place).await;
    let (bulk, _, items) = with_items(&world, 5).await;
    let reader = world.store.reader();
    let first = reader.bulk_items_page(world.workspace.id, bulk.id, &PageRequest::first(2)).await.unwrap();
    assert!(first.has_next);
    let request = PageRequest::first_after(9, first.items[1].0.clone());
    let rest = reader.bulk_items_page(world.workspace.id, bulk.id, &request).await.unwrap();
    let found: Vec<BulkItem> = first.items.into_iter().chain(rest.items).map(|(_, item)| item).collect();
    assert_eq!(found, items);
    let some = reader.bulk_items_page_among(world.workspace.id, bulk.id, &[2, 4, 5], &PageRequest::first(2)).await.unwrap();
    assert_eq!(some.items.into_iter().map(|(_, item)| item.position).collect::<Vec<_>>(), [2, 4]);
}

async fn targets_are_live_policies_of_the_tenants(place: &crate::support::Place) {
    let world = World::new(place).await;
    let reader = world.store.reader();
    let of = [world.tenant.id];
    for (by, found) in [
        (PolicyMatch::Name("REQUIRE mfa".to_owned()), 1),
        (PolicyMatch::Name("Require".to_owned()), 0),
        (PolicyMatch::Ids(vec![world.policy.id]), 1),
        (PolicyMatch::Code("CA001".to_owned()), 0),
    ] {
        assert_eq!(reader.policies_matching(world.workspace.id, &of, &by).await.unwrap().len(), found, "{by:?}");
    }
    let elsewhere = [TenantId(id())];
    let by = PolicyMatch::Ids(vec![world.policy.id]);
    assert!(reader.policies_matching(world.workspace.id, &elsewhere, &by).await.unwrap().is_empty());
}

on_both!(
    rows_come_back_as_they_went,
    a_step_states_the_revision_it_read,
    counts_are_those_of_the_rows,
    a_step_on_many_changes_is_all_or_nothing,
    the_dry_run_finds_what_it_has_not_come_by,
    whoever_is_limited_to_tenants_sees_only_whole_bulk_changes,
    items_are_paged_in_their_order,
    targets_are_live_policies_of_the_tenants,
);

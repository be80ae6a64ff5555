//! Items of drift: what is kept, what changes, and which lists find them.

use std::collections::BTreeSet;

use domain::change::request::ChangeRequest;
use domain::change::status::ChangeStatus;
use domain::change::warning::Severity;
use domain::drift::{Acceptance, ActorSource, Drift, DriftActor, DriftKind, DriftSource, DriftStatus, Version};
use domain::id::{ChangeId, DriftId, PolicyId, TenantId};
use domain::snapshot::ItemKind;
use store::{DriftFilter, PageRequest, StoreError};

use crate::support::{World, at, change, hash, id, on_both, policy, tenant};

on_both!(
    an_item_comes_back_as_it_went,
    of_two_who_decide_one_is_told,
    an_acceptance_that_ended_is_open,
    pages_are_newest_first_and_stay_in_the_tenant,
    open_items_stand_beside_their_policy,
    what_is_over_is_not_looked_at_again,
    writes_of_unknown_outcome_are_found,
);

fn item(world: &World, seconds: i64) -> Drift {
    Drift {
        id: DriftId(id()),
        workspace_id: world.workspace.id,
        tenant_id: world.tenant.id,
        source: DriftSource::PortalEdit,
        kind: DriftKind::Modified,
        object_kind: ItemKind::Policy,
        object_id: world.policy.graph_id.to_string(),
        display_name: world.policy.display_name.clone(),
        policy_id: Some(world.policy.id),
        baseline_policy_id: None,
        severity: Severity::Critical,
        before: Some(Version { document_hash: hash("document"), content_hash: hash("canonical") }),
        after: None,
        before_snapshot_id: None,
        after_snapshot_id: None,
        changed_after: Some(at(seconds - 900)),
        detected_at: at(seconds),
        actor: DriftActor::unknown(1),
        status: DriftStatus::Open,
        acceptance: None,
        reverts: Vec::new(),
        closed_at: None,
        version: 1,
    }
}

async fn insert(world: &World, items: &[Drift]) {
    let tx = world.store.write().await.unwrap();
    tx.insert_drift(items).await.unwrap();
    tx.commit().await.unwrap();
}

async fn update(world: &World, item: &Drift) -> store::Result<Drift> {
    let tx = world.store.write().await.unwrap();
    let saved = tx.update_drift(item).await?;
    tx.commit().await.unwrap();
    Ok(saved)
}

fn ids(items: &[Drift]) -> Vec<DriftId> {
    items.iter().map(|item| item.id).collect()
}

async fn an_item_comes_back_as_it_went(place: &crate::support::Place) {
    let world = World::new(place).await;
    let mut drift = item(&world, 10);
    insert(&world, &[drift.clone()]).await;
    let reader = world.store.reader();
    assert_eq!(reader.drift(world.workspace.id, drift.id).await.unwrap().unwrap(), drift);
    assert_eq!(reader.drift_by_ids(world.workspace.id, &[drift.id, DriftId(id())]).await.unwrap(), [drift.clone()]);

    drift.status = DriftStatus::Accepted;
    drift.acceptance = Some(Acceptance { by: world.member.id, at: at(20), reason: "known".to_owned(), until: at(1_000) });
    drift.reverts = vec![ChangeId(id()), ChangeId(id())];
    drift.severity = Severity::Info;
    drift.actor = DriftActor {
        source: ActorSource::DirectoryAudit,
        object_id: Some("user".to_owned()),
        name: Some("ada@contoso.com".to_owned()),
        app_id: None,
        at: Some(at(5)),
        lookups: 2,
    };
    let saved = update(&world, &drift).await.unwrap();
    assert_eq!(saved, Drift { version: 2, ..drift });
    assert_eq!(reader.drift(world.workspace.id, saved.id).await.unwrap().unwrap(), saved);

    let dangling = Drift { id: DriftId(id()), after: Some(Version { document_hash: hash("nothing"), content_hash: hash("n") }), ..saved };
    let tx = world.store.write().await.unwrap();
    let refused = tx.insert_drift(&[dangling]).await;
    assert!(matches!(refused, Err(StoreError::ForeignKey { .. })) || tx.commit().await.is_err(), "a document must be stored first");
}

async fn of_two_who_decide_one_is_told(place: &crate::support::Place) {
    let world = World::new(place).await;
    let drift = item(&world, 10);
    insert(&world, &[drift.clone()]).await;
    update(&world, &drift).await.unwrap();
    assert!(matches!(update(&world, &drift).await, Err(StoreError::Conflict)));
}

async fn an_acceptance_that_ended_is_open(place: &crate::support::Place) {
    let world = World::new(place).await;
    let mut drift = item(&world, 10);
    drift.status = DriftStatus::Accepted;
    drift.acceptance = Some(Acceptance { by: world.member.id, at: at(20), reason: "known".to_owned(), until: at(100) });
    insert(&world, &[drift.clone()]).await;
    for (seconds, status) in [(99, DriftStatus::Accepted), (100, DriftStatus::Open), (101, DriftStatus::Open)] {
        assert_eq!(drift.status_at(at(seconds)), status);
        for asked in DriftStatus::ALL {
            let filter = DriftFilter { tenant_id: world.tenant.id, statuses: vec![*asked], source: None, now: at(seconds) };
            let count = world.store.reader().count_drift(world.workspace.id, &filter).await.unwrap();
            assert_eq!(count, u64::from(*asked == status), "{asked} at {seconds}");
        }
        let beside = world.store.reader().open_drift_of_policies(world.workspace.id, &[world.policy.id], at(seconds), 20).await.unwrap();
        assert_eq!(beside.len(), usize::from(status == DriftStatus::Open));
    }
}

async fn pages_are_newest_first_and_stay_in_the_tenant(place: &crate::support::Place) {
    let world = World::new(place).await;
    let elsewhere = tenant(world.workspace.id, "Elsewhere");
    let tx = world.store.write().await.unwrap();
    tx.insert_tenant(&elsewhere, b"sealed").await.unwrap();
    tx.commit().await.unwrap();
    let mut items: Vec<Drift> = (0..5).map(|n| item(&world, 10 * (n / 2))).collect();
    items[4].source = DriftSource::Baseline;
    items[4].baseline_policy_id = Some(id());
    insert(&world, &items).await;
    insert(&world, &[Drift { tenant_id: elsewhere.id, policy_id: None, ..item(&world, 99) }]).await;

    let all = DriftFilter { tenant_id: world.tenant.id, statuses: Vec::new(), source: None, now: at(0) };
    let (mut seen, mut request) = (Vec::new(), PageRequest::first(2));
    loop {
        let page = world.store.reader().drift_page(world.workspace.id, &all, &request).await.unwrap();
        seen.extend(page.items.iter().map(|(_, item)| item.id));
        match page.items.last() {
            Some((cursor, _)) if page.has_next => request = PageRequest::first_after(2, cursor),
            _ => break,
        }
    }
    let mut expected = items.clone();
    expected.sort_by_key(|item| std::cmp::Reverse((item.detected_at, item.id)));
    assert_eq!(seen, ids(&expected));
    let count = async |source| {
        let filter = DriftFilter { source, ..all.clone() };
        world.store.reader().count_drift(world.workspace.id, &filter).await.unwrap()
    };
    assert_eq!(count(None).await, 5);
    assert_eq!(count(Some(DriftSource::Baseline)).await, 1);
    assert_eq!(count(Some(DriftSource::PortalEdit)).await, 4);
}

async fn open_items_stand_beside_their_policy(place: &crate::support::Place) {
    let world = World::new(place).await;
    let other = policy(&world.tenant, "Other");
    let tx = world.store.write().await.unwrap();
    tx.insert_policy(&other, "{}").await.unwrap();
    tx.commit().await.unwrap();
    let mut closed = item(&world, 50);
    closed.close(DriftStatus::Resolved, at(60));
    let items: Vec<Drift> = (0..4).map(|n| item(&world, n)).collect();
    insert(&world, &items).await;
    insert(&world, &[closed]).await;
    let asked: Vec<PolicyId> = vec![world.policy.id, other.id];
    let found = world.store.reader().open_drift_of_policies(world.workspace.id, &asked, at(100), 3).await.unwrap();
    assert_eq!(found.keys().copied().collect::<BTreeSet<_>>(), BTreeSet::from([world.policy.id]));
    assert_eq!(ids(&found[&world.policy.id]), [items[3].id, items[2].id, items[1].id]);
}

async fn what_is_over_is_not_looked_at_again(place: &crate::support::Place) {
    let world = World::new(place).await;
    let (open, mut over, mut known) = (item(&world, 1), item(&world, 2), item(&world, 3));
    over.close(DriftStatus::Reverted, at(9));
    known.actor.source = ActorSource::DirectoryAudit;
    let baseline = Drift { source: DriftSource::Baseline, ..item(&world, 4) };
    insert(&world, &[open.clone(), over.clone(), known.clone(), baseline.clone()]).await;
    let reader = world.store.reader();
    let unsettled = async |source| ids(&reader.unsettled_drift(world.workspace.id, world.tenant.id, source).await.unwrap());
    assert_eq!(unsettled(DriftSource::PortalEdit).await, [open.id, known.id]);
    assert_eq!(unsettled(DriftSource::Baseline).await, [baseline.id]);
    let waiting = async |lookups| ids(&reader.unattributed_drift(world.workspace.id, world.tenant.id, lookups).await.unwrap());
    assert_eq!(waiting(2).await, [over.id, open.id], "what is over may still learn its author");
    assert!(waiting(1).await.is_empty(), "each has been looked for once");
    assert!(reader.unattributed_drift(world.workspace.id, TenantId(id()), 9).await.unwrap().is_empty());
}

async fn writes_of_unknown_outcome_are_found(place: &crate::support::Place) {
    let world = World::new(place).await;
    let with = |status: ChangeStatus, written: Option<bool>, seconds: i64| ChangeRequest {
        status,
        write_performed: written,
        updated_at: at(seconds),
        ..change(&world.policy, world.member.id, 0)
    };
    let changes = [
        with(ChangeStatus::Applying, None, 1),
        with(ChangeStatus::Failed, None, 50),
        with(ChangeStatus::Failed, Some(true), 60),
        with(ChangeStatus::Failed, Some(false), 70),
        with(ChangeStatus::Failed, None, 10),
        with(ChangeStatus::DryRunComplete, None, 80),
        with(ChangeStatus::Applied, Some(true), 90),
    ];
    let tx = world.store.write().await.unwrap();
    for change in &changes {
        tx.insert_change(change).await.unwrap();
    }
    tx.commit().await.unwrap();
    let found = world.store.reader().unsettled_changes(world.workspace.id, world.tenant.id, at(50)).await.unwrap();
    let found: Vec<ChangeId> = found.iter().map(|change| change.id).collect();
    assert_eq!(found, [changes[2].id, changes[1].id, changes[0].id]);
}

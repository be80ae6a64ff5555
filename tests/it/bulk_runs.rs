//! Runs of bulk changes over real workers: what is started, what is not, and that every tenant is written to once, whatever is killed.

use std::time::Duration;

use domain::bulk::{BulkItemState, BulkStatus, BulkStrategy, BulkTarget, ConcurrencyMode, FailureTolerance, NotStarted, ReferenceSource};
use domain::schedule::{ScheduleMode, ScheduleState};
use harness::Database;
use harness::lab::Dice;
use harness::lab::fleet::{Fleet, POLICY, step};
use serde_json::json;
use uuid::Uuid;

on_both_databases!(
    two_kills_and_two_replicas_write_every_tenant_once,
    failures_never_exceed_the_tolerance_by_more_than_one,
    what_a_stop_leaves_is_untouched_until_it_is_retried_or_cancelled,
    a_rollback_goes_back_through_every_tenant_once,
    a_location_comes_before_the_policy_that_needs_it,
    a_schedule_fires_once,
    a_group_that_no_policy_names_goes_by_its_name,
);

fn strategy(max_concurrent: u16, tolerance: u32, concurrency_mode: ConcurrencyMode) -> BulkStrategy {
    BulkStrategy { max_concurrent, failure_tolerance: FailureTolerance::Count(tolerance), concurrency_mode, ..BulkStrategy::default() }
}

async fn two_kills_and_two_replicas_write_every_tenant_once(database: Database) {
    let fleet = Fleet::open(database, 16).await;
    let (mut first, second) = (fleet.worker("first"), fleet.worker("second"));
    let planned = fleet.planned(strategy(6, 0, ConcurrencyMode::Soft)).await;
    assert_eq!(planned.status, BulkStatus::DryRunComplete);
    for number in 0..fleet.tenants.len() {
        fleet.fault(number, "PATCH", json!({ "kind": "latency", "ms": 60 })).await;
    }
    let applying = fleet.apply(&planned).await;
    assert_eq!(applying.status, BulkStatus::Applying);
    for kill in 1..=2u32 {
        let id = applying.bulk.id;
        fleet.until(id, |view| view.counts.of(BulkItemState::Applied) >= kill * 3 || view.status != BulkStatus::Applying).await;
        let old = std::mem::replace(&mut first, fleet.worker(&format!("after kill {kill}")));
        old.crash().await;
        fleet.parts.expire_leases();
    }
    let ended = fleet.until(applying.bulk.id, |view| view.status != BulkStatus::Applying).await;
    assert_eq!(ended.status, BulkStatus::Applied, "{:?}", ended.counts);
    assert_eq!(fleet.write_counts().await, vec![1; fleet.tenants.len()]);
    first.stop().await;
    second.stop().await;
}

async fn failures_never_exceed_the_tolerance_by_more_than_one(database: Database) {
    let mut dice = Dice::new(20_261_121);
    let fleet = Fleet::open(database, 18).await;
    let worker = fleet.worker("only");
    let bad: Vec<usize> = (0..fleet.tenants.len()).filter(|_| dice.below(2) == 0).collect();
    for number in &bad {
        fleet.fault(*number, "PATCH", json!({ "kind": "fail", "status": 400, "code": "BadRequest", "message": "1040: scripted" })).await;
    }
    let planned = fleet.planned(strategy(8, 2, ConcurrencyMode::Strict)).await;
    let applying = fleet.apply(&planned).await;
    let ended = fleet.until(applying.bulk.id, |view| view.status != BulkStatus::Applying).await;
    let items = fleet.items(&ended).await;
    assert_eq!(ended.counts.of(BulkItemState::Failed), 3, "{:?}", ended.counts);
    assert!(ended.counts.of(BulkItemState::NotStarted) > 0, "{:?}", ended.counts);
    let written = fleet.write_counts().await;
    for (item, writes) in items.iter().zip(&written) {
        let number = fleet.tenants.iter().position(|(id, _)| *id == item.item.tenant_id).unwrap();
        match item.state {
            BulkItemState::Applied => assert_eq!(*writes, 1),
            BulkItemState::Failed => assert!(*writes == 0 && bad.contains(&number)),
            BulkItemState::NotStarted => {
                assert_eq!((*writes, item.item.not_started), (0, Some(NotStarted::ToleranceExceeded)));
                assert!(item.change.as_ref().unwrap().applied_by.is_none());
            }
            other => panic!("{other}"),
        }
    }

    for number in &bad {
        fleet.calm(*number).await;
    }
    fleet.app.retry_failed(&fleet.owner().await, step(&ended)).await.unwrap();
    let again = fleet.until(ended.bulk.id, |view| view.status == BulkStatus::DryRunComplete).await;
    assert_eq!(again.counts.of(BulkItemState::Applied), ended.counts.of(BulkItemState::Applied));
    fleet.apply(&again).await;
    let ended = fleet.until(again.bulk.id, |view| view.status != BulkStatus::Applying).await;
    assert_eq!(ended.status, BulkStatus::Applied, "{:?}", ended.counts);
    assert_eq!(fleet.write_counts().await, vec![1; fleet.tenants.len()]);
    worker.stop().await;
}

async fn what_a_stop_leaves_is_untouched_until_it_is_retried_or_cancelled(database: Database) {
    let fleet = Fleet::open(database, 10).await;
    let worker = fleet.worker("only");
    for number in 0..fleet.tenants.len() {
        fleet.fault(number, "PATCH", json!({ "kind": "latency", "ms": 100 })).await;
    }
    let planned = fleet.planned(strategy(2, 0, ConcurrencyMode::Soft)).await;
    let id = fleet.apply(&planned).await.bulk.id;
    let running = fleet.until(id, |view| view.counts.of(BulkItemState::Applied) > 0).await;
    let stopped =
        fleet.app.stop_bulk_change(&fleet.owner().await, app::BulkStep { expected_revision: None, ..step(&running) }).await.unwrap();
    assert!(stopped.counts.of(BulkItemState::NotStarted) > 0, "{:?}", stopped.counts);
    assert_eq!(stopped.counts.of(BulkItemState::Queued), 0);
    let ended = fleet.until(id, |view| view.status != BulkStatus::Applying).await;
    assert_eq!(ended.status, BulkStatus::AppliedPartial);
    assert_eq!(ended.counts.of(BulkItemState::NotStarted), stopped.counts.of(BulkItemState::NotStarted));
    let written: usize = fleet.write_counts().await.iter().sum();
    assert_eq!(written as u32, ended.counts.of(BulkItemState::Applied));
    let cancelled = fleet.app.cancel_bulk_change(&fleet.owner().await, step(&ended)).await.unwrap();
    assert_eq!(cancelled.counts.of(BulkItemState::Cancelled), ended.counts.of(BulkItemState::NotStarted));
    assert_eq!(cancelled.status, BulkStatus::AppliedPartial);
    let refused = fleet.app.cancel_bulk_change(&fleet.owner().await, step(&cancelled)).await.unwrap_err();
    assert_eq!(refused.code(), "BULK_NOT_READY");
    worker.stop().await;
}

async fn a_rollback_goes_back_through_every_tenant_once(database: Database) {
    let fleet = Fleet::open(database, 6).await;
    let worker = fleet.worker("only");
    let planned = fleet.planned(strategy(4, 0, ConcurrencyMode::Soft)).await;
    let id = fleet.apply(&planned).await.bulk.id;
    let applied = fleet.until(id, |view| view.status != BulkStatus::Applying).await;
    assert_eq!(applied.status, BulkStatus::Applied, "{:?}", applied.counts);
    let rollback = fleet.quoted(&applied).await;
    let rolling = fleet.app.rollback_bulk(&fleet.owner().await, rollback).await.unwrap();
    assert_eq!(rolling.counts.of(BulkItemState::RollingBack), 6);
    let ended = fleet.until(id, |view| view.status != BulkStatus::Applying).await;
    assert_eq!(ended.status, BulkStatus::RolledBack, "{:?} {:?}", ended.counts, fleet.items(&ended).await[0].item.rollback_failure);
    assert_eq!(fleet.write_counts().await, vec![2; 6]);
    worker.stop().await;
}

async fn a_location_comes_before_the_policy_that_needs_it(database: Database) {
    let fleet = Fleet::open(database, 3).await;
    let worker = fleet.worker("only");
    let location = json!({ "kind": "location.create", "displayName": "Branches", "location": { "ip": { "ipRanges": ["192.0.2.0/24"], "isTrusted": false } } });
    let create = json!({ "kind": "policy.create", "document": {
        "displayName": "Outside the branches", "state": "enabledForReportingButNotEnforced",
        "conditions": {
            "clientAppTypes": ["all"], "applications": { "includeApplications": ["Office365"] }, "users": { "includeUsers": ["All"] },
            "locations": { "includeLocations": ["All"], "excludeLocations": ["Branches"] }
        },
        "grantControls": { "operator": "OR", "builtInControls": ["mfa"] }
    } });
    let payload = serde_json::from_value(create).unwrap();
    let prerequisites = vec![serde_json::from_value(location).unwrap()];
    let planned = fleet.planned_with(strategy(3, 0, ConcurrencyMode::Soft), None, payload, prerequisites).await;
    assert_eq!(planned.status, BulkStatus::DryRunComplete, "{:?}", fleet.items(&planned).await[1].item.blocked);
    let id = fleet.apply(&planned).await.bulk.id;
    let ended = fleet.until(id, |view| view.status != BulkStatus::Applying).await;
    let items = fleet.items(&ended).await;
    assert_eq!(
        ended.status,
        BulkStatus::Applied,
        "{:?}",
        items.iter().map(|item| (&item.state, &item.item.apply_failure)).collect::<Vec<_>>()
    );
    for number in 0..3 {
        let writes = fleet.writes(number).await;
        let paths: Vec<&str> = writes.iter().filter_map(|write| write["path"].as_str()).collect();
        assert!(paths.len() == 2 && paths[0].contains("namedLocations") && paths[1].contains("policies"), "{paths:?}");
        let own = items.iter().find(|item| item.item.tenant_id == fleet.tenants[number].0 && item.item.step == 1).unwrap();
        let made = own.change.as_ref().unwrap().target_graph_id.clone().unwrap();
        let policy = items.iter().find(|item| item.item.tenant_id == fleet.tenants[number].0 && item.item.step == 2).unwrap();
        let id = policy.change.as_ref().unwrap().target_graph_id.clone().unwrap();
        let live = fleet.cloud.policy(fleet.tenants[number].1, &id).await;
        assert_eq!(live["conditions"]["locations"]["excludeLocations"], json!([made]));
    }
    worker.stop().await;
}

async fn a_schedule_fires_once(database: Database) {
    let fleet = Fleet::open(database, 4).await;
    let (first, second) = (fleet.worker("first"), fleet.worker("second"));
    for mode in [ScheduleMode::WithinDryRun, ScheduleMode::RevalidateAtFire] {
        let before: usize = fleet.write_counts().await.iter().sum();
        let payload = if mode == ScheduleMode::WithinDryRun { "disabled" } else { "enabledForReportingButNotEnforced" };
        let payload = serde_json::from_value(json!({ "kind": "policy.state_change", "to": payload })).unwrap();
        let target = Some(BulkTarget::DisplayName(POLICY.to_owned()));
        let planned = fleet.planned_with(strategy(4, 0, ConcurrencyMode::Soft), target, payload, Vec::new()).await;
        assert_eq!(planned.status, BulkStatus::DryRunComplete, "{:?}", planned.counts);
        let quoted = fleet.quoted(&planned).await;
        let schedule = app::ScheduleBulkChange {
            id: planned.bulk.id,
            digest: quoted.digest,
            fire_at: domain::env::Clock::now(&*fleet.parts.clock) + chrono::TimeDelta::minutes(5),
            latest_at: None,
            mode,
            expected_revision: planned.bulk.revision,
            idempotency_key: None,
        };
        let armed = fleet.app.schedule_bulk_change(&fleet.owner().await, schedule).await.unwrap();
        assert_eq!(armed.status, BulkStatus::DryRunComplete);
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert_eq!(fleet.write_counts().await.iter().sum::<usize>(), before, "not before its instant");
        fleet.parts.clock.advance(chrono::TimeDelta::minutes(5));
        let id = planned.bulk.id;
        let ended = fleet.until(id, |view| view.bulk.schedule.as_ref().is_some_and(|schedule| !schedule.state.active())).await;
        let schedule = ended.bulk.schedule.clone().unwrap();
        assert_eq!(schedule.state, ScheduleState::Fired, "{mode}: {:?}", schedule.detail);
        let ended = fleet.until(id, |view| view.status != BulkStatus::Applying).await;
        assert_eq!(ended.status, BulkStatus::Applied, "{:?}", ended.counts);
        assert_eq!(fleet.write_counts().await.iter().sum::<usize>(), before + 4);
    }
    first.stop().await;
    second.stop().await;
}

/// The caches know groups that policies name. Any other is asked for in Graph, tenant by tenant; one that is missing or there twice stands in
/// the way of its tenant alone.
async fn a_group_that_no_policy_names_goes_by_its_name(database: Database) {
    let fleet = Fleet::open(database, 4).await;
    let worker = fleet.worker("only");
    const NAME: &str = "Excluded from Conditional Access";
    let group = |number: usize, copy: u128| Uuid::from_u128(0x9000_0000 + number as u128 * 16 + copy);
    for (number, copies) in [(0, 1), (1, 2), (3, 1)] {
        let groups: Vec<_> = (0..copies).map(|copy| json!({ "id": group(number, copy), "displayName": NAME })).collect();
        fleet.cloud.call("POST", &format!("/tenants/{}/objects", fleet.tenants[number].1), json!({ "groups": groups })).await;
    }
    let change = json!({ "kind": "policy.assignment_change", "excludeGroups": { "add": [NAME] } });
    let target = Some(BulkTarget::DisplayName(POLICY.to_owned()));
    let planned =
        fleet.planned_with(strategy(4, 0, ConcurrencyMode::Soft), target, serde_json::from_value(change).unwrap(), Vec::new()).await;
    assert_eq!(planned.status, BulkStatus::DryRunBlocked, "{:?}", planned.counts);
    let items = fleet.items(&planned).await;
    let found: Vec<_> =
        items.iter().map(|view| view.item.resolution.as_ref().map(|found| found.references.clone()).unwrap_or_default()).collect();
    for number in [0, 3] {
        let [reference] = found[number].as_slice() else { panic!("{:?}", found[number]) };
        assert_eq!(
            (reference.source, reference.object_id.as_deref()),
            (ReferenceSource::Name, Some(group(number, 0).to_string().as_str()))
        );
    }
    assert_eq!(found[1][0].candidates.len(), 2, "{:?}", found[1]);
    assert_eq!((found[2][0].source, found[2][0].candidates.len()), (ReferenceSource::Unresolved, 0));
    let states: Vec<_> = items.iter().map(|view| view.state).collect();
    use BulkItemState as S;
    assert_eq!(states, [S::Ready, S::Blocked, S::Blocked, S::Ready]);
    assert_eq!(fleet.write_counts().await, [0; 4]);
    worker.stop().await;
}

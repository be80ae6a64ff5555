//! Watched policies and the sign-ins kept for them: once each, in order, page by page, until the retention takes them.

use domain::id::{RolloutId, TenantId, WorkspaceId};
use domain::rollout::{EvaluatedOutcome, EvaluatedSignIn, ReportOnlyResult, SignInFacts};
use store::{WatchedAfter, WatchedPolicy};
use uuid::Uuid;

use crate::support::{Place, World, at, id, on_both};

on_both!(a_watch_begins_once_and_ends, sign_ins_are_kept_once_and_read_in_pages, what_is_old_goes_and_other_workspaces_see_nothing);

fn watch(world: &World) -> WatchedPolicy {
    WatchedPolicy {
        workspace_id: world.workspace.id,
        tenant_id: world.tenant.id,
        rollout_id: RolloutId(id()),
        twin: id(),
        original: id(),
        since: at(0),
        until: None,
    }
}

fn sign_in(second: i64) -> EvaluatedSignIn {
    EvaluatedSignIn {
        at: at(second),
        id: id().to_string(),
        user: Uuid::from_u128(7),
        app: "client".to_owned(),
        resource: "resource".to_owned(),
        outcome: EvaluatedOutcome::Failure,
        original: Some(ReportOnlyResult::Interrupted),
        facts: SignInFacts {
            error_code: 50076,
            app_name: Some("Client".to_owned()),
            country: Some("NL".to_owned()),
            ..SignInFacts::default()
        },
    }
}

async fn keep(world: &World, watched: &WatchedPolicy, sign_ins: &[EvaluatedSignIn]) {
    let tx = world.store.write().await.unwrap();
    tx.keep_watched_sign_ins(watched.workspace_id, watched.tenant_id, watched.rollout_id, sign_ins).await.unwrap();
    tx.commit().await.unwrap();
}

async fn a_watch_begins_once_and_ends(place: &Place) {
    let world = World::new(place).await;
    let (workspace, tenant) = (world.workspace.id, world.tenant.id);
    let watched = watch(&world);
    let tx = world.store.write().await.unwrap();
    tx.watch_policy(&watched).await.unwrap();
    tx.watch_policy(&WatchedPolicy { twin: id(), since: at(5), ..watched.clone() }).await.unwrap();
    tx.commit().await.unwrap();
    let reader = world.store.reader();
    assert_eq!(reader.watched_policies(workspace, tenant, at(0)).await.unwrap(), [watched.clone()], "a repeated step changes nothing");
    assert_eq!(reader.watched_tenants().await.unwrap(), [(workspace, tenant)]);

    let tx = world.store.write().await.unwrap();
    tx.unwatch_rollout(workspace, watched.rollout_id, at(60)).await.unwrap();
    tx.unwatch_rollout(workspace, watched.rollout_id, at(90)).await.unwrap();
    tx.commit().await.unwrap();
    let ended = WatchedPolicy { until: Some(at(60)), ..watched };
    assert_eq!(reader.watched_policies(workspace, tenant, at(30)).await.unwrap(), [ended], "late rows of its time are still kept");
    assert!(reader.watched_policies(workspace, tenant, at(61)).await.unwrap().is_empty());
    assert!(reader.watched_tenants().await.unwrap().is_empty());
}

async fn sign_ins_are_kept_once_and_read_in_pages(place: &Place) {
    let world = World::new(place).await;
    let watched = watch(&world);
    // Two at the same instant: the id decides.
    let mut all: Vec<EvaluatedSignIn> = [3, 1, 2, 2, 9].into_iter().map(sign_in).collect();
    keep(&world, &watched, &all).await;
    keep(&world, &watched, &all[1..3]).await;
    all.sort();
    let reader = world.store.reader();
    let read = async |from, to, after: Option<&WatchedAfter>, limit| {
        reader.watched_sign_ins(watched.workspace_id, watched.rollout_id, (at(from), at(to)), after, limit).await.unwrap()
    };
    assert_eq!(read(0, 100, None, 100).await, all);
    assert_eq!(read(1, 9, None, 100).await, all[..4], "the end is not within");
    assert_eq!(read(2, 9, None, 100).await, all[1..4]);
    let (mut pages, mut after) = (Vec::new(), None);
    while let [sign_in] = read(0, 100, after.as_ref(), 1).await.as_slice() {
        after = Some(WatchedAfter::of(sign_in));
        pages.push(sign_in.clone());
    }
    assert_eq!(pages, all);

    let from = async |most| reader.watched_sign_ins_from(watched.workspace_id, watched.rollout_id, (at(0), at(100)), most).await.unwrap();
    assert_eq!(from(5).await, at(0), "all of them");
    for (most, newest) in [(4, 4), (3, 2), (2, 2), (1, 1)] {
        let since = from(most).await;
        let left = reader.watched_sign_ins(watched.workspace_id, watched.rollout_id, (since, at(100)), None, 100).await.unwrap();
        assert_eq!(left, all[5 - newest..], "those of one instant stay together, and there are never more than {most}");
    }
}

async fn what_is_old_goes_and_other_workspaces_see_nothing(place: &Place) {
    let world = World::new(place).await;
    let (workspace, tenant) = (world.workspace.id, world.tenant.id);
    let (watched, ended) = (watch(&world), watch(&world));
    let tx = world.store.write().await.unwrap();
    tx.watch_policy(&watched).await.unwrap();
    tx.watch_policy(&ended).await.unwrap();
    tx.unwatch_rollout(workspace, ended.rollout_id, at(20)).await.unwrap();
    tx.commit().await.unwrap();
    let kept = [sign_in(10), sign_in(40)];
    keep(&world, &watched, &kept).await;
    let tx = world.store.write().await.unwrap();
    tx.delete_watched_sign_ins(workspace, TenantId(id()), at(99)).await.unwrap();
    tx.delete_watched_sign_ins(workspace, tenant, at(30)).await.unwrap();
    tx.commit().await.unwrap();
    let (reader, span) = (world.store.reader(), (at(0), at(100)));
    assert_eq!(reader.watched_sign_ins(workspace, watched.rollout_id, span, None, 10).await.unwrap(), kept[1..]);
    assert_eq!(reader.watched_policies(workspace, tenant, at(0)).await.unwrap(), [watched.clone()]);

    let other = WorkspaceId(id());
    assert!(reader.watched_sign_ins(other, watched.rollout_id, span, None, 10).await.unwrap().is_empty());
    assert!(reader.watched_policies(other, tenant, at(0)).await.unwrap().is_empty());
    let tx = world.store.write().await.unwrap();
    tx.unwatch_rollout(other, watched.rollout_id, at(50)).await.unwrap();
    tx.delete_watched_sign_ins(other, tenant, at(99)).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(reader.watched_policies(workspace, tenant, at(0)).await.unwrap(), [watched], "not theirs to end");
}

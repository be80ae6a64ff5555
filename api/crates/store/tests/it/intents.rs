//! The write-ahead record of an apply.

use crate::support::*;
use chrono::TimeDelta;
use domain::id::*;
use store::*;

on_both!(an_attempt_from_plan_to_end, only_the_present_claim_advances_it, an_unfinished_attempt_is_never_replaced);

async fn claim(world: &World, seconds: i64) -> Job {
    world.store.claim_job(&["apply"], "w", at(seconds), TimeDelta::seconds(30)).await.unwrap().unwrap()
}

async fn prepared(place: &Place) -> (World, ApplyIntent, Job) {
    let world = World::new(place).await;
    let change = change(&world.policy, world.member.id, 1);
    let tx = world.store.write().await.unwrap();
    tx.insert_change(&change).await.unwrap();
    tx.enqueue_job(&job(&world, "apply")).await.unwrap();
    tx.commit().await.unwrap();
    let job = claim(&world, 1).await;
    let intent = ApplyIntent {
        change_id: change.id,
        workspace_id: world.workspace.id,
        tenant_id: world.tenant.id,
        job_id: job.id,
        fence: job.fence,
        stage: IntentStage::Planned,
        base_hash: hash("base"),
        desired_hash: hash("desired"),
        write: serde_json::json!({"state": "enabled"}),
        client_request_id: id(),
        pre_snapshot_id: None,
        write_started_at: None,
        write_status: None,
        write_result: None,
        finished_at: None,
        known_ids: None,
        result_graph_id: None,
    };
    (world, intent, job)
}

async fn an_attempt_from_plan_to_end(place: &Place) {
    let (world, mut intent, job) = prepared(place).await;
    let tx = world.store.write().await.unwrap();
    tx.assert_fence(job.lease()).await.unwrap();
    tx.begin_intent(&intent).await.unwrap();
    tx.commit().await.unwrap();
    let reader = world.store.reader();
    assert_eq!(reader.intent(world.workspace.id, intent.change_id).await.unwrap(), Some(intent.clone()));
    assert_eq!(reader.intent(WorkspaceId(id()), intent.change_id).await.unwrap(), None);
    assert_eq!(reader.unfinished_intents(10).await.unwrap(), [intent.clone()]);

    intent.stage = IntentStage::WriteAnswered;
    intent.write_started_at = Some(at(2));
    intent.write_status = Some(204);
    intent.write_result = Some("request-id".to_owned());
    let tx = world.store.write().await.unwrap();
    tx.advance_intent(&intent).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(reader.intent(world.workspace.id, intent.change_id).await.unwrap(), Some(intent.clone()));

    intent.stage = IntentStage::Finished;
    intent.finished_at = Some(at(3));
    let tx = world.store.write().await.unwrap();
    tx.advance_intent(&intent).await.unwrap();
    assert!(matches!(tx.advance_intent(&intent).await, Err(StoreError::StaleFence)), "finished is finished");
    tx.commit().await.unwrap();
    assert!(reader.unfinished_intents(10).await.unwrap().is_empty());

    // A later attempt takes its place.
    let again = ApplyIntent { job_id: JobId(id()), stage: IntentStage::Planned, finished_at: None, write_started_at: None, ..intent };
    let tx = world.store.write().await.unwrap();
    tx.begin_intent(&again).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(reader.intent(world.workspace.id, again.change_id).await.unwrap(), Some(again));
}

async fn only_the_present_claim_advances_it(place: &Place) {
    let (world, intent, job) = prepared(place).await;
    let tx = world.store.write().await.unwrap();
    tx.begin_intent(&intent).await.unwrap();
    tx.commit().await.unwrap();
    let second = claim(&world, 40).await;
    assert_eq!(second.id, job.id);
    let tx = world.store.write().await.unwrap();
    assert!(matches!(tx.take_over_intent(world.workspace.id, intent.change_id, job.lease()).await, Err(StoreError::StaleFence)));
    let taken = tx.take_over_intent(world.workspace.id, intent.change_id, second.lease()).await.unwrap();
    assert_eq!(taken, ApplyIntent { fence: second.fence, ..intent.clone() });
    assert!(matches!(tx.advance_intent(&intent).await, Err(StoreError::StaleFence)), "the paused worker's copy is stale");
    tx.advance_intent(&ApplyIntent { stage: IntentStage::WriteStarted, ..taken }).await.unwrap();
    tx.commit().await.unwrap();
}

async fn an_unfinished_attempt_is_never_replaced(place: &Place) {
    let (world, intent, job) = prepared(place).await;
    let tx = world.store.write().await.unwrap();
    tx.begin_intent(&intent).await.unwrap();
    let other = crate::support::job(&world, "apply");
    tx.enqueue_job(&other).await.unwrap();
    tx.commit().await.unwrap();
    let rival = claim(&world, 2).await;
    assert_eq!(rival.id, other.id);
    let theirs = ApplyIntent { job_id: rival.id, fence: rival.fence, ..intent.clone() };
    let tx = world.store.write().await.unwrap();
    assert!(matches!(tx.begin_intent(&theirs).await, Err(StoreError::StaleFence)));
    assert!(matches!(tx.take_over_intent(world.workspace.id, intent.change_id, rival.lease()).await, Err(StoreError::StaleFence)));
    // Its job gave up without an outcome: now another job may set it right.
    tx.fail_job(job.lease(), at(3), "crashed too often").await.unwrap();
    assert!(matches!(tx.begin_intent(&theirs).await, Err(StoreError::StaleFence)));
    let taken = tx.take_over_intent(world.workspace.id, intent.change_id, rival.lease()).await.unwrap();
    assert_eq!(taken, theirs);
    tx.commit().await.unwrap();
}

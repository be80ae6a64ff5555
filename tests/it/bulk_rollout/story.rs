//! From the plan to the end: canaries complete before any other tenant starts, and phases are released for all.

use harness::{Database, Socket};
use serde_json::{Value, json};

use super::{Stage, done, mutate};

on_both_databases!(canaries_complete_before_the_others_start, a_phase_is_released_for_all);

async fn canaries_complete_before_the_others_start(database: Database) {
    let stage = Stage::set(database, 3).await;
    let strategy = json!({ "canaryTenantIds": [stage.tenants[1].id], "failureTolerance": { "count": 3 } });
    let begun = stage.started(json!({ "strategy": strategy })).await;
    let canary = stage.until(&begun, |seen| stage.rollout(seen, 1)["phase"] == 1 && stage.state(seen, 1) == "RUNNING").await;
    assert_eq!(
        (stage.state(&canary, 0), stage.state(&canary, 2), &canary["status"]),
        ("WAITING", "WAITING", &json!("RUNNING")),
        "{canary:#}"
    );

    let none: [&str; 0] = [];
    assert_eq!(stage.override_forward(&begun, 1, "advanceRollout").await, none);
    let seen = stage.until(&begun, |seen| stage.rollout(seen, 1)["phase"] == 2).await;
    assert_eq!((stage.state(&seen, 0), stage.state(&seen, 2)), ("WAITING", "WAITING"), "{seen:#}");
    assert_eq!(stage.override_forward(&begun, 1, "completeRollout").await, none);
    stage.until(&begun, |seen| stage.state(seen, 1) == "COMPLETED").await;

    let others = |seen: &Value| [0, 2].iter().all(|tenant| stage.rollout(seen, *tenant)["phase"] == 1);
    stage.until(&begun, others).await;
    for tenant in [0, 2] {
        assert_eq!(stage.override_forward(&begun, tenant, "advanceRollout").await, none);
        stage.until(&begun, |seen| stage.rollout(seen, tenant)["phase"] == 2).await;
        assert_eq!(stage.override_forward(&begun, tenant, "completeRollout").await, none);
    }
    let end = stage.until(&begun, |seen| seen["status"] == "COMPLETED" && !seen["endedAt"].is_null()).await;
    assert_eq!((&end["counts"]["completed"], &end["counts"]["running"]), (&json!(3), &json!(0)), "{end:#}");
    for tenant in 0..3 {
        assert_eq!(stage.original(tenant).await["state"], "enabled");
        let twin = stage.rollout(&end, tenant)["twin"]["graphId"].as_str().unwrap().to_owned();
        assert_eq!(stage.live(tenant, &twin).await["state"], "disabled");
    }
    let told = stage.told(&end).await;
    assert_eq!((told.first().unwrap().as_str(), told.last().unwrap().as_str()), ("CREATED", "ENDED"), "{told:?}");
    assert_eq!(told.iter().filter(|kind| *kind == "ENDED").count(), 1, "{told:?}");

    // What a status page gets without a second query.
    let stream =
        "subscription($id: ID!) { bulkRolloutStatus(id: $id) { cursor at bulkRollout { status counts { completed } heldBy { id } } } }";
    let mut socket = Socket::subscribe(stage.world.server.base(), stage.owner.token().unwrap(), stream, json!({ "id": end["id"] })).await;
    let first = socket.next().await.expect("the stream begins")["bulkRolloutStatus"]["bulkRollout"].clone();
    assert_eq!((&first["status"], &first["counts"]["completed"]), (&json!("COMPLETED"), &json!(3)), "{first:#}");
    let again = mutate(&stage.owner, "cancelBulkRollout", "StopBulkRolloutInput", json!({ "id": end["id"], "reason": "late" })).await;
    assert_eq!(again.user_errors("cancelBulkRollout"), ["BULK_ROLLOUT_NOT_READY"]);
}

async fn a_phase_is_released_for_all(database: Database) {
    let stage = Stage::set(database, 2).await;
    let begun = stage.started(json!({ "mode": "MANUAL" })).await;
    assert_eq!(begun["releasedPhase"], 1, "{begun:#}");
    stage.until(&begun, |seen| [0, 1].iter().all(|tenant| stage.rollout(seen, *tenant)["phase"] == 1)).await;
    assert_eq!(stage.override_forward(&begun, 0, "advanceRollout").await, ["WAVE_HELD"]);
    let seen = stage.see(&begun).await;
    let input = json!({ "id": seen["id"], "expectedRevision": seen["revision"] });
    let released = done(&mutate(&stage.owner, "advanceBulkRollout", "BulkRolloutRef", input).await, "advanceBulkRollout");
    assert_eq!(released["releasedPhase"], 2, "{released:#}");
    let none: [&str; 0] = [];
    assert_eq!(stage.override_forward(&begun, 0, "advanceRollout").await, none);
    stage.until(&begun, |seen| stage.rollout(seen, 0)["phase"] == 2).await;
    assert_eq!(stage.override_forward(&begun, 0, "completeRollout").await, ["WAVE_HELD"], "the completion is released like a phase");

    // A member holds all of it: what was released does not go on either.
    stage.stop("pauseBulkRollout", &begun).await;
    assert_eq!(stage.override_forward(&begun, 1, "advanceRollout").await, ["WAVE_HELD"]);
    let held = stage.until(&begun, |seen| seen["status"] == "PAUSED").await;
    assert_eq!(held["hold"]["reason"], "a test asks");
    let input = json!({ "id": held["id"], "expectedRevision": held["revision"], "reason": "it may go on" });
    let resumed = done(&mutate(&stage.owner, "resumeBulkRollout", "ReasonedBulkRolloutInput", input).await, "resumeBulkRollout");
    assert_eq!(resumed["status"], "RUNNING", "{resumed:#}");
    assert_eq!(stage.override_forward(&begun, 1, "advanceRollout").await, none);
}

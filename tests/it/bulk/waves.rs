//! Canary tenants, waves, tolerated failures, stop and cancel: what is not started stays untouched.

use api::system::SystemClock;
use chrono::TimeDelta;
use domain::env::Clock;
use harness::Database;
use harness::bulk::{apply, create, done, dry_run, ended, items, mutate, states, step, wait_for_count};
use serde_json::{Value, json};

use super::Stage;

on_both_databases!(
    a_failed_canary_keeps_the_others_from_starting,
    strict_failures_never_exceed_the_tolerance_by_more_than_one,
    a_stopped_run_finishes_what_is_in_flight,
    a_cancelled_run_leaves_the_rest_for_good,
    a_schedule_applies_the_whole,
);

async fn a_failed_canary_keeps_the_others_from_starting(database: Database) {
    let stage = Stage::set(database, 4).await;
    let owner = &stage.owner;
    stage.refuse(1, 1).await;
    let mut input = stage.rename("With canaries");
    input["strategy"] = json!({ "canaryTenantIds": [stage.tenants[1].id], "failureTolerance": { "percent": 100 } });
    let bulk = dry_run(owner, &create(owner, input).await).await;
    apply(owner, "applyBulkChange", &bulk).await;
    let end = ended(owner, &bulk).await;
    assert_eq!(
        (&end["status"], &end["counts"]["notStarted"], &end["counts"]["failed"]),
        (&json!("FAILED"), &json!(3), &json!(1)),
        "{end:#}"
    );
    assert_eq!(stage.writes().await, [0, 0, 0, 0]);
    let listed = items(owner, &bulk).await;
    assert_eq!(listed.iter().filter(|item| item["notStarted"] == "CANARY_FAILED").count(), 3, "{listed:#?}");

    // The reason is gone: those that did not end well are planned again, and this time the canary sings.
    let again = step(owner, "retryFailed", &end).await;
    let again = harness::bulk::wait_while(owner, &again, &["DRY_RUNNING"]).await;
    apply(owner, "applyBulkChange", &again).await;
    assert_eq!(ended(owner, &bulk).await["status"], "APPLIED");
    assert_eq!(stage.writes().await, [1, 1, 1, 1]);
}

async fn strict_failures_never_exceed_the_tolerance_by_more_than_one(database: Database) {
    let stage = Stage::set(database, 8).await;
    let owner = &stage.owner;
    for tenant in 0..8 {
        stage.refuse(tenant, 1).await;
    }
    let mut input = stage.rename("Refused everywhere");
    input["strategy"] = json!({ "maxConcurrent": 8, "failureTolerance": { "count": 2 }, "concurrencyMode": "STRICT" });
    let bulk = dry_run(owner, &create(owner, input).await).await;
    apply(owner, "applyBulkChange", &bulk).await;
    let end = ended(owner, &bulk).await;
    assert_eq!((&end["counts"]["failed"], &end["counts"]["notStarted"]), (&json!(3), &json!(5)), "{end:#}");
    let listed = items(owner, &bulk).await;
    assert_eq!(listed.iter().filter(|item| item["notStarted"] == "TOLERANCE_EXCEEDED").count(), 5, "{listed:#?}");
    let sent = stage.world.cloud.call("GET", "/requests", Value::Null).await;
    let patches =
        sent["requests"].as_array().or(sent["entries"].as_array()).unwrap().iter().filter(|entry| entry["method"] == "PATCH").count();
    assert_eq!(patches, 3, "a tenant that was not started got no write");
}

async fn a_stopped_run_finishes_what_is_in_flight(database: Database) {
    let stage = Stage::set(database, 5).await;
    let owner = &stage.owner;
    let bulk = slow_run(&stage, "Stopped").await;
    wait_for_count(owner, &bulk, "applying", 1).await;
    done(&mutate(owner, "stopBulkChange", "BulkChangeIdInput", json!({ "id": bulk["id"] })).await, "stopBulkChange");
    let end = ended(owner, &bulk).await;
    let states = states(&items(owner, &bulk).await);
    let applied = states.get("APPLIED").copied().unwrap_or_default();
    assert!((1..5).contains(&applied), "{states:?}");
    assert_eq!(states.get("NOT_STARTED").copied().unwrap_or_default(), 5 - applied, "{states:?}");
    assert_eq!((&end["status"], end["run"]["stoppedAt"].is_string()), (&json!("APPLIED_PARTIAL"), true), "{end:#}");
    assert_eq!(stage.writes().await.iter().sum::<usize>(), applied, "what was not started is untouched");

    let again = step(owner, "retryFailed", &end).await;
    let again = harness::bulk::wait_while(owner, &again, &["DRY_RUNNING"]).await;
    apply(owner, "applyBulkChange", &again).await;
    assert_eq!(ended(owner, &bulk).await["status"], "APPLIED");
    assert_eq!(stage.writes().await, [1; 5]);
}

async fn a_cancelled_run_leaves_the_rest_for_good(database: Database) {
    let stage = Stage::set(database, 5).await;
    let owner = &stage.owner;
    let bulk = slow_run(&stage, "Cancelled").await;
    let running = wait_for_count(owner, &bulk, "applying", 1).await;
    step(owner, "cancelBulkChange", &running).await;
    let end = ended(owner, &bulk).await;
    let states = states(&items(owner, &bulk).await);
    let applied = states.get("APPLIED").copied().unwrap_or_default();
    assert!((1..5).contains(&applied), "{states:?}");
    assert_eq!(states.get("CANCELLED").copied().unwrap_or_default(), 5 - applied, "{states:?}");
    assert_eq!(stage.writes().await.iter().sum::<usize>(), applied);
    let refused = harness::bulk::try_step(owner, "retryFailed", &end).await;
    assert!(!refused.user_errors("retryFailed").is_empty(), "nothing of it comes back: {:#}", refused.body);
}

/// One tenant at a time, each a second and more under way.
async fn slow_run(stage: &Stage, name: &str) -> Value {
    for tenant in &stage.tenants {
        stage.world.cloud.fault(tenant.entra, json!({ "method": "PATCH", "trouble": { "kind": "latency", "ms": 700 } })).await;
    }
    let mut input = stage.rename(name);
    input["strategy"] = json!({ "maxConcurrent": 1 });
    let bulk = dry_run(&stage.owner, &create(&stage.owner, input).await).await;
    apply(&stage.owner, "applyBulkChange", &bulk).await
}

async fn a_schedule_applies_the_whole(database: Database) {
    let stage = Stage::set(database, 2).await;
    let owner = &stage.owner;
    let bulk = dry_run(owner, &create(owner, stage.rename("On time")).await).await;
    let at = |ms: i64| crate::members::instant(SystemClock.now() + TimeDelta::milliseconds(ms));
    let schedule = |revision: &Value, digest: &Value, ms: i64| json!({ "id": bulk["id"], "expectedRevision": revision, "digest": digest, "mode": "WITHIN_DRY_RUN", "fireAt": at(ms) });
    let armed = mutate(owner, "scheduleBulkChange", "ScheduleBulkChangeInput", schedule(&bulk["revision"], &bulk["digest"], 600_000)).await;
    let armed = done(&armed, "scheduleBulkChange");
    assert_eq!(armed["schedule"]["state"], "ARMED", "{armed:#}");
    let revoked = step(owner, "revokeBulkSchedule", &armed).await;
    assert_eq!(revoked["schedule"]["state"], "REVOKED", "{revoked:#}");
    let soon = mutate(owner, "scheduleBulkChange", "ScheduleBulkChangeInput", schedule(&revoked["revision"], &bulk["digest"], 1_500)).await;
    done(&soon, "scheduleBulkChange");
    wait_for_count(owner, &bulk, "applied", 2).await;
    let end = ended(owner, &bulk).await;
    assert_eq!((&end["status"], &end["schedule"]["state"]), (&json!("APPLIED"), &json!("FIRED")), "{end:#}");
    assert_eq!(stage.writes().await, [1, 1]);
}

//! The guard: people who can't sign in stop a rollout, and the twin enforces nothing any more.

use harness::Database;
use serde_json::json;

use super::{Stage, done, kinds, stop};

on_both_databases!(blocked_people_stop_it);

async fn blocked_people_stop_it(database: Database) {
    // A device is there or not: a second factor that is asked for may still be answered, and counts ten minutes later.
    let stage = Stage::demanding(database, "compliantDevice", |_| {}).await;
    let conduct = json!({ "trafficPercent": 2000, "aroundTheClock": true, "failing": [{ "percent": 100, "retries": 2 }] });
    stage.world.cloud.call("PUT", &format!("/tenants/{}/conduct", stage.sim.tenant_id), conduct).await;
    // Everybody in the first phase: somebody signs in within seconds.
    let groups = stage.all_groups().await;
    let running = stage.running(json!({ "phases": [{ "groupIds": groups, "minBakeSeconds": 0 }] })).await;
    let paused = stage.until(&running, |seen| seen["status"] == "PAUSED" && seen["guidance"] == "SUGGEST_ROLL_BACK").await;
    assert_eq!((&paused["pause"]["reason"], &paused["verdict"]["outcome"]), (&json!("GUARD_TRIPPED"), &json!("BREACH")), "{paused:#}");
    assert!(!paused["verdict"]["counts"]["reasons"].as_array().unwrap().is_empty(), "{paused:#}");
    assert_eq!(stage.twin(&paused).await["state"], "enabledForReportingButNotEnforced");

    let told = stage.told(&paused).await;
    let tripped = told.iter().find(|event| event["kind"] == "GUARD_TRIPPED").unwrap();
    assert_eq!(tripped["severity"], "CRITICAL", "{tripped:#}");
    assert!(kinds(&told).contains(&"PROTECTION_REDUCED"), "{told:#?}");

    done(&stop(&stage.owner, "rollBackRollout", &paused).await, "rollBackRollout");
    let back = stage.until(&paused, |seen| seen["status"] == "ROLLED_BACK").await;
    assert_eq!(back["allowed"], json!([]));
    assert_eq!(stage.original().await["state"], "enabledForReportingButNotEnforced", "the original was never touched");
}

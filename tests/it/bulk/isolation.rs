//! A tenant that hangs, one that throttles and one whose consent was revoked hold nobody up but themselves (promise P22).

use std::time::Duration;

use harness::Database;
use harness::bulk::{apply, create, dry_run, ended, items, of_tenant, wait_for_count};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::Stage;

on_both_databases!(a_tenant_in_trouble_delays_only_itself);

/// Tenants that are well.
const WELL: usize = 12;

async fn a_tenant_in_trouble_delays_only_itself(database: Database) {
    let stage = Stage::set(database, WELL + 3).await;
    let owner = &stage.owner;
    let alone = {
        let mut input = stage.rename("Without them");
        input["tenantIds"] = json!(stage.ids()[..WELL]);
        time(&stage, input, WELL).await.0
    };

    let [hangs, throttles, revoked] = [WELL, WELL + 1, WELL + 2].map(|number| stage.tenants[number].clone());
    let cloud = &stage.world.cloud;
    cloud.fault(hangs.entra, json!({ "times": 1, "trouble": { "kind": "latency", "ms": 25_000 } })).await;
    cloud.fault(throttles.entra, json!({ "times": 1, "trouble": { "kind": "throttle", "retryAfter": 12 } })).await;
    let client = harness::many::object_id(revoked.number, 1);
    // The three have the policy under its first name still; the others were renamed, so all are named by id.
    let mut input = json!({ "payload": { "rename": { "displayName": "With them" } } });
    let mut policies = Vec::new();
    for tenant in &stage.tenants {
        policies.push(stage.world.policies(owner, &tenant.id).await[0]["id"].clone());
    }
    input["target"] = json!({ "policyIds": policies });
    input["strategy"] = json!({ "maxConcurrent": WELL + 3, "failureTolerance": { "count": 3 } });
    let bulk = dry_run(owner, &create(owner, input).await).await;
    assert_eq!(bulk["status"], "DRY_RUN_COMPLETE", "{bulk:#}");
    cloud.consent(revoked.entra, json!({ "clientId": client, "installed": false })).await;
    let began = Instant::now();
    apply(owner, "applyBulkChange", &bulk).await;
    wait_for_count(owner, &bulk, "applied", WELL as u64).await;
    let beside = began.elapsed();
    println!("{WELL} tenants alone: {alone:?}; beside three in trouble: {beside:?}");
    // 1.2 times, and what a test's clock and its polls are worth.
    assert!(beside < alone.mul_f64(1.2) + Duration::from_millis(1_500), "{beside:?} beside trouble, {alone:?} alone");

    let end = ended(owner, &bulk).await;
    let listed = items(owner, &bulk).await;
    let out = of_tenant(&listed, &revoked.id);
    assert_eq!(out["state"], "FAILED", "{out:#}");
    assert_eq!(of_tenant(&listed, &throttles.id)["state"], "APPLIED", "{listed:#?}");
    assert_eq!((&end["status"], &end["counts"]["failed"]), (&json!("APPLIED_PARTIAL"), &json!(1)), "{end:#}");
}

/// How long a run takes.
async fn time(stage: &Stage, mut input: Value, tenants: usize) -> (Duration, Value) {
    input["strategy"] = json!({ "maxConcurrent": tenants });
    let bulk = dry_run(&stage.owner, &create(&stage.owner, input).await).await;
    let began = Instant::now();
    apply(&stage.owner, "applyBulkChange", &bulk).await;
    let end = ended(&stage.owner, &bulk).await;
    assert_eq!(end["status"], "APPLIED", "{end:#}");
    (began.elapsed(), end)
}

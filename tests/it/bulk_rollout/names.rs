//! One plan for many tenants: groups go by their names in each, exactly one or none is touched.

use harness::Database;
use harness::many::object_id;
use serde_json::{Value, json};

use super::{Stage, done, mutate};

on_both_databases!(a_name_that_a_tenant_does_not_know_blocks_it, a_policy_has_one_rollout);

async fn a_name_that_a_tenant_does_not_know_blocks_it(database: Database) {
    let stage = Stage::set(database, 3).await;
    let pilot = |tenant: usize, name: &str| json!({ "groups": [{ "id": object_id(tenant, 500), "displayName": name }] });
    // No policy uses them, so no reading holds them: tenant 0 has a group of the name, tenant 1 has none, tenant 2 has two.
    let member =
        json!({ "groups": [{ "id": object_id(0, 500), "displayName": "Pilot" }], "memberships": [[object_id(0, 500), object_id(0, 200)]] });
    let add = async |tenant: usize, objects: Value| {
        stage.world.cloud.call("POST", &format!("/tenants/{}/objects", stage.tenants[tenant].entra), objects).await;
    };
    add(0, member).await;
    add(2, pilot(2, "Pilot")).await;
    add(2, json!({ "groups": [{ "id": object_id(2, 501), "displayName": "pilot" }] })).await;
    let phases = json!([{ "groups": ["Pilot"], "minBakeSeconds": 0 }, { "groups": ["Ring 1"], "minBakeSeconds": 0 }]);
    let made = stage.create(json!({ "phases": phases })).await;
    assert_eq!(made["counts"]["pending"], 3, "{made:#}");
    let seen = stage.until(&made, |seen| seen["counts"]["pending"] == 0).await;
    assert_eq!((&seen["status"], stage.state(&seen, 0)), (&json!("BLOCKED"), "PLANNED"), "{seen:#}");
    assert_eq!(stage.tenant(&seen, 1)["blocked"]["code"], "REFERENCE_UNRESOLVED", "{seen:#}");
    assert_eq!(stage.tenant(&seen, 2)["blocked"]["code"], "REFERENCE_AMBIGUOUS", "{seen:#}");
    assert_eq!(
        (&seen["digest"], stage.try_start(&seen).await.user_errors("startBulkRollout")),
        (&Value::Null, vec!["BULK_ROLLOUT_NOT_READY".to_owned()])
    );

    // One is mended and planned again, the other is left out.
    add(
        1,
        json!({ "groups": [{ "id": object_id(1, 500), "displayName": "Pilot" }], "memberships": [[object_id(1, 500), object_id(1, 200)]] }),
    )
    .await;
    let again = json!({ "id": seen["id"], "expectedRevision": seen["revision"] });
    done(&mutate(&stage.owner, "planBulkRollout", "BulkRolloutRef", again).await, "planBulkRollout");
    let seen = stage.until(&made, |seen| stage.state(seen, 1) == "PLANNED" && stage.state(seen, 2) == "BLOCKED").await;
    let out = json!({ "id": seen["id"], "tenantId": stage.tenants[2].id, "reason": "two pilots", "expectedRevision": seen["revision"] });
    let ready =
        done(&mutate(&stage.owner, "excludeBulkRolloutTenant", "ExcludeBulkRolloutTenantInput", out).await, "excludeBulkRolloutTenant");
    assert_eq!((&ready["status"], stage.state(&ready, 2)), (&json!("READY"), "EXCLUDED"), "{ready:#}");
    let mut other = ready.clone();
    other["digest"] = json!("0".repeat(64));
    assert_eq!(stage.try_start(&other).await.user_errors("startBulkRollout"), ["STALE_REVIEW"], "what starts is what was seen");
    stage.start(&ready).await;
    stage.until(&made, |seen| [0, 1].iter().all(|tenant| stage.rollout(seen, *tenant)["phase"] == 1)).await;
}

async fn a_policy_has_one_rollout(database: Database) {
    let stage = Stage::set(database, 1).await;
    let first = stage.create(json!({})).await;
    stage.until(&first, |seen| seen["status"] == "READY").await;
    let second = stage.create(json!({})).await;
    let seen = stage.until(&second, |seen| seen["counts"]["pending"] == 0).await;
    assert_eq!(stage.tenant(&seen, 0)["blocked"]["code"], "ROLLOUT_NOT_ELIGIBLE", "{seen:#}");
    let ids = json!([{ "groups": [object_id(0, 100)] }]);
    let refused = mutate(&stage.owner, "createBulkRollout", "CreateBulkRolloutInput", stage.input(json!({ "phases": ids }))).await;
    assert_eq!(refused.user_errors("createBulkRollout"), ["INVALID_INPUT"], "an id means another object elsewhere");
}

//! Stop beats go, in every tenant at once; and a process that dies in the middle.

use std::time::Duration;

use harness::Database;
use serde_json::json;
use tokio::time::Instant;

use super::Stage;
use crate::schedules::{delete, deny, freeze, in_ms};

on_both_databases!(
    a_cancellation_ends_it_in_every_tenant,
    a_kill_in_the_middle_forgets_no_tenant,
    a_frozen_tenant_gives_its_turn_to_the_next_one
);

async fn a_cancellation_ends_it_in_every_tenant(database: Database) {
    let stage = Stage::set(database, 3).await;
    let strategy = json!({ "maxConcurrent": 2, "failureTolerance": { "count": 3 } });
    let begun = stage.started(json!({ "strategy": strategy })).await;
    let running = stage.until(&begun, |seen| [0, 1].iter().all(|tenant| stage.rollout(seen, *tenant)["phase"] == 1)).await;
    assert_eq!(stage.state(&running, 2), "WAITING");
    stage.stop("cancelBulkRollout", &begun).await;
    let end = stage.until(&begun, |seen| seen["status"] == "CANCELLED" && !seen["endedAt"].is_null()).await;
    assert_eq!(end["counts"]["cancelled"], 3, "{end:#}");
    for tenant in [0, 1] {
        let twin = stage.rollout(&end, tenant)["twin"]["graphId"].as_str().unwrap().to_owned();
        assert_eq!(stage.live(tenant, &twin).await["state"], "enabledForReportingButNotEnforced");
    }
    assert!(stage.rollout(&end, 2)["twin"].is_null(), "nothing was written to a tenant that had not begun: {end:#}");
    for tenant in 0..3 {
        assert_eq!(stage.original(tenant).await["state"], "enabledForReportingButNotEnforced");
    }
}

async fn a_kill_in_the_middle_forgets_no_tenant(database: Database) {
    let stage = Stage::set(database, 3).await;
    let made = stage.create(json!({})).await;
    let stage = stage.killed().await;
    let ready = stage.until(&made, |seen| seen["status"] == "READY").await;
    let begun = stage.start(&ready).await;
    let stage = stage.killed().await;
    let running = stage.until(&begun, |seen| (0..3).all(|tenant| stage.rollout(seen, tenant)["phase"] == 1)).await;
    for tenant in 0..3 {
        let twins = stage.world.writes_of(&stage.tenants[tenant]).await;
        let created = twins.iter().filter(|write| write["method"] == "POST").count();
        assert_eq!(created, 1, "one twin in each tenant: {running:#}");
    }
}

async fn a_frozen_tenant_gives_its_turn_to_the_next_one(database: Database) {
    let stage = Stage::set(database, 2).await;
    let mut window = deny("Now", in_ms(-60_000), in_ms(3_600_000));
    window["tenantIds"] = json!([stage.tenants[0].id]);
    let frozen = freeze(&stage.owner, window).await;
    let window = frozen.at("/createFreezeWindow/freezeWindow").clone();
    let strategy = json!({ "maxConcurrent": 1, "failureTolerance": { "count": 3 } });
    let begun = stage.started(json!({ "strategy": strategy })).await;
    let began = Instant::now();
    let seen = stage.until(&begun, |seen| stage.rollout(seen, 1)["phase"] == 1).await;
    assert!(began.elapsed() < Duration::from_secs(30), "the turn is given at once, not at the next try: {:?}", began.elapsed());
    assert_eq!((stage.state(&seen, 0), &stage.tenant(&seen, 0)["refused"]["code"]), ("WAITING", &json!("FROZEN")), "{seen:#}");
    let query = "{ auditLog(first: 10, where: { actions: [\"startRollout\"] }) { nodes { outcome } } }";
    let audit = stage.owner.send(query, json!({})).await;
    assert_eq!(audit.at("/auditLog/nodes"), &json!([{ "outcome": "DONE" }]), "asking whether it is frozen is no refused attempt");

    // The next move of the other one is a reason to look again.
    delete(&stage.owner, &window).await;
    let stop = json!({ "id": stage.rollout(&seen, 1)["id"], "reason": "a test asks" });
    let query = "mutation($input: StopRolloutInput!) { cancelRollout(input: $input) { userErrors { code message } } }";
    let cancelled = stage.owner.send(query, json!({ "input": stop })).await;
    assert_eq!(cancelled.user_errors("cancelRollout"), Vec::<String>::new(), "{:#}", cancelled.body);
    let seen = stage.until(&begun, |seen| stage.rollout(seen, 0)["phase"] == 1).await;
    assert_eq!(stage.tenant(&seen, 0)["refused"], json!(null), "{seen:#}");
}

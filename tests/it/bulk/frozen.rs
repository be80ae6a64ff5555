//! Freeze windows and bulk changes: one frozen tenant holds the whole back, when it is armed, when it fires and when it is applied.

use std::time::Duration;

use harness::Database;
use harness::bulk::{create, done, dry_run, ended, mutate, see, try_apply};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::Stage;
use crate::schedules::{delete, deny, freeze, in_ms};

on_both_databases!(one_frozen_tenant_holds_the_whole_back);

async fn one_frozen_tenant_holds_the_whole_back(database: Database) {
    let stage = Stage::set(database, 2).await;
    let owner = &stage.owner;
    let bulk = dry_run(owner, &create(owner, stage.rename("Not now")).await).await;
    let of_second = |mut window: Value| {
        window["tenantIds"] = json!([stage.tenants[1].id]);
        window
    };
    let later = freeze(owner, of_second(deny("Later", in_ms(120_000), in_ms(240_000)))).await;
    assert_eq!(later.user_errors("createFreezeWindow"), Vec::<String>::new(), "{:#}", later.body);
    let schedule = |revision: &Value, ms: i64| json!({ "id": bulk["id"], "expectedRevision": revision, "digest": bulk["digest"], "mode": "WITHIN_DRY_RUN", "fireAt": in_ms(ms) });
    let refused = mutate(owner, "scheduleBulkChange", "ScheduleBulkChangeInput", schedule(&bulk["revision"], 180_000)).await;
    assert_eq!(refused.user_errors("scheduleBulkChange"), ["FROZEN"], "{:#}", refused.body);
    let message = refused.text("/scheduleBulkChange/userErrors/0/message");
    assert!(message.contains("'Later'") && message.contains("1 of 2 tenants"), "{message}");

    let armed = mutate(owner, "scheduleBulkChange", "ScheduleBulkChangeInput", schedule(&bulk["revision"], 1_500)).await;
    done(&armed, "scheduleBulkChange");
    let now = freeze(owner, of_second(deny("Now", in_ms(-60_000), in_ms(3_600_000)))).await;
    let window = now.at("/createFreezeWindow/freezeWindow").clone();
    let until = Instant::now() + Duration::from_secs(60);
    let fired = loop {
        let seen = see(owner, &bulk).await;
        if seen["schedule"]["state"] != "ARMED" && seen["schedule"]["state"] != "FIRING" {
            break seen;
        }
        assert!(Instant::now() < until, "it never fired: {seen:#}");
        sleep(Duration::from_millis(100)).await;
    };
    assert_eq!(fired["schedule"], json!({ "state": "BLOCKED", "detail": { "code": "FROZEN" } }));
    let refused = try_apply(owner, "applyBulkChange", &fired).await;
    assert_eq!(refused.user_errors("applyBulkChange"), ["FROZEN"], "{:#}", refused.body);
    assert_eq!(stage.writes().await, [0, 0], "nothing was written to the other tenant either");

    delete(owner, &window).await;
    done(&try_apply(owner, "applyBulkChange", &see(owner, &bulk).await).await, "applyBulkChange");
    assert_eq!(ended(owner, &bulk).await["status"], "APPLIED");
    assert_eq!(stage.writes().await, [1, 1]);
}

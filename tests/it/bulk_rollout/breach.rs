//! Learning is carried over: a breach in one tenant holds all others until somebody has dealt with it.

use harness::Database;
use serde_json::{Value, json};

use super::Stage;
use crate::bulk::limited::limited_to;

on_both_databases!(a_breach_in_one_tenant_holds_all);

async fn a_breach_in_one_tenant_holds_all(database: Database) {
    let stage = Stage::set(database, 3).await;
    let strategy = json!({ "maxConcurrent": 2, "failureTolerance": { "count": 3 } });
    // Nearly everybody in the first phase: enough of them sign in within seconds.
    let phase = |rings: &[&str]| json!({ "groups": rings, "minBakeSeconds": 0 });
    let phases = [phase(&["ring 0", "ring 1", "ring 2", "ring 3"]), phase(&["ring 4"])];
    let begun = stage.started(json!({ "strategy": strategy, "phases": phases })).await;
    stage.until(&begun, |seen| [0, 1].iter().all(|tenant| stage.rollout(seen, *tenant)["phase"] == 1)).await;
    let conduct = json!({ "trafficPercent": 2000, "aroundTheClock": true, "failing": [{ "percent": 100, "retries": 2 }] });
    stage.world.cloud.call("PUT", &format!("/tenants/{}/conduct", stage.tenants[0].entra), conduct).await;

    let held = stage.until(&begun, |seen| seen["status"] == "HELD" && stage.rollout(seen, 0)["status"] == "PAUSED").await;
    assert_eq!(held["heldBy"], json!([{ "id": stage.tenants[0].id }]), "{held:#}");
    let breached = stage.rollout(&held, 0);
    assert_eq!(
        (&breached["pause"]["reason"], &breached["pause"]["verdict"]["outcome"]),
        (&json!("GUARD_TRIPPED"), &json!("BREACH")),
        "{held:#}"
    );
    assert_eq!((stage.state(&held, 0), stage.state(&held, 2)), ("BREACHED", "WAITING"), "{held:#}");
    assert_eq!(stage.override_forward(&begun, 1, "advanceRollout").await, ["WAVE_HELD"]);

    // Who sees one tenant sees why it waits, and nothing of the others.
    let limited = limited_to(&stage.world, &stage.owner, &[&stage.tenants[1].id]).await;
    let query = "query($bulk: ID!, $own: ID!, $other: ID!) { bulkRollout(id: $bulk) { id } other: rollout(id: $other) { id } \
                 rollout(id: $own) { status bulkRollout { id } hold { text } } }";
    let variables = json!({ "bulk": begun["id"], "own": stage.rollout(&held, 1)["id"], "other": breached["id"] });
    let seen = limited.send(query, variables).await;
    assert_eq!((seen.at("/bulkRollout"), seen.at("/other"), seen.at("/rollout/bulkRollout")), (&Value::Null, &Value::Null, &Value::Null));
    assert_eq!(seen.at("/rollout/status"), "RUNNING");
    assert!(!seen.at("/rollout/hold/text").as_str().unwrap_or_default().contains("Tenant 0000"), "{:#}", seen.body);

    // The one that breached is taken back: it has failed, within what is tolerated, and the others go on.
    let stop = json!({ "id": breached["id"], "reason": "a test asks" });
    let query = "mutation($input: StopRolloutInput!) { rollBackRollout(input: $input) { userErrors { code message } } }";
    let back = stage.owner.send(query, json!({ "input": stop })).await;
    assert_eq!(back.user_errors("rollBackRollout"), Vec::<String>::new(), "{:#}", back.body);
    let seen = stage.until(&begun, |seen| stage.state(seen, 0) == "ROLLED_BACK" && stage.rollout(seen, 2)["phase"] == 1).await;
    assert_eq!((&seen["status"], &seen["heldBy"]), (&json!("RUNNING"), &json!([])), "{seen:#}");
    let none: [&str; 0] = [];
    assert_eq!(stage.override_forward(&begun, 1, "advanceRollout").await, none);
    stage.until(&begun, |seen| stage.rollout(seen, 1)["phase"] == 2).await;
    let told = stage.told(&begun).await;
    let place = |kind: &str| told.iter().position(|told| told == kind);
    assert!(place("HELD").is_some() && place("HELD") < place("RELEASED"), "{told:?}");
    assert_eq!(stage.original(0).await["state"], "enabledForReportingButNotEnforced", "the original was never touched");
}

//! An owner loosens an enforced policy at once, and another person looks at it afterwards.

use chrono::{DateTime, TimeDelta, Utc};
use domain::env::Clock;
use harness::Database;
use harness::world::World;
use serde_json::{Value, json};

use crate::approvals::{done, enabled_policy, mark_critical, mutate, settings};
use crate::story::{codes, create, report_only_policy, step};

on_both_databases!(loosened_past_approval_and_freeze);

async fn loosened_past_approval_and_freeze(database: Database) {
    let world = World::start(database).await;
    let owner = world.server.client("OWNER").await;
    let (admin, approver) = (world.server.client("ADMIN").await, world.server.client("APPROVER").await);
    let tenant = world.connect(&owner, &world.sim_tenant()).await;
    let policy = enabled_policy(&world, &owner, &tenant).await;
    let harmless = report_only_policy(&world, &owner, &tenant).await;
    let entra = world.sim_tenant().tenant_id;
    mark_critical(&owner, &policy).await;
    settings(&owner, json!({ "requireApproval": true })).await;
    freeze(&owner).await;

    let loosen =
        |policy: &Value, to: &str| json!({ "policyId": policy["id"], "to": to, "reason": "everybody is locked out", "idempotencyKey": to });
    let go = |input: Value| mutate(&owner, "loosenInEmergency", "LoosenInEmergencyInput", input);
    let by_admin = mutate(&admin, "loosenInEmergency", "LoosenInEmergencyInput", loosen(&policy, "DISABLED")).await;
    assert_eq!(by_admin.user_errors("loosenInEmergency"), ["FORBIDDEN"]);
    assert_eq!(go(loosen(&policy, "ENABLED")).await.user_errors("loosenInEmergency"), ["NOT_A_LOOSENING"]);
    assert_eq!(go(loosen(&harmless, "DISABLED")).await.user_errors("loosenInEmergency"), ["NOT_A_LOOSENING"], "it is not enforced");
    let mut unseen = loosen(&policy, "DISABLED");
    unseen["expectedContentHash"] = json!("0".repeat(64));
    assert_eq!(go(unseen).await.user_errors("loosenInEmergency"), ["INVALID_INPUT"]);
    let none = owner.send("{ changeRequests(first: 1) { totalCount } }", json!({})).await;
    assert_eq!(none.at("/changeRequests/totalCount"), 0, "what is refused leaves nothing behind");

    let change = done(&owner, "loosenInEmergency", "LoosenInEmergencyInput", loosen(&policy, "DISABLED")).await;
    let again = done(&owner, "loosenInEmergency", "LoosenInEmergencyInput", loosen(&policy, "DISABLED")).await;
    assert_eq!(again["id"], change["id"], "one key, one emergency");
    assert_eq!(change["waivers"][0]["code"], "CRITICAL_POLICY_DISABLE");
    let applied = world.wait_for(&owner, change["id"].as_str().unwrap(), &["APPLIED", "FAILED"]).await;
    assert_eq!(applied["status"], "APPLIED", "{applied:#}");
    assert_eq!(world.cloud.policy(entra, policy["graphId"].as_str().unwrap()).await["state"], "disabled");

    // Nothing else passes.
    let ordinary = step(&owner, "runDryRun", &create(&owner, &harmless, json!({ "rename": { "displayName": "Not now" } })).await).await;
    assert_eq!(codes(&owner, "applyChange", &ordinary).await, ["NOT_APPROVED"]);

    // The review waits, for another person.
    let open = |client: harness::Client| async move {
        let answer = client.send("{ changeRequests(first: 5, where: { needsReview: true }) { nodes { id } } }", json!({})).await;
        answer.at("/changeRequests/nodes").as_array().unwrap().clone()
    };
    assert_eq!(open(approver.clone()).await, [json!({ "id": change["id"] })]);
    let review = json!({ "id": change["id"], "comment": "it was right" });
    assert_eq!(
        mutate(&owner, "reviewEmergency", "ReviewEmergencyInput", review.clone()).await.user_errors("reviewEmergency"),
        ["CANNOT_SELF_APPROVE"]
    );
    let reviewed = done(&approver, "reviewEmergency", "ReviewEmergencyInput", review.clone()).await;
    assert_eq!((&reviewed["status"], &reviewed["emergency"]["comment"]), (&json!("APPLIED"), &json!("it was right")), "{reviewed:#}");
    assert!(!reviewed["emergency"]["reviewedAt"].is_null());
    assert_eq!(mutate(&admin, "reviewEmergency", "ReviewEmergencyInput", review).await.user_errors("reviewEmergency"), ["REVIEW_NOT_OPEN"]);
    assert!(open(approver).await.is_empty());
}

async fn freeze(owner: &harness::Client) {
    let now = api::system::SystemClock.now();
    let local = |at: DateTime<Utc>| at.format("%Y-%m-%dT%H:%M:%S").to_string();
    let input = json!({
        "kind": "DENY", "name": "Year end", "timeZone": "UTC",
        "startsAt": local(now - TimeDelta::hours(1)), "endsAt": local(now + TimeDelta::hours(5)),
    });
    let query = "mutation($input: CreateFreezeWindowInput!) { createFreezeWindow(input: $input) { userErrors { code message } } }";
    let answer = owner.send(query, json!({ "input": input })).await;
    assert_eq!(answer.user_errors("createFreezeWindow"), Vec::<String>::new(), "{:#}", answer.body);
}

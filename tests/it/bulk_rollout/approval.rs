//! One approval of the whole, by another person; a rejection ends it.

use harness::Database;
use harness::world::require_approval;
use serde_json::{Value, json};

use super::{Stage, done, mutate};

on_both_databases!(a_second_person_approves_the_whole);

async fn a_second_person_approves_the_whole(database: Database) {
    let stage = Stage::set(database, 2).await;
    let owner = &stage.owner;
    let approver = stage.world.server.client("APPROVER").await;
    require_approval(owner).await;
    let made = stage.create(json!({})).await;
    let waiting = stage.until(&made, |seen| seen["status"] == "AWAITING_APPROVAL").await;
    assert_eq!(stage.try_start(&waiting).await.user_errors("startBulkRollout"), ["BULK_ROLLOUT_NOT_READY"]);
    let ask = json!({ "id": waiting["id"], "digest": waiting["digest"] });
    done(&mutate(owner, "requestBulkRolloutApproval", "RequestBulkRolloutApprovalInput", ask.clone()).await, "requestBulkRolloutApproval");
    let decide =
        |decision: &str, digest: &Value| json!({ "id": waiting["id"], "digest": digest, "decision": decision, "comment": "looked at" });
    let decision = async |client: &harness::Client, input: Value| {
        mutate(client, "decideBulkRolloutApproval", "DecideBulkRolloutApprovalInput", input).await
    };
    let own = decision(owner, decide("APPROVE", &waiting["digest"])).await;
    assert_eq!(own.user_errors("decideBulkRolloutApproval"), ["CANNOT_SELF_APPROVE"]);
    let other = decision(&approver, decide("APPROVE", &json!("0".repeat(64)))).await;
    assert_eq!(other.user_errors("decideBulkRolloutApproval"), ["STALE_REVIEW"]);
    let approved = done(&decision(&approver, decide("APPROVE", &waiting["digest"])).await, "decideBulkRolloutApproval");
    assert_eq!(approved["status"], "READY", "{approved:#}");
    stage.start(&approved).await;
    stage.until(&made, |seen| [0, 1].iter().all(|tenant| stage.rollout(seen, *tenant)["phase"] == 1)).await;
    stage.stop("rollBackBulkRollout", &made).await;
    let end = stage.until(&made, |seen| seen["status"] == "ROLLED_BACK" && !seen["endedAt"].is_null()).await;
    for tenant in [0, 1] {
        let twin = stage.rollout(&end, tenant)["twin"]["graphId"].as_str().unwrap().to_owned();
        assert_eq!(stage.live(tenant, &twin).await["state"], "disabled");
    }

    // What is rejected is cancelled, in every tenant.
    let second = stage.create(json!({})).await;
    let waiting = stage.until(&second, |seen| seen["status"] == "AWAITING_APPROVAL").await;
    let ask = json!({ "id": waiting["id"], "digest": waiting["digest"] });
    done(&mutate(owner, "requestBulkRolloutApproval", "RequestBulkRolloutApprovalInput", ask).await, "requestBulkRolloutApproval");
    let no = json!({ "id": waiting["id"], "digest": waiting["digest"], "decision": "REJECT", "comment": "not now" });
    let rejected = done(&decision(&approver, no).await, "decideBulkRolloutApproval");
    assert_eq!((&rejected["status"], &rejected["counts"]["cancelled"]), (&json!("CANCELLED"), &json!(2)), "{rejected:#}");
    assert_eq!(stage.rollout(&rejected, 0)["endReason"], "REJECTED", "{rejected:#}");
}

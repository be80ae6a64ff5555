//! One approval of the plan, by another person, for all of its steps; and an owner's emergency passes a rollout.

use harness::Database;
use harness::world::require_approval;
use serde_json::{Value, json};

use super::{Stage, done, mutate};

on_both_databases!(
    a_second_person_approves_the_plan,
    a_rule_that_only_a_step_can_meet_is_asked_about_the_plan,
    an_emergency_passes_the_rollout
);

async fn a_second_person_approves_the_plan(database: Database) {
    let stage = Stage::set(database).await;
    let owner = &stage.owner;
    let approver = stage.world.server.client("APPROVER").await;
    require_approval(owner).await;
    let planned = stage.planned(json!({})).await;
    assert_eq!(planned["awaitingApproval"], true, "{planned:#}");
    let start = |rollout: &Value| json!({ "id": rollout["id"], "expectedRevision": rollout["revision"], "confirmForecast": true });
    let refused = mutate(owner, "startRollout", "StartRolloutInput", start(&planned)).await;
    assert_eq!(refused.user_errors("startRollout"), ["NOT_APPROVED"]);

    let ask = |rollout: &Value| json!({ "id": rollout["id"], "digest": rollout["digest"] });
    let waiting =
        done(&mutate(owner, "requestRolloutApproval", "RequestRolloutApprovalInput", ask(&planned)).await, "requestRolloutApproval");
    let decide = |rollout: &Value| json!({ "id": rollout["id"], "digest": rollout["digest"], "decision": "APPROVE" });
    let own = mutate(owner, "decideRolloutApproval", "DecideRolloutApprovalInput", decide(&waiting)).await;
    assert_eq!(own.user_errors("decideRolloutApproval"), ["CANNOT_SELF_APPROVE"]);

    // An edit voids what was asked for.
    let groups = stage.groups().await;
    let phases = json!([{ "groupIds": [groups[0]], "minBakeSeconds": 0 }, { "groupIds": [groups[1], groups[2]], "minBakeSeconds": 0 }]);
    let edit = json!({ "id": waiting["id"], "expectedRevision": waiting["revision"], "phases": phases });
    let edited = done(&mutate(owner, "editRollout", "EditRolloutInput", edit).await, "editRollout");
    let stale = mutate(&approver, "decideRolloutApproval", "DecideRolloutApprovalInput", decide(&waiting)).await;
    assert_eq!(stale.user_errors("decideRolloutApproval"), ["NOT_APPROVED"], "nothing waits any more");
    let waiting =
        done(&mutate(owner, "requestRolloutApproval", "RequestRolloutApprovalInput", ask(&edited)).await, "requestRolloutApproval");
    let approved =
        done(&mutate(&approver, "decideRolloutApproval", "DecideRolloutApprovalInput", decide(&waiting)).await, "decideRolloutApproval");
    assert_eq!(approved["awaitingApproval"], false, "{approved:#}");
    done(&mutate(owner, "startRollout", "StartRolloutInput", start(&approved)).await, "startRollout");
    let running = stage.until(&approved, |seen| seen["status"] == "RUNNING").await;
    // Each step was approved by the plan's approver, as its own change.
    let query = "{ changeRequests(first: 10) { nodes { rollout { id } requiresApproval approvals { state } status } } }";
    let changes = owner.send(query, json!({})).await.at("/changeRequests/nodes").as_array().unwrap().clone();
    let own: Vec<&Value> = changes.iter().filter(|change| change["rollout"]["id"] == running["id"]).collect();
    assert_eq!(own.len(), 2, "{changes:#?}");
    assert!(own.iter().all(|change| change["requiresApproval"] == true && change["approvals"][0]["state"] == "APPROVED"), "{own:#?}");
}

async fn a_rule_that_only_a_step_can_meet_is_asked_about_the_plan(database: Database) {
    let stage = Stage::set(database).await;
    let approver = stage.world.server.client("APPROVER").await;
    let set = crate::approvals::settings(&stage.owner, json!({ "approvalRules": { "severity": "INFO", "wouldBlock": 1 } })).await;
    assert_eq!(set.user_errors("updateWorkspace"), Vec::<String>::new(), "{:#}", set.body);
    let planned = stage.planned(json!({})).await;
    assert_eq!(planned["awaitingApproval"], true, "{planned:#}");
    let about = json!({ "id": planned["id"], "digest": planned["digest"] });
    done(&mutate(&stage.owner, "requestRolloutApproval", "RequestRolloutApprovalInput", about.clone()).await, "requestRolloutApproval");
    let mut decision = about;
    decision["decision"] = json!("APPROVE");
    let approved = done(&mutate(&approver, "decideRolloutApproval", "DecideRolloutApprovalInput", decision).await, "decideRolloutApproval");
    stage.start(&approved).await;
    stage.until(&approved, |seen| seen["status"] == "RUNNING" && seen["phase"] == 1).await;
}

async fn an_emergency_passes_the_rollout(database: Database) {
    let stage = Stage::set(database).await;
    let running = stage.running(json!({})).await;
    let input = json!({ "policyId": running["twin"]["id"], "to": "REPORT_ONLY", "reason": "people are locked out" });
    let query =
        "mutation($input: LoosenInEmergencyInput!) { loosenInEmergency(input: $input) { change { id } userErrors { code message } } }";
    let loosened = stage.owner.send(query, json!({ "input": input })).await;
    assert_eq!(loosened.user_errors("loosenInEmergency"), Vec::<String>::new(), "{:#}", loosened.body);
    let paused = stage.until(&running, |seen| seen["status"] == "PAUSED").await;
    assert_eq!(paused["pause"]["reason"], "FOREIGN_EDIT", "{paused:#}");
    assert_eq!(stage.twin(&paused).await["state"], "enabledForReportingButNotEnforced");
}

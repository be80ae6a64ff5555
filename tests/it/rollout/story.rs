//! A rollout from its plan to its end, with a step back, and what it keeps others from meanwhile.

use harness::{Database, Socket};
use serde_json::{Value, json};

use super::{Stage, done, groups_of, kinds, mutate, reasoned, set_emergency, stop};
use crate::story::{codes, create, step};

on_both_databases!(from_the_plan_to_the_end, emergency_access_that_no_policy_names_is_excluded_too);

const STATUS: &str = "subscription($id: ID!) { rolloutStatus(id: $id) { cursor at rollout { status phase guidance nextPhase { number } \
    verdict { outcome counts { users blockedUsers } } pause { reason } } } }";

async fn from_the_plan_to_the_end(database: Database) {
    let stage = Stage::set(database).await;
    let owner = &stage.owner;
    let query = "query($id: ID!) { rolloutPlan(policyId: $id) { digest eligibility { eligible reasons { code met text } } \
        plan { reasoning phases { number reasoning members groups { name reasoning } forecast { users notMeasurable } } } } }";
    let proposal = owner.send(query, json!({ "id": stage.policy["id"] })).await.at("/rolloutPlan").clone();
    assert_eq!(proposal["eligibility"]["eligible"], true, "{proposal:#}");
    assert_eq!(proposal["plan"]["phases"].as_array().unwrap().len(), 5, "{proposal:#}");
    assert!(proposal["plan"]["phases"].as_array().unwrap().iter().all(|phase| phase["members"].is_u64() && !phase["forecast"].is_null()));

    let planned = stage.planned(json!({})).await;
    assert_eq!((&planned["status"], &planned["phase"]), (&json!("PLANNED"), &json!(0)), "{planned:#}");
    let groups = first_groups(&planned);
    let second = mutate(owner, "createRollout", "CreateRolloutInput", json!({ "policyId": stage.policy["id"] })).await;
    assert_eq!(second.user_errors("createRollout"), ["ROLLOUT_EXISTS"]);
    let mut status = Socket::subscribe(stage.world.server.base(), owner.token().unwrap(), STATUS, json!({ "id": planned["id"] })).await;
    let first = status.next().await.unwrap()["rolloutStatus"].clone();
    assert_eq!(first["rollout"]["status"], "PLANNED", "the present state comes first: {first:#}");

    stage.start(&planned).await;
    let running = stage.until(&planned, |seen| seen["status"] == "RUNNING").await;
    assert_eq!(running["phase"], 1, "{running:#}");
    let twin = stage.twin(&running).await;
    assert_eq!((&twin["state"], groups_of(&twin)), (&json!("enabled"), vec![groups[0].clone()]), "{twin:#}");
    let users = &twin["conditions"]["users"];
    assert_eq!(users["includeUsers"], json!([]), "{twin:#}");
    assert!(users["excludeGroups"].as_array().unwrap().contains(&json!(stage.emergency)), "{twin:#}");
    assert_eq!(stage.original().await["state"], "enabledForReportingButNotEnforced");

    others_are_kept_away(&stage, &running).await;

    // Nobody signed in: nothing is proven, and a person has to name the verdict to go on.
    let judged = stage.until(&running, |seen| !seen["verdict"].is_null()).await;
    let bare = json!({ "id": judged["id"], "expectedRevision": judged["revision"] });
    let refused = mutate(owner, "advanceRollout", "ForwardRolloutInput", bare).await;
    assert_eq!(refused.user_errors("advanceRollout"), ["NOT_HEALTHY"], "{:#}", refused.body);
    stage.override_forward("advanceRollout", &running).await;
    let two = stage.until(&running, |seen| seen["status"] == "RUNNING" && seen["phase"] == 2).await;
    assert_eq!(groups_of(&stage.twin(&two).await).len(), 2);

    // A step back takes exactly the last phase's group; going on starts the phase's clocks anew.
    done(&reasoned(owner, "revertRolloutPhase", &stage.see(&two).await).await, "revertRolloutPhase");
    let back = stage.until(&two, |seen| seen["status"] == "PAUSED" && seen["phase"] == 1).await;
    assert_eq!(groups_of(&stage.twin(&back).await), vec![groups[0].clone()]);
    assert_eq!(back["pause"]["reason"], "ASKED");
    done(&reasoned(owner, "resumeRollout", &stage.see(&back).await).await, "resumeRollout");
    stage.until(&back, |seen| seen["status"] == "RUNNING" && seen["phase"] == 1).await;

    for phase in 2..=3 {
        stage.override_forward("advanceRollout", &running).await;
        stage.until(&running, |seen| seen["status"] == "RUNNING" && seen["phase"] == phase).await;
    }
    stage.override_forward("completeRollout", &running).await;
    let ended = stage.until(&running, |seen| seen["status"] == "COMPLETED").await;
    assert_eq!(stage.original().await["state"], "enabled");
    let writes = stage.world.cloud.writes(stage.sim.tenant_id).await;
    let on = writes.iter().position(|write| write["effect"]["id"] == stage.policy["graphId"]).unwrap();
    assert!(on < writes.len() - 1, "the twin is let go after the original is on: {writes:#?}");
    let again = stop(owner, "cancelRollout", &ended).await;
    assert_eq!(again.user_errors("cancelRollout"), ["ROLLOUT_NOT_READY"]);

    // The twin is deleted after its time, and the policy is free again.
    let gone = "query($id: ID!) { rollout(id: $id) { twin { deletedAt } policy { activeRollout { id } } } }";
    let until = tokio::time::Instant::now() + super::PATIENCE;
    loop {
        let seen = owner.send(gone, json!({ "id": ended["id"] })).await;
        assert!(seen.at("/rollout/policy/activeRollout").is_null());
        if !seen.at("/rollout/twin/deletedAt").is_null() {
            break;
        }
        assert!(tokio::time::Instant::now() < until, "the twin stays: {:#}", seen.body);
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    it_is_told(&stage, &ended, &mut status).await;
}

/// Nobody else changes either policy, and nobody takes the rollout's own changes one by one.
async fn others_are_kept_away(stage: &Stage, running: &Value) {
    let owner = &stage.owner;
    let query = "query($id: ID!) { policy(id: $id) { id graphId displayName revision activeRollout { id } } }";
    for policy in [&running["policy"], &running["twin"]] {
        let row = owner.send(query, json!({ "id": policy["id"] })).await.at("/policy").clone();
        assert_eq!(row["activeRollout"]["id"], running["id"], "{row:#}");
        let change = step(owner, "runDryRun", &create(owner, &row, json!({ "rename": { "displayName": "Another name" } })).await).await;
        assert_eq!(change["status"], "DRY_RUN_BLOCKED", "{change:#}");
        assert!(change.to_string().contains("ROLLOUT_OWNS_POLICY"), "{change:#}");
        let refused = codes(owner, "applyChange", &change).await;
        assert!(refused == ["CRITICAL_WARNING"] || refused == ["ROLLOUT_OWNS_POLICY"], "{refused:?}");
    }
    let own = "query { changeRequests(first: 20) { nodes { id status revision rollout { id } dryRun { digest } } } }";
    let changes = owner.send(own, json!({})).await.at("/changeRequests/nodes").as_array().unwrap().clone();
    let mine = changes.iter().find(|change| change["rollout"]["id"] == running["id"]).unwrap();
    assert_eq!(codes(owner, "rollbackChange", mine).await, ["PART_OF_ROLLOUT"]);
}

async fn it_is_told(stage: &Stage, ended: &Value, status: &mut Socket) {
    let told = stage.told(ended).await;
    let told = kinds(&told);
    for kind in ["CREATED", "STARTED", "PHASE_STARTED", "VERDICT", "PAUSED", "REVERTED", "RESUMED", "PROTECTION_REDUCED", "COMPLETED"] {
        assert!(told.contains(&kind), "{kind} is not among {told:?}");
    }
    let audit = stage.owner.send("{ auditLog(first: 100) { nodes { action } } }", json!({})).await;
    for action in ["createRollout", "startRollout", "advanceRollout", "revertRolloutPhase", "resumeRollout", "completeRollout"] {
        assert!(audit.at("/auditLog").to_string().contains(&format!("\"{action}\"")), "{action} is not in the audit log");
    }
    let mut seen = Vec::new();
    loop {
        let state = status.next().await.expect("the stream goes on")["rolloutStatus"]["rollout"]["status"].as_str().unwrap().to_owned();
        let last = state == "COMPLETED";
        seen.push(state);
        if last {
            break;
        }
    }
    // What passes within a moment may be skipped; the last state never is.
    assert!(seen.iter().any(|state| state == "RUNNING"), "{seen:?}");
}

async fn emergency_access_that_no_policy_names_is_excluded_too(database: Database) {
    let stage = Stage::set(database).await;
    let owner = &stage.owner;
    let (group, user) = ("5b0f7f0a-54f1-4d53-8c35-0c8f2f4e5a99", "5b0f7f0a-54f1-4d53-8c35-0c8f2f4e5a98");
    let objects = json!({
        "groups": [{ "id": group, "displayName": "Emergency, new" }],
        "users": [{ "id": user, "displayName": "Emergency", "userPrincipalName": "emergency@new.example" }],
        "memberships": [[stage.emergency, user]],
    });
    stage.world.cloud.call("POST", &format!("/tenants/{}/objects", stage.sim.tenant_id), objects).await;
    let query = "query($id: ID!) { policy(id: $id) { tenant { id } } }";
    let tenant = owner.send(query, json!({ "id": stage.policy["id"] })).await.text("/policy/tenant/id");

    // The original is enabled for everybody at the end: it has to exclude them itself.
    set_emergency(owner, &tenant, group).await;
    let query = "query($id: ID!) { rolloutPlan(policyId: $id) { eligibility { reasons { code met } } } }";
    let seen = owner.send(query, json!({ "id": stage.policy["id"] })).await;
    let reasons = seen.at("/rolloutPlan/eligibility/reasons").as_array().unwrap().clone();
    assert!(reasons.contains(&json!({ "code": "EMERGENCY_EXCLUDED", "met": false })), "{reasons:#?}");
    let refused = mutate(owner, "createRollout", "CreateRolloutInput", json!({ "policyId": stage.policy["id"] })).await;
    assert_eq!(refused.user_errors("createRollout"), ["ROLLOUT_NOT_ELIGIBLE"]);

    // An account that it excludes by a group only.
    set_emergency(owner, &tenant, user).await;
    let running = stage.running(json!({})).await;
    let excluded = stage.twin(&running).await["conditions"]["users"]["excludeUsers"].clone();
    assert!(excluded.as_array().unwrap().contains(&json!(user)), "{excluded:#}");
}

/// The group of each phase, as it was planned: the proposal moves on with every sign-in that is read.
fn first_groups(planned: &Value) -> Vec<String> {
    let phases = planned["plan"]["phases"].as_array().unwrap();
    phases.iter().map(|phase| phase["groups"][0]["groupId"].as_str().unwrap().to_owned()).collect()
}

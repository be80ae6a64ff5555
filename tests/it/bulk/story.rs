//! The whole story: three tenants, one of which is blocked and left out, a second person's approval, canary, apply, a failure, retry and
//! rollback.

use harness::Database;
use harness::bulk::{apply, create, done, dry_run, ended, items, mutate, of_tenant, see, states, step, try_apply, try_step};
use harness::many::{GROUP, group_id};
use harness::world::require_approval;
use serde_json::{Value, json};

use super::Stage;

on_both_databases!(a_bulk_change_from_draft_to_rolled_back, a_location_comes_before_the_policy_that_needs_it);

async fn a_bulk_change_from_draft_to_rolled_back(database: Database) {
    let stage = Stage::set(database, 4).await;
    let (owner, tenants) = (&stage.owner, &stage.tenants);
    require_approval(&stage.owner).await;
    // The last tenant has a second group of the name: which one is meant?
    let twin = json!({ "groups": [{ "id": "5b0f7f0a-54f1-4d53-8c35-0c8f2f4e5a77", "displayName": GROUP }] });
    stage.world.cloud.call("POST", &format!("/tenants/{}/objects", tenants[3].entra), twin).await;

    let mut input = stage.input(json!({ "assignmentChange": { "excludeGroups": { "add": [GROUP] } } }));
    input["strategy"] = json!({ "canaryTenantIds": [tenants[0].id], "failureTolerance": { "count": 1 } });
    input["note"] = json!("Nobody is locked out");
    let bulk = create(owner, input).await;
    assert_eq!((&bulk["status"], &bulk["digest"], &bulk["tenantCount"]), (&json!("DRAFT"), &Value::Null, &json!(4)), "{bulk:#}");

    let planned = dry_run(owner, &bulk).await;
    assert_eq!(planned["status"], "DRY_RUN_BLOCKED", "{planned:#}");
    let listed = items(owner, &bulk).await;
    let blocked = of_tenant(&listed, &tenants[3].id);
    assert_eq!((&blocked["state"], &blocked["blocked"]["code"]), (&json!("BLOCKED"), &json!("REFERENCE_AMBIGUOUS")), "{blocked:#}");
    let resolved = of_tenant(&listed, &tenants[1].id);
    let reference = &resolved["resolution"]["references"][0];
    assert_eq!((&reference["source"], &reference["given"]), (&json!("NAME"), &json!(GROUP)), "{resolved:#}");
    assert_eq!(reference["objectId"], group_id(1).to_string(), "each tenant's own group");
    assert_eq!(resolved["change"]["dryRun"]["diff"][0]["path"], "conditions.users.excludeGroups", "{resolved:#}");

    let left_out =
        json!({ "id": bulk["id"], "tenantId": tenants[3].id, "reason": "two groups of the name", "expectedRevision": planned["revision"] });
    let ready = done(&mutate(owner, "excludeTenant", "ExcludeTenantInput", left_out).await, "excludeTenant");
    assert_eq!((&ready["status"], &ready["counts"]["excluded"]), (&json!("DRY_RUN_COMPLETE"), &json!(1)), "{ready:#}");
    assert_eq!(try_apply(owner, "applyBulkChange", &ready).await.user_errors("applyBulkChange"), ["NOT_APPROVED"]);

    let waiting = step(owner, "requestBulkApproval", &ready).await;
    assert_eq!(waiting["status"], "AWAITING_APPROVAL", "{waiting:#}");
    let decision = |digest: &Value| json!({ "id": bulk["id"], "decision": "APPROVE", "digest": digest });
    let own = mutate(owner, "decideBulkApproval", "DecideBulkApprovalInput", decision(&waiting["digest"])).await;
    assert_eq!(own.user_errors("decideBulkApproval"), ["CANNOT_SELF_APPROVE"]);
    let approver = stage.world.server.client("APPROVER").await;
    let stale = mutate(&approver, "decideBulkApproval", "DecideBulkApprovalInput", decision(&json!("0".repeat(64)))).await;
    assert_eq!(stale.user_errors("decideBulkApproval"), ["STALE_REVIEW"]);
    let approved = mutate(&approver, "decideBulkApproval", "DecideBulkApprovalInput", decision(&waiting["digest"])).await;
    let approved = done(&approved, "decideBulkApproval");
    assert_eq!(approved["status"], "DRY_RUN_COMPLETE", "{approved:#}");

    stage.refuse(2, 1).await;
    apply(owner, "applyBulkChange", &approved).await;
    let partial = ended(owner, &bulk).await;
    assert_eq!(partial["status"], "APPLIED_PARTIAL", "{partial:#}");
    let listed = items(owner, &bulk).await;
    assert_eq!(states(&listed), [("APPLIED".to_owned(), 2), ("EXCLUDED".to_owned(), 1), ("FAILED".to_owned(), 1)].into());
    let failed = of_tenant(&listed, &tenants[2].id);
    assert_eq!(
        (&failed["failure"]["code"], &failed["failure"]["details"]["stage"]),
        (&json!("GRAPH_REJECTED"), &json!("WRITE")),
        "{failed:#}"
    );
    assert_eq!(stage.writes().await, [1, 1, 0, 0], "the excluded tenant was never touched");

    // Only the one that failed is planned again; what was approved stands, because nothing of it changed.
    let retried = step(owner, "retryFailed", &partial).await;
    let retried = harness::bulk::wait_while(owner, &retried, &["DRY_RUNNING"]).await;
    assert_eq!((&retried["status"], &retried["counts"]["ready"]), (&json!("DRY_RUN_COMPLETE"), &json!(1)), "{retried:#}");
    apply(owner, "applyBulkChange", &retried).await;
    let whole = ended(owner, &bulk).await;
    assert_eq!(whole["status"], "APPLIED", "{whole:#}");
    assert_eq!(stage.writes().await, [1, 1, 1, 0], "what was applied is not applied again");
    for (number, tenant) in tenants.iter().take(3).enumerate() {
        let live = stage.world.live(tenant).await;
        assert_eq!(live["conditions"]["users"]["excludeGroups"], json!([group_id(number)]));
    }

    assert!(!try_step(owner, "cancelBulkChange", &whole).await.user_errors("cancelBulkChange").is_empty(), "nothing is left to cancel");
    apply(owner, "rollbackBulk", &see(owner, &bulk).await).await;
    let back = ended(owner, &bulk).await;
    assert_eq!((&back["status"], &back["counts"]["rolledBack"]), (&json!("ROLLED_BACK"), &json!(3)), "{back:#}");
    assert_eq!(stage.writes().await, [2, 2, 2, 0]);
    let live = stage.world.live(&tenants[0]).await;
    assert_eq!(live["conditions"]["users"]["excludeGroups"], json!([]), "{live:#}");
    steps_are_told(&stage, &bulk).await;
}

/// The steps are in the bulk's own timeline and in the audit log.
async fn steps_are_told(stage: &Stage, bulk: &Value) {
    let query = "query($id: ID!) { bulkChange(id: $id) { timeline(first: 100) { nodes { __typename ... on BulkChangeEvent { kind step } } } } \
        auditLog(first: 100) { nodes { action } } }";
    let answer = stage.owner.send(query, json!({ "id": bulk["id"] })).await;
    let nodes = answer.at("/bulkChange/timeline/nodes").as_array().unwrap().clone();
    assert_eq!(nodes[0]["kind"], "CREATED", "{nodes:#?}");
    let told: Vec<&str> = nodes.iter().filter_map(|node| node["step"].as_str()).collect();
    let expected = ["runBulkDryRun", "excludeTenant", "requestBulkApproval", "decideBulkApproval", "applyBulkChange", "retryFailed"];
    for name in expected.into_iter().chain(["rollbackBulk"]) {
        assert!(told.contains(&name), "{name} is not among {told:?}");
        assert!(answer.at("/auditLog").to_string().contains(&format!("\"{name}\"")), "{name} is not in the audit log");
    }
}

async fn a_location_comes_before_the_policy_that_needs_it(database: Database) {
    let stage = Stage::set(database, 2).await;
    let (owner, tenants) = (&stage.owner, &stage.tenants);
    // The first tenant has the location already.
    let there = json!({ "namedLocations": [{
        "id": "5b0f7f0a-54f1-4d53-8c35-0c8f2f4e5b01", "@odata.type": "#microsoft.graph.ipNamedLocation", "displayName": "Offices",
        "isTrusted": false, "ipRanges": [{ "@odata.type": "#microsoft.graph.iPv4CidrRange", "cidrAddress": "203.0.113.0/24" }],
    }] });
    stage.world.cloud.call("POST", &format!("/tenants/{}/objects", tenants[0].entra), there).await;
    crate::drift::resync(owner, &tenants[0].id).await;

    let mut input =
        stage.input(json!({ "conditionChange": { "locations": { "includeLocations": ["All"], "excludeLocations": ["Offices"] } } }));
    input["prerequisites"] =
        json!([{ "displayName": "Offices", "location": { "ip": { "ipRanges": ["203.0.113.0/24"], "isTrusted": false } } }]);
    let bulk = dry_run(owner, &create(owner, input).await).await;
    assert_eq!(bulk["status"], "DRY_RUN_COMPLETE", "{bulk:#} {:#?}", items(owner, &bulk).await);
    let listed = items(owner, &bulk).await;
    let found: Vec<(&str, i64)> = listed.iter().map(|item| (item["state"].as_str().unwrap(), item["step"].as_i64().unwrap())).collect();
    assert_eq!(found, [("SATISFIED", 1), ("READY", 2), ("READY", 1), ("READY", 2)], "{listed:#?}");

    apply(owner, "applyBulkChange", &bulk).await;
    let whole = ended(owner, &bulk).await;
    assert_eq!(whole["status"], "APPLIED", "{whole:#} {:#?}", items(owner, &bulk).await);
    assert_eq!(stage.writes().await, [1, 2], "the location is made only where it was missing");
    let made = stage.world.writes_of(&tenants[1]).await[0]["effect"]["id"].clone();
    let live = stage.world.live(&tenants[1]).await;
    assert_eq!(live["conditions"]["locations"]["excludeLocations"], json!([made]), "{live:#}");
}

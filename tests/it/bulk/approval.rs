//! One approval for the whole, bound to what was reviewed; and a change of a bulk change takes no step of its own.

use api::system::SystemClock;
use chrono::TimeDelta;
use domain::env::Clock;
use harness::bulk::{create, done, dry_run, items, mutate, see, step};
use harness::world::require_approval;
use harness::{Client, Database};
use serde_json::{Value, json};

use super::Stage;

on_both_databases!(
    a_change_of_a_bulk_change_takes_no_step_of_its_own,
    a_request_for_the_whole_can_be_taken_back,
    leaving_a_tenant_out_voids_the_approval
);

async fn a_change_of_a_bulk_change_takes_no_step_of_its_own(database: Database) {
    let stage = Stage::set(database, 2).await;
    let owner = &stage.owner;
    let bulk = dry_run(owner, &create(owner, stage.rename("As a whole")).await).await;
    let change = items(owner, &bulk).await[0]["change"].clone();
    let (id, revision, digest) = (&change["id"], &change["revision"], &change["dryRun"]["digest"]);
    let reference = json!({ "id": id, "expectedRevision": revision });
    let fire = crate::members::instant(SystemClock.now() + TimeDelta::minutes(5));
    let steps = [
        (
            "editChange",
            "EditChangeInput",
            json!({ "id": id, "expectedRevision": revision, "payload": { "rename": { "displayName": "Mine" } } }),
        ),
        ("runDryRun", "ChangeRef", reference.clone()),
        ("cancelChange", "ChangeRef", reference.clone()),
        ("requestApproval", "ChangeRef", reference.clone()),
        ("applyChange", "ApplyInput", json!({ "id": id, "expectedRevision": revision, "digest": digest })),
        (
            "scheduleChange",
            "ScheduleChangeInput",
            json!({ "id": id, "expectedRevision": revision, "digest": digest, "mode": "WITHIN_DRY_RUN", "fireAt": fire }),
        ),
    ];
    for (mutation, kind, input) in steps {
        let query = format!("mutation($input: {kind}!) {{ {mutation}(input: $input) {{ userErrors {{ code message }} }} }}");
        let answer = owner.send(&query, json!({ "input": input })).await;
        assert_eq!(answer.user_errors(mutation), ["PART_OF_BULK"], "{mutation}: {:#}", answer.body);
    }
    let named = owner.send("query($id: ID!) { changeRequest(id: $id) { status bulkChange { id } } }", json!({ "id": id })).await;
    assert_eq!(named.at("/changeRequest"), &json!({ "status": "DRY_RUN_COMPLETE", "bulkChange": { "id": bulk["id"] } }));
    assert_eq!(stage.writes().await, [0, 0]);
}

async fn a_request_for_the_whole_can_be_taken_back(database: Database) {
    let stage = Stage::set(database, 2).await;
    let owner = &stage.owner;
    require_approval(&stage.owner).await;
    let bulk = dry_run(owner, &create(owner, stage.rename("Reviewed twice")).await).await;
    assert_eq!(approval(owner, &bulk).await, Value::Null, "nobody was asked");
    let waiting = step(owner, "requestBulkApproval", &bulk).await;
    assert_eq!((&waiting["status"], &waiting["counts"]["awaitingApproval"]), (&json!("AWAITING_APPROVAL"), &json!(2)), "{waiting:#}");
    let approve = |digest: &Value| json!({ "id": bulk["id"], "decision": "APPROVE", "digest": digest });
    let by = async |client: &Client, digest: &Value| {
        mutate(client, "decideBulkApproval", "DecideBulkApprovalInput", approve(digest)).await.user_errors("decideBulkApproval")
    };
    assert_eq!(approval(owner, &bulk).await, json!({ "state": "PENDING", "quorum": 1, "given": [] }));
    let approver = stage.world.server.client("APPROVER").await;
    assert_eq!(by(owner, &waiting["digest"]).await, ["CANNOT_SELF_APPROVE"], "the creator of the whole created each part of it");
    assert_eq!(by(&approver, &json!("what nobody saw")).await, ["STALE_REVIEW"]);

    let withdrawn = step(owner, "withdrawBulkApproval", &waiting).await;
    assert_eq!(withdrawn["status"], "DRY_RUN_COMPLETE", "{withdrawn:#}");
    assert_eq!(by(&approver, &withdrawn["digest"]).await, ["BULK_NOT_READY"]);
    let refused = harness::bulk::try_step(owner, "withdrawBulkApproval", &withdrawn).await;
    assert_eq!(refused.user_errors("withdrawBulkApproval"), ["BULK_NOT_READY"]);

    let again = step(owner, "requestBulkApproval", &withdrawn).await;
    assert_eq!(by(&approver, &again["digest"]).await, Vec::<String>::new());
    let given = approval(owner, &bulk).await;
    assert_eq!((&given["state"], given["given"].as_array().unwrap().len()), (&json!("APPROVED"), 1), "{given:#}");
    let applied = harness::bulk::apply(owner, "applyBulkChange", &see(owner, &bulk).await).await;
    assert_eq!(harness::bulk::ended(owner, &applied).await["status"], "APPLIED");
    assert_eq!(stage.writes().await, [1, 1]);
}

async fn leaving_a_tenant_out_voids_the_approval(database: Database) {
    let stage = Stage::set(database, 2).await;
    let owner = &stage.owner;
    require_approval(&stage.owner).await;
    let bulk = dry_run(owner, &create(owner, stage.rename("Reviewed")).await).await;
    let waiting = step(owner, "requestBulkApproval", &bulk).await;
    let approver = stage.world.server.client("APPROVER").await;
    let input = json!({ "id": bulk["id"], "decision": "APPROVE", "digest": waiting["digest"] });
    let approved = done(&mutate(&approver, "decideBulkApproval", "DecideBulkApprovalInput", input).await, "decideBulkApproval");
    let left_out =
        json!({ "id": bulk["id"], "tenantId": stage.tenants[0].id, "reason": "later", "expectedRevision": approved["revision"] });
    let smaller = done(&mutate(owner, "excludeTenant", "ExcludeTenantInput", left_out.clone()).await, "excludeTenant");
    assert_ne!(smaller["digest"], approved["digest"], "another whole");
    let refused = harness::bulk::try_apply(owner, "applyBulkChange", &smaller).await;
    assert_eq!(refused.user_errors("applyBulkChange"), ["NOT_APPROVED"], "{:#}", refused.body);
    let stale = mutate(owner, "excludeTenant", "ExcludeTenantInput", left_out).await;
    assert_eq!(stale.user_errors("excludeTenant"), ["STALE_REVISION"]);

    let back = json!({ "id": bulk["id"], "tenantId": stage.tenants[0].id, "expectedRevision": smaller["revision"] });
    let whole = done(&mutate(owner, "includeTenant", "IncludeTenantInput", back).await, "includeTenant");
    let whole = dry_run(owner, &whole).await;
    assert_eq!((&whole["status"], &whole["counts"]["ready"]), (&json!("DRY_RUN_COMPLETE"), &json!(2)), "{whole:#}");
    let again = step(owner, "requestBulkApproval", &whole).await;
    let reject = json!({ "id": bulk["id"], "decision": "REJECT", "digest": again["digest"], "comment": "not this month" });
    let rejected = done(&mutate(&approver, "decideBulkApproval", "DecideBulkApprovalInput", reject).await, "decideBulkApproval");
    assert_eq!(rejected["status"], "CANCELLED", "{rejected:#}");
    assert_eq!(see(owner, &bulk).await["counts"]["cancelled"], Value::from(2));
}

/// The approval of the whole, as its page shows it.
async fn approval(client: &Client, bulk: &Value) -> Value {
    let query = "query($id: ID!) { bulkChange(id: $id) { approval { state quorum given { by { id } } } } }";
    client.send(query, json!({ "id": bulk["id"] })).await.at("/bulkChange/approval").clone()
}

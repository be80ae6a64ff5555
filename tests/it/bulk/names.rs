//! What a bulk payload's names and targets stand for: exactly one thing in each tenant, or that tenant is blocked; and what a bulk payload
//! cannot be.

use harness::Database;
use harness::bulk::{create, dry_run, items, mutate, of_tenant, states, try_apply};
use harness::many::{GROUP, POLICY, group_id, object_id};
use serde_json::{Value, json};

use super::Stage;

on_both_databases!(
    a_target_matches_one_policy_or_blocks,
    a_missing_exclusion_fails_closed_until_a_name_is_kept,
    what_cannot_be_a_bulk_change
);

async fn a_target_matches_one_policy_or_blocks(database: Database) {
    let stage = Stage::set(database, 3).await;
    let (owner, tenants) = (&stage.owner, &stage.tenants);
    let cloud = &stage.world.cloud;
    // One tenant's policy has another name, and one tenant has two of the name.
    cloud.portal_edit(tenants[1].entra, &object_id(1, 2).to_string(), json!({ "displayName": "Something else" })).await;
    let mut second = stage.world.live(&tenants[2]).await;
    second["id"] = json!(object_id(2, 9));
    cloud.call("POST", &format!("/tenants/{}/objects", tenants[2].entra), json!({ "policies": [second] })).await;
    for tenant in &tenants[1..] {
        crate::drift::resync(owner, &tenant.id).await;
    }
    let bulk = dry_run(owner, &create(owner, stage.rename("New name")).await).await;
    assert_eq!(bulk["status"], "DRY_RUN_BLOCKED", "{bulk:#}");
    let listed = items(owner, &bulk).await;
    let codes: Vec<&Value> = tenants.iter().map(|tenant| &of_tenant(&listed, &tenant.id)["blocked"]["code"]).collect();
    assert_eq!(codes, [&Value::Null, &json!("TARGET_NOT_FOUND"), &json!("TARGET_AMBIGUOUS")], "{listed:#?}");
    assert_eq!(of_tenant(&listed, &tenants[0].id)["resolution"]["policyName"], POLICY);
    assert!(
        !try_apply(owner, "applyBulkChange", &bulk).await.user_errors("applyBulkChange").is_empty(),
        "a blocked tenant holds the whole"
    );

    // By id it is clear which one is meant; the tenants follow from the policies.
    let mut policies = Vec::new();
    for tenant in tenants {
        let found = stage.world.policies(owner, &tenant.id).await;
        policies.push(found.iter().find(|policy| policy["graphId"] == object_id(tenant.number, 2).to_string()).unwrap()["id"].clone());
    }
    let input = json!({ "target": { "policyIds": policies }, "payload": { "rename": { "displayName": "New name" } } });
    let bulk = dry_run(owner, &create(owner, input).await).await;
    assert_eq!((&bulk["status"], &bulk["tenantCount"]), (&json!("DRY_RUN_COMPLETE"), &json!(3)), "{bulk:#}");
}

async fn a_missing_exclusion_fails_closed_until_a_name_is_kept(database: Database) {
    let stage = Stage::set(database, 2).await;
    let (owner, tenants) = (&stage.owner, &stage.tenants);
    let input = stage.input(json!({ "assignmentChange": { "excludeGroups": { "add": ["Emergency"] } } }));
    let bulk = dry_run(owner, &create(owner, input.clone()).await).await;
    assert_eq!((&bulk["status"], &bulk["counts"]["blocked"]), (&json!("DRY_RUN_BLOCKED"), &json!(2)), "{bulk:#}");
    let listed = items(owner, &bulk).await;
    assert_eq!(listed[0]["blocked"]["code"], "REFERENCE_UNRESOLVED", "{:#}", listed[0]);
    assert_eq!(listed[0]["resolution"]["references"][0]["source"], "UNRESOLVED");

    for tenant in tenants {
        let revision = owner.send("query($id: ID!) { tenant(id: $id) { revision } }", json!({ "id": tenant.id })).await;
        let alias = json!({ "kind": "GROUP", "name": "Emergency", "objectId": group_id(tenant.number) });
        let input = json!({ "id": tenant.id, "expectedRevision": revision.at("/tenant/revision"), "aliases": [alias] });
        let query = "mutation($input: SetTenantAliasesInput!) { setTenantAliases(input: $input) { userErrors { code message } } }";
        let set = owner.send(query, json!({ "input": input })).await;
        assert_eq!(set.user_errors("setTenantAliases"), Vec::<String>::new(), "{:#}", set.body);
    }
    let again = dry_run(owner, &bulk).await;
    assert_eq!(again["status"], "DRY_RUN_COMPLETE", "{again:#} {:#?}", items(owner, &again).await);
    let listed = items(owner, &bulk).await;
    let reference = &of_tenant(&listed, &tenants[1].id)["resolution"]["references"][0];
    assert_eq!((&reference["source"], &reference["displayName"]), (&json!("ALIAS"), &json!(GROUP)), "{reference:#}");
    assert_eq!(reference["objectId"], group_id(1).to_string());
    assert_eq!(states(&listed), [("READY".to_owned(), 2)].into());
}

async fn what_cannot_be_a_bulk_change(database: Database) {
    let stage = Stage::set(database, 1).await;
    let owner = &stage.owner;
    let policy = stage.world.policies(owner, &stage.tenants[0].id).await[0]["id"].clone();
    let changed = |member: &str, value: Value| {
        let mut input = stage.rename("New name");
        input[member] = value;
        input
    };
    let cases = [
        ("a deletion", changed("payload", json!({ "delete": { "confirmDisplayName": POLICY } }))),
        ("a restoration", changed("payload", json!({ "restore": {} }))),
        ("an id of one tenant", changed("payload", json!({ "assignmentChange": { "excludeGroups": { "add": [group_id(0)] } } }))),
        ("no tenant", changed("tenantIds", json!([]))),
        ("no target", changed("target", Value::Null)),
        ("nobody at a time", changed("strategy", json!({ "maxConcurrent": 0 }))),
        ("too many at a time", changed("strategy", json!({ "maxConcurrent": 65 }))),
        ("more than all", changed("strategy", json!({ "failureTolerance": { "percent": 101 } }))),
        ("less than none", changed("strategy", json!({ "failureTolerance": { "count": -1 } }))),
        ("an empty name", changed("payload", json!({ "rename": { "displayName": "" } }))),
        ("a policy for a canary", changed("strategy", json!({ "canaryTenantIds": [policy] }))),
    ];
    for (what, input) in cases {
        let answer = mutate(owner, "createBulkChange", "CreateBulkChangeInput", input).await;
        assert_eq!(answer.user_errors("createBulkChange"), ["INVALID_INPUT"], "{what}: {:#}", answer.body);
    }
    let count = owner.send("{ bulkChanges { totalCount } }", json!({})).await;
    assert_eq!(count.at("/bulkChanges/totalCount"), 0);
}

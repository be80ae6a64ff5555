//! Two policies become one, step by step.

use harness::Database;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{done, of_kind, quiet, run};
use crate::drift::resync;
use crate::people::people;
use crate::story::apply;

on_both_databases!(two_policies_become_one_in_two_steps);

const GROUPS: [Uuid; 2] = [Uuid::from_u128(0xa6e1), Uuid::from_u128(0xa6e2)];

async fn two_policies_become_one_in_two_steps(database: Database) {
    let (world, owner, tenant) = quiet(database).await;
    let sim = world.sim_tenant();
    let users: Vec<Uuid> = (1..=2).map(|number| Uuid::from_u128(0xa6e1_0000 + number)).collect();
    let objects = json!({
        "users": users.iter().map(|id| json!({ "id": id, "displayName": format!("User {id}") })).collect::<Vec<_>>(),
        "groups": GROUPS.iter().map(|id| json!({ "id": id, "displayName": format!("Group {id}") })).collect::<Vec<_>>(),
        "memberships": [[GROUPS[0], users[0]], [GROUPS[1], users[1]]],
    });
    world.cloud.call("POST", &format!("/tenants/{}/objects", sim.tenant_id), objects).await;
    for (name, group) in ["Strong A", "Strong B"].into_iter().zip(GROUPS) {
        let body = json!({
            "displayName": name, "state": "enabled", "grantControls": { "operator": "OR", "builtInControls": ["mfa"] },
            "conditions": { "users": { "includeGroups": [group] }, "applications": { "includeApplications": ["All"] }, "clientAppTypes": ["all"] },
        });
        world.cloud.try_portal(sim.tenant_id, json!({ "method": "POST", "body": body })).await.expect("the portal accepts it");
    }
    resync(&owner, &tenant).await;
    people(&owner, &tenant).await;
    run(&owner, &tenant).await;
    let found = of_kind(&owner, &tenant, "CONSOLIDATION").await;
    assert_eq!(found["title"], "Merge \"Strong B\" into \"Strong A\"");
    let kinds: Vec<&Value> = found["steps"].as_array().unwrap().iter().map(|step| &step["kind"]).collect();
    assert_eq!(kinds, [&json!("POLICY_ASSIGNMENT_CHANGE"), &json!("POLICY_STATE_CHANGE")]);

    let mut suggestion = found;
    for expected in ["NEW", "APPLIED"] {
        let accepted = done(&owner, "acceptSuggestion", &suggestion, json!({})).await;
        let change = &accepted["change"];
        assert_eq!(change["status"], "DRY_RUN_COMPLETE", "{accepted:#}");
        apply(&owner, "applyChange", change).await;
        let applied = world.wait_for(&owner, change["id"].as_str().unwrap(), &["APPLIED", "FAILED"]).await;
        assert_eq!(applied["status"], "APPLIED", "{applied:#}");
        suggestion = of_kind(&owner, &tenant, "CONSOLIDATION").await;
        assert_eq!(suggestion["status"], expected, "{suggestion:#}");
    }
    let policies = world.policies(&owner, &tenant).await;
    let live = |name: &str| policies.iter().find(|policy| policy["displayName"] == name).unwrap();
    assert_eq!((&live("Strong A")["state"], &live("Strong B")["state"]), (&json!("ENABLED"), &json!("DISABLED")));
    let document = world.cloud.policy(sim.tenant_id, live("Strong A")["graphId"].as_str().unwrap()).await;
    let mut groups: Vec<String> =
        document["conditions"]["users"]["includeGroups"].as_array().unwrap().iter().map(|id| id.as_str().unwrap().to_owned()).collect();
    groups.sort();
    assert_eq!(groups, GROUPS.map(|id| id.to_string()));
}

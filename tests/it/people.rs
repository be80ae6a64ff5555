//! Who is in a tenant: read after the import, topped up when a policy names another group, and honest about what it could not read.

use std::time::Duration;

use api::system::SystemClock;
use chrono::{DateTime, Utc};
use domain::env::Clock;
use harness::world::World;
use harness::{Client, Database};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use crate::drift::resync;

on_both_databases!(people_are_read_after_the_import, a_policy_that_names_another_group_has_it_read, what_can_not_be_read_is_said);

async fn people_are_read_after_the_import(database: Database) {
    let world = World::start(database).await;
    let owner = world.server.client("OWNER").await;
    let sim = world.sim_tenant();
    // Small pages, so that there are many.
    world.cloud.call("PUT", &format!("/tenants/{}/paging", sim.tenant_id), json!({ "maxPageSize": 7 })).await;
    let start = owner.send("{ viewer { workspace { eventCursor } } }", json!({})).await.text("/viewer/workspace/eventCursor");
    let tenant = world.connect(&owner, &sim).await;
    let people = people(&owner, &tenant).await;

    let count = async |path: &str| -> i64 {
        let text = world.cloud.graph(sim.tenant_id, sim.apps[0].client_id, path).await;
        text.trim_start_matches('\u{feff}').trim().parse().unwrap()
    };
    let users = count("/users/$count").await;
    assert!(users > 7, "the seeded tenant has more than a page");
    assert_eq!(people["users"], json!(users));
    assert_eq!(people["guests"], json!(count("/users/$count?$filter=userType%20eq%20'Guest'").await));
    assert_eq!((&people["incomplete"], &people["reason"]), (&json!(false), &Value::Null), "{people:#}");
    let events = events(&owner, &start).await;
    let last = events.last().unwrap();
    assert_eq!((&last["kind"], &last["users"], &last["groups"]), (&json!("READ"), &people["users"], &people["groups"]), "{events:#?}");
    assert!(events.iter().any(|event| event["kind"] == "PROGRESS" && event["stage"] == "groups"), "{events:#?}");

    resync(&owner, &tenant).await;
    sleep(Duration::from_millis(500)).await;
    assert_eq!(self::people(&owner, &tenant).await["asOf"], people["asOf"], "young people are not read again");
}

async fn a_policy_that_names_another_group_has_it_read(database: Database) {
    let world = World::start(database).await;
    let owner = world.server.client("OWNER").await;
    let sim = world.sim_tenant();
    let tenant = world.connect(&owner, &sim).await;
    let before = people(&owner, &tenant).await;
    let group = Uuid::from_u128(0xfee1);
    let user: Value = serde_json::from_str(&world.cloud.graph(sim.tenant_id, sim.apps[0].client_id, "/users?$top=1").await).unwrap();
    let objects = json!({ "groups": [{ "id": group, "displayName": "Another" }], "memberships": [[group, user["value"][0]["id"]]] });
    world.cloud.call("POST", &format!("/tenants/{}/objects", sim.tenant_id), objects).await;
    let policy = world.policies(&owner, &tenant).await.swap_remove(0);
    let edit = json!({ "conditions": { "users": { "includeUsers": ["All"], "excludeGroups": [group] } } });
    world.cloud.portal_edit(sim.tenant_id, policy["graphId"].as_str().unwrap(), edit).await;
    resync(&owner, &tenant).await;

    let until = Instant::now() + Duration::from_secs(30);
    loop {
        let now = people(&owner, &tenant).await;
        if now["groups"] != before["groups"] {
            assert_eq!(now["groups"].as_i64(), before["groups"].as_i64().map(|groups| groups + 1));
            assert_eq!(now["asOf"], before["asOf"], "the users are young: only the group is read");
            break;
        }
        assert!(Instant::now() < until, "the group was not read: {now:#}");
        sleep(Duration::from_millis(100)).await;
    }
}

async fn what_can_not_be_read_is_said(database: Database) {
    let world = World::start(database).await;
    let owner = world.server.client("OWNER").await;
    let sim = world.sim_tenant();
    let refused = json!({ "method": "GET", "path": "roleAssignments", "trouble": { "kind": "fail", "status": 403, "code": "Authorization_RequestDenied" } });
    world.cloud.fault(sim.tenant_id, refused).await;
    let tenant = world.connect(&owner, &sim).await;
    let people = people(&owner, &tenant).await;
    assert_eq!(people["incomplete"], true);
    assert!(people["reason"].as_str().unwrap().contains("directory role"), "{people:#}");
    assert!(people["users"].as_i64().unwrap() > 0, "the rest is read");
}

/// The last reading, once there is one.
pub(crate) async fn people(client: &Client, tenant: &str) -> Value {
    let until = Instant::now() + Duration::from_secs(60);
    loop {
        let query = "query($id: ID!) { tenant(id: $id) { people { asOf users guests groups incomplete reason } } }";
        let seen = client.send(query, json!({ "id": tenant })).await;
        let people = seen.at("/tenant/people").clone();
        if !people.is_null() {
            let as_of: DateTime<Utc> = people["asOf"].as_str().unwrap().parse().unwrap();
            assert!(as_of <= SystemClock.now());
            return people;
        }
        assert!(Instant::now() < until, "nobody read the tenant's people");
        sleep(Duration::from_millis(50)).await;
    }
}

async fn events(client: &Client, after: &str) -> Vec<Value> {
    let query = "query($after: EventCursor) { events(after: $after, first: 100) { nodes { __typename \
        ... on PeopleEvent { kind stage done total users groups failureCode } } } }";
    let answer = client.send(query, json!({ "after": after })).await;
    let nodes = answer.at("/events/nodes").as_array().unwrap().clone();
    nodes.into_iter().filter(|event| event["__typename"] == "PeopleEvent").collect()
}

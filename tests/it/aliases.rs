//! Names that members keep for a tenant's objects: set, used by an ordinary change, refused where they make no sense.

use harness::world::World;
use harness::{Answer, Client, Database};
use serde_json::{Value, json};

use crate::story::{create, report_only_policy, step};

on_both_databases!(a_kept_name_settles_what_two_objects_are_called, names_that_make_no_sense_are_refused);

const FIRST: &str = "5b0f7f0a-54f1-4d53-8c35-0c8f2f4e5a01";
const SECOND: &str = "5b0f7f0a-54f1-4d53-8c35-0c8f2f4e5a02";

async fn a_kept_name_settles_what_two_objects_are_called(database: Database) {
    let (world, owner, tenant) = connected(database).await;
    let policy = report_only_policy(&world, &owner, &tenant).await;
    let exclude = |name: &str| json!({ "assignmentChange": { "excludeGroups": { "add": [name] } } });

    let change = create(&owner, &policy, exclude("Break glass")).await;
    assert_eq!(step(&owner, "runDryRun", &change).await["status"], "DRY_RUN_BLOCKED", "two groups are called so");

    let start = owner.send("{ viewer { workspace { eventCursor } } }", json!({})).await.text("/viewer/workspace/eventCursor");
    let kept = [
        json!({ "kind": "GROUP", "name": "Break glass", "objectId": SECOND }),
        json!({ "kind": "GROUP", "name": "Our way out", "objectId": FIRST.to_uppercase() }),
    ];
    let set = set(&owner, &tenant, &kept).await;
    assert_eq!(set.user_errors("setTenantAliases"), Vec::<String>::new(), "{:#}", set.body);
    let aliases = set.at("/setTenantAliases/tenant/aliases").as_array().unwrap().clone();
    let told: Vec<_> = aliases.iter().map(|alias| (alias["name"].as_str().unwrap(), alias["objectId"].as_str().unwrap())).collect();
    assert_eq!(told, [("Break glass", SECOND), ("Our way out", FIRST)]);

    for (name, id) in [("BREAK GLASS", SECOND), ("our way out", FIRST)] {
        let change = create(&owner, &policy, exclude(name)).await;
        let dry = step(&owner, "runDryRun", &change).await;
        assert_eq!(dry["status"], "DRY_RUN_COMPLETE", "{dry:#}");
        assert!(dry["dryRun"]["diff"].to_string().contains(id), "{dry:#}");
    }
    let events = owner
        .send(
            "query($after: EventCursor) { events(first: 100, after: $after) { nodes { ... on TenantEvent { kind } } } }",
            json!({ "after": start }),
        )
        .await;
    assert!(events.at("/events/nodes").to_string().contains("ALIASES_CHANGED"), "{:#}", events.body);
}

async fn names_that_make_no_sense_are_refused(database: Database) {
    let (_world, owner, tenant) = connected(database).await;
    let alias = |name: &str, id: &str| json!({ "kind": "GROUP", "name": name, "objectId": id });
    let cases = [
        (vec![alias("Nobody", "5b0f7f0a-54f1-4d53-8c35-0c8f2f4e5aff")], "0.objectId"),
        (vec![alias("Twice", FIRST), alias("twice ", SECOND)], "1.name"),
        (vec![alias(SECOND, FIRST)], "0.name"),
        (vec![alias(" ", FIRST)], "0.name"),
        (vec![alias("No id", "a group")], "0.objectId"),
    ];
    for (aliases, at) in cases {
        let refused = set(&owner, &tenant, &aliases).await;
        let error = refused.at("/setTenantAliases/userErrors/0").clone();
        let path: Vec<&str> = error["path"].as_array().unwrap().iter().map(|part| part.as_str().unwrap()).collect();
        assert_eq!((&error["code"], path.join(".")), (&json!("INVALID_INPUT"), format!("input.aliases.{at}")), "{error:#}");
    }
    let stale =
        owner.send(SET, json!({ "input": { "id": tenant, "aliases": [alias("Break glass", FIRST)], "expectedRevision": 0 } })).await;
    assert_eq!(stale.user_errors("setTenantAliases"), ["STALE_REVISION"]);
}

const SET: &str = "mutation($input: SetTenantAliasesInput!) { setTenantAliases(input: $input) { \
    tenant { aliases { kind name objectId keptBy { displayName } } } userErrors { code message path } } }";

/// A tenant with two groups of one name.
async fn connected(database: Database) -> (World, Client, String) {
    let world = World::start(database).await;
    let owner = world.server.client("OWNER").await;
    let sim = world.sim_tenant();
    let groups = [FIRST, SECOND].map(|id| json!({ "id": id, "displayName": "Break glass" }));
    world.cloud.call("POST", &format!("/tenants/{}/objects", sim.tenant_id), json!({ "groups": groups })).await;
    let tenant = world.connect(&owner, &sim).await;
    (world, owner, tenant)
}

/// Sets the aliases on the tenant's present revision.
async fn set(client: &Client, tenant: &str, aliases: &[Value]) -> Answer {
    let revision = client.send("query($id: ID!) { tenant(id: $id) { revision } }", json!({ "id": tenant })).await;
    let revision = revision.at("/tenant/revision").clone();
    client.send(SET, json!({ "input": { "id": tenant, "aliases": aliases, "expectedRevision": revision } })).await
}

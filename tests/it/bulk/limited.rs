//! Who sees and takes part: a member limited to some tenants has no part in a bulk change with any other.

use harness::bulk::{create, dry_run, mutate, try_step};
use harness::world::World;
use harness::{Client, Database};
use serde_json::{Value, json};

use super::Stage;

on_both_databases!(a_limited_member_sees_only_what_lies_within_its_tenants);

async fn a_limited_member_sees_only_what_lies_within_its_tenants(database: Database) {
    let stage = Stage::set(database, 2).await;
    let (owner, tenants) = (&stage.owner, &stage.tenants);
    let limited = limited_to(&stage.world, owner, &[&tenants[0].id]).await;
    let both = create(owner, stage.rename("Both")).await;
    let mut input = stage.rename("One");
    input["tenantIds"] = json!([tenants[0].id]);
    let one = create(owner, input.clone()).await;

    let seen = limited.send("{ bulkChanges { totalCount nodes { id } } }", json!({})).await;
    assert_eq!(seen.at("/bulkChanges"), &json!({ "totalCount": 1, "nodes": [{ "id": one["id"] }] }));
    let hidden = limited.send("query($id: ID!) { bulkChange(id: $id) { id } node(id: $id) { id } }", json!({ "id": both["id"] })).await;
    assert_eq!(hidden.body["data"], json!({ "bulkChange": null, "node": null }), "{:#}", hidden.body);
    assert_eq!(try_step(&limited, "runBulkDryRun", &both).await.user_errors("runBulkDryRun"), ["NOT_FOUND"]);
    let refused = mutate(&limited, "createBulkChange", "CreateBulkChangeInput", stage.rename("Mine")).await;
    assert_eq!(refused.user_errors("createBulkChange"), ["NOT_FOUND"], "{:#}", refused.body);

    let own = create(&limited, input).await;
    assert_eq!(dry_run(&limited, &own).await["status"], "DRY_RUN_COMPLETE");
    let planned = dry_run(owner, &both).await;
    let items = owner
        .send("query($id: ID!) { bulkChange(id: $id) { items { nodes { change { id } tenant { id } } } } }", json!({ "id": planned["id"] }))
        .await;
    let nodes = items.at("/bulkChange/items/nodes").as_array().unwrap().clone();
    let change: &Value = &nodes.iter().find(|node| node["tenant"]["id"] == tenants[0].id.as_str()).unwrap()["change"]["id"];
    let part = limited.send("query($id: ID!) { changeRequest(id: $id) { status bulkChange { id } } }", json!({ "id": change })).await;
    assert_eq!(
        part.at("/changeRequest"),
        &json!({ "status": "DRY_RUN_COMPLETE", "bulkChange": null }),
        "its own tenant's part, not the whole"
    );
}

/// A client with an administrator's API key that is limited to these tenants.
pub(crate) async fn limited_to(world: &World, owner: &Client, tenants: &[&str]) -> Client {
    let query = "mutation($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret userErrors { code message } } }";
    let input = json!({ "displayName": "limited", "role": "ADMIN", "expiresAt": crate::members::days(1), "tenantIds": tenants });
    let made = owner.send(query, json!({ "input": input })).await;
    assert_eq!(made.user_errors("createApiKey"), Vec::<String>::new(), "{:#}", made.body);
    Client::new(world.server.base(), Some(&made.text("/createApiKey/secret")))
}

//! What somebody did outside Causeway is found, named, and voids what was reviewed (domain.md section 11; P6, P8, P9).

mod found;
mod taken_back;
mod voided;

use std::time::Duration;

use harness::world::World;
use harness::{Client, Database};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::story::{create, report_only_policy, step};

const DRIFT: &str = "id kind source severity status objectKind objectId displayName revision actor { source name appId at } \
    policy { id } acceptance { reason until by { displayName } } reverts { id status } closedAt \
    diff { path op before after added { reference displayName } removed { reference } }";

pub(super) async fn imported(database: Database) -> (World, Client, String, Value) {
    let world = World::start(database).await;
    let owner = world.server.client("OWNER").await;
    let tenant = world.connect(&owner, &world.sim_tenant()).await;
    let policy = report_only_policy(&world, &owner, &tenant).await;
    (world, owner, tenant, policy)
}

pub(super) fn graph_id(policy: &Value) -> &str {
    policy["graphId"].as_str().unwrap()
}

/// Asks for a sync and waits for its end.
pub(crate) async fn resync(client: &Client, tenant: &str) {
    let last = async || {
        client.send("query($id: ID!) { tenant(id: $id) { lastSyncAt } }", json!({ "id": tenant })).await.text("/tenant/lastSyncAt")
    };
    let before = last().await;
    let asked = client
        .send(
            "mutation($input: ResyncTenantInput!) { resyncTenant(input: $input) { userErrors { code } } }",
            json!({ "input": { "id": tenant } }),
        )
        .await;
    assert_eq!(asked.user_errors("resyncTenant"), Vec::<String>::new());
    let until = Instant::now() + Duration::from_secs(120);
    while last().await == before {
        assert!(Instant::now() < until, "the sync did not end");
        sleep(Duration::from_millis(50)).await;
    }
}

pub(crate) async fn drift(client: &Client, tenant: &str) -> Vec<Value> {
    let query = format!("query($id: ID!) {{ tenant(id: $id) {{ drift(first: 50) {{ nodes {{ {DRIFT} }} }} }} }}");
    client.send(&query, json!({ "id": tenant })).await.at("/tenant/drift/nodes").as_array().unwrap().clone()
}

/// Open and accepted items of the tenant.
pub(super) async fn counts(client: &Client, tenant: &str) -> [i64; 2] {
    let answer = client
        .send(
            "query($id: ID!) { tenant(id: $id) { open: drift(status: [OPEN], source: PORTAL_EDIT) { totalCount } accepted: drift(status: [ACCEPTED]) { totalCount } } }",
            json!({ "id": tenant }),
        )
        .await;
    ["open", "accepted"].map(|name| answer.at(&format!("/tenant/{name}/totalCount")).as_i64().unwrap())
}

/// Ids of the open items shown beside the policy.
pub(super) async fn beside(client: &Client, policy: &Value) -> Vec<Value> {
    let answer = client.send("query($id: ID!) { policy(id: $id) { drift { id status } } }", json!({ "id": policy["id"] })).await;
    answer.at("/policy/drift").as_array().unwrap().iter().map(|item| item["id"].clone()).collect()
}

pub(super) async fn accept(client: &Client, input: Value) -> harness::Answer {
    let query = "mutation($input: AcceptDriftInput!) { acceptDrift(input: $input) { drift { status revision acceptance { reason until } } userErrors { code message } } }";
    client.send(query, json!({ "input": input })).await
}

pub(super) async fn revert(client: &Client, item: &Value, key: Option<&str>) -> harness::Answer {
    let query = "mutation($input: RevertDriftInput!) { revertDrift(input: $input) { changes { id status payloadJson } unreachable userErrors { code message } } }";
    client.send(query, json!({ "input": { "id": item["id"], "expectedRevision": item["revision"], "idempotencyKey": key } })).await
}

pub(super) async fn change(client: &Client, id: &str) -> Value {
    let query = "query($id: ID!) { changeRequest(id: $id) { id status revision dryRun { digest } approvals { state } } }";
    client.send(query, json!({ "id": id })).await.at("/changeRequest").clone()
}

pub(super) async fn reason_of(client: &Client, change: &Value) -> String {
    let answer = client
        .send(
            "query($id: ID!) { events(first: 100, where: { subjectIds: [$id] }) { nodes { ... on ChangeEvent { to reason } } } }",
            json!({ "id": change["id"] }),
        )
        .await;
    let nodes = answer.at("/events/nodes").as_array().unwrap().clone();
    nodes.iter().rev().find_map(|node| node["reason"].as_str()).unwrap_or_default().to_owned()
}

/// A rename that waits for approval.
pub(super) async fn reviewed(client: &Client, policy: &Value, name: &str) -> Value {
    let change = create(client, policy, json!({ "rename": { "displayName": name } })).await;
    let dry = step(client, "runDryRun", &change).await;
    step(client, "requestApproval", &dry).await
}

pub(super) async fn approve(client: &Client, change: &Value) -> Value {
    let query = "mutation($input: DecideApprovalInput!) { decideApproval(input: $input) { change { id status revision dryRun { digest } } userErrors { code } } }";
    let input = json!({ "id": change["id"], "digest": change["dryRun"]["digest"], "decision": "APPROVE" });
    let answer = client.send(query, json!({ "input": input })).await;
    assert_eq!(answer.user_errors("decideApproval"), Vec::<String>::new());
    answer.at("/decideApproval/change").clone()
}

pub(super) async fn cancel(client: &Client, seen: &Value) {
    let now = change(client, seen["id"].as_str().unwrap()).await;
    step(client, "cancelChange", &now).await;
}

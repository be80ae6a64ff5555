//! The whole story: a tenant is connected, its policies are read, one change is drafted, dry-run, approved, applied, watched live and
//! rolled back.

use harness::world::{CHANGE, World};
use harness::{Client, Database, Socket};
use serde_json::{Value, json};

on_both_databases!(a_change_from_draft_to_rolled_back, a_second_person_approves, an_unchanged_tenant_is_stored_once);

async fn a_change_from_draft_to_rolled_back(database: Database) {
    let world = World::start(database).await;
    let owner = world.server.client("OWNER").await;
    let tenant = world.connect(&owner, &world.sim_tenant()).await;
    let policy = report_only_policy(&world, &owner, &tenant).await;

    let start = owner.send("{ viewer { workspace { eventCursor } } }", json!({})).await.text("/viewer/workspace/eventCursor");
    let change = create(&owner, &policy, json!({ "rename": { "displayName": "Renamed by the story" } })).await;
    let id = change["id"].as_str().unwrap().to_owned();
    let mut socket = Socket::subscribe(
        world.server.base(),
        owner.token().unwrap(),
        "subscription($id: ID!, $after: EventCursor) { changeRequestUpdates(id: $id, after: $after) { cursor event { id } change { status } } }",
        json!({ "id": id, "after": start }),
    )
    .await;

    let dry = step(&owner, "runDryRun", &change).await;
    assert_eq!(dry["status"], "DRY_RUN_COMPLETE", "{dry:#}");
    assert_eq!(dry["dryRun"]["diff"][0]["path"], "displayName");
    assert_eq!(dry["dryRun"]["diff"][0]["after"], "Renamed by the story");
    apply(&owner, "applyChange", &dry).await;
    let applied = world.wait_for(&owner, &id, &["APPLIED", "FAILED"]).await;
    assert_eq!(applied["status"], "APPLIED", "{applied:#}");
    assert_eq!(applied["writePerformed"], true);
    assert_eq!(applied["preSnapshot"]["kind"], "PRE_CHANGE");
    assert_eq!(applied["postSnapshot"]["kind"], "POST_CHANGE");
    let live = world.cloud.policy(world.sim_tenant().tenant_id, policy["graphId"].as_str().unwrap()).await;
    assert_eq!(live["displayName"], "Renamed by the story");

    let rollback = apply(&owner, "rollbackChange", &applied).await;
    let rolled = world.wait_for(&owner, rollback["id"].as_str().unwrap(), &["APPLIED", "FAILED"]).await;
    assert_eq!(rolled["status"], "APPLIED", "{rolled:#}");
    let original = world.wait_for(&owner, &id, &["ROLLED_BACK"]).await;
    assert_eq!(original["rolledBackBy"]["id"], rollback["id"]);
    let live = world.cloud.policy(world.sim_tenant().tenant_id, policy["graphId"].as_str().unwrap()).await;
    assert_eq!(live["displayName"], policy["displayName"]);
    assert_eq!(world.cloud.writes(world.sim_tenant().tenant_id).await.len(), 2, "one write for the change, one for its rollback");

    let mut statuses: Vec<String> = Vec::new();
    while statuses.last().map(String::as_str) != Some("ROLLED_BACK") {
        let item = socket.next().await.expect("the stream goes on");
        let status = item["changeRequestUpdates"]["change"]["status"].as_str().unwrap().to_owned();
        if statuses.last() != Some(&status) {
            statuses.push(status);
        }
    }
    assert_eq!(statuses.last().unwrap(), "ROLLED_BACK");
    let kinds = events_of(&owner, &start, &id).await;
    let transitions: Vec<&str> = kinds.iter().filter(|kind| kind.contains("->")).map(String::as_str).collect();
    assert_eq!(
        transitions,
        ["DRAFT->DRY_RUN_COMPLETE", "DRY_RUN_COMPLETE->APPLYING", "APPLYING->APPLIED", "APPLIED->ROLLED_BACK"],
        "{kinds:?}"
    );
}

async fn a_second_person_approves(database: Database) {
    let world = World::start(database).await;
    let owner = world.server.client("OWNER").await;
    let tenant = world.connect(&owner, &world.sim_tenant()).await;
    let policy = report_only_policy(&world, &owner, &tenant).await;
    let workspace = owner.send("{ viewer { workspace { revision } } }", json!({})).await;
    let switched = owner
        .send(
            "mutation($input: UpdateWorkspaceInput!) { updateWorkspace(input: $input) { workspace { requireApproval } userErrors { code } } }",
            json!({ "input": { "requireApproval": true, "expectedRevision": workspace.at("/viewer/workspace/revision") } }),
        )
        .await;
    assert_eq!(switched.at("/updateWorkspace/workspace/requireApproval"), true);

    let change = create(&owner, &policy, json!({ "rename": { "displayName": "Approved by two" } })).await;
    let dry = step(&owner, "runDryRun", &change).await;
    assert_eq!(codes(&owner, "applyChange", &dry).await, ["NOT_APPROVED"]);
    let waiting = step(&owner, "requestApproval", &dry).await;
    assert_eq!(waiting["status"], "AWAITING_APPROVAL");
    assert_eq!(decide(&owner, &waiting, "APPROVE", None).await.user_errors("decideApproval"), ["CANNOT_SELF_APPROVE"], "owners included");
    let operator = world.server.client("OPERATOR").await;
    assert_eq!(decide(&operator, &waiting, "APPROVE", None).await.user_errors("decideApproval"), ["FORBIDDEN"]);
    let approver = world.server.client("APPROVER").await;
    let mut stale = waiting.clone();
    stale["dryRun"]["digest"] = json!("0".repeat(64));
    assert_eq!(decide(&approver, &stale, "APPROVE", None).await.user_errors("decideApproval"), ["STALE_REVIEW"]);
    let approved = decide(&approver, &waiting, "APPROVE", Some("looks right")).await;
    assert_eq!(approved.text("/decideApproval/change/status"), "DRY_RUN_COMPLETE");
    let approved = approved.at("/decideApproval/change").clone();
    apply(&owner, "applyChange", &approved).await;
    let applied = world.wait_for(&owner, change["id"].as_str().unwrap(), &["APPLIED", "FAILED"]).await;
    assert_eq!(applied["status"], "APPLIED", "{applied:#}");
}

async fn an_unchanged_tenant_is_stored_once(database: Database) {
    let world = World::start(database).await;
    let owner = world.server.client("OWNER").await;
    let tenant = world.connect(&owner, &world.sim_tenant()).await;
    let before = snapshots(&owner, &tenant).await;
    owner
        .send(
            "mutation($input: ResyncTenantInput!) { resyncTenant(input: $input) { tenant { id } userErrors { code } } }",
            json!({ "input": { "id": tenant } }),
        )
        .await;
    let mut after = before.clone();
    for _ in 0..600 {
        after = snapshots(&owner, &tenant).await;
        if after.len() > before.len() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(after.len(), before.len() + 1, "one more snapshot");
    assert_eq!(after[0]["contentHash"], before[0]["contentHash"]);
    assert_eq!(after[0]["kind"], "RESYNC");
    let diff = owner
        .send(
            "query($id: ID!, $from: ID!, $to: ID!) { tenant(id: $id) { snapshotDiff(from: $from, to: $to) { added removed modified } } }",
            json!({ "id": tenant, "from": before[0]["id"], "to": after[0]["id"] }),
        )
        .await;
    assert_eq!(diff.at("/tenant/snapshotDiff"), &json!({ "added": 0, "removed": 0, "modified": 0 }));
}

async fn snapshots(client: &Client, tenant: &str) -> Vec<Value> {
    let answer = client
        .send("query($id: ID!) { tenant(id: $id) { snapshots(first: 10) { nodes { id kind contentHash } } } }", json!({ "id": tenant }))
        .await;
    answer.at("/tenant/snapshots/nodes").as_array().unwrap().clone()
}

/// A policy in report-only: renaming it meets no critical warning.
pub(crate) async fn report_only_policy(world: &World, client: &Client, tenant: &str) -> Value {
    let policies = world.policies(client, tenant).await;
    assert!(policies.len() >= 5, "the seeded tenant has policies");
    policies.into_iter().find(|policy| policy["state"] == "REPORT_ONLY").expect("a report-only policy")
}

pub(crate) async fn create(client: &Client, policy: &Value, payload: Value) -> Value {
    let query = format!(
        "mutation($input: CreateChangeInput!) {{ createChange(input: $input) {{ change {{ {CHANGE} }} userErrors {{ code message }} }} }}"
    );
    let answer = client.send(&query, json!({ "input": { "policyId": policy["id"], "payload": payload } })).await;
    assert_eq!(answer.user_errors("createChange"), Vec::<String>::new(), "{:#}", answer.body);
    answer.at("/createChange/change").clone()
}

pub(crate) async fn step(client: &Client, mutation: &str, change: &Value) -> Value {
    let query =
        format!("mutation($input: ChangeRef!) {{ {mutation}(input: $input) {{ change {{ {CHANGE} }} userErrors {{ code message }} }} }}");
    let answer = client.send(&query, json!({ "input": { "id": change["id"], "expectedRevision": change["revision"] } })).await;
    assert_eq!(answer.user_errors(mutation), Vec::<String>::new(), "{:#}", answer.body);
    answer.at(&format!("/{mutation}/change")).clone()
}

pub(crate) async fn apply(client: &Client, mutation: &str, change: &Value) -> Value {
    let answer = try_apply(client, mutation, change).await;
    assert_eq!(answer.user_errors(mutation), Vec::<String>::new(), "{:#}", answer.body);
    answer.at(&format!("/{mutation}/change")).clone()
}

pub(crate) async fn codes(client: &Client, mutation: &str, change: &Value) -> Vec<String> {
    try_apply(client, mutation, change).await.user_errors(mutation)
}

async fn try_apply(client: &Client, mutation: &str, change: &Value) -> harness::Answer {
    let query =
        format!("mutation($input: ApplyInput!) {{ {mutation}(input: $input) {{ change {{ {CHANGE} }} userErrors {{ code message }} }} }}");
    let input = json!({ "id": change["id"], "expectedRevision": change["revision"], "digest": change["dryRun"]["digest"] });
    client.send(&query, json!({ "input": input })).await
}

async fn decide(client: &Client, change: &Value, decision: &str, comment: Option<&str>) -> harness::Answer {
    let query = format!(
        "mutation($input: DecideApprovalInput!) {{ decideApproval(input: $input) {{ change {{ {CHANGE} }} userErrors {{ code message }} }} }}"
    );
    let input = json!({ "id": change["id"], "digest": change["dryRun"]["digest"], "decision": decision, "comment": comment });
    client.send(&query, json!({ "input": input })).await
}

/// The change's events after a cursor, transitions as `FROM->TO`.
async fn events_of(client: &Client, after: &str, change: &str) -> Vec<String> {
    let answer = client
        .send(
            "query($after: EventCursor, $subject: ID!) { events(first: 100, after: $after, where: { subjectIds: [$subject] }) { nodes { __typename ... on ChangeEvent { from to } } } }",
            json!({ "after": after, "subject": change }),
        )
        .await;
    let nodes = answer.at("/events/nodes").as_array().unwrap().clone();
    nodes
        .iter()
        .map(|node| match (node["from"].as_str(), node["to"].as_str()) {
            (Some(from), Some(to)) => format!("{from}->{to}"),
            _ => node["__typename"].as_str().unwrap_or_default().to_owned(),
        })
        .collect()
}

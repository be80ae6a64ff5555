//! The same call twice, or by two people at once.

use harness::Database;
use harness::world::World;
use serde_json::{Value, json};

use crate::story::{create, report_only_policy, step};

on_both_databases!(twins_with_one_key_are_one_call, the_seal_and_the_tokens_stay_out_of_sight);

async fn twins_with_one_key_are_one_call(database: Database) {
    let world = World::start(database).await;
    let owner = world.server.client("OWNER").await;
    let tenant = world.connect(&owner, &world.sim_tenant()).await;
    let policy = report_only_policy(&world, &owner, &tenant).await;
    let query = "mutation($input: CreateChangeInput!) { createChange(input: $input) { change { id } userErrors { code } } }";
    let input = |name: &str| json!({ "input": { "policyId": policy["id"], "payload": { "rename": { "displayName": name } }, "idempotencyKey": "twin" } });
    let calls = (0..20).map(|_| owner.send(query, input("One")));
    let answers = futures_util::future::join_all(calls).await;
    let first = answers[0].text("/createChange/change/id");
    assert!(answers.iter().all(|answer| answer.text("/createChange/change/id") == first), "{answers:#?}");
    assert_eq!(owner.send(query, input("Another")).await.user_errors("createChange"), ["IDEMPOTENCY_MISMATCH"]);
    let count = owner.send("{ changeRequests(first: 1) { totalCount } }", json!({})).await;
    assert_eq!(count.at("/changeRequests/totalCount"), 1);

    // Two people act on one revision at the same instant: one is told to read again.
    let change = create(&owner, &policy, json!({ "rename": { "displayName": "Contested" } })).await;
    let cancel = "mutation($input: ChangeRef!) { cancelChange(input: $input) { change { status } userErrors { code } } }";
    let reference = json!({ "input": { "id": change["id"], "expectedRevision": change["revision"] } });
    let (a, b) = tokio::join!(owner.send(cancel, reference.clone()), owner.send(cancel, reference));
    let mut codes: Vec<Vec<String>> = vec![a.user_errors("cancelChange"), b.user_errors("cancelChange")];
    codes.sort();
    assert_eq!(codes, [vec![], vec!["STALE_REVISION".to_owned()]]);
    let _: Value = step(&owner, "runDryRun", &create(&owner, &policy, json!({ "rename": { "displayName": "Still works" } })).await).await;
}

async fn the_seal_and_the_tokens_stay_out_of_sight(database: Database) {
    let world = World::start(database).await;
    // Not the owner: the first screen shows that token on purpose.
    let owner = world.server.client("ADMIN").await;
    world.connect(&owner, &world.sim_tenant()).await;
    let secret = world.sim_tenant().apps[0].secret.clone();
    assert!(secret.len() > 8);
    let refused = owner
        .send(
            "mutation($input: ConnectTenantInput!) { connectTenant(input: $input) { tenant { id } userErrors { code message } } }",
            json!({ "input": { "entraTenantId": uuid::Uuid::from_u128(7), "clientId": world.sim_tenant().apps[0].client_id, "clientSecret": secret } }),
        )
        .await;
    assert_eq!(refused.user_errors("connectTenant"), ["CONNECTION_REFUSED"], "{:#}", refused.body);
    assert!(!refused.body.to_string().contains(&secret));
    let audit = owner.send("{ auditLog(first: 100) { nodes { action outcome detail } } }", json!({})).await;
    assert!(!audit.body.to_string().contains(&secret), "the audit log holds no secret");
    let token = owner.token().unwrap().to_owned();
    for entry in walk(&world.folder()) {
        // The simulator's own state is not in this folder; everything here is the server's: database, log, data.
        let bytes = std::fs::read(&entry).unwrap_or_default();
        let holds = |needle: &str| bytes.windows(needle.len()).any(|part| part == needle.as_bytes());
        assert!(!holds(&secret), "{} holds the client secret", entry.display());
        assert!(!holds(&token), "{} holds a bearer token", entry.display());
    }
}

/// Every file of a folder.
pub(crate) fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}

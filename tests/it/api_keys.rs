//! API keys: whom they stand for, what they may do, when they end, and where their secrets are not.

use api::system::SystemClock;
use chrono::TimeDelta;
use domain::env::Clock;
use harness::world::{World, require_approval};
use harness::{Client, Database};
use serde_json::{Value, json};

use crate::members::{approve, create_key, days, ended, instant, revoke, secret, status, waiting_change, watch};
use crate::story::{apply, codes, create, report_only_policy, step};

on_both_databases!(
    a_key_is_its_owner_where_persons_count,
    a_key_does_what_its_role_allows_until_it_ends,
    a_key_sees_its_tenants_only,
    no_secret_is_written_down,
);

async fn a_key_is_its_owner_where_persons_count(database: Database) {
    let world = World::start(database).await;
    let owner = world.server.client("OWNER").await;
    let tenant = world.connect(&owner, &world.sim_tenant()).await;
    let policy = report_only_policy(&world, &owner, &tenant).await;
    require_approval(&owner).await;
    let own = Client::new(world.server.base(), Some(&secret(&owner, "APPROVER", days(30)).await));

    let waiting = waiting_change(&owner, &policy, "Not by my own key").await;
    assert_eq!(approve(&own, &waiting).await.user_errors("decideApproval"), ["CANNOT_SELF_APPROVE"], "the creator's key is the creator");

    // And the other way round: what a key drafts, its owner does not approve.
    let drafting = Client::new(world.server.base(), Some(&secret(&owner, "ADMIN", days(30)).await));
    let drafted = waiting_change(&drafting, &policy, "Drafted by a machine").await;
    assert_eq!(approve(&owner, &drafted).await.user_errors("decideApproval"), ["CANNOT_SELF_APPROVE"]);
    assert_eq!(approve(&own, &drafted).await.user_errors("decideApproval"), ["CANNOT_SELF_APPROVE"], "two keys of one person");
    let approver = world.server.client("APPROVER").await;
    assert_eq!(approve(&approver, &drafted).await.user_errors("decideApproval"), Vec::<String>::new());
}

async fn a_key_does_what_its_role_allows_until_it_ends(database: Database) {
    let world = World::start(database).await;
    let owner = world.server.client("OWNER").await;
    let tenant = world.connect(&owner, &world.sim_tenant()).await;
    let policy = report_only_policy(&world, &owner, &tenant).await;
    for (what, input, code) in [
        ("an owner", json!({ "displayName": "k", "role": "OWNER", "expiresAt": days(1) }), "INVALID_INPUT"),
        ("too long", json!({ "displayName": "k", "role": "VIEWER", "expiresAt": days(367) }), "INVALID_INPUT"),
        ("over already", json!({ "displayName": "k", "role": "VIEWER", "expiresAt": days(-1) }), "INVALID_INPUT"),
        ("no name", json!({ "displayName": " ", "role": "VIEWER", "expiresAt": days(1) }), "INVALID_INPUT"),
        ("no tenant", json!({ "displayName": "k", "role": "VIEWER", "expiresAt": days(1), "tenantIds": [] }), "INVALID_INPUT"),
    ] {
        assert_eq!(create_key(&owner, input).await.user_errors("createApiKey"), [code], "{what}");
    }
    let input = json!({ "displayName": "Pipeline", "role": "ADMIN", "expiresAt": days(30), "idempotencyKey": "pipeline" });
    let created = create_key(&owner, input.clone()).await;
    let token = created.text("/createApiKey/secret");
    assert_eq!((token.len(), &token[..4]), (53, "cwk_"));
    assert_eq!(created.text("/createApiKey/apiKey/lastFour"), token[49..]);
    let repeated = create_key(&owner, input).await;
    assert_eq!(repeated.at("/createApiKey/apiKey/id"), created.at("/createApiKey/apiKey/id"));
    assert!(repeated.at("/createApiKey/secret").is_null(), "once, and never again");

    let admin = Client::new(world.server.base(), Some(&token));
    let viewer = Client::new(world.server.base(), Some(&secret(&owner, "VIEWER", days(30)).await));
    let change = create(&admin, &policy, json!({ "rename": { "displayName": "Renamed by a machine" } })).await;
    let dry = step(&admin, "runDryRun", &change).await;
    assert_eq!(codes(&viewer, "applyChange", &dry).await, ["FORBIDDEN"]);
    assert_eq!(
        create_key(&admin, json!({ "displayName": "k", "role": "VIEWER", "expiresAt": days(1) })).await.user_errors("createApiKey"),
        ["FORBIDDEN"]
    );
    apply(&admin, "applyChange", &dry).await;
    let applied = world.wait_for(&viewer, change["id"].as_str().unwrap(), &["APPLIED", "FAILED"]).await;
    assert_eq!(applied["status"], "APPLIED", "{applied:#}");

    let listed = viewer.send("{ viewer { user { displayName } role workspace { apiKeys(first: 10) { totalCount nodes { id displayName lastUsedAt active owner { displayName } } } } } }", json!({})).await;
    assert_eq!(listed.at("/viewer/role"), "VIEWER");
    assert_eq!(listed.at("/viewer/workspace/apiKeys/totalCount"), 2);
    let nodes = listed.at("/viewer/workspace/apiKeys/nodes").as_array().unwrap().clone();
    assert_eq!(nodes[1]["displayName"], "Pipeline", "newest first");
    assert!(nodes.iter().all(|key| key["active"] == true && key["lastUsedAt"].is_string()), "{nodes:#?}");

    // Revoked: out at once, and open streams end. Revoking again changes nothing.
    let mut stream = watch(&world, &token).await;
    let id = created.at("/createApiKey/apiKey/id").clone();
    let revoked = revoke(&owner, &id).await;
    assert_eq!(revoked.at("/revokeApiKey/apiKey/active"), false);
    assert_eq!(status(&admin).await, (401, Some("UNAUTHENTICATED".to_owned())));
    ended(&mut stream).await;
    assert_eq!(revoke(&owner, &id).await.at("/revokeApiKey/apiKey/revokedAt"), revoked.at("/revokeApiKey/apiKey/revokedAt"));

    // At its end.
    let short = secret(&owner, "VIEWER", instant(SystemClock.now() + TimeDelta::seconds(4))).await;
    let mut stream = watch(&world, &short).await;
    ended(&mut stream).await;
    assert_eq!(status(&Client::new(world.server.base(), Some(&short))).await.0, 401);

    // What only looks like a key.
    for bad in [format!("cwk_{}", "A".repeat(49)), "cwk_".to_owned(), format!("{token}x"), token.replacen("cwk_", "CWK_", 1)] {
        assert_eq!(status(&Client::new(world.server.base(), Some(&bad))).await, (401, Some("UNAUTHENTICATED".to_owned())), "{bad}");
    }
}

async fn a_key_sees_its_tenants_only(database: Database) {
    let world = World::start(database).await;
    let owner = world.server.client("OWNER").await;
    let sims = world.sim.tenants();
    let (inside, outside) = (world.connect(&owner, &sims[0]).await, world.connect(&owner, &sims[1]).await);
    let (ours, theirs) = (report_only_policy(&world, &owner, &inside).await, report_only_policy(&world, &owner, &outside).await);
    let waiting = create(&owner, &theirs, json!({ "rename": { "displayName": "Not for the key" } })).await;
    let input = json!({ "displayName": "One tenant", "role": "ADMIN", "expiresAt": days(1), "tenantIds": [inside] });
    let made = create_key(&owner, input).await;
    assert_eq!(made.user_errors("createApiKey"), Vec::<String>::new(), "{:#}", made.body);
    let key = Client::new(world.server.base(), Some(&made.text("/createApiKey/secret")));

    let listed = key.send("{ tenants(first: 10) { nodes { id } totalCount } changeRequests(first: 10) { nodes { id } } }", json!({})).await;
    assert_eq!(listed.at("/tenants/nodes"), &json!([{ "id": inside }]));
    assert_eq!(listed.at("/changeRequests/nodes"), &json!([]), "the other tenant's change is not there");
    for id in [&json!(outside), &theirs["id"], &waiting["id"]] {
        let node = key.send("query($id: ID!) { node(id: $id) { __typename } }", json!({ "id": id })).await;
        assert!(node.at("/node").is_null(), "{:#}", node.body);
    }
    let query = "mutation($input: CreateChangeInput!) { createChange(input: $input) { change { id } userErrors { code } } }";
    let draft = async |policy: &Value| {
        let input = json!({ "policyId": policy["id"], "payload": { "rename": { "displayName": "By the key" } } });
        key.send(query, json!({ "input": input })).await.user_errors("createChange")
    };
    assert_eq!((draft(&ours).await, draft(&theirs).await), (Vec::new(), vec!["NOT_FOUND".to_owned()]));
    let tried = json!({ "id": waiting["id"], "expectedRevision": waiting["revision"] });
    let tried =
        key.send("mutation($input: ChangeRef!) { cancelChange(input: $input) { userErrors { code } } }", json!({ "input": tried })).await;
    assert_eq!(tried.user_errors("cancelChange"), ["NOT_FOUND"]);
    let events = key.send("{ events(first: 100) { nodes { subject { id } } } }", json!({})).await;
    let seen = events.at("/events/nodes").to_string();
    for (id, there) in [(&json!(inside), true), (&json!(outside), false), (&waiting["id"], false)] {
        assert_eq!(seen.contains(id.as_str().unwrap()), there, "{id} in {seen}");
    }
    // A key can't make a stronger one: neither with more tenants nor with all.
    for tenants in [json!([outside]), Value::Null] {
        let input = json!({ "displayName": "k", "role": "VIEWER", "expiresAt": days(1), "tenantIds": tenants });
        assert_ne!(create_key(&key, input).await.user_errors("createApiKey"), Vec::<String>::new());
    }
}

async fn no_secret_is_written_down(database: Database) {
    let world = World::start(database).await;
    let owner = world.server.client("OWNER").await;
    let canary = secret(&owner, "ADMIN", days(30)).await;
    let machine = Client::new(world.server.base(), Some(&canary));
    assert_eq!(status(&machine).await.0, 200);
    // Used in every wrong way: misspelt, as an argument, over a socket, revoked.
    let misspelt = format!("{}x", &canary[..52]);
    assert_eq!(status(&Client::new(world.server.base(), Some(&misspelt))).await.0, 401);
    machine.send("query($id: ID!) { node(id: $id) { id } }", json!({ "id": "not-an-id" })).await;
    drop(watch(&world, &canary).await);
    let keys = owner.send("{ viewer { workspace { apiKeys(first: 1) { nodes { id } } } } }", json!({})).await;
    revoke(&owner, keys.at("/viewer/workspace/apiKeys/nodes/0/id")).await;
    let refused = machine.send("{ viewer { role } }", json!({})).await;
    assert_eq!(refused.status, 401);

    let everything = owner
        .send(
            "{ events(first: 100) { nodes { __typename id } } auditLog(first: 100) { nodes { action detail } } \
               viewer { workspace { apiKeys(first: 10) { nodes { id displayName lastFour } } } } }",
            json!({}),
        )
        .await;
    let secret_part = &canary[4..40];
    for (where_, text) in [("answers", everything.body.to_string()), ("refusals", refused.body.to_string()), ("files", files(&world))] {
        assert!(!text.contains(secret_part), "{where_} hold the secret");
    }
}

/// Everything the server has written into its folder: its log, and the database where that is a file.
fn files(world: &World) -> String {
    let mut text = String::new();
    let mut folders = vec![world.folder()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            match entry.file_type().unwrap().is_dir() {
                true => folders.push(entry.path()),
                false => text.push_str(&String::from_utf8_lossy(&std::fs::read(entry.path()).unwrap())),
            }
        }
    }
    assert!(text.contains("serving"), "the log is among the files");
    text
}

//! Members and API keys: the second person who approves, who leaves, and what machines show.

use std::time::Duration;

use api::auth::{EMBEDDED_ISSUER, EmbeddedIssuer};
use api::config::Mode;
use api::system::SystemClock;
use chrono::{DateTime, TimeDelta, Utc};
use domain::env::Clock;
use harness::process::binary;
use harness::world::{CHANGE, World, require_approval};
use harness::{Answer, Client, Database, Socket};
use serde_json::{Value, json};
use tokio::process::Command;

use crate::story::{apply, codes, create, report_only_policy, step};

on_both_databases!(
    an_added_approver_approves_until_removed,
    a_removed_member_and_its_keys_are_out,
    the_last_owner_and_the_approvers_stay,
    members_are_added_where_nobody_can_sign_in,
);

const MEMBER: &str = "member { id user { id } displayName issuer subject role tenants { id } removedAt revision }";
const KEY: &str = "apiKey { id displayName lastFour role owner { displayName } expiresAt lastUsedAt revokedAt active }";

async fn an_added_approver_approves_until_removed(database: Database) {
    let world = World::start(database).await;
    let owner = world.server.client("OWNER").await;
    let tenant = world.connect(&owner, &world.sim_tenant()).await;
    let policy = report_only_policy(&world, &owner, &tenant).await;
    require_approval(&owner).await;

    let bea = client_of(&world, "bea");
    assert_eq!(status(&bea).await, (403, Some("FORBIDDEN".to_owned())), "a token alone makes no member");
    let added = add(&owner, json!({ "subject": "bea", "displayName": "Bea", "role": "APPROVER", "idempotencyKey": "add-bea" })).await;
    let member = added.at("/addMember/member").clone();
    assert_eq!(member["issuer"], EMBEDDED_ISSUER, "the owner's own, unless said");
    let again = add(&owner, json!({ "subject": "bea", "displayName": "Bea", "role": "APPROVER", "idempotencyKey": "add-bea" })).await;
    assert_eq!(again.at("/addMember/member/id"), &member["id"]);
    let twice = add(&owner, json!({ "subject": "bea", "displayName": "Bea", "role": "OWNER" })).await;
    assert_eq!(twice.user_errors("addMember"), ["ALREADY_MEMBER"]);

    let waiting = waiting_change(&owner, &policy, "Approved by Bea").await;
    assert_eq!(approve(&bea, &waiting).await.user_errors("decideApproval"), Vec::<String>::new());
    let approved = approve_target(&owner, &waiting).await;
    assert_eq!(approved["status"], "DRY_RUN_COMPLETE", "{approved:#}");

    // Who has left does not release anything any more.
    let removed = remove(&owner, &member["id"]).await;
    assert!(removed.at("/removeMember/member/removedAt").is_string());
    assert_eq!(status(&bea).await.0, 403);
    assert_eq!(codes(&owner, "applyChange", &approved).await, ["NOT_APPROVED"]);

    // The same person comes back with the same membership, and the approval counts again.
    let back = add(&owner, json!({ "subject": "bea", "displayName": "Bea", "role": "APPROVER" })).await;
    assert_eq!(back.at("/addMember/member/id"), &member["id"]);
    apply(&owner, "applyChange", &approved).await;
    let applied = world.wait_for(&owner, waiting["id"].as_str().unwrap(), &["APPLIED", "FAILED"]).await;
    assert_eq!(applied["status"], "APPLIED", "{applied:#}");

    let listed = owner.send("{ viewer { workspace { members(first: 100) { totalCount nodes { displayName role } } } } }", json!({})).await;
    assert_eq!(listed.at("/viewer/workspace/members/totalCount"), 6);
    assert_eq!(listed.at("/viewer/workspace/members/nodes/5"), &json!({ "displayName": "Bea", "role": "APPROVER" }));
    let events = owner
        .send("{ events(first: 100) { nodes { __typename ... on MemberEvent { kind displayName member { id } } } } }", json!({}))
        .await;
    let kinds: Vec<&Value> =
        events.at("/events/nodes").as_array().unwrap().iter().filter(|event| event["__typename"] == "MemberEvent").collect();
    assert_eq!(kinds.iter().map(|event| event["kind"].as_str().unwrap()).collect::<Vec<_>>(), ["ADDED", "REMOVED", "ADDED"]);
    assert!(kinds.iter().all(|event| event["member"]["id"] == member["id"]), "{kinds:#?}");
}

async fn a_removed_member_and_its_keys_are_out(database: Database) {
    let world = World::start(database).await;
    let owner = world.server.client("OWNER").await;
    let tenant = world.connect(&owner, &world.sim_tenant()).await;
    let added = add(&owner, json!({ "subject": "carl", "displayName": "Carl", "role": "OWNER" })).await;
    let carl = added.at("/addMember/member").clone();
    let second = client_of(&world, "carl");
    let strong = Client::new(world.server.base(), Some(&secret(&second, "ADMIN", days(30)).await));
    let weak = Client::new(world.server.base(), Some(&secret(&second, "APPROVER", days(30)).await));

    // Demoted: the key that goes beyond the new role ends, the other one stays.
    let update = json!({ "id": carl["id"], "expectedRevision": carl["revision"], "role": "APPROVER" });
    let demoted = update_member(&owner, update.clone()).await;
    assert_eq!(demoted.at("/updateMember/member/role"), "APPROVER");
    assert_eq!(update_member(&owner, update).await.user_errors("updateMember"), ["STALE_REVISION"]);
    assert_eq!((status(&strong).await.0, status(&weak).await.0), (401, 200));
    assert_eq!(
        create_key(&second, json!({ "displayName": "k", "role": "VIEWER", "expiresAt": days(1) })).await.user_errors("createApiKey"),
        ["FORBIDDEN"]
    );

    // Limited to some tenants: the key that sees all of them ends.
    let limited = update_member(&owner, json!({ "id": carl["id"], "tenantIds": [tenant] })).await;
    assert_eq!(limited.at("/updateMember/member/tenants/0/id"), &json!(tenant));
    assert_eq!(status(&weak).await.0, 401);
    let owners = update_member(&owner, json!({ "id": carl["id"], "role": "OWNER" })).await;
    assert_eq!(owners.user_errors("updateMember"), ["INVALID_INPUT"], "an owner has all tenants");
    update_member(&owner, json!({ "id": carl["id"], "role": "OWNER", "tenantIds": null })).await;

    // Removed: token, stream and key.
    let token = secret(&second, "ADMIN", days(30)).await;
    let key = Client::new(world.server.base(), Some(&token));
    let (mut of_person, mut of_key) = (watch(&world, second.token().unwrap()).await, watch(&world, &token).await);
    assert_eq!(remove(&owner, &carl["id"]).await.user_errors("removeMember"), Vec::<String>::new());
    assert_eq!((status(&second).await.0, status(&key).await.0), (403, 401));
    ended(&mut of_person).await;
    ended(&mut of_key).await;
    assert_eq!(remove(&owner, &carl["id"]).await.user_errors("removeMember"), ["NOT_FOUND"]);
    let keys = owner.send("{ viewer { workspace { apiKeys(first: 10) { nodes { active owner { displayName } } } } } }", json!({})).await;
    let nodes = keys.at("/viewer/workspace/apiKeys/nodes").as_array().unwrap().clone();
    assert_eq!(nodes.len(), 3);
    assert!(nodes.iter().all(|key| key["active"] == false && key["owner"]["displayName"] == "Carl"), "{nodes:#?}");

    // A key is no member, and a member no key.
    let kinds = owner.send("{ viewer { workspace { apiKeys(first: 1) { nodes { id } } } } }", json!({})).await;
    let key_id = kinds.at("/viewer/workspace/apiKeys/nodes/0/id").clone();
    assert_eq!(remove(&owner, &key_id).await.user_errors("removeMember"), ["INVALID_INPUT"]);
    assert_eq!(revoke(&owner, &carl["id"]).await.user_errors("revokeApiKey"), ["INVALID_INPUT"]);
    let node = owner.send("query($id: ID!) { node(id: $id) { __typename ... on ApiKey { active } } }", json!({ "id": key_id })).await;
    assert_eq!(node.at("/node"), &json!({ "__typename": "ApiKey", "active": false }));

    // A restart does not take an owner who has left for a new installation.
    let workspace = owner.send("{ viewer { workspace { id } } }", json!({})).await;
    let options = world.server.kill().await;
    let server = harness::Server::start(options).await;
    let after = server.client("OWNER").await.send("{ viewer { workspace { id } } }", json!({})).await;
    assert_eq!(after.at("/viewer/workspace/id"), workspace.at("/viewer/workspace/id"));
}

async fn the_last_owner_and_the_approvers_stay(database: Database) {
    let world = World::start(database).await;
    let owner = world.server.client("OWNER").await;
    require_approval(&owner).await;
    let members = owner.send("{ viewer { workspace { members(first: 10) { nodes { id role } } } } }", json!({})).await;
    let nodes = members.at("/viewer/workspace/members/nodes").as_array().unwrap().clone();
    let of = |role: &str| nodes.iter().find(|member| member["role"] == role).unwrap()["id"].clone();
    assert_eq!(remove(&owner, &of("OWNER")).await.user_errors("removeMember"), ["LAST_OWNER"]);
    assert_eq!(update_member(&owner, json!({ "id": of("OWNER"), "role": "ADMIN" })).await.user_errors("updateMember"), ["LAST_OWNER"]);

    // Owner, admin and approver may approve; one approval needs two of them.
    assert_eq!(remove(&owner, &of("ADMIN")).await.user_errors("removeMember"), Vec::<String>::new());
    assert_eq!(remove(&owner, &of("APPROVER")).await.user_errors("removeMember"), ["TOO_FEW_APPROVERS"]);
    let demoted = update_member(&owner, json!({ "id": of("APPROVER"), "role": "VIEWER" })).await;
    assert_eq!(demoted.user_errors("updateMember"), ["TOO_FEW_APPROVERS"]);
    assert_eq!(
        update_member(&owner, json!({ "id": of("APPROVER"), "displayName": "Renamed" })).await.user_errors("updateMember"),
        Vec::<String>::new()
    );
    assert_eq!(remove(&owner, &of("VIEWER")).await.user_errors("removeMember"), Vec::<String>::new());

    // Two owners who remove each other at the same moment: one of them stays.
    let added = add(&owner, json!({ "subject": "dora", "displayName": "Dora", "role": "OWNER" })).await;
    let (dora, dora_id) = (client_of(&world, "dora"), added.at("/addMember/member/id").clone());
    let (a, b) = (of("OWNER"), dora_id);
    let (first, second) = tokio::join!(remove(&owner, &b), remove(&dora, &a));
    let outcomes = [first, second].map(|answer| match answer.status {
        200 if answer.user_errors("removeMember").is_empty() => "removed",
        _ => "refused",
    });
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == "removed").count(), 1, "{outcomes:?}");
}

async fn members_are_added_where_nobody_can_sign_in(database: Database) {
    let world = World::start(database).await;
    let owner = world.server.client("OWNER").await;
    let run = async |arguments: &[&str]| {
        let options = world.server.options();
        let output = Command::new(binary())
            .env("CAUSEWAY__DATA_DIR", options.folder.join("data"))
            .env("CAUSEWAY__DATABASE_URL", &options.database_url)
            .env("CAUSEWAY__SIMULATE__ENABLED", "false")
            .args(["member", "add"])
            .args(arguments)
            .output()
            .await
            .unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    let erin = ["--role", "approver", "--subject", "erin", "--name", "Erin"];
    let (code, out, error) = run(&erin).await;
    assert_eq!(code, 0, "{error}");
    assert!(out.contains("Erin is APPROVER of workspace") && out.contains(EMBEDDED_ISSUER), "{out}");
    let me = client_of(&world, "erin").send("{ viewer { role } }", json!({})).await;
    assert_eq!(me.at("/viewer/role"), "APPROVER");
    let (code, _, error) = run(&erin).await;
    assert_eq!(code, 2, "{error}");
    assert!(error.contains("a member of the workspace already"), "{error}");
    let mail = ["--role", "OWNER", "--subject", "a@b.example", "--name", "A", "--issuer", "https://login.microsoftonline.com/common/v2.0"];
    assert_eq!(run(&mail).await.0, 2, "a mail address is no principal of Entra");
    let audit = owner.send("{ auditLog(first: 1) { nodes { action outcome actor { id } detail } } }", json!({})).await;
    let entry = audit.at("/auditLog/nodes/0").clone();
    assert_eq!(
        (entry["action"].as_str(), entry["outcome"].as_str(), entry["actor"].is_null()),
        (Some("system.addMember"), Some("DONE"), true)
    );
    assert_eq!(entry["detail"]["subject"], "erin");
}

/// A client of the embedded issuer's principal of this name, member or not.
pub(crate) fn client_of(world: &World, subject: &str) -> Client {
    let data = world.server.options().folder.join("data");
    let issuer = EmbeddedIssuer::open(&data, Mode::Embedded, "127.0.0.1:0".parse().unwrap()).unwrap();
    let token = issuer.mint_for(subject, subject, Duration::from_secs(3_600), SystemClock.now()).unwrap();
    Client::new(world.server.base(), Some(&token))
}

pub(crate) async fn waiting_change(client: &Client, policy: &Value, name: &str) -> Value {
    let change = create(client, policy, json!({ "rename": { "displayName": name } })).await;
    let dry = step(client, "runDryRun", &change).await;
    step(client, "requestApproval", &dry).await
}

pub(crate) async fn approve(client: &Client, change: &Value) -> Answer {
    let input = json!({ "id": change["id"], "digest": change["dryRun"]["digest"], "decision": "APPROVE" });
    let query = "mutation($input: DecideApprovalInput!) { decideApproval(input: $input) { change { id } userErrors { code message } } }";
    client.send(query, json!({ "input": input })).await
}

async fn approve_target(client: &Client, change: &Value) -> Value {
    let query = format!("query($id: ID!) {{ changeRequest(id: $id) {{ {CHANGE} }} }}");
    client.send(&query, json!({ "id": change["id"] })).await.at("/changeRequest").clone()
}

async fn mutate(client: &Client, mutation: &str, kind: &str, answer: &str, input: Value) -> Answer {
    let query = format!("mutation($input: {kind}!) {{ {mutation}(input: $input) {{ {answer} userErrors {{ code message path }} }} }}");
    client.send(&query, json!({ "input": input })).await
}

async fn add(client: &Client, input: Value) -> Answer {
    mutate(client, "addMember", "AddMemberInput", MEMBER, input).await
}

async fn update_member(client: &Client, input: Value) -> Answer {
    mutate(client, "updateMember", "UpdateMemberInput", MEMBER, input).await
}

async fn remove(client: &Client, id: &Value) -> Answer {
    mutate(client, "removeMember", "RemoveMemberInput", MEMBER, json!({ "id": id })).await
}

pub(crate) async fn create_key(client: &Client, input: Value) -> Answer {
    mutate(client, "createApiKey", "CreateApiKeyInput", &format!("{KEY} secret"), input).await
}

pub(crate) async fn revoke(client: &Client, id: &Value) -> Answer {
    mutate(client, "revokeApiKey", "RevokeApiKeyInput", KEY, json!({ "id": id })).await
}

pub(crate) async fn secret(client: &Client, role: &str, expires_at: String) -> String {
    let created = create_key(client, json!({ "displayName": format!("A {role} key"), "role": role, "expiresAt": expires_at })).await;
    assert_eq!(created.user_errors("createApiKey"), Vec::<String>::new(), "{:#}", created.body);
    created.text("/createApiKey/secret")
}

/// HTTP status and error code of a plain question.
pub(crate) async fn status(client: &Client) -> (u16, Option<String>) {
    let answer = client.send("{ viewer { role } }", json!({})).await;
    (answer.status, answer.error_code().map(str::to_owned))
}

pub(crate) async fn watch(world: &World, token: &str) -> Socket {
    Socket::subscribe(world.server.base(), token, "subscription { events { __typename } }", json!({})).await
}

/// Reads until the stream ends, which it must within seconds.
pub(crate) async fn ended(stream: &mut Socket) {
    let end = async { while stream.next().await.is_some() {} };
    tokio::time::timeout(Duration::from_secs(20), end).await.expect("the stream ends soon");
}

pub(crate) fn days(days: i64) -> String {
    instant(SystemClock.now() + TimeDelta::days(days))
}

pub(crate) fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}

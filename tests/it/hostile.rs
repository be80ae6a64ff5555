//! Bad input: a typed refusal each, no 500, no panic, nothing written.

use std::time::Duration;

use harness::world::World;
use harness::{Answer, Client, Database};
use serde_json::{Value, json};

use crate::story::{create, report_only_policy};

on_both_databases!(bad_requests_are_refused, bad_ids_look_like_nothing, bad_tokens_are_refused);

async fn bad_requests_are_refused(database: Database) {
    let world = World::start(database).await;
    let base = world.server.base().to_owned();
    let owner = world.server.client("OWNER").await;
    let deep = format!("{{ viewer {{ workspace(a: {}1{}) {{ name }} }} }}", "[".repeat(5_000), "]".repeat(5_000));
    let aliases = format!("{{ {} }}", (0..10_000).map(|n| format!("a{n}: __typename ")).collect::<String>());
    let fragments = format!(
        "{{ ...F0 }} {} fragment F20 on Query {{ __typename }}",
        (0..20).map(|n| format!("fragment F{n} on Query {{ ...F{m} ...F{m} }} ", m = n + 1)).collect::<String>()
    );
    let nested = format!(
        "{{ tenants(first: 1) {{ nodes {{ {} }} }} }}",
        "policies(first: 1) { nodes { tenant { ".repeat(20) + "id" + &" } } }".repeat(20)
    );
    let cases: Vec<(&str, String)> = vec![
        ("5,000 nested lists", deep),
        ("10,000 aliases", aliases),
        ("a fragment bomb", fragments),
        ("20 levels of objects", nested),
        ("an unknown field", "{ nothing }".to_owned()),
        ("a syntax error", "{ viewer {".to_owned()),
        ("an unknown argument", "{ tenants(firsst: 1) { nodes { id } } }".to_owned()),
        ("a page of 101", "{ tenants(first: 101) { nodes { id } } }".to_owned()),
        ("a page of -1", "{ tenants(first: -1) { nodes { id } } }".to_owned()),
        ("first and last together", "{ tenants(first: 1, last: 1) { nodes { id } } }".to_owned()),
        ("a cursor of somebody's own", "{ tenants(first: 1, after: \"nonsense\") { nodes { id } } }".to_owned()),
    ];
    for (what, query) in cases {
        let answer = tokio::time::timeout(Duration::from_secs(5), owner.send(&query, json!({}))).await.expect(what);
        refused(what, &answer);
    }
    for (what, body, content_type) in [
        ("malformed JSON", "{\"query\":".to_owned(), "application/json"),
        ("a body of 1 MB", format!("{{\"query\":\"{}\"}}", "a".repeat(1_000_000)), "application/json"),
        ("a batch", "[{\"query\":\"{__typename}\"}]".to_owned(), "application/json"),
        ("a form", "query={__typename}".to_owned(), "application/x-www-form-urlencoded"),
    ] {
        let answer = raw(&base, owner.token().unwrap(), body, content_type).await;
        assert!((400..500).contains(&answer.status), "{what}: {answer:?}");
    }
    assert_eq!(owner.send("{ __typename }", json!({})).await.status, 200, "the server is still there");
}

async fn bad_ids_look_like_nothing(database: Database) {
    let world = World::start(database).await;
    let owner = world.server.client("OWNER").await;
    let tenant = world.connect(&owner, &world.sim_tenant()).await;
    let policy = report_only_policy(&world, &owner, &tenant).await;
    let change = create(&owner, &policy, json!({ "rename": { "displayName": "Never applied" } })).await;
    let id = change["id"].as_str().unwrap();
    let mut forged = id.to_owned();
    forged.replace_range(id.len() / 2..id.len() / 2 + 1, if &id[id.len() / 2..id.len() / 2 + 1] == "A" { "B" } else { "A" });
    for (what, bad) in [("forged", forged.as_str()), ("another kind", tenant.as_str()), ("no id at all", "42"), ("empty", "")] {
        let answer = owner.send("query($id: ID!) { changeRequest(id: $id) { id } }", json!({ "id": bad })).await;
        assert!(answer.body.pointer("/data/changeRequest").is_none_or(Value::is_null), "{what}: {:#}", answer.body);
        assert!(answer.status < 500, "{what}");
        let cancelled = owner
            .send(
                "mutation($input: ChangeRef!) { cancelChange(input: $input) { change { id } userErrors { code } } }",
                json!({ "input": { "id": bad, "expectedRevision": 1 } }),
            )
            .await;
        let codes = cancelled.user_errors("cancelChange");
        assert!(codes == ["NOT_FOUND"] || codes == ["INVALID_INPUT"], "{what}: {:#}", cancelled.body);
    }
    let nodes = owner.send("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", json!({ "ids": [forged, id] })).await;
    assert_eq!(nodes.at("/nodes"), &json!([null, { "id": id }]));
    let viewer = world.server.client("VIEWER").await;
    let refused = viewer
        .send(
            "mutation($input: ChangeRef!) { cancelChange(input: $input) { change { id } userErrors { code } } }",
            json!({ "input": { "id": id, "expectedRevision": 1 } }),
        )
        .await;
    assert_eq!(refused.user_errors("cancelChange"), ["FORBIDDEN"]);
    let stale = owner
        .send(
            "mutation($input: ChangeRef!) { cancelChange(input: $input) { change { id } userErrors { code ... on StaleRevisionError { currentRevision } } } }",
            json!({ "input": { "id": id, "expectedRevision": 7 } }),
        )
        .await;
    assert_eq!(stale.user_errors("cancelChange"), ["STALE_REVISION"]);
    assert_eq!(stale.at("/cancelChange/userErrors/0/currentRevision"), 1);
    assert_eq!(world.cloud.writes(world.sim_tenant().tenant_id).await.len(), 0, "nothing was written");
}

async fn bad_tokens_are_refused(database: Database) {
    let world = World::start(database).await;
    let good = world.server.token("OWNER").await;
    let mut forged = good.clone();
    let last = forged.pop().unwrap();
    forged.push(if last == 'A' { 'B' } else { 'A' });
    let parts: Vec<&str> = good.split('.').collect();
    let none = format!("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{}.", parts[1]);
    for (what, token) in [("none at all", None), ("forged", Some(forged)), ("alg none", Some(none)), ("garbage", Some("x.y.z".to_owned()))]
    {
        let answer = Client::new(world.server.base(), token.as_deref()).send("{ viewer { user { displayName } } }", json!({})).await;
        assert_eq!(answer.status, 401, "{what}: {answer:?}");
        assert_eq!(answer.error_code(), Some("UNAUTHENTICATED"), "{what}");
    }
}

/// Refused before or at execution, with a code, and never as a fault of ours.
fn refused(what: &str, answer: &Answer) {
    assert!(answer.status < 500, "{what}: {answer:?}");
    let code = answer.error_code().unwrap_or_else(|| panic!("{what}: no code in {answer:?}"));
    assert!(!["INTERNAL", "UNAVAILABLE"].contains(&code), "{what}: {answer:?}");
}

async fn raw(base: &str, token: &str, body: String, content_type: &str) -> Answer {
    let response = harness::http::client()
        .post(format!("{base}/graphql"))
        .bearer_auth(token)
        .header("content-type", content_type)
        .body(body)
        .send()
        .await
        .expect("the server answers");
    Answer { status: response.status().as_u16(), body: response.json().await.unwrap_or(Value::Null) }
}

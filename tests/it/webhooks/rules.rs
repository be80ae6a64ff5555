//! Who may have webhooks, where they may go, and how many there are.

use harness::Database;
use serde_json::{Value, json};

use super::{Stage, WEBHOOK, create, done, mutate, see, update};
use crate::members::client_of;

on_both_databases!(
    addresses_inside_are_refused,
    who_may_not_change_it_does_not_see_its_address,
    there_are_twenty_and_each_call_counts_once
);

async fn addresses_inside_are_refused(database: Database) {
    let stage = Stage::set(database).await;
    // This machine is allowed in the embedded run; nothing else inside is.
    let refused = [
        "https://10.0.0.1/hook",
        "https://192.168.1.1/",
        "https://169.254.169.254/latest/meta-data",
        "https://[fd00::1]/",
        "https://0x0a.1/",
        "http://hooks.example.com/",
        "https://user:secret@hooks.example.com/",
        "https://hooks.example.com/#part",
        "ftp://hooks.example.com/",
        "hooks.example.com",
        "",
    ];
    for url in refused {
        let answer = create(&stage.owner, url, json!({})).await;
        assert_eq!(answer.user_errors("createWebhook"), ["INVALID_INPUT"], "{url}: {:#}", answer.body);
        assert_eq!(answer.at("/createWebhook/userErrors/0/path"), &json!(["input", "url"]), "{url}");
    }
    let (webhook, _) = stage.webhook(json!({})).await;
    assert_eq!(update(&stage.owner, &webhook, json!({ "url": "https://10.0.0.1/" })).await.user_errors("updateWebhook"), ["INVALID_INPUT"]);
    let public = done(&create(&stage.owner, "https://Hooks.Example.com:8443/a?b=c", json!({})).await, "createWebhook");
    assert_eq!((&public["url"], &public["host"]), (&json!("https://hooks.example.com:8443/a?b=c"), &json!("hooks.example.com:8443")));
}

async fn who_may_not_change_it_does_not_see_its_address(database: Database) {
    let stage = Stage::set(database).await;
    let tenant = stage.world.connect(&stage.owner, &stage.world.sim_tenant()).await;
    let (webhook, _) = stage.webhook(json!({})).await;
    let (of_tenant, _) = stage.webhook(json!({ "tenantIds": [tenant] })).await;
    let viewer = stage.world.server.client("VIEWER").await;
    let seen = see(&viewer, &webhook).await;
    assert!(seen["url"].is_null() && seen["host"].as_str().unwrap().starts_with("127.0.0.1:"), "{seen:#}");
    assert!(!seen.to_string().contains("in-the-address"));

    // A member of one tenant sees the webhook of that tenant only.
    let issuer = stage.owner.send("{ viewer { workspace { members(first: 1) { nodes { issuer } } } } }", json!({})).await;
    let input = json!({
        "issuer": issuer.at("/viewer/workspace/members/nodes/0/issuer"), "subject": "limited", "displayName": "Limited",
        "role": "ADMIN", "tenantIds": [tenant],
    });
    let query = "mutation($input: AddMemberInput!) { addMember(input: $input) { userErrors { code message } } }";
    let added = stage.owner.send(query, json!({ "input": input })).await;
    assert_eq!(added.user_errors("addMember"), Vec::<String>::new(), "{:#}", added.body);
    let limited = client_of(&stage.world, "limited");
    let list = limited.send("{ viewer { workspace { webhooks(first: 20) { totalCount nodes { id url } } } } }", json!({})).await;
    assert_eq!(list.at("/viewer/workspace/webhooks/nodes"), &json!([{ "id": of_tenant["id"], "url": null }]));
    assert_eq!(see(&limited, &webhook).await, Value::Null);
    assert_eq!(update(&limited, &of_tenant, json!({ "enabled": false })).await.user_errors("updateWebhook"), ["FORBIDDEN"]);
}

async fn there_are_twenty_and_each_call_counts_once(database: Database) {
    let stage = Stage::set(database).await;
    let once = || create(&stage.owner, stage.receiver.url(), json!({ "idempotencyKey": "first" }));
    let (first, again) = (once().await, once().await);
    assert_eq!(done(&first, "createWebhook")["id"], done(&again, "createWebhook")["id"]);
    assert!(first.at("/createWebhook/secret").is_string() && again.at("/createWebhook/secret").is_null(), "shown once");
    for number in 1..20 {
        done(&create(&stage.owner, stage.receiver.url(), json!({ "displayName": format!("Number {number}") })).await, "createWebhook");
    }
    let refused = create(&stage.owner, stage.receiver.url(), json!({})).await;
    assert_eq!(refused.user_errors("createWebhook"), ["INVALID_INPUT"], "{:#}", refused.body);
    let webhook = done(&first, "createWebhook");
    let delete = |revision: i64| {
        let input = json!({ "id": webhook["id"], "expectedRevision": revision });
        mutate(&stage.owner, "deleteWebhook", "DeleteWebhookInput", "deletedId", input)
    };
    assert_eq!(delete(9).await.user_errors("deleteWebhook"), ["STALE_REVISION"]);
    assert_eq!(delete(1).await.at("/deleteWebhook/deletedId"), &webhook["id"]);
    assert_eq!(delete(1).await.user_errors("deleteWebhook"), ["NOT_FOUND"]);
    let list = stage
        .owner
        .send(&format!("{{ viewer {{ workspace {{ webhooks(first: 20) {{ totalCount nodes {{ {WEBHOOK} }} }} }} }} }}"), json!({}))
        .await;
    assert_eq!(list.at("/viewer/workspace/webhooks/totalCount"), 19);
}

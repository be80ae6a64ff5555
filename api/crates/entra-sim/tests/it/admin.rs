//! The admin endpoint: portal edits, tenants, history, reset.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{ADMIN_USER, CLIENT, POLICIES, TENANT, World, config, minimal};

#[tokio::test]
async fn a_portal_edit_names_the_person() {
    let world = World::start().await;
    let path = world.policy("A").await;
    let id = path.rsplit('/').next().unwrap();
    world
        .admin(
            Method::POST,
            "portal",
            json!({"user": "ada@contoso.example", "method": "PATCH", "policy": id, "body": {"state": "enabled"}}),
        )
        .await;
    assert_eq!(world.get(&path).await.1["state"], "enabled");
    let entry = world.ledger().await.pop().unwrap();
    assert_eq!((&entry["client"], &entry["portal_user"]), (&Value::Null, &json!("ada@contoso.example")));
    let (_, audits) = world.get("/v1.0/auditLogs/directoryAudits?$filter=activityDisplayName eq 'Update conditional access policy'").await;
    assert_eq!(audits["value"][0]["initiatedBy"]["user"]["id"], ADMIN_USER);
}

#[tokio::test]
async fn requests_are_logged_with_their_marks() {
    let world = World::start().await;
    world.request(Method::POST, POLICIES).header("client-request-id", "mark-1").json(&minimal("A")).send().await.unwrap();
    let (_, log) = world.get(&format!("/__sim/requests?tenant={TENANT}")).await;
    let last = log["requests"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(
        (&last["method"], &last["status"], &last["client"], &last["client_request_id"]),
        (&json!("POST"), &json!(201), &json!(CLIENT), &json!("mark-1"))
    );
    assert_eq!(world.ledger().await[0]["client_request_id"], "mark-1");
    let echoed = world.request(Method::GET, POLICIES).header("client-request-id", "mark-2").send().await.unwrap();
    assert_eq!(echoed.headers()["client-request-id"], "mark-2");
    assert!(echoed.headers().contains_key("request-id"));
    assert!(echoed.headers()["content-type"].to_str().unwrap().starts_with("application/json;odata.metadata=minimal"));
}

#[tokio::test]
async fn a_tenant_can_be_added_and_everything_reset() {
    let world = World::start().await;
    world.policy("A").await;
    let (status, added) = world
        .post("/__sim/tenants", json!({"display_name": "Fabrikam", "apps": [{"client_id": CLIENT, "secret": "x", "display_name": "P", "roles": ["Policy.Read.All"]}]}))
        .await;
    assert_eq!(status, 200, "{added}");
    assert_eq!(world.sim.tenants().len(), 2);
    assert_eq!(world.post("/__sim/tenants", json!({"nonsense": 1})).await.0, 400);
    assert_eq!(world.post("/__sim/reset", json!({})).await.0, 204);
    assert_eq!(world.sim.tenants().len(), 1);
    assert_eq!(world.get(POLICIES).await.1["value"], json!([]));
    assert!(world.ledger().await.is_empty());
}

#[tokio::test]
async fn pages_can_be_made_small() {
    let world = World::start().await;
    for n in 0..3 {
        world.policy(&format!("P{n}")).await;
    }
    world.admin(Method::PUT, "paging", json!({"maxPageSize": 2})).await;
    let (_, page) = world.get(POLICIES).await;
    assert_eq!(page["value"].as_array().unwrap().len(), 2);
    let (_, last) = world.get(page["@odata.nextLink"].as_str().unwrap()).await;
    assert_eq!((last["value"].as_array().unwrap().len(), last.get("@odata.nextLink")), (1, None));
}

#[tokio::test]
async fn tenants_are_apart() {
    let world = World::with(entra_sim::SimConfig { tenants: entra_sim::TenantSource::Seeded, ..config() }).await;
    let tenants = world.sim.tenants();
    assert_eq!(tenants.len(), 3);
    let mut counts = Vec::new();
    for tenant in tenants {
        let app = &tenant.apps.iter().max_by_key(|app| app.roles.len()).unwrap();
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", &app.client_id.to_string()),
            ("client_secret", &app.secret),
            ("scope", "https://graph.microsoft.com/.default"),
        ];
        let url = world.url(&format!("/{}/oauth2/v2.0/token", tenant.tenant_id));
        let token: Value = world.http.post(url).form(&form).send().await.unwrap().json().await.unwrap();
        let list = world.http.get(world.url(POLICIES)).bearer_auth(token["access_token"].as_str().unwrap()).send().await.unwrap();
        let list: Value = list.json().await.unwrap();
        counts.push(list["value"].as_array().unwrap_or_else(|| panic!("{list}")).len());
    }
    assert!(counts.iter().all(|count| *count > 5), "{counts:?}");
    let (status, _) = world.get(&format!("/__sim/tenants/{TENANT}/policies")).await;
    assert_eq!(status, 404);
}

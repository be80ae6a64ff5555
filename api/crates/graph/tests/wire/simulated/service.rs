//! Signing in, the documented limits, and https.

use super::*;

#[tokio::test]
async fn entra_refuses_to_sign_us_in() {
    let cloud = Cloudlet::start().await;
    let tenant = cloud.tenants().remove(0);
    let good = access(&tenant, app(&tenant, true));
    let list = async |access: TenantAccess| cloud.client.tenant(access).list_policies(&call()).await;
    let wrong = TenantAccess { credential: Credential::ClientSecret(Secret::new("wrong")), ..good.clone() };
    let outcome = list(wrong).await;
    assert!(matches!(outcome, Err(GraphError::Unauthorized { .. })), "{outcome:?}");
    let outcome = list(TenantAccess { client_id: Uuid::max().to_string(), ..good.clone() }).await;
    assert!(matches!(outcome, Err(GraphError::ConsentRevoked { .. })), "{outcome:?}");
    let outcome = list(TenantAccess { entra_tenant_id: Uuid::max(), ..good.clone() }).await;
    assert!(matches!(outcome, Err(GraphError::Config { .. })), "{outcome:?}");
    list(good.clone()).await.unwrap();
    let consent = json!({"clientId": good.client_id, "installed": false});
    cloud.admin(reqwest::Method::POST, &format!("tenants/{}/consent", tenant.tenant_id), consent).await;
    cloud.client.forget(tenant.tenant_id);
    let outcome = list(good).await;
    assert!(matches!(outcome, Err(GraphError::ConsentRevoked { .. })), "{outcome:?}");
}

#[tokio::test]
async fn the_default_budgets_never_meet_the_documented_limits() {
    let cloud = Cloudlet::with(SimConfig { throttle: true, ..SimConfig::ephemeral(7) }, Budgets::default()).await;
    let (graph, tenant) = (cloud.graph(true), cloud.tenants()[0].tenant_id);
    for _ in 0..2 {
        graph.list_policies(&within_ms(10_000)).await.unwrap();
        graph.list_named_locations(&within_ms(10_000)).await.unwrap();
    }
    graph.directory_roles(&call()).await.unwrap();
    let path = format!("requests?tenant={tenant}");
    let requests = list_of(cloud.admin(reqwest::Method::GET, &path, Value::Null).await, "requests");
    assert!(requests.len() >= 5, "{requests:?}");
    assert!(requests.iter().all(|request| request["status"] == 200), "{requests:?}");
}

#[tokio::test]
async fn https_with_the_simulators_own_authority() {
    let https = SimConfig { https: Some(([127, 0, 0, 1], 0).into()), ..SimConfig::ephemeral(7) };
    let sim = Sim::start(https, Arc::new(TestClock::default()), Arc::new(TestIds::default())).await.unwrap();
    let base = Url::parse(&format!("https://localhost:{}", sim.https_addr().unwrap().port())).unwrap();
    let mut config = GraphConfig::new(base.clone(), base);
    config.root_ca_pem = sim.ca_pem().map(|pem| pem.as_bytes().to_vec());
    config.budgets = Budgets::uniform(1_000.0, 10);
    let tenant = sim.tenants().remove(0);
    crate::support::client(config).tenant(access(&tenant, app(&tenant, true))).list_policies(&call()).await.unwrap();
}

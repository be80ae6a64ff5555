//! The calls against a whole Entra: `entra-sim`, which shares no code with the adapter.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::DateTime;
use domain::tenant::{Cloud, DirectoryKind};
use entra_sim::{Sim, SimApp, SimConfig, SimTenant};
use graph::{
    Budgets, Credential, GraphClient, GraphConfig, GraphError, PERMISSIONS_TO_READ,
    PERMISSIONS_TO_WRITE, Secret, TenantAccess, TenantGraph, WriteId,
};
use serde_json::{Value, json};
use url::Url;
use uuid::Uuid;

use crate::support::{TestClock, TestIds, call, within_ms};

const MARK: WriteId = WriteId(Uuid::from_u128(0x3a4));

/// A simulator and the adapter in front of it.
struct Cloudlet {
    sim: Sim,
    client: GraphClient,
    admin: reqwest::Client,
}

impl Cloudlet {
    async fn start() -> Self {
        Cloudlet::with(SimConfig::ephemeral(7), Budgets::uniform(100_000.0, 1_000)).await
    }

    async fn with(sim: SimConfig, budgets: Budgets) -> Self {
        let sim = Sim::start(
            sim,
            Arc::new(TestClock::default()),
            Arc::new(TestIds::default()),
        )
        .await
        .unwrap();
        let base = Url::parse(&sim.http_url()).unwrap();
        let mut config = GraphConfig::new(base.clone(), base);
        config.budgets = budgets;
        let client = crate::support::client(config);
        Cloudlet {
            sim,
            client,
            admin: reqwest::Client::new(),
        }
    }

    fn tenants(&self) -> Vec<SimTenant> {
        self.sim.tenants()
    }

    /// The first tenant, by its application that may write or by the one that may not.
    fn graph(&self, writes: bool) -> TenantGraph {
        let tenant = &self.tenants()[0];
        self.client.tenant(access(tenant, app(tenant, writes)))
    }

    async fn admin(&self, method: reqwest::Method, path: &str, body: Value) -> Value {
        let url = format!("{}/__sim/{path}", self.sim.http_url());
        let answer = self
            .admin
            .request(method, url)
            .json(&body)
            .send()
            .await
            .unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap_or_default()
    }

    async fn fault(&self, tenant: Uuid, method: &str, trouble: Value) {
        self.admin(
            reqwest::Method::POST,
            &format!("tenants/{tenant}/faults"),
            json!({"method": method, "times": 1, "trouble": trouble}),
        )
        .await;
    }

    async fn ledger(&self) -> Vec<Value> {
        let answer = self
            .admin(reqwest::Method::GET, "ledger", Value::Null)
            .await;
        list_of(answer, "entries")
    }
}

fn list_of(mut answer: Value, member: &str) -> Vec<Value> {
    match answer[member].take() {
        Value::Array(list) => list,
        _ => panic!("no list {member} in {answer}"),
    }
}

fn app(tenant: &SimTenant, writes: bool) -> &SimApp {
    let may_write = |app: &&SimApp| app.roles.iter().any(|role| role == PERMISSIONS_TO_WRITE[0]);
    tenant
        .apps
        .iter()
        .find(|app| may_write(app) == writes)
        .unwrap()
}

fn access(tenant: &SimTenant, app: &SimApp) -> TenantAccess {
    TenantAccess {
        entra_tenant_id: tenant.tenant_id,
        cloud: Cloud::Global,
        client_id: app.client_id.to_string(),
        credential: Credential::ClientSecret(Secret::new(&*app.secret)),
    }
}

/// Every text of a member such as `excludeGroups`, wherever it is in the documents.
fn mentioned(documents: &[Value], members: &[&str]) -> Vec<String> {
    fn walk(value: &Value, members: &[&str], found: &mut BTreeSet<String>) {
        match value {
            Value::Object(object) => {
                for (name, value) in object {
                    if members.contains(&name.as_str()) {
                        found.extend(
                            value
                                .as_array()
                                .into_iter()
                                .flatten()
                                .filter_map(Value::as_str)
                                .map(str::to_owned),
                        );
                    }
                    walk(value, members, found);
                }
            }
            Value::Array(list) => list.iter().for_each(|value| walk(value, members, found)),
            _ => {}
        }
    }
    let mut found = BTreeSet::new();
    documents
        .iter()
        .for_each(|document| walk(document, members, &mut found));
    found.into_iter().collect()
}

fn new_policy(name: &str) -> Value {
    json!({
        "displayName": name,
        "state": "disabled",
        "conditions": {"clientAppTypes": ["all"], "applications": {"includeApplications": ["All"]}, "users": {"includeUsers": ["None"]}},
        "grantControls": {"operator": "OR", "builtInControls": ["mfa"]},
    })
}

fn id_of(policy: &Value) -> Uuid {
    policy["id"].as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn every_tenant_can_be_read_whole() {
    let cloud = Cloudlet::start().await;
    let mut groups_seen = 0;
    for tenant in cloud.tenants() {
        let graph = cloud.client.tenant(access(&tenant, app(&tenant, true)));
        let organization = graph.organization(&call()).await.unwrap();
        assert_eq!(
            (organization.id, &organization.display_name),
            (tenant.tenant_id, &tenant.display_name)
        );
        assert!(
            graph
                .permissions(&call())
                .await
                .unwrap()
                .missing(&PERMISSIONS_TO_READ)
                .is_empty()
        );
        graph.security_defaults(&call()).await.unwrap();
        let policies = graph.list_policies(&call()).await.unwrap();
        assert!(
            policies.len() > 3,
            "{} has {}",
            tenant.display_name,
            policies.len()
        );
        assert_eq!(
            graph
                .get_policy(&call(), id_of(&policies[0]))
                .await
                .unwrap()["conditions"],
            policies[0]["conditions"]
        );
        graph.list_named_locations(&call()).await.unwrap();
        assert!(
            graph
                .list_deleted_policies(&call())
                .await
                .unwrap()
                .is_empty()
        );
        assert!(graph.authentication_strengths(&call()).await.unwrap().len() >= 3);
        graph.authentication_contexts(&call()).await.unwrap();
        let roles = graph.directory_roles(&call()).await.unwrap();
        assert!(
            roles
                .iter()
                .any(|role| role.display_name == "Global Administrator")
        );
        let ids = mentioned(&policies, &["includeGroups", "excludeGroups"]);
        let groups = graph.groups_by_ids(&call(), &ids).await.unwrap();
        assert!(
            groups
                .iter()
                .all(|group| group.kind == DirectoryKind::Group && group.member_count.is_some())
        );
        groups_seen += groups.len();
        let ids = mentioned(&policies, &["includeApplications", "excludeApplications"]);
        let apps = graph
            .service_principals_by_app_ids(&call(), &ids)
            .await
            .unwrap();
        assert!(apps.iter().all(|found| ids.contains(&found.object_id)));
        let ids = mentioned(&policies, &["includeUsers", "excludeUsers"]);
        graph.users_by_ids(&call(), &ids).await.unwrap();
    }
    assert!(groups_seen > 0);
}

#[tokio::test]
async fn small_pages_change_nothing_but_their_number() {
    let cloud = Cloudlet::start().await;
    let (graph, tenant) = (cloud.graph(true), cloud.tenants()[0].tenant_id);
    let whole = graph.list_policies(&call()).await.unwrap();
    cloud
        .admin(
            reqwest::Method::PUT,
            &format!("tenants/{tenant}/paging"),
            json!({"maxPageSize": 2}),
        )
        .await;
    assert_eq!(graph.list_policies(&call()).await.unwrap(), whole);
    assert!(graph.directory_roles(&call()).await.unwrap().len() > 10);
}

#[tokio::test]
async fn the_sign_in_log_is_the_same_in_small_pages() {
    let cloud = Cloudlet::start().await;
    let (graph, tenant) = (cloud.graph(true), cloud.tenants()[0].tenant_id);
    let whole = sign_ins(&graph).await;
    cloud
        .admin(
            reqwest::Method::PUT,
            &format!("tenants/{tenant}/paging"),
            json!({"maxPageSize": 100}),
        )
        .await;
    assert_eq!(sign_ins(&graph).await, whole);
}

/// The latest sign-ins, at most a thousand, oldest of them last.
async fn sign_ins(graph: &TenantGraph) -> Vec<Value> {
    let (mut items, mut next) = (Vec::new(), None);
    loop {
        let page = graph
            .sign_ins(&call(), DateTime::UNIX_EPOCH, next.as_ref())
            .await
            .unwrap();
        items.extend(page.items);
        next = page.next;
        if next.is_none() || items.len() >= 1_000 {
            items.truncate(1_000);
            return items;
        }
    }
}

#[tokio::test]
async fn a_policys_whole_life() {
    let cloud = Cloudlet::start().await;
    let graph = cloud.graph(true);
    let created = graph
        .create_policy(&call(), &new_policy("Life"), MARK)
        .await
        .unwrap();
    let id = id_of(&created);
    let receipt = graph
        .patch_policy(
            &call(),
            id,
            &json!({"state": "enabledForReportingButNotEnforced"}),
            MARK,
        )
        .await
        .unwrap();
    assert!(
        receipt.status == 204 && receipt.request_id.is_some(),
        "{receipt:?}"
    );
    let live = graph.get_policy(&call(), id).await.unwrap();
    assert_eq!(
        (&live["state"], &live["displayName"]),
        (&json!("enabledForReportingButNotEnforced"), &json!("Life"))
    );
    assert_eq!(
        live["conditions"], created["conditions"],
        "what was not sent was not changed"
    );
    graph.delete_policy(&call(), id, MARK).await.unwrap();
    assert!(matches!(
        graph.get_policy(&call(), id).await,
        Err(GraphError::NotFound { .. })
    ));
    let deleted = graph.list_deleted_policies(&call()).await.unwrap();
    assert_eq!(deleted.iter().map(id_of).collect::<Vec<_>>(), [id]);
    assert_eq!(
        id_of(&graph.get_deleted_policy(&call(), id).await.unwrap()),
        id
    );
    assert_eq!(
        id_of(&graph.restore_policy(&call(), id, MARK).await.unwrap()),
        id
    );
    assert_eq!(
        graph.get_policy(&call(), id).await.unwrap()["state"],
        live["state"]
    );
    let actions: Vec<_> = cloud
        .ledger()
        .await
        .iter()
        .map(|entry| entry["effect"]["action"].clone())
        .collect();
    assert_eq!(actions, ["create", "update", "delete", "restore"]);
}

#[tokio::test]
async fn an_ambiguous_write_is_found_by_its_mark_or_did_not_happen() {
    let cloud = Cloudlet::start().await;
    let (graph, tenant) = (cloud.graph(true), cloud.tenants()[0].tenant_id);
    let id = id_of(&graph.list_policies(&call()).await.unwrap()[0]);
    let cases = [
        (json!({"kind": "drop", "when": "before"}), false, true),
        (json!({"kind": "drop", "when": "after"}), true, true),
        (
            json!({"kind": "fail", "status": 500, "when": "before"}),
            false,
            true,
        ),
        (
            json!({"kind": "fail", "status": 503, "when": "after"}),
            true,
            true,
        ),
        (json!({"kind": "throttle"}), true, false),
        (json!({"kind": "throttle", "retryAfter": 1}), true, false),
    ];
    for (index, (trouble, effective, ambiguous)) in cases.into_iter().enumerate() {
        let mark = WriteId(Uuid::from_u128(index as u128 + 1));
        cloud.fault(tenant, "PATCH", trouble.clone()).await;
        let outcome = graph
            .patch_policy(
                &call(),
                id,
                &json!({"displayName": format!("Name {index}")}),
                mark,
            )
            .await;
        match outcome {
            Err(error) => assert!(ambiguous && error.outcome_unknown(), "{trouble}: {error:?}"),
            Ok(_) => assert!(!ambiguous, "{trouble}"),
        }
        let marked = cloud
            .ledger()
            .await
            .iter()
            .filter(|entry| entry["client_request_id"] == json!(mark.0))
            .count();
        assert_eq!(marked, usize::from(effective), "{trouble}");
    }
}

#[tokio::test]
async fn refusals_come_as_graph_words_them() {
    let cloud = Cloudlet::start().await;
    let graph = cloud.graph(true);
    let id = id_of(
        &graph
            .create_policy(&call(), &new_policy("Refused"), MARK)
            .await
            .unwrap(),
    );
    let Err(GraphError::Rejected { info }) = graph
        .patch_policy(&call(), id, &json!({"conditions": {"nonsense": []}}), MARK)
        .await
    else {
        panic!("not rejected")
    };
    assert_eq!(
        (info.status, info.code.as_deref()),
        (Some(400), Some("BadRequest"))
    );
    assert!(info.message.unwrap().starts_with("1007"), "Graph's number");
    assert!(info.request_id.is_some());
    let outcome = graph
        .patch_policy(&call(), Uuid::max(), &json!({"state": "disabled"}), MARK)
        .await;
    assert!(
        matches!(outcome, Err(GraphError::NotFound { .. })),
        "{outcome:?}"
    );
    let reader = cloud.graph(false);
    reader.list_policies(&call()).await.unwrap();
    let outcome = reader
        .patch_policy(&call(), id, &json!({"state": "enabled"}), MARK)
        .await;
    assert!(
        matches!(outcome, Err(GraphError::Forbidden { .. })),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn entra_refuses_to_sign_us_in() {
    let cloud = Cloudlet::start().await;
    let tenant = cloud.tenants().remove(0);
    let good = access(&tenant, app(&tenant, true));
    let list =
        async |access: TenantAccess| cloud.client.tenant(access).list_policies(&call()).await;
    let wrong = TenantAccess {
        credential: Credential::ClientSecret(Secret::new("wrong")),
        ..good.clone()
    };
    let outcome = list(wrong).await;
    assert!(
        matches!(outcome, Err(GraphError::Unauthorized { .. })),
        "{outcome:?}"
    );
    let outcome = list(TenantAccess {
        client_id: Uuid::max().to_string(),
        ..good.clone()
    })
    .await;
    assert!(
        matches!(outcome, Err(GraphError::ConsentRevoked { .. })),
        "{outcome:?}"
    );
    let outcome = list(TenantAccess {
        entra_tenant_id: Uuid::max(),
        ..good.clone()
    })
    .await;
    assert!(
        matches!(outcome, Err(GraphError::Config { .. })),
        "{outcome:?}"
    );
    list(good.clone()).await.unwrap();
    let consent = json!({"clientId": good.client_id, "installed": false});
    cloud
        .admin(
            reqwest::Method::POST,
            &format!("tenants/{}/consent", tenant.tenant_id),
            consent,
        )
        .await;
    cloud.client.forget(tenant.tenant_id);
    let outcome = list(good).await;
    assert!(
        matches!(outcome, Err(GraphError::ConsentRevoked { .. })),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn emergency_accounts_are_resolved_with_their_roles() {
    let cloud = Cloudlet::start().await;
    let graph = cloud.graph(true);
    let policies = graph.list_policies(&call()).await.unwrap();
    let users = graph
        .users_by_ids(&call(), &mentioned(&policies, &["excludeUsers"]))
        .await
        .unwrap();
    let groups = graph
        .groups_by_ids(&call(), &mentioned(&policies, &["excludeGroups"]))
        .await
        .unwrap();
    assert!(!users.is_empty() || !groups.is_empty());
    for object in users.iter().chain(&groups) {
        let found = graph
            .resolve_emergency(&call(), object.object_id.parse().unwrap())
            .await
            .unwrap();
        assert_eq!(
            (found.kind, found.display_name.as_ref()),
            (object.kind, Some(&object.display_name))
        );
        if object.kind == DirectoryKind::User {
            assert!(
                found.member_of.is_some() && found.roles.is_some(),
                "{found:?}"
            );
        }
    }
}

#[tokio::test]
async fn the_default_budgets_never_meet_the_documented_limits() {
    let cloud = Cloudlet::with(
        SimConfig {
            throttle: true,
            ..SimConfig::ephemeral(7)
        },
        Budgets::default(),
    )
    .await;
    let (graph, tenant) = (cloud.graph(true), cloud.tenants()[0].tenant_id);
    for _ in 0..2 {
        graph.list_policies(&within_ms(10_000)).await.unwrap();
        graph
            .list_named_locations(&within_ms(10_000))
            .await
            .unwrap();
    }
    graph.directory_roles(&call()).await.unwrap();
    let path = format!("requests?tenant={tenant}");
    let requests = list_of(
        cloud.admin(reqwest::Method::GET, &path, Value::Null).await,
        "requests",
    );
    assert!(requests.len() >= 5, "{requests:?}");
    assert!(
        requests.iter().all(|request| request["status"] == 200),
        "{requests:?}"
    );
}

#[tokio::test]
async fn https_with_the_simulators_own_authority() {
    let https = SimConfig {
        https: Some(([127, 0, 0, 1], 0).into()),
        ..SimConfig::ephemeral(7)
    };
    let sim = Sim::start(
        https,
        Arc::new(TestClock::default()),
        Arc::new(TestIds::default()),
    )
    .await
    .unwrap();
    let base = Url::parse(&format!(
        "https://localhost:{}",
        sim.https_addr().unwrap().port()
    ))
    .unwrap();
    let mut config = GraphConfig::new(base.clone(), base);
    config.root_ca_pem = sim.ca_pem().map(|pem| pem.as_bytes().to_vec());
    config.budgets = Budgets::uniform(1_000.0, 10);
    let tenant = sim.tenants().remove(0);
    crate::support::client(config)
        .tenant(access(&tenant, app(&tenant, true)))
        .list_policies(&call())
        .await
        .unwrap();
}

//! The calls against a whole Entra: `entra-sim`, which shares no code with the adapter.

mod lookup;
mod people;
mod reads;
mod service;
mod writes;

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::DateTime;
use domain::tenant::{Cloud, DirectoryKind};
use entra_sim::{Sim, SimApp, SimConfig, SimTenant};
use graph::{
    Budgets, Credential, GraphClient, GraphConfig, GraphError, PERMISSIONS_TO_READ, PERMISSIONS_TO_WRITE, Secret, TenantAccess,
    TenantGraph, WriteId,
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
        let sim = Sim::start(sim, Arc::new(TestClock::default()), Arc::new(TestIds::default())).await.unwrap();
        let base = Url::parse(&sim.http_url()).unwrap();
        let mut config = GraphConfig::new(base.clone(), base);
        config.budgets = budgets;
        let client = crate::support::client(config);
        Cloudlet { sim, client, admin: reqwest::Client::new() }
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
        let answer = self.admin.request(method, url).json(&body).send().await.unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap_or_default()
    }

    async fn fault(&self, tenant: Uuid, method: &str, trouble: Value) {
        self.admin(reqwest::Method::POST, &format!("tenants/{tenant}/faults"), json!({"method": method, "times": 1, "trouble": trouble}))
            .await;
    }

    async fn ledger(&self) -> Vec<Value> {
        let answer = self.admin(reqwest::Method::GET, "ledger", Value::Null).await;
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
    tenant.apps.iter().find(|app| may_write(app) == writes).unwrap()
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
                        found.extend(value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned));
                    }
                    walk(value, members, found);
                }
            }
            Value::Array(list) => list.iter().for_each(|value| walk(value, members, found)),
            _ => {}
        }
    }
    let mut found = BTreeSet::new();
    documents.iter().for_each(|document| walk(document, members, &mut found));
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

//! One simulator with one tenant of known content, and a client that speaks to it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use domain::env::{Clock, Ids};
use entra_sim::seed::{AppRegistration, Licences, TenantSeed};
use entra_sim::{Sim, SimConfig, TenantSource};
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::{Value, json};
use uuid::Uuid;

pub const TENANT: Uuid = Uuid::from_u128(0x0a);
pub const CLIENT: Uuid = Uuid::from_u128(0x0b);
pub const ADMIN_USER: &str = "00000000-0000-4000-8000-000000000001";
pub const USER: &str = "00000000-0000-4000-8000-000000000002";
pub const OUTER: &str = "00000000-0000-4000-8000-000000000011";
pub const INNER: &str = "00000000-0000-4000-8000-000000000012";
pub const GLOBAL_ADMIN: &str = "62e90394-69f5-4237-9190-012177145e10";
pub const POLICIES: &str = "/v1.0/identity/conditionalAccess/policies";

/// Everything the product asks for.
pub const ROLES: &[&str] = &[
    "Policy.Read.All",
    "Policy.ReadWrite.ConditionalAccess",
    "Application.Read.All",
    "RoleManagement.Read.Directory",
    "Group.ReadWrite.All",
    "GroupMember.ReadWrite.All",
    "User.Read.All",
    "Organization.Read.All",
    "AuditLog.Read.All",
    "AuthenticationContext.ReadWrite.All",
    "Policy.ReadWrite.SecurityDefaults",
];

/// A clock that a test moves.
pub struct TestClock(AtomicI64);

impl TestClock {
    pub fn advance(&self, by: TimeDelta) {
        self.0.fetch_add(by.num_microseconds().unwrap(), Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

/// Ids that count.
#[derive(Default)]
pub struct TestIds(AtomicU64);

impl Ids for TestIds {
    fn uuid(&self) -> Uuid {
        Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + u128::from(self.0.fetch_add(1, Ordering::SeqCst)))
    }

    fn fill(&self, bytes: &mut [u8]) {
        let n = self.0.fetch_add(1, Ordering::SeqCst).to_be_bytes();
        bytes.iter_mut().zip(n.iter().cycle()).for_each(|(byte, n)| *byte = *n);
    }
}

pub struct World {
    pub sim: Sim,
    pub clock: Arc<TestClock>,
    pub http: Client,
    pub token: String,
}

pub fn config() -> SimConfig {
    SimConfig { tenants: TenantSource::Given(vec![seed()]), ..SimConfig::ephemeral(1) }
}

pub fn clock() -> Arc<TestClock> {
    let start: DateTime<Utc> = "2026-03-01T12:00:00Z".parse().unwrap();
    Arc::new(TestClock(AtomicI64::new(start.timestamp_micros())))
}

pub fn client() -> Client {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    Client::builder().build().unwrap()
}

impl World {
    pub async fn start() -> World {
        World::with(config()).await
    }

    pub async fn with(config: SimConfig) -> World {
        let clock = clock();
        let sim = Sim::start(config, clock.clone(), Arc::new(TestIds::default())).await.unwrap();
        let http = client();
        let mut world = World { sim, clock, http, token: String::new() };
        if world.sim.tenants().iter().any(|tenant| tenant.tenant_id == TENANT) {
            world.token = world.fresh_token().await;
        }
        world
    }

    /// A token as a real client gets one.
    pub async fn fresh_token(&self) -> String {
        let (status, body) = self.ask_token(&secret_form("s3cret")).await;
        assert_eq!(status, 200, "{body}");
        body["access_token"].as_str().unwrap().to_owned()
    }

    pub async fn ask_token(&self, form: &[(&str, String)]) -> (u16, Value) {
        let url = self.url(&format!("/{TENANT}/oauth2/v2.0/token"));
        let response = self.http.post(url).form(form).send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.sim.http_url())
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = if path.starts_with("http") { path.to_owned() } else { self.url(path) };
        self.http.request(method, url).bearer_auth(&self.token)
    }

    pub async fn get(&self, path: &str) -> (u16, Value) {
        answer(self.request(Method::GET, path).send().await.unwrap()).await
    }

    pub async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        answer(self.request(Method::POST, path).json(&body).send().await.unwrap()).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> (u16, Value) {
        answer(self.request(Method::PATCH, path).json(&body).send().await.unwrap()).await
    }

    pub async fn delete(&self, path: &str) -> (u16, Value) {
        answer(self.request(Method::DELETE, path).send().await.unwrap()).await
    }

    /// A request to the admin endpoint about the test tenant; fails the test when it is refused.
    pub async fn admin(&self, method: Method, path: &str, body: Value) -> Value {
        let url = self.url(&format!("/__sim/tenants/{TENANT}/{path}"));
        let (status, body) = answer(self.http.request(method, url).json(&body).send().await.unwrap()).await;
        assert!(status < 300, "{status} {body}");
        body
    }

    pub async fn fault(&self, rule: Value) {
        self.admin(Method::POST, "faults", rule).await;
    }

    pub async fn ledger(&self) -> Vec<Value> {
        let (_, body) = self.get("/__sim/ledger").await;
        body["entries"].as_array().unwrap().clone()
    }

    /// Creates a policy and returns its path.
    pub async fn policy(&self, name: &str) -> String {
        let (status, body) = self.post(POLICIES, minimal(name)).await;
        assert_eq!(status, 201, "{body}");
        format!("{POLICIES}/{}", body["id"].as_str().unwrap())
    }
}

/// Status and JSON; null for an empty body, a string for plain text.
pub async fn answer(response: Response) -> (u16, Value) {
    let status = response.status().as_u16();
    let text = response.text().await.unwrap();
    let body = if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap_or(Value::String(text)) };
    (status, body)
}

pub fn secret_form(secret: &str) -> Vec<(&'static str, String)> {
    vec![
        ("grant_type", "client_credentials".to_owned()),
        ("client_id", CLIENT.to_string()),
        ("client_secret", secret.to_owned()),
        ("scope", "https://graph.microsoft.com/.default".to_owned()),
    ]
}

/// The smallest policy that Graph accepts (graph-api.md section 2).
pub fn minimal(name: &str) -> Value {
    json!({
        "displayName": name, "state": "disabled",
        "conditions": {"clientAppTypes": ["all"], "applications": {"includeApplications": ["All"]}, "users": {"includeUsers": ["None"]}},
        "grantControls": {"operator": "OR", "builtInControls": ["mfa"]}
    })
}

pub fn seed() -> TenantSeed {
    let user = |id: &str, name: &str| json!({"id": id, "displayName": name, "userPrincipalName": format!("{name}@contoso.example"), "accountEnabled": true, "userType": "Member"});
    let group = |id: &str, name: &str| json!({"id": id, "displayName": name, "securityEnabled": true, "mailEnabled": false, "groupTypes": [], "isAssignableToRole": false});
    TenantSeed {
        tenant_id: TENANT,
        display_name: "Contoso".to_owned(),
        domain: "contoso.example".to_owned(),
        licences: Licences { p1: true, p2: true, intune: true, workload: false },
        security_defaults: false,
        apps: vec![AppRegistration {
            client_id: CLIENT,
            secret: "s3cret".to_owned(),
            display_name: "Product".to_owned(),
            roles: ROLES.iter().map(|role| (*role).to_owned()).collect(),
        }],
        users: vec![user(ADMIN_USER, "ada"), user(USER, "ben")],
        groups: vec![group(OUTER, "Outer"), group(INNER, "Inner")],
        memberships: vec![
            (OUTER.to_owned(), INNER.to_owned()),
            (INNER.to_owned(), USER.to_owned()),
            (OUTER.to_owned(), ADMIN_USER.to_owned()),
        ],
        service_principals: Vec::new(),
        role_assignments: vec![(GLOBAL_ADMIN.to_owned(), ADMIN_USER.to_owned())],
        named_locations: Vec::new(),
        auth_strengths: vec![
            json!({"id": "00000000-0000-0000-0000-000000000002", "displayName": "Multifactor authentication", "policyType": "builtIn", "requirementsSatisfied": "mfa", "allowedCombinations": ["fido2"]}),
        ],
        auth_contexts: vec![json!({"id": "c1", "displayName": "Finance", "description": "", "isAvailable": true})],
        terms: vec![json!({"id": "00000000-0000-4000-8000-000000000021", "displayName": "Terms"})],
        policies: Vec::new(),
    }
}

pub fn any_port() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}

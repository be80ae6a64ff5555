//! Clients, clocks, calls and tokens of the tests.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use domain::env::{Clock, Ids};
use domain::tenant::Cloud;
use graph::{Budgets, Call, Credential, GraphClient, GraphConfig, Priority, RetryPolicy, Secret, TenantAccess, TenantGraph};
use serde_json::json;
use tokio::time::Instant;
use uuid::Uuid;

use crate::server::{Reply, Seen, Server};

pub const TENANT: Uuid = Uuid::from_u128(0x7e7a);
pub const CALL_ID: Uuid = Uuid::from_u128(0xca11);

/// A clock that a test moves.
#[derive(Default)]
pub struct TestClock(AtomicI64);

impl TestClock {
    pub fn advance_s(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + self.0.load(Ordering::SeqCst), 0).unwrap()
    }
}

/// Counts; its bytes are zeros, so that every backoff has its least length.
#[derive(Default)]
pub struct TestIds(AtomicU64);

impl Ids for TestIds {
    fn uuid(&self) -> Uuid {
        Uuid::from_u128(self.0.fetch_add(1, Ordering::SeqCst).into())
    }

    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(0);
    }
}

/// Fast, without budgets that a test did not ask for.
pub fn config(server: &Server) -> GraphConfig {
    let mut config = GraphConfig::new(server.base.clone(), server.base.clone());
    config.budgets = Budgets::uniform(100_000.0, 1_000);
    config.retry = RetryPolicy { max_attempts: 3, base_delay: Duration::from_millis(20), max_delay: Duration::from_millis(80) };
    config.request_timeout = Duration::from_secs(5);
    config
}

pub fn client(config: GraphConfig) -> GraphClient {
    GraphClient::new(config, Arc::new(TestClock::default()), Arc::new(TestIds::default())).unwrap()
}

pub fn access(tenant: Uuid, secret: &str) -> TenantAccess {
    TenantAccess {
        entra_tenant_id: tenant,
        cloud: Cloud::Global,
        client_id: "the-client".into(),
        credential: Credential::ClientSecret(Secret::new(secret)),
    }
}

/// The usual tenant on the usual configuration.
pub fn tenant(server: &Server) -> TenantGraph {
    client(config(server)).tenant(access(TENANT, "s3cret"))
}

pub fn within_ms(ms: u64) -> Call {
    Call { deadline: Instant::now() + Duration::from_millis(ms), client_request_id: CALL_ID, priority: Priority::Interactive }
}

/// A call with plenty of time.
pub fn call() -> Call {
    within_ms(20_000)
}

/// Something that looks like Entra's token for a tenant.
pub fn jwt(tenant: Uuid, distinct: usize) -> String {
    let payload = json!({"tid": tenant, "roles": ["Policy.Read.All", "User.Read.All"], "uti": distinct}).to_string();
    format!("eyJhbGciOiJSUzI1NiJ9.{}.c2lnbmF0dXJl", URL_SAFE_NO_PAD.encode(payload))
}

/// The tenant whose token a request carries.
pub fn bearer_tenant(seen: &Seen) -> Uuid {
    let payload = seen.header("authorization").split('.').nth(1).unwrap();
    let payload: serde_json::Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap();
    payload["tid"].as_str().unwrap().parse().unwrap()
}

pub fn grant(token: &str, expires_in: i64) -> Reply {
    Reply::Json(200, json!({"token_type": "Bearer", "expires_in": expires_in, "ext_expires_in": expires_in, "access_token": token}))
}

/// A token endpoint in order: a token for the tenant in the path, each one different.
pub fn issue(seen: &Seen, number: usize) -> Reply {
    let tenant = seen.target.split('/').nth(1).and_then(|id| Uuid::try_parse(id).ok()).unwrap();
    grant(&jwt(tenant, number), 3_599)
}

/// A Graph in order: an empty collection.
pub fn empty(_: &Seen, _: usize) -> Reply {
    Reply::Json(200, json!({"value": []}))
}

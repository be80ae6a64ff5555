//! A whole world for one test: a simulated cloud, a server on a database, tokens for every role, a connected tenant.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use entra_sim::{Sim, SimConfig, SimTenant, TenantSource};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::time::{Instant, sleep};

use crate::{Client, Cloud, Database, Server, ServerOptions};

const IMPORT_WITHIN: Duration = Duration::from_secs(60);

/// The world. Dropping it ends the server and removes the folder.
pub struct World {
    /// The simulated cloud.
    pub sim: Sim,
    /// Its strings.
    pub cloud: Cloud,
    /// The server; taken out by tests that kill it.
    pub server: Server,
    folder: TempDir,
}

impl World {
    /// Starts a cloud with its three seeded tenants, and a server that knows none of them yet.
    pub async fn start(database: Database) -> Self {
        World::start_with(database, |_| {}).await
    }

    /// [`World::start`] with other settings.
    pub async fn start_with(database: Database, adjust: impl FnOnce(&mut ServerOptions)) -> Self {
        let sim = start_sim(None).await;
        World::around(sim, database, adjust).await
    }

    /// A cloud that enforces Graph's documented budgets: a request above them is answered with 429.
    pub async fn start_throttled(database: Database, adjust: impl FnOnce(&mut ServerOptions)) -> Self {
        let config = SimConfig { throttle: true, ..SimConfig::ephemeral(1) };
        let sim = Sim::start(config, Arc::new(api::system::SystemClock), Arc::new(api::system::SystemIds)).await;
        World::around(sim.expect("the simulator starts"), database, adjust).await
    }

    async fn around(sim: Sim, database: Database, adjust: impl FnOnce(&mut ServerOptions)) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut options = ServerOptions {
            folder: folder.path().to_owned(),
            database_url: database.create(folder.path()).await,
            cloud: format!("http://{}", sim.http_addr()),
            failpoint: None,
            extra: [
                ("CAUSEWAY__WORKERS__LEASE_S".to_owned(), "2".to_owned()),
                ("CAUSEWAY__WORKERS__SETTLE_MS".to_owned(), "500".to_owned()),
                // Tests that are about sign-ins ask for a reading.
                ("CAUSEWAY__SIGN_INS__INTERVAL_S".to_owned(), "0".to_owned()),
            ]
            .into(),
        };
        adjust(&mut options);
        let server = Server::start(options).await;
        World { cloud: Cloud::of(&sim), sim, server, folder }
    }

    /// The world's folder.
    pub fn folder(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    /// The first tenant of the cloud.
    pub fn sim_tenant(&self) -> SimTenant {
        self.sim.tenants().into_iter().next().expect("the seeded cloud has tenants")
    }

    /// Connects a tenant of the cloud and waits for its import; returns its id.
    pub async fn connect(&self, client: &Client, tenant: &SimTenant) -> String {
        let app = tenant.apps.first().expect("the tenant has an application for Causeway");
        let connected = client
            .send(
                "mutation($input: ConnectTenantInput!) { connectTenant(input: $input) { tenant { id } userErrors { code message } } }",
                json!({ "input": { "entraTenantId": tenant.tenant_id, "clientId": app.client_id, "clientSecret": app.secret } }),
            )
            .await;
        assert_eq!(connected.user_errors("connectTenant"), Vec::<String>::new(), "{:#}", connected.body);
        let id = connected.text("/connectTenant/tenant/id");
        let until = Instant::now() + IMPORT_WITHIN;
        loop {
            let seen =
                client.send("query($id: ID!) { tenant(id: $id) { connection connectionDetail importedAt } }", json!({ "id": id })).await;
            if !seen.at("/tenant/importedAt").is_null() {
                return id;
            }
            assert!(Instant::now() < until, "the tenant was not imported: {:#}", seen.body);
            sleep(Duration::from_millis(50)).await;
        }
    }

    /// Policies of a connected tenant: id, graphId, displayName, state, revision.
    pub async fn policies(&self, client: &Client, tenant: &str) -> Vec<Value> {
        let answer = client
            .send(
                "query($id: ID!) { tenant(id: $id) { policies(first: 100) { nodes { id graphId displayName state revision } } } }",
                json!({ "id": tenant }),
            )
            .await;
        answer.at("/tenant/policies/nodes").as_array().cloned().unwrap_or_default()
    }

    /// Waits until a change reaches one of the statuses; returns the change.
    pub async fn wait_for(&self, client: &Client, change: &str, statuses: &[&str]) -> Value {
        wait_for(client, change, statuses).await
    }
}

/// What a test wants to know of a change.
pub const CHANGE: &str = "id status revision writePerformed requiresApproval closeReason rolledBackBy { id } \
    dryRun { digest isFresh diff { path op before after } warnings { code severity } } \
    failure { stage code message retryable outcomeUnknown liveDiff { path before after } } \
    preSnapshot { id kind } postSnapshot { id kind }";

/// Switches approval of every new change on.
///
/// # Panics
/// When the server refuses.
pub async fn require_approval(owner: &Client) {
    let workspace = owner.send("{ viewer { workspace { revision } } }", json!({})).await;
    let input = json!({ "requireApproval": true, "expectedRevision": workspace.at("/viewer/workspace/revision") });
    let query = "mutation($input: UpdateWorkspaceInput!) { updateWorkspace(input: $input) { userErrors { code message } } }";
    let switched = owner.send(query, json!({ "input": input })).await;
    assert_eq!(switched.user_errors("updateWorkspace"), Vec::<String>::new(), "{:#}", switched.body);
}

/// Waits until a change reaches one of the statuses; returns the change.
///
/// # Panics
/// After two minutes.
pub async fn wait_for(client: &Client, change: &str, statuses: &[&str]) -> Value {
    let until = Instant::now() + Duration::from_secs(120);
    loop {
        let query = format!("query($id: ID!) {{ changeRequest(id: $id) {{ {CHANGE} }} }}");
        if let Some(seen) = client.try_send(&query, json!({ "id": change })).await {
            let status = seen.text("/changeRequest/status");
            if statuses.contains(&status.as_str()) {
                return seen.at("/changeRequest").clone();
            }
            assert!(Instant::now() < until, "the change stayed {status}: {:#}", seen.body);
        }
        assert!(Instant::now() < until, "the server did not answer in time");
        sleep(Duration::from_millis(50)).await;
    }
}

/// A simulated cloud on free loopback ports.
pub async fn start_sim(state_file: Option<PathBuf>) -> Sim {
    let config = SimConfig {
        http: "127.0.0.1:0".parse().expect("an address"),
        https: None,
        state_file,
        tls_dir: None,
        seed: 1,
        throttle: false,
        tenants: TenantSource::Seeded,
    };
    Sim::start(config, Arc::new(api::system::SystemClock), Arc::new(api::system::SystemIds)).await.expect("the simulator starts")
}

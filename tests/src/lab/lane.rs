//! One lane of runs: a cloud, a database, a clock and a worker of its own, so that lanes never disturb one another.

use std::sync::Arc;
use std::time::Duration;

use api::system::{SystemClock, SystemIds};
use app::bootstrap::FirstMember;
use app::command::{ConnectTenant, ResyncTenant};
use app::seal::Sealer;
use app::settings::{Settings, SignInSettings};
use app::{App, Deps};
use chrono::TimeDelta;
use courier::{Courier, CourierConfig};
use domain::env::Clock;
use domain::id::{TenantId, WorkspaceId};
use domain::tenant::Cloud as NationalCloud;
use domain::workspace::{Actor, Role};
use entra_sim::{Sim, SimConfig, TenantSource};
use graph::{Budgets, GraphClient, GraphConfig, RetryPolicy};
use serde_json::Value;
use store::{JobState, Store, StoreConfig};
use tempfile::TempDir;
use tokio::time::{Instant, sleep};
use url::Url;

use super::clock::LabClock;
use super::entra::{Entra, PRODUCT, TENANT, seed};
use super::pool::Pools;
use super::worker::{Gate, Worker};
use crate::Database;

/// A lease that no real time uses up: it ends when the test moves the clock.
pub const LEASE: Duration = Duration::from_secs(60);
/// No wait inside a lane is longer; one that is has failed.
const PATIENCE: Duration = Duration::from_secs(60);

/// What every worker of a lane shares: what survives a crash, and the connections to Graph.
pub struct Parts {
    /// The database.
    pub store: Store,
    /// The lane's time.
    pub clock: Arc<LabClock>,
    graph: GraphClient,
}

impl Parts {
    /// Opens a new database and a client of the simulator.
    pub async fn open(database: Database, folder: &std::path::Path, sim: &Sim) -> Self {
        Parts::open_within(database, folder, sim, Budgets::uniform(100_000.0, 1_000)).await
    }

    /// The same with other budgets for each tenant.
    pub async fn open_within(database: Database, folder: &std::path::Path, sim: &Sim, budgets: Budgets) -> Self {
        let store = Store::connect(&StoreConfig::new(database.create(folder).await)).await.expect("the database opens");
        store.migrate().await.expect("the schema is made");
        let clock = Arc::new(LabClock::default());
        let base = Url::parse(&sim.http_url()).expect("an address");
        let mut config = GraphConfig::new(base.clone(), base);
        config.budgets = budgets;
        config.retry = RetryPolicy { max_attempts: 5, base_delay: Duration::from_millis(5), max_delay: Duration::from_millis(20) };
        let graph = GraphClient::new(config, clock.clone(), Arc::new(SystemIds)).expect("a client");
        Parts { store, clock, graph }
    }

    /// Use cases as another process over the same database would have them.
    pub fn app(&self, gate: &Arc<Gate>) -> App {
        App::new(Deps {
            store: self.store.clone(),
            graph: self.graph.clone(),
            clock: self.clock.clone(),
            ids: Arc::new(SystemIds),
            sealer: Sealer::new(&[7; 32]),
            settings: Settings {
                lease: LEASE,
                idle_poll: Duration::from_millis(50),
                graph_call: Duration::from_secs(10),
                graph_interactive: Duration::from_secs(10),
                apply_deadline: Duration::from_secs(3_600),
                verify_window: Duration::from_secs(3),
                settle: Duration::from_millis(100),
                sync_interval: None,
                people_interval: None,
                sign_ins: SignInSettings { interval: None, ..SignInSettings::default() },
                ..Settings::default()
            },
            courier: Courier::new(CourierConfig::default()).expect("a courier"),
            message_writer: Arc::new(|_| unreachable!("no webhook in the lab")),
            failpoints: gate.failpoints(),
        })
    }

    /// Starts a process's worth of workers.
    pub fn worker(&self, count: usize, name: &str) -> Worker {
        let gate = Arc::new(Gate::default());
        Worker::start(self.app(&gate), gate, count, name)
    }

    /// Jobs of a kind that wait or run.
    pub async fn open_jobs(&self, kind: &str) -> u64 {
        let counts = self.store.reader().job_counts().await.expect("jobs can be counted");
        let open = |state: &JobState| matches!(state, JobState::Ready | JobState::Running);
        counts.iter().filter(|(known, state, _)| known == kind && open(state)).map(|(_, _, count)| count).sum()
    }

    /// Lets every lease run out.
    pub fn expire_leases(&self) {
        self.clock.advance(TimeDelta::from_std(LEASE).expect("a short time") + TimeDelta::seconds(1));
    }
}

/// One lane.
pub struct Lane {
    /// What survives a crash.
    pub parts: Parts,
    /// The truth.
    pub entra: Entra,
    /// The worker of the moment.
    pub worker: Worker,
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The tenant as the product knows it.
    pub tenant: TenantId,
    /// Runs so far.
    pub runs: u64,
    pub(super) pools: Pools,
    /// Up to where the ledger was read.
    ledger: u64,
    _sim: Sim,
    _folder: TempDir,
}

impl Lane {
    /// Starts everything and imports an empty tenant.
    pub async fn open(database: Database) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let config = SimConfig { tenants: TenantSource::Given(vec![seed()]), ..SimConfig::ephemeral(1) };
        let sim = Sim::start(config, Arc::new(SystemClock), Arc::new(SystemIds)).await.expect("the simulator starts");
        let parts = Parts::open(database, folder.path(), &sim).await;
        let worker = parts.worker(1, "first");
        let member =
            |name: &str, role| FirstMember { issuer: "lab".to_owned(), subject: name.to_owned(), display_name: name.to_owned(), role };
        let members = [member("Olive", Role::Owner), member("Ada", Role::Admin)];
        let workspace = worker.app.ensure_workspace("Lab", &members).await.expect("a workspace");
        let owner = worker.app.owner(workspace).await.expect("an owner");
        let secret = sim.tenants()[0].apps.iter().find(|app| app.client_id == PRODUCT).expect("the product's application").secret.clone();
        let connect = ConnectTenant {
            entra_tenant_id: TENANT,
            cloud: NationalCloud::Global,
            client_id: PRODUCT.to_string(),
            client_secret: secret,
            display_name: None,
            idempotency_key: None,
        };
        let tenant = worker.app.connect_tenant(&owner, connect).await.expect("the tenant connects").id;
        let entra = Entra::of(&sim).await;
        let lane =
            Lane { parts, entra, worker, workspace, tenant, runs: 0, pools: Pools::default(), ledger: 0, _sim: sim, _folder: folder };
        lane.until_idle("sync").await;
        lane
    }

    /// The owner, entitled from now on for a while.
    pub async fn owner(&self) -> Actor {
        self.worker.app.owner(self.workspace).await.expect("an owner")
    }

    /// Reads the whole tenant anew.
    pub async fn resync(&self) {
        let command = ResyncTenant { tenant_id: self.tenant, idempotency_key: None };
        self.worker.app.resync_tenant(&self.owner().await, command).await.expect("a resync");
        self.until_idle("sync").await;
    }

    /// Writes that the tenant accepted from the product since the last look.
    pub async fn new_writes(&mut self) -> Vec<Value> {
        let (writes, last) = self.entra.product_writes(self.ledger).await;
        self.ledger = last;
        writes
    }

    /// Waits until no job of a kind waits or runs; a retry that is due later becomes due now.
    pub async fn until_idle(&self, kind: &str) {
        let until = Instant::now() + PATIENCE;
        while self.parts.open_jobs(kind).await > 0 {
            assert!(Instant::now() < until, "a {kind} job never ended");
            self.hurry(kind).await;
            sleep(Duration::from_millis(2)).await;
        }
    }

    /// Moves the clock to the next retry.
    pub async fn hurry(&self, kind: &str) {
        if let Ok(Some(at)) = self.parts.store.reader().next_job_at(&[kind]).await
            && at > self.parts.clock.now()
        {
            self.parts.clock.reach(at);
        }
    }
}

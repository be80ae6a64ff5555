//! Many tenants in one cloud, each with one policy of the same name: what bulk changes are tried with.

use std::sync::Arc;
use std::time::Duration;

use api::system::{SystemClock, SystemIds};
use app::bootstrap::FirstMember;
use app::command::ConnectTenant;
use app::{ApplyBulkChange, BulkItemFilter, BulkItemView, BulkStep, BulkView, CreateBulkChange};
use domain::bulk::{BulkStatus, BulkStrategy, BulkTarget};
use domain::change::kind::ChangePayload;
use domain::id::{BulkChangeId, TenantId, WorkspaceId};
use domain::tenant::Cloud as NationalCloud;
use domain::workspace::{Actor, Role};
use entra_sim::seed::TenantSeed;
use entra_sim::{Sim, SimConfig, TenantSource};
use graph::Budgets;
use serde_json::{Value, json};
use store::PageRequest;
use tempfile::TempDir;
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use super::cases::policy;
use super::entra::{PRODUCT, seed};
use super::lane::Parts;
use super::worker::{Gate, Worker};
use crate::{Cloud, Database};

/// The name of every tenant's policy.
pub const POLICY: &str = "Everyone";
/// No wait is longer.
const PATIENCE: Duration = Duration::from_secs(120);

/// A cloud of tenants, a database, and a clock. Workers are the test's own.
pub struct Fleet {
    /// What survives a crash.
    pub parts: Parts,
    /// The simulator's strings.
    pub cloud: Cloud,
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The tenants: ours and Entra's ids, in order.
    pub tenants: Vec<(TenantId, Uuid)>,
    /// Use cases without workers.
    pub app: app::App,
    _sim: Sim,
    _folder: TempDir,
}

fn entra_id(number: usize) -> Uuid {
    Uuid::from_u128(0x7E00_0000_0000_4000_8000_0000_0000_0000 | number as u128)
}

fn tenant(number: usize) -> TenantSeed {
    let mut everyone = policy(POLICY);
    everyone["id"] = json!(Uuid::from_u128(0xCA00_0000_0000_4000_8000_0000_0000_0000 | number as u128));
    everyone["createdDateTime"] = json!("2026-01-05T08:00:00Z");
    TenantSeed {
        tenant_id: entra_id(number),
        display_name: format!("Tenant {number:03}"),
        domain: format!("t{number}.example"),
        policies: vec![everyone],
        ..seed()
    }
}

impl Fleet {
    /// Starts everything and imports so many tenants; nothing is short.
    pub async fn open(database: Database, tenants: usize) -> Self {
        Fleet::open_within(database, tenants, Budgets::uniform(100_000.0, 1_000)).await
    }

    /// The same with other budgets for each tenant; those of Microsoft's cloud are enforced there.
    pub async fn open_within(database: Database, tenants: usize, budgets: Budgets) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let seeds = TenantSource::Given((0..tenants).map(tenant).collect());
        let config = SimConfig { tenants: seeds, throttle: budgets == Budgets::default(), ..SimConfig::ephemeral(1) };
        let sim = Sim::start(config, Arc::new(SystemClock), Arc::new(SystemIds)).await.expect("the simulator starts");
        let parts = Parts::open_within(database, folder.path(), &sim, budgets).await;
        let app = parts.app(&Arc::new(Gate::default()));
        let olive =
            FirstMember { issuer: "lab".to_owned(), subject: "Olive".to_owned(), display_name: "Olive".to_owned(), role: Role::Owner };
        let workspace = app.ensure_workspace("Fleet", &[olive]).await.expect("a workspace");
        let owner = app.owner(workspace).await.expect("an owner");
        let mut fleet = Fleet { parts, cloud: Cloud::of(&sim), workspace, tenants: Vec::new(), app, _sim: sim, _folder: folder };
        let importer = fleet.workers("importer", 64);
        for number in 0..tenants {
            let connect = ConnectTenant {
                entra_tenant_id: entra_id(number),
                cloud: NationalCloud::Global,
                client_id: PRODUCT.to_string(),
                client_secret: "secret of Product".to_owned(),
                display_name: None,
                idempotency_key: None,
            };
            let id = importer.app.connect_tenant(&owner, connect).await.expect("the tenant connects").id;
            fleet.tenants.push((id, entra_id(number)));
        }
        let until = Instant::now() + PATIENCE;
        while fleet.parts.open_jobs("sync").await > 0 {
            assert!(Instant::now() < until, "the tenants were never imported");
            sleep(Duration::from_millis(5)).await;
        }
        importer.stop().await;
        fleet
    }

    /// Starts a process's worth of workers: eight applies at a time.
    pub fn worker(&self, name: &str) -> Worker {
        self.workers(name, 8)
    }

    /// Starts a process's worth of workers: so many applies at a time, and as many for other work.
    pub fn workers(&self, name: &str, count: usize) -> Worker {
        let gate = Arc::new(Gate::default());
        Worker::start(self.parts.app(&gate), gate, count, name)
    }

    /// The owner, entitled from now on for a while.
    pub async fn owner(&self) -> Actor {
        self.app.owner(self.workspace).await.expect("an owner")
    }

    /// A bulk change that turns every tenant's policy off, planned in all of them. A worker must run.
    pub async fn planned(&self, strategy: BulkStrategy) -> BulkView {
        self.planned_to("disabled", strategy).await
    }

    /// The same to another state.
    pub async fn planned_to(&self, state: &str, strategy: BulkStrategy) -> BulkView {
        let payload: ChangePayload = serde_json::from_value(json!({ "kind": "policy.state_change", "to": state })).expect("a payload");
        self.planned_with(strategy, Some(BulkTarget::DisplayName(POLICY.to_owned())), payload, Vec::new()).await
    }

    /// The same for another payload.
    pub async fn planned_with(
        &self,
        strategy: BulkStrategy,
        target: Option<BulkTarget>,
        payload: ChangePayload,
        prerequisites: Vec<ChangePayload>,
    ) -> BulkView {
        let owner = self.owner().await;
        let create = CreateBulkChange {
            tenant_ids: self.tenants.iter().map(|(id, _)| *id).collect(),
            target,
            payload: payload.into(),
            prerequisites,
            strategy,
            note: None,
            idempotency_key: None,
        };
        let created = self.app.create_bulk_change(&owner, create).await.expect("a bulk change");
        self.app.run_bulk_dry_run(&owner, step(&created)).await.expect("its dry-run is asked for");
        self.until(created.bulk.id, |view| view.status != BulkStatus::DryRunning).await
    }

    /// Starts the run.
    pub async fn apply(&self, view: &BulkView) -> BulkView {
        self.app.apply_bulk_change(&self.owner().await, self.quoted(view).await).await.expect("it can be applied")
    }

    /// What applying or rolling back it states.
    pub async fn quoted(&self, view: &BulkView) -> ApplyBulkChange {
        let digest = self.app.bulk_digest(&self.owner().await, view).await.expect("it can be read").expect("it is planned");
        ApplyBulkChange { id: view.bulk.id, digest, expected_revision: view.bulk.revision, idempotency_key: None }
    }

    /// The bulk change as it is.
    pub async fn view(&self, id: BulkChangeId) -> BulkView {
        self.app.bulk_change(&self.owner().await, id).await.expect("it can be read")
    }

    /// Waits until it is as wanted.
    ///
    /// # Panics
    /// When it never is.
    pub async fn until(&self, id: BulkChangeId, wanted: impl Fn(&BulkView) -> bool) -> BulkView {
        let until = Instant::now() + PATIENCE;
        loop {
            let view = self.view(id).await;
            if wanted(&view) {
                return view;
            }
            assert!(Instant::now() < until, "it never came to what is wanted: {:?} {:?}", view.status, view.counts);
            sleep(Duration::from_millis(10)).await;
        }
    }

    /// Its items, in order; at most 100.
    pub async fn items(&self, view: &BulkView) -> Vec<BulkItemView> {
        let request = PageRequest::first(100);
        let page = self.app.bulk_items(&self.owner().await, view, &BulkItemFilter::default(), &request).await.expect("items can be read");
        page.items.into_iter().map(|(_, item)| item).collect()
    }

    /// The writes that a tenant accepted from the product.
    pub async fn writes(&self, number: usize) -> Vec<Value> {
        self.cloud.writes(self.tenants[number].1).await
    }

    /// How many writes each tenant accepted from the product.
    pub async fn write_counts(&self) -> Vec<usize> {
        let mut counts = Vec::with_capacity(self.tenants.len());
        for number in 0..self.tenants.len() {
            counts.push(self.writes(number).await.len());
        }
        counts
    }

    /// Scripts trouble for the product in one tenant.
    pub async fn fault(&self, number: usize, method: &str, trouble: Value) {
        let rule = json!({ "method": method, "path": "/conditionalAccess/", "client": PRODUCT, "trouble": trouble });
        self.cloud.fault(self.tenants[number].1, rule).await;
    }

    /// Ends all trouble in one tenant, also what was scripted for all of them.
    pub async fn calm(&self, number: usize) {
        self.cloud.call("DELETE", &format!("/tenants/{}/faults", self.tenants[number].1), Value::Null).await;
    }
}

/// A step on it as it was read.
pub fn step(view: &BulkView) -> BulkStep {
    BulkStep { id: view.bulk.id, expected_revision: Some(view.bulk.revision), idempotency_key: None }
}

//! Bulk changes: one intent, many tenants, every outcome accounted for.

mod approval;
mod frozen;
mod impact;
mod isolation;
pub(crate) mod limited;
mod names;
mod page;
mod story;
mod stream;
mod waves;

use harness::many::{Managed, POLICY};
use harness::world::World;
use harness::{Client, Database};
use serde_json::{Value, json};

/// A world with connected tenants that are alike.
pub(crate) struct Stage {
    pub(crate) world: World,
    pub(crate) owner: Client,
    pub(crate) tenants: Vec<Managed>,
}

impl Stage {
    pub(crate) async fn set(database: Database, tenants: usize) -> Self {
        let world = World::start_with(database, |options| {
            options.extra.insert("CAUSEWAY__WORKERS__COUNT".to_owned(), "16".to_owned());
        })
        .await;
        let owner = world.server.client("OWNER").await;
        let tenants = world.connect_many(&owner, tenants).await;
        Stage { world, owner, tenants }
    }

    /// The input of a rename in all tenants.
    pub(crate) fn rename(&self, name: &str) -> Value {
        self.input(json!({ "rename": { "displayName": name } }))
    }

    /// The input of a change of the policy that all tenants have.
    pub(crate) fn input(&self, payload: Value) -> Value {
        json!({ "tenantIds": self.ids(), "target": { "displayName": POLICY }, "payload": payload })
    }

    pub(crate) fn ids(&self) -> Vec<&str> {
        self.tenants.iter().map(|tenant| tenant.id.as_str()).collect()
    }

    /// The next writes to a tenant's policies are refused by Graph, so often.
    pub(crate) async fn refuse(&self, tenant: usize, times: u32) {
        let trouble = json!({ "kind": "fail", "status": 400, "code": "BadRequest", "message": "1040: scripted" });
        self.world.cloud.fault(self.tenants[tenant].entra, json!({ "method": "PATCH", "times": times, "trouble": trouble })).await;
    }

    /// How many writes each tenant took.
    pub(crate) async fn writes(&self) -> Vec<usize> {
        let mut counts = Vec::new();
        for tenant in &self.tenants {
            counts.push(self.world.writes_of(tenant).await.len());
        }
        counts
    }
}

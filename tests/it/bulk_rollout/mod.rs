//! Rollouts across tenants over real processes: waves of tenants around phases of groups, one plan and one view.

mod approval;
mod breach;
mod names;
mod stops;
mod story;

use std::time::Duration;

use harness::many::{Managed, group_id, object_id, rings, tenant_id};
use harness::world::World;
use harness::{Answer, Client, Database, Server};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::people::people;

/// The report-only policy that is rolled out. A device is there or not: what it blocks is certain at once.
const POLICY: &str = "CA900: compliant devices for everybody";

/// Longer than any step of a test.
const PATIENCE: Duration = Duration::from_secs(120);

/// What a test wants to know of a rollout across tenants.
const BULK: &str = "id revision status mode releasedPhase digest endedAt counts { pending blocked planned awaitingApproval waiting running breached completed \
    cancelled rolledBack notStarted excluded } heldBy { id } hold { reason } \
    tenants(first: 20) { nodes { state tenant { id } blocked { code message } refused { code } notStarted \
    rollout { id revision status phase mode endReason hold { why text } pause { reason verdict { outcome } } twin { graphId } verdict { id } } } }";

/// A world with connected tenants that are alike, each with rings of people.
struct Stage {
    world: World,
    owner: Client,
    tenants: Vec<Managed>,
}

impl Stage {
    async fn set(database: Database, tenants: usize) -> Self {
        let world = World::start_with(database, |options| {
            for (name, value) in [
                ("ROLLOUTS__LOOK_S", "1"),
                ("ROLLOUTS__PROPAGATION_S", "0"),
                ("ROLLOUTS__LEAST_BAKE_S", "0"),
                ("SIGN_INS__SETTLE_S", "1"),
                ("SIGN_INS__RETENTION_DAYS", "1"),
                ("WORKERS__COUNT", "16"),
            ] {
                options.extra.insert(format!("CAUSEWAY__{name}"), value.to_owned());
            }
        })
        .await;
        let owner = world.server.client("OWNER").await;
        world.add_many(tenants).await;
        for number in 0..tenants {
            let entra = tenant_id(number);
            world.cloud.call("POST", &format!("/tenants/{entra}/objects"), rings(number)).await;
            world.cloud.call("POST", &format!("/tenants/{entra}/objects"), json!({ "policies": [policy(number)] })).await;
            // Nobody signs in unless a test says so.
            world.cloud.call("PUT", &format!("/tenants/{entra}/conduct"), json!({ "trafficPercent": 0 })).await;
        }
        let tenants = world.connect_added(&owner, tenants).await;
        for tenant in &tenants {
            people(&owner, &tenant.id).await;
            emergency(&owner, tenant).await;
        }
        Stage { world, owner, tenants }
    }

    /// The server is killed, and another one goes on.
    async fn killed(self) -> Self {
        let Stage { mut world, tenants, .. } = self;
        let options = world.server.kill().await;
        world.server = Server::start(options).await;
        let owner = world.server.client("OWNER").await;
        Stage { world, owner, tenants }
    }

    /// The input of a rollout in all tenants, of two phases.
    fn input(&self, adjust: Value) -> Value {
        let ids: Vec<&str> = self.tenants.iter().map(|tenant| tenant.id.as_str()).collect();
        let phase = |ring: usize| json!({ "groups": [format!("ring {ring}")], "minBakeSeconds": 0 });
        let mut input = json!({
            "tenantIds": ids, "target": { "displayName": POLICY }, "phases": [phase(0), phase(1)], "mode": "AUTOMATIC",
            "strategy": { "failureTolerance": { "count": 3 } },
        });
        for (name, value) in adjust.as_object().unwrap() {
            input[name] = value.clone();
        }
        input
    }

    async fn create(&self, adjust: Value) -> Value {
        done(&mutate(&self.owner, "createBulkRollout", "CreateBulkRolloutInput", self.input(adjust)).await, "createBulkRollout")
    }

    /// Created, planned in every tenant, and started.
    async fn started(&self, adjust: Value) -> Value {
        let made = self.create(adjust).await;
        let ready = self.until(&made, |seen| seen["status"] == "READY").await;
        self.start(&ready).await
    }

    async fn start(&self, bulk: &Value) -> Value {
        done(&self.try_start(bulk).await, "startBulkRollout")
    }

    async fn try_start(&self, bulk: &Value) -> Answer {
        let input = json!({
            "id": bulk["id"], "expectedRevision": bulk["revision"], "digest": bulk["digest"].as_str().unwrap_or("none"), "confirmForecast": true,
        });
        mutate(&self.owner, "startBulkRollout", "StartBulkRolloutInput", input).await
    }

    /// `pauseBulkRollout`, `cancelBulkRollout` or `rollBackBulkRollout`.
    async fn stop(&self, mutation: &str, bulk: &Value) -> Value {
        let input = json!({ "id": bulk["id"], "reason": "a test asks" });
        done(&mutate(&self.owner, mutation, "StopBulkRolloutInput", input).await, mutation)
    }

    async fn see(&self, bulk: &Value) -> Value {
        let query = format!("query($id: ID!) {{ bulkRollout(id: $id) {{ {BULK} }} }}");
        self.owner.send(&query, json!({ "id": bulk["id"] })).await.at("/bulkRollout").clone()
    }

    async fn until(&self, bulk: &Value, reached: impl Fn(&Value) -> bool) -> Value {
        let end = Instant::now() + PATIENCE;
        loop {
            let seen = self.see(bulk).await;
            if reached(&seen) {
                return seen;
            }
            assert!(Instant::now() < end, "the rollout across tenants stayed {seen:#}");
            sleep(Duration::from_millis(100)).await;
        }
    }

    /// A step forward of one tenant that overrides the newest verdict; its error codes.
    async fn override_forward(&self, bulk: &Value, tenant: usize, mutation: &str) -> Vec<String> {
        let end = Instant::now() + PATIENCE;
        loop {
            let seen = self
                .until(bulk, |seen| self.rollout(seen, tenant)["status"] == "RUNNING" && !self.rollout(seen, tenant)["verdict"].is_null())
                .await;
            let rollout = self.rollout(&seen, tenant);
            let input = json!({
                "id": rollout["id"], "expectedRevision": rollout["revision"], "overrideVerdict": rollout["verdict"]["id"],
                "reason": "looked at by hand", "confirmForecast": true,
            });
            let query =
                format!("mutation($input: ForwardRolloutInput!) {{ {mutation}(input: $input) {{ userErrors {{ code message }} }} }}");
            let codes = self.owner.send(&query, json!({ "input": input })).await.user_errors(mutation);
            // A look in between has stored a newer verdict, or moved it.
            let moved = codes.iter().any(|code| ["STALE_VERDICT", "STALE_REVISION"].contains(&code.as_str()));
            if !moved || Instant::now() > end {
                return codes;
            }
        }
    }

    /// A tenant's rollout, of what was seen of the whole.
    fn rollout<'a>(&self, seen: &'a Value, tenant: usize) -> &'a Value {
        &self.tenant(seen, tenant)["rollout"]
    }

    fn tenant<'a>(&self, seen: &'a Value, tenant: usize) -> &'a Value {
        let nodes = seen["tenants"]["nodes"].as_array().unwrap();
        nodes.iter().find(|node| node["tenant"]["id"] == self.tenants[tenant].id).unwrap()
    }

    fn state<'a>(&self, seen: &'a Value, tenant: usize) -> &'a str {
        self.tenant(seen, tenant)["state"].as_str().unwrap()
    }

    /// What happened to the whole: kinds in their order.
    async fn told(&self, bulk: &Value) -> Vec<String> {
        let query = "query($id: ID!) { bulkRollout(id: $id) { timeline(first: 100) { nodes { ... on BulkRolloutEvent { kind severity step } } } } }";
        let answer = self.owner.send(query, json!({ "id": bulk["id"] })).await;
        let events = answer.at("/bulkRollout/timeline/nodes").as_array().unwrap();
        events.iter().map(|event| event["step"].as_str().or(event["kind"].as_str()).unwrap().to_owned()).collect()
    }

    async fn live(&self, tenant: usize, graph_id: &str) -> Value {
        self.world.cloud.policy(self.tenants[tenant].entra, graph_id).await
    }

    async fn original(&self, tenant: usize) -> Value {
        self.live(tenant, &object_id(tenant, 9).to_string()).await
    }
}

async fn mutate(client: &Client, mutation: &str, kind: &str, input: Value) -> Answer {
    let query = format!(
        "mutation($input: {kind}!) {{ {mutation}(input: $input) {{ bulkRollout {{ {BULK} }} userErrors {{ code message path }} }} }}"
    );
    client.send(&query, json!({ "input": input })).await
}

fn done(answer: &Answer, mutation: &str) -> Value {
    assert_eq!(answer.user_errors(mutation), Vec::<String>::new(), "{:#}", answer.body);
    answer.at(&format!("/{mutation}/bulkRollout")).clone()
}

fn policy(tenant: usize) -> Value {
    json!({
        "id": object_id(tenant, 9),
        "displayName": POLICY,
        "state": "enabledForReportingButNotEnforced",
        "conditions": {
            "users": { "includeUsers": ["All"], "excludeGroups": [group_id(tenant)] },
            "applications": { "includeApplications": ["All"] },
            "clientAppTypes": ["all"],
        },
        "grantControls": { "operator": "OR", "builtInControls": ["compliantDevice"] },
    })
}

async fn emergency(owner: &Client, tenant: &Managed) {
    let query = "mutation($input: SetEmergencyAccessInput!) { setEmergencyAccess(input: $input) { userErrors { code message } } }";
    let end = Instant::now() + PATIENCE;
    loop {
        let seen = owner.send("query($id: ID!) { tenant(id: $id) { revision } }", json!({ "id": tenant.id })).await;
        let input = json!({ "id": tenant.id, "objectIds": [group_id(tenant.number)], "expectedRevision": seen.at("/tenant/revision") });
        let set = owner.send(query, json!({ "input": input })).await;
        let refused = set.user_errors("setEmergencyAccess");
        // A background reading may have moved the tenant in between.
        if refused == ["STALE_REVISION"] && Instant::now() < end {
            continue;
        }
        assert_eq!(refused, Vec::<String>::new(), "{:#}", set.body);
        return;
    }
}

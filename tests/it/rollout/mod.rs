//! Phased rollouts over real processes: from the plan to the end, and everything that stops one on its way.

mod approval;
mod crash;
mod guard;
mod hands;
mod notify;
mod stops;
mod stories;
mod story;

use std::time::Duration;

use entra_sim::SimTenant;
use harness::world::World;
use harness::{Answer, Client, Database, ServerOptions};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use crate::drift::resync;
use crate::people::people;

/// The report-only policy that is rolled out.
const POLICY: &str = "Rolled out: MFA for everybody";

/// Longer than any step of a test.
const PATIENCE: Duration = Duration::from_secs(120);

/// What a test wants to know of a rollout.
const ROLLOUT: &str = "id revision status mode phase digest guidance endReason awaitingApproval allowed \
    pause { reason text } hold { why text } step { step standing failure change { id status } } \
    twin { id graphId } policy { id graphId } nextPhase { number } \
    plan { reasoning phases { number members started minBakeSeconds groups { groupId name } forecast { users notMeasurable } } } \
    verdict { id outcome why phase counts { signIns users blockedUsers reasons { errorCode users } } guard { maxBlockedPercent } }";

/// A world with a connected tenant whose people were read, emergency access configured, and a report-only policy for all users.
pub(crate) struct Stage {
    pub(crate) world: World,
    pub(crate) owner: Client,
    pub(crate) sim: SimTenant,
    pub(crate) policy: Value,
    emergency: String,
}

impl Stage {
    pub(crate) async fn set(database: Database) -> Self {
        Stage::set_with(database, |_| {}).await
    }

    async fn set_with(database: Database, adjust: impl FnOnce(&mut ServerOptions)) -> Self {
        Stage::demanding(database, "mfa", adjust).await
    }

    /// With a policy that demands another control.
    async fn demanding(database: Database, control: &str, adjust: impl FnOnce(&mut ServerOptions)) -> Self {
        let world = World::start_with(database, |options| {
            for (name, value) in [
                ("ROLLOUTS__LOOK_S", "1"),
                ("ROLLOUTS__PROPAGATION_S", "0"),
                ("ROLLOUTS__LEAST_BAKE_S", "0"),
                ("ROLLOUTS__KEEP_TWIN_S", "3"),
                ("SIGN_INS__SETTLE_S", "1"),
                ("SIGN_INS__RETENTION_DAYS", "1"),
            ] {
                options.extra.insert(format!("CAUSEWAY__{name}"), value.to_owned());
            }
            adjust(options);
        })
        .await;
        let owner = world.server.client("OWNER").await;
        let sim = world.sim_tenant();
        let emergency = emergency_group(&world, &sim).await;
        add_policy(&world, &sim, &emergency, control).await;
        let tenant = world.connect(&owner, &sim).await;
        people(&owner, &tenant).await;
        set_emergency(&owner, &tenant, &emergency).await;
        read_sign_ins(&owner, &tenant).await;
        let policy = world.policies(&owner, &tenant).await.into_iter().find(|policy| policy["displayName"] == POLICY).unwrap();
        Stage { world, owner, sim, policy, emergency }
    }

    /// Three groups, the smallest impact first.
    pub(crate) async fn groups(&self) -> Vec<String> {
        self.all_groups().await.into_iter().take(3).collect()
    }

    /// Every group of the proposed plan.
    async fn all_groups(&self) -> Vec<String> {
        let query = "query($id: ID!) { rolloutPlan(policyId: $id) { plan { groups { groupId } } } }";
        let answer = self.owner.send(query, json!({ "id": self.policy["id"] })).await;
        let groups = answer.at("/rolloutPlan/plan/groups").as_array().unwrap();
        groups.iter().map(|group| group["groupId"].as_str().unwrap().to_owned()).collect()
    }

    /// A rollout of three phases with one group each.
    async fn planned(&self, adjust: Value) -> Value {
        let phases: Vec<Value> = self.groups().await.iter().map(|group| json!({ "groupIds": [group], "minBakeSeconds": 0 })).collect();
        let mut input = json!({ "policyId": self.policy["id"], "phases": phases });
        for (name, value) in adjust.as_object().unwrap() {
            input[name] = value.clone();
        }
        done(&mutate(&self.owner, "createRollout", "CreateRolloutInput", input).await, "createRollout")
    }

    /// The same, running in its first phase.
    async fn running(&self, adjust: Value) -> Value {
        let planned = self.planned(adjust).await;
        self.start(&planned).await;
        self.until(&planned, |seen| seen["status"] == "RUNNING" && seen["phase"] == 1).await
    }

    pub(crate) async fn start(&self, rollout: &Value) -> Value {
        let input = json!({ "id": rollout["id"], "expectedRevision": rollout["revision"], "confirmForecast": true });
        done(&mutate(&self.owner, "startRollout", "StartRolloutInput", input).await, "startRollout")
    }

    /// A step forward that overrides the newest verdict.
    pub(crate) async fn override_forward(&self, mutation: &str, rollout: &Value) -> Value {
        let seen = self.until(rollout, |seen| !seen["verdict"].is_null() && seen["status"] != "ADVANCING").await;
        let input = json!({
            "id": seen["id"], "expectedRevision": seen["revision"], "overrideVerdict": seen["verdict"]["id"],
            "reason": "looked at by hand", "confirmForecast": true,
        });
        done(&mutate(&self.owner, mutation, "ForwardRolloutInput", input).await, mutation)
    }

    async fn see(&self, rollout: &Value) -> Value {
        try_see(&self.owner, rollout).await.expect("the server answers")
    }

    pub(crate) async fn until(&self, rollout: &Value, reached: impl Fn(&Value) -> bool) -> Value {
        until(&self.owner, rollout, reached).await
    }

    /// The twin as Entra holds it.
    async fn twin(&self, rollout: &Value) -> Value {
        self.live(rollout["twin"]["graphId"].as_str().unwrap()).await
    }

    /// The original as Entra holds it.
    async fn original(&self) -> Value {
        self.live(self.policy["graphId"].as_str().unwrap()).await
    }

    async fn live(&self, graph_id: &str) -> Value {
        self.world.cloud.policy(self.sim.tenant_id, graph_id).await
    }

    /// What happened to a rollout: kinds in their order.
    async fn told(&self, rollout: &Value) -> Vec<Value> {
        let query = "query($id: ID!) { rollout(id: $id) { timeline(first: 100) { nodes { ... on RolloutEvent { kind severity reason text phase } } } } }";
        let answer = self.owner.send(query, json!({ "id": rollout["id"] })).await;
        answer.at("/rollout/timeline/nodes").as_array().unwrap().clone()
    }
}

async fn until(client: &Client, rollout: &Value, reached: impl Fn(&Value) -> bool) -> Value {
    let end = Instant::now() + PATIENCE;
    loop {
        let seen = try_see(client, rollout).await.unwrap_or_default();
        if seen.is_object() && reached(&seen) {
            return seen;
        }
        assert!(Instant::now() < end, "the rollout stayed {seen:#}");
        sleep(Duration::from_millis(100)).await;
    }
}

async fn try_see(client: &Client, rollout: &Value) -> Option<Value> {
    let query = format!("query($id: ID!) {{ rollout(id: $id) {{ {ROLLOUT} }} }}");
    let answer = client.try_send(&query, json!({ "id": rollout["id"] })).await?;
    Some(answer.at("/rollout").clone())
}

pub(crate) async fn mutate(client: &Client, mutation: &str, kind: &str, input: Value) -> Answer {
    let query = format!(
        "mutation($input: {kind}!) {{ {mutation}(input: $input) {{ rollout {{ {ROLLOUT} }} userErrors {{ code message path }} }} }}"
    );
    client.send(&query, json!({ "input": input })).await
}

pub(crate) fn done(answer: &Answer, mutation: &str) -> Value {
    assert_eq!(answer.user_errors(mutation), Vec::<String>::new(), "{:#}", answer.body);
    answer.at(&format!("/{mutation}/rollout")).clone()
}

/// A step that says why, with the revision that was read.
async fn reasoned(client: &Client, mutation: &str, rollout: &Value) -> Answer {
    let input = json!({ "id": rollout["id"], "expectedRevision": rollout["revision"], "reason": "a test asks" });
    mutate(client, mutation, "ReasonedRolloutInput", input).await
}

/// `cancelRollout` or `rollBackRollout`.
pub(crate) async fn stop(client: &Client, mutation: &str, rollout: &Value) -> Answer {
    mutate(client, mutation, "StopRolloutInput", json!({ "id": rollout["id"], "reason": "a test asks" })).await
}

fn kinds(events: &[Value]) -> Vec<&str> {
    events.iter().filter_map(|event| event["kind"].as_str()).collect()
}

fn groups_of(policy: &Value) -> Vec<String> {
    let groups = policy["conditions"]["users"]["includeGroups"].as_array().cloned().unwrap_or_default();
    groups.iter().map(|group| group.as_str().unwrap().to_owned()).collect()
}

/// A planned rollout in a tenant that is connected already; its id.
pub(crate) async fn planned(world: &World, owner: &Client, tenant: &str) -> String {
    let sim = world.sim_tenant();
    let emergency = emergency_group(world, &sim).await;
    add_policy(world, &sim, &emergency, "mfa").await;
    resync(owner, tenant).await;
    people(owner, tenant).await;
    set_emergency(owner, tenant, &emergency).await;
    let policy = world.policies(owner, tenant).await.into_iter().find(|policy| policy["displayName"] == POLICY).unwrap();
    let planned = mutate(owner, "createRollout", "CreateRolloutInput", json!({ "policyId": policy["id"] })).await;
    done(&planned, "createRollout")["id"].as_str().unwrap().to_owned()
}

async fn add_policy(world: &World, sim: &SimTenant, emergency: &str, control: &str) {
    let document = json!({
        "id": Uuid::from_u128(0x0011_0017),
        "displayName": POLICY,
        "state": "enabledForReportingButNotEnforced",
        "conditions": {
            "users": { "includeUsers": ["All"], "excludeGroups": [emergency] },
            "applications": { "includeApplications": ["All"] },
            "clientAppTypes": ["all"],
        },
        "grantControls": { "operator": "OR", "builtInControls": [control] },
    });
    world.cloud.call("POST", &format!("/tenants/{}/objects", sim.tenant_id), json!({ "policies": [document] })).await;
}

async fn emergency_group(world: &World, sim: &SimTenant) -> String {
    let text = world.cloud.graph(sim.tenant_id, sim.apps[0].client_id, "/groups?$top=200").await;
    let groups: Value = serde_json::from_str(text.trim_start_matches('\u{feff}')).unwrap();
    let emergency = |group: &&Value| {
        let name = group["displayName"].as_str().unwrap_or_default();
        name.contains("Emergency Access") || name.contains("BreakGlass")
    };
    groups["value"].as_array().unwrap().iter().find(emergency).unwrap()["id"].as_str().unwrap().to_owned()
}

async fn set_emergency(owner: &Client, tenant: &str, group: &str) {
    let query = "mutation($input: SetEmergencyAccessInput!) { setEmergencyAccess(input: $input) { userErrors { code message } } }";
    let end = Instant::now() + PATIENCE;
    loop {
        let seen = owner.send("query($id: ID!) { tenant(id: $id) { revision } }", json!({ "id": tenant })).await;
        let input = json!({ "id": tenant, "objectIds": [group], "expectedRevision": seen.at("/tenant/revision") });
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

async fn read_sign_ins(owner: &Client, tenant: &str) {
    let query = "mutation($id: ID!) { readSignIns(input: { id: $id }) { userErrors { code message } } }";
    owner.send(query, json!({ "id": tenant })).await;
    let end = Instant::now() + PATIENCE;
    loop {
        let seen = owner.send("query($id: ID!) { tenant(id: $id) { signInLog { state dataThrough } } }", json!({ "id": tenant })).await;
        let log = seen.at("/tenant/signInLog");
        if !log["dataThrough"].is_null() {
            return;
        }
        assert!(Instant::now() < end, "the sign-ins were not read: {log:#}");
        sleep(Duration::from_millis(100)).await;
    }
}

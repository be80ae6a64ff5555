//! Objects for the runs of a lane, made a batch at a time, because making them known to the product takes a sync.

use std::collections::{HashMap, VecDeque};

use domain::id::PolicyId;
use reqwest::Method;
use serde_json::Value;
use uuid::Uuid;

use super::cases::{Case, Needs, Scene, context_policy, objects, policy};
use super::lane::Lane;

/// How many are made at a time.
const BATCH: usize = 12;

/// Ids by what they are for.
#[derive(Default)]
pub struct Pools {
    ready: HashMap<Needs, VecDeque<String>>,
    made: u64,
}

/// What a run works on.
pub struct Target {
    /// What the case sees.
    pub scene: Scene,
    /// Our id of the policy, where the change is about one that exists.
    pub policy: Option<PolicyId>,
}

impl Lane {
    /// Something to work on for the next run of a case.
    pub async fn target(&mut self, case: &Case) -> Target {
        self.runs += 1;
        if case.needs == Needs::Nothing {
            return Target { scene: Scene { number: self.runs, id: None, before: Value::Null }, policy: None };
        }
        if self.pools.ready.get(&case.needs).is_none_or(VecDeque::is_empty) {
            self.fill(case.needs).await;
        }
        let id = self.pools.ready.get_mut(&case.needs).and_then(VecDeque::pop_front).expect("the pool was filled");
        let path = match case.needs {
            Needs::DeletedPolicy => format!("deletedItems/policies/{id}"),
            _ => format!("{}/{id}", case.collection()),
        };
        let before = self.entra.get(&path).await.expect("what was prepared is there");
        let policy = match case.collection() {
            "policies" => {
                let graph_id = Uuid::try_parse(&id).expect("a GUID");
                let owner = self.owner().await;
                let item = self.worker.app.policy_by_graph_id(&owner, self.tenant, graph_id).await.expect("policies can be read");
                Some(item.expect("the sync found the policy").policy.id)
            }
            _ => None,
        };
        Target { scene: Scene { number: self.runs, id: Some(id), before }, policy }
    }

    /// Gives back what can be used again; else cleans up behind the run.
    pub async fn give_back(&mut self, case: &Case, id: &str, reusable: bool) {
        if reusable && matches!(case.needs, Needs::Policy | Needs::ContextPolicy | Needs::Location) {
            self.pools.ready.entry(case.needs).or_default().push_back(id.to_owned());
        } else {
            self.entra.purge(case.collection(), id).await;
        }
    }

    async fn fill(&mut self, needs: Needs) {
        let mut ids = VecDeque::with_capacity(BATCH);
        for _ in 0..BATCH {
            self.pools.made += 1;
            let made = self.pools.made;
            let (collection, body) = match needs {
                Needs::Location | Needs::SpareLocation => {
                    ("namedLocations", objects::location(&format!("Site {made}"), &format!("192.0.{}.0/24", made % 256)))
                }
                Needs::ContextPolicy => ("policies", context_policy(&format!("Policy {made}"))),
                _ => ("policies", policy(&format!("Policy {made}"))),
            };
            let created = self.entra.write(Method::POST, collection, &body).await;
            ids.push_back(created["id"].as_str().expect("an id").to_owned());
        }
        if needs == Needs::DeletedPolicy {
            // Known before it is deleted, as a policy of a real tenant would be.
            self.resync().await;
            for id in &ids {
                self.entra.write(Method::DELETE, &format!("policies/{id}"), &Value::Null).await;
            }
        }
        self.resync().await;
        self.pools.ready.insert(needs, ids);
    }
}

//! Two admins at one policy: each adds a user of its own to the exclusions, over two processes whose workers hesitate at random.

use std::sync::Arc;
use std::time::Duration;

use app::App;
use app::command::{ApplyChange, ChangeStep};
use app::error::AppError;
use domain::change::failure::FailureCode;
use domain::change::request::ChangeRequest;
use domain::change::status::ChangeStatus;
use domain::id::{ChangeId, PolicyId, TenantId};
use domain::workspace::Actor;
use serde_json::{Value, json};
use tokio::sync::Barrier;
use tokio::time::{Instant, sleep};

use super::cases::{Case, Needs, cases};
use super::dice::Dice;
use super::entra::directory::user;
use super::entra::{TENANT, USERS};
use super::lane::Lane;
use super::run::draft;
use super::scenario::LAG_MS;
use super::worker::{Gate, Worker};
use crate::Database;

/// Neither change takes longer.
const ENDS_WITHIN: Duration = Duration::from_secs(60);
/// The longest pause of an admin between two steps.
const THINKS_US: usize = 6_000;

/// What became of one of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Applied.
    Applied,
    /// Failed, told of the other's change.
    Conflict,
    /// Refused before its apply began.
    Refused,
}

/// How the two meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meeting {
    /// Both wait for one another before they apply.
    Together,
    /// Each goes at its own pace; in one of four schedules the second begins when the first has ended.
    ByChance,
}

/// One schedule: what became of both, and what was wrong.
pub struct Contest {
    /// In the order of the admins.
    pub fates: [Fate; 2],
    /// Broken promises.
    pub broken: Vec<String>,
}

/// Two processes over one database, and a policy that both admins want.
pub struct Rivals {
    lane: Lane,
    other: Worker,
    case: Case,
    policy: Option<(String, PolicyId)>,
    next_user: u64,
    seen: u64,
}

impl Rivals {
    /// Two processes with two workers each.
    pub async fn open(database: Database, seed: u64) -> Self {
        let mut lane = Lane::open(database).await;
        let start = |name: &str, seed| {
            let gate = Arc::new(Gate::hesitant(seed));
            Worker::start(lane.parts.app(&gate), gate, 2, name)
        };
        let (one, other) = (start("one", seed), start("other", !seed));
        std::mem::replace(&mut lane.worker, one).stop().await;
        let case = cases().into_iter().find(|case| case.kind.as_str() == "policy.assignment_change").expect("its case");
        Rivals { lane, other, case, policy: None, next_user: 0, seen: 0 }
    }

    /// Plays one schedule.
    pub async fn contest(&mut self, dice: &mut Dice, meeting: Meeting) -> Contest {
        if self.policy.is_none() || self.next_user + 2 > USERS {
            self.fresh_policy().await;
        }
        let (graph_id, policy) = self.policy.clone().expect("a policy");
        let users = [user(self.next_user), user(self.next_user + 1)];
        self.next_user += 2;
        let before = self.excluded(&graph_id).await;
        let lag = if dice.one_in(4) { LAG_MS } else { super::scenario::SOON_MS };
        self.lane.entra.cloud.lag(TENANT, lag).await;
        self.seen = self.lane.entra.requests(self.seen).await.1;
        self.lane.new_writes().await;

        let (together, owner) = ((meeting == Meeting::Together).then(|| Arc::new(Barrier::new(2))), self.lane.owner().await);
        let admin = |number: usize, dice: &mut Dice| Admin {
            app: if dice.one_in(2) { self.lane.worker.app.clone() } else { self.other.app.clone() },
            actor: owner.clone(),
            tenant: self.lane.tenant,
            policy,
            user: users[number].clone(),
            together: together.clone(),
            thinks: [0; 3].map(|_| Duration::from_micros(dice.below(THINKS_US) as u64)),
        };
        let (one, two) = (admin(0, dice), admin(1, dice));
        let in_turn = meeting == Meeting::ByChance && dice.one_in(4);
        let (one, two) = if in_turn { (one.adds().await, two.adds().await) } else { tokio::join!(one.adds(), two.adds()) };
        self.judge(&graph_id, &before, &users, [one, two]).await
    }

    async fn judge(
        &mut self,
        graph_id: &str,
        before: &[String],
        users: &[String; 2],
        ends: [Result<ChangeRequest, AppError>; 2],
    ) -> Contest {
        let live = self.excluded(graph_id).await;
        let mut broken = Vec::new();
        let mut fates = [Fate::Refused; 2];
        let mut marks = Vec::new();
        for (number, end) in ends.iter().enumerate() {
            let there = live.contains(&users[number]);
            match end {
                Err(_) if there => broken.push(format!("admin {number} was refused, and the user is there")),
                Err(error) if !error.expected() => broken.push(format!("admin {number}: {error}")),
                Err(_) => {}
                Ok(change) => {
                    marks.extend(self.mark(change.id).await);
                    fates[number] = fate(change, there, &mut broken);
                }
            }
        }
        if let Some(lost) = before.iter().find(|user| !live.contains(user)) {
            broken.push(format!("{lost} was there before"));
        }
        if !fates.contains(&Fate::Applied) {
            broken.push(format!("neither was applied: {ends:?}"));
        }
        let (writes, applied) = (self.lane.new_writes().await.len(), fates.iter().filter(|fate| **fate == Fate::Applied).count());
        if writes != applied {
            broken.push(format!("{writes} writes for {applied} applied changes"));
        }
        let (requests, last) = self.lane.entra.requests(self.seen).await;
        self.seen = last;
        let mut turns: Vec<&String> = requests.iter().filter(|request| marks.contains(request)).collect();
        turns.dedup();
        if turns.len() > marks.len() {
            broken.push(format!("the two took turns at the tenant: {turns:?}"));
        }
        Contest { fates, broken }
    }

    async fn mark(&self, change: ChangeId) -> Option<String> {
        let intent = self.lane.parts.store.reader().intent(self.lane.workspace, change).await.expect("intents can be read");
        intent.map(|intent| intent.client_request_id.to_string())
    }

    async fn excluded(&self, graph_id: &str) -> Vec<String> {
        let policy = self.lane.entra.get(&format!("policies/{graph_id}")).await.expect("the policy is there");
        let users = policy["conditions"]["users"]["excludeUsers"].as_array().cloned().unwrap_or_default();
        users.iter().filter_map(|user| user.as_str().map(str::to_owned)).collect()
    }

    async fn fresh_policy(&mut self) {
        if let Some((old, _)) = self.policy.take() {
            self.lane.give_back(&self.case, &old, false).await;
        }
        assert_eq!(self.case.needs, Needs::Policy);
        let target = self.lane.target(&self.case).await;
        self.policy = target.scene.id.zip(target.policy);
        self.next_user = 0;
    }
}

fn fate(change: &ChangeRequest, there: bool, broken: &mut Vec<String>) -> Fate {
    let failure = change.failure.as_ref();
    match (change.status, failure.map(|failure| failure.code)) {
        (ChangeStatus::Applied, _) if there => Fate::Applied,
        (ChangeStatus::Applied, _) => {
            broken.push("applied, and the user is not there".to_owned());
            Fate::Applied
        }
        (ChangeStatus::Failed, Some(FailureCode::ConflictLiveChanged)) if !there => Fate::Conflict,
        _ => {
            broken.push(format!("{}, the user is there: {there}, {failure:?}", change.status));
            Fate::Conflict
        }
    }
}

/// One of the two.
struct Admin {
    app: App,
    actor: Actor,
    tenant: TenantId,
    policy: PolicyId,
    user: String,
    together: Option<Arc<Barrier>>,
    thinks: [Duration; 3],
}

impl Admin {
    /// Drafts, dry-runs, applies, and waits for the end.
    async fn adds(self) -> Result<ChangeRequest, AppError> {
        let ready = self.prepare().await;
        if let Some(together) = &self.together {
            together.wait().await;
        }
        let ready = ready?;
        sleep(self.thinks[2]).await;
        let apply = ApplyChange {
            id: ready.id,
            expected_revision: ready.revision,
            digest: ready.dry_run.map(|dry_run| dry_run.digest).unwrap_or_default(),
            idempotency_key: None,
        };
        self.app.apply_change(&self.actor, apply).await?;
        let until = Instant::now() + ENDS_WITHIN;
        loop {
            let found = self.app.changes_by_ids(&self.actor, &[ready.id]).await?.remove(&ready.id);
            match found {
                Some(change) if change.status != ChangeStatus::Applying || Instant::now() >= until => return Ok(change),
                _ => sleep(Duration::from_millis(15)).await,
            }
        }
    }

    async fn prepare(&self) -> Result<ChangeRequest, AppError> {
        sleep(self.thinks[0]).await;
        let payload: Value = json!({ "kind": "policy.assignment_change", "excludeUsers": { "add": [self.user] } });
        let payload = serde_json::from_value(payload).expect("a payload in its JSON form");
        let change = self.app.create_change(&self.actor, draft(self.tenant, Some(self.policy), payload)).await?;
        sleep(self.thinks[1]).await;
        let step = ChangeStep { id: change.id, expected_revision: change.revision, idempotency_key: None };
        self.app.run_dry_run(&self.actor, step).await
    }
}

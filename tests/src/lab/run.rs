//! One run: draft, dry-run, apply, with a scenario in its way, and then the question whether the account is true.

use std::sync::Arc;
use std::time::Duration;

use app::command::{ApplyChange, ChangeStep, CreateChange};
use app::failpoint::ApplyStep;
use domain::change::kind::ChangePayload;
use domain::change::request::ChangeRequest;
use domain::change::status::ChangeStatus;
use domain::id::{ChangeId, PolicyId, TenantId};
use domain::workspace::Actor;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep, timeout};

use super::cases::Case;
use super::check::{Record, Seen, judge};
use super::entra::{TENANT, directory};
use super::lane::Lane;
use super::pool::Target;
use super::scenario::{Fault, Foreign, LAG_MS, Moment, SOON_MS, Scenario};
use super::worker::{Gate, Stepped, Worker};

/// A change that has not ended by then never will.
const ENDS_WITHIN: Duration = Duration::from_secs(45);
/// How often the database is asked while no step is heard of.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// How a wait for a worker ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Waited {
    /// The worker stands where it was to stop.
    Stopped,
    /// The change has its outcome, and no job is left.
    Ended,
    /// Neither, for too long.
    Stuck,
}

/// Runs a case through a scenario.
pub async fn run(lane: &mut Lane, case: &Case, scenario: &Scenario) -> Record {
    let began = Instant::now();
    let target = lane.target(case).await;
    let owner = lane.owner().await;
    let ready = match dry_run(lane, &owner, case, &target).await {
        Ok(ready) => ready,
        Err(why) => return Record::blocked(case, scenario, &target.scene, why),
    };
    trouble(lane, case, scenario).await;
    arm(&lane.worker.gate, scenario, 0);
    let apply = ApplyChange {
        id: ready.id,
        expected_revision: ready.revision,
        digest: ready.dry_run.as_ref().map(|dry_run| dry_run.digest.clone()).unwrap_or_default(),
        idempotency_key: None,
    };
    lane.worker.app.apply_change(&owner, apply).await.unwrap_or_else(|error| panic!("{}: {error}", case.kind));

    let mut journey = Journey::default();
    journey.take(lane, case, scenario, &target, ready.id).await;
    let waited = until(lane, ready.id, None).await;
    journey.finish(lane).await;
    calm(lane, scenario).await;

    let change = change(lane, ready.id).await;
    let intent =
        lane.parts.store.reader().intent(lane.workspace, ready.id).await.expect("intents can be read").expect("an apply has an intent");
    let writes = lane.new_writes().await;
    let own = intent.client_request_id.to_string();
    let seen = Seen {
        writes: writes.into_iter().filter(|entry| entry["client_request_id"] == own.as_str()).collect(),
        steps: journey.steps,
        stuck: waited != Waited::Ended,
        foreign: journey.edit,
        taken_over: journey.taken_over,
    };
    let record = judge(lane, case, scenario, &target.scene, &change, seen).await.with(ready.id, intent.client_request_id, began.elapsed());
    settle(lane, case, &target, &change, &record).await;
    record
}

/// What happened to the workers on the way.
#[derive(Default)]
struct Journey {
    paused: Option<Worker>,
    steps: Vec<Stepped>,
    edit: Option<Value>,
    taken_over: usize,
}

impl Journey {
    /// Plays the scenario's stops.
    async fn take(&mut self, lane: &mut Lane, case: &Case, scenario: &Scenario, target: &Target, change: ChangeId) {
        for (number, takeover) in scenario.takeovers.iter().enumerate() {
            let after = match takeover.at {
                Moment::After(time) => Some(time),
                Moment::Step(_) => None,
            };
            if until(lane, change, after).await != Waited::Stopped {
                return;
            }
            self.taken_over += 1;
            let old = lane.worker.leave();
            if takeover.paused {
                self.paused = Some(old);
            } else {
                self.steps.extend(old.crash().await);
            }
            // Only now: a worker still alive could claim its next job under a lease that the clock does not move past again.
            lane.parts.expire_leases();
            // Between two workers, so that whether the object is still there doesn't change under the edit.
            if scenario.foreign == Foreign::OtherField && number == 0 {
                self.edit = edit(lane, case, target).await;
            }
            let gate = Arc::new(Gate::default());
            arm(&gate, scenario, number + 1);
            lane.worker = Worker::start(lane.parts.app(&gate), gate, 1, &format!("run {} worker {number}", lane.runs));
        }
    }

    /// Lets the paused worker go on, now that the other one has finished; it works on in the runs that follow. Whatever it still
    /// wrote is found there, or at the lane's end.
    async fn finish(&mut self, lane: &mut Lane) {
        if let Some(paused) = self.paused.take() {
            let finished = std::mem::replace(&mut lane.worker, paused);
            self.steps.extend(finished.stop().await);
            self.steps.extend(lane.worker.gate.take_steps());
            lane.worker.gate.go_on();
        } else {
            lane.worker.gate.stop_at(None);
            self.steps.extend(lane.worker.gate.take_steps());
        }
        self.steps.sort_by_key(|stepped| stepped.at);
    }
}

/// A change that is ready to be applied; else why there is none.
async fn dry_run(lane: &Lane, owner: &Actor, case: &Case, target: &Target) -> Result<ChangeRequest, String> {
    let app = &lane.worker.app;
    let payload: ChangePayload = serde_json::from_value((case.payload)(&target.scene)).map_err(|error| format!("no payload: {error}"))?;
    let create = draft(lane.tenant, target.policy, payload);
    let change = app.create_change(owner, create).await.map_err(|error| format!("not drafted: {error}"))?;
    let step = ChangeStep { id: change.id, expected_revision: change.revision, idempotency_key: None };
    let ready = app.run_dry_run(owner, step).await.map_err(|error| format!("not planned: {error}"))?;
    let warnings = ready.dry_run.iter().flat_map(|dry_run| &dry_run.warnings);
    match ready.status {
        ChangeStatus::DryRunComplete => Ok(ready),
        _ => Err(warnings.map(|warning| format!("{}: {}; ", warning.code, warning.message)).collect()),
    }
}

/// A draft for a policy, or for an object that is none or not there yet.
pub(super) fn draft(tenant: TenantId, policy: Option<PolicyId>, payload: ChangePayload) -> CreateChange {
    CreateChange { tenant_id: Some(tenant), policy_id: policy, payload: payload.into(), note: None, idempotency_key: None }
}

fn arm(gate: &Gate, scenario: &Scenario, number: usize) {
    gate.stop_at(match scenario.takeovers.get(number).map(|takeover| takeover.at) {
        Some(Moment::Step(step)) => Some(step),
        _ => None,
    });
}

async fn trouble(lane: &Lane, case: &Case, scenario: &Scenario) {
    for fault in &scenario.faults {
        for rule in fault.rules(case.method) {
            lane.entra.cloud.fault(TENANT, rule).await;
        }
        if *fault == Fault::Lag {
            lane.entra.cloud.lag(TENANT, LAG_MS).await;
        }
    }
}

async fn calm(lane: &Lane, scenario: &Scenario) {
    if scenario.faults.iter().any(|fault| !matches!(fault, Fault::None | Fault::Lag)) {
        lane.entra.cloud.call("DELETE", &format!("/tenants/{TENANT}/faults"), Value::Null).await;
    }
    if scenario.faults.contains(&Fault::Lag) {
        lane.entra.cloud.lag(TENANT, SOON_MS).await;
    }
}

/// Waits for a stop, an end, or an instant.
async fn until(lane: &Lane, id: ChangeId, after: Option<Duration>) -> Waited {
    let gate = &lane.worker.gate;
    let began = Instant::now();
    loop {
        let left = after.map(|after| after.saturating_sub(began.elapsed()));
        if left.is_some_and(|left| left.is_zero()) {
            return Waited::Stopped;
        }
        let silent = timeout(left.unwrap_or(LOOK_EVERY).min(LOOK_EVERY), gate.moved()).await.is_err();
        if gate.stopped() {
            return Waited::Stopped;
        }
        // A step on the way is no reason to ask the database.
        if (silent || gate.at(ApplyStep::Committed)) && change(lane, id).await.status != ChangeStatus::Applying {
            while lane.parts.open_jobs("apply").await > 0 && began.elapsed() < ENDS_WITHIN {
                if gate.stopped() {
                    return Waited::Stopped;
                }
                sleep(Duration::from_millis(1)).await;
            }
            return if lane.parts.open_jobs("apply").await == 0 { Waited::Ended } else { Waited::Stuck };
        }
        if silent {
            lane.hurry("apply").await;
        }
        if began.elapsed() >= ENDS_WITHIN {
            return Waited::Stuck;
        }
    }
}

async fn change(lane: &Lane, id: ChangeId) -> ChangeRequest {
    lane.parts.store.reader().change(lane.workspace, id).await.expect("changes can be read").expect("the change is there")
}

/// Somebody else's edit of a field that no case touches; returns the members it set, or nothing where the object is gone.
async fn edit(lane: &Lane, case: &Case, target: &Target) -> Option<Value> {
    let path = format!("{}/{}", case.collection(), target.scene.id.as_ref()?);
    let body = match case.collection() {
        "policies" => json!({ "conditions": { "users": { "excludeGroups": [directory::group(0), directory::group(7)] } } }),
        _ => json!({ "@odata.type": "#microsoft.graph.ipNamedLocation", "displayName": format!("Edited {}", lane.runs) }),
    };
    lane.entra.edit(&path, &body).await.then_some(body)
}

/// Leaves the tenant as the next run may have it.
async fn settle(lane: &mut Lane, case: &Case, target: &Target, change: &ChangeRequest, record: &Record) {
    let known = change.status == ChangeStatus::Applied && !record.edited;
    let id = target.scene.id.clone().or_else(|| change.target_graph_id.clone());
    if let Some(id) = id {
        lane.give_back(case, &id, known).await;
    }
}

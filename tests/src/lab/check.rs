//! Whether a change's account of itself is true to the ledger and to the live objects.

use std::collections::BTreeSet;
use std::time::Duration;

use app::failpoint::ApplyStep;
use chrono::{DateTime, Utc};
use domain::change::kind::ChangeKind;
use domain::change::request::ChangeRequest;
use domain::change::status::ChangeStatus;
use domain::id::ChangeId;
use serde_json::Value;
use uuid::Uuid;

use super::cases::{Case, Expected, Needs, Scene, form};
use super::lane::Lane;
use super::scenario::Scenario;
use super::worker::Stepped;

/// How a change ended.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ending {
    /// Applied, with a write or without.
    Applied,
    /// Failed with this code, and the account of the write is certain.
    Failed(&'static str),
    /// Failed, and it says that it can't tell.
    Unknown(&'static str),
    /// Neither.
    Open,
}

/// A promise that was broken.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Finding {
    /// Applied, but the write is not there (P2).
    Lost,
    /// More than one write was accepted (P3, P17).
    Doubled,
    /// The account says something else than the tenant.
    Untrue,
    /// It did not end, or a job was left (P1).
    Stuck,
    /// A write without a recorded intent before it (P4).
    Unrecorded,
    /// It could not tell, although nobody else had touched anything.
    Undetermined,
    /// It failed without a reason.
    Needless,
    /// It could not be drafted, or its dry-run blocks it.
    Blocked,
    /// The event log does not tell the same story (P25).
    Log,
}

/// What a run leaves behind.
#[derive(Clone, Debug)]
pub struct Record {
    /// The kind of change.
    pub kind: ChangeKind,
    /// The run's number in its lane.
    pub number: u64,
    /// What was in its way.
    pub scenario: String,
    /// The change, and the `client-request-id` of its writes; nothing where it never came to be applied.
    pub change: Option<(ChangeId, Uuid)>,
    /// How it ended.
    pub ending: Ending,
    /// How many of its writes the tenant accepted.
    pub writes: usize,
    /// How often another worker took over.
    pub taken_over: usize,
    /// Whether somebody else edited the object.
    pub edited: bool,
    /// Broken promises, with what was seen.
    pub findings: Vec<(Finding, String)>,
    /// How long it took.
    pub elapsed: Duration,
}

impl Record {
    /// A run that never came to its apply.
    pub(super) fn blocked(case: &Case, scenario: &Scenario, scene: &Scene, why: String) -> Self {
        Record {
            kind: case.kind,
            number: scene.number,
            scenario: scenario.to_string(),
            change: None,
            ending: Ending::Open,
            writes: 0,
            taken_over: 0,
            edited: false,
            findings: vec![(Finding::Blocked, why)],
            elapsed: Duration::ZERO,
        }
    }

    pub(super) fn with(mut self, change: ChangeId, client_request_id: Uuid, elapsed: Duration) -> Self {
        self.change = Some((change, client_request_id));
        self.elapsed = elapsed;
        self
    }
}

/// What was seen of a run from outside.
pub struct Seen {
    /// Accepted writes of this change.
    pub writes: Vec<Value>,
    /// Steps of all its workers, in order.
    pub steps: Vec<Stepped>,
    /// It did not end in time.
    pub stuck: bool,
    /// The members that somebody else set.
    pub foreign: Option<Value>,
    /// How often another worker took over.
    pub taken_over: usize,
}

/// Holds the account against what is there.
pub async fn judge(lane: &Lane, case: &Case, scenario: &Scenario, scene: &Scene, change: &ChangeRequest, seen: Seen) -> Record {
    let mut findings = Vec::new();
    let mut find = |finding: Finding, what: String| findings.push((finding, what));
    let writes = seen.writes.len();
    let failure = change.failure.as_ref();
    let ending = match (change.status, failure) {
        (ChangeStatus::Applied, _) => Ending::Applied,
        (ChangeStatus::Failed, Some(failure)) if failure.outcome_unknown => Ending::Unknown(failure.code.as_str()),
        (ChangeStatus::Failed, Some(failure)) => Ending::Failed(failure.code.as_str()),
        _ => Ending::Open,
    };
    let performed = change.write_performed;
    match (&ending, performed) {
        (Ending::Applied, Some(true)) if writes == 0 => find(Finding::Lost, "applied, and nothing was written".to_owned()),
        (Ending::Applied, Some(false)) if writes > 0 => find(Finding::Untrue, format!("says no write, the ledger has {writes}")),
        (Ending::Applied, None) => find(Finding::Untrue, "applied without saying whether it wrote".to_owned()),
        (Ending::Applied, _) => {}
        (Ending::Failed(code), Some(false)) if writes > 0 => {
            find(Finding::Untrue, format!("{code}, says no write, the ledger has {writes}"))
        }
        (Ending::Failed(code), Some(true)) if writes == 0 => {
            find(Finding::Untrue, format!("{code}, says it wrote, the ledger has nothing"))
        }
        (Ending::Failed(code), None) => find(Finding::Untrue, format!("{code} without saying whether it wrote, and not marked as unknown")),
        (Ending::Unknown(code), _) if seen.foreign.is_none() => find(Finding::Undetermined, (*code).to_owned()),
        (Ending::Failed(_) | Ending::Unknown(_), _) => {}
        (Ending::Open, _) => find(Finding::Stuck, format!("it is {}", change.status)),
    }
    if ending == Ending::Applied
        && let Err(difference) = done(lane, case, scene, &seen).await
    {
        find(Finding::Lost, format!("applied, but not as intended: {difference}"));
    }
    if matches!(ending, Ending::Failed(_))
        && performed == Some(false)
        && let Err(difference) = undone(lane, case, scene, &seen).await
    {
        find(Finding::Untrue, format!("failed without a write, but it is not as before: {difference}"));
    }
    if scenario.must_apply() && matches!(ending, Ending::Failed(_)) {
        find(Finding::Needless, failure.map(|failure| format!("{}: {}", failure.code, failure.message)).unwrap_or_default());
    }
    if writes > 1 {
        find(
            Finding::Doubled,
            format!("{writes} writes: {}", seen.writes.iter().map(|entry| entry["at"].to_string()).collect::<Vec<_>>().join(", ")),
        );
    }
    if seen.stuck {
        find(Finding::Stuck, "it did not end in time, or left its job".to_owned());
    }
    if let Some(unrecorded) = unrecorded(&seen) {
        find(Finding::Unrecorded, unrecorded);
    }
    Record {
        kind: case.kind,
        number: scene.number,
        scenario: scenario.to_string(),
        change: None,
        ending,
        writes,
        taken_over: seen.taken_over,
        edited: seen.foreign.is_some(),
        findings,
        elapsed: Duration::ZERO,
    }
}

/// The n-th accepted write came after the n-th committed write-ahead record.
fn unrecorded(seen: &Seen) -> Option<String> {
    let started: Vec<DateTime<Utc>> =
        seen.steps.iter().filter(|stepped| stepped.step == ApplyStep::WriteStarted).map(|stepped| stepped.at).collect();
    seen.writes.iter().enumerate().find_map(|(number, entry)| {
        let at: DateTime<Utc> = entry["at"].as_str()?.parse().ok()?;
        let ahead = started.get(number).is_some_and(|started| *started <= at);
        (!ahead).then(|| format!("write {} at {at}, write-ahead records at {started:?}", number + 1))
    })
}

/// Whether the tenant is as the change intends; else what differs.
async fn done(lane: &Lane, case: &Case, scene: &Scene, seen: &Seen) -> Result<(), String> {
    match (case.expected)(scene) {
        Expected::Object(want) => equal(case, &edited(want, seen), live(lane, case, scene).await.as_ref()),
        Expected::Created(want) => match named(lane, case, &want).await.as_slice() {
            [only] => equal(case, &want, Some(only)),
            several => Err(format!("{} objects with the new name", several.len())),
        },
        Expected::Deleted => match (live(lane, case, scene).await, recycled(lane, case, scene).await) {
            (None, Some(_)) => Ok(()),
            (live, recycled) => Err(format!("live {}, in the recycle bin {}", live.is_some(), recycled.is_some())),
        },
    }
}

/// Whether the tenant is as if the change had never been; else what differs.
async fn undone(lane: &Lane, case: &Case, scene: &Scene, seen: &Seen) -> Result<(), String> {
    match case.needs {
        Needs::Nothing => {
            let (Expected::Created(want) | Expected::Object(want)) = (case.expected)(scene) else { return Ok(()) };
            let found = named(lane, case, &want).await.len();
            if found == 0 { Ok(()) } else { Err(format!("{found} objects with the new name")) }
        }
        Needs::DeletedPolicy => match (live(lane, case, scene).await, recycled(lane, case, scene).await) {
            (None, Some(_)) => Ok(()),
            (live, recycled) => Err(format!("live {}, in the recycle bin {}", live.is_some(), recycled.is_some())),
        },
        _ => equal(case, &edited(scene.before.clone(), seen), live(lane, case, scene).await.as_ref()),
    }
}

fn equal(case: &Case, want: &Value, live: Option<&Value>) -> Result<(), String> {
    match live {
        Some(live) if case.same(want, live) => Ok(()),
        Some(live) => {
            let (want, live) = (form(case.collection(), want), form(case.collection(), live));
            let path = differing(&want, &live, String::new());
            Err(format!("{path}: wanted {:?}, there is {:?}", want.pointer(&path), live.pointer(&path)))
        }
        None => Err("it is not there".to_owned()),
    }
}

/// The deepest place that holds all differences.
fn differing(one: &Value, other: &Value, path: String) -> String {
    let (Value::Object(one), Value::Object(other)) = (one, other) else { return path };
    let names: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
    let mut different = names.into_iter().filter(|name| one.get(*name) != other.get(*name));
    match (different.next(), different.next()) {
        (Some(only), None) => {
            let (one, other) = (one.get(only).unwrap_or(&Value::Null), other.get(only).unwrap_or(&Value::Null));
            differing(one, other, format!("{path}/{only}"))
        }
        _ => path,
    }
}

/// A reading with somebody else's edit on top.
fn edited(mut object: Value, seen: &Seen) -> Value {
    if let Some(edit) = &seen.foreign {
        merge(&mut object, edit);
    }
    object
}

fn merge(into: &mut Value, patch: &Value) {
    match (into, patch) {
        (Value::Object(into), Value::Object(patch)) => {
            for (name, value) in patch {
                merge(into.entry(name.clone()).or_insert(Value::Null), value);
            }
        }
        (into, value) => *into = value.clone(),
    }
}

async fn live(lane: &Lane, case: &Case, scene: &Scene) -> Option<Value> {
    lane.entra.get(&format!("{}/{}", case.collection(), scene.id.as_ref()?)).await
}

async fn recycled(lane: &Lane, case: &Case, scene: &Scene) -> Option<Value> {
    lane.entra.get(&format!("deletedItems/{}/{}", case.collection(), scene.id.as_ref()?)).await
}

async fn named(lane: &Lane, case: &Case, want: &Value) -> Vec<Value> {
    let name = want["displayName"].as_str().unwrap_or_default().replace(' ', "%20");
    let found = lane.entra.get(&format!("{}?$filter=displayName%20eq%20%27{name}%27", case.collection())).await;
    found.and_then(|list| list["value"].as_array().cloned()).unwrap_or_default()
}

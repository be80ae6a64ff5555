//! What a policy, enforced for some groups, would have done to their sign-ins of the last seven days.
//!
//! The report-only original has told it already, where it stood as it is now: Entra wrote its result beside each sign-in, and knows what the log
//! doesn't show, such as whether a second factor was there to be asked for. For days before that our evaluator says what it would have done.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use domain::document::PolicyDocument;
use domain::evaluate::{Answer, Rule};
use domain::impact::{Effect, ImpactWindow, Observation, Simulation};
use domain::people::People;
use domain::rollout::Forecast;
use domain::signin::{Identity, User, Workload};
use domain::summary::{AppliedResult, Chunk, Outcome, Person};
use serde_json::Value;
use tokio::sync::mpsc::Receiver;
use uuid::Uuid;

/// What was counted of one person, or of several: sign-ins that reached Conditional Access.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct PersonEffects {
    /// All.
    pub(crate) sign_ins: u64,
    /// Those that the policy would have let through.
    pub(crate) satisfied: u64,
    /// Those in which it would have asked for something.
    pub(crate) interrupted: u64,
    /// Those that it would have refused.
    pub(crate) blocked: u64,
    /// Those of which nobody can tell.
    pub(crate) unknown: u64,
    /// Those that another policy in force refused or interrupted (`failure` in the log).
    pub(crate) affected_by_others: u64,
}

impl PersonEffects {
    /// Those that the policy would have applied to.
    fn applies(&self) -> u64 {
        self.satisfied + self.interrupted + self.blocked
    }

    fn add(&mut self, other: &PersonEffects) {
        self.sign_ins += other.sign_ins;
        self.satisfied += other.satisfied;
        self.interrupted += other.interrupted;
        self.blocked += other.blocked;
        self.unknown += other.unknown;
        self.affected_by_others += other.affected_by_others;
    }
}

/// What was counted of everybody in the window.
pub(crate) struct Measured {
    people: HashMap<Uuid, PersonEffects>,
    /// Between which instants sign-ins were read; `None`: none were.
    read: Option<(DateTime<Utc>, DateTime<Utc>)>,
}

impl Measured {
    pub(super) fn new(people: HashMap<Uuid, PersonEffects>, read: Option<(DateTime<Utc>, DateTime<Utc>)>) -> Self {
        Measured { people, read }
    }

    /// The sum over these people.
    pub(crate) fn of<'u>(&self, users: impl Iterator<Item = &'u Uuid>) -> PersonEffects {
        users.filter_map(|user| self.people.get(user)).fold(PersonEffects::default(), |mut sum, effects| {
            sum.add(effects);
            sum
        })
    }

    /// The forecast for these people. Counted are those with a sign-in that the policy would have applied to: the others would show in no verdict.
    ///
    /// Not measurable without sign-ins of theirs, and where more than half of what the policy may apply to lacks a fact that it tests.
    pub(crate) fn forecast(&self, users: &BTreeSet<Uuid>) -> Forecast {
        let Some((from, through)) = self.read else {
            return Forecast::unmeasured("no sign-ins of the tenant were read so far: read them first", None, 0);
        };
        let days = days(from, through);
        let unmeasured = |why: String| Forecast::unmeasured(why, Some(through), days);
        let sum = self.of(users.iter());
        if sum.unknown > sum.applies() {
            let all = sum.unknown + sum.applies();
            return unmeasured(format!("{} of {all} sign-ins lack a fact that the policy tests", sum.unknown));
        }
        let reached = || users.iter().filter_map(|user| self.people.get(user)).filter(|effects| effects.applies() > 0);
        let count = |of: fn(&PersonEffects) -> bool| reached().filter(|effects| of(effects)).count() as u64;
        let blocked = count(|effects| effects.blocked > 0);
        let interrupted = count(|effects| effects.blocked == 0 && effects.interrupted > 0);
        match count(|_| true) {
            0 => unmeasured(format!("none of these people signed in to what the policy covers within {days} days")),
            users => Forecast::measured(sum.applies(), users, blocked, interrupted, through, days),
        }
    }
}

/// Whom the policy's conditions on people exclude for certain.
pub(crate) struct Reach {
    excluded: BTreeSet<Uuid>,
}

impl Reach {
    /// Whether the policy can apply to a person.
    pub(crate) fn reaches(&self, person: Uuid) -> bool {
        !self.excluded.contains(&person)
    }
}

/// Whole days of the window that sign-ins were read of.
fn days(from: DateTime<Utc>, through: DateTime<Utc>) -> u16 {
    let (first, last) = ImpactWindow::Week.dates(through);
    let first = first.max(from.date_naive());
    u16::try_from((last - first).num_days() + 1).unwrap_or(1).max(1)
}

/// The original, and since when it has been as it is.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Original {
    /// Its Graph id.
    policy: Option<Uuid>,
    /// When it was last edited; `None`: not known, and its own results count for nothing.
    since: Option<DateTime<Utc>>,
}

impl Original {
    /// By its document, which carries Graph's own instants.
    pub(super) fn of(document: &PolicyDocument) -> Self {
        let instant = |name: &str| document.at(&[name]).and_then(Value::as_str).and_then(|text| DateTime::parse_from_rfc3339(text).ok());
        let since = instant("modifiedDateTime").or(instant("createdDateTime")).map(|at| at.to_utc());
        Original { policy: document.graph_id(), since }
    }

    /// Its own results on a chunk that lies wholly after its last edit.
    fn observed(&self, chunk: &Chunk) -> Option<Vec<Effect>> {
        let (policy, since) = (self.policy?, self.since?);
        (chunk.day > since.date_naive()).then(|| Observation::new(policy).effects(chunk))
    }
}

/// Evaluates every chunk.
pub(super) fn measure(
    rule: &Rule,
    original: Original,
    people: &People,
    mut chunks: Receiver<Chunk>,
) -> (Reach, HashMap<Uuid, PersonEffects>) {
    let index = people.index();
    let identity = |person: &Person| match person.workload {
        true => Identity::Workload(Workload { id: person.id, single_tenant: None, attributes: None }),
        false => {
            // The directory knows better; the log knows those who are not in it.
            let known = index.user(person.id);
            let (kind, home_tenant) = (known.kind.or(person.kind), known.home_tenant.or(person.home_tenant));
            Identity::User(User { kind, home_tenant, ..known })
        }
    };
    let out = |id: &&Uuid| rule.of_person(&Identity::User(index.user(**id))) == Answer::No;
    let excluded = people.users.keys().filter(out).copied().collect();
    let mut simulation = Simulation::new(rule, &identity);
    let mut counted: HashMap<Uuid, PersonEffects> = HashMap::new();
    while let Some(chunk) = chunks.blocking_recv() {
        count(&chunk, &mut simulation, original, &mut counted);
    }
    (Reach { excluded }, counted)
}

fn count(chunk: &Chunk, simulation: &mut Simulation<'_>, original: Original, counted: &mut HashMap<Uuid, PersonEffects>) {
    let mut effects = simulation.answers(chunk).effects(chunk);
    for (effect, observed) in effects.iter_mut().zip(original.observed(chunk).into_iter().flatten()) {
        if matches!(observed, Effect::Satisfied | Effect::Interrupted | Effect::Blocked) {
            *effect = observed;
        }
    }
    let others: Vec<bool> = chunk.outcomes.iter().map(|outcome| refused_by_another(outcome, original.policy)).collect();
    let rows = &chunk.rows;
    for (row, effect) in effects.into_iter().enumerate() {
        let person = &chunk.people[rows.person[row] as usize];
        if person.workload || effect == Effect::NotEvaluated {
            continue;
        }
        let sign_ins = u64::from(rows.sign_ins[row]);
        let sum = counted.entry(person.id).or_default();
        sum.sign_ins += sign_ins;
        match effect {
            Effect::Satisfied => sum.satisfied += sign_ins,
            Effect::Interrupted => sum.interrupted += sign_ins,
            Effect::Blocked => sum.blocked += sign_ins,
            Effect::Unknown => sum.unknown += sign_ins,
            Effect::NotApplied | Effect::NotEvaluated => {}
        }
        if others[rows.outcome[row] as usize] {
            sum.affected_by_others += sign_ins;
        }
    }
}

fn refused_by_another(outcome: &Outcome, policy: Option<Uuid>) -> bool {
    outcome.results.iter().any(|(id, result)| Some(*id) != policy && *result == AppliedResult::Failure)
}

#[cfg(test)]
mod tests;

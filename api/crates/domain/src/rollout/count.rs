//! Counting: from sign-ins that the twin decided on to what a verdict is made of (rollout-engine.md A4).

use std::collections::{BTreeSet, HashMap, VecDeque};

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::counts::{Counts, MAX_EMERGENCY};
use super::reasons::Reasons;
use super::sign_in::{EvaluatedOutcome, EvaluatedSignIn, ReportOnlyResult, SignInFacts};
use crate::impact::INTERRUPTIONS;

/// Rows of one user, application and resource are one attempt for so long from its first row on.
const ATTEMPT: TimeDelta = TimeDelta::minutes(30);

/// A prompt that was shown so shortly before the watermark may still be answered: the row of the answer is not there yet.
const PROMPT: TimeDelta = TimeDelta::minutes(10);

/// Counts sign-ins in any order; a row that is there twice counts once. Needs memory for all of them: [`Counter`] does not.
pub fn count(rows: &[EvaluatedSignIn], effective_from: DateTime<Utc>, data_through: DateTime<Utc>, emergency: &BTreeSet<Uuid>) -> Counts {
    let mut ordered: Vec<&EvaluatedSignIn> = rows.iter().collect();
    ordered.sort_unstable_by(|one, other| (one.at, &one.id).cmp(&(other.at, &other.id)));
    let mut counter = Counter::new(effective_from, data_through, emergency.clone());
    for row in ordered {
        // They are in order.
        let _ = counter.add(row);
    }
    counter.finish()
}

/// A sign-in that comes before one that was counted already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("sign-ins are counted in the order of their time and id")]
pub struct OutOfOrder;

/// Counts sign-ins as they are read, in the order of their time and id. Holds the users seen, half an hour of attempts, and the reasons.
#[derive(Clone, Debug)]
pub struct Counter {
    counts: Counts,
    emergency: BTreeSet<Uuid>,
    failed_emergency: BTreeSet<Uuid>,
    last: Option<(DateTime<Utc>, String)>,
    rows: u64,
    open: HashMap<Key, Attempt>,
    /// The open attempts, oldest first.
    begun: VecDeque<(DateTime<Utc>, Key)>,
    users: HashMap<Uuid, UserState>,
    reasons: Reasons,
}

/// User, application, resource.
type Key = (Uuid, String, String);

#[derive(Clone, Debug)]
struct Attempt {
    /// Number of its last row, in the order of counting.
    last: u64,
    last_at: DateTime<Utc>,
    blocked: bool,
    rows: u64,
    failures: u64,
    /// Failures before `effective_from`, which are not in `rows`.
    early_failures: u64,
    /// Of its last row.
    facts: SignInFacts,
}

#[derive(Clone, Debug, Default)]
struct UserState {
    /// Number of the last row of the attempt that ended last.
    last: u64,
    blocked: bool,
    /// That attempt is evidence: it was blocked, or ended when the phase was in effect.
    evidence: bool,
    /// An attempt of the user is counted.
    counted: bool,
}

impl Counter {
    /// Counts what is older than `data_through`, the watermark of the sign-in log.
    pub fn new(effective_from: DateTime<Utc>, data_through: DateTime<Utc>, emergency: BTreeSet<Uuid>) -> Self {
        Counter {
            counts: Counts::none(effective_from, data_through),
            emergency,
            failed_emergency: BTreeSet::new(),
            last: None,
            rows: 0,
            open: HashMap::new(),
            begun: VecDeque::new(),
            users: HashMap::new(),
            reasons: Reasons::default(),
        }
    }

    /// Counts one row. One that was just counted is passed over; one that comes too late is refused and not counted.
    pub fn add(&mut self, row: &EvaluatedSignIn) -> Result<(), OutOfOrder> {
        if let Some((at, id)) = &self.last {
            match (row.at, &row.id).cmp(&(*at, id)) {
                std::cmp::Ordering::Less => return Err(OutOfOrder),
                std::cmp::Ordering::Equal => return Ok(()),
                std::cmp::Ordering::Greater => {}
            }
        }
        self.last = Some((row.at, row.id.clone()));
        if row.at >= self.counts.data_through {
            return Ok(());
        }
        self.rows += 1;
        self.close_before(row.at);
        self.compare(row);
        let failed = row.outcome == EvaluatedOutcome::Failure;
        if failed && self.emergency.contains(&row.user) {
            self.failed_emergency.insert(row.user);
        }
        let in_effect = row.at >= self.counts.effective_from;
        let key = (row.user, row.app.clone(), row.resource.clone());
        let begun = &mut self.begun;
        let attempt = self.open.entry(key).or_insert_with_key(|key| {
            begun.push_back((row.at, key.clone()));
            Attempt { last: 0, last_at: row.at, blocked: failed, rows: 0, failures: 0, early_failures: 0, facts: SignInFacts::default() }
        });
        attempt.last = self.rows;
        attempt.last_at = row.at;
        attempt.blocked = failed;
        attempt.rows += u64::from(in_effect);
        attempt.failures += u64::from(in_effect && failed);
        attempt.early_failures += u64::from(!in_effect && failed);
        attempt.facts.clone_from(&row.facts);
        Ok(())
    }

    /// The counts of all that was added.
    pub fn finish(mut self) -> Counts {
        for (_, key) in std::mem::take(&mut self.begun) {
            self.close(key);
        }
        let mut counts = self.counts;
        for user in self.users.values() {
            counts.attempt_users += u64::from(user.counted);
            counts.users += u64::from(user.counted && user.evidence);
            counts.blocked_users += u64::from(user.counted && user.blocked);
        }
        counts.emergency_blocked = self.failed_emergency.into_iter().take(MAX_EMERGENCY).collect();
        counts.reasons = self.reasons.most();
        counts
    }

    fn close_before(&mut self, now: DateTime<Utc>) {
        while self.begun.front().is_some_and(|(at, _)| *at + ATTEMPT < now) {
            if let Some((_, key)) = self.begun.pop_front() {
                self.close(key);
            }
        }
    }

    fn close(&mut self, key: Key) {
        let Some(attempt) = self.open.remove(&key) else { return };
        let (user, app, _) = key;
        if attempt.blocked && INTERRUPTIONS.contains(&attempt.facts.error_code) && attempt.last_at + PROMPT > self.counts.data_through {
            self.counts.open_attempts += 1;
            return;
        }
        let early = attempt.last_at < self.counts.effective_from;
        let state = self.users.entry(user).or_default();
        if attempt.last > state.last {
            state.last = attempt.last;
            state.blocked = attempt.blocked;
            state.evidence = attempt.blocked || !early;
        }
        if early && !attempt.blocked {
            return;
        }
        state.counted = true;
        let early_failures = if attempt.blocked { attempt.early_failures } else { 0 };
        self.counts.sign_ins += attempt.rows + early_failures;
        self.counts.blocked_sign_ins += attempt.failures + early_failures;
        self.counts.early_blocked_sign_ins += early_failures;
        self.counts.attempts += 1;
        if attempt.blocked {
            self.counts.blocked_attempts += 1;
            self.reasons.add(user, app, &attempt.facts);
        }
    }

    /// Whether the twin does what the original says it would. Rows before the phase was in effect say nothing of that.
    fn compare(&mut self, row: &EvaluatedSignIn) {
        use EvaluatedOutcome as T;
        use ReportOnlyResult as O;
        if row.at < self.counts.effective_from {
            return;
        }
        let agrees = match (row.outcome, row.original) {
            // Report-only never asks: what the twin got an answer to, the original shows as interrupted or as satisfied.
            (_, None) | (T::Success, Some(O::Interrupted)) => return,
            (T::Success, Some(O::Success)) | (T::Failure, Some(O::Failure | O::Interrupted)) => true,
            (T::Success, Some(O::Failure | O::NotApplied)) | (T::Failure, Some(O::Success | O::NotApplied)) => false,
        };
        self.counts.pairs += 1;
        self.counts.disagreeing_pairs += u64::from(!agrees);
    }
}

//! What policies do to the sign-ins: all of them at once by the engine for many policies, pairs and their merges bit by bit, and Entra's own
//! results day by day.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;
use uuid::Uuid;

use crate::agent::{AppFacts, DayEffect, Effect7};
use crate::evaluate::Rule;
use crate::impact::engine::{Counts, Engine};
use crate::impact::evaluated;
use crate::signin::{ClientApp, Identity, RiskLevel, Target, TransferMethod};
use crate::summary::{AppliedResult, Chunk, Person};

/// Days that a policy's own results are told of.
const SERIES: usize = 14;

/// A measurement under way.
pub(super) struct Effects<'r> {
    policies: Engine<'r>,
    /// Three rules a pair: the two, and the merged one. At most 40 pairs, so that all of them are in one block of 128.
    pairs: Engine<'r>,
    counts: Vec<PairCount>,
    ids: BTreeSet<Uuid>,
    measured: Measured,
}

/// What came of one pair.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct PairCount {
    pub(super) compared: u64,
    pub(super) changed: u64,
    pub(super) untold: u64,
}

/// The figures.
#[derive(Default)]
pub(super) struct Measured {
    /// By place of the policy.
    pub(super) effects: Vec<Effect7>,
    pub(super) pairs: Vec<PairCount>,
    pub(super) sign_ins: u64,
    pub(super) sign_ins_of: HashMap<Uuid, u64>,
    /// Applications that users asked for.
    pub(super) apps: BTreeMap<String, AppFacts>,
    pub(super) legacy: u64,
    pub(super) device_code: u64,
    pub(super) risky_users: u64,
    pub(super) risky_sign_ins: u64,
    all_by_day: BTreeMap<NaiveDate, u64>,
    stopped: HashMap<Uuid, BTreeMap<NaiveDate, u64>>,
}

impl<'r> Effects<'r> {
    pub(super) fn new(policies: &'r [Rule], pairs: &'r [Rule], identity: &'r dyn Fn(&Person) -> Identity, ids: Vec<Option<Uuid>>) -> Self {
        Effects {
            policies: Engine::new(policies, identity),
            pairs: Engine::new(pairs, identity),
            counts: vec![PairCount::default(); pairs.len() / 3],
            ids: ids.into_iter().flatten().collect(),
            measured: Measured::default(),
        }
    }

    /// Entra's own results of a day.
    pub(super) fn add_day(&mut self, chunk: &Chunk) {
        let mut counts = vec![0u64; chunk.outcomes.len()];
        for (outcome, count) in chunk.rows.outcome.iter().zip(&chunk.rows.sign_ins) {
            counts[*outcome as usize] += u64::from(*count);
        }
        for (outcome, count) in chunk.outcomes.iter().zip(counts).filter(|(outcome, _)| outcome.told) {
            *self.measured.all_by_day.entry(chunk.day).or_default() += count;
            for (policy, result) in outcome.results.iter().filter(|(policy, _)| self.ids.contains(policy)) {
                if matches!(result, AppliedResult::Failure | AppliedResult::ReportOnlyFailure | AppliedResult::ReportOnlyInterrupted) {
                    *self.measured.stopped.entry(*policy).or_default().entry(chunk.day).or_default() += count;
                }
            }
        }
    }

    /// A part of the last seven days.
    pub(super) fn add(&mut self, chunk: &Chunk) {
        self.policies.count(chunk);
        self.compare(chunk);
        self.count(chunk);
    }

    fn compare(&mut self, chunk: &Chunk) {
        let pairs = self.counts.len();
        if pairs == 0 {
            return;
        }
        let lanes = (0..pairs).fold(0u128, |lanes, pair| lanes | 1 << (3 * pair));
        for masks in self.pairs.masks(chunk) {
            masks.each_row(chunk, |[satisfied, interrupted, refused, undecided, maybe], sign_ins| {
                // Brings the second policy's and the merged one's bits to the place of the first one's.
                let both = |word: u128| (word | word >> 1) & lanes;
                let merged = |word: u128| word >> 2 & lanes;
                let applies = both(*satisfied | *interrupted | *refused | *undecided | *maybe)
                    | merged(*satisfied | *interrupted | *refused | *undecided | *maybe);
                let untold = both(*undecided | *maybe) | merged(*undecided | *maybe);
                // Of two policies the worse counts: a block wins, and whatever is asked for must be met (ca-semantics.md section 2).
                let prompt = both(*interrupted) & !both(*refused);
                let differs = (both(*refused) ^ merged(*refused)) | (prompt ^ merged(*interrupted));
                add(&mut self.counts, applies, sign_ins, |count| &mut count.compared);
                add(&mut self.counts, untold, sign_ins, |count| &mut count.untold);
                add(&mut self.counts, differs & !untold, sign_ins, |count| &mut count.changed);
            });
        }
    }

    fn count(&mut self, chunk: &Chunk) {
        let measured = &mut self.measured;
        let rows = &chunk.rows;
        let reached: Vec<bool> = chunk.outcomes.iter().map(evaluated).collect();
        for row in 0..rows.sign_ins.len() {
            let person = &chunk.people[rows.person[row] as usize];
            if person.workload || !reached[rows.outcome[row] as usize] {
                continue;
            }
            let count = u64::from(rows.sign_ins[row]);
            measured.sign_ins += count;
            *measured.sign_ins_of.entry(person.id).or_default() += count;
            let asked = &chunk.targets[rows.target[row] as usize];
            if let Target::Resource(id) = &asked.target {
                let known = measured.apps.entry(id.clone());
                known.or_insert_with(|| AppFacts { id: id.clone(), name: asked.name.clone(), sign_ins: 0 }).sign_ins += count;
            }
            let traits = &chunk.traits[rows.traits[row] as usize];
            let adds = |held: bool, of: &mut u64| *of += if held { count } else { 0 };
            adds(traits.client.is_some_and(ClientApp::legacy), &mut measured.legacy);
            adds(traits.transfer == Some(Some(TransferMethod::DeviceCodeFlow)), &mut measured.device_code);
            adds(traits.user_risk == Some(RiskLevel::High), &mut measured.risky_users);
            adds(traits.sign_in_risk == Some(RiskLevel::High), &mut measured.risky_sign_ins);
        }
    }

    pub(super) fn finish(self) -> Measured {
        let effect = |counts: Counts| Effect7 {
            satisfied: counts.satisfied,
            interrupted: counts.interrupted,
            refused: counts.refused,
            unknown: counts.undecided + counts.maybe,
        };
        Measured { effects: self.policies.counts().into_iter().map(effect).collect(), pairs: self.counts, ..self.measured }
    }
}

impl Measured {
    /// The last days of a policy, rising; nothing where the log tells of no policy.
    pub(super) fn days_of(&self, policy: Option<Uuid>) -> Vec<DayEffect> {
        let Some(policy) = policy else { return Vec::new() };
        let stopped = self.stopped.get(&policy);
        let of = |day: &NaiveDate| stopped.and_then(|days| days.get(day)).copied().unwrap_or_default();
        let days = self.all_by_day.iter().skip(self.all_by_day.len().saturating_sub(SERIES));
        days.map(|(day, sign_ins)| DayEffect { day: *day, sign_ins: *sign_ins, stopped: of(day) }).collect()
    }
}

/// Adds a row's sign-ins to the pairs whose bit is set.
fn add(counts: &mut [PairCount], mut lanes: u128, sign_ins: u32, of: impl Fn(&mut PairCount) -> &mut u64) {
    while lanes != 0 {
        if let Some(count) = counts.get_mut(lanes.trailing_zeros() as usize / 3) {
            *of(count) += u64::from(sign_ins);
        }
        lanes &= lanes - 1;
    }
}

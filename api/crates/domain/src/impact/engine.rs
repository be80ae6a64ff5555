//! Many policies over many sign-ins (crates.md sections 10 and 11).
//!
//! Each rule is asked once for each entry of a chunk's dictionaries, and its answer is one bit of a word that holds 128 policies. What all
//! of them do to a row is then the AND of five words, and `super::counter` adds the row's sign-ins to all their counts at once.

use std::collections::HashMap;

use super::answers::{MAYBE, StandingPlan, Who, YES, bits, kind, who};
use super::counter::{Counter, KINDS, LANES};
use super::evaluated;
use crate::evaluate::{Rule, Standing};
use crate::signin::{Fact, Identity, UserKind};
use crate::summary::{Chunk, Person};

/// What one policy, taken as enforced, does to the sign-ins that were counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Applies, nothing left to be done.
    pub satisfied: u64,
    /// Applies, and the user would have to do something.
    pub interrupted: u64,
    /// Applies, and the sign-in would be refused.
    pub refused: u64,
    /// Applies, and what comes of it cannot be told.
    pub undecided: u64,
    /// Whether it applies cannot be told.
    pub maybe: u64,
}

/// Counts what each of any number of rules does to chunks of sign-ins.
pub struct Engine<'r> {
    rules: &'r [Rule],
    identity: &'r dyn Fn(&Person) -> Identity,
    /// What is known of persons of chunks before: their kind, and the words of each block of rules.
    people: HashMap<Who, (Fact<UserKind>, Box<[Masks]>)>,
    counters: Vec<Counter>,
    evaluated: u64,
}

/// Which of 128 policies may match, and which do.
#[derive(Clone, Copy, Debug, Default)]
struct Masks {
    yes: u128,
    maybe: u128,
}

/// The tables of one chunk for one block of 128 rules.
pub struct ChunkMasks {
    people: Vec<Masks>,
    targets: Vec<Masks>,
    places: Vec<Masks>,
    devices: Vec<Masks>,
    traits: Vec<Masks>,
    standings: Vec<Standings>,
    /// Where the standings of a row lie: the person's part, the device's part, and the traits' number.
    person_part: Vec<u32>,
    device_part: Vec<u32>,
    reached: Vec<bool>,
}

/// The standing of 128 policies as two bits each.
#[derive(Clone, Copy, Default)]
struct Standings {
    low: u128,
    high: u128,
}

impl<'r> Engine<'r> {
    /// An engine for these rules; `identity` says who a person of a summary is.
    pub fn new(rules: &'r [Rule], identity: &'r dyn Fn(&Person) -> Identity) -> Self {
        let counters = rules.chunks(LANES).map(|_| Counter::new()).collect();
        Engine { rules, identity, people: HashMap::new(), counters, evaluated: 0 }
    }

    /// Counts a chunk.
    pub fn count(&mut self, chunk: &Chunk) {
        let masks = self.masks(chunk);
        self.count_masked(chunk, &masks);
    }

    /// Asks every rule about every dictionary entry: the tables for each block of 128 rules.
    pub fn masks(&mut self, chunk: &Chunk) -> Vec<ChunkMasks> {
        let people: Vec<(Fact<UserKind>, Box<[Masks]>)> = chunk.people.iter().map(|person| self.person(person)).collect();
        let plan = StandingPlan::of(chunk, people.iter().map(|(kind, _)| *kind));
        let blocks = self.rules.chunks(LANES).enumerate().map(|(number, rules)| ChunkMasks {
            people: people.iter().map(|(_, masks)| masks[number]).collect(),
            targets: chunk.targets.iter().map(|asked| masks(rules, |rule| bits(rule.of_target(&asked.target)))).collect(),
            places: chunk.places.iter().map(|place| masks(rules, |rule| bits(rule.of_place(place)))).collect(),
            devices: chunk.devices.iter().map(|device| masks(rules, |rule| bits(rule.of_device(device.as_ref())))).collect(),
            traits: chunk.traits.iter().map(|traits| masks(rules, |rule| bits(rule.of_traits(traits)))).collect(),
            standings: standings(rules, chunk, &plan),
            person_part: plan.person_part.clone(),
            device_part: plan.device_part.clone(),
            reached: chunk.outcomes.iter().map(evaluated).collect(),
        });
        blocks.collect()
    }

    /// Counts a chunk whose tables were made before.
    pub fn count_masked(&mut self, chunk: &Chunk, masks: &[ChunkMasks]) {
        let rows = &chunk.rows;
        self.evaluated += rows
            .outcome
            .iter()
            .zip(&rows.sign_ins)
            .filter(|(outcome, _)| evaluated(&chunk.outcomes[**outcome as usize]))
            .map(|(_, sign_ins)| u64::from(*sign_ins))
            .sum::<u64>();
        for (masks, counter) in masks.iter().zip(&mut self.counters) {
            masks.add_rows(chunk, counter);
        }
    }

    /// What each rule did so far, in the order of the rules.
    pub fn counts(&self) -> Vec<Counts> {
        let counts = |place: usize| {
            let [satisfied, interrupted, refused, undecided, maybe] = self.counters[place / LANES].counts(place % LANES);
            Counts { satisfied, interrupted, refused, undecided, maybe }
        };
        (0..self.rules.len()).map(counts).collect()
    }

    /// Sign-ins so far that reached Conditional Access.
    pub fn evaluated(&self) -> u64 {
        self.evaluated
    }

    /// People come back every day: they are asked about once.
    fn person(&mut self, person: &Person) -> (Fact<UserKind>, Box<[Masks]>) {
        let (rules, identity) = (self.rules, self.identity);
        let known = self.people.entry(who(person)).or_insert_with(|| {
            let identity = identity(person);
            let words = rules.chunks(LANES).map(|block| masks(block, |rule| bits(rule.of_person(&identity))));
            (kind(&identity), words.collect())
        });
        known.clone()
    }
}

impl ChunkMasks {
    fn add_rows(&self, chunk: &Chunk, counter: &mut Counter) {
        self.each_row(chunk, |words, sign_ins| counter.add(words, sign_ins));
    }

    /// Hands over each row to which a policy of this block may apply, with the number of its sign-ins. Bit `i` of a word belongs to policy
    /// `i` of the block; the words are those of [`Counts`] in its order, and no bit is in two of them.
    pub fn each_row(&self, chunk: &Chunk, mut take: impl FnMut(&[u128; KINDS], u32)) {
        let rows = &chunk.rows;
        let columns = rows.person.iter().zip(&rows.target).zip(&rows.place).zip(&rows.device).zip(&rows.traits);
        for ((((((person, target), place), device), traits), outcome), sign_ins) in columns.zip(&rows.outcome).zip(&rows.sign_ins) {
            if !self.reached[*outcome as usize] {
                continue;
            }
            let (who, what) = (&self.people[*person as usize], &self.targets[*target as usize]);
            let (place, device_masks) = (&self.places[*place as usize], &self.devices[*device as usize]);
            let rest = &self.traits[*traits as usize];
            let maybe = who.maybe & what.maybe & place.maybe & device_masks.maybe & rest.maybe;
            if maybe == 0 {
                continue;
            }
            let yes = who.yes & what.yes & place.yes & device_masks.yes & rest.yes;
            let at = self.person_part[*person as usize] + self.device_part[*device as usize] + traits;
            let Standings { low, high } = self.standings[at as usize];
            let words: [u128; KINDS] = [yes & !low & !high, yes & low & !high, yes & high & !low, yes & low & high, maybe & !yes];
            take(&words, *sign_ins);
        }
    }
}

fn masks(rules: &[Rule], answer: impl Fn(&Rule) -> u8) -> Masks {
    let mut masks = Masks::default();
    for (lane, rule) in rules.iter().enumerate() {
        let answer = answer(rule);
        masks.yes |= u128::from(answer == YES) << lane;
        masks.maybe |= u128::from(answer & MAYBE != 0) << lane;
    }
    masks
}

/// By kind of user, then by device, then by traits. Only what rows need is asked for: most combinations never occur.
fn standings(rules: &[Rule], chunk: &Chunk, plan: &StandingPlan) -> Vec<Standings> {
    let mut table = vec![Standings::default(); plan.needed.len()];
    for (at, kind, device, traits) in plan.wanted(chunk) {
        let word = &mut table[at];
        for (lane, rule) in rules.iter().enumerate() {
            let (low, high) = match rule.standing(kind, device, traits) {
                Standing::Satisfied => (0, 0),
                Standing::Interrupted => (1, 0),
                Standing::Refused => (0, 1),
                Standing::Unknown => (1, 1),
            };
            word.low |= low << lane;
            word.high |= high << lane;
        }
    }
    table
}

//! From the effect on each row to the figures of a report.

use std::cmp::Reverse;
use std::collections::HashMap;

use roaring::RoaringBitmap;
use uuid::Uuid;

use super::Effect;
use super::report::{Figures, MAX_SLICES, PolicyPart, Slice, Tally, UnknownBy};
use crate::signin::{Place, Target, Traits};
use crate::summary::{Asked, Chunk, Outcome};

/// Sign-ins by effect.
type Counts = [u64; Effect::COUNT];

/// A group with its name and its members, as far as they were read.
pub struct GroupMembers<'p> {
    /// Object id.
    pub id: Uuid,
    /// Name; `None` when nobody told.
    pub name: Option<String>,
    /// Transitive members.
    pub members: &'p [Uuid],
}

/// Sums over any number of chunks. Memory grows with the people, resources and countries of the window, never with its sign-ins.
#[derive(Default)]
pub struct Tallies {
    people: HashMap<Uuid, u32>,
    persons: Vec<PersonSums>,
    apps: Breakdown,
    locations: Breakdown,
    clients: Breakdown,
    results: Breakdown,
    unknown_by: [u64; PolicyPart::ALL.len()],
}

struct PersonSums {
    id: Uuid,
    name: String,
    counts: Counts,
}

/// One breakdown: its keys and what was counted for each.
#[derive(Default)]
struct Breakdown {
    places: HashMap<String, u32>,
    entries: Vec<Entry>,
}

struct Entry {
    key: String,
    label: Option<String>,
    counts: Counts,
    blocked: RoaringBitmap,
    interrupted: RoaringBitmap,
}

impl Tallies {
    /// Adds a chunk with the effect on each of its rows. `result` is what the log says of an outcome; `gaps` says which parts of the policy
    /// an unknown row lacks a fact for.
    pub fn add<G: Iterator<Item = PolicyPart>>(
        &mut self,
        chunk: &Chunk,
        effects: &[Effect],
        result: impl Fn(&Outcome) -> &'static str,
        gaps: impl Fn(usize) -> G,
    ) {
        let persons = self.persons_of(chunk);
        let apps = self.apps.of(&chunk.targets, |asked| (app_key(asked).to_owned(), Some(asked.name.clone())));
        let locations = self.locations.of(&chunk.places, |place| (location_key(place).to_owned(), None));
        let clients = self.clients.of(&chunk.traits, |traits| (client_key(traits).to_owned(), None));
        let results = self.results.of(&chunk.outcomes, |outcome| (result(outcome).to_owned(), None));
        let rows = &chunk.rows;
        for (row, effect) in effects.iter().copied().enumerate() {
            let sign_ins = u64::from(rows.sign_ins[row]);
            let person = persons[rows.person[row] as usize];
            self.persons[person as usize].counts[effect as usize] += sign_ins;
            if matches!(effect, Effect::NotEvaluated | Effect::NotApplied) {
                continue;
            }
            self.apps.entries[apps[rows.target[row] as usize] as usize].add(effect, sign_ins, person);
            self.locations.entries[locations[rows.place[row] as usize] as usize].add(effect, sign_ins, person);
            self.clients.entries[clients[rows.traits[row] as usize] as usize].add(effect, sign_ins, person);
            self.results.entries[results[rows.outcome[row] as usize] as usize].add(effect, sign_ins, person);
            if effect == Effect::Unknown {
                gaps(row).for_each(|part| self.unknown_by[part as usize] += sign_ins);
            }
        }
    }

    /// The figures so far, with a line for each of these groups.
    pub fn figures<'p>(&self, groups: impl Iterator<Item = GroupMembers<'p>>) -> Figures {
        let tally = |effects: &[Effect]| {
            let of = |person: &PersonSums| effects.iter().map(|effect| person.counts[*effect as usize]).sum::<u64>();
            let mut tally = Tally::default();
            for sign_ins in self.persons.iter().map(of).filter(|sign_ins| *sign_ins > 0) {
                tally.sign_ins += sign_ins;
                tally.users += 1;
            }
            tally
        };
        let parts = PolicyPart::ALL.iter().copied().map(|part| UnknownBy { part, sign_ins: self.unknown_by[part as usize] });
        Figures {
            total: tally(Effect::ALL),
            not_evaluated: tally(&[Effect::NotEvaluated]),
            not_applied: tally(&[Effect::NotApplied]),
            applies: tally(&[Effect::Satisfied, Effect::Interrupted, Effect::Blocked]),
            satisfied: tally(&[Effect::Satisfied]),
            would_interrupt: tally(&[Effect::Interrupted]),
            would_block: tally(&[Effect::Blocked]),
            unknown: tally(&[Effect::Unknown]),
            unknown_by: parts.filter(|part| part.sign_ins > 0).collect(),
            by_result: self.results.slices(),
            by_user: top(self.persons.iter().map(PersonSums::slice).collect()),
            by_app: self.apps.slices(),
            by_location: self.locations.slices(),
            by_client: self.clients.slices(),
            by_group: top(groups.map(|group| self.group(group)).collect()),
        }
    }

    fn persons_of(&mut self, chunk: &Chunk) -> Vec<u32> {
        let numbers = chunk.people.iter().map(|person| {
            *self.people.entry(person.id).or_insert_with(|| {
                self.persons.push(PersonSums { id: person.id, name: person.name.clone(), counts: Counts::default() });
                (self.persons.len() - 1) as u32
            })
        });
        numbers.collect()
    }

    fn group(&self, group: GroupMembers<'_>) -> Slice {
        let mut slice = empty(group.id.to_string(), group.name);
        let members = group.members.iter().filter_map(|member| self.people.get(member));
        for person in members.map(|number| &self.persons[*number as usize]) {
            add(&mut slice, &person.counts);
            slice.users_would_block += u64::from(person.counts[Effect::Blocked as usize] > 0);
            slice.users_would_interrupt += u64::from(person.counts[Effect::Interrupted as usize] > 0);
        }
        slice
    }
}

impl PersonSums {
    fn slice(&self) -> Slice {
        let label = (!self.name.is_empty()).then(|| self.name.clone());
        let mut slice = empty(self.id.to_string(), label);
        add(&mut slice, &self.counts);
        slice.users_would_block = u64::from(slice.would_block > 0);
        slice.users_would_interrupt = u64::from(slice.would_interrupt > 0);
        slice
    }
}

impl Breakdown {
    /// For each dictionary entry of a chunk the number of its line; lines are added as they are met.
    fn of<T>(&mut self, dictionary: &[T], key: impl Fn(&T) -> (String, Option<String>)) -> Vec<u32> {
        let numbers = dictionary.iter().map(|value| {
            let (key, label) = key(value);
            *self.places.entry(key).or_insert_with_key(|key| {
                let label = label.filter(|label| !label.is_empty());
                self.entries.push(Entry {
                    key: key.clone(),
                    label,
                    counts: Counts::default(),
                    blocked: RoaringBitmap::new(),
                    interrupted: RoaringBitmap::new(),
                });
                (self.entries.len() - 1) as u32
            })
        });
        numbers.collect()
    }

    fn slices(&self) -> Vec<Slice> {
        let slices = self.entries.iter().map(|entry| {
            let mut slice = empty(entry.key.clone(), entry.label.clone());
            add(&mut slice, &entry.counts);
            slice.users_would_block = entry.blocked.len();
            slice.users_would_interrupt = entry.interrupted.len();
            slice
        });
        top(slices.collect())
    }
}

impl Entry {
    #[inline]
    fn add(&mut self, effect: Effect, sign_ins: u64, person: u32) {
        self.counts[effect as usize] += sign_ins;
        match effect {
            Effect::Blocked => _ = self.blocked.insert(person),
            Effect::Interrupted => _ = self.interrupted.insert(person),
            _ => {}
        }
    }
}

fn empty(key: String, label: Option<String>) -> Slice {
    Slice { key, label, applies: 0, would_block: 0, would_interrupt: 0, unknown: 0, users_would_block: 0, users_would_interrupt: 0 }
}

fn add(slice: &mut Slice, counts: &Counts) {
    let of = |effect: Effect| counts[effect as usize];
    slice.applies += of(Effect::Satisfied) + of(Effect::Interrupted) + of(Effect::Blocked);
    slice.would_block += of(Effect::Blocked);
    slice.would_interrupt += of(Effect::Interrupted);
    slice.unknown += of(Effect::Unknown);
}

/// Those that are hit most; nobody who is not hit at all. A tie is broken by the key, so that the same sign-ins give the same report.
fn top(mut slices: Vec<Slice>) -> Vec<Slice> {
    slices.retain(|slice| slice.applies + slice.unknown > 0);
    let order = |slice: &Slice| Reverse((slice.would_block, slice.would_interrupt, slice.applies, slice.unknown));
    slices.sort_unstable_by(|a, b| order(a).cmp(&order(b)).then_with(|| a.key.cmp(&b.key)));
    slices.truncate(MAX_SLICES);
    slices
}

fn app_key(asked: &Asked) -> &str {
    match &asked.target {
        Target::Resource(id) => id,
        Target::Action(action) => action.as_str(),
    }
}

/// ISO country; `none` for an address without one, `unknown` where the log does not tell.
fn location_key(place: &Place) -> &str {
    match &place.country {
        Some(Some(country)) => country,
        Some(None) => "none",
        None => "unknown",
    }
}

fn client_key(traits: &Traits) -> &'static str {
    traits.client.map_or("unknown", |client| client.as_str())
}

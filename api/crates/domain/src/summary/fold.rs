//! Adding records up into chunks, and parts of a day into one.
//!
//! The result follows from the set of records alone, whatever their order: dictionaries and rows are sorted.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

use chrono::NaiveDate;

use super::record::Record;
use super::{Asked, Chunk, Outcome, Person, Rows};
use crate::signin::{Device, Place, Traits};

/// Adds records up by UTC day.
#[derive(Debug, Default)]
pub struct Fold {
    days: BTreeMap<NaiveDate, Day>,
}

impl Fold {
    /// Nothing yet.
    pub fn new() -> Self {
        Fold::default()
    }

    /// Counts one sign-in.
    pub fn add(&mut self, record: Record) {
        let day = self.days.entry(record.at.date_naive()).or_default();
        let row = [
            day.people.index(record.person),
            day.targets.index(record.asked),
            day.places.index(record.place),
            day.devices.index(record.device),
            day.traits.index(record.traits),
            day.outcomes.index(record.outcome),
        ];
        day.count(row, 1);
    }

    /// One chunk for each day, earliest first.
    pub fn finish(self) -> Vec<Chunk> {
        self.days.into_iter().map(|(day, folded)| folded.finish(day)).collect()
    }
}

/// Parts of one day as one; rows that are alike become one row. `None` without parts, or when they are of different days.
pub fn merge(parts: Vec<Chunk>) -> Option<Chunk> {
    let day = parts.first()?.day;
    let mut whole = Day::default();
    for part in parts {
        if part.day != day {
            return None;
        }
        whole.add(part);
    }
    Some(whole.finish(day))
}

/// One day, being added up.
#[derive(Debug, Default)]
struct Day {
    people: Dictionary<Person>,
    targets: Dictionary<Asked>,
    places: Dictionary<Place>,
    devices: Dictionary<Option<Device>>,
    traits: Dictionary<Traits>,
    outcomes: Dictionary<Outcome>,
    rows: HashMap<[u32; 6], u32>,
}

impl Day {
    fn count(&mut self, row: [u32; 6], sign_ins: u32) {
        let count = self.rows.entry(row).or_insert(0);
        *count = count.saturating_add(sign_ins);
    }

    fn add(&mut self, part: Chunk) {
        let people = self.people.indexes(part.people);
        let targets = self.targets.indexes(part.targets);
        let places = self.places.indexes(part.places);
        let devices = self.devices.indexes(part.devices);
        let traits = self.traits.indexes(part.traits);
        let outcomes = self.outcomes.indexes(part.outcomes);
        let rows = part.rows;
        for (at, sign_ins) in rows.sign_ins.iter().enumerate() {
            let new = |map: &[u32], column: &[u32]| map[column[at] as usize];
            let row = [
                new(&people, &rows.person),
                new(&targets, &rows.target),
                new(&places, &rows.place),
                new(&devices, &rows.device),
                new(&traits, &rows.traits),
                new(&outcomes, &rows.outcome),
            ];
            self.count(row, *sign_ins);
        }
    }

    fn finish(self, day: NaiveDate) -> Chunk {
        let (people, person) = self.people.sorted();
        let (targets, target) = self.targets.sorted();
        let (places, place) = self.places.sorted();
        let (devices, device) = self.devices.sorted();
        let (traits, trait_) = self.traits.sorted();
        let (outcomes, outcome) = self.outcomes.sorted();
        let maps = [person, target, place, device, trait_, outcome];
        let mut sorted: Vec<([u32; 6], u32)> = self
            .rows
            .into_iter()
            .map(|(row, sign_ins)| (std::array::from_fn(|column| maps[column][row[column] as usize]), sign_ins))
            .collect();
        sorted.sort_unstable();
        let mut rows = Rows::default();
        for ([person, target, place, device, traits, outcome], sign_ins) in sorted {
            rows.person.push(person);
            rows.target.push(target);
            rows.place.push(place);
            rows.device.push(device);
            rows.traits.push(traits);
            rows.outcome.push(outcome);
            rows.sign_ins.push(sign_ins);
        }
        Chunk { day, people, targets, places, devices, traits, outcomes, rows }
    }
}

/// Distinct values, numbered as they come.
#[derive(Debug)]
struct Dictionary<T> {
    numbers: HashMap<T, u32>,
}

impl<T> Default for Dictionary<T> {
    fn default() -> Self {
        Dictionary { numbers: HashMap::new() }
    }
}

impl<T: Eq + Hash + Ord> Dictionary<T> {
    fn index(&mut self, value: T) -> u32 {
        let next = self.numbers.len() as u32;
        *self.numbers.entry(value).or_insert(next)
    }

    fn indexes(&mut self, values: Vec<T>) -> Vec<u32> {
        values.into_iter().map(|value| self.index(value)).collect()
    }

    /// The values in order, and the new number of each old one.
    fn sorted(self) -> (Vec<T>, Vec<u32>) {
        let mut pairs: Vec<(T, u32)> = self.numbers.into_iter().collect();
        pairs.sort_unstable();
        let mut new = vec![0; pairs.len()];
        for (number, (_, old)) in pairs.iter().enumerate() {
            new[*old as usize] = number as u32;
        }
        (pairs.into_iter().map(|(value, _)| value).collect(), new)
    }
}

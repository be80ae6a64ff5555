//! One document against sign-ins, by our evaluator.

use std::collections::HashMap;

use super::answers::{MAYBE, StandingPlan, Who, YES, bits, kind, who};
use super::engine::Counts;
use super::report::PolicyPart;
use super::{Effect, evaluated};
use crate::evaluate::{Rule, Standing};
use crate::signin::{Fact, Identity, UserKind};
use crate::summary::{Chunk, Person};

/// One rule, and what it said of persons before.
pub struct Simulation<'r> {
    rule: &'r Rule,
    identity: &'r dyn Fn(&Person) -> Identity,
    people: HashMap<Who, (Fact<UserKind>, u8)>,
}

/// What the rule says of each dictionary entry of one chunk.
pub struct Answers {
    people: Vec<u8>,
    targets: Vec<u8>,
    places: Vec<u8>,
    devices: Vec<u8>,
    traits: Vec<u8>,
    standings: Vec<u8>,
    person_part: Vec<u32>,
    device_part: Vec<u32>,
    reached: Vec<bool>,
}

impl<'r> Simulation<'r> {
    /// A simulation of this rule; `identity` says who a person of a summary is.
    pub fn new(rule: &'r Rule, identity: &'r dyn Fn(&Person) -> Identity) -> Self {
        Simulation { rule, identity, people: HashMap::new() }
    }

    /// Asks the rule about each dictionary entry of the chunk, and about persons that it has not seen before.
    pub fn answers(&mut self, chunk: &Chunk) -> Answers {
        let (rule, identity) = (self.rule, self.identity);
        let people: Vec<(Fact<UserKind>, u8)> = chunk
            .people
            .iter()
            .map(|person| {
                *self.people.entry(who(person)).or_insert_with(|| {
                    let identity = identity(person);
                    (kind(&identity), bits(rule.of_person(&identity)))
                })
            })
            .collect();
        let plan = StandingPlan::of(chunk, people.iter().map(|(kind, _)| *kind));
        let mut standings = vec![0; plan.needed.len()];
        for (at, kind, device, traits) in plan.wanted(chunk) {
            standings[at] = match rule.standing(kind, device, traits) {
                Standing::Satisfied => 0,
                Standing::Interrupted => 1,
                Standing::Refused => 2,
                Standing::Unknown => 3,
            };
        }
        Answers {
            people: people.iter().map(|(_, answer)| *answer).collect(),
            targets: chunk.targets.iter().map(|asked| bits(rule.of_target(&asked.target))).collect(),
            places: chunk.places.iter().map(|place| bits(rule.of_place(place))).collect(),
            devices: chunk.devices.iter().map(|device| bits(rule.of_device(device.as_ref()))).collect(),
            traits: chunk.traits.iter().map(|traits| bits(rule.of_traits(traits))).collect(),
            standings,
            person_part: plan.person_part,
            device_part: plan.device_part,
            reached: chunk.outcomes.iter().map(evaluated).collect(),
        }
    }
}

impl Answers {
    /// The effect on each row of the chunk that the answers are of.
    pub fn effects(&self, chunk: &Chunk) -> Vec<Effect> {
        const KNOWN: [Effect; 4] = [Effect::Satisfied, Effect::Interrupted, Effect::Blocked, Effect::Unknown];
        let effect = |row: usize| {
            let (answer, standing, reached) = self.at(chunk, row);
            match answer {
                _ if !reached => Effect::NotEvaluated,
                YES => KNOWN[usize::from(standing)],
                0 => Effect::NotApplied,
                _ => Effect::Unknown,
            }
        };
        (0..chunk.rows.sign_ins.len()).map(effect).collect()
    }

    /// The totals alone: what an editor asks for while somebody changes a policy.
    pub fn count(&self, chunk: &Chunk) -> Counts {
        // By answer and standing. Columns side by side, and the standing only where the policy may apply: a look-up that is not made costs
        // nothing, and most policies apply to few sign-ins.
        let mut sums = [0_u64; 16];
        let rows = &chunk.rows;
        let columns = rows.person.iter().zip(&rows.target).zip(&rows.place).zip(&rows.device).zip(&rows.traits);
        for ((((((person, target), place), device), traits), outcome), sign_ins) in columns.zip(&rows.outcome).zip(&rows.sign_ins) {
            let (person, device) = (*person as usize, *device as usize);
            let answer = self.targets[*target as usize]
                & self.people[person]
                & self.places[*place as usize]
                & self.devices[device]
                & self.traits[*traits as usize];
            if answer != 0 && self.reached[*outcome as usize] {
                let at = self.person_part[person] + self.device_part[device] + traits;
                sums[usize::from((answer << 2 | self.standings[at as usize]) & 15)] += u64::from(*sign_ins);
            }
        }
        let (maybe, yes) = (usize::from(MAYBE) << 2, usize::from(YES) << 2);
        Counts {
            satisfied: sums[yes],
            interrupted: sums[yes + 1],
            refused: sums[yes + 2],
            undecided: sums[yes + 3],
            maybe: sums[maybe..maybe + 4].iter().sum(),
        }
    }

    /// Which parts of the policy a row lacks a fact for.
    pub fn gaps(&self, chunk: &Chunk, row: usize) -> impl Iterator<Item = PolicyPart> {
        let rows = &chunk.rows;
        let (answer, standing, _) = self.at(chunk, row);
        let parts = [
            (PolicyPart::People, self.people[rows.person[row] as usize] == MAYBE),
            (PolicyPart::Applications, self.targets[rows.target[row] as usize] == MAYBE),
            (PolicyPart::Locations, self.places[rows.place[row] as usize] == MAYBE),
            (PolicyPart::Devices, self.devices[rows.device[row] as usize] == MAYBE),
            (PolicyPart::Conditions, self.traits[rows.traits[row] as usize] == MAYBE),
            (PolicyPart::Controls, answer == YES && standing == 3),
        ];
        parts.into_iter().filter(|(_, lacks)| *lacks).map(|(part, _)| part)
    }

    /// The answer's bits, the standing's number, and whether the sign-in reached Conditional Access.
    #[inline]
    fn at(&self, chunk: &Chunk, row: usize) -> (u8, u8, bool) {
        let rows = &chunk.rows;
        let (person, device) = (rows.person[row] as usize, rows.device[row] as usize);
        let answer = self.people[person]
            & self.targets[rows.target[row] as usize]
            & self.places[rows.place[row] as usize]
            & self.devices[device]
            & self.traits[rows.traits[row] as usize];
        let at = self.person_part[person] + self.device_part[device] + rows.traits[row];
        (answer, self.standings[at as usize], self.reached[rows.outcome[row] as usize])
    }
}

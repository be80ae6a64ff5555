//! The engine, the simulation of one policy and the totals of an edit are all what [`Rule::verdict`] says row by row.

use std::collections::BTreeSet;

use domain::evaluate::{Answer, Rule, Standing};
use domain::impact::engine::{Counts, Engine};
use domain::impact::report::MAX_SLICES;
use domain::impact::tally::{GroupMembers, Tallies};
use domain::impact::{Effect, Simulation, evaluated};
use domain::signin::{Identity, SignIn};
use domain::summary::Chunk;
use proptest::prelude::*;
use uuid::Uuid;

use super::chunks::{chunk, group, identity, policy, surroundings, user};

/// The plain loop: each sign-in put together, each policy asked.
fn plainly(rule: &Rule, chunk: &Chunk) -> Vec<Effect> {
    let rows = &chunk.rows;
    let effect = |row: usize| {
        if !evaluated(&chunk.outcomes[rows.outcome[row] as usize]) {
            return Effect::NotEvaluated;
        }
        let identity = identity(&chunk.people[rows.person[row] as usize]);
        let kind = match &identity {
            Identity::User(user) => user.kind,
            Identity::Workload(_) => None,
        };
        let sign_in = SignIn {
            identity,
            target: chunk.targets[rows.target[row] as usize].target.clone(),
            traits: chunk.traits[rows.traits[row] as usize].clone(),
            place: chunk.places[rows.place[row] as usize].clone(),
            device: chunk.devices[rows.device[row] as usize].clone(),
        };
        match rule.verdict(&sign_in).applies {
            Answer::No => Effect::NotApplied,
            Answer::Unknown => Effect::Unknown,
            Answer::Yes => match rule.standing(kind, sign_in.device.as_ref(), &sign_in.traits) {
                Standing::Satisfied => Effect::Satisfied,
                Standing::Interrupted => Effect::Interrupted,
                Standing::Refused => Effect::Blocked,
                Standing::Unknown => Effect::Unknown,
            },
        }
    };
    (0..rows.sign_ins.len()).map(effect).collect()
}

fn sum(chunk: &Chunk, effects: &[Effect], of: Effect) -> u64 {
    effects.iter().zip(&chunk.rows.sign_ins).filter(|(effect, _)| **effect == of).map(|(_, count)| u64::from(*count)).sum()
}

fn known(counts: &Counts) -> [u64; 4] {
    [counts.satisfied, counts.interrupted, counts.refused, counts.undecided + counts.maybe]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// Above 128 policies a second word begins.
    #[test]
    fn the_engine_counts_as_the_plain_loop(
        documents in prop::collection::vec(policy(), 1..8),
        repeats in prop_oneof![9 => Just(1_usize), 1 => Just(40)],
        chunks in prop::collection::vec(chunk(), 1..4),
    ) {
        let surroundings = surroundings();
        let rules: Vec<Rule> =
            documents.iter().cycle().take(documents.len() * repeats).map(|document| Rule::new(document, &surroundings)).collect();
        let mut engine = Engine::new(&rules, &identity);
        let mut expected = vec![[0_u64; 4]; rules.len()];
        let mut reached = 0;
        for chunk in &chunks {
            engine.count(chunk);
            for (place, expected) in expected.iter_mut().enumerate() {
                let effects = plainly(&rules[place % documents.len()], chunk);
                let kinds = [Effect::Satisfied, Effect::Interrupted, Effect::Blocked, Effect::Unknown];
                expected.iter_mut().zip(kinds).for_each(|(sum_so_far, kind)| *sum_so_far += sum(chunk, &effects, kind));
                if place == 0 {
                    reached += chunk.rows.sign_ins.iter().map(|count| u64::from(*count)).sum::<u64>()
                        - sum(chunk, &effects, Effect::NotEvaluated);
                }
            }
        }
        prop_assert_eq!(engine.counts().iter().map(known).collect::<Vec<_>>(), expected);
        prop_assert_eq!(engine.evaluated(), reached);
    }

    #[test]
    fn one_policy_has_the_effects_of_the_plain_loop(document in policy(), chunks in prop::collection::vec(chunk(), 1..4)) {
        let rule = Rule::new(&document, &surroundings());
        let mut simulation = Simulation::new(&rule, &identity);
        for chunk in &chunks {
            let answers = simulation.answers(chunk);
            let effects = answers.effects(chunk);
            let plain = plainly(&rule, chunk);
            prop_assert_eq!(&effects, &plain);
            let kinds = [Effect::Satisfied, Effect::Interrupted, Effect::Blocked, Effect::Unknown];
            prop_assert_eq!(known(&answers.count(chunk)), kinds.map(|kind| sum(chunk, &plain, kind)));
            for (row, effect) in effects.iter().enumerate().filter(|(_, effect)| **effect == Effect::Unknown) {
                prop_assert!(answers.gaps(chunk, row).next().is_some(), "{row} {effect}: unknown for no reason");
            }
        }
    }

    /// Every figure of a report counted again, user by user, without its data structures.
    #[test]
    fn a_report_counts_what_the_plain_loop_finds(document in policy(), chunks in prop::collection::vec(chunk(), 1..4)) {
        let rule = Rule::new(&document, &surroundings());
        let mut simulation = Simulation::new(&rule, &identity);
        let mut tallies = Tallies::default();
        let mut plain: Vec<(Uuid, String, Effect, u64)> = Vec::new();
        for chunk in &chunks {
            let answers = simulation.answers(chunk);
            tallies.add(chunk, &answers.effects(chunk), |outcome| outcome.status.as_str(), |row| answers.gaps(chunk, row));
            for (row, effect) in plainly(&rule, chunk).into_iter().enumerate() {
                let status = chunk.outcomes[chunk.rows.outcome[row] as usize].status.as_str().to_owned();
                let person = chunk.people[chunk.rows.person[row] as usize].id;
                plain.push((person, status, effect, u64::from(chunk.rows.sign_ins[row])));
            }
        }
        let members = [user(1), user(2), user(3)];
        let figures = tallies.figures([GroupMembers { id: group(0), name: None, members: &members }].into_iter());
        for effect in Effect::ALL {
            let hit: Vec<_> = plain.iter().filter(|(_, _, of, _)| of == effect).collect();
            prop_assert_eq!(figures.of(*effect).sign_ins, hit.iter().map(|(_, _, _, count)| count).sum::<u64>(), "{}", effect);
            prop_assert_eq!(figures.of(*effect).users, hit.iter().map(|(person, ..)| person).collect::<BTreeSet<_>>().len() as u64);
        }
        prop_assert_eq!(figures.total.sign_ins, plain.iter().map(|(_, _, _, count)| count).sum::<u64>());
        let blocked = |keep: &dyn Fn(&Uuid, &str) -> bool| {
            let hit = plain.iter().filter(|(person, status, effect, _)| *effect == Effect::Blocked && keep(person, status));
            let users: BTreeSet<_> = hit.clone().map(|(person, ..)| *person).collect();
            (hit.map(|(_, _, _, count)| count).sum::<u64>(), users.len() as u64)
        };
        for slice in &figures.by_result {
            prop_assert_eq!((slice.would_block, slice.users_would_block), blocked(&|_, status| status == slice.key));
        }
        for slice in &figures.by_user {
            prop_assert_eq!((slice.would_block, slice.users_would_block), blocked(&|person, _| person.to_string() == slice.key));
        }
        for slice in &figures.by_group {
            prop_assert_eq!((slice.would_block, slice.users_would_block), blocked(&|person, _| members.contains(person)));
        }
        for lines in [&figures.by_app, &figures.by_location, &figures.by_client] {
            prop_assert!(lines.len() <= MAX_SLICES);
            prop_assert_eq!(lines.iter().map(|line| line.would_block).sum::<u64>(), figures.would_block.sign_ins);
            prop_assert_eq!(lines.iter().map(|line| line.unknown).sum::<u64>(), figures.unknown.sign_ins);
            prop_assert!(lines.is_sorted_by(|a, b| a.would_block >= b.would_block), "not those that are hit most first");
        }
    }
}

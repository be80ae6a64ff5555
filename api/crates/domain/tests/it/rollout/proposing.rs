//! The proposal of a plan, by its properties.

use std::collections::{BTreeMap, BTreeSet};

use domain::rollout::{GroupFacts, MAX_PROPOSED, Plan, Proposal, TooFewGroups, propose};
use proptest::collection::vec;
use proptest::prelude::*;
use uuid::Uuid;

use super::given::{DAY, id};

fn group(number: u128, members: std::ops::Range<u32>, sign_ins: u64, blocked: u64) -> GroupFacts {
    GroupFacts {
        group: id(number),
        name: format!("Group {number}"),
        members: members.collect(),
        sign_ins,
        blocked,
        interrupted: 0,
        affected_by_others: 0,
        used_in: vec!["MFA for all".to_owned(), "Block legacy".to_owned()],
    }
}

fn proposed(groups: &[GroupFacts], phases: usize) -> Result<Plan, TooFewGroups> {
    propose(&Proposal { groups, phases, min_bake_seconds: DAY, window_days: 7 })
}

prop_compose! {
    fn some_group()(from in 0u32..3_000, members in 1u32..800, sign_ins in 0u64..5_000, shares in (0u64..100, 0u64..100, 0u64..100)) -> GroupFacts {
        let part = |share: u64| sign_ins * share / 100;
        GroupFacts { interrupted: part(shares.1), affected_by_others: part(shares.2), ..group(0, from..from + members, sign_ins, part(shares.0)) }
    }
}

fn some_groups() -> impl Strategy<Value = Vec<GroupFacts>> {
    vec(some_group(), 1..60).prop_map(|mut groups| {
        for (number, group) in groups.iter_mut().enumerate() {
            group.group = id(number as u128 + 1);
        }
        groups
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn every_group_is_in_one_phase_and_each_phase_is_riskier_and_larger(groups in some_groups(), phases in 1usize..=10) {
        let Ok(plan) = proposed(&groups, phases) else {
            prop_assert!(groups.len() < phases);
            return Ok(());
        };
        prop_assert_eq!(plan.phases.len(), phases);
        let of: BTreeMap<Uuid, &GroupFacts> = groups.iter().map(|group| (group.group, group)).collect();
        let named: Vec<Uuid> = plan.phases.iter().flat_map(|phase| phase.groups.clone()).collect();
        prop_assert_eq!(named.len(), groups.len());
        prop_assert_eq!(named.iter().copied().collect::<BTreeSet<_>>(), of.keys().copied().collect::<BTreeSet<_>>());
        prop_assert!(plan.phases.iter().all(|phase| !phase.groups.is_empty()));
        // Riskier: no group of a phase disturbs less than one of any phase before it.
        let scores = |phase: usize| plan.phases[phase].groups.iter().map(|group| of[group].score());
        for phase in 1..phases {
            prop_assert!(scores(phase - 1).max() <= scores(phase).min(), "phase {}", phase + 1);
        }
        // A user in several phases counts in the earliest.
        let mut seen = roaring::RoaringBitmap::new();
        for phase in &plan.phases {
            let before = seen.len();
            phase.groups.iter().for_each(|group| seen |= &of[group].members);
            prop_assert_eq!(phase.members, seen.len() - before);
        }
        larger(&plan, &of)?;
    }

    #[test]
    fn the_same_groups_give_the_same_plan_in_whatever_order(groups in some_groups()) {
        let mut turned = groups.clone();
        turned.reverse();
        prop_assert_eq!(proposed(&groups, 5), proposed(&turned, 5));
    }
}

/// Larger, by what the groups that add anybody hold: each phase at least as much as all before it together, down to where there are only as
/// many such groups left as phases; these have one each.
fn larger(plan: &Plan, of: &BTreeMap<Uuid, &GroupFacts>) -> Result<(), TestCaseError> {
    let mut seen = roaring::RoaringBitmap::new();
    let mut weights: Vec<(usize, u128, u128)> = Vec::new();
    for phase in &plan.phases {
        let mut weight = (0, 0, 0);
        for facts in phase.groups.iter().map(|group| of[group]) {
            if !facts.members.is_subset(&seen) {
                weight = (weight.0 + 1, weight.1 + u128::from(facts.score()), weight.2 + u128::from(facts.members.len()));
            }
            seen |= &facts.members;
        }
        weights.push(weight);
    }
    if weights.iter().map(|weight| weight.0).sum::<usize>() < plan.phases.len() {
        return Ok(());
    }
    prop_assert!(plan.phases.iter().all(|phase| phase.members > 0), "each phase brings somebody new");
    for phase in 1..weights.len() {
        let before = weights[..phase].iter().fold((0, 0, 0), |sum, weight| (sum.0 + weight.0, sum.1 + weight.1, sum.2 + weight.2));
        let outweighs = weights[phase].1 >= before.1 && weights[phase].2 >= before.2;
        let one_each = before.0 == phase;
        prop_assert!(outweighs || one_each, "phase {} of {:?}", phase + 1, weights);
        prop_assert!(weights[phase].1 >= weights[phase - 1].1, "never less risk than the phase before: {:?}", weights);
    }
    Ok(())
}

#[test]
fn small_and_harmless_goes_before_large_and_harmed() {
    let groups = [
        group(1, 0..2_000, 9_000, 900),
        group(2, 2_000..2_010, 100, 0),
        group(3, 3_000..3_100, 800, 4),
        group(4, 4_000..4_020, 200, 0),
        group(5, 5_000..5_400, 3_000, 60),
    ];
    let plan = proposed(&groups, 5).unwrap();
    assert_eq!(plan.phases.iter().map(|phase| phase.groups.clone()).collect::<Vec<_>>(), [[id(2)], [id(4)], [id(3)], [id(5)], [id(1)]]);
    assert_eq!(plan.phases.iter().map(|phase| phase.members).collect::<Vec<_>>(), [10, 20, 100, 400, 2_000]);
    assert!(plan.phases.iter().all(|phase| phase.min_bake_seconds == DAY));
}

#[test]
fn a_group_all_of_whose_sign_ins_are_refused_goes_after_one_of_its_size_that_is_untouched_and_unknown_is_between() {
    let groups = [group(1, 0..100, 500, 500), group(2, 100..200, 0, 0), group(3, 200..300, 500, 0)];
    let plan = proposed(&groups, 3).unwrap();
    assert_eq!(plan.groups.iter().map(|group| group.group).collect::<Vec<_>>(), [id(3), id(2), id(1)]);
}

#[test]
fn the_plan_says_why_for_every_group_and_phase() {
    let mut groups: Vec<GroupFacts> =
        (1..=6).map(|number| group(u128::from(number), number * 100..number * 100 + number * 10, 50, 1)).collect();
    let first = groups[0].members.clone();
    groups[5].members |= first;
    groups[1].sign_ins = 0;
    let plan = proposed(&groups, 5).unwrap();
    let text = |number: u128| plan.groups.iter().find(|group| group.group == id(number)).unwrap().text.clone();
    assert_eq!(
        text(1),
        "'Group 1' has 10 members. Of 50 sign-ins in the last 7 days this policy would have refused 1 and interrupted 0; other policies \
         refused or interrupted 0. It is used in 'MFA for all' and 1 other policy."
    );
    assert!(text(6).starts_with("'Group 6' has 70 members, 10 of whom come earlier by another group."));
    assert!(text(2).contains("Nobody of them signed in during the last 7 days"));
    assert!(plan.phases[0].reasoning.starts_with("Phase 1 of 5: 1 group with the lowest impact, 10 users"));
    assert!(plan.phases[4].reasoning.starts_with("Phase 5 of 5: "), "{}", plan.phases[4].reasoning);
    assert!(plan.reasoning.starts_with("6 groups in 5 phases, 210 users in all."), "{}", plan.reasoning);
}

#[test]
fn a_group_that_adds_nobody_goes_where_its_members_are() {
    let mut groups: Vec<GroupFacts> =
        (1..=5).map(|number| group(u128::from(number), number * 1_000..number * 1_000 + number * 10, 0, 0)).collect();
    groups.push(GroupFacts { group: id(6), ..groups[1].clone() });
    let plan = proposed(&groups, 5).unwrap();
    let phase = plan.phases.iter().find(|phase| phase.groups.contains(&id(6))).unwrap();
    assert!(phase.groups.contains(&id(2)));
    assert!(plan.phases.iter().all(|phase| phase.members > 0));
}

#[test]
fn too_few_groups_are_refused_and_the_largest_of_too_many_are_taken() {
    let few: Vec<GroupFacts> = (1..=4).map(|number| group(number, 0..10, 0, 0)).chain([group(5, 0..0, 0, 0)]).collect();
    let refused = proposed(&few, 5).unwrap_err();
    assert_eq!(refused.to_string(), "4 groups have members, and a plan of 5 phases needs as many");
    let many: Vec<GroupFacts> = (1..=150).map(|number| group(u128::from(number), 0..number, 10, 0)).collect();
    let plan = proposed(&many, 5).unwrap();
    assert_eq!(plan.groups.len(), MAX_PROPOSED);
    assert!(plan.groups.iter().all(|group| group.members > 50));
}

#[test]
fn the_digest_covers_all_that_a_reviewer_sees() {
    let groups: Vec<GroupFacts> = (1..=5).map(|number| group(u128::from(number), number * 10..number * 20, 5, 0)).collect();
    let plan = proposed(&groups, 5).unwrap();
    let mut edits: Vec<Plan> = vec![plan.clone(); 5];
    edits[0].phases[0].groups.push(id(77));
    edits[1].phases[1].min_bake_seconds += 1;
    edits[2].phases[2].forecast = Some(super::given::harmless());
    edits[3].phases.swap(0, 1);
    edits[4].reasoning.push('!');
    let digests: BTreeSet<_> = edits.iter().map(Plan::digest).chain([plan.digest()]).collect();
    assert_eq!(digests.len(), 6);
    let read: Plan = serde_json::from_str(&serde_json::to_string(&plan).unwrap()).unwrap();
    assert_eq!(read.digest(), plan.digest());
}

//! The proposal of a plan: which groups go when.
//!
//! Groups are ranked from low to high impact and cut into phases from the top: the last phase takes groups until it weighs at least as much
//! as all that is left, in score and in members; the phase before it does the same with what is left, and so on. So each phase is riskier
//! and larger than all before it together, for as long as there are groups enough; where there are not, the phases that remain get one
//! group each, in the order of their impact.

use std::cmp::Reverse;

use roaring::RoaringBitmap;

use super::compose::{PhaseChoice, compose};
use super::group::GroupFacts;
use super::plan::{MAX_PHASE_GROUPS, MAX_PHASES, Plan};

/// The most groups of a proposal.
pub const MAX_PROPOSED: usize = MAX_PHASE_GROUPS;

/// What a plan is proposed from.
#[derive(Clone, Copy, Debug)]
pub struct Proposal<'p> {
    /// The groups to choose from; those without members are passed over, and of more than [`MAX_PROPOSED`] the largest are taken.
    pub groups: &'p [GroupFacts],
    /// How many phases: 1 to [`MAX_PHASES`], 5 unless somebody says otherwise.
    pub phases: usize,
    /// How long each runs at least, in seconds.
    pub min_bake_seconds: u32,
    /// Days of sign-ins that the groups' figures cover.
    pub window_days: u16,
}

/// There are fewer groups with members than phases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{usable} groups have members, and a plan of {phases} phases needs as many")]
pub struct TooFewGroups {
    /// Groups with members.
    pub usable: usize,
    /// Phases asked for.
    pub phases: usize,
}

/// A plan in which every group is in exactly one phase, and no phase is empty. The same groups give the same plan, in whatever order.
pub fn propose(proposal: &Proposal<'_>) -> Result<Plan, TooFewGroups> {
    let phases = proposal.phases.clamp(1, MAX_PHASES);
    let mut groups: Vec<&GroupFacts> = proposal.groups.iter().filter(|group| !group.members.is_empty()).collect();
    groups.sort_by_key(|group| (Reverse(group.members.len()), group.group));
    groups.dedup_by_key(|group| group.group);
    groups.truncate(MAX_PROPOSED);
    if groups.len() < phases {
        return Err(TooFewGroups { usable: groups.len(), phases });
    }
    groups.sort_by_key(|group| (group.score(), group.group));
    let choices: Vec<PhaseChoice> = cut(&units(&groups, phases), phases)
        .into_iter()
        .map(|units| PhaseChoice {
            groups: units.iter().flat_map(|unit| unit.groups.iter().map(|group| group.group)).collect(),
            min_bake_seconds: proposal.min_bake_seconds,
        })
        .collect();
    Ok(compose(&choices, proposal.groups, proposal.window_days))
}

/// A group that adds users to those ranked before it, with the groups after it that add none: these go where it goes.
struct Unit<'g> {
    groups: Vec<&'g GroupFacts>,
    score: u64,
    members: u64,
}

/// The units of ranked groups. Where too few groups add anybody for so many phases, each group is a unit.
fn units<'g>(ranked: &[&'g GroupFacts], phases: usize) -> Vec<Unit<'g>> {
    let mut seen = RoaringBitmap::new();
    let mut units: Vec<Unit<'g>> = Vec::new();
    for group in ranked {
        let adds = !group.members.is_subset(&seen);
        seen |= &group.members;
        match units.last_mut() {
            Some(unit) if !adds => unit.groups.push(group),
            _ => units.push(unit(group)),
        }
    }
    if units.len() < phases { ranked.iter().map(|group| unit(group)).collect() } else { units }
}

fn unit(group: &GroupFacts) -> Unit<'_> {
    Unit { groups: vec![group], score: group.score(), members: group.members.len() }
}

/// Cuts ranked units into so many phases, from the top. There are at least as many units as phases.
fn cut<'u, 'g>(units: &'u [Unit<'g>], phases: usize) -> Vec<&'u [Unit<'g>]> {
    let mut cuts = Vec::with_capacity(phases);
    let mut left = units;
    for earlier in (1..phases).rev() {
        let mut from = left.len();
        while from > earlier && !(from < left.len() && outweighs(&left[from..], &left[..from])) {
            from -= 1;
        }
        cuts.push(&left[from..]);
        left = &left[..from];
    }
    cuts.push(left);
    cuts.reverse();
    cuts
}

fn outweighs(top: &[Unit<'_>], rest: &[Unit<'_>]) -> bool {
    let score = |units: &[Unit<'_>]| units.iter().map(|unit| u128::from(unit.score)).sum::<u128>();
    let members = |units: &[Unit<'_>]| units.iter().map(|unit| u128::from(unit.members)).sum::<u128>();
    score(top) >= score(rest) && members(top) >= members(rest)
}

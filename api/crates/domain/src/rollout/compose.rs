//! A plan made of a choice of groups per phase: its figures and its reasoning in plain words.

use std::collections::BTreeMap;

use roaring::RoaringBitmap;
use uuid::Uuid;

use super::group::GroupFacts;
use super::plan::{GroupReasoning, Phase, Plan};

/// Names of policies that a group's reasoning shows.
const SHOWN: usize = 10;

/// What somebody chose for one phase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhaseChoice {
    /// Its groups.
    pub groups: Vec<Uuid>,
    /// How long it runs at least, in seconds.
    pub min_bake_seconds: u32,
}

/// The plan of a choice. Groups that `facts` does not hold count no members: [`super::validate_phases`] refuses them beforehand. Forecasts are
/// left out: they are computed from the result.
pub fn compose(choices: &[PhaseChoice], facts: &[GroupFacts], window_days: u16) -> Plan {
    let by_id: BTreeMap<Uuid, &GroupFacts> = facts.iter().map(|facts| (facts.group, facts)).collect();
    let mut seen = RoaringBitmap::new();
    let (mut phases, mut groups) = (Vec::new(), Vec::new());
    for (index, choice) in choices.iter().enumerate() {
        let before = seen.len();
        for facts in choice.groups.iter().filter_map(|group| by_id.get(group)) {
            groups.push(group_reasoning(facts, seen.intersection_len(&facts.members), window_days));
            seen |= &facts.members;
        }
        let members = seen.len() - before;
        phases.push(Phase {
            groups: choice.groups.clone(),
            min_bake_seconds: choice.min_bake_seconds,
            reasoning: phase_text(index, choices.len(), choice.groups.len(), members, before),
            members,
            forecast: None,
        });
    }
    let reasoning = format!(
        "{} groups in {} phases, {} users in all. Groups are ranked by how much turning the policy on for them disturbs: by their size, and by \
         how many of their sign-ins of the last {window_days} days this policy would have refused or interrupted, and other policies did. \
         Groups with low impact come first. A user in several phases counts in the earliest.",
        groups.len(),
        phases.len(),
        seen.len()
    );
    Plan { phases, reasoning, groups }
}

fn phase_text(index: usize, of: usize, groups: usize, members: u64, before: u64) -> String {
    let place = format!("Phase {} of {of}: {}", index + 1, many(groups as u64, "group"));
    let size = format!("{} who are in no earlier phase", many(members, "user"));
    match index {
        0 => format!("{place} with the lowest impact, {}: whatever is wrong shows here first and touches few.", many(members, "user")),
        _ if members >= before => format!("{place}, {size}: at least as many as all phases before it together ({before})."),
        _ => format!("{place}, {size}, after {before} in the phases before it."),
    }
}

fn group_reasoning(facts: &GroupFacts, overlap: u64, window_days: u16) -> GroupReasoning {
    GroupReasoning {
        group: facts.group,
        name: facts.name.clone(),
        members: facts.members.len(),
        sign_ins: facts.sign_ins,
        blocked: facts.blocked,
        interrupted: facts.interrupted,
        affected_by_others: facts.affected_by_others,
        used_in: facts.used_in.iter().take(SHOWN).cloned().collect(),
        overlap,
        score: facts.score(),
        text: group_text(facts, overlap, window_days),
    }
}

fn group_text(facts: &GroupFacts, overlap: u64, window_days: u16) -> String {
    let mut text = format!("'{}' has {}", facts.name, many(facts.members.len(), "member"));
    match overlap {
        0 => {}
        all if all == facts.members.len() => text.push_str(", all of whom come earlier by another group"),
        some => text.push_str(&format!(", {some} of whom come earlier by another group")),
    }
    if facts.sign_ins == 0 {
        text.push_str(&format!(". Nobody of them signed in during the last {window_days} days, so how it affects them is not known."));
    } else {
        text.push_str(&format!(
            ". Of {} in the last {window_days} days this policy would have refused {} and interrupted {}; other policies refused or \
             interrupted {}.",
            many(facts.sign_ins, "sign-in"),
            facts.blocked,
            facts.interrupted,
            facts.affected_by_others
        ));
    }
    match facts.used_in.as_slice() {
        [] => {}
        [one] => text.push_str(&format!(" It is used in '{one}'.")),
        [one, rest @ ..] => text.push_str(&format!(" It is used in '{one}' and {}.", many(rest.len() as u64, "other policy"))),
    }
    text
}

fn many(count: u64, what: &str) -> String {
    match (count, what.strip_suffix('y')) {
        (1, _) => format!("1 {what}"),
        (_, Some(stem)) => format!("{count} {stem}ies"),
        (_, None) => format!("{count} {what}s"),
    }
}

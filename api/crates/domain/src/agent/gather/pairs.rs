//! Similar pairs of enabled policies, the policy that could stand for each, and the two proofs that it changes nothing.

use serde_json::json;

use super::effects::PairCount;
use super::{Compiled, Material, exclusions, scenarios};
use crate::agent::consolidate::{Merged, merged, one_of, stands_for};
use crate::agent::{MergeFacts, PairFacts, differences};
use crate::change::kind::ChangePayload;
use crate::change::towards::towards;
use crate::document::PolicyDocument;
use crate::evaluate::Rule;
use crate::overlap::{Candidate, Merge, proved};
use crate::people::People;
use crate::policy::PolicyState;

/// "Two policies can be consolidated if they differ by no more than two conditions or controls."
const MOST_DIFFERENCES: usize = 2;

/// The pairs that a run looks at.
pub(super) struct Plan {
    pairs: Vec<PairFacts>,
    left_out: u64,
    /// Which pairs have a merge, and three rules for each: the two, and the merged one.
    mergeable: Vec<usize>,
    rules: Vec<Rule>,
}

/// A pair on its way.
struct Pair {
    first: usize,
    second: usize,
    differ: Vec<String>,
}

impl Plan {
    /// Finds the pairs, the most alike first, and proves by sets what can be proved by them.
    pub(super) fn of(material: &Material, policies: &[Compiled<'_>], people: &People) -> Plan {
        let most = material.settings.limits.limits().pairs;
        let mut similar = similar(policies);
        let left_out = similar.len().saturating_sub(most) as u64;
        similar.truncate(most);

        let mut plan = Plan { pairs: Vec::new(), left_out, mergeable: Vec::new(), rules: Vec::new() };
        // Either of the two as it is may already stand for both; failing that, one is made.
        let mut made: Vec<(usize, Merged)> = Vec::new();
        for (at, pair) in similar.iter().enumerate() {
            let (a, b) = (&policies[pair.first].policy.document, &policies[pair.second].policy.document);
            let forms = [&policies[pair.first].form, &policies[pair.second].form];
            made.extend(stands_for(forms[0], forms[1]).then(|| (at, one_of(a, b, false))));
            made.extend(stands_for(forms[1], forms[0]).then(|| (at, one_of(a, b, true))));
            made.extend(merged(a, b, &pair.differ).ok().map(|merged| (at, merged)));
        }
        // A policy whose demand another one implies may still be what protects devices, or answers to risk: that is not taken away.
        made.retain(|(at, merge)| {
            let (a, b) = (&policies[similar[*at].first], &policies[similar[*at].second]);
            keeps_scenarios(merge, a, b)
        });
        let holds = by_sets(material, policies, people, &similar, &made);
        for (at, pair) in similar.into_iter().enumerate() {
            let (a, b) = (&policies[pair.first], &policies[pair.second]);
            let why = merged(&a.policy.document, &b.policy.document, &pair.differ).err();
            let candidates = || made.iter().zip(&holds).filter(|((of, _), _)| *of == at);
            let chosen = candidates().find(|(_, holds)| **holds);
            let Some(((_, merge), holds)) = chosen.or_else(|| candidates().next_back().filter(|_| why.is_none())) else {
                plan.pairs.push(facts(&pair, a, b, None, why));
                continue;
            };
            let (keep, drop) = if merge.second_stays { (b, a) } else { (a, b) };
            let way = towards(&enabled(&keep.policy.document), &enabled(&merge.document));
            if !way.unreachable.is_empty() {
                let why = format!("no kind of change reaches {}", way.unreachable.join(", "));
                plan.pairs.push(facts(&pair, keep, drop, None, Some(why)));
                continue;
            }
            let merged_rule = Rule::new(&enabled(&merge.document), &material.surroundings);
            plan.mergeable.push(plan.pairs.len());
            plan.rules.extend([a.rule.clone(), b.rule.clone(), merged_rule]);
            plan.pairs.push(facts(&pair, keep, drop, Some((way.payloads, *holds)), None));
        }
        plan
    }

    /// Three for each pair that has a merge.
    pub(super) fn rules(&self) -> Vec<Rule> {
        self.rules.clone()
    }

    /// The pairs with what the summaries say of each.
    pub(super) fn finish(mut self, counts: &[PairCount]) -> (Vec<PairFacts>, u64) {
        for (at, count) in self.mergeable.iter().zip(counts) {
            if let Some(merge) = self.pairs[*at].merge.as_mut() {
                (merge.compared, merge.changed, merge.untold) = (count.compared, count.changed, count.untold);
            }
        }
        (self.pairs, self.left_out)
    }
}

fn similar(policies: &[Compiled<'_>]) -> Vec<Pair> {
    // A policy that does nothing merges with anything, and one that a rollout owns takes no change.
    let looked_at =
        |policy: &Compiled<'_>| policy.state == PolicyState::Enabled && policy.policy.rollout.is_none() && !exclusions::idle(&policy.form);
    let enabled: Vec<usize> = (0..policies.len()).filter(|at| looked_at(&policies[*at])).collect();
    let mut pairs = Vec::new();
    for (number, second) in enabled.iter().enumerate() {
        for first in &enabled[..number] {
            let differ = differences(&policies[*first].form, &policies[*second].form);
            if differ.len() <= MOST_DIFFERENCES {
                pairs.push(Pair { first: *first, second: *second, differ });
            }
        }
    }
    pairs.sort_by_key(|pair| (pair.differ.len(), pair.first, pair.second));
    pairs
}

fn by_sets(material: &Material, policies: &[Compiled<'_>], people: &People, pairs: &[Pair], made: &[(usize, Merged)]) -> Vec<bool> {
    // Only policies of pairs are compared, so that the candidates stay few.
    let used: Vec<usize> = {
        let mut used: Vec<usize> = pairs.iter().flat_map(|pair| [pair.first, pair.second]).collect();
        used.sort_unstable();
        used.dedup();
        used
    };
    let place = |policy: usize| used.iter().position(|at| *at == policy).unwrap_or(usize::MAX);
    let documents: Vec<PolicyDocument> =
        used.iter().map(|at| policies[*at].policy.document.clone()).chain(made.iter().map(|(_, merge)| enabled(&merge.document))).collect();
    let rules: Vec<Rule> = documents.iter().map(|document| Rule::new(document, &material.surroundings)).collect();
    let candidates: Vec<Candidate<'_>> = documents.iter().zip(&rules).map(|(document, rule)| Candidate { document, rule }).collect();
    let merges: Vec<Merge> = made
        .iter()
        .enumerate()
        .map(|(number, (pair, _))| Merge {
            first: place(pairs[*pair].first),
            second: place(pairs[*pair].second),
            merged: used.len() + number,
        })
        .collect();
    proved(&candidates, &merges, people, &material.surroundings, &[])
}

fn keeps_scenarios(merge: &Merged, a: &Compiled<'_>, b: &Compiled<'_>) -> bool {
    let form = merge.document.canonical();
    scenarios::KINDS.iter().all(|is_of| is_of(&form) || !(is_of(&a.form) || is_of(&b.form)))
}

fn enabled(document: &PolicyDocument) -> PolicyDocument {
    document.merged(&json!({ "state": "enabled" }))
}

fn facts(
    pair: &Pair,
    keep: &Compiled<'_>,
    drop: &Compiled<'_>,
    merge: Option<(Vec<ChangePayload>, bool)>,
    why_not: Option<String>,
) -> PairFacts {
    PairFacts {
        keep: keep.policy.id,
        drop: drop.policy.id,
        differ: pair.differ.clone(),
        merge: merge.map(|(changes, proved_by_sets)| MergeFacts { changes, proved_by_sets, compared: 0, changed: 0, untold: 0 }),
        why_not,
    }
}

//! Similar policies that can become one, where both proofs hold.

use super::{Given, count};
use crate::agent::{AgentInput, Evidence, Finding, PairFacts, Proposal, SkipReason, Step, SuggestionKind};
use crate::change::kind::ChangePayload;
use crate::id::PolicyId;
use crate::policy::PolicyState;

pub(super) fn find(input: &AgentInput, given: &mut Given) {
    let kind = SuggestionKind::Consolidation;
    // A policy is in one merge at a time: a second proof would rest on a policy that is about to change.
    let mut taken: Vec<PolicyId> = Vec::new();
    for pair in &input.pairs {
        match of_pair(input, pair) {
            Ok(finding) if !taken.contains(&pair.keep) && !taken.contains(&pair.drop) => {
                taken.extend([pair.keep, pair.drop]);
                given.findings.push(finding);
            }
            Ok(_) => {
                given.skip(kind, SkipReason::LimitReached, format!("{} wait: one of them is in another suggestion", names(input, pair)))
            }
            Err(why) => given.skip(kind, SkipReason::NotProved, format!("{}: {why}", names(input, pair))),
        }
    }
    if input.pairs_left_out > 0 {
        given.skip(
            kind,
            SkipReason::LimitReached,
            format!("a run looks at {} similar pairs; left out: {}", input.pairs.len(), input.pairs_left_out),
        );
    }
}

fn of_pair(input: &AgentInput, pair: &PairFacts) -> Result<Finding, String> {
    let merge = pair.merge.as_ref().ok_or_else(|| pair.why_not.clone().unwrap_or_else(|| "no single policy says the same".to_owned()))?;
    if !merge.proved_by_sets {
        return Err("sets do not prove that one policy stands for exactly both".to_owned());
    }
    if merge.changed > 0 {
        return Err(format!("the decision of {} would change", count(merge.changed, "sign-in")));
    }
    let (keep, drop) = (name(input, pair.keep), name(input, pair.drop));
    let step = |policy: PolicyId, payload: ChangePayload, text: String| Step { policy_id: Some(policy), payload, text };
    let mut steps: Vec<Step> =
        merge.changes.iter().map(|payload| step(pair.keep, payload.clone(), format!("Make \"{keep}\" stand for both"))).collect();
    let then = if steps.is_empty() { "" } else { " then" };
    steps.push(step(
        pair.drop,
        ChangePayload::StateChange { to: PolicyState::Disabled },
        format!("Turn off \"{drop}\", which adds nothing{then}"),
    ));
    let differ = if pair.differ.is_empty() { "in nothing but their names".to_owned() } else { format!("in {}", pair.differ.join(" and ")) };
    let renaming = format!("\"{keep}\" is for more afterwards: see whether its name still says what it does.");
    let renaming = (!merge.changes.is_empty()).then_some(renaming);
    Ok(Finding {
        kind: SuggestionKind::Consolidation,
        subject: format!("pair:{}:{}", pair.keep.min(pair.drop), pair.keep.max(pair.drop)),
        title: format!("Merge \"{drop}\" into \"{keep}\""),
        reasoning: [
            format!("They differ {differ}."),
            "Sets prove it, whoever is in which group: the one policy is for exactly what the two are for, and asks for the same."
                .to_owned(),
            match merge.compared {
                0 => "No sign-in of the last seven days was for either of them.".to_owned(),
                compared => {
                    format!(
                        "The sign-ins agree: of {} that either was for in the last seven days, no decision changes.",
                        count(compared, "sign-in")
                    )
                }
            },
        ]
        .into_iter()
        .chain(renaming)
        .collect(),
        grounds: ["SIMILAR".to_owned()].into(),
        evidence: Evidence { sign_ins: merge.compared, policies: vec![pair.keep, pair.drop], ..Evidence::default() },
        proposal: Proposal::Changes { steps },
    })
}

fn name(input: &AgentInput, policy: PolicyId) -> &str {
    input.policies.iter().find(|known| known.id == policy).map_or("", |known| known.name.as_str())
}

fn names(input: &AgentInput, pair: &PairFacts) -> String {
    format!("\"{}\" and \"{}\"", name(input, pair.keep), name(input, pair.drop))
}

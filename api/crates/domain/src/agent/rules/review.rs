//! "Suggested policy review": a spike or a dip of what a policy stops, with the change that came before.

use super::{Given, count};
use crate::agent::{AgentInput, DayEffect, Evidence, Finding, PolicyFacts, Proposal, SuggestionKind, policy_subject};

/// Days before that a day is compared with, at least, and sign-ins by which it must differ. The documentation gives no thresholds.
const FEWEST_DAYS: usize = 3;
const FEWEST_SIGN_INS: u64 = 20;
/// How many times as many, or as few, make a spike or a dip.
const TIMES: u64 = 2;

pub(super) fn find(input: &AgentInput, given: &mut Given) {
    // Today is not over: its share says nothing yet.
    let today = input.data_through.unwrap_or(input.at).date_naive();
    for policy in &input.policies {
        let days: Vec<DayEffect> = policy.days.iter().copied().filter(|day| day.day < today && day.sign_ins > 0).collect();
        let Some((last, before)) = days.split_last() else { continue };
        if before.len() >= FEWEST_DAYS
            && let Some(finding) = of_policy(policy, last, before)
        {
            given.findings.push(finding);
        }
    }
}

fn of_policy(policy: &PolicyFacts, last: &DayEffect, before: &[DayEffect]) -> Option<Finding> {
    let usual = usual(before, last.sign_ins);
    let (ground, word) = match () {
        () if last.stopped > usual * TIMES && last.stopped - usual >= FEWEST_SIGN_INS => ("SPIKE", "rose"),
        () if last.stopped * TIMES < usual && usual - last.stopped >= FEWEST_SIGN_INS => ("DIP", "fell"),
        () => return None,
    };
    let mut reasoning = vec![format!(
        "On {} it stopped {}, or would have; from the days before, {usual} were to be expected: what it stops {word}.",
        last.day,
        count(last.stopped, "sign-in")
    )];
    let first = before.first().map_or(last.day, |day| day.day);
    if let Some(edit) = policy.edit.as_ref().filter(|edit| (first..=last.day).contains(&edit.at.date_naive())) {
        let by = match edit.change_id {
            Some(change) => format!("by change {change}"),
            None => "outside Causeway".to_owned(),
        };
        reasoning.push(format!("The policy was edited on {} {by}.", edit.at.format("%Y-%m-%d %H:%M UTC")));
    } else {
        reasoning.push("The policy was not edited in these days: look at who signs in, and to what.".to_owned());
    }
    Some(Finding {
        kind: SuggestionKind::PolicyReview,
        subject: policy_subject(policy.id),
        title: format!("Review \"{}\": what it stops {word}", policy.name),
        reasoning,
        grounds: [ground.to_owned()].into(),
        evidence: Evidence { sign_ins: last.stopped, policies: vec![policy.id], ..Evidence::default() },
        proposal: Proposal::Review,
    })
}

/// What would have been stopped on a day with so many sign-ins at the middle rate of the days before.
fn usual(before: &[DayEffect], sign_ins: u64) -> u64 {
    let mut rates: Vec<u64> = before.iter().map(|day| day.stopped * 1_000_000 / day.sign_ins).collect();
    rates.sort_unstable();
    rates[rates.len() / 2] * sign_ins / 1_000_000
}

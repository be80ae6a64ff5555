//! Report-only policies that can be turned on: in phases where they are for all users, at once where the sign-ins say that it hurts nobody.

use chrono::TimeDelta;

use super::{Given, count};
use crate::agent::{AgentInput, Condition, Evidence, Finding, PolicyFacts, Proposal, SkipReason, Step, SuggestionKind, policy_subject};
use crate::change::kind::ChangePayload;
use crate::policy::PolicyState;

/// Groups used in policies that a phased rollout needs: one for each phase (Microsoft's prerequisites).
pub const FEWEST_GROUPS: u64 = 5;
/// What a policy must have shown before it is turned on at once: days in report-only mode, sign-ins, and the most that would be refused in
/// percent. The documentation gives no figures.
const FEWEST_DAYS: i64 = 7;
const FEWEST_SIGN_INS: u64 = 50;
const MOST_REFUSED: u64 = 1;
const MOST_UNKNOWN: u64 = 5;

pub(super) fn find(input: &AgentInput, given: &mut Given) {
    for policy in input.policies.iter().filter(|policy| policy.state == PolicyState::ReportOnly) {
        if let Some((kind, reason, why)) = set_aside(policy) {
            given.skip(kind, reason, format!("\"{}\" {why}", policy.name));
            continue;
        }
        let eligibility = eligibility(input, policy);
        let eligible = eligibility.iter().all(|condition| condition.met);
        if eligible && input.settings.phased_rollout && input.settings.on(SuggestionKind::PhasedRollout) {
            given.findings.push(rollout(input, policy, eligibility));
            continue;
        }
        match not_ready(input, policy) {
            Some(why) => given.skip(SuggestionKind::ReadyToEnforce, SkipReason::NotReady, format!("\"{}\" {why}", policy.name)),
            None => given.findings.push(turn_on(policy, &eligibility)),
        }
    }
}

/// Why nothing is to be turned on, whatever the sign-ins say. A rollout that is under way is the answer already, whoever created it; and a change of
/// its policies would be refused.
fn set_aside(policy: &PolicyFacts) -> Option<(SuggestionKind, SkipReason, &'static str)> {
    use SuggestionKind::{PhasedRollout, ReadyToEnforce};
    let idle = (ReadyToEnforce, SkipReason::NotReady, "is for nobody, or for nothing, so far: say whom and what it is for");
    match policy.rollout {
        Some(_) => Some((PhasedRollout, SkipReason::RolloutUnderWay, "belongs to a phased rollout that is under way")),
        None => policy.idle.then_some(idle),
    }
}

fn eligibility(input: &AgentInput, policy: &PolicyFacts) -> Vec<Condition> {
    let condition = |code: &str, text: String, met: bool| Condition { code: code.to_owned(), text, met };
    let groups = input.groups_used;
    vec![
        condition("REPORT_ONLY", "the policy is in report-only mode".to_owned(), policy.state == PolicyState::ReportOnly),
        condition("ALL_USERS", "the policy is for all users".to_owned(), policy.all_users),
        condition("P1", "the tenant has Entra ID P1".to_owned(), input.licences.p1 || input.licences.p2),
        condition(
            "FIVE_GROUPS",
            format!("policies use or used at least {FEWEST_GROUPS} groups that hold somebody; found: {groups}"),
            groups >= FEWEST_GROUPS,
        ),
    ]
}

/// What else a rollout needs before it is planned is said with the suggestion, and does not stand against it: an administrator can see to it.
fn rollout(input: &AgentInput, policy: &PolicyFacts, mut eligibility: Vec<Condition>) -> Finding {
    let met = !(input.emergency_users.is_empty() && input.emergency_groups.is_empty());
    let text = "emergency accounts are configured".to_owned();
    eligibility.push(Condition { code: "EMERGENCY_ACCOUNTS".to_owned(), text, met });
    let first = (!met).then(|| "Name the emergency accounts first (setEmergencyAccess): no rollout is planned without them.".to_owned());
    Finding {
        kind: SuggestionKind::PhasedRollout,
        subject: policy_subject(policy.id),
        title: format!("Turn on \"{}\" in phases", policy.name),
        reasoning: [
            "It is in report-only mode and for all users: a rollout in phases, from groups of low impact to groups of high impact, shows at each step what it does.".to_owned(),
            effect(policy),
        ]
        .into_iter()
        .chain(first)
        .collect(),
        grounds: ["ELIGIBLE".to_owned()].into(),
        evidence: Evidence { user_count: policy.included - policy.excluded, sign_ins: policy.effect.total(), policies: vec![policy.id], ..Evidence::default() },
        proposal: Proposal::Rollout { policy_id: policy.id, eligibility },
    }
}

fn turn_on(policy: &PolicyFacts, eligibility: &[Condition]) -> Finding {
    let mut reasoning = vec![effect(policy)];
    let unmet: Vec<&str> = eligibility.iter().filter(|condition| !condition.met).map(|condition| condition.text.as_str()).collect();
    if !unmet.is_empty() {
        reasoning.push(format!("It is not eligible for a phased rollout. Not met: {}.", unmet.join("; ")));
    }
    let text = format!("Turn on \"{}\"", policy.name);
    let step = Step { policy_id: Some(policy.id), payload: ChangePayload::StateChange { to: PolicyState::Enabled }, text: text.clone() };
    Finding {
        kind: SuggestionKind::ReadyToEnforce,
        subject: policy_subject(policy.id),
        title: text,
        reasoning,
        grounds: ["READY".to_owned()].into(),
        evidence: Evidence {
            user_count: policy.included - policy.excluded,
            sign_ins: policy.effect.total(),
            policies: vec![policy.id],
            ..Evidence::default()
        },
        proposal: Proposal::Changes { steps: vec![step] },
    }
}

fn effect(policy: &PolicyFacts) -> String {
    let effect = policy.effect;
    if effect.total() == 0 {
        return "No sign-in of the last seven days tells what it would do.".to_owned();
    }
    format!(
        "Of {} that it would have been for in the last seven days, {} would have been refused and {} interrupted; of {} it can't be told.",
        count(effect.total(), "sign-in"),
        effect.refused,
        effect.interrupted,
        effect.unknown
    )
}

/// Why it can't be turned on at once.
fn not_ready(input: &AgentInput, policy: &PolicyFacts) -> Option<String> {
    let effect = policy.effect;
    let total = effect.total();
    let percent = |part: u64, most: u64| part * 100 > total * most;
    match () {
        () if input.at - policy.since < TimeDelta::days(FEWEST_DAYS) => Some(format!("has been as it is for less than {FEWEST_DAYS} days")),
        () if total < FEWEST_SIGN_INS => {
            Some(format!("was for {} in the last seven days; {FEWEST_SIGN_INS} are needed to judge it", count(total, "sign-in")))
        }
        () if percent(effect.unknown, MOST_UNKNOWN) => Some(format!("can't be judged for {} of {total} sign-ins", effect.unknown)),
        () if percent(effect.refused, MOST_REFUSED) => Some(format!("would refuse {} of {total} sign-ins", effect.refused)),
        () => None,
    }
}

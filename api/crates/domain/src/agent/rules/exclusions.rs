//! Exclusions: outliers among policies that ask for something (Microsoft's "deep analysis": more exceptions than recommended, or none).

use super::{Given, count};
use crate::agent::{AgentInput, Evidence, Finding, PolicyFacts, Proposal, SkipReason, Step, SuggestionKind, policy_subject};
use crate::change::kind::ChangePayload;
use crate::change::payload::{AssignmentChange, SetDelta};
use crate::policy::PolicyState;

/// A share of users who are excluded and held to the same by no other policy that calls for a look, in percent, and the fewest that count (the
/// documentation gives no figure).
const LARGE_SHARE: u64 = 10;
const FEWEST_EXCLUDED: u64 = 3;

pub(super) fn find(input: &AgentInput, given: &mut Given) {
    let kind = SuggestionKind::Exclusions;
    if input.emergency_users.is_empty() && input.emergency_groups.is_empty() {
        let text =
            "no emergency accounts are configured, so that nobody can say whether policies exclude them: name them with setEmergencyAccess";
        given.skip(kind, SkipReason::NotKnown, text);
    }
    for policy in input.policies.iter().filter(|policy| policy.state == PolicyState::Enabled && policy.demanding && !policy.idle) {
        let finding = of_policy(input, policy);
        if finding.grounds.is_empty() {
            continue;
        }
        match policy.rollout {
            Some(_) => {
                given.skip(kind, SkipReason::RolloutUnderWay, format!("\"{}\" belongs to a phased rollout that is under way", policy.name))
            }
            None => given.findings.push(finding),
        }
    }
}

fn of_policy(input: &AgentInput, policy: &PolicyFacts) -> Finding {
    let mut finding = Finding {
        kind: SuggestionKind::Exclusions,
        subject: policy_subject(policy.id),
        title: format!("Look at the exclusions of \"{}\"", policy.name),
        reasoning: Vec::new(),
        grounds: Default::default(),
        evidence: Evidence { user_count: policy.excluded, policies: vec![policy.id], ..Evidence::default() },
        proposal: Proposal::Review,
    };
    if !policy.emergency_reached.is_empty() {
        finding.title = format!("Exclude emergency access from \"{}\"", policy.name);
        finding.grounds.insert("EMERGENCY_ACCESS_NOT_EXCLUDED".to_owned());
        finding.reasoning.push(format!(
            "It is for {}. Emergency accounts stay out of every policy, so that somebody can sign in when a policy is wrong, or what it asks for can't be given.",
            count(policy.emergency_reached.len() as u64, "emergency account")
        ));
        finding.proposal = exclude_emergency(input, policy);
    }
    if let Some(before) = policy.exclusion_entries_before
        && policy.exclusion_entries > before
    {
        finding.grounds.insert("MORE_EXCLUSIONS".to_owned());
        finding.reasoning.push(format!(
            "Its exclusions grew from {} to {} since the last run.",
            count(before, "entry").replace("entrys", "entries"),
            policy.exclusion_entries
        ));
    }
    let unanswered = policy.excluded_unanswered.unwrap_or(policy.excluded);
    if policy.key_scenario && policy.all_users && unanswered >= FEWEST_EXCLUDED && unanswered * 100 >= policy.included * LARGE_SHARE {
        finding.grounds.insert("LARGE_SHARE_EXCLUDED".to_owned());
        let rest = match policy.excluded.saturating_sub(unanswered) {
            0 => String::new(),
            1 => " 1 of them is held to the same by another policy, the others are not.".to_owned(),
            answered => format!(" {answered} of them are held to the same by other policies, the others are not."),
        };
        finding.reasoning.push(format!(
            "It excludes {} of the {} whom it would be for.{rest}",
            policy.excluded,
            count(policy.included, "user")
        ));
    }
    finding
}

fn exclude_emergency(input: &AgentInput, policy: &PolicyFacts) -> Proposal {
    let add = |ids: &[uuid::Uuid]| SetDelta { add: ids.iter().map(ToString::to_string).collect(), remove: Vec::new() };
    let change = AssignmentChange {
        exclude_users: add(&input.emergency_users),
        exclude_groups: add(&input.emergency_groups),
        ..AssignmentChange::default()
    };
    let text = format!("Add emergency access to the exclusions of \"{}\"", policy.name);
    Proposal::Changes { steps: vec![Step { policy_id: Some(policy.id), payload: ChangePayload::AssignmentChange(change), text }] }
}

//! What the rules on gaps have in common: who is left, what would cover them, and who is excluded on purpose.

use super::{Given, count};
use crate::agent::{AgentInput, Evidence, Finding, Gap, Proposal, SkipReason, SuggestionKind};
use crate::id::PolicyId;

/// The subject of what is about the whole tenant.
pub(super) const TENANT: &str = "tenant";

/// A rule in words.
pub(super) struct Words {
    pub(super) kind: SuggestionKind,
    /// The title, and the name of the policy that closes the gap.
    pub(super) title: &'static str,
    /// The title where nobody is left but whom policies exclude: another policy for everybody would only undo that.
    pub(super) excluded: &'static str,
    /// The gap itself, for a run's list of what it left out.
    pub(super) gap: &'static str,
}

/// A finding about users who are not covered; without a ground where there are none.
pub(super) fn of_users(input: &AgentInput, words: &Words, gap: &Gap, sentence: String, proposal: Proposal) -> Finding {
    let mut finding = Finding {
        kind: words.kind,
        subject: TENANT.to_owned(),
        title: words.title.to_owned(),
        reasoning: Vec::new(),
        grounds: Default::default(),
        evidence: Evidence { user_count: gap.uncovered, users: gap.sample.clone(), sign_ins: gap.sign_ins, ..Evidence::default() },
        proposal,
    };
    if gap.uncovered == 0 {
        return finding;
    }
    finding.reasoning.push(sentence);
    if gap.uncovered > gap.excluded {
        finding.grounds.insert("UNCOVERED_USERS".to_owned());
    }
    if gap.excluded > 0 {
        finding.grounds.insert("EXCLUDED_USERS".to_owned());
        let by = named(input, &gap.excluding);
        finding.evidence.policies.clone_from(&gap.excluding);
        if gap.uncovered == gap.excluded {
            words.excluded.clone_into(&mut finding.title);
            finding.proposal = Proposal::Review;
            finding.reasoning.push(all_excluded(gap.uncovered, &by));
            finding.reasoning.extend(emergency_hint(input));
        } else {
            let are = if gap.excluded == 1 { "is" } else { "are" };
            finding.reasoning.push(format!(
                "{} of them {are} excluded by {by}: taking them off the exclusions may be better than a new policy.",
                gap.excluded
            ));
        }
    }
    finding
}

/// That nobody is left but whom policies exclude.
pub(super) fn all_excluded(users: u64, by: &str) -> String {
    match users {
        1 => format!(
            "This account is excluded by {by}, which would cover it otherwise: take it off the exclusions, unless it is left out on purpose."
        ),
        _ => format!(
            "All of them are excluded by {by}, which would cover them otherwise: take them off the exclusions, unless they are left out on purpose."
        ),
    }
}

/// What to do about emergency accounts that nobody has named so far.
pub(super) fn emergency_hint(input: &AgentInput) -> Option<String> {
    let unnamed = input.emergency_users.is_empty() && input.emergency_groups.is_empty();
    unnamed.then(|| "If they are emergency accounts, name them with setEmergencyAccess: they are no gap then.".to_owned())
}

/// Whether turning report-only policies on would leave but few: at most 5 % of the users, or only some whom these policies exclude, and fewer than
/// they cover. Who is excluded is left out on purpose most often, and is suggested once the policies are on.
pub(super) fn helped(gap: &Gap) -> bool {
    let left = gap.uncovered_if_enforced;
    let few = left * 20 <= gap.uncovered;
    let excluded = left == gap.excluded_if_enforced && left * 2 < gap.uncovered;
    gap.uncovered > 0 && (few || excluded)
}

/// Keeps a finding about users that has a ground. Where report-only policies would close the gap, they are named instead: they have only to be turned on.
pub(super) fn offer(input: &AgentInput, given: &mut Given, words: &Words, finding: Finding, gap: &Gap) {
    offer_unless(input, given, words, finding, &gap.helping, helped(gap).then_some(gap.uncovered_if_enforced));
}

/// The same where `left` says of how many the report-only policies would not take care; `None`: of too many.
pub(super) fn offer_unless(
    input: &AgentInput,
    given: &mut Given,
    words: &Words,
    mut finding: Finding,
    helping: &[PolicyId],
    left: Option<u64>,
) {
    if finding.grounds.is_empty() {
        return;
    }
    let names = named(input, helping);
    if let Some(left) = left {
        let rest = if left > 0 { format!(", but for {}", count(left, "user")) } else { String::new() };
        return given.skip(
            finding.kind,
            SkipReason::ReportOnlyExists,
            format!("{}: {names} would close this gap once turned on{rest}", words.gap),
        );
    }
    if !names.is_empty() {
        finding.reasoning.push(format!("Turning on {names} would close a part of it."));
        finding
            .evidence
            .policies
            .extend(helping.iter().filter(|policy| !finding.evidence.policies.contains(policy)).copied().collect::<Vec<_>>());
        finding.evidence.policies.truncate(10);
    }
    given.findings.push(finding);
}

/// Policies by name: "A", "B" and "C".
fn named(input: &AgentInput, policies: &[PolicyId]) -> String {
    let name = |policy: &crate::agent::PolicyFacts| match policy.rollout {
        Some(_) => format!("\"{}\" (being rolled out)", policy.name),
        None => format!("\"{}\"", policy.name),
    };
    let names: Vec<String> = input.policies.iter().filter(|policy| policies.contains(&policy.id)).map(name).collect();
    match names.as_slice() {
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        names => names.concat(),
    }
}

//! Whether a policy applies to a sign-in, and the clause that decides.

use super::finding::{Entry, Finding};
use super::{Answer, Condition, Rule, Why};
use crate::policy::PolicyState;
use crate::signin::{SignIn, Target};

/// Whether a policy applies, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Yes: it applies.
    pub applies: Answer,
    /// The clause that decides: the first that is not met; else the first that can't be told; else the one that includes the person.
    pub decided_by: Clause,
    /// Every condition in the order of the portal, each with the clause that decides it.
    pub conditions: Vec<Clause>,
}

/// What one clause of a policy says of a sign-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clause {
    /// The condition that it belongs to.
    pub condition: Condition,
    /// Whether the condition is met.
    pub met: Answer,
    /// How that came.
    pub why: Why,
    /// The member of the document, as a path in Graph's names such as `conditions.users.excludeGroups`.
    pub path: String,
    /// The entry of the list, or the rule, that decides; `None` where none does.
    pub entry: Option<String>,
}

pub(super) fn verdict(rule: &Rule, sign_in: &SignIn) -> Verdict {
    let mut findings: Vec<Finding<'_>> = state(rule, sign_in).into_iter().collect();
    findings.extend([
        rule.people.of(&sign_in.identity),
        rule.targets.of(&sign_in.target),
        rule.places.of(&sign_in.place),
        rule.devices.of(sign_in.device.as_ref()),
    ]);
    findings.extend(rule.circumstances.of(&sign_in.traits));
    findings.sort_by_key(|finding| finding.condition);
    let first = |answer| findings.iter().find(|finding| finding.answer == answer);
    let decisive = first(Answer::No).or_else(|| first(Answer::Unknown)).unwrap_or(&findings[0]);
    Verdict { applies: decisive.answer, decided_by: clause(decisive), conditions: findings.iter().map(clause).collect() }
}

/// Disabled policies are not evaluated, and user actions not in report-only mode (ca-semantics.md sections 10 and 11).
fn state(rule: &Rule, sign_in: &SignIn) -> Option<Finding<'static>> {
    let says = |answer, why, text| Finding { condition: Condition::PolicyState, answer, why, path: "state", entry: Entry::Text(text) };
    match (rule.state, &sign_in.target) {
        (Some(PolicyState::Enabled), _) | (Some(PolicyState::ReportOnly), Target::Resource(_)) => None,
        (Some(state), _) => Some(says(Answer::No, Why::NotEvaluated, state.as_str())),
        (None, _) => Some(says(Answer::Unknown, Why::NotUnderstood, "")),
    }
}

fn clause(finding: &Finding<'_>) -> Clause {
    Clause {
        condition: finding.condition,
        met: finding.answer,
        why: finding.why,
        path: finding.path.to_owned(),
        entry: finding.entry.text().filter(|text| !text.is_empty()),
    }
}

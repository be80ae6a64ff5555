//! All policies together (ca-semantics.md sections 2 and 10): block wins, everything that applies must be satisfied, report-only policies only watch.

use std::collections::BTreeMap;

use super::possible::Possible;
use super::{Answer, Control, Rule, SessionOutcome, Standing, Verdict, seen};
use crate::policy::PolicyState;
use crate::signin::SignIn;
use crate::summary::{AccessStatus, AppliedResult};

/// What becomes of a sign-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// How it stands to all enforced policies together; [`Standing::Satisfied`] where none applies.
    pub standing: Standing,
    /// `conditionalAccessStatus` of the log; `None` where a missing fact would decide. What would interrupt is a failure until the user answers.
    pub status: Option<AccessStatus>,
    /// Enforced policies that block and apply, by their place in the list; the first of all reasons.
    pub blocked_by: Vec<usize>,
    /// What may be unmet of enforced policies, in the order in which it is asked for. Nothing is asked for where a policy blocks.
    pub missing: Vec<Missing>,
    /// What holds for the session once every grant control is met, from enforced policies that apply.
    pub session: SessionOutcome,
    /// One for each policy, in the order of the list.
    pub outcomes: Vec<Outcome>,
}

/// A control that is, or may be, unmet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// The control.
    pub control: Control,
    /// How the sign-in stands to it.
    pub standing: Standing,
    /// Who asks for it, by the place in the list.
    pub policies: Vec<usize>,
}

/// One policy's part in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Whether it applies, and why.
    pub verdict: Verdict,
    /// How the sign-in stands to what it asks for; `None` where it doesn't apply.
    pub standing: Option<Standing>,
    /// `result` as the log would show it; [`AppliedResult::Unknown`] where a missing fact would decide.
    pub result: AppliedResult,
}

/// Judges a sign-in by all policies of its tenant.
pub fn decide(rules: &[Rule], sign_in: &SignIn) -> Decision {
    let mut together = Together::default();
    let outcomes = rules.iter().enumerate().map(|(index, rule)| together.add(index, rule, sign_in)).collect();
    let standing = together.all.unwrap_or(Possible::SATISFIED);
    let certain_block = standing == Possible::REFUSED;
    Decision {
        standing: standing.standing(),
        status: together.status(),
        missing: if together.blocked_by.is_empty() { together.missing() } else { Vec::new() },
        session: if certain_block { SessionOutcome::default() } else { together.session },
        blocked_by: together.blocked_by,
        outcomes,
    }
}

/// What enforced policies make of it, one after the other.
#[derive(Default)]
struct Together {
    /// `None`: no policy applies so far.
    all: Option<Possible>,
    /// A policy certainly applies.
    applied: bool,
    blocked_by: Vec<usize>,
    open: BTreeMap<Control, (Possible, Vec<usize>)>,
    session: SessionOutcome,
}

impl Together {
    fn add(&mut self, index: usize, rule: &Rule, sign_in: &SignIn) -> Outcome {
        let verdict = rule.verdict(sign_in);
        let applies = verdict.applies;
        let possible = (applies != Answer::No).then(|| rule.possible(sign_in));
        if let Some(possible) = possible
            && rule.state == Some(PolicyState::Enabled)
        {
            self.enforced(index, rule, sign_in, applies, possible);
        }
        Outcome { standing: possible.map(Possible::standing), result: result(rule.state, applies, possible), verdict }
    }

    fn enforced(&mut self, index: usize, rule: &Rule, sign_in: &SignIn, applies: Answer, possible: Possible) {
        // A policy that may not apply may as well be satisfied.
        let counted = if applies == Answer::Yes { possible } else { possible.or_satisfied() };
        self.all = Some(self.all.map_or(counted, |all| all.and(counted)));
        for (control, standing) in rule.controls.open(seen(sign_in)) {
            let standing = if applies == Answer::Yes { standing } else { standing.or_satisfied() };
            let entry = self.open.entry(control).or_insert((standing, Vec::new()));
            entry.0 = entry.0.and(standing);
            entry.1.push(index);
        }
        if applies == Answer::Yes {
            self.applied = true;
            rule.session.join(&mut self.session);
            if rule.blocks() {
                self.blocked_by.push(index);
            }
        }
    }

    fn missing(&self) -> Vec<Missing> {
        let missing = self.open.iter().map(|(control, (standing, policies))| Missing {
            control: *control,
            standing: standing.standing(),
            policies: policies.clone(),
        });
        missing.collect()
    }

    fn status(&self) -> Option<AccessStatus> {
        match self.all {
            None => Some(AccessStatus::NotApplied),
            Some(all) if !all.may_be_satisfied() => Some(AccessStatus::Failure),
            Some(Possible::SATISFIED) if self.applied => Some(AccessStatus::Success),
            Some(_) => None,
        }
    }
}

fn result(state: Option<PolicyState>, applies: Answer, possible: Option<Possible>) -> AppliedResult {
    let (enforced, standing) = match (state, applies) {
        (Some(PolicyState::Disabled), _) => return AppliedResult::NotEnabled,
        (Some(PolicyState::Enabled), Answer::No) => return AppliedResult::NotApplied,
        (Some(PolicyState::ReportOnly), Answer::No) => return AppliedResult::ReportOnlyNotApplied,
        (Some(state), Answer::Yes) => (state == PolicyState::Enabled, possible),
        _ => return AppliedResult::Unknown,
    };
    match (enforced, standing) {
        // Interrupted and refused are both failures of an enforced policy.
        (true, Some(possible)) if !possible.may_be_satisfied() => AppliedResult::Failure,
        (true, Some(Possible::SATISFIED)) => AppliedResult::Success,
        (false, Some(Possible::SATISFIED)) => AppliedResult::ReportOnlySuccess,
        (false, Some(Possible::INTERRUPTED)) => AppliedResult::ReportOnlyInterrupted,
        (false, Some(Possible::REFUSED)) => AppliedResult::ReportOnlyFailure,
        _ => AppliedResult::Unknown,
    }
}

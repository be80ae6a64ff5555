//! The evaluator: which policies apply, what they ask, whether the sign-in can give it (ca-semantics.md sections 2 to 10).

mod applications;
mod conditions;
pub(super) mod controls;
mod filter;
mod users;

use super::facts::{Policy, State, TenantFacts};
use super::scene::{FirstFactor, Scene};
use controls::{Control, Standing};

/// What the policies made of a sign-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Verdict {
    /// `status.errorCode`; 0 is a success.
    pub error_code: u32,
    /// `conditionalAccessStatus`.
    pub status: &'static str,
    /// One for each policy, in their order.
    pub applied: Vec<Applied>,
    /// The user answered a prompt for a second factor.
    pub mfa_done: bool,
}

/// One policy's part in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Applied {
    pub result: &'static str,
    pub grant_controls: Vec<&'static str>,
    pub session_controls: Vec<&'static str>,
}

/// Evaluates these policies of a tenant for one sign-in.
pub(super) fn evaluate(facts: &TenantFacts, policies: &[Policy], scene: &Scene<'_>) -> Verdict {
    // Conditional Access runs after the first factor: without it there is nothing to decide.
    let first_factor_error = match scene.first_factor {
        FirstFactor::Accepted => None,
        FirstFactor::WrongPassword => Some(50126),
        FirstFactor::Locked => Some(50053),
    };
    if let Some(error_code) = first_factor_error {
        let applied = policies.iter().map(|policy| not_applied(policy.state)).collect();
        return Verdict { error_code, status: "notApplied", applied, mfa_done: false };
    }
    let matching: Vec<bool> =
        policies.iter().map(|policy| policy.state != State::Disabled && conditions::unmet(facts, policy, scene).is_none()).collect();
    let enforced =
        || policies.iter().zip(&matching).filter(|(policy, applies)| **applies && policy.state == State::Enabled).map(|(policy, _)| policy);

    // Prompts come only when nothing blocks; an answered one satisfies every policy that asks the same.
    let blocked = enforced().any(controls::blocks);
    let prompted = !blocked && enforced().any(|policy| controls::prompts(policy, scene));
    let answered = prompted && scene.proof.answers;

    let mut error: Option<Control> = None;
    let mut counts = (false, false);
    for policy in enforced() {
        let (standing, control) = controls::standing(policy, scene, answered);
        counts.0 = true;
        if standing != Standing::Satisfied {
            counts.1 = true;
            error = error.max(control);
        }
    }
    let applied = policies
        .iter()
        .zip(&matching)
        .map(|(policy, applies)| if *applies { applied(policy, scene, answered) } else { not_applied(policy.state) });
    let status = match counts {
        (false, _) => "notApplied",
        (true, false) => "success",
        (true, true) => "failure",
    };
    Verdict { error_code: error.map_or(0, Control::error_code), status, applied: applied.collect(), mfa_done: answered }
}

fn not_applied(state: State) -> Applied {
    let result = match state {
        State::Enabled => "notApplied",
        State::ReportOnly => "reportOnlyNotApplied",
        State::Disabled => "notEnabled",
    };
    Applied { result, grant_controls: Vec::new(), session_controls: Vec::new() }
}

fn applied(policy: &Policy, scene: &Scene<'_>, answered: bool) -> Applied {
    let (standing, _) = controls::standing(policy, scene, answered);
    let result = match (policy.state, standing) {
        (State::ReportOnly, Standing::Satisfied) => "reportOnlySuccess",
        (State::ReportOnly, Standing::NeedsUser) => "reportOnlyInterrupted",
        (State::ReportOnly, Standing::Failed) => "reportOnlyFailure",
        (_, Standing::Satisfied) => "success",
        (_, Standing::NeedsUser | Standing::Failed) => "failure",
    };
    Applied { result, grant_controls: controls::grant_names(policy), session_controls: controls::session_names(policy) }
}

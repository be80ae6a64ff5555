//! What Entra itself wrote beside each sign-in.

use uuid::Uuid;

use super::{Effect, ImpactReason, evaluated};
use crate::signin::{ClientApp, Traits};
use crate::summary::{AppliedResult, Chunk, Outcome};

/// Errors that say "do something first" where an enforced policy was not satisfied; every other one is a refusal. From Microsoft's list of
/// AADSTS codes: enrol for or prove a second factor, show the device, reset the password, answer an external challenge.
pub(crate) const INTERRUPTIONS: [i32; 8] = [50072, 50074, 50076, 50079, 50097, 50125, 50158, 50203];

/// One policy's results in the log.
#[derive(Clone, Copy, Debug)]
pub struct Observation {
    policy: Uuid,
    hidden: bool,
    told: bool,
    untold: bool,
}

impl Observation {
    /// The results of the policy with this Graph id.
    pub fn new(policy: Uuid) -> Self {
        Observation { policy, hidden: false, told: false, untold: false }
    }

    /// The effect on each row of the chunk.
    pub fn effects(&mut self, chunk: &Chunk) -> Vec<Effect> {
        let by_outcome: Vec<Option<AppliedResult>> = chunk.outcomes.iter().map(|outcome| self.result(outcome)).collect();
        self.hidden |= by_outcome.contains(&Some(AppliedResult::UnknownFutureValue));
        self.told |= chunk.outcomes.iter().any(|outcome| outcome.told);
        self.untold |= chunk.outcomes.iter().any(|outcome| !outcome.told && evaluated(outcome));
        let rows = &chunk.rows;
        let effect = |(outcome, traits): (&u32, &u32)| {
            let outcome = *outcome as usize;
            observed(by_outcome[outcome], &chunk.outcomes[outcome], &chunk.traits[*traits as usize])
        };
        rows.outcome.iter().zip(&rows.traits).map(effect).collect()
    }

    /// Why none of the figures may be shown; `None` where they may. Report-only results read as `unknownFutureValue` where the header that
    /// unlocks them is not honoured (P32), and nothing at all is listed where the application may not read policies.
    pub fn reason(&self) -> Option<ImpactReason> {
        match self {
            Observation { hidden: true, .. } => Some(ImpactReason::ReportOnlyHidden),
            Observation { told: false, untold: true, .. } => Some(ImpactReason::ResultsHidden),
            _ => None,
        }
    }

    /// The policy's own result; `None` where it was not applied.
    pub fn result(&self, outcome: &Outcome) -> Option<AppliedResult> {
        let at = outcome.results.binary_search_by_key(&self.policy, |(policy, _)| *policy).ok()?;
        Some(outcome.results[at].1)
    }
}

fn observed(result: Option<AppliedResult>, outcome: &Outcome, traits: &Traits) -> Effect {
    use AppliedResult as R;
    match result {
        None if !evaluated(outcome) => Effect::NotEvaluated,
        None if !outcome.told => Effect::Unknown,
        None | Some(R::NotApplied | R::NotEnabled | R::ReportOnlyNotApplied) => Effect::NotApplied,
        Some(R::Success | R::ReportOnlySuccess) => Effect::Satisfied,
        Some(R::ReportOnlyInterrupted) => Effect::Interrupted,
        Some(R::ReportOnlyFailure) => Effect::Blocked,
        // The log says that the policy failed, and only the sign-in's error says how. A legacy client can show no prompt.
        Some(R::Failure) if INTERRUPTIONS.contains(&outcome.error_code) && !traits.client.is_some_and(ClientApp::legacy) => {
            Effect::Interrupted
        }
        Some(R::Failure) => Effect::Blocked,
        Some(R::Unknown | R::UnknownFutureValue) => Effect::Unknown,
    }
}

//! From an entry of the sign-in log to what a verdict counts.

use uuid::Uuid;

use super::sign_in::{EvaluatedOutcome, EvaluatedSignIn, ReportOnlyResult, SignInFacts};
use crate::signin::{ClientApp, Platform, Target};
use crate::summary::AppliedResult;
use crate::summary::record::Record;

impl EvaluatedSignIn {
    /// The sign-in as the twin decided on it; `None` where the twin's result is neither `success` nor `failure`, and for service principals.
    /// `conditionalAccessStatus` mixes all policies and is not looked at (rollout-engine.md A4).
    pub fn of(record: &Record, twin: Uuid, original: Uuid) -> Option<Self> {
        let outcome = match result(record, twin)? {
            AppliedResult::Success => EvaluatedOutcome::Success,
            AppliedResult::Failure => EvaluatedOutcome::Failure,
            _ => return None,
        };
        if record.person.workload {
            return None;
        }
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let resource = match &record.asked.target {
            Target::Resource(id) => id.clone(),
            Target::Action(action) => action.as_str().to_owned(),
        };
        Some(EvaluatedSignIn {
            at: record.at,
            id: record.id.to_string(),
            user: record.person.id,
            app: record.asked.client_id.clone(),
            resource,
            outcome,
            original: report_only(record, original),
            facts: SignInFacts {
                error_code: record.outcome.error_code,
                app_name: some(&record.client_name),
                client: record.traits.client.map(ClientApp::as_str).map(str::to_owned),
                platform: record.traits.platform.flatten().map(Platform::as_str).map(str::to_owned),
                country: record.place.country.clone().flatten(),
            },
        })
    }
}

fn result(record: &Record, policy: Uuid) -> Option<AppliedResult> {
    record.outcome.results.iter().find(|(id, _)| *id == policy).map(|(_, result)| *result)
}

/// The original's result, where the log tells one of report-only mode. A record keeps no policy that did not apply, so one that is missing from an
/// entry that lists policies did not. User actions are not evaluated in report-only mode (rollout-engine.md A5): that says nothing of the policy.
fn report_only(record: &Record, original: Uuid) -> Option<ReportOnlyResult> {
    if matches!(record.asked.target, Target::Action(_)) {
        return None;
    }
    match result(record, original) {
        Some(AppliedResult::ReportOnlySuccess) => Some(ReportOnlyResult::Success),
        Some(AppliedResult::ReportOnlyFailure) => Some(ReportOnlyResult::Failure),
        Some(AppliedResult::ReportOnlyInterrupted) => Some(ReportOnlyResult::Interrupted),
        Some(_) => None,
        None => record.outcome.told.then_some(ReportOnlyResult::NotApplied),
    }
}

#[cfg(test)]
mod tests;

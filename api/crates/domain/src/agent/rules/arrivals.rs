//! What came since the last run and is not covered: users and applications.

use serde_json::json;

use super::documents::{controls, new_policy};
use super::gap::{TENANT, helped};
use super::{Given, count};
use crate::agent::SuggestionKind::{MfaGap, NewApplications, NewUsers};
use crate::agent::{AgentInput, Arrivals, Evidence, Finding, MAX_SAMPLE, Proposal, SkipReason, SuggestionKind};

/// Comes after the rule on the gap itself: what that one suggests for everybody is not suggested again for who is new.
pub(super) fn find(input: &AgentInput, given: &mut Given) {
    let Some(arrivals) = &input.arrivals else {
        given.skip(NewUsers, SkipReason::FirstRun, "the first run has nothing to compare with");
        return given.skip(NewApplications, SkipReason::FirstRun, "the first run has nothing to compare with");
    };
    let limits = input.settings.limits.limits();
    for (kind, came, most) in [(NewUsers, arrivals.users, limits.users), (NewApplications, arrivals.applications, limits.applications)] {
        if came > most as u64 {
            given.skip(kind, SkipReason::LimitReached, format!("{came} are new; a run looks at {most}, those with the most sign-ins"));
        }
    }
    if !arrivals.uncovered_users.is_empty() {
        offer(input, given, users(input, arrivals));
    }
    if !arrivals.uncovered_applications.is_empty() {
        offer(input, given, applications(input, arrivals));
    }
}

fn users(input: &AgentInput, arrivals: &Arrivals) -> Finding {
    let users = arrivals.uncovered_users.len() as u64;
    let came = count(arrivals.users, "new user");
    finding(
        NewUsers,
        "New users without multifactor authentication",
        format!("{users} of {came} since the last run can sign in with a password alone."),
        "UNCOVERED_USERS",
        Evidence { user_count: users, users: arrivals.uncovered_users.iter().take(MAX_SAMPLE).cloned().collect(), ..Evidence::default() },
        new_policy(input, NewUsers, "Require multifactor authentication for all users", json!({}), controls(&["mfa"])),
    )
}

fn applications(input: &AgentInput, arrivals: &Arrivals) -> Finding {
    let apps = &arrivals.uncovered_applications;
    let came = count(arrivals.applications, "new application");
    let named: Vec<&str> = apps.iter().map(|app| app.id.as_str()).collect();
    let conditions = json!({ "applications": { "includeApplications": named } });
    let title = "Require multifactor authentication for new applications";
    finding(
        NewApplications,
        "New applications without multifactor authentication",
        format!("No policy asks for a second factor at {} of {came} since the last run.", apps.len()),
        "UNCOVERED_APPLICATIONS",
        Evidence {
            app_count: apps.len() as u64,
            apps: apps.iter().take(50).cloned().collect(),
            sign_ins: apps.iter().map(|app| app.sign_ins).sum(),
            ..Evidence::default()
        },
        new_policy(input, NewApplications, title, conditions, controls(&["mfa"])),
    )
}

fn finding(kind: SuggestionKind, title: &str, sentence: String, ground: &str, evidence: Evidence, proposal: Proposal) -> Finding {
    let (subject, title) = (TENANT.to_owned(), title.to_owned());
    Finding { kind, subject, title, reasoning: vec![sentence], grounds: [ground.to_owned()].into(), evidence, proposal }
}

/// A policy of its own only where none for everybody is suggested, and none waits in report-only mode.
fn offer(input: &AgentInput, given: &mut Given, mut finding: Finding) {
    if !input.settings.on(MfaGap) {
        return given.findings.push(finding);
    }
    if helped(&input.gaps.mfa) {
        let text =
            "a report-only policy would cover them once turned on: see what is left out of the suggestions on multifactor authentication";
        return given.skip(finding.kind, SkipReason::ReportOnlyExists, text);
    }
    if let Some(whole) = given.findings.iter().find(|found| found.kind == MfaGap) {
        finding.reasoning.push(format!("The suggestion \"{}\" is about them, too.", whole.title));
        finding.proposal = Proposal::Review;
    }
    given.findings.push(finding);
}

//! The warnings of a plan (domain.md section 2): the source document's codes and ours, for the kinds built so far.

mod scope;

use chrono::TimeDelta;
use serde_json::Value;

use crate::change::kind::ChangePayload;
use crate::change::plan::{LONGEST_NAME, PlanInput};
use crate::change::warning::{Severity, Warning, WarningCode};
use crate::document::PolicyDocument;
use crate::policy::{Criticality, Policy, PolicyState};

/// Older than this, a snapshot may miss what happened since.
const STALE_AFTER: TimeDelta = TimeDelta::hours(24);

/// What is checked.
pub(super) struct Checked<'a> {
    pub(super) input: &'a PlanInput<'a>,
    pub(super) policy: &'a Policy,
    pub(super) before: &'a PolicyDocument,
    pub(super) after: &'a PolicyDocument,
    pub(super) changed: bool,
}

/// All warnings, most severe first, then by code.
pub(super) fn warnings(checked: &Checked<'_>) -> Vec<Warning> {
    let mut found = Vec::new();
    stale(checked, &mut found);
    if !checked.changed {
        found.push(warning(WarningCode::NoOp, Severity::Info, "the policy is already as proposed; nothing will be written", None));
    } else {
        managed(checked, &mut found);
        name(checked, &mut found);
        state(checked, &mut found);
    }
    found.sort_by(|a, b| b.severity.cmp(&a.severity).then(a.code.as_str().cmp(b.code.as_str())));
    found
}

fn stale(checked: &Checked<'_>, found: &mut Vec<Warning>) {
    let age = checked.input.snapshot_taken_at.map(|taken| checked.input.now - taken);
    if age.is_none_or(|age| age > STALE_AFTER) {
        let message = "the tenant was last read more than 24 hours ago: resync it first";
        found.push(warning(WarningCode::SnapshotStale, Severity::Warning, message, None));
    }
}

/// Of a Microsoft-managed policy only the state and the exclusions may change (ca-semantics.md section 14).
fn managed(checked: &Checked<'_>, found: &mut Vec<Warning>) {
    if checked.before.template_id().is_some() && !matches!(checked.input.payload, ChangePayload::StateChange { .. }) {
        let message = "Microsoft manages this policy: only its state and its exclusions can be changed; make a copy instead";
        found.push(warning(WarningCode::GraphWouldReject, Severity::Critical, message, Some("templateId")));
    }
}

fn name(checked: &Checked<'_>, found: &mut Vec<Warning>) {
    if let ChangePayload::Rename { display_name } = checked.input.payload
        && !(1..=LONGEST_NAME).contains(&display_name.trim().chars().count())
    {
        let message = "a display name holds 1 to 256 characters";
        found.push(warning(WarningCode::GraphWouldReject, Severity::Critical, message, Some("displayName")));
    }
}

fn state(checked: &Checked<'_>, found: &mut Vec<Warning>) {
    let (before, after) = (checked.before.state(), checked.after.state());
    if before == after {
        return;
    }
    let at = Some("state");
    match after {
        Some(PolicyState::Disabled) => {
            if checked.policy.metadata.criticality == Some(Criticality::Critical) {
                let message = "this disables a policy that is marked Critical";
                found.push(warning(WarningCode::CriticalPolicyDisable, Severity::Critical, message, at));
            }
        }
        Some(PolicyState::Enabled) => {
            if before == Some(PolicyState::ReportOnly) {
                found.push(warning(WarningCode::ReportonlyToEnforced, Severity::Warning, "the policy becomes enforced: run Impact first", at));
            }
            if !checked.input.impact_known {
                found.push(warning(WarningCode::ImpactNotRun, Severity::Warning, "nobody has computed whom this would block or interrupt", at));
            }
            if checked.input.tenant.security_defaults == Some(true) {
                let message = "security defaults are on: Entra does not let Conditional Access policies be enabled beside them";
                found.push(warning(WarningCode::SecurityDefaultsEnabled, Severity::Critical, message, at));
            }
            licences(checked, found);
            emergency(checked, Severity::Critical, found);
            own_scope(checked, found);
        }
        Some(PolicyState::ReportOnly) => {
            licences(checked, found);
            emergency(checked, Severity::Warning, found);
            if scope::targets_user_actions(checked.after) {
                let message = "report-only shows nothing for policies on user actions";
                found.push(warning(WarningCode::ReportOnlyNotMeaningful, Severity::Info, message, at));
            }
        }
        None => {}
    }
}

fn licences(checked: &Checked<'_>, found: &mut Vec<Warning>) {
    let licences = checked.input.tenant.licences;
    if !licences.p1 && !licences.p2 {
        let message = "the tenant has no Entra ID P1 licence, which Conditional Access needs";
        found.push(warning(WarningCode::LicenseMissingP1, Severity::Critical, message, None));
    }
    let risk = [&["conditions", "signInRiskLevels"], &["conditions", "userRiskLevels"]];
    let used = risk.into_iter().find(|path| checked.after.at(*path).and_then(Value::as_array).is_some_and(|levels| !levels.is_empty()));
    if let Some(path) = used
        && !licences.p2
    {
        let message = "the policy tests risk, which needs an Entra ID P2 licence";
        found.push(warning(WarningCode::LicenseMissingP2, Severity::Critical, message, Some(&path.join("."))));
    }
}

fn emergency(checked: &Checked<'_>, severity: Severity, found: &mut Vec<Warning>) {
    if !scope::locks_out(checked.after) {
        return;
    }
    let principals = &checked.input.tenant.emergency_access.principals;
    let reached: Vec<String> = principals
        .iter()
        .filter(|principal| scope::reaches(checked.after, principal))
        .map(|principal| principal.display_name.clone().unwrap_or_else(|| principal.object_id.to_string()))
        .collect();
    if !reached.is_empty() {
        let message = format!("the policy blocks, or demands MFA or a device, for emergency access: {}: exclude them", reached.join(", "));
        found.push(warning(WarningCode::BreakglassNotExcluded, severity, &message, Some("conditions.users")));
    }
}

fn own_scope(checked: &Checked<'_>, found: &mut Vec<Warning>) {
    let Some(own) = checked.input.actor_entra else { return };
    if scope::locks_out(checked.after) && scope::may_reach_user(checked.after, own) {
        let message = "you are in this policy's scope yourself: make sure that you can meet what it demands";
        found.push(warning(WarningCode::ActorLocksSelfOut, Severity::Warning, message, Some("conditions.users")));
    }
}

fn warning(code: WarningCode, severity: Severity, message: &str, path: Option<&str>) -> Warning {
    Warning { code, severity, message: message.to_owned(), path: path.map(str::to_owned), waived: false }
}

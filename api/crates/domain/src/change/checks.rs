//! The warnings of a plan (domain.md section 2): the source document's codes and ours, for the kinds built so far.

mod demands;
mod scope;

use chrono::TimeDelta;

use crate::change::kind::ChangePayload;
use crate::change::patch::Outcome;
use crate::change::plan::{PlanInput, name_fault};
use crate::change::warning::{Severity, Warning, WarningCode};
use crate::document::{Canonical, PolicyDocument};
use crate::policy::{Criticality, PolicyState};

/// Older than this, a snapshot may miss what happened since.
const STALE_AFTER: TimeDelta = TimeDelta::hours(24);

const STATE: Option<&str> = Some("state");

/// What is checked.
pub(super) struct Checked<'a> {
    pub(super) input: &'a PlanInput<'a>,
    pub(super) outcome: &'a Outcome,
    pub(super) changed: bool,
}

impl Checked<'_> {
    fn before_state(&self) -> Option<PolicyState> {
        self.outcome.before.as_ref().and_then(PolicyDocument::state)
    }

    fn after_state(&self) -> Option<PolicyState> {
        self.outcome.after.as_ref().and_then(PolicyDocument::state)
    }

    fn desired(&self) -> &Canonical {
        &self.outcome.desired
    }

    fn critical_policy(&self) -> bool {
        self.input.policy.is_some_and(|policy| policy.metadata.criticality == Some(Criticality::Critical))
    }
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
        grant(checked, &mut found);
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
    if checked.outcome.before.as_ref().is_some_and(PolicyDocument::microsoft_managed) && !matches!(checked.input.payload, ChangePayload::StateChange { .. }) {
        let message = "Microsoft manages this policy: only its state and its exclusions can be changed; make a copy instead";
        found.push(warning(WarningCode::GraphWouldReject, Severity::Critical, message, Some("templateId")));
    }
}

fn name(checked: &Checked<'_>, found: &mut Vec<Warning>) {
    if let ChangePayload::Rename { display_name } = checked.input.payload
        && let Some(fault) = name_fault(display_name)
    {
        found.push(warning(WarningCode::GraphWouldReject, Severity::Critical, fault, Some("displayName")));
    }
}

fn grant(checked: &Checked<'_>, found: &mut Vec<Warning>) {
    if let Some(fault) = demands::impossible_grant(checked.desired()) {
        found.push(warning(WarningCode::GraphWouldReject, Severity::Critical, fault, Some("grantControls")));
    }
}

fn state(checked: &Checked<'_>, found: &mut Vec<Warning>) {
    let (before, after) = (checked.before_state(), checked.after_state());
    if before == after {
        return;
    }
    match after {
        Some(PolicyState::Disabled) => disabled(checked, found),
        Some(PolicyState::Enabled) => enabled(checked, before, found),
        Some(PolicyState::ReportOnly) => report_only(checked, found),
        // Not a state that a payload can name.
        None => {}
    }
}

fn disabled(checked: &Checked<'_>, found: &mut Vec<Warning>) {
    if checked.critical_policy() {
        let message = "this disables a policy that is marked Critical";
        found.push(warning(WarningCode::CriticalPolicyDisable, Severity::Critical, message, STATE));
    }
}

fn enabled(checked: &Checked<'_>, before: Option<PolicyState>, found: &mut Vec<Warning>) {
    if before == Some(PolicyState::ReportOnly) {
        let message = "the policy becomes enforced: run Impact first";
        found.push(warning(WarningCode::ReportonlyToEnforced, Severity::Warning, message, STATE));
    }
    if checked.input.impact.is_none() {
        let message = "nobody has computed whom this would block or interrupt";
        found.push(warning(WarningCode::ImpactNotRun, Severity::Warning, message, STATE));
    }
    if checked.input.tenant.security_defaults == Some(true) {
        let message = "security defaults are on: Entra does not let Conditional Access policies be enabled beside them";
        found.push(warning(WarningCode::SecurityDefaultsEnabled, Severity::Critical, message, STATE));
    }
    licences(checked, found);
    emergency(checked, Severity::Critical, found);
    own_scope(checked, found);
}

fn report_only(checked: &Checked<'_>, found: &mut Vec<Warning>) {
    licences(checked, found);
    emergency(checked, Severity::Warning, found);
    if demands::targets_user_actions(checked.desired()) {
        let message = "report-only shows nothing for policies on user actions";
        found.push(warning(WarningCode::ReportOnlyNotMeaningful, Severity::Info, message, STATE));
    }
}

/// Not asked when a policy is switched off: that lowers what is enforced and is never held up by a licence that we may have misread.
fn licences(checked: &Checked<'_>, found: &mut Vec<Warning>) {
    let licences = checked.input.tenant.licences;
    if !licences.p1 && !licences.p2 {
        let message = "the tenant has no Entra ID P1 licence, which Conditional Access needs";
        found.push(warning(WarningCode::LicenseMissingP1, Severity::Critical, message, None));
    }
    if let Some(path) = demands::needs_p2(checked.desired())
        && !licences.p2
    {
        let message = "the policy tests risk, which needs an Entra ID P2 licence";
        found.push(warning(WarningCode::LicenseMissingP2, Severity::Critical, message, Some(&path)));
    }
}

fn emergency(checked: &Checked<'_>, severity: Severity, found: &mut Vec<Warning>) {
    if !demands::locks_out(checked.desired()) {
        return;
    }
    let principals = &checked.input.tenant.emergency_access.principals;
    let reached: Vec<String> = principals
        .iter()
        .filter(|principal| scope::reaches(checked.desired(), principal))
        .map(|principal| principal.display_name.clone().unwrap_or_else(|| principal.object_id.to_string()))
        .collect();
    if !reached.is_empty() {
        let message = format!("the policy blocks, or demands MFA or a device, for emergency access: {}: exclude them", reached.join(", "));
        found.push(warning(WarningCode::BreakglassNotExcluded, severity, &message, Some("conditions.users")));
    }
}

fn own_scope(checked: &Checked<'_>, found: &mut Vec<Warning>) {
    let Some(own) = checked.input.actor_entra else { return };
    if demands::locks_out(checked.desired()) && scope::may_reach_user(checked.desired(), own) {
        let message = "you are in this policy's scope yourself: make sure that you can meet what it demands";
        found.push(warning(WarningCode::ActorLocksSelfOut, Severity::Warning, message, Some("conditions.users")));
    }
}

fn warning(code: WarningCode, severity: Severity, message: &str, path: Option<&str>) -> Warning {
    Warning { code, severity, message: message.to_owned(), path: path.map(str::to_owned), waived: false }
}

//! What is switched on and off.

use super::found::Found;
use super::{Checked, demands};
use crate::change::warning::{Severity, WarningCode};
use crate::policy::PolicyState;

const STATE: Option<&str> = Some("state");

pub(super) fn check(checked: &Checked<'_>, found: &mut Found) {
    let (before, after) = (checked.before_state(), checked.after_state());
    if checked.critical_policy() && !checked.stays() {
        let message = "this deletes a policy that is marked Critical: lower its criticality first if it is not needed any more";
        found.add(WarningCode::CriticalPolicyDisable, Severity::Critical, STATE, message);
    }
    if checked.critical_policy() && before.is_some() && before != after && after == Some(PolicyState::Disabled) {
        let message = "this disables a policy that is marked Critical: lower its criticality first if it is not needed any more";
        found.add(WarningCode::CriticalPolicyDisable, Severity::Critical, STATE, message);
    }
    if before == Some(PolicyState::ReportOnly) && after == Some(PolicyState::Enabled) {
        let message = "the policy goes from report-only to enforced: run Impact first";
        found.add(WarningCode::ReportonlyToEnforced, Severity::Warning, STATE, message);
    }
    let reported = after == Some(PolicyState::ReportOnly) && (before != after || checked.touches(&["conditions", "applications"]));
    if reported && demands::targets_user_actions(checked.desired()) {
        let message = "report-only shows nothing for policies on user actions: try it on a few users instead";
        found.add(WarningCode::ReportOnlyNotMeaningful, Severity::Info, STATE, message);
    }
}
